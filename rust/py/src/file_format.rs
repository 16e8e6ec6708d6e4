//! `cordwood._core.detect`, and what it returns: how the lines of a file become events.

use cordwood_input as input;
use cordwood_input::{
    DetectOptions, Detected, FormatKind, LayoutSummary, LineOptions, OtherLayouts, Resolved, TimeError,
    TimestampFormat, TimestampResolver, YearSource,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyBytesMethods};

use crate::arguments::{Choice, regex, unknown_zone};

/// What samples of a file show.
#[pyclass(frozen, module = "cordwood._core")]
pub(crate) struct FileFormat(Detected);

/// A layout of timestamps that was considered.
#[pyclass(frozen, module = "cordwood._core")]
pub(crate) struct Layout(LayoutSummary);

/// Why a file cannot be read, and which options would have it read.
#[pyclass(frozen, module = "cordwood._core")]
pub(crate) struct Problem(input::Problem);

/// The times of a file, with the zone and the years that its lines leave out.
#[pyclass(frozen, module = "cordwood._core")]
pub(crate) struct Times {
    detected: Detected,
    resolved: Resolved,
}

/// How lines become events: their format, and what the user says that they leave out.
#[pyclass(frozen, module = "cordwood._core")]
pub(crate) struct LineRules(pub(crate) input::LineRules);

#[pymethods]
impl LineRules {
    /// Return rules for lines whose timestamps the reader is given, and does not look for in them.
    ///
    /// Args:
    ///     format: `text`: each line is an event; or `json`: each is a JSON object.
    ///     message_field: of JSON lines: the member that is the message, instead of the whole line.
    ///     multiline_start: of text: the regular expression of lines that begin an event, which others continue.
    ///
    /// Raises:
    ///     ValueError: the format is unknown or has no lines, or the regular expression is invalid.
    #[staticmethod]
    #[pyo3(signature = (format, *, message_field = None, multiline_start = None))]
    fn without_timestamps(
        format: Choice<FormatKind>,
        message_field: Option<String>,
        multiline_start: Option<&str>,
    ) -> PyResult<Self> {
        let multiline_start = regex("multiline_start", multiline_start)?;
        let options = LineOptions { message_field, multiline_start, ..LineOptions::default() };
        input::LineRules::without_timestamps(format.0, options)
            .map(Self)
            .ok_or_else(|| PyValueError::new_err("event documents have timestamps; format must be text or json"))
    }
}

#[pymethods]
impl Layout {
    /// The timestamp of the first line that has it, as it is written; empty for values of JSON.
    #[getter]
    fn example<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.example)
    }

    /// The `timestamp_format` that reads it.
    #[getter]
    fn strftime(&self) -> &str {
        &self.0.strftime
    }

    /// Where in the line it is, in words.
    #[getter]
    fn place(&self) -> &str {
        &self.0.place
    }

    /// Lines of the samples that have it.
    #[getter]
    fn lines(&self) -> usize {
        self.0.lines
    }

    /// Whether it writes a zone.
    #[getter]
    fn has_zone(&self) -> bool {
        self.0.has_zone
    }

    /// Whether it writes a year.
    #[getter]
    fn has_year(&self) -> bool {
        self.0.has_year
    }

    /// Why lines are not read in it; None if they are.
    #[getter]
    fn lost(&self) -> Option<&'static str> {
        self.0.lost.map(input::Loss::describe)
    }
}

#[pymethods]
impl Problem {
    /// What is wrong.
    ///
    /// `no_timestamps`, `too_few`, `ambiguous_date`, `ambiguous_part`, `no_date`, `other_layouts`,
    /// `option_fits_no_line`, `json_without_time`, `pretty_json`, `json_records`, or `journal_export`.
    #[getter]
    fn kind(&self) -> &'static str {
        self.0.kind.name()
    }

    /// Up to two lines that show it.
    #[getter]
    fn lines<'py>(&self, py: Python<'py>) -> Vec<Bound<'py, PyBytes>> {
        self.0.lines.iter().map(|line| PyBytes::new(py, line)).collect()
    }

    /// Options with values that would have it read.
    #[getter]
    fn suggestions(&self) -> Vec<(&'static str, &str)> {
        self.0.suggestions.iter().map(|one| (one.option, one.value.as_str())).collect()
    }

    /// What it is about.
    ///
    /// The text that may be part of a time, the option that fits no line, the member that holds the records, or why the
    /// likeliest layout is not believed.
    #[getter]
    fn subject(&self) -> &str {
        &self.0.subject
    }
}

#[pymethods]
impl FileFormat {
    /// `events`, `json` or `text`; None if the file cannot be read: then there is a `problem`.
    #[getter]
    fn name(&self) -> Option<&'static str> {
        self.0.kind.map(FormatKind::name)
    }

    /// All layouts that were considered.
    #[getter]
    fn layouts(&self) -> Vec<Layout> {
        self.0.layouts.iter().cloned().map(Layout).collect()
    }

    /// The members of JSON objects that hold the time.
    #[getter]
    fn fields(&self) -> Vec<&str> {
        self.0.fields.iter().map(String::as_str).collect()
    }

    /// Why it cannot be read.
    #[getter]
    fn problem(&self) -> Option<Problem> {
        self.0.problem.clone().map(Problem)
    }

    /// Lines of the samples that are not blank: `all`, `begin_event`, `continuing`, `other_layouts`, `header`.
    #[getter]
    fn line_counts(&self) -> std::collections::BTreeMap<&'static str, usize> {
        let counts = self.0.counts;
        [
            ("all", counts.all),
            ("begin_event", counts.begin_event),
            ("continuing", counts.continuing),
            ("other_layouts", counts.other_layouts),
            ("header", counts.header),
        ]
        .into()
    }

    /// The first lines that begin with a time in another layout than those that are read.
    #[getter]
    fn other_lines<'py>(&self, py: Python<'py>) -> Vec<Bound<'py, PyBytes>> {
        self.0.other_lines.iter().map(|line| PyBytes::new(py, line)).collect()
    }

    /// The first line that has a timestamp; empty for event documents.
    #[getter]
    fn first_line<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.first_line)
    }

    /// Whether lines write no time zone.
    #[getter]
    fn needs_zone(&self) -> bool {
        self.0.needs_zone()
    }

    /// Whether lines write no year.
    #[getter]
    fn needs_year(&self) -> bool {
        self.0.needs_year()
    }

    /// Return the times of its lines, with what they leave out.
    ///
    /// Args:
    ///     zone: of timestamps that write none: `UTC`, `local`, or a name of the IANA database.
    ///     year: of the first timestamp, if they write none; if None, it is inferred.
    ///     now: milliseconds since 1970: no log was written later.
    ///     modified: milliseconds since 1970 when the file was last modified; None if that is not known.
    ///
    /// Raises:
    ///     ValueError: the zone is unknown, one that lines write is ambiguous, or the years are not known.
    #[pyo3(signature = (*, zone, year = None, now, modified = None))]
    fn times(
        &self,
        py: Python<'_>,
        zone: &str,
        year: Option<i32>,
        now: i64,
        modified: Option<i64>,
    ) -> PyResult<Times> {
        let resolver = resolver(zone, year, now)?;
        let resolved = py
            .detach(|| self.0.resolve(resolver, year, now, modified))
            .map_err(|error: TimeError| PyValueError::new_err(error.to_string()))?;
        Ok(Times { detected: self.0.clone(), resolved })
    }
}

#[pymethods]
impl Times {
    /// The earliest timestamp of the samples, in milliseconds since 1970.
    #[getter]
    fn first_timestamp(&self) -> Option<i64> {
        self.resolved.first_ms
    }

    /// The timestamp of the first line that has one.
    #[getter]
    fn first_of_file(&self) -> Option<i64> {
        self.resolved.first_of_file_ms
    }

    /// The latest timestamp of the samples.
    #[getter]
    fn last_timestamp(&self) -> Option<i64> {
        self.resolved.last_ms
    }

    /// The years of the first and the last timestamp.
    #[getter]
    fn years(&self) -> (i32, i32) {
        (self.resolved.years.first, self.resolved.years.last)
    }

    /// What shows years that lines do not write: `given`, `weekday`, `leap_day`, `modified`, or `latest`.
    #[getter]
    fn year_source(&self) -> &'static str {
        match self.resolved.years.source {
            YearSource::Given => "given",
            YearSource::Weekday => "weekday",
            YearSource::LeapDay => "leap_day",
            YearSource::Modified => "modified",
            YearSource::Latest => "latest",
        }
    }

    /// Timestamps in an hour that a change of clocks repeats, whose pass the order of lines does not show.
    #[getter]
    fn ambiguous_times(&self) -> u64 {
        self.resolved.ambiguous_times
    }

    /// What the file was found to be, as a text from which `restored` makes the same.
    #[getter]
    fn saved(&self) -> String {
        input::saved(&self.detected, &self.resolved)
    }

    /// Return what an earlier run found a file to be; None if the text is something else.
    ///
    /// Args:
    ///     saved: as that run has it.
    ///     zone: as it was given.
    ///     now: milliseconds since 1970: no log was written later.
    ///     timestamp_regex: as it was given.
    ///
    /// Raises:
    ///     ValueError: the zone is unknown, or the regular expression is invalid.
    #[staticmethod]
    #[pyo3(signature = (saved, *, zone, now, timestamp_regex = None))]
    fn restored(saved: &str, zone: &str, now: i64, timestamp_regex: Option<&str>) -> PyResult<Option<Self>> {
        let regex = regex("timestamp_regex", timestamp_regex)?;
        let found = input::restored(saved, resolver(zone, None, now)?, regex.as_ref());
        Ok(found.map(|(detected, resolved)| Self { detected, resolved }))
    }

    /// `events`, `json` or `text`.
    #[getter]
    fn name(&self) -> Option<&'static str> {
        self.detected.kind.map(FormatKind::name)
    }

    /// Return how the lines become events; None for event documents.
    ///
    /// Args:
    ///     message_field: of JSON lines: the member that is the message, instead of the whole line.
    ///     multiline_start: of text: the regular expression of lines that begin an event; if None, those with a
    ///         timestamp do.
    ///     untimed_as_before: of text: a line without a timestamp is an event with that of the one before; otherwise it
    ///         continues that event.
    ///     other_layouts: of text: a line that begins with a timestamp in another layout is no event (`refuse`, the
    ///         default), one with that timestamp (`event`), or part of the event before (`continue`).
    ///
    /// Raises:
    ///     ValueError: the regular expression is invalid.
    #[pyo3(signature = (*, message_field = None, multiline_start = None, untimed_as_before = false, other_layouts = None))]
    fn line_rules(
        &self,
        message_field: Option<String>,
        multiline_start: Option<&str>,
        untimed_as_before: bool,
        other_layouts: Option<Choice<OtherLayouts>>,
    ) -> PyResult<Option<LineRules>> {
        let multiline_start = regex("multiline_start", multiline_start)?;
        let other_layouts = other_layouts.map_or_else(OtherLayouts::default, |Choice(others)| others);
        let options = LineOptions { message_field, multiline_start, untimed_as_before, other_layouts };
        let resolver = self.resolved.resolver.clone();
        Ok(input::LineRules::detected(&self.detected, resolver, options).map(LineRules))
    }
}

fn resolver(zone: &str, year: Option<i32>, now: i64) -> PyResult<TimestampResolver> {
    TimestampResolver::new(zone, year, now).ok_or_else(|| unknown_zone(zone))
}

/// Detect what a file is, by samples of whole lines, in the order of the file.
///
/// Args:
///     samples: the first is the start of the file.
///     now: milliseconds since 1970: no log was written later.
///     format: only this: `events`, `json` or `text`.
///     timestamp_format: how timestamps are written, in the letters of `strftime`.
///     timestamp_regex: where in a line of text the timestamp is: all of the group `timestamp`, or of the first group,
///         or of the match.
///     timestamp_field: where JSON lines have theirs, as a dotted path.
///     multiline_start: the regular expression of lines of text that begin an event.
///     takes_other_layouts: lines in other layouts are no problem.
///
/// Raises:
///     ValueError: a letter of the format is unknown, or a regular expression is invalid.
#[pyfunction]
#[pyo3(signature = (
    samples, *, now, format = None, timestamp_format = None, timestamp_regex = None, timestamp_field = None,
    multiline_start = None, takes_other_layouts = false
))]
#[expect(clippy::too_many_arguments, reason = "options, which Python passes by name")]
pub(crate) fn detect(
    py: Python<'_>,
    samples: Vec<Bound<'_, PyBytes>>,
    now: i64,
    format: Option<Choice<FormatKind>>,
    timestamp_format: Option<String>,
    timestamp_regex: Option<&str>,
    timestamp_field: Option<String>,
    multiline_start: Option<&str>,
    takes_other_layouts: bool,
) -> PyResult<FileFormat> {
    if let Some(format) = &timestamp_format {
        check_strftime(format)?;
    }
    let options = DetectOptions {
        format: format.map(|Choice(kind)| kind),
        timestamp_format,
        timestamp_regex: regex("timestamp_regex", timestamp_regex)?,
        timestamp_field,
        multiline_start: regex("multiline_start", multiline_start)?,
        takes_other_layouts,
        now_ms: now,
    };
    let samples: Vec<&[u8]> = samples.iter().map(PyBytesMethods::as_bytes).collect();
    Ok(FileFormat(py.detach(|| input::detect(&samples, &options))))
}

fn check_strftime(format: &str) -> PyResult<()> {
    TimestampFormat::from_strftime(format).map(drop).map_err(|directive| {
        PyValueError::new_err(format!(
            "`timestamp_format` has {directive}, which is not a supported directive of strftime"
        ))
    })
}

/// Raise if a pattern is not a regular expression that the reader takes.
///
/// Args:
///     name: of the argument, for the error.
///     pattern: what to check.
///
/// Raises:
///     ValueError: the regular expression is invalid; the message names the argument.
#[pyfunction]
pub(crate) fn check_regex(name: &str, pattern: &str) -> PyResult<()> {
    regex(name, Some(pattern)).map(drop)
}

/// Raise if a time zone is unknown.
///
/// Args:
///     zone: `UTC`, `local`, or a name of the IANA database.
///
/// Raises:
///     ValueError: the zone is unknown.
#[pyfunction]
pub(crate) fn check_zone(zone: &str) -> PyResult<()> {
    resolver(zone, None, 0).map(drop)
}

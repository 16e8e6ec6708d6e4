//! `cordwood._core.detect`, and what it returns: how the lines of a file become events.

use cordwood_input as input;
use cordwood_input::{
    DetectOptions, Detected, FormatKind, LineOptions, TimestampFields, TimestampFormat, TimestampResolver,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyBytesMethods};

use crate::arguments::{Choice, regex};

/// What samples of a file show.
#[pyclass(frozen, module = "cordwood._core")]
pub(crate) struct FileFormat(Detected);

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
        let options = LineOptions { message_field, multiline_start, untimed_as_before: false };
        input::LineRules::without_timestamps(format.0, options)
            .map(Self)
            .ok_or_else(|| PyValueError::new_err("event documents have timestamps; format must be text or json"))
    }
}

#[pymethods]
impl FileFormat {
    /// `events`, `json` or `text`.
    #[getter]
    fn name(&self) -> &'static str {
        self.0.format.kind().name()
    }

    /// In a few words, how lines write their timestamps; empty for event documents.
    #[getter]
    fn timestamps(&self) -> String {
        self.0.format.timestamps()
    }

    /// Of the sampled lines, those that match the format.
    #[getter]
    fn matching_lines(&self) -> usize {
        self.0.matching_lines
    }

    /// Lines in the samples; empty ones do not count.
    #[getter]
    fn sampled_lines(&self) -> usize {
        self.0.sampled_lines
    }

    /// The first line that matches; empty for event documents.
    #[getter]
    fn first_line<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.first_line)
    }

    /// Whether lines write no time zone.
    #[getter]
    fn needs_zone(&self) -> bool {
        self.0.needs_zone
    }

    /// Whether lines write no year.
    #[getter]
    fn needs_year(&self) -> bool {
        self.0.needs_year
    }

    /// What another part of the file is; None if all parts agree.
    #[getter]
    fn conflict(&self) -> Option<Self> {
        self.0.conflict.as_deref().cloned().map(Self)
    }

    /// Return the timestamp of the first line that matches; None for event documents.
    ///
    /// Raises:
    ///     ValueError: the zone is unknown.
    #[pyo3(signature = (*, zone, year = None, now))]
    fn first_timestamp(&self, zone: &str, year: Option<i32>, now: i64) -> PyResult<Option<i64>> {
        resolved(self.0.first.as_ref(), zone, year, now)
    }

    /// Return the timestamp of the last line that matches; None for event documents.
    ///
    /// Raises:
    ///     ValueError: the zone is unknown.
    #[pyo3(signature = (*, zone, year = None, now))]
    fn last_timestamp(&self, zone: &str, year: Option<i32>, now: i64) -> PyResult<Option<i64>> {
        resolved(self.0.last.as_ref(), zone, year, now)
    }

    /// Return how its lines become events; None for event documents.
    ///
    /// Args:
    ///     zone: of timestamps that write none: `UTC`, `local`, or a name of the IANA database.
    ///     year: of timestamps that write none; if None, the latest that puts them no more than a day after now.
    ///     now: milliseconds since 1970.
    ///     message_field: of JSON lines: the member that is the message, instead of the whole line.
    ///     multiline_start: of text: the regular expression of lines that begin an event; if None, those with a
    ///         timestamp do.
    ///     untimed_as_before: of text: a line without a timestamp is an event with that of the one before; otherwise it
    ///         continues that event.
    ///
    /// Raises:
    ///     ValueError: the zone is unknown, or the regular expression is invalid.
    #[pyo3(signature = (
        *, zone, year = None, now, message_field = None, multiline_start = None, untimed_as_before = false
    ))]
    fn line_rules(
        &self,
        zone: &str,
        year: Option<i32>,
        now: i64,
        message_field: Option<String>,
        multiline_start: Option<&str>,
        untimed_as_before: bool,
    ) -> PyResult<Option<LineRules>> {
        let multiline_start = regex("multiline_start", multiline_start)?;
        let options = LineOptions { message_field, multiline_start, untimed_as_before };
        Ok(input::LineRules::detected(&self.0, resolver(zone, year, now)?, options).map(LineRules))
    }
}

fn resolver(zone: &str, year: Option<i32>, now: i64) -> PyResult<TimestampResolver> {
    TimestampResolver::new(zone, year, now).ok_or_else(|| {
        PyValueError::new_err(format!(
            "{zone:?} is not a time zone; use UTC, local, or an IANA name such as Europe/Berlin"
        ))
    })
}

fn resolved(fields: Option<&TimestampFields>, zone: &str, year: Option<i32>, now: i64) -> PyResult<Option<i64>> {
    let mut resolver = resolver(zone, year, now)?;
    Ok(fields.and_then(|fields| resolver.resolve(fields).ok()))
}

/// Detect what a file is, by samples of whole lines; None if it is nothing known.
///
/// Args:
///     samples: of its start, its middle and its end; that of the start first.
///     format: only this: `events`, `json` or `text`.
///     timestamp_format: how text writes its timestamps, in the letters of `strftime`.
///     timestamp_regex: where in a line of text the timestamp is: all of the group `timestamp`, or of the first group,
///         or of the match.
///     timestamp_field: where JSON lines have theirs, as a dotted path.
///
/// Raises:
///     ValueError: a letter of the format is unknown, or the regular expression is invalid.
#[pyfunction]
#[pyo3(signature = (
    samples, *, format = None, timestamp_format = None, timestamp_regex = None, timestamp_field = None
))]
pub(crate) fn detect(
    py: Python<'_>,
    samples: Vec<Bound<'_, PyBytes>>,
    format: Option<Choice<FormatKind>>,
    timestamp_format: Option<&str>,
    timestamp_regex: Option<&str>,
    timestamp_field: Option<String>,
) -> PyResult<Option<FileFormat>> {
    let timestamp_format =
        timestamp_format.map(TimestampFormat::from_strftime).transpose().map_err(|directive| {
            PyValueError::new_err(format!(
                "`timestamp_format` has {directive}, which is not a supported directive of strftime"
            ))
        })?;
    let timestamp_regex = regex("timestamp_regex", timestamp_regex)?;
    let options = DetectOptions {
        format: format.map(|Choice(kind)| kind),
        timestamp_formats: TimestampFormat::given(timestamp_format, timestamp_regex.as_ref()),
        timestamp_field,
    };
    let samples: Vec<&[u8]> = samples.iter().map(PyBytesMethods::as_bytes).collect();
    Ok(py.detach(|| input::detect(&samples, &options)).map(FileFormat))
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

//! `cordwood._core.detect`, and what it found: how the lines of a file become events.

use cordwood_input::{
    DetectOptions, Detected, InputFormat, JsonLines, LineFormat, Regex, TextLines, TimestampFormat,
    TimestampResolver, Untimed,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyBytesMethods};

/// What samples of a file show.
#[pyclass(frozen, module = "cordwood._core")]
pub(crate) struct FileFormat(Detected);

/// How lines become events: a shape, with what its lines leave out.
#[pyclass(frozen, module = "cordwood._core")]
pub(crate) struct LineRules {
    pub(crate) format: LineFormat,
    /// Whether lines are not looked at for their timestamps, which are told.
    pub(crate) told: bool,
}

#[pymethods]
impl LineRules {
    /// Rules for lines whose timestamps are told when they are read, and not looked for in them.
    ///
    /// Args:
    ///     format: `text`: each line is an event; or `json`: each is a JSON object.
    ///     message_field: of JSON lines: the member that is the message, in place of the whole line.
    ///     multiline_start: of text: the regular expression of lines that begin an event, which others continue.
    ///
    /// Raises:
    ///     ValueError: there is no such format, or the regular expression is none.
    #[staticmethod]
    #[pyo3(signature = (format, *, message_field = None, multiline_start = None))]
    fn told(format: &str, message_field: Option<String>, multiline_start: Option<&str>) -> PyResult<Self> {
        let resolver = resolver("UTC", None, 0)?;
        let format = match format {
            "json" => LineFormat::Json(JsonLines::new(vec![], message_field, resolver)),
            "text" => LineFormat::Text(
                TextLines::new(vec![], resolver)
                    .beginning(pattern("multiline_start", multiline_start)?)
                    .untimed(Untimed::Given),
            ),
            other => {
                return Err(PyValueError::new_err(format!(
                    "format is {other:?}; it must be \"text\" or \"json\""
                )));
            }
        };
        Ok(Self { format, told: true })
    }
}

#[pymethods]
impl FileFormat {
    /// `events`, `json` or `text`.
    #[getter]
    fn name(&self) -> &'static str {
        name_of(&self.0.format)
    }

    /// In a few words, how lines write their timestamps; empty for event documents.
    #[getter]
    fn timestamps(&self) -> String {
        timestamps_of(&self.0.format)
    }

    /// Of the lines looked at, those that fit.
    #[getter]
    fn fitting(&self) -> usize {
        self.0.fitting
    }

    /// Lines looked at; empty ones do not count.
    #[getter]
    fn lines(&self) -> usize {
        self.0.lines
    }

    /// The first line that fits; empty for event documents.
    #[getter]
    fn first_line<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.first_line)
    }

    /// Whether lines write no zone.
    #[getter]
    fn needs_zone(&self) -> bool {
        self.0.needs_zone
    }

    /// Whether lines write no year.
    #[getter]
    fn needs_year(&self) -> bool {
        self.0.needs_year
    }

    /// What another part of the file is; None where all parts agree.
    #[getter]
    fn otherwise(&self) -> Option<Self> {
        self.0.otherwise.as_deref().cloned().map(Self)
    }

    /// The first line's timestamp, read so; None for event documents.
    ///
    /// Raises:
    ///     ValueError: there is no such zone.
    #[pyo3(signature = (*, zone, year = None, now))]
    fn first_timestamp(&self, zone: &str, year: Option<i32>, now: i64) -> PyResult<Option<i64>> {
        let mut resolver = resolver(zone, year, now)?;
        Ok(self.0.first.as_ref().and_then(|fields| resolver.resolve(fields)))
    }

    /// Likewise of the last line that fits.
    ///
    /// Raises:
    ///     ValueError: there is no such zone.
    #[pyo3(signature = (*, zone, year = None, now))]
    fn last_timestamp(&self, zone: &str, year: Option<i32>, now: i64) -> PyResult<Option<i64>> {
        let mut resolver = resolver(zone, year, now)?;
        Ok(self.0.last.as_ref().and_then(|fields| resolver.resolve(fields)))
    }

    /// How its lines become events; None for event documents.
    ///
    /// Args:
    ///     zone: of timestamps that write none: `UTC`, `local`, or a name of the IANA database.
    ///     year: of timestamps that write none; the latest that puts them no more than a day after now where not given.
    ///     now: milliseconds since 1970.
    ///     message_field: of JSON lines: the member that is the message, in place of the whole line.
    ///     multiline_start: of text: the regular expression of lines that begin an event; else those with a timestamp
    ///         do.
    ///     untimed_as_before: of text: a line without a timestamp is an event of that of the one before; else it
    ///         continues that.
    ///
    /// Raises:
    ///     ValueError: there is no such zone, or the regular expression is none.
    #[pyo3(signature = (
        *, zone, year = None, now, message_field = None, multiline_start = None, untimed_as_before = false
    ))]
    fn rules(
        &self,
        zone: &str,
        year: Option<i32>,
        now: i64,
        message_field: Option<String>,
        multiline_start: Option<&str>,
        untimed_as_before: bool,
    ) -> PyResult<Option<LineRules>> {
        let format = match self.0.line_format(resolver(zone, year, now)?, message_field) {
            Some(LineFormat::Text(text)) => {
                let text = text.beginning(pattern("multiline_start", multiline_start)?);
                let untimed = if untimed_as_before { Untimed::AsBefore } else { Untimed::Continues };
                LineFormat::Text(text.untimed(untimed))
            }
            Some(other) => other,
            None => return Ok(None),
        };
        Ok(Some(LineRules { format, told: false }))
    }
}

fn pattern(name: &str, pattern: Option<&str>) -> PyResult<Option<Regex>> {
    let compile = |pattern: &str| {
        Regex::new(pattern)
            .map_err(|fault| PyValueError::new_err(format!("{name} is no regular expression: {fault}")))
    };
    pattern.map(compile).transpose()
}

fn resolver(zone: &str, year: Option<i32>, now: i64) -> PyResult<TimestampResolver> {
    TimestampResolver::new(zone, year, now).ok_or_else(|| {
        PyValueError::new_err(format!("{zone:?} is no time zone: UTC, local, or a name as in Europe/Berlin"))
    })
}

fn name_of(format: &InputFormat) -> &'static str {
    match format {
        InputFormat::Events => "events",
        InputFormat::Json(_) => "json",
        InputFormat::Text(_) => "text",
    }
}

fn timestamps_of(format: &InputFormat) -> String {
    match format {
        InputFormat::Events => String::new(),
        InputFormat::Json(field) => format!("timestamps in {field}"),
        InputFormat::Text(timestamps) => format!("timestamps as {}", timestamps.name()),
    }
}

/// What a file is, by samples of whole lines from its start, its middle and its end; None where it is nothing known.
///
/// Args:
///     samples: that of the start first.
///     format: only this: `events`, `json` or `text`.
///     timestamp_format: how text writes its timestamps, in the letters of `strftime`.
///     timestamp_regex: where in a line of text the timestamp is: all of the group `timestamp`, or of the first, or of
///         what is matched.
///     timestamp_field: where JSON lines have theirs, as a dotted path.
///
/// Raises:
///     ValueError: a letter of the format is not known, or the regular expression is none.
#[pyfunction]
#[pyo3(signature = (
    samples, *, format = None, timestamp_format = None, timestamp_regex = None, timestamp_field = None
))]
pub(crate) fn detect(
    py: Python<'_>,
    samples: Vec<Bound<'_, PyBytes>>,
    format: Option<String>,
    timestamp_format: Option<&str>,
    timestamp_regex: Option<&str>,
    timestamp_field: Option<String>,
) -> PyResult<Option<FileFormat>> {
    let mut timestamp_formats =
        timestamp_format.map(TimestampFormat::from_strftime).transpose().map_err(|letter| {
            PyValueError::new_err(format!(
                "timestamp_format has {letter}, which is none of strftime's letters that are read here"
            ))
        })?;
    if let Some(pattern) = pattern("timestamp_regex", timestamp_regex)? {
        timestamp_formats =
            Some(TimestampFormat::at_pattern(timestamp_formats.unwrap_or_else(TimestampFormat::known), &pattern));
    }
    let options = DetectOptions { format, timestamp_formats, timestamp_field };
    let samples: Vec<&[u8]> = samples.iter().map(PyBytesMethods::as_bytes).collect();
    Ok(py.detach(|| cordwood_input::detect(&samples, &options)).map(FileFormat))
}

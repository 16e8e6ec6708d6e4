//! `cordwood._core.FileReader`.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use cordwood_core::{InvalidText, Oversize, ResumeSet};
use cordwood_input as input;
use cordwood_input::{EventFilter, Extra, FileReaderOptions, ReadError};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict, PyList};

use crate::admission::admission;
use crate::arguments::{Choice, Number, regex};
use crate::batch::Batch;
use crate::file_format::LineRules;
use crate::outcomes;
use crate::position_codec::damaged;

/// Files, one after the other and in chunks, into batches.
///
/// A file is an event document (an array of events, one event a line, or what `aws logs get-log-events` and
/// `filter-log-events` print), or lines that become events by `LineRules`. All of them go through one window of open
/// batches, as in `Batcher`; an event's position is its byte offset in its file, added to the position at which the
/// file starts.
///
/// Args:
///     extra: what a member besides those of a log event does: `"reject"` the event, or `"ignore"` the member.
///     oversize: as in `batches`.
///     invalid_text: as in `batches`.
///     keep_rejected: as in `batches`; for what is not an event, its text in the file.
///     settled_below: legal events at positions below this one are read and counted, and not batched.
///     settled_ranges: ranges of positions for which the same holds, each from its start to before its end.
///     settled: sets of packed positions for which it holds too.
///     since: events before this time, in milliseconds since 1970, are skipped.
///     until: events from this time on are skipped.
///     filter: events whose message has no match of this regular expression are skipped.
///     exclude: events whose message has a match of this one are skipped.
///     shift_by: milliseconds that are added to all timestamps; `since` and `until` mean the original ones.
///
/// Raises:
///     ValueError: an option has an unknown value, a set is damaged, or a regular expression is invalid.
#[pyclass(frozen, module = "cordwood._core")]
pub(crate) struct FileReader(Mutex<input::FileReader>);

#[pymethods]
impl FileReader {
    #[new]
    #[pyo3(
        signature = (
            *, extra = Choice(Extra::Reject), oversize = Choice(Oversize::Reject),
            invalid_text = Choice(InvalidText::Replace), keep_rejected = false, settled_below = Number(0),
            settled_ranges = vec![], settled = vec![], since = None, until = None, filter = None, exclude = None,
            shift_by = 0,
        ),
        text_signature = "(*, extra='reject', oversize='reject', invalid_text='replace', keep_rejected=False, \
            settled_below=0, settled_ranges=[], settled=[], since=None, until=None, filter=None, exclude=None, \
            shift_by=0)"
    )]
    #[expect(clippy::too_many_arguments, reason = "one for each keyword of the Python signature")]
    fn new(
        extra: Choice<Extra>,
        oversize: Choice<Oversize>,
        invalid_text: Choice<InvalidText>,
        keep_rejected: bool,
        settled_below: Number,
        settled_ranges: Vec<(u64, u64)>,
        settled: Vec<Bound<'_, PyBytes>>,
        since: Option<i64>,
        until: Option<i64>,
        filter: Option<&str>,
        exclude: Option<&str>,
        shift_by: i64,
    ) -> PyResult<Self> {
        let settled = settled.iter().map(|packed| packed.as_bytes().to_vec());
        let settled_below = settled_below.unsigned("settled_below")?;
        Ok(Self(Mutex::new(input::FileReader::new(FileReaderOptions {
            admission: admission(None, oversize, invalid_text, None, None)?,
            keep_rejected,
            extra: extra.0,
            filter: EventFilter::new(since, until, regex("filter", filter)?, regex("exclude", exclude)?),
            resume: ResumeSet::new(settled_below, settled_ranges, settled).map_err(damaged)?,
            shift_ms: shift_by,
        }))))
    }

    /// Start the next file.
    ///
    /// Without this call, a file starts behind the one before, and is read the same way.
    ///
    /// Args:
    ///     position: of its first byte.
    ///     rules: how its lines become events; None for an event document.
    ///     timestamp: of all its events, for rules that do not look for one in the lines; if None, each event has the
    ///         time at which it was fed.
    ///
    /// Raises:
    ///     ValueError: a file is being read, or the position lies before its end: positions only grow.
    #[pyo3(signature = (position, rules = None, timestamp = None))]
    fn start_file(
        &self,
        position: Number,
        rules: Option<&Bound<'_, LineRules>>,
        timestamp: Option<i64>,
    ) -> PyResult<()> {
        let position = position.unsigned("position")?;
        let started = self.lock().start_file(position, rules.map(|rules| &rules.get().0), timestamp);
        started.map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// Read the next bytes of a file and return the batches that they closed.
    ///
    /// The interpreter lock is released meanwhile.
    ///
    /// Raises:
    ///     ValueError: the file is not an event document; the message is how it starts. Or too many lines begin with a
    ///         timestamp in another layout than those of the file; the arguments are how many, and the first.
    ///     cordwood.EventError: a message is too long, and `oversize` is `"error"`.
    fn feed(&self, chunk: &Bound<'_, PyBytes>) -> PyResult<Vec<Batch>> {
        let bytes = Bytes::from_owner(PyBackedBytes::from(chunk.clone()));
        self.work(chunk.py(), |reader| reader.feed(bytes, now()))
    }

    /// End a file and return the batches that closed.
    ///
    /// Raises:
    ///     ValueError: as in `feed`.
    ///     cordwood.EventError: as in `feed`.
    fn finish_file(&self, py: Python<'_>) -> PyResult<Vec<Batch>> {
        self.work(py, input::FileReader::finish_file)
    }

    /// Close and return open batches, the first opened first.
    fn flush(&self, py: Python<'_>) -> PyResult<Vec<Batch>> {
        self.work(py, input::FileReader::flush)
    }

    /// Whether part of a file could not be read; it is counted as `invalid` too.
    #[getter]
    fn damaged(&self) -> bool {
        self.lock().is_damaged()
    }

    /// Position before which all legal events were returned in batches, or were settled already.
    ///
    /// That of the first event that is held, or else of what is read next. It stays at what the end of its file cut
    /// off: if the file grows, that may become an event.
    #[getter]
    fn held_from(&self) -> u64 {
        self.lock().held_from()
    }

    /// The latest original timestamp of the events that were not skipped; None if there was no event.
    #[getter]
    fn newest_timestamp(&self) -> Option<i64> {
        self.lock().newest_timestamp()
    }

    /// Events by what became of them so far; the keys are those of `Batches.counts`, `settled` and `skipped`.
    ///
    /// `skipped`: events that were left out, and empty lines that belong to no event; not among the events. `settled`:
    /// legal, and not batched, because they are settled already. Always: events = batched + held + settled + the
    /// rejected.
    ///
    /// Of text and JSON: `header_lines`, which are among the skipped; `other_layout_lines`, which begin with a time in
    /// another layout than those of their file; `continuing_lines`, which continue the line before; and
    /// `ambiguous_times`, in an hour that a change of clocks repeats and whose pass the order of lines does not show.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (counts, lines) = {
            let reader = self.lock();
            (reader.counts(), reader.lines_read())
        };
        let input::FileCounts { events, batched, skipped } = counts;
        let counts = outcomes::to_counts(py, events, batched)?;
        counts.set_item("settled", events.settled)?;
        counts.set_item("skipped", skipped)?;
        counts.set_item("header_lines", lines.header)?;
        counts.set_item("other_layout_lines", lines.other_layouts)?;
        counts.set_item("continuing_lines", lines.continuing)?;
        counts.set_item("ambiguous_times", lines.ambiguous_times)?;
        Ok(counts)
    }

    /// Return the rejected events so far and forget them; `counts` still counts them.
    fn drain_rejected<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let rejected = self.lock().take_rejected();
        outcomes::to_list(py, &rejected)
    }
}

/// Milliseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl FileReader {
    /// Held while working without the interpreter lock, and released before that is taken again: a thread that waits for it
    /// waits for one chunk at most.
    fn lock(&self) -> MutexGuard<'_, input::FileReader> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut input::FileReader) -> Result<(), ReadError> + Send,
    ) -> PyResult<Vec<Batch>> {
        let worked = py.detach(|| {
            let mut reader = self.lock();
            work(&mut reader)?;
            // After an error, what closed comes with the next call.
            Ok(reader.take_closed().into_iter().map(Batch).collect())
        });
        worked.map_err(|error| match error {
            ReadError::NotADocument(start) => PyValueError::new_err(start),
            ReadError::OtherLayouts { lines, example, .. } => {
                PyValueError::new_err((lines, String::from_utf8_lossy(&example).into_owned()))
            }
            ReadError::Rejected(rejected) => outcomes::to_exception(py, &rejected),
        })
    }
}

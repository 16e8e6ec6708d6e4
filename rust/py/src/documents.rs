//! `cordwood._core.DocumentReader`.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use cordwood_core as core;
use cordwood_core::RejectedPayload;
use cordwood_core::{EventTable, Rejected, ResumeSet, StreamBatcher};
use cordwood_input::{CountedEvent, DocumentEvents, EventFilter, Extra, LineEvents, LineFormat, Step};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict, PyList};

use crate::batch::Batch;
use crate::formats::LineRules;
use crate::options::{Number, Options, choice};
use crate::outcomes;
use crate::position_codec::damaged;

/// Event documents, one after the other and in pieces, into batches.
///
/// A document is an array of events, one event a line, or what `aws logs get-log-events` and
/// `filter-log-events` print. All of them go through one window of open batches, as in `Batcher`; an event's
/// position is its byte offset in its document, from the position on that the document starts at.
///
/// Args:
///     extra: what a member besides those of a log event does: `"reject"` the event, or `"ignore"` the member.
///     oversize: as in `batches`.
///     invalid_text: as in `batches`.
///     keep_rejected: as in `batches`; of what is no event, its text in the document.
///     settled_below: legal events at positions below this one are read and counted, and not batched.
///     settled_ranges: ranges of positions of which the same holds; each from the one to before the other.
///     settled: sets of packed positions of which it holds too.
///     since: events before this time, in milliseconds since 1970, are skipped.
///     until: events from this time on are skipped.
///     filter: events whose message has not this regular expression are skipped.
///     exclude: events whose message has this one are skipped.
///     shift_by: milliseconds by which all timestamps are moved; what `since` and `until` look at is not.
///
/// Raises:
///     ValueError: an option has no such value, a set is damaged, or a regular expression is none.
#[pyclass(frozen, module = "cordwood._core")]
pub(crate) struct DocumentReader(Mutex<Reader>);

/// What a file is read as.
enum Input {
    Documents(DocumentEvents),
    Lines(Box<LineEvents>),
}

impl Input {
    fn feed(&mut self, bytes: Bytes, stream: &mut StreamBatcher) {
        match self {
            Self::Documents(documents) => documents.feed(&bytes),
            Self::Lines(lines) => {
                stream.lend(bytes.clone());
                lines.feed(bytes);
            }
        }
    }

    fn finish(&mut self) {
        match self {
            Self::Documents(documents) => documents.finish(),
            Self::Lines(lines) => lines.finish(),
        }
    }

    fn next(&mut self) -> Step<'_> {
        match self {
            Self::Documents(documents) => documents.next(),
            Self::Lines(lines) => lines.next(),
        }
    }

    fn rejected_payload(&self) -> Option<RejectedPayload> {
        match self {
            Self::Documents(documents) => documents.rejected_payload(),
            Self::Lines(lines) => lines.rejected_payload(),
        }
    }

    /// The moment of what begins from here on, where lines are not looked at for theirs.
    fn set_timestamp(&mut self, timestamp: i64) {
        match self {
            Self::Documents(_) => {}
            Self::Lines(lines) => lines.set_timestamp(timestamp),
        }
    }

    fn position(&self) -> u64 {
        match self {
            Self::Documents(documents) => documents.position(),
            Self::Lines(lines) => lines.position(),
        }
    }

    fn skipped(&self) -> u64 {
        match self {
            Self::Documents(_) => 0,
            Self::Lines(lines) => lines.skipped(),
        }
    }
}

struct Reader {
    stream: StreamBatcher,
    limits: core::Limits,
    extra: Extra,
    wanted: EventFilter,
    /// Events that were left out.
    unwanted: u64,
    /// Milliseconds that all timestamps are moved by.
    shift: i64,
    /// Of the events that were wanted, as they are written.
    newest: Option<i64>,
    lines: Option<LineFormat>,
    /// Whether the events of these lines are of the moment at which they are read.
    stamped: bool,
    input: Input,
    /// Lines that belong to no event, of the documents before.
    skipped: u64,
    settled: ResumeSet,
    /// Position of the document's start, and bytes of it so far.
    base: u64,
    fed: u64,
    /// Position of the first thing that the end of its document made a fault: more of the document may mend it.
    cut_off: Option<u64>,
    damaged: bool,
}

/// Where an event goes.
struct Sink<'a> {
    stream: &'a mut StreamBatcher,
    settled: &'a mut ResumeSet,
    wanted: &'a EventFilter,
    unwanted: &'a mut u64,
    shift: i64,
    newest: &'a mut Option<i64>,
}

impl Sink<'_> {
    fn take(mut self, position: u64, timestamp: i64, message: core::Text<'_>) -> Result<(), Fault> {
        if !self.wanted.accepts(timestamp, &message) {
            *self.unwanted += 1;
            return Ok(());
        }
        let timestamp = self.note(position, timestamp);
        if self.settled.contains(position) {
            self.stream.skip_settled(timestamp, message)
        } else {
            self.stream.admit(timestamp, message)
        }
        .map_err(Fault::Rejected)
    }

    /// Likewise, of ASCII that somebody has counted.
    #[inline]
    fn take_counted(mut self, position: u64, event: CountedEvent<'_>) -> Result<(), Fault> {
        let CountedEvent { timestamp, message, escaped_len, .. } = event;
        if !self.wanted.accepts_utf8(timestamp, message) {
            *self.unwanted += 1;
            return Ok(());
        }
        let timestamp = self.note(position, timestamp);
        if self.settled.contains(position) {
            self.stream.skip_settled(timestamp, core::Text::Ascii(message))
        } else {
            self.stream.admit_counted(timestamp, message, escaped_len)
        }
        .map_err(Fault::Rejected)
    }

    /// Notes where and when an event is that is wanted; its timestamp from here on.
    #[inline]
    fn note(&mut self, position: u64, timestamp: i64) -> i64 {
        *self.newest = Some(self.newest.map_or(timestamp, |newest| newest.max(timestamp)));
        self.stream.set_position(position);
        timestamp.saturating_add(self.shift)
    }
}

/// Of a reader's parts, while its input is borrowed.
macro_rules! sink {
    ($reader:expr) => {
        Sink {
            stream: &mut $reader.stream,
            settled: &mut $reader.settled,
            wanted: &$reader.wanted,
            unwanted: &mut $reader.unwanted,
            shift: $reader.shift,
            newest: &mut $reader.newest,
        }
    };
}

/// Milliseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Why reading stopped, before it is an exception.
enum Fault {
    NotADocument(String),
    Rejected(Rejected),
}

impl Reader {
    /// Passes on all events that are complete.
    fn read(&mut self) -> Result<(), Fault> {
        loop {
            if let Input::Lines(lines) = &mut self.input {
                while let Some(event) = lines.next_counted() {
                    sink!(self).take_counted(self.base + event.offset, event)?;
                }
            }
            match self.input.next() {
                Step::Event { offset, timestamp, message } => {
                    sink!(self).take(self.base + offset, timestamp, message)?;
                }
                Step::NotAnEvent { offset, rejection } => {
                    self.stream.set_position(self.base + offset);
                    let payload = self.input.rejected_payload();
                    self.stream.reject_with_payload(rejection, payload).map_err(Fault::Rejected)?;
                }
                Step::Damage { offset, rejection } => {
                    self.damaged = true;
                    self.stream.set_position(self.base + offset);
                    let payload = self.input.rejected_payload();
                    self.stream.reject_with_payload(rejection, payload).map_err(Fault::Rejected)?;
                }
                Step::NotADocument(start) => return Err(Fault::NotADocument(start)),
                Step::NeedInput | Step::End => return Ok(()),
            }
        }
    }

    /// The event of lines that might go on, as it stands.
    fn take_open(&mut self) -> Result<(), Fault> {
        let Input::Lines(lines) = &mut self.input else { return Ok(()) };
        match lines.take_open() {
            Some(Step::Event { offset, timestamp, message }) => {
                sink!(self).take(self.base + offset, timestamp, message)
            }
            _ => Ok(()),
        }
    }

    fn new_document(&mut self) {
        self.skipped += self.input.skipped();
        let keeps = self.stream.accounting().keeps_rejected();
        self.input = match &self.lines {
            None => {
                let mut documents = DocumentEvents::new(self.extra);
                if keeps {
                    documents.keep_rejected();
                }
                Input::Documents(documents)
            }
            Some(format) => {
                let mut lines = LineEvents::new(format.clone());
                if keeps {
                    lines.keep_rejected();
                }
                Input::Lines(Box::new(lines))
            }
        };
    }

    /// As `read`, at the document's end.
    fn read_to_end(&mut self) -> Result<(), Fault> {
        let rest = self.base + self.input.position();
        let faults = |reader: &Self| reader.stream.accounting().counts().all_rejected();
        let before = faults(self);
        self.input.finish();
        let read = self.read();
        if faults(self) > before {
            self.cut_off.get_or_insert(rest);
        }
        read
    }

    fn held_from(&self) -> u64 {
        let next = self.base + self.input.position();
        self.cut_off.into_iter().chain(self.stream.held_from()).fold(next, u64::min)
    }

    fn take_closed(&mut self) -> Vec<Batch> {
        let tables: Vec<EventTable> = std::iter::from_fn(|| self.stream.take_closed()).collect();
        tables.into_iter().map(|table| Batch(core::Batch::of_table(table, &self.limits))).collect()
    }
}

#[pymethods]
impl DocumentReader {
    #[new]
    #[pyo3(
        signature = (
            *, extra = "reject", oversize = "reject", invalid_text = "replace", keep_rejected = false,
            settled_below = Number(0), settled_ranges = vec![], settled = vec![], since = None, until = None, filter = None, exclude = None,
            shift_by = 0,
        ),
        text_signature =
            "(*, extra='reject', oversize='reject', invalid_text='replace', keep_rejected=False, settled_below=0, settled_ranges=[], settled=[], since=None, until=None, filter=None, exclude=None, shift_by=0)"
    )]
    #[allow(clippy::too_many_arguments)] // they are keywords in Python
    fn new(
        extra: &str,
        oversize: &str,
        invalid_text: &str,
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
        let options = Options {
            limits: None,
            on_reject: "collect",
            oversize,
            invalid_text,
            now: None,
            retention_in_days: None,
        };
        let (admission, on_reject) = options.read()?;
        let extra = choice("extra", extra, &[("reject", Extra::Reject), ("ignore", Extra::Ignore)])?;
        let mut stream = StreamBatcher::new(admission, on_reject);
        if keep_rejected {
            stream.accounting_mut().keep_rejected();
        }
        let mut reader = Reader {
            stream,
            limits: admission.limits,
            extra,
            wanted: EventFilter::new(since, until, filter, exclude).map_err(PyValueError::new_err)?,
            unwanted: 0,
            shift: shift_by,
            newest: None,
            lines: None,
            stamped: false,
            input: Input::Documents(DocumentEvents::new(extra)),
            skipped: 0,
            settled: ResumeSet::new(
                settled_below.unsigned("settled_below")?,
                settled_ranges,
                settled.iter().map(|packed| packed.as_bytes().to_vec()),
            )
            .map_err(damaged)?,
            base: 0,
            fed: 0,
            cut_off: None,
            damaged: false,
        };
        reader.new_document();
        Ok(Self(Mutex::new(reader)))
    }

    /// Say at which position the next document starts, and how it is read.
    ///
    /// Where the position is not said, it is behind the document before.
    ///
    /// Args:
    ///     position: of its first byte.
    ///     rules: how its lines become events; None where it is an event document.
    ///     timestamp: of all its events, for rules to which that is told; else they are of the moment when they are
    ///         fed.
    ///
    /// Raises:
    ///     ValueError: a document is under way, or the position lies before its end: positions only grow.
    #[pyo3(signature = (position, rules = None, timestamp = None))]
    fn start_document(
        &self,
        position: Number,
        rules: Option<&Bound<'_, LineRules>>,
        timestamp: Option<i64>,
    ) -> PyResult<()> {
        let position = position.unsigned("position")?;
        let mut reader = self.lock();
        if reader.fed > 0 {
            return Err(PyValueError::new_err("a document is under way; finish it first"));
        }
        if position < reader.base {
            return Err(PyValueError::new_err(format!(
                "position is {position}; the document before ends at {}, and positions only grow",
                reader.base
            )));
        }
        reader.base = position;
        let told = rules.is_some_and(|rules| rules.get().told);
        reader.lines = rules.map(|rules| rules.get().format.clone());
        reader.stamped = told && timestamp.is_none();
        reader.new_document();
        if let Some(timestamp) = timestamp.filter(|_| told) {
            reader.input.set_timestamp(timestamp);
        }
        Ok(())
    }

    /// Take the next bytes of a document and return the batches that they closed.
    ///
    /// The interpreter lock is released meanwhile.
    ///
    /// Raises:
    ///     ValueError: this is no event document; the message is how it starts.
    ///     cordwood.EventError: a message is too long, and `oversize` is `"error"`.
    fn feed(&self, chunk: &Bound<'_, PyBytes>) -> PyResult<Vec<Batch>> {
        let bytes = Bytes::from_owner(PyBackedBytes::from(chunk.clone()));
        self.work(chunk.py(), |reader| {
            reader.fed += bytes.len() as u64;
            if reader.stamped {
                reader.input.set_timestamp(now());
            }
            reader.input.feed(bytes, &mut reader.stream);
            reader.read()
        })
    }

    /// End a document, make ready for the next, and return the batches that closed.
    ///
    /// Raises:
    ///     ValueError: as in `feed`.
    ///     cordwood.EventError: as in `feed`.
    fn finish_document(&self, py: Python<'_>) -> PyResult<Vec<Batch>> {
        self.work(py, |reader| {
            let read = reader.read_to_end();
            reader.base += std::mem::take(&mut reader.fed);
            reader.new_document();
            read
        })
    }

    /// Close and hand back open batches, the first opened first.
    fn flush(&self, py: Python<'_>) -> PyResult<Vec<Batch>> {
        self.work(py, |reader| {
            let taken = reader.take_open();
            reader.stream.close_all();
            taken
        })
    }

    /// Whether part of a document could not be read; it is among the `invalid` too.
    #[getter]
    fn damaged(&self) -> bool {
        self.lock().damaged
    }

    /// Position before which all legal events have left, in batches returned, or were settled already.
    ///
    /// That of the first event that is held, or else of what is read next. It stays at what the end of its document
    /// cut off: where the document grows, that may become an event.
    #[getter]
    fn held_from(&self) -> u64 {
        self.lock().held_from()
    }

    /// The latest timestamp of the events so far, as it is written; None where there was none.
    #[getter]
    fn newest_timestamp(&self) -> Option<i64> {
        self.lock().newest
    }

    /// Events by what became of them so far; the keys are those of `Batches.counts`, `settled` and `skipped`.
    ///
    /// `skipped`: events that were left out, and empty lines that belong to no event; not among the events. `settled`:
    /// legal, and not batched, for they are settled already. Always: events = batched + held + settled + the rejected.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let reader = self.lock();
        let accounting = reader.stream.accounting();
        let counts = outcomes::to_counts(py, accounting, reader.stream.batched_events())?;
        counts.set_item("settled", accounting.counts().settled)?;
        counts.set_item("skipped", reader.skipped + reader.unwanted + reader.input.skipped())?;
        Ok(counts)
    }

    /// Hand over the rejected events so far and forget them; `counts` still counts them.
    fn drain_rejected<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let rejected = self.lock().stream.accounting_mut().take_rejected();
        outcomes::to_list(py, &rejected)
    }
}

impl DocumentReader {
    /// Held while working without the interpreter lock, and given up before that is asked for again: whoever waits
    /// for it waits for one chunk at most.
    fn lock(&self) -> MutexGuard<'_, Reader> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut Reader) -> Result<(), Fault> + Send,
    ) -> PyResult<Vec<Batch>> {
        let (worked, closed) = py.detach(|| {
            let mut reader = self.lock();
            let worked = work(&mut reader);
            // Where it failed, what closed comes with the next call.
            let closed = if worked.is_ok() { reader.take_closed() } else { vec![] };
            (worked, closed)
        });
        match worked {
            Ok(()) => Ok(closed),
            Err(Fault::NotADocument(start)) => Err(PyValueError::new_err(start)),
            Err(Fault::Rejected(rejected)) => Err(outcomes::to_exception(py, &rejected)),
        }
    }
}

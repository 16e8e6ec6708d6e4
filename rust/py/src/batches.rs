//! `cordwood.batches` and the `cordwood.Batches` that it returns.

use std::sync::{Mutex, MutexGuard, PoisonError};

use cordwood_core::{InvalidText, OnReject, Oversize, Sequence, SequenceBatches};
use pyo3::exceptions::PyValueError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyList};

use crate::admission::admission;
use crate::arguments::{Choice, Number, refuse_unknown};
use crate::arrow::{Chunks, Rows};
use crate::batch::Batch;
use crate::event;
use crate::gil_yield::GilYield;
use crate::huge_pages;
use crate::input::Input;
use crate::limits::Limits;
use crate::naive_times::NaiveTimes;
use crate::outcomes;
use crate::shared_stream::SharedStream;

/// Iterator of `Batch`, as `batches` returns it.
///
/// Over a sequence, all events were read when it was made. Over an iterator, it reads on when the next batch is
/// requested. An exception of that iterator propagates unchanged and loses nothing: batches already returned stay
/// valid, `flush` returns what is held, and requesting the next batch reads on.
#[pyclass(frozen, module = "cordwood")]
pub(crate) struct Batches(Source);

enum Source {
    /// The lock is held as `SharedStream` holds its own, and for as short.
    Sequence(Mutex<SequenceBatches>),
    Stream {
        iterator: Py<PyIterator>,
        stream: SharedStream,
    },
    /// Record batches as they come. The lock is held while the next is made, without the interpreter's.
    RowStream {
        chunks: Mutex<Chunks>,
        stream: SharedStream,
    },
}

fn lock(batches: &Mutex<SequenceBatches>) -> MutexGuard<'_, SequenceBatches> {
    batches.lock().unwrap_or_else(PoisonError::into_inner)
}

fn next_of_stream(
    py: Python<'_>,
    iterator: &Bound<'_, PyIterator>,
    stream: &SharedStream,
) -> PyResult<Option<Batch>> {
    let mut items = iterator.clone();
    let mut gil_yield = GilYield::new();
    while !stream.has_closed() {
        let Some(item) = items.next() else {
            stream.close_all();
            break;
        };
        event::feed(&item?, stream.naive(), &mut stream.feeder())?;
        gil_yield.after_event(py)?;
    }
    Ok(stream.take_closed(py))
}

fn next_of_rows(py: Python<'_>, chunks: &Mutex<Chunks>, stream: &SharedStream) -> PyResult<Option<Batch>> {
    while !stream.has_closed() {
        // Never waited for: the chunks may come from Python code that asks for one of them itself.
        let Ok(mut taken) = chunks.try_lock() else {
            return Err(PyValueError::new_err("the Arrow stream is being read already, by another call"));
        };
        let next = {
            let chunks: &mut Chunks = &mut taken;
            py.detach(|| chunks.next())
        };
        drop(taken);
        let Some(chunk) = next else {
            stream.close_all();
            break;
        };
        Rows::of_table(&chunk?, stream.naive())?.feed_all(py, &mut stream.feeder())?;
    }
    Ok(stream.take_closed(py))
}

#[pymethods]
impl Batches {
    /// The events rejected so far, in order of position: `(position, outcome, reason)`.
    ///
    /// Those that `drain_rejected` has returned are no longer among them.
    #[getter]
    fn rejected<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        match &self.0 {
            Source::Sequence(batches) => {
                let rejected = lock(batches).accounting().rejected().to_vec();
                outcomes::to_list(py, &rejected)
            }
            Source::Stream { stream, .. } | Source::RowStream { stream, .. } => stream.rejected(py),
        }
    }

    /// Events by what became of them so far.
    ///
    /// `events`: read from the input. `batched`: in batches already returned (a split event counts once, with its
    /// last part). `held`: read, but not returned yet. Then one count for each outcome an event can be rejected
    /// with: `too_old`, `too_new`, `expired`, `oversize`, `empty`, `invalid`. Always: events = batched + held + the
    /// rejected. `altered` is extra: of the events that were not rejected, those whose text was changed: truncated,
    /// split, or with U+FFFD put in.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        match &self.0 {
            Source::Sequence(batches) => {
                let (counts, batched) = {
                    let batches = lock(batches);
                    (batches.accounting().counts(), batches.batched_events())
                };
                outcomes::to_counts(py, counts, batched)
            }
            Source::Stream { stream, .. } | Source::RowStream { stream, .. } => stream.counts(py),
        }
    }

    /// Return the rejected events so far and forget them; `counts` still counts them.
    ///
    /// `rejected` grows with every rejected event; drain it to keep the memory of a long stream small.
    fn drain_rejected<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        match &self.0 {
            Source::Sequence(batches) => {
                let rejected = lock(batches).accounting_mut().take_rejected();
                outcomes::to_list(py, &rejected)
            }
            Source::Stream { stream, .. } | Source::RowStream { stream, .. } => stream.drain_rejected(py),
        }
    }

    /// Return all batches that are held, full or not, without reading on.
    fn flush(&self, py: Python<'_>) -> Vec<Batch> {
        match &self.0 {
            Source::Sequence(batches) => lock(batches).by_ref().map(Batch).collect(),
            Source::Stream { stream, .. } | Source::RowStream { stream, .. } => {
                stream.close_all();
                stream.take_all_closed(py)
            }
        }
    }

    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Batch>> {
        match &self.0 {
            Source::Sequence(batches) => Ok(lock(batches).next().map(Batch)),
            Source::Stream { iterator, stream } => next_of_stream(py, iterator.bind(py), stream),
            Source::RowStream { chunks, stream } => next_of_rows(py, chunks, stream),
        }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        match &self.0 {
            Source::Sequence(_) | Source::RowStream { .. } => Ok(()),
            Source::Stream { iterator, .. } => visit.call(iterator),
        }
    }
}

/// Cut log events into the fewest batches that PutLogEvents accepts.
///
/// A sequence (list, tuple, anything registered as one) or a pair of columns is read at once, sorted as a
/// whole by timestamp (equal ones keep their input order) and cut greedily: no cut into consecutive runs of
/// the sorted events has fewer batches. Any other iterable is a stream: it is read as batches are requested,
/// through a window of up to 32 open batches (see `Batcher`), in constant memory. The caller's objects are copied, not
/// kept (except for the memory of Arrow columns, and messages of 64 KiB and more: see `Batch`).
///
/// Args:
///     events: mappings with `timestamp` and `message` (other members are ignored), or `(timestamp, message)`
///         pairs (tuples or lists of two); or an Arrow table with columns of these names, of any library that has the
///         PyCapsule interface, read without a Python object for each event; a reader of record batches is a stream; or
///         a structured array of numpy with such fields. A timestamp is a whole number of milliseconds since 1970-01-01
///         00:00 UTC (int, or anything with `__index__` but bool), or an aware datetime, taken down to its millisecond.
///         A message is str, or bytes of UTF-8. A null in any form (None, NaT, NA, a masked value) is neither, which
///         makes its row `invalid`.
///     timestamps: instead of `events`, with `messages`: the column of timestamps. An `array.array("q")`, a
///         numpy array of int64 or datetime64, another buffer of 64-bit integers, or an Arrow column of int64 or of
///         timestamps (of any unit) is read without a Python object for each.
///     messages: the column of messages, as long as `timestamps`; an Arrow column of strings or binary, also
///         dictionary-encoded, and numpy's of str or bytes, without a Python object for each. A list is read in place:
///         as a column it must not change meanwhile.
///     limits: the limits to obey; the service's own if not given.
///     on_reject: what an event that is not a legal log event does: `"error"` raises EventError at the first;
///         `"collect"` leaves it out and lists it in `Batches.rejected`.
///     oversize: what becomes of a message too long for one event: `"reject"`; `"truncate"` at a character
///         boundary, ending in `[Truncated...]`; `"split"` at character boundaries into events of the same
///         timestamp whose messages start with `[part 1/3] ` and so on; `"error"` raises, whatever `on_reject`.
///     invalid_text: what becomes of text that is not valid Unicode: `"replace"` puts in U+FFFD before the
///         message is measured (one for each surrogate code point of a str; in bytes as `errors="replace"`
///         does); `"reject"` makes the event `invalid`.
///     now: the time, as a timestamp, that the age of events is counted from: `too_new` is more than 2 h after it,
///         `too_old` more than 14 days before. Without it, no age rule applies: the clock is never read.
///     retention_in_days: with `now`, the log group's retention: older events are `expired`.
///     keep_rejected: list rejected events as `RejectedEvent`, with what they held: up to 1 MiB of the message, or of
///         the object's `repr` if it has none.
///     timezone: what a time without a zone means (a naive datetime, `datetime64`, an Arrow timestamp without a zone):
///         `"UTC"`, `"local"`, or a name such as `"Europe/Berlin"`. Without it such an event is `invalid`, as is one
///         at a time that the zone's clocks skip or show twice (but a datetime with `fold=1` is the second). For a
///         sequence or columns without such a time it is an error; for an iterator, it is for those that come.
///
/// Returns:
///     Batches: an iterator of `Batch`.
///
/// Raises:
///     cordwood.EventError: at the first event that is not a legal log event, unless `on_reject` is
///         `"collect"`. It is a ValueError, and also a TypeError if the type is wrong. It has `.position`, `.outcome`
///         and `.reason`.
///     TypeError: the input as a whole is a str, bytes, a single mapping or not iterable, or both `events` and
///         columns, or one column, were given; or `timezone`, and all times have a zone or need none.
///     ValueError: the columns differ in length, or an option has an unknown value.
///     RuntimeError: a column became shorter while it was read, by code of its own items or of another thread.
#[pyfunction]
#[pyo3(signature = (
    events = None,
    *,
    timestamps = None,
    messages = None,
    limits = None,
    on_reject = Choice(OnReject::Error),
    oversize = Choice(Oversize::Reject),
    invalid_text = Choice(InvalidText::Replace),
    now = None,
    retention_in_days = None,
    keep_rejected = false,
    timezone = None,
    **unknown,
), text_signature = "(events=None, *, timestamps=None, messages=None, limits=None, on_reject='error', \
    oversize='reject', invalid_text='replace', now=None, retention_in_days=None, keep_rejected=False, \
    timezone=None)")]
#[expect(clippy::too_many_arguments, reason = "one for each keyword of the Python signature")]
pub(crate) fn batches<'py>(
    py: Python<'py>,
    events: Option<Bound<'py, PyAny>>,
    timestamps: Option<Bound<'py, PyAny>>,
    messages: Option<Bound<'py, PyAny>>,
    limits: Option<&Bound<'py, Limits>>,
    on_reject: Choice<OnReject>,
    oversize: Choice<Oversize>,
    invalid_text: Choice<InvalidText>,
    now: Option<&Bound<'py, PyAny>>,
    retention_in_days: Option<Number>,
    keep_rejected: bool,
    timezone: Option<&str>,
    unknown: Option<&Bound<'py, PyDict>>,
) -> PyResult<Batches> {
    refuse_unknown("batches", unknown)?;
    let admission = admission(limits, oversize, invalid_text, now, retention_in_days)?;
    let naive = NaiveTimes::new(timezone)?;
    let Choice(on_reject) = on_reject;
    let input = match Input::new(events, timestamps, messages, &naive)? {
        Input::Stream(iterator) => {
            let stream = SharedStream::new(admission, on_reject, keep_rejected, naive);
            return Ok(Batches(Source::Stream { iterator: iterator.unbind(), stream }));
        }
        Input::RowStream(_, chunks) => {
            let stream = SharedStream::new(admission, on_reject, keep_rejected, naive);
            return Ok(Batches(Source::RowStream { chunks: Mutex::new(chunks), stream }));
        }
        input => input,
    };
    let mut sequence = Sequence::new(admission, on_reject, huge_pages::table_for(input.size_hint()));
    if keep_rejected {
        sequence.keep_rejected();
    }
    input.feed_all(&naive, &mut sequence)?;
    naive.refuse_if_unused(sequence.accounting().counts().events)?;
    Ok(Batches(Source::Sequence(Mutex::new(py.detach(|| sequence.finish())))))
}

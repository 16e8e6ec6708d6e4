//! `cordwood._core.Router`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use cordwood_core as core;
use cordwood_core::{InvalidText, MAX_STREAM_NAME_CHARS, OnReject, Oversize};
use cordwood_core::{Rejected, RejectedPayload, Rejection, Text};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use pyo3::{PyTraverseError, PyVisit};

use crate::admission::admission;
use crate::arguments::{Choice, Number};
use crate::batch::Batch;
use crate::event;
use crate::feed::Feed;
use crate::gil_yield::GilYield;
use crate::naive_times::NaiveTimes;
use crate::outcomes;
use crate::rejected_payload;

/// Events to the log streams that a function of each event names, each with open batches of its own.
///
/// All together hold at most `max_held_nbytes`: beyond, the log stream that was fed least recently closes its batches.
/// Threads may share an instance, as they may a `Batcher`. A name that a log stream cannot have makes the event
/// `invalid`.
///
/// Args:
///     name_of: is given each event as it is, and returns the name of its log stream.
///     oversize: as in `batches`.
///     invalid_text: as in `batches`.
///     keep_rejected: as in `batches`.
///     timezone: as in `batches`.
///     max_held_nbytes: of the events in open batches as the service counts them, and 1 KiB for each open batch.
#[pyclass(frozen, module = "cordwood._core")]
pub(crate) struct Router {
    name_of: Py<PyAny>,
    /// Locked as `SharedStream` holds its own, and for as short.
    inner: Mutex<core::Router>,
    limits: core::Limits,
    naive: NaiveTimes,
}

/// Feeds events of one name.
struct Feeder<'a> {
    router: &'a Router,
    name: &'a str,
    /// Of the next event, if not one after that of the event before.
    position: Option<u64>,
}

impl Feed for Feeder<'_> {
    fn admit(&mut self, timestamp: i64, text: Text<'_>) -> Result<(), Rejected> {
        self.router.at(self.position).admit(self.name, timestamp, text)
    }

    fn lend(&mut self, memory: Bytes) {
        // Dropped only behind the lock: with it may go an object of the caller's.
        let before = self.router.lock().lend(memory);
        drop(before);
    }

    fn reject(&mut self, rejection: Rejection, kept: Option<RejectedPayload>) -> Result<(), Rejected> {
        self.router.at(self.position).reject_with_payload(rejection, kept)
    }

    fn keeps_rejected(&self) -> bool {
        self.router.lock().accounting().keeps_rejected()
    }
}

impl Router {
    fn lock(&self) -> MutexGuard<'_, core::Router> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The router, set to a position.
    fn at(&self, position: Option<u64>) -> MutexGuard<'_, core::Router> {
        let mut router = self.lock();
        if let Some(position) = position {
            router.set_position(position);
        }
        router
    }

    fn feed(&self, item: &Bound<'_, PyAny>, position: Option<u64>) -> PyResult<()> {
        let name = self.name_of.bind(item.py()).call1((item,))?;
        // A lone surrogate has no UTF-8.
        let utf8 = name.cast::<PyString>().ok().and_then(|name| name.to_str().ok());
        match utf8 {
            Some(utf8) if core::Router::accepts_name(utf8) => {
                event::feed(item, &self.naive, &mut Feeder { router: self, name: utf8, position })
            }
            _ => self.reject_name(&name, item, position),
        }
    }

    #[cold]
    fn reject_name(
        &self,
        name: &Bound<'_, PyAny>,
        item: &Bound<'_, PyAny>,
        position: Option<u64>,
    ) -> PyResult<()> {
        let shown: String = name.repr()?.to_string_lossy().chars().take(80).collect();
        let reason = format!(
            "log_stream_name gave {shown}; a name is a str of 1 to {MAX_STREAM_NAME_CHARS} characters, neither ':' nor '*'"
        );
        let mut feeder = Feeder { router: self, name: "", position };
        let kept = if feeder.keeps_rejected() { rejected_payload::of_object(item, &self.naive) } else { None };
        let rejected = feeder.reject(Rejection::Malformed(reason.into()), kept);
        rejected.map_err(|rejected| outcomes::to_exception(item.py(), &rejected))
    }

    fn take_all_closed(&self, py: Python<'_>) -> Vec<(Batch, Py<PyString>)> {
        let next = || {
            let (closed, name) = self.lock().take_closed()?;
            let batch = Batch(py.detach(|| core::Batch::of_closed(closed, &self.limits)));
            Some((batch, PyString::new(py, &name).unbind()))
        };
        std::iter::from_fn(next).collect()
    }
}

#[pymethods]
impl Router {
    #[new]
    #[pyo3(signature = (
        name_of,
        *,
        oversize = Choice(Oversize::Reject),
        invalid_text = Choice(InvalidText::Replace),
        keep_rejected = false,
        timezone = None,
        max_held_nbytes = Number(64 << 20),
    ), text_signature = "(name_of, *, oversize='reject', invalid_text='replace', keep_rejected=False, \
        timezone=None, max_held_nbytes=67108864)")]
    fn new(
        name_of: Py<PyAny>,
        oversize: Choice<Oversize>,
        invalid_text: Choice<InvalidText>,
        keep_rejected: bool,
        timezone: Option<&str>,
        max_held_nbytes: Number,
    ) -> PyResult<Self> {
        let admission = admission(None, oversize, invalid_text, None, None)?;
        let max_bytes = max_held_nbytes.unsigned("max_held_nbytes")?;
        let mut router = core::Router::new(admission, OnReject::Collect, max_bytes);
        if keep_rejected {
            router.accounting_mut().keep_rejected();
        }
        Ok(Self {
            name_of,
            inner: Mutex::new(router),
            limits: admission.limits,
            naive: NaiveTimes::new(timezone)?,
        })
    }

    /// Take events and return the batches that closed, each with the name of its log stream.
    ///
    /// If it raises, the events before that are taken, and the next call returns the batches that closed.
    ///
    /// Args:
    ///     events: an iterable of them.
    ///     position: of the first event, as in `Batcher.add`; the others follow it one by one.
    #[pyo3(signature = (events, *, position = None))]
    fn extend(&self, events: &Bound<'_, PyAny>, position: Option<Number>) -> PyResult<Vec<(Batch, Py<PyString>)>> {
        let py = events.py();
        let mut position = position.map(|position| position.unsigned("position")).transpose()?;
        let mut gil_yield = GilYield::new();
        for item in events.try_iter()? {
            self.feed(&item?, position.take())?;
            gil_yield.after_event(py)?;
        }
        Ok(self.take_all_closed(py))
    }

    /// Close and return open batches, those of the least recently fed log stream first.
    ///
    /// Args:
    ///     opened_before: as in `Batcher.flush`.
    #[pyo3(signature = (*, opened_before = None))]
    fn flush(&self, py: Python<'_>, opened_before: Option<Number>) -> PyResult<Vec<(Batch, Py<PyString>)>> {
        match opened_before {
            Some(position) => self.lock().close_opened_before(position.unsigned("opened_before")?),
            None => self.lock().close_all(),
        }
        Ok(self.take_all_closed(py))
    }

    /// What `max_held_nbytes` bounds.
    #[getter]
    fn held_nbytes(&self) -> u64 {
        self.lock().open_bytes()
    }

    /// Events by what became of them so far; the keys are those of `Batches.counts`.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (counts, batched) = {
            let router = self.lock();
            (router.accounting().counts(), router.batched_events())
        };
        outcomes::to_counts(py, counts, batched)
    }

    /// Return the rejected events so far and forget them; `counts` still counts them.
    fn drain_rejected<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let rejected = self.lock().accounting_mut().take_rejected();
        outcomes::to_list(py, &rejected)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.name_of)
    }
}

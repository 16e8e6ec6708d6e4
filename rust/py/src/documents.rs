//! `cordwood._core.DocumentReader`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use cordwood_core as core;
use cordwood_core::{EventTable, Rejected, Stream};
use cordwood_input::{Documents, Extra, Step};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

use crate::account;
use crate::batch::Batch;
use crate::options::{Options, choice};

/// Event documents, one after the other and in pieces, into batches.
///
/// A document is an array of events, one event a line, or what `aws logs get-log-events` and
/// `filter-log-events` print. All of them go through one window of open batches, as in `Batcher`; an event's
/// position is its byte offset, counted on over the documents.
///
/// Args:
///     extra: what a member besides those of a log event does: `"reject"` the event, or `"ignore"` the member.
///     oversize: as in `batches`.
///     invalid_text: as in `batches`.
///     keep_rejected: as in `batches`; of what is no event, its text in the document.
#[pyclass(frozen, module = "cordwood._core")]
pub(crate) struct DocumentReader(Mutex<Reader>);

struct Reader {
    stream: Stream,
    limits: core::Limits,
    extra: Extra,
    documents: Documents,
    /// Bytes of the documents before this one, and of this one so far.
    base: u64,
    fed: u64,
    damaged: bool,
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
            match self.documents.next() {
                Step::Event { offset, timestamp, message } => {
                    self.stream.set_position(self.base + offset);
                    self.stream.admit(timestamp, message).map_err(Fault::Rejected)?;
                }
                Step::NotAnEvent { offset, rejection } => {
                    self.stream.set_position(self.base + offset);
                    let kept = self.documents.kept();
                    self.stream.reject_keeping(rejection, kept).map_err(Fault::Rejected)?;
                }
                Step::Damage { offset, rejection } => {
                    self.damaged = true;
                    self.stream.set_position(self.base + offset);
                    let kept = self.documents.kept();
                    self.stream.reject_keeping(rejection, kept).map_err(Fault::Rejected)?;
                }
                Step::NotADocument(start) => return Err(Fault::NotADocument(start)),
                Step::NeedInput | Step::End => return Ok(()),
            }
        }
    }

    fn new_document(&mut self) {
        self.documents = Documents::new(self.extra);
        if self.stream.intake().keeps_rejected() {
            self.documents.keep_rejected();
        }
    }

    fn take_closed(&mut self) -> Vec<Batch> {
        let tables: Vec<EventTable> = std::iter::from_fn(|| self.stream.take_closed()).collect();
        tables.into_iter().map(|table| Batch(core::Batch::of_table(table, &self.limits))).collect()
    }
}

#[pymethods]
impl DocumentReader {
    #[new]
    #[pyo3(signature = (*, extra = "reject", oversize = "reject", invalid_text = "replace", keep_rejected = false))]
    fn new(extra: &str, oversize: &str, invalid_text: &str, keep_rejected: bool) -> PyResult<Self> {
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
        let mut stream = Stream::new(admission, on_reject);
        if keep_rejected {
            stream.intake_mut().keep_rejected();
        }
        let mut reader = Reader {
            stream,
            limits: admission.limits,
            extra,
            documents: Documents::new(extra),
            base: 0,
            fed: 0,
            damaged: false,
        };
        reader.new_document();
        Ok(Self(Mutex::new(reader)))
    }

    /// Take the next bytes of a document and return the batches that they closed.
    ///
    /// The interpreter lock is released meanwhile.
    ///
    /// Raises:
    ///     ValueError: this is no event document; the message is how it starts.
    ///     cordwood.EventError: a message is too long, and `oversize` is `"error"`.
    fn feed(&self, chunk: &Bound<'_, PyBytes>) -> PyResult<Vec<Batch>> {
        let bytes = chunk.as_bytes();
        self.work(chunk.py(), |reader| {
            reader.fed += bytes.len() as u64;
            reader.documents.feed(bytes);
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
            reader.documents.finish();
            let read = reader.read();
            reader.base += std::mem::take(&mut reader.fed);
            reader.new_document();
            read
        })
    }

    /// Close and hand back open batches, the first opened first.
    fn flush(&self, py: Python<'_>) -> PyResult<Vec<Batch>> {
        self.work(py, |reader| {
            reader.stream.close_all();
            Ok(())
        })
    }

    /// Whether part of a document could not be read; it is among the `invalid` too.
    #[getter]
    fn damaged(&self) -> bool {
        self.lock().damaged
    }

    /// Events by what became of them so far; the keys are those of `Batches.counts`.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let reader = self.lock();
        account::to_counts(py, reader.stream.intake(), reader.stream.batched_events())
    }

    /// Hand over the rejected events so far and forget them; `counts` still counts them.
    fn drain_rejected<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let rejected = self.lock().stream.intake_mut().take_rejected();
        account::to_list(py, &rejected)
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
            Err(Fault::Rejected(rejected)) => Err(account::to_exception(py, &rejected)),
        }
    }
}

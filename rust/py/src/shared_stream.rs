//! A stream that several threads may feed.
//!
//! The lock is held only while attached to the interpreter, never while Python code runs or the interpreter
//! lock is given up. So it is free whenever a thread that holds the interpreter lock asks for it: no two threads
//! wait for each other, code of the caller's may call back into the same object, and a forked child (the fork
//! happens in a thread that holds the interpreter lock) never inherits it taken.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use cordwood_core as core;
use cordwood_core::{Admission, OnReject, Rejected, RejectedPayload, Rejection, StreamBatcher, Text};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::batch::Batch;
use crate::feed::Feed;
use crate::naive_times::NaiveTimes;
use crate::outcomes;

pub(crate) struct SharedStream {
    stream: Mutex<StreamBatcher>,
    limits: core::Limits,
    naive: NaiveTimes,
}

/// One feeder of a shared stream; each event takes the lock for itself.
pub(crate) struct Feeder<'a>(&'a SharedStream);

impl Feed for Feeder<'_> {
    #[inline]
    fn admit(&mut self, timestamp: i64, text: Text<'_>) -> Result<(), Rejected> {
        self.0.lock().admit(timestamp, text)
    }

    fn lend(&mut self, memory: Bytes) {
        // Dropped only behind the lock: with it may go an object of the caller's.
        let before = self.0.lock().lend(memory);
        drop(before);
    }

    fn reject(&mut self, rejection: Rejection, kept: Option<RejectedPayload>) -> Result<(), Rejected> {
        self.0.lock().reject_with_payload(rejection, kept)
    }

    fn keeps_rejected(&self) -> bool {
        self.0.lock().accounting().keeps_rejected()
    }
}

impl SharedStream {
    pub(crate) fn new(admission: Admission, on_reject: OnReject, keep_rejected: bool, naive: NaiveTimes) -> Self {
        let mut stream = StreamBatcher::new(admission, on_reject);
        if keep_rejected {
            stream.accounting_mut().keep_rejected();
        }
        Self { limits: admission.limits, stream: Mutex::new(stream), naive }
    }

    fn lock(&self) -> MutexGuard<'_, StreamBatcher> {
        // A panic under the lock would be a bug of the core; what it holds is still whole events.
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What its times without a zone mean.
    pub(crate) fn naive(&self) -> &NaiveTimes {
        &self.naive
    }

    pub(crate) fn feeder(&self) -> Feeder<'_> {
        Feeder(self)
    }

    /// The next closed batch, if there is one.
    pub(crate) fn take_closed(&self, py: Python<'_>) -> Option<Batch> {
        let closed = self.lock().take_closed()?;
        Some(Batch(py.detach(|| core::Batch::of_closed(closed, &self.limits))))
    }

    /// All closed batches.
    pub(crate) fn take_all_closed(&self, py: Python<'_>) -> Vec<Batch> {
        std::iter::from_fn(|| self.take_closed(py)).collect()
    }

    pub(crate) fn has_closed(&self) -> bool {
        self.lock().has_closed()
    }

    /// Where in the input the next event stands.
    pub(crate) fn set_position(&self, position: u64) {
        self.lock().set_position(position);
    }

    pub(crate) fn close_opened_before(&self, position: u64) {
        self.lock().close_opened_before(position);
    }

    pub(crate) fn open_bytes(&self) -> u64 {
        self.lock().open_bytes()
    }

    pub(crate) fn close_all(&self) {
        self.lock().close_all();
    }

    pub(crate) fn rejected<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let rejected = self.lock().accounting().rejected().to_vec();
        outcomes::to_list(py, &rejected)
    }

    pub(crate) fn drain_rejected<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let rejected = self.lock().accounting_mut().take_rejected();
        outcomes::to_list(py, &rejected)
    }

    pub(crate) fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (counts, batched) = {
            let stream = self.lock();
            (stream.accounting().counts(), stream.batched_events())
        };
        outcomes::to_counts(py, counts, batched)
    }
}

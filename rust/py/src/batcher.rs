//! `cordwood.Batcher`.

use cordwood_core::{InvalidText, OnReject, Oversize};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::admission::admission;
use crate::arguments::{Choice, Number, refuse_unknown};
use crate::batch::Batch;
use crate::event;
use crate::input::Input;
use crate::limits::Limits;
use crate::naive_times::NaiveTimes;
use crate::shared_stream::SharedStream;

/// The streaming form: takes events as they come, returns batches as they become full.
///
/// Up to 32 batches are open at once, each at most 24 h wide, so that times in any order still fill their batches;
/// memory is bounded for any input. Threads may share an instance: each event has the position at which it was added.
///
/// Args:
///     limits: the limits to obey; the service's own if not given.
///     on_reject: as in `batches`.
///     oversize: as in `batches`.
///     invalid_text: as in `batches`.
///     now: as in `batches`.
///     retention_in_days: as in `batches`.
///     keep_rejected: as in `batches`.
///     timezone: as in `batches`.
#[pyclass(frozen, module = "cordwood")]
pub(crate) struct Batcher(SharedStream);

#[pymethods]
impl Batcher {
    #[new]
    #[pyo3(signature = (
        *,
        limits = None,
        on_reject = Choice(OnReject::Error),
        oversize = Choice(Oversize::Reject),
        invalid_text = Choice(InvalidText::Replace),
        now = None,
        retention_in_days = None,
        keep_rejected = false,
        timezone = None,
        **unknown,
    ), text_signature = "(*, limits=None, on_reject='error', oversize='reject', invalid_text='replace', now=None, \
        retention_in_days=None, keep_rejected=False, timezone=None)")]
    #[expect(clippy::too_many_arguments, reason = "one for each keyword of the Python signature")]
    fn new(
        limits: Option<&Bound<'_, Limits>>,
        on_reject: Choice<OnReject>,
        oversize: Choice<Oversize>,
        invalid_text: Choice<InvalidText>,
        now: Option<&Bound<'_, PyAny>>,
        retention_in_days: Option<Number>,
        keep_rejected: bool,
        timezone: Option<&str>,
        unknown: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        refuse_unknown("Batcher", unknown)?;
        let admission = admission(limits, oversize, invalid_text, now, retention_in_days)?;
        Ok(Self(SharedStream::new(admission, on_reject.0, keep_rejected, NaiveTimes::new(timezone)?)))
    }

    /// Take one event and return the batches that it closed, most often none.
    ///
    /// Args:
    ///     timestamp: as in `batches`.
    ///     message: as in `batches`.
    ///     position: of the event in the caller's input, at most 2**63 - 1; one after that of the event before if not
    ///         given.
    ///
    /// Raises:
    ///     cordwood.EventError: the event is not a legal log event and `on_reject` is `"error"`; it is counted
    ///         as rejected, and everything that is held stays held.
    #[pyo3(signature = (timestamp, message, *, position = None))]
    fn add(
        &self,
        timestamp: &Bound<'_, PyAny>,
        message: Bound<'_, PyAny>,
        position: Option<Number>,
    ) -> PyResult<Vec<Batch>> {
        if let Some(position) = position {
            self.0.set_position(position.unsigned("position")?);
        }
        event::feed_pair(timestamp, &message, self.0.naive(), &mut self.0.feeder())?;
        Ok(self.0.take_all_closed(timestamp.py()))
    }

    /// Take many events, or two columns, and return the batches that they closed.
    ///
    /// If it raises, the events before that are taken, and the next call returns the batches that they closed.
    ///
    /// Args:
    ///     events: as in `batches`.
    ///     timestamps: as in `batches`.
    ///     messages: as in `batches`.
    ///     position: of the first event, as in `add`; the others follow it one by one.
    ///
    /// Raises:
    ///     cordwood.EventError: as in `add`.
    ///     TypeError: the input as a whole has the wrong type, as in `batches`.
    ///     RuntimeError: a column became shorter while it was read, as in `batches`.
    #[pyo3(signature = (events = None, *, timestamps = None, messages = None, position = None))]
    fn extend<'py>(
        &self,
        py: Python<'py>,
        events: Option<Bound<'py, PyAny>>,
        timestamps: Option<Bound<'py, PyAny>>,
        messages: Option<Bound<'py, PyAny>>,
        position: Option<Number>,
    ) -> PyResult<Vec<Batch>> {
        if let Some(position) = position {
            self.0.set_position(position.unsigned("position")?);
        }
        let naive = self.0.naive();
        Input::new(events, timestamps, messages, naive)?.feed_all(naive, &mut self.0.feeder())?;
        Ok(self.0.take_all_closed(py))
    }

    /// Close and return open batches, the first opened first.
    ///
    /// Args:
    ///     opened_before: a position: only the batches whose first event came before it; all if not given.
    #[pyo3(signature = (*, opened_before = None))]
    fn flush(&self, py: Python<'_>, opened_before: Option<Number>) -> PyResult<Vec<Batch>> {
        match opened_before {
            Some(position) => self.0.close_opened_before(position.unsigned("opened_before")?),
            None => self.0.close_all(),
        }
        Ok(self.0.take_all_closed(py))
    }

    /// Size of the events in open batches, as the service counts it: message bytes plus 26 for each.
    #[getter]
    fn held_nbytes(&self) -> u64 {
        self.0.open_bytes()
    }

    /// The events rejected so far, in order of position: `(position, outcome, reason)`.
    ///
    /// Those that `drain_rejected` has returned are no longer among them.
    #[getter]
    fn rejected<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        self.0.rejected(py)
    }

    /// Events by what became of them so far; the keys are those of `Batches.counts`.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.0.counts(py)
    }

    /// Return the rejected events so far and forget them; `counts` still counts them.
    fn drain_rejected<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        self.0.drain_rejected(py)
    }
}

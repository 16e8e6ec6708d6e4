//! What became of the events, in Python's terms: `Rejected`, `EventError`, counts.

use cordwood_core::{Accounting, Outcome, Rejected, Rejection};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyList, PyType};

mod exceptions {
    #![allow(missing_docs)]
    pyo3::import_exception!(cordwood.errors, EventError);
    pyo3::import_exception!(cordwood.errors, EventTypeError);
}

fn outcome(py: Python<'_>, outcome: Outcome) -> PyResult<Bound<'_, PyAny>> {
    static OUTCOME: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    OUTCOME.import(py, "cordwood._model", "Outcome")?.call1((outcome.name(),))
}

/// The exception that tells of a rejected event.
#[cold]
pub(crate) fn to_exception(py: Python<'_>, rejected: &Rejected) -> PyErr {
    let outcome = match outcome(py, rejected.rejection.outcome()) {
        Ok(outcome) => outcome.unbind(),
        Err(exception) => return exception,
    };
    let arguments = (rejected.position, outcome, rejected.rejection.to_string());
    match rejected.rejection {
        Rejection::WrongType(_) => exceptions::EventTypeError::new_err(arguments),
        _ => exceptions::EventError::new_err(arguments),
    }
}

/// A list of `cordwood.Rejected`, or of `RejectedEvent` where what it held was kept.
pub(crate) fn to_list<'py>(py: Python<'py>, rejected: &[Rejected]) -> PyResult<Bound<'py, PyList>> {
    static REJECTED: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    static REJECTED_EVENT: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = REJECTED.import(py, "cordwood._model", "Rejected")?;
    let list = PyList::empty(py);
    for Rejected { position, rejection, payload } in rejected {
        let (outcome, reason) = (outcome(py, rejection.outcome())?, rejection.to_string());
        list.append(match payload {
            None => class.call1((*position, outcome, reason))?,
            Some(payload) => {
                let text = PyBytes::new(py, &payload.text);
                let payload = (payload.timestamp, text, payload.is_message, payload.truncated);
                let class = REJECTED_EVENT.import(py, "cordwood._model", "RejectedEvent")?;
                class.call1((*position, outcome, reason, payload))?
            }
        })?;
    }
    Ok(list)
}

/// The mapping of `counts`.
pub(crate) fn to_counts<'py>(
    py: Python<'py>,
    accounting: &Accounting,
    batched_events: u64,
) -> PyResult<Bound<'py, PyDict>> {
    let counts = accounting.counts();
    let dict = PyDict::new(py);
    dict.set_item("events", counts.events)?;
    dict.set_item("batched", batched_events)?;
    dict.set_item("held", counts.admitted() - batched_events)?;
    for outcome in Outcome::ALL {
        dict.set_item(outcome.name(), counts.rejected(outcome))?;
    }
    dict.set_item("altered", counts.altered)?;
    Ok(dict)
}

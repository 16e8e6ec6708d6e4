//! What became of the events, in Python's terms: `Rejected`, `EventError`, counts.

use cordwood_core::{Counts, Outcome, Rejected, Rejection, Remedy};
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

/// The exception for a rejected event.
#[cold]
pub(crate) fn to_exception(py: Python<'_>, rejected: &Rejected) -> PyErr {
    let outcome = match outcome(py, rejected.rejection.outcome()) {
        Ok(outcome) => outcome.unbind(),
        Err(exception) => return exception,
    };
    let arguments = (rejected.position, outcome, reason(&rejected.rejection));
    match rejected.rejection {
        Rejection::WrongType(_) => exceptions::EventTypeError::new_err(arguments),
        _ => exceptions::EventError::new_err(arguments),
    }
}

/// Why an event is rejected, with the option that would admit it, if there is one: in backticks, which the command line
/// shows as its flags.
fn reason(rejection: &Rejection) -> String {
    let option = match rejection.remedy() {
        None => return rejection.to_string(),
        Some(Remedy::InvalidText) => "`invalid_text` \"replace\" does so",
        Some(Remedy::Oversize) => "`oversize` \"truncate\" or \"split\" does so",
        Some(Remedy::ExtraMembers) => "`extra` \"ignore\" does so",
        Some(Remedy::TimestampField) => "`timestamp_field` names another",
        Some(Remedy::OtherLayouts) => "`other_layouts` \"event\" or \"continue\" says what it is",
        Some(Remedy::TimestampSource) => "`timestamp_from` takes it from elsewhere",
    };
    format!("{rejection} ({option})")
}

/// A list of `cordwood.Rejected`, or of `RejectedEvent` if what it held was kept.
pub(crate) fn to_list<'py>(py: Python<'py>, rejected: &[Rejected]) -> PyResult<Bound<'py, PyList>> {
    static REJECTED: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    static REJECTED_EVENT: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = REJECTED.import(py, "cordwood._model", "Rejected")?;
    let list = PyList::empty(py);
    for Rejected { position, rejection, payload } in rejected {
        let (outcome, reason) = (outcome(py, rejection.outcome())?, reason(rejection));
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
pub(crate) fn to_counts(py: Python<'_>, counts: Counts, batched_events: u64) -> PyResult<Bound<'_, PyDict>> {
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

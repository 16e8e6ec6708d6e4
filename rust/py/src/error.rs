//! Why an object is no event, before that is a rejection or an exception.

use cordwood_core::Rejection;
use pyo3::prelude::*;

/// Why an object gave no event.
pub(crate) enum ExtractError {
    /// It is no log event: an outcome.
    Rejected(Rejection),
    /// Code of the caller's that had to run (`__getitem__`, `utcoffset`) raised: its exception goes on.
    Raised(PyErr),
}

impl From<Rejection> for ExtractError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<PyErr> for ExtractError {
    fn from(exception: PyErr) -> Self {
        Self::Raised(exception)
    }
}

//! The forms in which Python's libraries hold a value that is missing.

use pyo3::prelude::*;
use pyo3::types::PyFloat;

/// The name of a null, if the value is one: `None`, NaN, `NaT` of pandas and numpy, `NA` of pandas, numpy's `masked`.
#[cold]
pub(crate) fn null_name(value: &Bound<'_, PyAny>) -> Option<&'static str> {
    if value.is_none() {
        return Some("None");
    }
    if let Ok(number) = value.cast::<PyFloat>() {
        return number.value().is_nan().then_some("NaN");
    }
    // By the names of their types: no library is imported only to ask it.
    match &*value.get_type().name().ok()?.to_string_lossy() {
        "NaTType" => Some("NaT"),
        "NAType" => Some("NA"),
        "MaskedConstant" => Some("masked"),
        "datetime64" => value.ne(value).ok()?.then_some("NaT"),
        _ => None,
    }
}

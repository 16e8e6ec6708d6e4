//! The options by which events are admitted, which `batches`, `Batcher` and `FileReader` share.

use cordwood_core::{Admission, AgeRules, InvalidText, Oversize, Rejection};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

use crate::arguments::{Choice, Number};
use crate::error::ExtractError;
use crate::limits::Limits;
use crate::timestamp;

/// The options as Python passes them; `Choice` has checked the words.
pub(crate) fn admission(
    limits: Option<&Bound<'_, Limits>>,
    Choice(oversize): Choice<Oversize>,
    Choice(invalid_text): Choice<InvalidText>,
    now: Option<&Bound<'_, PyAny>>,
    retention_in_days: Option<Number>,
) -> PyResult<Admission> {
    let limits = limits.map(|limits| limits.get().0).unwrap_or_default();
    let age = AgeRules::new(now.map(time).transpose()?, retention_in_days.map(|Number(days)| days))
        .map_err(|error| PyValueError::new_err(error.to_string()))?;
    Ok(Admission { limits, oversize, invalid_text, age })
}

/// The argument `now`.
fn time(now: &Bound<'_, PyAny>) -> PyResult<i64> {
    timestamp::extract(now, None).map_err(|error| match error {
        ExtractError::Raised(exception) => exception,
        ExtractError::Rejected(Rejection::WrongType(reason)) => PyTypeError::new_err(format!("now: {reason}")),
        ExtractError::Rejected(rejection) => PyValueError::new_err(format!("now: {rejection}")),
    })
}

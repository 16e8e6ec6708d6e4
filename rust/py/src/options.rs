//! The options that `batches` and `Batcher` share.

use cordwood_core::{Admission, AgeRules, InvalidText, OnReject, Oversize, Rejection};
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;

use crate::error::ExtractError;
use crate::limits::Limits;
use crate::timestamp;

/// An int argument. One beyond 64 bits is a ValueError as any other number out of range, not an OverflowError.
#[derive(Clone, Copy)]
pub(crate) struct Number(pub(crate) i64);

impl FromPyObject<'_, '_> for Number {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        value.extract().map(Self).map_err(|fault| {
            if fault.is_instance_of::<PyOverflowError>(value.py()) {
                PyValueError::new_err("a number here must fit into 64 bits")
            } else {
                fault
            }
        })
    }
}

impl Number {
    pub(crate) fn unsigned(self, name: &str) -> PyResult<u64> {
        let Self(value) = self;
        u64::try_from(value)
            .map_err(|_| PyValueError::new_err(format!("{name} is {value}; it cannot be negative")))
    }
}

const MS_PER_DAY: i64 = 86_400_000;

/// The options as Python gave them.
pub(crate) struct Options<'a, 'py> {
    pub(crate) limits: Option<&'a Bound<'py, Limits>>,
    pub(crate) on_reject: &'a str,
    pub(crate) oversize: &'a str,
    pub(crate) invalid_text: &'a str,
    pub(crate) now: Option<&'a Bound<'py, PyAny>>,
    pub(crate) retention_in_days: Option<Number>,
}

impl Options<'_, '_> {
    pub(crate) fn read(self) -> PyResult<(Admission, OnReject)> {
        let on_reject =
            choice("on_reject", self.on_reject, &[("error", OnReject::Error), ("collect", OnReject::Collect)])?;
        let admission = Admission {
            limits: self.limits.map(|limits| limits.get().0).unwrap_or_default(),
            oversize: choice(
                "oversize",
                self.oversize,
                &[
                    ("reject", Oversize::Reject),
                    ("truncate", Oversize::Truncate),
                    ("split", Oversize::Split),
                    ("error", Oversize::Error),
                ],
            )?,
            invalid_text: choice(
                "invalid_text",
                self.invalid_text,
                &[("replace", InvalidText::Replace), ("reject", InvalidText::Reject)],
            )?,
            age: age_rules(self.now, self.retention_in_days)?,
        };
        Ok((admission, on_reject))
    }
}

pub(crate) fn choice<T: Copy>(name: &str, value: &str, choices: &[(&str, T)]) -> PyResult<T> {
    let found = choices.iter().find(|(word, _)| *word == value);
    found.map(|(_, choice)| *choice).ok_or_else(|| {
        let words: Vec<_> = choices.iter().map(|(word, _)| format!("{word:?}")).collect();
        PyValueError::new_err(format!("{name} is {value:?}; it must be {}", words.join(" or ")))
    })
}

fn age_rules(now: Option<&Bound<'_, PyAny>>, retention_in_days: Option<Number>) -> PyResult<Option<AgeRules>> {
    let Some(now) = now else {
        return match retention_in_days {
            None => Ok(None),
            Some(_) => Err(PyValueError::new_err(
                "retention_in_days is given without now; an age needs a moment to count from",
            )),
        };
    };
    let now = timestamp::extract(now).map_err(|fault| match fault {
        ExtractError::Raised(exception) => exception,
        ExtractError::Rejected(Rejection::WrongType(reason)) => PyTypeError::new_err(format!("now: {reason}")),
        ExtractError::Rejected(rejection) => PyValueError::new_err(format!("now: {rejection}")),
    })?;
    let retention_ms = match retention_in_days {
        Some(Number(days)) if days < 1 => {
            return Err(PyValueError::new_err(format!("retention_in_days is {days}; it must be at least 1")));
        }
        days => days.map(|Number(days)| days.saturating_mul(MS_PER_DAY)),
    };
    Ok(Some(AgeRules { now, retention_ms }))
}

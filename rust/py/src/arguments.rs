//! Arguments as Python passes them: whole numbers, and words that stand for one of a few choices.

use cordwood_core::{InvalidText, OnReject, Oversize};
use cordwood_input::{Compression, Extra, FormatKind, OtherLayouts, Regex};
use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

/// An int argument. One beyond 64 bits is a ValueError as any other number out of range, not an OverflowError.
#[derive(Clone, Copy)]
pub(crate) struct Number(pub(crate) i64);

impl FromPyObject<'_, '_> for Number {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        value.extract().map(Self).map_err(|error| {
            if error.is_instance_of::<PyOverflowError>(value.py()) {
                PyValueError::new_err("a number here must fit into 64 bits")
            } else {
                error
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

/// Refuses keywords that a function does not have: Python knows the nearest of those that it has.
pub(crate) fn refuse_unknown(function: &str, unknown: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
    let Some((name, _)) = unknown.and_then(|unknown| unknown.iter().next()) else { return Ok(()) };
    let signatures = name.py().import("cordwood.options.signatures")?;
    let error = signatures.call_method1("unknown_batching_option", (function, name))?;
    Err(PyErr::from_value(error))
}

/// A str argument that is one of a few words.
#[derive(Clone, Copy)]
pub(crate) struct Choice<T>(pub(crate) T);

/// What a choice is between.
pub(crate) trait Words: Copy + 'static {
    /// The argument, for the error that lists the words.
    const ARGUMENT: &'static str;
    const WORDS: &'static [(&'static str, Self)];
}

impl Words for OnReject {
    const ARGUMENT: &'static str = "on_reject";
    const WORDS: &'static [(&'static str, Self)] = &[("error", Self::Error), ("collect", Self::Collect)];
}

impl Words for Oversize {
    const ARGUMENT: &'static str = "oversize";
    const WORDS: &'static [(&'static str, Self)] =
        &[("reject", Self::Reject), ("truncate", Self::Truncate), ("split", Self::Split), ("error", Self::Error)];
}

impl Words for InvalidText {
    const ARGUMENT: &'static str = "invalid_text";
    const WORDS: &'static [(&'static str, Self)] = &[("replace", Self::Replace), ("reject", Self::Reject)];
}

impl Words for Extra {
    const ARGUMENT: &'static str = "extra";
    const WORDS: &'static [(&'static str, Self)] = &[("reject", Self::Reject), ("ignore", Self::Ignore)];
}

impl Words for OtherLayouts {
    const ARGUMENT: &'static str = "other_layouts";
    const WORDS: &'static [(&'static str, Self)] =
        &[("refuse", Self::Refuse), ("event", Self::Event), ("continue", Self::Continue)];
}

impl Words for Compression {
    const ARGUMENT: &'static str = "kind";
    const WORDS: &'static [(&'static str, Self)] = &[("gzip", Self::Gzip), ("zstd", Self::Zstd)];
}

impl Words for FormatKind {
    const ARGUMENT: &'static str = "format";
    const WORDS: &'static [(&'static str, Self)] =
        &[("events", Self::Events), ("json", Self::Json), ("text", Self::Text)];
}

impl<T: Words> FromPyObject<'_, '_> for Choice<T> {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let value = value.cast::<PyString>()?;
        let value = value.to_string_lossy();
        let found = T::WORDS.iter().find(|(word, _)| *word == value);
        found.map(|(_, choice)| Self(*choice)).ok_or_else(|| {
            let words: Vec<_> = T::WORDS.iter().map(|(word, _)| format!("{word:?}")).collect();
            PyValueError::new_err(format!("{} is {value:?}; it must be {}", T::ARGUMENT, words.join(" or ")))
        })
    }
}

/// A str argument that is a regular expression.
pub(crate) fn regex(name: &str, pattern: Option<&str>) -> PyResult<Option<Regex>> {
    let compile = |pattern: &str| {
        Regex::new(pattern)
            .map_err(|error| PyValueError::new_err(format!("`{name}` is not a regular expression: {error}")))
    };
    pattern.map(compile).transpose()
}

/// The error for the name of a time zone that does not exist.
pub(crate) fn unknown_zone(zone: &str) -> PyErr {
    PyValueError::new_err(format!(
        "{zone:?} is not a time zone; use UTC, local, or an IANA name such as Europe/Berlin"
    ))
}

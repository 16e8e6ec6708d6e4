//! The message of an event: `str` or `bytes`.

// It looks into a str without going through Python's API.
#![allow(unsafe_code)]

use bytes::Bytes;
use cordwood_core::{MIN_LENT_BYTES, Rejection, Text};
use pyo3::Borrowed;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::string::PyStringData;
use pyo3::types::{PyBytes, PyString};

use crate::describe::value_and_type;
use crate::error::ExtractError;
use crate::null::null_name;

/// A message, kept alive by what it is borrowed from.
pub(crate) enum Message<'a, 'py> {
    Str(Borrowed<'a, 'py, PyString>),
    Bytes(Borrowed<'a, 'py, PyBytes>),
}

impl<'a, 'py> Message<'a, 'py> {
    pub(crate) fn extract(value: &'a Bound<'py, PyAny>) -> Result<Self, ExtractError> {
        if let Ok(text) = value.cast::<PyString>() {
            return Ok(Self::Str(text.as_borrowed()));
        }
        if let Ok(bytes) = value.cast::<PyBytes>() {
            return Ok(Self::Bytes(bytes.as_borrowed()));
        }
        let reason = match null_name(value) {
            Some(null) => format!("message is {null}; leave the event out if it has no message"),
            None => format!(
                "message {}; pass str, or bytes of UTF-8 (json.dumps(message) makes a str of a dict or list)",
                value_and_type(value)
            ),
        };
        Err(Rejection::WrongType(reason.into()).into())
    }

    /// The memory of its UTF-8, to be kept instead of a copy; `None` if a copy is better, or needed.
    ///
    /// Of plain `str` and `bytes` only, whose content never changes: an object of a subclass might keep alive whatever its
    /// attributes refer to. (Near the limit of an event the copy, and the pages for it, were nearly half of the
    /// way from dicts to bodies.)
    #[inline]
    pub(crate) fn shared(&self, text: &Text<'_>) -> Option<Bytes> {
        match text {
            Text::Ascii(bytes) | Text::Utf8(bytes) if bytes.len() >= MIN_LENT_BYTES => self.shared_object(),
            _ => None,
        }
    }

    #[cold]
    fn shared_object(&self) -> Option<Bytes> {
        match self {
            Self::Str(text) if text.is_exact_instance_of::<PyString>() => {
                PyBackedStr::try_from((**text).clone()).ok().map(Bytes::from_owner)
            }
            Self::Bytes(bytes) if bytes.is_exact_instance_of::<PyBytes>() => {
                Some(Bytes::from_owner(PyBackedBytes::from((**bytes).clone())))
            }
            _ => None,
        }
    }

    /// The characters, in place.
    #[inline]
    pub(crate) fn text(&self) -> PyResult<Text<'_>> {
        let text = match self {
            Self::Str(text) => text,
            Self::Bytes(bytes) => return Ok(Text::Utf8(bytes.as_bytes())),
        };
        characters(text)
    }
}

/// The characters of a str, where they are: they live as long as it, and never change once others can see it.
#[cfg(not(Py_3_14))]
#[inline]
fn characters<'a>(text: &'a Bound<'_, PyString>) -> PyResult<Text<'a>> {
    // SAFETY: `text` is a live str, so its state word may be read.
    let ascii = unsafe { ffi::PyUnicode_IS_ASCII(text.as_ptr()) != 0 };
    // SAFETY: `data` depends on the layout of a str's state word as this platform's compiler packs it; the tests of every
    // kind of str run on each platform we build for.
    Ok(match unsafe { text.data()? } {
        PyStringData::Ucs1(bytes) if ascii => Text::Ascii(bytes),
        PyStringData::Ucs1(bytes) => Text::Latin1(bytes),
        PyStringData::Ucs2(units) => Text::Ucs2(units),
        PyStringData::Ucs4(units) => Text::Ucs4(units),
    })
}

/// As above. PyO3 does not read the state word of these versions, but the characters of ASCII are found right after the
/// short header that no other str has: one call, and no scan. (An ASCII one of a subclass is read as Latin-1.)
#[cfg(Py_3_14)]
#[inline]
fn characters<'a>(text: &'a Bound<'_, PyString>) -> PyResult<Text<'a>> {
    let object = text.as_ptr();
    // SAFETY: `text` is a live str.
    let (data, len) = unsafe { (ffi::PyUnicode_DATA(object).cast_const(), ffi::PyUnicode_GET_LENGTH(object)) };
    if data.addr() == object.addr() + size_of::<ffi::PyASCIIObject>() {
        // SAFETY: only ASCII is found there, one byte a character.
        return Ok(Text::Ascii(unsafe { std::slice::from_raw_parts(data.cast(), len.cast_unsigned()) }));
    }
    // SAFETY: here `data` calls the interpreter, and depends on no layout.
    Ok(match unsafe { text.data()? } {
        PyStringData::Ucs1(bytes) => Text::Latin1(bytes),
        PyStringData::Ucs2(units) => Text::Ucs2(units),
        PyStringData::Ucs4(units) => Text::Ucs4(units),
    })
}

//! The members of a dict that is an event, as nearly all are written.

// By address, for which there is no safe call.
#![allow(unsafe_code)]

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// The timestamp and the message of a dict that begins with them, under names that Python has interned, as it does those
/// in a program's text: told by the addresses of the names, and without a look at their hashes.
#[inline]
pub(crate) fn of_plain<'py>(event: &Bound<'py, PyDict>) -> Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    let py = event.py();
    let mut at = 0;
    let (first, first_value) = next_member(event, &mut at)?;
    let (second, second_value) = next_member(event, &mut at)?;
    let (timestamp, message) = (intern!(py, "timestamp").as_ptr(), intern!(py, "message").as_ptr());
    if first == timestamp && second == message {
        Some((first_value, second_value))
    } else if first == message && second == timestamp {
        Some((second_value, first_value))
    } else {
        None
    }
}

/// The next member of a dict from there on: the address of its name, and its value.
#[inline]
fn next_member<'py>(
    event: &Bound<'py, PyDict>,
    at: &mut ffi::Py_ssize_t,
) -> Option<(*mut ffi::PyObject, Bound<'py, PyAny>)> {
    let (mut name, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: a live dict, which nothing changes between these calls: no code of the caller's runs. What comes back is
    // borrowed from it; the value gets a reference of its own at once, and of the name only the address is used.
    unsafe {
        (ffi::PyDict_Next(event.as_ptr(), at, &raw mut name, &raw mut value) != 0)
            .then(|| (name, Bound::from_borrowed_ptr(event.py(), value)))
    }
}

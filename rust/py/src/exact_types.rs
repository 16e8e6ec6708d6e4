//! Events as nearly all of them are: a dict that begins with `timestamp` and `message`, a tuple of the two, or the two
//! from columns; a plain int, and a plain `str` or `bytes`. What is otherwise is for `event`, which reads these alike.
//!
//! They are read in place, without a reference of our own to the event or its parts. To take one and to give it back
//! writes to three objects for each event, and memory that was written to has to be written back: some 5 % of the whole way
//! from dicts in order to bodies. All is inlined into the loops over lists: a result that is handed over in memory, five
//! times an event, cost as much as was won.
//!
//! What makes that sound: from the first look at an object until `Feed::admit` is done with its text, no code of the
//! caller's runs and the interpreter lock is kept, so that nobody can let go of it. Each function here goes all that way
//! by itself, and gives out nothing that it borrowed. Where there is no lock, no event is plain.

#![allow(unsafe_code)]
#![expect(clippy::inline_always, reason = "see above; the compiler takes the chain apart otherwise")]

use cordwood_core::Rejected;
use pyo3::Borrowed;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyInt, PyList, PyString, PyTuple};

use crate::feed::{self, Feed};
use crate::message::Message;

/// Whether this is for an interpreter that has a lock.
pub(crate) const LOCKED: bool = cfg!(not(Py_GIL_DISABLED));

/// "timestamp" and "message", as Python interns them.
static NAMES: PyOnceLock<[Py<PyString>; 2]> = PyOnceLock::new();

/// Must be called before anything is read: making the names may release the interpreter lock.
pub(crate) fn make_names(py: Python<'_>) {
    NAMES.get_or_init(py, || ["timestamp", "message"].map(|name| PyString::intern(py, name).unbind()));
}

/// What became of a plain event; `None` of another, with which nothing was done.
pub(crate) type Admitted = Option<Result<(), Rejected>>;

/// Passes on the item of a list at an index.
#[inline(always)]
pub(crate) fn admit_at(list: &Bound<'_, PyList>, index: usize, into: &mut impl Feed) -> Admitted {
    admit(item(list, index)?, into)
}

/// Passes on the timestamp and the message at an index of two lists.
#[inline(always)]
pub(crate) fn admit_pair_at(
    timestamps: &Bound<'_, PyList>,
    messages: &Bound<'_, PyList>,
    index: usize,
    into: &mut impl Feed,
) -> Admitted {
    admit_pair(item(timestamps, index)?, item(messages, index)?, into)
}

/// Passes on the message at an index of a list.
#[inline(always)]
pub(crate) fn admit_message_at(
    timestamp: i64,
    messages: &Bound<'_, PyList>,
    index: usize,
    into: &mut impl Feed,
) -> Admitted {
    admit_message(timestamp, item(messages, index)?, into)
}

/// Passes on an object.
#[inline(always)]
pub(crate) fn admit(event: Borrowed<'_, '_, PyAny>, into: &mut impl Feed) -> Admitted {
    let (timestamp, message) = parts(event)?;
    admit_pair(timestamp, message, into)
}

/// Passes on a timestamp and a message.
#[inline(always)]
pub(crate) fn admit_pair(
    timestamp: Borrowed<'_, '_, PyAny>,
    message: Borrowed<'_, '_, PyAny>,
    into: &mut impl Feed,
) -> Admitted {
    if !timestamp.is_exact_instance_of::<PyInt>() {
        return None;
    }
    // The exception of a number too long runs code: what was borrowed is not touched any more after it.
    admit_message(timestamp.extract().ok()?, message, into)
}

#[inline(always)]
fn admit_message(timestamp: i64, message: Borrowed<'_, '_, PyAny>, into: &mut impl Feed) -> Admitted {
    let message = match message.cast_exact::<PyString>() {
        Ok(text) => Message::Str(text),
        Err(_) => Message::Bytes(message.cast_exact::<PyBytes>().ok()?),
    };
    feed::admit(timestamp, &message, into).ok()
}

/// The addresses of timestamp and message of a plain event, to prefetch them.
#[inline(always)]
pub(crate) fn addresses(event: Borrowed<'_, '_, PyAny>) -> Option<[*const u8; 2]> {
    parts(event.as_borrowed())
        .map(|(timestamp, message)| [timestamp, message].map(|part| part.as_ptr().cast::<u8>().cast_const()))
}

#[inline(always)]
fn item<'a, 'py>(list: &'a Bound<'py, PyList>, index: usize) -> Option<Borrowed<'a, 'py, PyAny>> {
    // SAFETY: the index is below the length; the item is the list's while nothing runs that could change it (see above).
    (LOCKED && index < list.len()).then(|| unsafe {
        Borrowed::from_ptr(list.py(), ffi::PyList_GET_ITEM(list.as_ptr(), index.cast_signed()))
    })
}

type Parts<'a, 'py> = (Borrowed<'a, 'py, PyAny>, Borrowed<'a, 'py, PyAny>);

#[inline(always)]
fn parts<'a, 'py>(event: Borrowed<'a, 'py, PyAny>) -> Option<Parts<'a, 'py>> {
    match event.cast_exact::<PyDict>() {
        _ if !LOCKED => None,
        Ok(dict) => members(dict),
        Err(_) => items(event.cast_exact::<PyTuple>().ok()?),
    }
}

/// The timestamp and the message of a dict that begins with them, under names that Python has interned, as it does those
/// in a program's text: recognized by the addresses of the names, without their hashes.
#[inline(always)]
fn members<'a, 'py>(event: Borrowed<'a, 'py, PyDict>) -> Option<Parts<'a, 'py>> {
    let [timestamp, message] = NAMES.get(event.py())?.each_ref().map(Py::as_ptr);
    let mut at = 0;
    let (first, first_value) = next_member(event, &mut at)?;
    let (second, second_value) = next_member(event, &mut at)?;
    if first == timestamp && second == message {
        Some((first_value, second_value))
    } else if first == message && second == timestamp {
        Some((second_value, first_value))
    } else {
        None
    }
}

/// The next member of a dict from there on: the address of its name, and its value.
#[inline(always)]
fn next_member<'a, 'py>(
    event: Borrowed<'a, 'py, PyDict>,
    at: &mut ffi::Py_ssize_t,
) -> Option<(*mut ffi::PyObject, Borrowed<'a, 'py, PyAny>)> {
    let (mut name, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: a live dict, which nothing changes between these calls (see above). Of the name only the address is used.
    unsafe {
        (ffi::PyDict_Next(event.as_ptr(), at, &raw mut name, &raw mut value) != 0)
            .then(|| (name, Borrowed::from_ptr(event.py(), value)))
    }
}

#[inline(always)]
fn items<'a, 'py>(pair: Borrowed<'a, 'py, PyTuple>) -> Option<Parts<'a, 'py>> {
    // SAFETY: it has two items, and keeps them.
    let item = |index| unsafe { Borrowed::from_ptr(pair.py(), ffi::PyTuple_GET_ITEM(pair.as_ptr(), index)) };
    (pair.len() == 2).then(|| (item(0), item(1)))
}

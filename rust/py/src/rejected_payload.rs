//! What a rejected object held: its message, or else its `repr`.

use cordwood_core::{RejectedPayload, Text};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};

use crate::message::Message;
use crate::naive_times::NaiveTimes;
use crate::timestamp;

/// Of an object that is not an event. None if its `repr` raises too.
#[cold]
pub(crate) fn of_object(item: &Bound<'_, PyAny>, naive: &NaiveTimes) -> Option<RejectedPayload> {
    let py = item.py();
    let timestamp = member(item, 0, intern!(py, "timestamp"));
    let with_message = member(item, 1, intern!(py, "message"))
        .and_then(|message| of_message(timestamp.as_ref(), &message, naive));
    with_message.or_else(|| of_repr(timestamp.as_ref(), item, naive))
}

/// An item of a pair, or a member of anything else.
fn member<'py>(item: &Bound<'py, PyAny>, index: usize, name: &Bound<'py, PyString>) -> Option<Bound<'py, PyAny>> {
    let is_list = item.is_instance_of::<PyTuple>() || item.is_instance_of::<PyList>();
    if is_list {
        return if item.len().ok()? == 2 { item.get_item(index).ok() } else { None };
    }
    // Asked first whether it is there: a defaultdict would make what is missing.
    if item.contains(name).ok()? { item.get_item(name).ok() } else { None }
}

/// Of a timestamp and a message that gave no event.
#[cold]
pub(crate) fn of_pair(
    timestamp: Option<&Bound<'_, PyAny>>,
    message: &Bound<'_, PyAny>,
    naive: &NaiveTimes,
) -> Option<RejectedPayload> {
    of_message(timestamp, message, naive).or_else(|| of_repr(timestamp, message, naive))
}

fn of_message(
    timestamp: Option<&Bound<'_, PyAny>>,
    message: &Bound<'_, PyAny>,
    naive: &NaiveTimes,
) -> Option<RejectedPayload> {
    let message = Message::extract(message).ok()?;
    Some(RejectedPayload::from_message(number(timestamp, naive), &message.text().ok()?))
}

fn of_repr(
    timestamp: Option<&Bound<'_, PyAny>>,
    item: &Bound<'_, PyAny>,
    naive: &NaiveTimes,
) -> Option<RejectedPayload> {
    let shown = item.repr().ok()?;
    let shown = Message::Str(shown.as_borrowed());
    let text: Text<'_> = shown.text().ok()?;
    Some(RejectedPayload { is_message: false, ..RejectedPayload::from_message(number(timestamp, naive), &text) })
}

fn number(timestamp: Option<&Bound<'_, PyAny>>, naive: &NaiveTimes) -> Option<i64> {
    timestamp::extract(timestamp?, Some(naive)).ok()
}

//! One event of the input: a mapping, or a pair.

use cordwood_core::{Rejected, RejectedPayload, Rejection};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use crate::abc::is_mapping;
use crate::describe::type_of;
use crate::error::ExtractError;
use crate::exact_types;
use crate::feed::{self, Feed};
use crate::message::Message;
use crate::naive_times::NaiveTimes;
use crate::outcomes;
use crate::rejected_payload;
use crate::timestamp;

/// Passes one event on, as an object.
#[inline]
pub(crate) fn feed(item: &Bound<'_, PyAny>, naive: &NaiveTimes, into: &mut impl Feed) -> PyResult<()> {
    match exact_types::admit(item.as_borrowed(), into) {
        Some(admitted) => or_raise(item.py(), admitted),
        None => feed_other(item, naive, into),
    }
}

/// Passes one event on, as the item of a list at an index below its length.
#[inline]
pub(crate) fn feed_at(
    list: &Bound<'_, PyList>,
    index: usize,
    naive: &NaiveTimes,
    into: &mut impl Feed,
) -> PyResult<()> {
    match exact_types::admit_at(list, index, into) {
        Some(admitted) => or_raise(list.py(), admitted),
        None => feed_other(&list.get_item(index)?, naive, into),
    }
}

/// Passes one event on, as timestamp and message.
#[inline]
pub(crate) fn feed_pair(
    timestamp: &Bound<'_, PyAny>,
    message: &Bound<'_, PyAny>,
    naive: &NaiveTimes,
    into: &mut impl Feed,
) -> PyResult<()> {
    match exact_types::admit_pair(timestamp.as_borrowed(), message.as_borrowed(), into) {
        Some(admitted) => or_raise(message.py(), admitted),
        None => feed_other_pair(timestamp, message, naive, into),
    }
}

/// Passes one event on, as timestamp and message at an index of two lists, below the length of both.
#[inline]
pub(crate) fn feed_pair_at(
    timestamps: &Bound<'_, PyList>,
    messages: &Bound<'_, PyList>,
    index: usize,
    naive: &NaiveTimes,
    into: &mut impl Feed,
) -> PyResult<()> {
    match exact_types::admit_pair_at(timestamps, messages, index, into) {
        Some(admitted) => or_raise(messages.py(), admitted),
        None => feed_other_pair(&timestamps.get_item(index)?, &messages.get_item(index)?, naive, into),
    }
}

/// Passes one event on, as the message at an index, if the timestamp is known already.
#[inline]
pub(crate) fn feed_message_at(
    timestamp: i64,
    messages: &Bound<'_, PyList>,
    index: usize,
    naive: &NaiveTimes,
    into: &mut impl Feed,
) -> PyResult<()> {
    if let Some(admitted) = exact_types::admit_message_at(timestamp, messages, index, into) {
        return or_raise(messages.py(), admitted);
    }
    let message = messages.get_item(index)?;
    feed_extracted(messages.py(), Ok((timestamp, message.clone())), into, || {
        Some(RejectedPayload { timestamp: Some(timestamp), ..rejected_payload::of_pair(None, &message, naive)? })
    })
}

/// Rejects the event at an index, whose timestamp is not valid.
#[cold]
pub(crate) fn feed_message_without_time(
    rejection: Rejection,
    messages: &Bound<'_, PyList>,
    index: usize,
    naive: &NaiveTimes,
    into: &mut impl Feed,
) -> PyResult<()> {
    let message = messages.get_item(index)?;
    feed_extracted(messages.py(), Err(rejection.into()), into, || rejected_payload::of_pair(None, &message, naive))
}

#[inline]
fn or_raise(py: Python<'_>, admitted: Result<(), Rejected>) -> PyResult<()> {
    admitted.map_err(|rejected| outcomes::to_exception(py, &rejected))
}

#[inline(never)]
fn feed_other(item: &Bound<'_, PyAny>, naive: &NaiveTimes, into: &mut impl Feed) -> PyResult<()> {
    feed_extracted(item.py(), extract(item, naive), into, || rejected_payload::of_object(item, naive))
}

#[inline(never)]
fn feed_other_pair(
    timestamp: &Bound<'_, PyAny>,
    message: &Bound<'_, PyAny>,
    naive: &NaiveTimes,
    into: &mut impl Feed,
) -> PyResult<()> {
    let extracted = pair(timestamp, message.clone(), naive);
    feed_extracted(timestamp.py(), extracted, into, || rejected_payload::of_pair(Some(timestamp), message, naive))
}

/// Passes on what was read of an event, or why there was nothing to read.
fn feed_extracted<'py>(
    py: Python<'py>,
    extracted: Result<(i64, Bound<'py, PyAny>), ExtractError>,
    into: &mut impl Feed,
    keep: impl FnOnce() -> Option<RejectedPayload>,
) -> PyResult<()> {
    let admitted =
        extracted.and_then(|(timestamp, message)| Ok(feed::admit(timestamp, &Message::extract(&message)?, into)?));
    let fed = match admitted {
        Ok(admitted) => admitted,
        Err(ExtractError::Rejected(rejection)) => {
            // Asked outside of `reject`, which may hold a lock: it runs code of the caller's.
            let kept = if into.keeps_rejected() { keep() } else { None };
            into.reject(rejection, kept)
        }
        Err(ExtractError::Raised(exception)) => {
            // Counted all the same, so that the positions of later events stay true.
            let reason = format!("reading the event raised {exception}");
            let _ = into.reject(Rejection::Malformed(reason.into()), None);
            return Err(exception);
        }
    };
    or_raise(py, fed)
}

fn extract<'py>(item: &Bound<'py, PyAny>, naive: &NaiveTimes) -> Result<(i64, Bound<'py, PyAny>), ExtractError> {
    if let Ok(event) = item.cast_exact::<PyDict>() {
        let py = item.py();
        let timestamp = event.get_item(intern!(py, "timestamp"))?;
        let message = event.get_item(intern!(py, "message"))?;
        return members(item, timestamp, message, naive);
    }
    extract_other(item, naive)
}

/// The message of a plain dict or pair, and of nothing else: for a guess at sizes, without running code of the caller's.
pub(crate) fn message_of_plain_event<'py>(item: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    if let Ok(event) = item.cast_exact::<PyDict>() {
        return event.get_item(intern!(item.py(), "message")).ok().flatten();
    }
    item.cast_exact::<PyTuple>().ok().and_then(|event| event.get_item(1).ok())
}

fn pair<'py>(
    timestamp: &Bound<'py, PyAny>,
    message: Bound<'py, PyAny>,
    naive: &NaiveTimes,
) -> Result<(i64, Bound<'py, PyAny>), ExtractError> {
    Ok((timestamp::extract(timestamp, Some(naive))?, message))
}

fn members<'py>(
    event: &Bound<'py, PyAny>,
    timestamp: Option<Bound<'py, PyAny>>,
    message: Option<Bound<'py, PyAny>>,
    naive: &NaiveTimes,
) -> Result<(i64, Bound<'py, PyAny>), ExtractError> {
    match (timestamp, message) {
        (Some(timestamp), Some(message)) => pair(&timestamp, message, naive),
        (None, _) => Err(missing(event, "timestamp")),
        (_, None) => Err(missing(event, "message")),
    }
}

/// Everything but a plain dict.
fn extract_other<'py>(
    item: &Bound<'py, PyAny>,
    naive: &NaiveTimes,
) -> Result<(i64, Bound<'py, PyAny>), ExtractError> {
    if let Ok(event) = item.cast::<PyTuple>() {
        return match event.len() {
            2 => pair(&event.get_item(0)?, event.get_item(1)?, naive),
            length => Err(not_an_event(&format!("a tuple of {length}"))),
        };
    }
    if let Ok(event) = item.cast::<PyList>() {
        return match event.len() {
            2 => pair(&event.get_item(0)?, event.get_item(1)?, naive),
            length => Err(not_an_event(&format!("a list of {length}"))),
        };
    }
    if !is_mapping(item)? {
        return Err(not_an_event(&type_of(item)));
    }
    // Asked first whether it is there: a defaultdict would make what is missing.
    let member = |name: &Bound<'py, PyString>| {
        item.contains(name)?.then(|| item.get_item(name)).transpose().map_err(ExtractError::from)
    };
    let py = item.py();
    members(item, member(intern!(py, "timestamp"))?, member(intern!(py, "message"))?, naive)
}

fn not_an_event(what: &str) -> ExtractError {
    let reason = format!(
        "an event is a mapping with timestamp and message, or a (timestamp, message) pair; this is {what}"
    );
    Rejection::WrongType(reason.into()).into()
}

#[cold]
fn missing(event: &Bound<'_, PyAny>, name: &str) -> ExtractError {
    const MOST_NAMES: usize = 6;
    const LONGEST_NAME: usize = 40;
    let names = || -> PyResult<Vec<String>> {
        let mut names = vec![];
        for key in event.try_iter()?.take(MOST_NAMES) {
            let Ok(key) = key?.cast_into::<PyString>() else { continue };
            let name: String = key.to_string_lossy().chars().take(LONGEST_NAME).collect();
            names.push(format!("{name:?}"));
        }
        Ok(names)
    };
    match names() {
        Ok(names) if names.is_empty() => {
            Rejection::Malformed(format!("event has no {name:?}; it is an empty mapping").into()).into()
        }
        Ok(names) => {
            let reason = format!(
                "event has no {name:?}; it needs \"timestamp\" and \"message\", and has {}",
                names.join(", ")
            );
            Rejection::Malformed(reason.into()).into()
        }
        Err(exception) => exception.into(),
    }
}

//! The timestamp of an event: whole milliseconds, or an aware datetime.

use cordwood_core::{Rejection, unix_milliseconds};
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyDateAccess, PyDateTime, PyDelta, PyDeltaAccess, PyFloat, PyInt, PyString, PyTimeAccess,
    PyTzInfoAccess,
};

use crate::describe::value_and_type;
use crate::error::ExtractError;
use crate::naive_times::NaiveTimes;
use crate::null::null_name;
use crate::time_column::NoTime;

/// Milliseconds since 1970-01-01 00:00 UTC. Naive times are an error if `naive` is `None`.
#[inline]
pub(crate) fn extract(value: &Bound<'_, PyAny>, naive: Option<&NaiveTimes>) -> Result<i64, ExtractError> {
    if value.is_exact_instance_of::<PyInt>()
        && let Ok(timestamp) = value.extract()
    {
        return Ok(timestamp);
    }
    extract_other(value, naive)
}

/// Return what to do with a timestamp that is plainly of another unit than milliseconds; empty of any other.
#[pyfunction]
pub(crate) fn unit_hint(timestamp: i64) -> &'static str {
    cordwood_core::unit_hint(timestamp)
}

#[cold]
fn extract_other(value: &Bound<'_, PyAny>, naive: Option<&NaiveTimes>) -> Result<i64, ExtractError> {
    if let Some(null) = null_name(value) {
        return wrong_type(format!("timestamp is {null}; leave the event out if it has no timestamp"));
    }
    if let Ok(datetime) = value.cast::<PyDateTime>() {
        return from_datetime(datetime, naive);
    }
    if value.is_instance_of::<PyBool>() {
        return wrong_type("timestamp is a bool; pass an int of milliseconds since 1970".to_owned());
    }
    if value.is_instance_of::<PyFloat>() {
        return wrong_type(format!(
            "timestamp {}; pass a whole number of milliseconds: int(t) if t is in milliseconds, round(t * 1000) \
             if it is in seconds, as time.time() is",
            value_and_type(value)
        ));
    }
    match value.extract::<i64>() {
        Ok(timestamp) => Ok(timestamp),
        Err(error) if error.is_instance_of::<PyOverflowError>(value.py()) => beyond_64_bits(value),
        Err(error) if error.is_instance_of::<PyTypeError>(value.py()) => not_a_number(value, naive),
        Err(error) => Err(error.into()),
    }
}

fn wrong_type<T>(reason: String) -> Result<T, ExtractError> {
    Err(Rejection::WrongType(reason.into()).into())
}

fn beyond_64_bits(value: &Bound<'_, PyAny>) -> Result<i64, ExtractError> {
    // Not the digits: there may be millions of them.
    let bits = value.call_method0(intern!(value.py(), "bit_length")).and_then(|bits| bits.extract::<u64>());
    let size = bits.map_or_else(|_| "more than 64 bits".to_owned(), |bits| format!("{bits} bits"));
    let reason = format!(
        "timestamp is an int of {size}; it must fit into 64 (at most 9223372036854775807): pass milliseconds since 1970"
    );
    Err(Rejection::Malformed(reason.into()).into())
}

fn not_a_number(value: &Bound<'_, PyAny>, naive: Option<&NaiveTimes>) -> Result<i64, ExtractError> {
    if value.get_type().name()?.to_string_lossy() == "datetime64" {
        return from_datetime64(value, naive);
    }
    let advice = if value.is_instance_of::<PyString>() {
        "int(text) if it is a number, datetime.fromisoformat(text) if it is a date with a zone"
    } else {
        "an int of milliseconds since 1970, or an aware datetime"
    };
    wrong_type(format!("timestamp {}; pass {advice}", value_and_type(value)))
}

/// A time without a zone, in milliseconds as if it were UTC.
fn from_naive(
    civil_ms: i64,
    is_second: bool,
    naive: Option<&NaiveTimes>,
    what: &str,
    other_ways: &str,
) -> Result<i64, ExtractError> {
    match naive.map_or(Err(NoTime::NoZone), |naive| naive.resolve(civil_ms, is_second)) {
        Ok(timestamp) => Ok(timestamp),
        Err(NoTime::NoZone) => {
            // `now` has no option for it.
            let option = match naive {
                Some(_) => "`timezone` (\"UTC\", \"local\" or a name such as \"Europe/Berlin\"), or ",
                None => "",
            };
            wrong_type(format!("timestamp is {what}, which names no point in time; pass {option}{other_ways}"))
        }
        Err(why) => Err(why.to_rejection().into()),
    }
}

fn from_datetime64(value: &Bound<'_, PyAny>, naive: Option<&NaiveTimes>) -> Result<i64, ExtractError> {
    let milliseconds = value.call_method1("astype", ("datetime64[ms]",))?.call_method1("astype", ("int64",))?;
    let other_ways = "value.astype(\"datetime64[ms]\").astype(\"int64\") if it is UTC";
    from_naive(milliseconds.extract()?, false, naive, "a datetime64 without a zone", other_ways)
}

fn from_datetime(datetime: &Bound<'_, PyDateTime>, naive: Option<&NaiveTimes>) -> Result<i64, ExtractError> {
    let offset = match datetime.get_tzinfo() {
        Some(_) => datetime.call_method0(intern!(datetime.py(), "utcoffset"))?,
        None => datetime.py().None().into_bound(datetime.py()),
    };
    let date = (datetime.get_year().into(), datetime.get_month().into(), datetime.get_day().into());
    let seconds = i64::from(datetime.get_hour()) * 3600
        + i64::from(datetime.get_minute()) * 60
        + i64::from(datetime.get_second());
    let microseconds = seconds * 1_000_000 + i64::from(datetime.get_microsecond());
    let Ok(offset) = offset.cast::<PyDelta>() else {
        // Python sets `fold` for the second of two; without it, a datetime may be meant as either.
        let is_second = datetime.get_fold();
        let other_ways = "an aware one: value.replace(tzinfo=timezone.utc) if it is UTC, value.astimezone() if it is \
                          local time";
        return from_naive(
            unix_milliseconds(date, microseconds, 0),
            is_second,
            naive,
            "a naive datetime",
            other_ways,
        );
    };
    let offset_seconds = i64::from(offset.get_days()) * 86_400 + i64::from(offset.get_seconds());
    Ok(unix_milliseconds(date, microseconds, offset_seconds * 1_000_000 + i64::from(offset.get_microseconds())))
}

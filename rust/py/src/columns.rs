//! Two columns: timestamps and messages.

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::{PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::abc::{is_mapping, is_text};
use crate::arrow::{self, TimeArray};
use crate::describe::type_of;
use crate::error::ExtractError;
use crate::event::{feed_message_at, feed_message_without_time, feed_pair_at};
use crate::feed::Feed;
use crate::gil_yield::GilYield;
use crate::naive_times::NaiveTimes;
use crate::numpy;
use crate::prefetch;
use crate::time_column::{NoTime, TimeColumn};
use crate::timestamp;

pub(crate) struct Columns<'py> {
    timestamps: Timestamps<'py>,
    messages: Bound<'py, PyList>,
}

enum Timestamps<'py> {
    /// Copied out of a buffer of 64-bit integers: a view would be open to writes from elsewhere.
    Numbers(TimeColumn),
    Objects(Bound<'py, PyList>),
}

impl<'py> Columns<'py> {
    pub(crate) fn new(
        timestamps: &Bound<'py, PyAny>,
        messages: &Bound<'py, PyAny>,
        naive: &NaiveTimes,
    ) -> PyResult<Self> {
        let timestamps = match arrow_numbers(timestamps, naive)?
            .map_or_else(|| numbers(timestamps, naive), |found| Ok(Some(found)))?
        {
            Some(numbers) => Timestamps::Numbers(numbers),
            None => Timestamps::Objects(column("timestamps", timestamps)?),
        };
        let columns = Self { timestamps, messages: column("messages", messages)? };
        let (times, texts) = (columns.timestamps.len(), columns.messages.len());
        if times != texts {
            return Err(PyValueError::new_err(format!(
                "timestamps has {times} items and messages has {texts}; the columns must be of one length"
            )));
        }
        Ok(columns)
    }

    pub(crate) fn len(&self) -> usize {
        self.timestamps.len()
    }

    pub(crate) fn messages(&self) -> &Bound<'py, PyList> {
        &self.messages
    }

    /// Passes on all events, or those before the first error.
    pub(crate) fn feed_all(&self, naive: &NaiveTimes, into: &mut impl Feed) -> PyResult<()> {
        let py = self.messages.py();
        let mut gil_yield = GilYield::new();
        match &self.timestamps {
            Timestamps::Numbers(column) => {
                let mut missing = column.missing.iter();
                let mut next_missing = missing.next();
                for (index, &timestamp) in column.milliseconds.iter().enumerate() {
                    check_is_there("messages", &self.messages, index, column.len())?;
                    if let Some((row, why)) = next_missing
                        && *row == index
                    {
                        next_missing = missing.next();
                        feed_message_without_time(why.to_rejection(), &self.messages, index, naive, into)?;
                        continue;
                    }
                    prefetch::ask_for_message(&self.messages, index);
                    feed_message_at(timestamp, &self.messages, index, naive, into)?;
                    gil_yield.after_event(py)?;
                }
            }
            Timestamps::Objects(objects) => {
                let len = self.len();
                for index in 0..len {
                    check_is_there("timestamps", objects, index, len)?;
                    check_is_there("messages", &self.messages, index, len)?;
                    prefetch::ask_for_number(objects, index);
                    prefetch::ask_for_message(&self.messages, index);
                    feed_pair_at(objects, &self.messages, index, naive, into)?;
                    gil_yield.after_event(py)?;
                }
            }
        }
        Ok(())
    }
}

/// The lists are the caller's own, whose code may change them while it runs in between.
#[inline]
fn check_is_there(name: &str, column: &Bound<'_, PyList>, index: usize, len: usize) -> PyResult<()> {
    if index < column.len() {
        return Ok(());
    }
    Err(PyRuntimeError::new_err(format!(
        "{name} had {len} items and has {} now; a column must not change while it is read",
        column.len()
    )))
}

/// Timestamps that are not an Arrow column, for messages that are one.
pub(crate) fn timestamps_as_column(timestamps: &Bound<'_, PyAny>, naive: &NaiveTimes) -> PyResult<TimeColumn> {
    if let Some(numbers) = numbers(timestamps, naive)? {
        return Ok(numbers);
    }
    let column = column("timestamps", timestamps)?;
    let len = column.len();
    let mut found = TimeColumn::default();
    for index in 0..len {
        check_is_there("timestamps", &column, index, len)?;
        found.push(match timestamp::extract(&column.get_item(index)?, Some(naive)) {
            Ok(timestamp) => Ok(timestamp),
            Err(ExtractError::Rejected(rejection)) => Err(NoTime::Other(rejection)),
            Err(ExtractError::Raised(exception)) => return Err(exception),
        });
    }
    Ok(found)
}

impl Timestamps<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Numbers(column) => column.len(),
            Self::Objects(objects) => objects.len(),
        }
    }
}

/// The numbers of an Arrow column, for messages that are not an Arrow column; `None` for anything else.
fn arrow_numbers(column: &Bound<'_, PyAny>, naive: &NaiveTimes) -> PyResult<Option<TimeColumn>> {
    let Some(chunks) = arrow::column_chunks_of(column)? else { return Ok(None) };
    let mut numbers = TimeColumn::default();
    for chunk in chunks {
        TimeArray::of_array(chunk?, naive)?.append_to(&mut numbers);
    }
    Ok(Some(numbers))
}

/// The timestamps of a buffer of signed 64-bit integers in this machine's byte order, or of an array of `datetime64`;
/// `None` for anything else.
fn numbers(column: &Bound<'_, PyAny>, naive: &NaiveTimes) -> PyResult<Option<TimeColumn>> {
    let integers = numpy::as_integers(column)?;
    let Ok(buffer) = PyBuffer::<i64>::get(integers.as_ref().unwrap_or(column)) else { return Ok(None) };
    // PyO3 0.30 takes `>q` for this machine's order even if that is little-endian, and would read every number wrong.
    if buffer.format().to_bytes().starts_with(b">") || buffer.format().to_bytes().starts_with(b"!") {
        return Ok(None);
    }
    if buffer.dimensions() != 1 {
        return Err(PyValueError::new_err(format!(
            "timestamps has {} dimensions; a column has one",
            buffer.dimensions()
        )));
    }
    let numbers = buffer.to_vec(column.py())?;
    if integers.is_some() {
        return numpy::of_datetimes(column, &numbers, naive).map(Some);
    }
    naive.refuse_for_column(|| "64-bit integers".to_owned())?;
    numpy::of_integers(column, numbers).map(Some)
}

/// The column as a list: the caller's own if it is one (a copy would write to each of its items, to count itself).
fn column<'py>(name: &str, column: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
    if let Ok(list) = column.cast_exact::<PyList>() {
        return Ok(list.clone());
    }
    if is_text(column) || is_mapping(column)? {
        return Err(PyTypeError::new_err(format!("{name} is {}; pass a sequence of values", type_of(column))));
    }
    let list = PyList::empty(column.py());
    let mut gil_yield = GilYield::new();
    for item in column.try_iter()? {
        list.append(item?)?;
        gil_yield.after_event(column.py())?;
    }
    Ok(list)
}

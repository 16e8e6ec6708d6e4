//! Arrow columns, by the PyCapsule interface: from any library, without a Python object for each event.
//!
//! No message is copied: it stays in the producer's memory, which must not change (as the interface demands) and is given
//! back once no batch needs it any more. What is in too little memory for that to be worth it, and the words of a
//! dictionary, are copied.

mod import;
mod soundness;
mod texts;
mod times;

use arrow_array::cast::AsArray;
use arrow_array::types::GenericBinaryType;
use arrow_array::types::GenericStringType;
use arrow_array::{Array, ArrayRef, new_null_array};
use arrow_schema::DataType;
use bytes::Bytes;
use cordwood_core::{Rejected, RejectedPayload, Rejection, Text};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

use crate::feed::Feed;
use crate::gil_yield::GilYield;
use crate::naive_times::NaiveTimes;
use crate::outcomes;
use crate::time_column::NoTime;

pub(crate) use import::{Chunks, chunks_of, column_chunks_of};
use texts::{Texts, Views, Words, bytes, is_text, views};
pub(crate) use times::TimeArray;
use times::Times;

/// So many rows of two columns.
pub(crate) struct Rows {
    timestamps: TimeArray,
    messages: ArrayRef,
    /// Rows that are null as a whole.
    missing: Option<arrow_buffer::NullBuffer>,
}

impl Rows {
    /// The rows of a table, which has the two columns by name.
    pub(crate) fn of_table(table: &ArrayRef, naive: &NaiveTimes) -> PyResult<Self> {
        let Some(table) = table.as_struct_opt() else {
            return Err(PyTypeError::new_err(format!(
                "events is an Arrow array of {}; pass a table with the columns timestamp and message, or two arrays as \
                 timestamps= and messages=",
                table.data_type()
            )));
        };
        let column = |name: &str| {
            table.column_by_name(name).cloned().ok_or_else(|| {
                let names = table.column_names().join(", ");
                PyValueError::new_err(format!("the table has no column {name:?}; it has {names}"))
            })
        };
        let (timestamps, messages) = (column("timestamp")?, column("message")?);
        let missing = table.nulls().filter(|nulls| nulls.null_count() > 0).cloned();
        Ok(Self { missing, ..Self::of_columns(TimeArray::of_array(timestamps, naive)?, messages)? })
    }

    /// Rows of two columns of one length.
    pub(crate) fn of_columns(timestamps: TimeArray, messages: ArrayRef) -> PyResult<Self> {
        let messages = match messages.data_type() {
            DataType::Null => new_null_array(&DataType::Utf8, messages.len()),
            _ => messages,
        };
        if !is_text(messages.data_type()) {
            return Err(PyTypeError::new_err(format!(
                "messages is an Arrow column of {}; pass strings, or binary of UTF-8",
                messages.data_type()
            )));
        }
        soundness::check(&messages)?;
        Ok(Self { timestamps, messages, missing: None })
    }

    pub(crate) fn len(&self) -> usize {
        self.timestamps.len()
    }

    /// About how many bytes of messages are to be copied.
    pub(crate) fn copied_bytes(&self) -> usize {
        match self.messages.as_any_dictionary_opt() {
            Some(_) => self.messages.to_data().get_slice_memory_size().unwrap_or(0),
            None => 0,
        }
    }

    /// Passes on all rows, or those before the first error.
    pub(crate) fn feed_all(&self, py: Python<'_>, into: &mut impl Feed) -> PyResult<()> {
        let times = self.timestamps.times();
        match self.messages.data_type() {
            DataType::Utf8 => self.feed(py, &times, &bytes::<GenericStringType<i32>>(&self.messages), into),
            DataType::LargeUtf8 => self.feed(py, &times, &bytes::<GenericStringType<i64>>(&self.messages), into),
            DataType::Binary => self.feed(py, &times, &bytes::<GenericBinaryType<i32>>(&self.messages), into),
            DataType::LargeBinary => self.feed(py, &times, &bytes::<GenericBinaryType<i64>>(&self.messages), into),
            DataType::Utf8View | DataType::BinaryView => {
                self.feed(py, &times, &Views(views(&self.messages)), into)
            }
            _ => self.feed(py, &times, &Words::new(&self.messages), into),
        }
    }

    fn feed(&self, py: Python<'_>, times: &Times, texts: &impl Texts, into: &mut impl Feed) -> PyResult<()> {
        let fed = self.feed_rows(py, times, texts, into);
        // What was fed may live long: it keeps no memory but that of its messages.
        into.lend(Bytes::new());
        fed
    }

    fn feed_rows(&self, py: Python<'_>, times: &Times, texts: &impl Texts, into: &mut impl Feed) -> PyResult<()> {
        let mut gil_yield = GilYield::new();
        let memories = texts.memories();
        let mut lent = None;
        for row in 0..self.len() {
            let lies_in = texts.memory_of(row);
            if lies_in.is_some() && lies_in != lent {
                lent = lies_in;
                into.lend(lies_in.and_then(|index| memories.get(index)).cloned().unwrap_or_default());
            }
            let is_there = self.missing.as_ref().is_none_or(|nulls| nulls.is_valid(row));
            let fed = match (times.at(row), texts.at(row)) {
                (Some(timestamp), Some(text)) if is_there => into.admit(timestamp, Text::of_utf8(text)),
                (timestamp, text) => self.reject(row, timestamp, text, into),
            };
            fed.map_err(|rejected| outcomes::to_exception(py, &rejected))?;
            gil_yield.after_event(py)?;
        }
        Ok(())
    }

    /// Rejects a row that is no event.
    #[cold]
    fn reject(
        &self,
        row: usize,
        timestamp: Option<i64>,
        text: Option<&[u8]>,
        into: &mut impl Feed,
    ) -> Result<(), Rejected> {
        let malformed = |why: &str| Rejection::Malformed(why.into());
        if self.missing.as_ref().is_some_and(|missing| missing.is_null(row)) {
            return into.reject(malformed("the row is null"), None);
        }
        let rejection = match (timestamp, text) {
            (Some(_), _) => malformed("message is null; leave the row out"),
            (None, text) => match (self.timestamps.why_missing(row), text) {
                (NoTime::Null, None) => malformed("timestamp and message are null; leave the row out"),
                (why, _) => why.to_rejection(),
            },
        };
        let text = text.filter(|_| into.keeps_rejected());
        let kept = text.map(|text| RejectedPayload::from_message(timestamp, &Text::Utf8(text)));
        into.reject(rejection, kept)
    }
}

/// Rows of two columns whose chunks have different lengths, or of which one was not Arrow's.
pub(crate) fn aligned(timestamps: Vec<TimeArray>, messages: Vec<ArrayRef>) -> PyResult<Vec<Rows>> {
    let times = timestamps.iter().map(TimeArray::len).sum::<usize>();
    let texts = messages.iter().map(Array::len).sum::<usize>();
    if times != texts {
        return Err(PyValueError::new_err(format!(
            "timestamps has {times} items and messages has {texts}; the columns must be of one length"
        )));
    }
    let mut rows = vec![];
    let (mut timestamps, mut messages) = (timestamps.into_iter(), messages.into_iter());
    let (mut left, mut right) = (timestamps.next(), messages.next());
    while let (Some(times), Some(texts)) = (&left, &right) {
        let both = times.len().min(texts.len());
        if both > 0 {
            rows.push(Rows::of_columns(times.slice(0, both), texts.slice(0, both))?);
        }
        let times = (times.len() > both).then(|| times.slice(both, times.len() - both));
        let texts = (texts.len() > both).then(|| texts.slice(both, texts.len() - both));
        left = times.or_else(|| timestamps.next());
        right = texts.or_else(|| messages.next());
    }
    Ok(rows)
}

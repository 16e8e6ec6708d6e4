//! Arrow columns, by the PyCapsule interface: whatever library made them, without a Python object for each event.
//!
//! No message is copied: it stays where the producer has it, who must not change it (as the interface demands), and is
//! given back once no batch has it any more. What lies in too little memory for that to be worth it, and words of a
//! dictionary, are copied.

// A capsule holds a pointer, and its name says to what.
#![allow(unsafe_code)]

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::types::{
    GenericBinaryType, GenericStringType, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};

use arrow_array::{
    Array, ArrayRef, BinaryViewArray, GenericByteArray, Int64Array, OffsetSizeTrait, make_array,
    types::ByteArrayType,
};
use arrow_buffer::Buffer;
use arrow_data::{ByteView, MAX_INLINE_VIEW_LEN};
use arrow_schema::{DataType, TimeUnit};
use bytes::Bytes;
use cordwood_core::{RejectedPayload, Rejection, Text};
use pyo3::exceptions::{PyException, PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyCapsuleMethods};

use crate::feed::Feed;
use crate::gil_yield::Pause;
use crate::outcomes;

/// Arrays of one column or of whole rows, one after the other.
pub(crate) enum Chunks {
    One(Option<ArrayRef>),
    Stream(Box<ArrayStreamReader>),
}

impl Iterator for Chunks {
    type Item = PyResult<ArrayRef>;

    fn next(&mut self) -> Option<PyResult<ArrayRef>> {
        match self {
            Self::One(array) => array.take().map(Ok),
            Self::Stream(stream) => stream.next().map(|chunk| chunk.map_err(|fault| failed(&fault))),
        }
    }
}

fn failed(fault: &arrow_schema::ArrowError) -> PyErr {
    PyValueError::new_err(format!("the Arrow data cannot be read: {fault}"))
}

/// What an object gives by the PyCapsule interface; `None` where it does not have it.
pub(crate) fn chunks_of(object: &Bound<'_, PyAny>) -> PyResult<Option<Chunks>> {
    let py = object.py();
    if let Some(export) = object.getattr_opt(intern!(py, "__arrow_c_stream__"))? {
        let capsule = export.call0()?.cast_into::<PyCapsule>()?;
        let stream = capsule.pointer_checked(Some(c"arrow_array_stream"))?.cast::<FFI_ArrowArrayStream>();
        // SAFETY: a capsule of this name holds such a structure (Arrow PyCapsule interface), and it is moved out: the
        // capsule then finds it released.
        let reader = unsafe { ArrayStreamReader::from_raw(stream.as_ptr()) }.map_err(|fault| failed(&fault))?;
        return Ok(Some(Chunks::Stream(Box::new(reader))));
    }
    let Some(export) = object.getattr_opt(intern!(py, "__arrow_c_array__"))? else { return Ok(None) };
    let (schema, array) = export.call0()?.extract::<(Bound<'_, PyCapsule>, Bound<'_, PyCapsule>)>()?;
    let schema = schema.pointer_checked(Some(c"arrow_schema"))?.cast::<FFI_ArrowSchema>();
    let array = array.pointer_checked(Some(c"arrow_array"))?.cast::<FFI_ArrowArray>();
    // SAFETY: as above; the schema is only looked at, and stays the capsule's, which outlives the look.
    let data = unsafe { from_ffi(FFI_ArrowArray::from_raw(array.as_ptr()), schema.as_ref()) };
    Ok(Some(Chunks::One(Some(make_array(data.map_err(|fault| failed(&fault))?)))))
}

/// Likewise of one column, which may be read item by item instead: where its library cannot make Arrow's of it (for
/// another that is missing, or for items of several types), that is done.
pub(crate) fn column_chunks_of(column: &Bound<'_, PyAny>) -> PyResult<Option<Chunks>> {
    match chunks_of(column) {
        Err(fault) if fault.is_instance_of::<PyException>(column.py()) => Ok(None),
        chunks => chunks,
    }
}

/// So many rows of two columns.
pub(crate) struct Rows {
    timestamps: ArrayRef,
    messages: ArrayRef,
    /// Rows that are null as a whole.
    missing: Option<arrow_buffer::NullBuffer>,
}

impl Rows {
    /// The rows of a table, which has the two columns by name.
    pub(crate) fn of_table(table: &ArrayRef) -> PyResult<Self> {
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
        Ok(Self { missing, ..Self::of_columns(timestamps, messages)? })
    }

    /// Rows of two columns of one length.
    pub(crate) fn of_columns(timestamps: ArrayRef, messages: ArrayRef) -> PyResult<Self> {
        let timestamps = as_times(timestamps)?;
        if !is_text(messages.data_type()) {
            return Err(PyTypeError::new_err(format!(
                "messages is an Arrow column of {}; pass strings, or binary of UTF-8",
                messages.data_type()
            )));
        }
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

    /// Passes on all rows, or those before the first fault.
    pub(crate) fn feed_all(&self, py: Python<'_>, into: &mut impl Feed) -> PyResult<()> {
        let times = Times::new(&self.timestamps);
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
        // Whoever was fed may live long: it keeps no memory but that of its messages.
        into.lend(Bytes::new());
        fed
    }

    fn feed_rows(&self, py: Python<'_>, times: &Times, texts: &impl Texts, into: &mut impl Feed) -> PyResult<()> {
        let mut pause = Pause::new();
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
                (Ok(timestamp), Some(text)) if is_there => into.admit(timestamp, Text::of_utf8(text)),
                (timestamp, text) => reject(timestamp.ok(), text, is_there, into),
            };
            fed.map_err(|rejected| outcomes::to_exception(py, &rejected))?;
            pause.after_event(py)?;
        }
        Ok(())
    }
}

/// A row that is no event.
#[cold]
fn reject(
    timestamp: Option<i64>,
    text: Option<&[u8]>,
    is_there: bool,
    into: &mut impl Feed,
) -> Result<(), cordwood_core::Rejected> {
    let why = match (is_there, timestamp, text) {
        (false, ..) => "the row is null",
        (true, None, Some(_)) => "timestamp is null, or no time that there can be; leave the row out",
        (true, None, None) => "timestamp and message are null; leave the row out",
        (true, Some(_), _) => "message is null; leave the row out where there is none",
    };
    let kept = (is_there && into.keeps_rejected())
        .then(|| text.map(|text| RejectedPayload::from_message(timestamp, &Text::Utf8(text))))
        .flatten();
    into.reject(Rejection::Malformed(why.into()), kept)
}

fn is_text(of: &DataType) -> bool {
    match of {
        DataType::Dictionary(_, values) => is_text(values) && !matches!(**values, DataType::Dictionary(..)),
        _ => matches!(
            of,
            DataType::Utf8
                | DataType::LargeUtf8
                | DataType::Utf8View
                | DataType::Binary
                | DataType::LargeBinary
                | DataType::BinaryView
        ),
    }
}

/// Appends the timestamps of a column in which none is missing.
pub(crate) fn append_times(column: &ArrayRef, to: &mut Vec<i64>) -> PyResult<()> {
    let column = as_times(column.clone())?;
    let times = Times::new(&column);
    for row in 0..column.len() {
        to.push(times.at(row).map_err(|NoTime| {
            PyValueError::new_err(format!(
                "timestamps has a null, at {row} of a chunk; where messages is no Arrow column, leave such rows out"
            ))
        })?);
    }
    Ok(())
}

/// A column of timestamps or of 64-bit integers; other integers are made those, and what does not fit is null.
fn as_times(column: ArrayRef) -> PyResult<ArrayRef> {
    macro_rules! widened {
        ($($kind:ident as $type:ty),*) => {
            match column.data_type() {
                DataType::Int64 | DataType::Timestamp(..) => column,
                $(DataType::$kind => {
                    let numbers = column.as_primitive::<$type>();
                    Arc::new(numbers.iter().map(|number| i64::try_from(number?).ok()).collect::<Int64Array>())
                })*
                other => {
                    return Err(PyTypeError::new_err(format!(
                        "timestamps is an Arrow column of {other}; pass whole numbers (milliseconds since 1970) or a \
                         timestamp of any unit"
                    )));
                }
            }
        };
    }
    Ok(widened!(
        Int8 as Int8Type,
        Int16 as Int16Type,
        Int32 as Int32Type,
        UInt8 as UInt8Type,
        UInt16 as UInt16Type,
        UInt32 as UInt32Type,
        UInt64 as UInt64Type
    ))
}

/// Milliseconds since 1970.
struct Times<'a> {
    values: &'a [i64],
    nulls: Option<&'a arrow_buffer::NullBuffer>,
    /// A value is so many milliseconds, or that many of it are one.
    factor: i64,
    divisor: i64,
}

/// There is none.
struct NoTime;

impl<'a> Times<'a> {
    fn new(array: &'a ArrayRef) -> Self {
        let (values, factor, divisor) = match array.data_type() {
            DataType::Timestamp(TimeUnit::Second, _) => {
                (array.as_primitive::<TimestampSecondType>().values(), 1000, 1)
            }
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                (array.as_primitive::<TimestampMillisecondType>().values(), 1, 1)
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                (array.as_primitive::<TimestampMicrosecondType>().values(), 1, 1000)
            }
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                (array.as_primitive::<TimestampNanosecondType>().values(), 1, 1_000_000)
            }
            _ => (array.as_primitive::<Int64Type>().values(), 1, 1),
        };
        Self { values, nulls: array.nulls().filter(|nulls| nulls.null_count() > 0), factor, divisor }
    }

    /// What is below a millisecond is cut off, towards the past.
    #[inline]
    fn at(&self, row: usize) -> Result<i64, NoTime> {
        if self.nulls.is_some_and(|nulls| nulls.is_null(row)) {
            return Err(NoTime);
        }
        match (self.factor, self.divisor) {
            (1, 1) => Ok(self.values[row]),
            (factor, 1) => self.values[row].checked_mul(factor).ok_or(NoTime),
            (_, divisor) => Ok(self.values[row].div_euclid(divisor)),
        }
    }
}

/// A column of messages.
trait Texts {
    /// `None` is null.
    fn at(&self, row: usize) -> Option<&[u8]>;

    /// What its texts lie in; none where they are to be copied.
    fn memories(&self) -> Vec<Bytes> {
        vec![]
    }

    /// Which of them a text lies in; `None` where it is in none.
    fn memory_of(&self, _row: usize) -> Option<usize> {
        None
    }
}

/// A part of a buffer, which is kept for as long as that is used.
fn shared(buffer: &Buffer, from: usize, to: usize) -> Bytes {
    Bytes::from_owner(buffer.slice_with_length(from, to - from))
}

/// Offsets into one buffer. Strings are taken as bytes: nobody has looked yet whether they are UTF-8.
struct Strings<'a, O> {
    offsets: &'a [O],
    data: &'a Buffer,
    nulls: Option<&'a arrow_buffer::NullBuffer>,
}

fn bytes<T: ByteArrayType>(array: &ArrayRef) -> Strings<'_, T::Offset> {
    let array: &GenericByteArray<T> = array.as_bytes();
    Strings {
        offsets: array.value_offsets(),
        data: array.values(),
        nulls: array.nulls().filter(|nulls| nulls.null_count() > 0),
    }
}

impl<O: OffsetSizeTrait> Texts for Strings<'_, O> {
    #[inline]
    fn at(&self, row: usize) -> Option<&[u8]> {
        if self.nulls.is_some_and(|nulls| nulls.is_null(row)) {
            return None;
        }
        Some(&self.data[self.offsets[row].as_usize()..self.offsets[row + 1].as_usize()])
    }

    fn memories(&self) -> Vec<Bytes> {
        // Of a slice, only its own part.
        let ends = self.offsets.first().zip(self.offsets.last());
        ends.map(|(from, to)| shared(self.data, from.as_usize(), to.as_usize())).into_iter().collect()
    }

    #[inline]
    fn memory_of(&self, _row: usize) -> Option<usize> {
        Some(0)
    }
}

struct Views(BinaryViewArray);

fn views(array: &ArrayRef) -> BinaryViewArray {
    match array.as_string_view_opt() {
        Some(strings) => strings.clone().to_binary_view(),
        None => array.as_binary_view().clone(),
    }
}

impl Texts for Views {
    #[inline]
    fn at(&self, row: usize) -> Option<&[u8]> {
        self.0.is_valid(row).then(|| self.0.value(row))
    }

    fn memories(&self) -> Vec<Bytes> {
        self.0.data_buffers().iter().map(|buffer| shared(buffer, 0, buffer.len())).collect()
    }

    /// Short ones lie in the view itself, which the column library may have written just for us.
    #[inline]
    fn memory_of(&self, row: usize) -> Option<usize> {
        let view = ByteView::from(self.0.views()[row]);
        (view.length > MAX_INLINE_VIEW_LEN).then_some(view.buffer_index as usize)
    }
}

/// Dictionary-encoded: numbers of words.
struct Words<'a> {
    keys: Vec<usize>,
    nulls: Option<arrow_buffer::NullBuffer>,
    values: Box<dyn Texts + 'a>,
}

impl<'a> Words<'a> {
    fn new(array: &'a ArrayRef) -> Self {
        let dictionary = array.as_any_dictionary();
        let values = dictionary.values();
        let words: Box<dyn Texts + 'a> = match values.data_type() {
            DataType::Utf8 => Box::new(bytes::<GenericStringType<i32>>(values)),
            DataType::LargeUtf8 => Box::new(bytes::<GenericStringType<i64>>(values)),
            DataType::Binary => Box::new(bytes::<GenericBinaryType<i32>>(values)),
            DataType::LargeBinary => Box::new(bytes::<GenericBinaryType<i64>>(values)),
            _ => Box::new(Views(views(values))),
        };
        // Without a word there are only nulls.
        let keys = if values.is_empty() { vec![] } else { dictionary.normalized_keys() };
        Self { keys, nulls: dictionary.keys().nulls().cloned(), values: words }
    }
}

impl Texts for Words<'_> {
    #[inline]
    fn at(&self, row: usize) -> Option<&[u8]> {
        if self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return None;
        }
        self.values.at(*self.keys.get(row)?)
    }
}

/// Rows of two columns that are cut into chunks at other places, or one of which is none of Arrow's.
pub(crate) fn aligned(timestamps: Vec<ArrayRef>, messages: Vec<ArrayRef>) -> PyResult<Vec<Rows>> {
    let len = |column: &[ArrayRef]| column.iter().map(Array::len).sum::<usize>();
    let (times, texts) = (len(&timestamps), len(&messages));
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
        let rest = |chunk: &ArrayRef| (chunk.len() > both).then(|| chunk.slice(both, chunk.len() - both));
        let (times, texts) = (rest(times), rest(texts));
        left = times.or_else(|| timestamps.next());
        right = texts.or_else(|| messages.next());
    }
    Ok(rows)
}

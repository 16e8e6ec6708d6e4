//! Whether a column of messages refers only to memory that it has.
//!
//! The C data interface passes on what a library was given, and libraries make arrays of any buffers
//! (`pyarrow.Array.from_buffers`). Its reader checks nothing: offsets that are wrong would end in a panic, views in other
//! memory of the process, keys in another word.

use arrow_array::cast::AsArray;
use arrow_array::types::{ByteArrayType, GenericBinaryType, GenericStringType};
use arrow_array::{Array, ArrayRef, downcast_integer_array};
use arrow_buffer::ArrowNativeType;
use arrow_data::{ByteView, MAX_INLINE_VIEW_LEN};
use arrow_schema::DataType;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::texts::views;

/// Refuses a column of messages whose rows lie outside of its memory.
pub(super) fn check(messages: &ArrayRef) -> PyResult<()> {
    find_flaw(messages).map_or(Ok(()), |flaw| {
        Err(PyValueError::new_err(format!("the Arrow data cannot be read: messages is damaged, {flaw}")))
    })
}

fn find_flaw(column: &ArrayRef) -> Option<&'static str> {
    match column.data_type() {
        DataType::Utf8 => flaw_of_offsets::<GenericStringType<i32>>(column),
        DataType::LargeUtf8 => flaw_of_offsets::<GenericStringType<i64>>(column),
        DataType::Binary => flaw_of_offsets::<GenericBinaryType<i32>>(column),
        DataType::LargeBinary => flaw_of_offsets::<GenericBinaryType<i64>>(column),
        DataType::Utf8View | DataType::BinaryView => flaw_of_views(column),
        _ => flaw_of_keys(column).or_else(|| find_flaw(column.as_any_dictionary().values())),
    }
}

fn flaw_of_offsets<T: ByteArrayType>(column: &ArrayRef) -> Option<&'static str> {
    let column = column.as_bytes::<T>();
    let (offsets, end) = (column.value_offsets(), column.values().len());
    // Counted, which the compiler does for many at a time, where a search would stop at each.
    let descents = offsets.windows(2).filter(|pair| pair[0] > pair[1]).count();
    let bounds = offsets.first().zip(offsets.last());
    let inside = bounds.is_none_or(|(first, last)| *first >= T::Offset::default() && last.as_usize() <= end);
    (descents > 0 || !inside).then_some("its offsets do not ascend, or lie outside of its data")
}

fn flaw_of_views(column: &ArrayRef) -> Option<&'static str> {
    let column = views(column);
    let buffers = column.data_buffers();
    let is_inside = |view: ByteView| {
        let (from, len) = (view.offset as usize, view.length as usize);
        view.length <= MAX_INLINE_VIEW_LEN
            || buffers
                .get(view.buffer_index as usize)
                .is_some_and(|buffer| from.saturating_add(len) <= buffer.len())
    };
    let all = column.views().iter().enumerate();
    let outside = all
        .map(|(row, view)| (row, ByteView::from(*view)))
        .any(|(row, view)| !is_inside(view) && column.is_valid(row));
    outside.then_some("a view lies outside of its data")
}

fn flaw_of_keys(column: &ArrayRef) -> Option<&'static str> {
    let dictionary = column.as_any_dictionary();
    let (keys, words) = (dictionary.keys(), dictionary.values().len());
    let outside = downcast_integer_array!(
        keys => keys.values().iter().enumerate().any(|(row, key)| key.as_usize() >= words && keys.is_valid(row)),
        _ => true
    );
    outside.then_some("a key of its dictionary has no word")
}

//! A column of messages.

use arrow_array::cast::AsArray;
use arrow_array::types::{ByteArrayType, GenericBinaryType, GenericStringType};
use arrow_array::{Array, ArrayRef, BinaryViewArray, GenericByteArray, OffsetSizeTrait};
use arrow_buffer::Buffer;
use arrow_data::{ByteView, MAX_INLINE_VIEW_LEN};
use arrow_schema::DataType;
use bytes::Bytes;

/// A column of messages.
pub(super) trait Texts {
    /// `None` is null.
    fn at(&self, row: usize) -> Option<&[u8]>;

    /// The memory of its texts; empty if they are to be copied.
    fn memories(&self) -> Vec<Bytes> {
        vec![]
    }

    /// Which of those a text is in; `None` if it is in none.
    fn memory_of(&self, _row: usize) -> Option<usize> {
        None
    }
}

/// A part of a buffer, which lives as long as the part is used.
fn shared(buffer: &Buffer, from: usize, to: usize) -> Bytes {
    Bytes::from_owner(buffer.slice_with_length(from, to - from))
}

/// Offsets into one buffer. Strings are taken as bytes: nothing has checked yet that they are UTF-8.
pub(super) struct Strings<'a, O> {
    offsets: &'a [O],
    data: &'a Buffer,
    nulls: Option<&'a arrow_buffer::NullBuffer>,
}

pub(super) fn bytes<T: ByteArrayType>(array: &ArrayRef) -> Strings<'_, T::Offset> {
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

pub(super) struct Views(pub(super) BinaryViewArray);

pub(super) fn views(array: &ArrayRef) -> BinaryViewArray {
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

    /// Short ones are in the view itself, which the column's library may have written just for this call.
    #[inline]
    fn memory_of(&self, row: usize) -> Option<usize> {
        let view = ByteView::from(self.0.views()[row]);
        (view.length > MAX_INLINE_VIEW_LEN).then_some(view.buffer_index as usize)
    }
}

/// Dictionary-encoded: indexes of words.
pub(super) struct Words<'a> {
    keys: Vec<usize>,
    nulls: Option<arrow_buffer::NullBuffer>,
    values: Box<dyn Texts + 'a>,
}

impl<'a> Words<'a> {
    pub(super) fn new(array: &'a ArrayRef) -> Self {
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

/// Whether a column is of strings or of binary.
pub(super) fn is_text(of: &DataType) -> bool {
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

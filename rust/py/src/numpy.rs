//! numpy's arrays, by their methods and the buffer protocol. numpy itself is never imported.

use std::sync::Arc;

use arrow_array::{ArrayRef, LargeBinaryArray};
use arrow_buffer::{Buffer, OffsetBuffer};
use cordwood_core::append_ucs4;
use pyo3::buffer::{Element, PyBuffer};
use pyo3::intern;
use pyo3::prelude::*;

/// The kind of an array's elements, as in `dtype.kind`; `None` for anything but an array of one dimension.
fn kind_of(column: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    let py = column.py();
    let Some(dtype) = column.getattr_opt(intern!(py, "dtype"))? else { return Ok(None) };
    let Some(kind) = dtype.getattr_opt(intern!(py, "kind"))? else { return Ok(None) };
    let flat = column.getattr_opt(intern!(py, "ndim"))?.is_some_and(|ndim| ndim.eq(1).unwrap_or(false));
    Ok(if flat { kind.extract().ok() } else { None })
}

/// The milliseconds of an array of `datetime64`, as one of integers; anything else as it is.
pub(crate) fn as_integers<'py>(column: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if kind_of(column)?.as_deref() != Some("M") {
        return Ok(column.clone());
    }
    column.call_method1("astype", ("datetime64[ms]",))?.call_method1("view", ("int64",))
}

/// The texts of an array of `str` or `bytes` of a fixed width, behind which it has NULs; `None` for anything else.
pub(crate) fn texts(column: &Bound<'_, PyAny>) -> PyResult<Option<ArrayRef>> {
    let kind = kind_of(column)?;
    let Some(kind @ ("U" | "S")) = kind.as_deref() else { return Ok(None) };
    let dtype = column.getattr("dtype")?;
    let bytes: usize = dtype.getattr("itemsize")?.extract()?;
    // In this machine's byte order, and contiguous.
    let native = column.call_method1("astype", (dtype.call_method1("newbyteorder", ("=",))?,))?;
    if bytes == 0 {
        return Ok(None);
    }
    if kind == "S" {
        let all = elements::<u8>(&native.call_method1("view", ("u1",))?)?;
        return Ok(Some(array(all.chunks_exact(bytes), |text, to| to.extend_from_slice(trimmed(text)))));
    }
    let all = elements::<u32>(&native.call_method1("view", ("u4",))?)?;
    Ok(Some(array(all.chunks_exact(bytes / 4), |text, to| append_ucs4(trimmed(text), to))))
}

fn elements<T: Element>(array: &Bound<'_, PyAny>) -> PyResult<Vec<T>> {
    PyBuffer::<T>::get(array)?.to_vec(array.py())
}

fn trimmed<T: Default + PartialEq>(text: &[T]) -> &[T] {
    let end = text.iter().rposition(|unit| *unit != T::default()).map_or(0, |last| last + 1);
    &text[..end]
}

fn array<'a, T: 'a>(texts: impl Iterator<Item = &'a [T]>, append: impl Fn(&[T], &mut Vec<u8>)) -> ArrayRef {
    let mut data = vec![];
    let mut lengths = vec![];
    for text in texts {
        let before = data.len();
        append(text, &mut data);
        lengths.push(data.len() - before);
    }
    let offsets = OffsetBuffer::<i64>::from_lengths(lengths);
    Arc::new(LargeBinaryArray::new(offsets, Buffer::from_vec(data), None))
}

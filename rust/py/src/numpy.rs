//! numpy's arrays, by their methods and the buffer protocol. numpy itself is never imported.

use std::sync::Arc;

use arrow_array::{ArrayRef, LargeBinaryArray};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer};
use cordwood_core::append_ucs4;
use pyo3::buffer::{Element, PyBuffer};
use pyo3::intern;
use pyo3::prelude::*;

use crate::naive_times::NaiveTimes;
use crate::time_column::{MissingTimes, NoTime, TimeColumn};

/// The kind of an array's elements, as in `dtype.kind`; `None` for anything but an array of one dimension.
fn kind_of(column: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    let py = column.py();
    // numpy's own: pandas has columns with a `dtype` that is not.
    if column.getattr_opt(intern!(py, "__array_interface__"))?.is_none() {
        return Ok(None);
    }
    let Some(dtype) = column.getattr_opt(intern!(py, "dtype"))? else { return Ok(None) };
    let Some(kind) = dtype.getattr_opt(intern!(py, "kind"))? else { return Ok(None) };
    let flat = column.getattr_opt(intern!(py, "ndim"))?.is_some_and(|ndim| ndim.eq(1).unwrap_or(false));
    Ok(if flat { kind.extract().ok() } else { None })
}

/// The columns of a structured array that has both; `None` for anything else.
pub(crate) fn columns_of_table<'py>(
    events: &Bound<'py, PyAny>,
) -> PyResult<Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)>> {
    let py = events.py();
    if kind_of(events)?.as_deref() != Some("V") {
        return Ok(None);
    }
    let names = events.getattr(intern!(py, "dtype"))?.getattr(intern!(py, "names"))?;
    let (timestamp, message) = (intern!(py, "timestamp"), intern!(py, "message"));
    if names.is_none() || !names.contains(timestamp)? || !names.contains(message)? {
        return Ok(None);
    }
    Ok(Some((events.get_item(timestamp)?, events.get_item(message)?)))
}

/// Which rows of an array `numpy.ma` masks; `None` of one without a mask.
fn mask_of(column: &Bound<'_, PyAny>) -> PyResult<Option<Vec<bool>>> {
    let py = column.py();
    // Only masked arrays have one that is an array: pandas has a method of this name.
    let Some(mask) = column.getattr_opt(intern!(py, "mask"))? else { return Ok(None) };
    if kind_of(&mask)?.as_deref() != Some("b") {
        return Ok(None);
    }
    let mask = elements::<u8>(&mask.call_method1("view", ("u1",))?)?;
    Ok(Some(mask.iter().map(|&masked| masked != 0).collect()))
}

/// The milliseconds of an array of `datetime64`, as an array of integers; `None` for anything else.
pub(crate) fn as_integers<'py>(column: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    if kind_of(column)?.as_deref() != Some("M") {
        return Ok(None);
    }
    column.call_method1("astype", ("datetime64[ms]",))?.call_method1("view", ("int64",)).map(Some)
}

/// `NaT` as an integer.
const NAT: i64 = i64::MIN;

/// The timestamps of an array of `datetime64`, of which these are the integers.
pub(crate) fn of_datetimes(
    column: &Bound<'_, PyAny>,
    integers: &[i64],
    naive: &NaiveTimes,
) -> PyResult<TimeColumn> {
    naive.note();
    let mask = mask_of(column)?;
    let mut times = TimeColumn::default();
    for (row, &civil_ms) in integers.iter().enumerate() {
        let is_null = civil_ms == NAT || mask.as_ref().is_some_and(|mask| mask[row]);
        times.push(if is_null { Err(NoTime::Null) } else { naive.resolve(civil_ms, false) });
    }
    Ok(times)
}

/// The timestamps of an array, or other buffer, of integers.
pub(crate) fn of_integers(column: &Bound<'_, PyAny>, milliseconds: Vec<i64>) -> PyResult<TimeColumn> {
    let mut missing = MissingTimes::default();
    for (row, _) in mask_of(column)?.iter().flatten().enumerate().filter(|(_, masked)| **masked) {
        missing.push(row, NoTime::Null);
    }
    Ok(TimeColumn { milliseconds, missing })
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
    let mask = mask_of(column)?;
    // Of a masked array, the data behind the mask: a view of other units cannot have the same mask.
    let data = if mask.is_some() { native.getattr("data")? } else { native };
    let nulls = mask.map(|mask| mask.iter().map(|masked| !masked).collect::<NullBuffer>());
    if kind == "S" {
        let all = elements::<u8>(&data.call_method1("view", ("u1",))?)?;
        return Ok(Some(array(all.chunks_exact(bytes), nulls, |text, to| to.extend_from_slice(trimmed(text)))));
    }
    let all = elements::<u32>(&data.call_method1("view", ("u4",))?)?;
    Ok(Some(array(all.chunks_exact(bytes / 4), nulls, |text, to| append_ucs4(trimmed(text), to))))
}

fn elements<T: Element>(array: &Bound<'_, PyAny>) -> PyResult<Vec<T>> {
    PyBuffer::<T>::get(array)?.to_vec(array.py())
}

fn trimmed<T: Default + PartialEq>(text: &[T]) -> &[T] {
    let end = text.iter().rposition(|unit| *unit != T::default()).map_or(0, |last| last + 1);
    &text[..end]
}

fn array<'a, T: 'a>(
    texts: impl Iterator<Item = &'a [T]>,
    nulls: Option<NullBuffer>,
    append: impl Fn(&[T], &mut Vec<u8>),
) -> ArrayRef {
    let mut data = vec![];
    let mut lengths = vec![];
    for text in texts {
        let before = data.len();
        append(text, &mut data);
        lengths.push(data.len() - before);
    }
    let offsets = OffsetBuffer::<i64>::from_lengths(lengths);
    Arc::new(LargeBinaryArray::new(offsets, Buffer::from_vec(data), nulls))
}

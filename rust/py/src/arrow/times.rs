//! A column of timestamps.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, Int64Array};
use arrow_schema::{DataType, TimeUnit};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

/// Appends the timestamps of a column in which none is missing.
pub(crate) fn append_times(column: &ArrayRef, to: &mut Vec<i64>) -> PyResult<()> {
    let column = as_times(column.clone())?;
    let times = Times::new(&column);
    for row in 0..column.len() {
        to.push(times.at(row).map_err(|NoTime| {
            PyValueError::new_err(format!(
                "timestamps has a null, at {row} of a chunk; leave out such rows if messages is not an Arrow column"
            ))
        })?);
    }
    Ok(())
}

/// A column of timestamps or of 64-bit integers; other integers become those, and null if they do not fit.
pub(super) fn as_times(column: ArrayRef) -> PyResult<ArrayRef> {
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
pub(super) struct Times<'a> {
    values: &'a [i64],
    nulls: Option<&'a arrow_buffer::NullBuffer>,
    /// Milliseconds of one value, or values in one millisecond.
    factor: i64,
    divisor: i64,
}

/// The row has no timestamp.
pub(super) struct NoTime;

impl<'a> Times<'a> {
    pub(super) fn new(array: &'a ArrayRef) -> Self {
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

    /// Rounded down to the millisecond.
    #[inline]
    pub(super) fn at(&self, row: usize) -> Result<i64, NoTime> {
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

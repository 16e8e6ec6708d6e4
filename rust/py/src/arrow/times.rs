//! A column of timestamps.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, Int64Array};
use arrow_buffer::{BooleanBufferBuilder, NullBuffer};
use arrow_schema::{DataType, TimeUnit};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use crate::naive_times::NaiveTimes;
use crate::time_column::{MissingTimes, NoTime, TimeColumn};

/// An Arrow column of timestamps.
pub(crate) struct TimeArray {
    /// Timestamps of any unit, or 64-bit integers.
    array: ArrayRef,
    /// Of the rows that are null there, those that were not null before.
    missing: MissingTimes,
}

impl TimeArray {
    pub(crate) fn of_array(array: ArrayRef, naive: &NaiveTimes) -> PyResult<Self> {
        if let DataType::Timestamp(_, None) = array.data_type() {
            return Ok(Self::of_naive(&array, naive));
        }
        naive.refuse_for_column(|| array.data_type().to_string())?;
        let mut missing = MissingTimes::default();
        Ok(Self { array: as_times(array, &mut missing)?, missing })
    }

    /// Of times without a zone.
    fn of_naive(array: &ArrayRef, naive: &NaiveTimes) -> Self {
        naive.note();
        let civil = Times::new(array);
        let mut column = TimeColumn::default();
        for row in 0..array.len() {
            let why_not = if array.is_null(row) { NoTime::Null } else { NoTime::OutOfRange };
            let civil_ms = civil.at(row).ok_or(why_not);
            column.push(civil_ms.and_then(|civil_ms| naive.resolve(civil_ms, false)));
        }
        Self::of_column(column)
    }

    pub(crate) fn of_column(column: TimeColumn) -> Self {
        let TimeColumn { milliseconds, missing } = column;
        let nulls = (missing.iter().len() > 0).then(|| {
            let mut validity = BooleanBufferBuilder::new(milliseconds.len());
            validity.append_n(milliseconds.len(), true);
            missing.iter().for_each(|(row, _)| validity.set_bit(*row, false));
            NullBuffer::new(validity.finish())
        });
        let array = Int64Array::new(milliseconds.into(), nulls);
        Self { array: Arc::new(array), missing }
    }

    pub(crate) fn append_to(&self, column: &mut TimeColumn) {
        let times = self.times();
        (0..self.len()).for_each(|row| column.push(times.at(row).ok_or_else(|| self.why_missing(row))));
    }

    pub(crate) fn len(&self) -> usize {
        self.array.len()
    }

    pub(super) fn slice(&self, from: usize, len: usize) -> Self {
        Self { array: self.array.slice(from, len), missing: self.missing.slice(from, len) }
    }

    pub(super) fn times(&self) -> Times<'_> {
        Times::new(&self.array)
    }

    /// Why a row has no timestamp.
    #[cold]
    pub(super) fn why_missing(&self, row: usize) -> NoTime {
        match self.missing.get(row) {
            Some(why) => why.clone(),
            None if self.array.is_null(row) => NoTime::Null,
            None => NoTime::OutOfRange,
        }
    }
}

/// A column of timestamps or of 64-bit integers; other integers become those, and null if they do not fit.
fn as_times(column: ArrayRef, missing: &mut MissingTimes) -> PyResult<ArrayRef> {
    macro_rules! widened {
        ($($kind:ident as $type:ty),*) => {
            match column.data_type() {
                DataType::Int64 | DataType::Timestamp(..) => column,
                DataType::Null => Arc::new(Int64Array::new_null(column.len())),
                $(DataType::$kind => {
                    let numbers = column.as_primitive::<$type>();
                    let widened = numbers.iter().enumerate().map(|(row, number)| {
                        i64::try_from(number?).inspect_err(|_| missing.push(row, NoTime::OutOfRange)).ok()
                    });
                    Arc::new(widened.collect::<Int64Array>())
                })*
                other => {
                    let integers = if other.is_floating() {
                        " (in pandas, .astype(\"Int64\") makes integers of those that stand beside nulls)"
                    } else {
                        ""
                    };
                    return Err(PyTypeError::new_err(format!(
                        "timestamps is an Arrow column of {other}; pass whole numbers (milliseconds since 1970) or a \
                         timestamp of any unit{integers}"
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
    nulls: Option<&'a NullBuffer>,
    /// Milliseconds of one value, or values in one millisecond.
    factor: i64,
    divisor: i64,
}

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

    /// Rounded down to the millisecond; `None` if the row has no timestamp.
    #[inline]
    pub(super) fn at(&self, row: usize) -> Option<i64> {
        if self.nulls.is_some_and(|nulls| nulls.is_null(row)) {
            return None;
        }
        match (self.factor, self.divisor) {
            (1, 1) => Some(self.values[row]),
            (factor, 1) => self.values[row].checked_mul(factor),
            (_, divisor) => Some(self.values[row].div_euclid(divisor)),
        }
    }
}

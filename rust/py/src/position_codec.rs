//! Packed positions: `pack_positions`, `unpack_positions`, `packed_range`.

use cordwood_core as core;
use cordwood_core::{InvalidPositions, PositionDecoder};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

pub(crate) fn damaged(error: InvalidPositions) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// Pack positions, in any order, each once, as `Batch.packed_positions` does.
///
/// Raises:
///     OverflowError: one is negative or beyond 64 bits.
#[pyfunction]
pub(crate) fn pack_positions(py: Python<'_>, positions: Vec<u64>) -> Bound<'_, PyBytes> {
    PyBytes::new(py, &core::encode_unordered_positions(positions))
}

/// Unpack positions, in increasing order.
///
/// Raises:
///     ValueError: these are not packed positions.
#[pyfunction]
pub(crate) fn unpack_positions<'py>(
    py: Python<'py>,
    packed: &Bound<'py, PyBytes>,
) -> PyResult<Bound<'py, PyList>> {
    let positions: Result<Vec<_>, _> = PositionDecoder::new(packed.as_bytes()).collect();
    PyList::new(py, positions.map_err(damaged)?)
}

/// Return the smallest and the greatest of packed positions; None if there are none.
///
/// Raises:
///     ValueError: these are not packed positions.
#[pyfunction]
pub(crate) fn packed_range(packed: &Bound<'_, PyBytes>) -> PyResult<Option<(u64, u64)>> {
    core::position_range(packed.as_bytes()).map_err(damaged)
}

//! Packed positions: `pack_positions`, `unpack_positions`, `packed_range`.

use cordwood_core as core;
use cordwood_core::{InvalidPositions, PositionDecoder};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

pub(crate) fn damaged(fault: InvalidPositions) -> PyErr {
    PyValueError::new_err(fault.to_string())
}

/// Pack positions, in any order, each once, as `Batch.packed_positions` does.
///
/// Raises:
///     OverflowError: one is negative or beyond 64 bits.
#[pyfunction]
pub(crate) fn pack_positions(py: Python<'_>, mut positions: Vec<u64>) -> Bound<'_, PyBytes> {
    positions.sort_unstable();
    positions.dedup();
    PyBytes::new(py, &core::encode_positions(positions))
}

/// PositionDecoder positions, in increasing order.
///
/// Raises:
///     ValueError: these are no packed positions.
#[pyfunction]
pub(crate) fn unpack_positions<'py>(
    py: Python<'py>,
    packed: &Bound<'py, PyBytes>,
) -> PyResult<Bound<'py, PyList>> {
    let positions: Result<Vec<_>, _> = PositionDecoder::new(packed.as_bytes()).collect();
    PyList::new(py, positions.map_err(damaged)?)
}

/// Return the smallest and the greatest of packed positions; None where there are none.
///
/// Raises:
///     ValueError: these are no packed positions.
#[pyfunction]
pub(crate) fn packed_range(packed: &Bound<'_, PyBytes>) -> PyResult<Option<(u64, u64)>> {
    let mut range = None;
    for position in PositionDecoder::new(packed.as_bytes()) {
        let position = position.map_err(damaged)?;
        range = Some((range.map_or(position, |(first, _)| first), position));
    }
    Ok(range)
}

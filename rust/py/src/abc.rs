//! What counts as a mapping or a sequence, as `collections.abc` defines it, and what is text.
//!
//! PyO3's own `cast::<PyMapping>()` asks the same, but drops an exception that the question raises: a Ctrl-C that comes
//! while Python code answers would be dropped.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyString, PyType};

pub(crate) fn is_mapping(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    static MAPPING: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    Ok(value.is_instance_of::<PyDict>()
        || value.is_instance(MAPPING.import(value.py(), "collections.abc", "Mapping")?)?)
}

pub(crate) fn is_sequence(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    static SEQUENCE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    value.is_instance(SEQUENCE.import(value.py(), "collections.abc", "Sequence")?)
}

/// Whether it iterates, but never over events.
pub(crate) fn is_text(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyString>()
        || value.is_instance_of::<PyBytes>()
        || value.is_instance_of::<PyByteArray>()
}

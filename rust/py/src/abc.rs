//! What counts as a mapping or a sequence: `collections.abc` says.
//!
//! PyO3's own `cast::<PyMapping>()` asks the same, but drops an exception of that question: a Ctrl-C that comes
//! while Python code answers it would be lost.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};

pub(crate) fn is_mapping(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    static MAPPING: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    Ok(value.is_instance_of::<PyDict>()
        || value.is_instance(MAPPING.import(value.py(), "collections.abc", "Mapping")?)?)
}

pub(crate) fn is_sequence(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    static SEQUENCE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    value.is_instance(SEQUENCE.import(value.py(), "collections.abc", "Sequence")?)
}

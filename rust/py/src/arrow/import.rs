//! Arrays by the PyCapsule interface.

// A capsule holds a pointer, and its name defines to what.
#![allow(unsafe_code)]

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::{ArrayRef, make_array};
use pyo3::exceptions::{PyException, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyCapsuleMethods};

/// Arrays of one column or of whole rows, one after the other.
pub(crate) enum Chunks {
    One(Option<ArrayRef>),
    Stream(Box<ArrayStreamReader>),
}

impl Iterator for Chunks {
    type Item = PyResult<ArrayRef>;

    fn next(&mut self) -> Option<PyResult<ArrayRef>> {
        match self {
            Self::One(array) => array.take().map(Ok),
            Self::Stream(stream) => stream.next().map(|chunk| chunk.map_err(|error| failed(&error))),
        }
    }
}

fn failed(error: &arrow_schema::ArrowError) -> PyErr {
    PyValueError::new_err(format!("the Arrow data cannot be read: {error}"))
}

/// What an object exports by the PyCapsule interface; `None` if it does not have it.
pub(crate) fn chunks_of(object: &Bound<'_, PyAny>) -> PyResult<Option<Chunks>> {
    let py = object.py();
    if let Some(export) = object.getattr_opt(intern!(py, "__arrow_c_stream__"))? {
        let capsule = export.call0()?.cast_into::<PyCapsule>()?;
        let stream = capsule.pointer_checked(Some(c"arrow_array_stream"))?.cast::<FFI_ArrowArrayStream>();
        // SAFETY: a capsule of this name holds such a structure (Arrow PyCapsule interface), and it is moved out: the
        // capsule then finds it released.
        let reader = unsafe { ArrayStreamReader::from_raw(stream.as_ptr()) }.map_err(|error| failed(&error))?;
        return Ok(Some(Chunks::Stream(Box::new(reader))));
    }
    let Some(export) = object.getattr_opt(intern!(py, "__arrow_c_array__"))? else { return Ok(None) };
    let (schema, array) = export.call0()?.extract::<(Bound<'_, PyCapsule>, Bound<'_, PyCapsule>)>()?;
    let schema = schema.pointer_checked(Some(c"arrow_schema"))?.cast::<FFI_ArrowSchema>();
    let array = array.pointer_checked(Some(c"arrow_array"))?.cast::<FFI_ArrowArray>();
    // SAFETY: as above; the schema is only read, and stays the capsule's, which outlives this.
    let data = unsafe { from_ffi(FFI_ArrowArray::from_raw(array.as_ptr()), schema.as_ref()) };
    Ok(Some(Chunks::One(Some(make_array(data.map_err(|error| failed(&error))?)))))
}

/// As `chunks_of`, of one column, which may be read item by item instead: `None` also if its library cannot export it
/// (because another library is missing, or its items have several types).
pub(crate) fn column_chunks_of(column: &Bound<'_, PyAny>) -> PyResult<Option<Chunks>> {
    match chunks_of(column) {
        Err(error) if error.is_instance_of::<PyException>(column.py()) => Ok(None),
        chunks => chunks,
    }
}

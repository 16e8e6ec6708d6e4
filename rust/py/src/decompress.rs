//! `cordwood._core.Decompressor` and `TextDecoder`.

use cordwood_input as input;
use cordwood_input::Compression;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyBytesMethods};

use crate::arguments::Choice;

/// Decompresses a stream in chunks of any size; of several members, one behind the other, all.
///
/// Args:
///     kind: `"gzip"` or `"zstd"`.
///
/// Raises:
///     ValueError: the kind is unknown.
#[pyclass(module = "cordwood._core")]
pub(crate) struct Decompressor {
    stream: input::Decompressor,
    /// What was fed, and how much of it was taken.
    chunk: Option<Py<PyBytes>>,
    taken: usize,
}

#[pymethods]
impl Decompressor {
    #[new]
    #[pyo3(signature = (kind))]
    fn new(kind: Choice<Compression>) -> PyResult<Self> {
        let stream = input::Decompressor::new(kind.0).map_err(PyValueError::new_err)?;
        Ok(Self { stream, chunk: None, taken: 0 })
    }

    /// Take the next compressed bytes; those before that were not read are dropped.
    fn feed(&mut self, chunk: Py<PyBytes>) {
        self.chunk = Some(chunk);
        self.taken = 0;
    }

    /// Return what the bytes that were fed hold, up to a length; empty once they are used up.
    ///
    /// The interpreter lock is released meanwhile.
    ///
    /// Raises:
    ///     ValueError: the bytes are damaged; the message says how.
    fn read<'py>(&mut self, py: Python<'py>, length: usize) -> PyResult<Bound<'py, PyBytes>> {
        let Some(chunk) = &self.chunk else { return Ok(PyBytes::new(py, b"")) };
        let bytes = &chunk.bind(py).as_bytes()[self.taken..];
        let stream = &mut self.stream;
        let (taken, output) = py.detach(|| {
            let mut output = Vec::with_capacity(length);
            (stream.run(bytes, &mut output), output)
        });
        self.taken += taken.map_err(PyValueError::new_err)?;
        if output.is_empty() {
            self.chunk = None;
        }
        Ok(PyBytes::new(py, &output))
    }

    /// Whether what was fed ends with the end of a member.
    #[getter]
    fn is_whole(&self) -> bool {
        self.stream.is_whole()
    }
}

/// Decodes text of another encoding to UTF-8, in chunks of any size.
///
/// What is malformed becomes a byte 0xFF, which is malformed in UTF-8 too: the option `invalid_text` then decides.
///
/// Args:
///     encoding: a name in the WHATWG's Encoding Standard: `"utf-16"`, `"latin1"`, `"shift_jis"`, ...
///
/// Raises:
///     ValueError: the encoding is unknown.
#[pyclass(module = "cordwood._core")]
pub(crate) struct TextDecoder(input::TextDecoder);

#[pymethods]
impl TextDecoder {
    #[new]
    #[pyo3(signature = (encoding))]
    fn new(encoding: &str) -> PyResult<Self> {
        input::TextDecoder::new(encoding).map(Self).ok_or_else(|| {
            PyValueError::new_err(format!(
                "{encoding:?} is not a known encoding; use utf-8, utf-16, latin1, windows-1252, shift_jis, gb18030, \
                 euc-kr or another name in the WHATWG Encoding Standard"
            ))
        })
    }

    /// The encoding's name in the standard.
    #[getter]
    fn name(&self) -> &'static str {
        self.0.name()
    }

    /// Return the text of the next bytes; the interpreter lock is released meanwhile.
    #[pyo3(signature = (chunk, *, last = false))]
    fn decode<'py>(&mut self, chunk: &Bound<'py, PyBytes>, last: bool) -> Bound<'py, PyBytes> {
        let py = chunk.py();
        let bytes = chunk.as_bytes();
        let decoder = &mut self.0;
        let text = py.detach(|| decoder.decode(bytes, last));
        PyBytes::new(py, &text)
    }
}

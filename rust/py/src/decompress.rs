//! `cordwood._core.Decompressor` and `TextDecoder`.

use cordwood_input as input;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyBytesMethods};

/// What compressed bytes hold, whatever pieces they come in; of several members, one behind the other, all.
///
/// Args:
///     kind: `"gzip"` or `"zstd"`.
///
/// Raises:
///     ValueError: there is no such kind.
#[pyclass(module = "cordwood._core")]
pub(crate) struct Decompressor {
    packed: input::Decompressor,
    /// What was fed, and how much of it was taken.
    chunk: Option<Py<PyBytes>>,
    taken: usize,
}

#[pymethods]
impl Decompressor {
    #[new]
    #[pyo3(signature = (kind))]
    fn new(kind: &str) -> PyResult<Self> {
        let packed = match kind {
            "gzip" => input::Decompressor::gzip(),
            "zstd" => input::Decompressor::zstd().map_err(PyValueError::new_err)?,
            other => {
                return Err(PyValueError::new_err(format!("kind is {other:?}; it must be \"gzip\" or \"zstd\"")));
            }
        };
        Ok(Self { packed, chunk: None, taken: 0 })
    }

    /// Take the next compressed bytes; what of those before was not read is lost.
    fn feed(&mut self, chunk: Py<PyBytes>) {
        self.chunk = Some(chunk);
        self.taken = 0;
    }

    /// What the bytes that were fed hold, up to a length; empty once they are used up.
    ///
    /// The interpreter lock is released meanwhile.
    ///
    /// Raises:
    ///     ValueError: they are damaged; the message says how.
    fn read<'py>(&mut self, py: Python<'py>, length: usize) -> PyResult<Bound<'py, PyBytes>> {
        let Some(chunk) = &self.chunk else { return Ok(PyBytes::new(py, b"")) };
        let bytes = &chunk.bind(py).as_bytes()[self.taken..];
        let packed = &mut self.packed;
        let (taken, output) = py.detach(|| {
            let mut output = Vec::with_capacity(length);
            (packed.run(bytes, &mut output), output)
        });
        self.taken += taken.map_err(PyValueError::new_err)?;
        if output.is_empty() {
            self.chunk = None;
        }
        Ok(PyBytes::new(py, &output))
    }

    /// Whether what was fed ends where a member does.
    #[getter]
    fn is_whole(&self) -> bool {
        self.packed.is_whole()
    }
}

/// Text of another encoding as UTF-8, whatever pieces it comes in.
///
/// What is malformed becomes a byte 0xFF, which is malformed in UTF-8 too: `invalid_text` then judges it.
///
/// Args:
///     encoding: a name that the WHATWG's standard of encodings knows: `"utf-16"`, `"latin1"`, `"shift_jis"`, ...
///
/// Raises:
///     ValueError: there is no such encoding.
#[pyclass(module = "cordwood._core")]
pub(crate) struct TextDecoder(input::TextDecoder);

#[pymethods]
impl TextDecoder {
    #[new]
    #[pyo3(signature = (encoding))]
    fn new(encoding: &str) -> PyResult<Self> {
        input::TextDecoder::new(encoding).map(Self).ok_or_else(|| {
            PyValueError::new_err(format!(
                "{encoding:?} is no encoding that is known; utf-8, utf-16, latin1, windows-1252, shift_jis, gb18030, \
                 euc-kr and the others of the WHATWG's standard are"
            ))
        })
    }

    /// The encoding's name, as the standard has it.
    #[getter]
    fn name(&self) -> &'static str {
        self.0.name()
    }

    /// The text of the next bytes; the interpreter lock is released meanwhile.
    #[pyo3(signature = (chunk, *, last = false))]
    fn decode<'py>(&mut self, chunk: &Bound<'py, PyBytes>, last: bool) -> Bound<'py, PyBytes> {
        let py = chunk.py();
        let bytes = chunk.as_bytes();
        let decoder = &mut self.0;
        let text = py.detach(|| decoder.decode(bytes, last));
        PyBytes::new(py, &text)
    }
}

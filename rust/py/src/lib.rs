//! The boundary between Python and cordwood-core: extract, one call into the core, map the error.
//!
//! Nothing is decided here. Each file carries one Python type, or one kind of argument. Docstrings repeat those
//! of `python/cordwood/_core.pyi` word for word; a test holds the two together.

#![deny(unsafe_code)]
// The docstrings are Python's: their indented parts are no Rust lists, their shapes no Rust links.
#![allow(clippy::doc_lazy_continuation, clippy::doc_overindented_list_items, rustdoc::all)]
// PyO3 takes arguments and `self` as Python hands them over.
#![allow(clippy::needless_pass_by_value)]

mod abc;
mod admission;
mod arguments;
mod arrow;
mod batch;
mod batcher;
mod batches;
mod columns;
mod decompress;
mod describe;
mod error;
mod event;
mod exact_types;
mod feed;
mod file_format;
mod file_reader;
mod gil_yield;
mod huge_pages;
mod input;
mod limits;
mod message;
mod naive_times;
mod null;
mod numpy;
mod outcomes;
mod position_codec;
mod prefetch;
mod rejected_payload;
mod router;
mod shared_stream;
mod time_column;
mod timestamp;

use pyo3::prelude::*;

/// The extension module: cordwood's boundary to its Rust core. Import these names from `cordwood`.
// The code is written to be safe without the interpreter lock (what relies on it, `exact_types` and `prefetch`, does nothing
// if there is none); the claim waits for a free-threaded test run.
#[pymodule(gil_used = true)]
mod _core {
    use super::{Bound, PyModule, PyModuleMethods, PyResult};

    #[pymodule_export]
    use super::batch::Batch;
    #[pymodule_export]
    use super::batcher::Batcher;
    #[pymodule_export]
    use super::batches::{Batches, batches};
    #[pymodule_export]
    use super::decompress::{Decompressor, TextDecoder};
    #[pymodule_export]
    use super::file_format::{FileFormat, Layout, LineRules, Problem, Times, check_regex, check_zone, detect};
    #[pymodule_export]
    use super::file_reader::FileReader;
    #[pymodule_export]
    use super::limits::Limits;
    #[pymodule_export]
    use super::position_codec::{pack_positions, packed_range, unpack_positions};

    #[pymodule_export]
    use super::router::Router;
    #[pymodule_export]
    use super::timestamp::unit_hint;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::exact_types::make_names(module.py());
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("_debug_build", cfg!(debug_assertions))
    }
}

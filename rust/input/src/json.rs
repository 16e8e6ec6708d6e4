//! JSON: its grammar, event documents, and lines of it.
//!
//! From the ground up: `tokens`, `grammar` and `structural_index`; `event`, `skip_value`, `find_paths`, `fast_path` and
//! `shape_cache`; `path_values` and `timestamp`; `line`.

pub(crate) mod event;
mod fast_path;
pub(crate) mod find_paths;
pub(crate) mod grammar;
pub(crate) mod line;
pub(crate) mod path_values;
mod shape_cache;
pub(crate) mod skip_value;
mod structural_index;
pub(crate) mod timestamp;
pub(crate) mod tokens;

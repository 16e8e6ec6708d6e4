//! JSON: its grammar, what event documents hold, and lines of it.

pub(crate) mod event;
pub(crate) mod fast_path;
pub(crate) mod grammar;
pub(crate) mod line;
pub(crate) mod shape_cache;
pub(crate) mod skip_value;
pub(crate) mod structural_index;

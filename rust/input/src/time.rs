//! Timestamps as logs write them, and the milliseconds since 1970 that they mean.

pub(crate) mod civil;
pub(crate) mod fields;
pub(crate) mod formats;
mod known_formats;
pub(crate) mod names;
pub(crate) mod zones;

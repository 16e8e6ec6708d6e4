//! Timestamps as logs write them, and the milliseconds since 1970 that they mean.

pub(crate) mod calendar;
pub(crate) mod civil;
pub(crate) mod error;
pub(crate) mod fields;
pub(crate) mod formats;
mod known_formats;
#[allow(dead_code, reason = "the formats that use it come next")]
pub(crate) mod names;
pub(crate) mod year_inference;
pub(crate) mod years;
#[allow(dead_code, reason = "the formats that use it come next")]
pub(crate) mod zones;

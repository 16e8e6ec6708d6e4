//! Timestamps as logs write them, and the milliseconds since 1970 that they mean.

mod again;
pub(crate) mod calendar;
pub(crate) mod civil;
pub(crate) mod error;
pub(crate) mod fields;
pub(crate) mod formats;
pub(crate) mod forms;
pub(crate) mod names;
pub(crate) mod neighbours;
pub(crate) mod places;
pub(crate) mod year_inference;
pub(crate) mod years;
pub(crate) mod zones;

pub(crate) use again::LastTimestamp;

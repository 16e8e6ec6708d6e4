//! Times that have no zone: naive datetimes, and columns of such times. The option `timezone` says what they mean.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use cordwood_input::{LocalTime, ZoneClock};
use pyo3::prelude::*;

use crate::arguments::unknown_zone;
use crate::time_column::NoTime;

mod exceptions {
    #![allow(missing_docs)]
    pyo3::import_exception!(cordwood.errors, OptionError);
}

/// What times without a zone mean.
pub(crate) struct NaiveTimes {
    /// Without it they mean nothing.
    clock: Option<Mutex<ZoneClock>>,
    /// Whether there was such a time.
    found: AtomicBool,
}

impl NaiveTimes {
    /// For the option `timezone`.
    pub(crate) fn new(timezone: Option<&str>) -> PyResult<Self> {
        let clock = |zone: &str| ZoneClock::of(zone).map(Mutex::new).ok_or_else(|| unknown_zone(zone));
        Ok(Self { clock: timezone.map(clock).transpose()?, found: AtomicBool::new(false) })
    }

    /// Milliseconds since 1970 of a time on the zone's clock, in milliseconds as if that were UTC.
    ///
    /// A time that the clock shows twice is not taken, unless it is known to be the second.
    pub(crate) fn resolve(&self, civil_ms: i64, is_second: bool) -> Result<i64, NoTime> {
        self.note();
        let Some(clock) = &self.clock else { return Err(NoTime::NoZone) };
        // No code of the caller's runs under this lock.
        let local = clock.lock().unwrap_or_else(PoisonError::into_inner).at(civil_ms);
        match local {
            LocalTime::Once(offset) => civil_ms.checked_sub(offset).ok_or(NoTime::OutOfRange),
            LocalTime::Twice(_, after) if is_second => Ok(civil_ms - after),
            LocalTime::Twice(..) => Err(NoTime::Repeated),
            LocalTime::Never => Err(NoTime::Skipped),
        }
    }

    /// Notes that there are times without a zone, or may be: all are null.
    pub(crate) fn note(&self) {
        self.found.store(true, Ordering::Relaxed);
    }

    /// Refuses the option for a column of a type that has a zone or needs none.
    pub(crate) fn refuse_for_column(&self, of: impl FnOnce() -> String) -> PyResult<()> {
        match self.clock {
            None => Ok(()),
            Some(_) => Err(exceptions::OptionError::new_err(format!(
                "`timezone` is for times without a zone, and timestamps is a column of {}: leave it out",
                of()
            ))),
        }
    }

    /// Refuses the option for events of which none has a time without a zone.
    pub(crate) fn refuse_if_unused(&self, events: u64) -> PyResult<()> {
        if self.clock.is_none() || events == 0 || self.found.load(Ordering::Relaxed) {
            return Ok(());
        }
        Err(exceptions::OptionError::new_err(
            "`timezone` is for times without a zone, and no event has one: leave it out",
        ))
    }
}

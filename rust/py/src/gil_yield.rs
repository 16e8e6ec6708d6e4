//! A long loop over events lets Ctrl-C and other threads through, as the interpreter's own loops do.

use std::time::{Duration, Instant};

use pyo3::prelude::*;

/// Between two looks at signals and at the clock: together they cost some fifty nanoseconds, so many events some
/// ten microseconds or more.
const EVENTS_BETWEEN_LOOKS: u32 = 256;

/// The interpreter's own switch interval (`sys.getswitchinterval`). Releasing the lock more often is no use to
/// others and costs much: a thread that computes keeps it this long.
const SWITCH_INTERVAL: Duration = Duration::from_millis(5);

/// Called after each event of a loop that holds the interpreter lock.
pub(crate) struct GilYield {
    until_look: u32,
    switched: Instant,
}

impl GilYield {
    pub(crate) fn new() -> Self {
        Self { until_look: EVENTS_BETWEEN_LOOKS, switched: Instant::now() }
    }

    /// `Err` if a signal handler raised: `KeyboardInterrupt`, most often. The event before is counted.
    #[inline]
    pub(crate) fn after_event(&mut self, py: Python<'_>) -> PyResult<()> {
        self.until_look -= 1;
        if self.until_look == 0 { self.look(py) } else { Ok(()) }
    }

    #[cold]
    fn look(&mut self, py: Python<'_>) -> PyResult<()> {
        self.until_look = EVENTS_BETWEEN_LOOKS;
        py.check_signals()?;
        if self.switched.elapsed() >= SWITCH_INTERVAL {
            py.detach(|| ());
            self.switched = Instant::now();
        }
        Ok(())
    }
}

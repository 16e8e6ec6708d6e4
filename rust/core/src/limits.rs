//! The numbers of `PutLogEvents` (CloudWatch Logs API reference, `PutLogEvents`).

use std::fmt;

/// Largest value that a byte limit may be given: a message's length, and its length as JSON (at most six
/// times as long), then both fit the 32 bits that a `Row` has for them.
const MAX_BYTES: u64 = 512 << 20;

/// What one request may carry. The defaults are the service's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Most counted bytes in a batch: UTF-8 bytes of each message plus the overhead of each event.
    pub max_batch_bytes: u64,
    /// Most events in a batch.
    pub max_batch_events: u64,
    /// Most milliseconds between first and last timestamp; exactly this many is legal.
    pub max_batch_span_ms: i64,
    /// Most counted bytes of one event, overhead included.
    pub max_event_bytes: u64,
    /// Bytes counted for each event in addition to its message.
    pub event_overhead_bytes: u64,
    /// How far after now a timestamp may lie.
    pub max_future_ms: i64,
    /// How far before now a timestamp may lie.
    pub max_age_ms: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_batch_bytes: 1_048_576,
            max_batch_events: 10_000,
            max_batch_span_ms: 24 * 3_600_000,
            max_event_bytes: 1_048_576,
            event_overhead_bytes: 26,
            max_future_ms: 2 * 3_600_000,
            max_age_ms: 14 * 86_400_000,
        }
    }
}

impl Limits {
    /// Checks that every number makes sense and that a message of one character (4 bytes) has room.
    pub fn validated(self) -> Result<Self, InvalidLimits> {
        let at_least = |name, value: i128, least: i128| {
            if value < least {
                return Err(InvalidLimits(format!("{name} is {value}; it must be at least {least}")));
            }
            Ok(())
        };
        let at_most = |name, value: u64| {
            if value > MAX_BYTES {
                return Err(InvalidLimits(format!("{name} is {value}; it can be at most {MAX_BYTES} (512 MiB)")));
            }
            Ok(())
        };
        at_least("max_batch_bytes", self.max_batch_bytes.into(), 1)?;
        at_least("max_batch_events", self.max_batch_events.into(), 1)?;
        at_least("max_batch_span_ms", self.max_batch_span_ms.into(), 0)?;
        at_least("max_event_bytes", self.max_event_bytes.into(), 1)?;
        at_least("max_future_ms", self.max_future_ms.into(), 0)?;
        at_least("max_age_ms", self.max_age_ms.into(), 0)?;
        at_most("max_batch_bytes", self.max_batch_bytes)?;
        at_most("max_event_bytes", self.max_event_bytes)?;
        at_most("event_overhead_bytes", self.event_overhead_bytes)?;
        let whole = self.max_batch_bytes.min(self.max_event_bytes);
        if whole < self.event_overhead_bytes + 4 {
            return Err(InvalidLimits(format!(
                "an event of {whole} bytes (the smaller of max_event_bytes and max_batch_bytes) less \
                 event_overhead_bytes {} leaves no room for a message of one character, 4 bytes",
                self.event_overhead_bytes
            )));
        }
        Ok(self)
    }

    /// Most UTF-8 bytes of one message.
    #[must_use]
    pub fn max_message_bytes(&self) -> u64 {
        self.max_batch_bytes.min(self.max_event_bytes).saturating_sub(self.event_overhead_bytes)
    }

    /// What a message of `len` UTF-8 bytes counts towards the batch.
    #[must_use]
    pub fn event_bytes(&self, len: u64) -> u64 {
        len + self.event_overhead_bytes
    }
}

/// Limits that nothing could obey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidLimits(String);

impl fmt::Display for InvalidLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidLimits {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid_and_leave_1_048_550_bytes_for_a_message() {
        assert_eq!(Limits::default().validated().unwrap().max_message_bytes(), 1_048_550);
    }

    #[test]
    fn the_smaller_of_event_and_batch_rules_a_message() {
        let small_batch = Limits { max_batch_bytes: 100, ..Limits::default() };
        assert_eq!(small_batch.max_message_bytes(), 74);
        let small_event = Limits { max_event_bytes: 200, ..Limits::default() };
        assert_eq!(small_event.max_message_bytes(), 174);
    }

    #[test]
    fn impossible_numbers_are_named() {
        let invalid = [
            (Limits { max_batch_bytes: 0, ..Limits::default() }, "max_batch_bytes is 0"),
            (Limits { max_batch_events: 0, ..Limits::default() }, "max_batch_events is 0"),
            (Limits { max_batch_span_ms: -1, ..Limits::default() }, "max_batch_span_ms is -1"),
            (Limits { max_event_bytes: MAX_BYTES + 1, ..Limits::default() }, "max_event_bytes is 536870913"),
            (Limits { max_age_ms: -5, ..Limits::default() }, "max_age_ms is -5"),
            (Limits { max_event_bytes: 29, ..Limits::default() }, "no room for a message"),
        ];
        for (limits, text) in invalid {
            assert!(limits.validated().unwrap_err().to_string().contains(text), "{text}");
        }
        assert!(Limits { max_event_bytes: 30, ..Limits::default() }.validated().is_ok());
    }
}

//! Which events are wanted at all.

use cordwood_core::Text;
use regex::bytes::Regex;

/// Events that their reader leaves out.
#[derive(Clone, Debug)]
pub struct EventFilter {
    since: i64,
    until: i64,
    filter: Option<Regex>,
    exclude: Option<Regex>,
}

impl Default for EventFilter {
    fn default() -> Self {
        Self { since: i64::MIN, until: i64::MAX, filter: None, exclude: None }
    }
}

impl EventFilter {
    /// Events from `since` on and before `until`, in milliseconds, whose message has a match of the one pattern and none of
    /// the other.
    #[must_use]
    pub fn new(since: Option<i64>, until: Option<i64>, filter: Option<Regex>, exclude: Option<Regex>) -> Self {
        Self { since: since.unwrap_or(i64::MIN), until: until.unwrap_or(i64::MAX), filter, exclude }
    }

    /// Whether this event is wanted.
    #[inline]
    #[must_use]
    pub fn accepts(&self, timestamp: i64, message: &Text<'_>) -> bool {
        match message {
            Text::Ascii(bytes) | Text::AsciiCounted { bytes, .. } | Text::Utf8(bytes) | Text::ValidUtf8(bytes) => {
                self.accepts_utf8(timestamp, bytes)
            }
            Text::Latin1(_) | Text::Ucs2(_) | Text::Ucs4(_) => self.accepts_time(timestamp),
        }
    }

    /// The same, for a message that should be UTF-8.
    #[inline]
    #[must_use]
    pub fn accepts_utf8(&self, timestamp: i64, message: &[u8]) -> bool {
        self.accepts_time(timestamp)
            && self.filter.as_ref().is_none_or(|filter| filter.is_match(message))
            && self.exclude.as_ref().is_none_or(|exclude| !exclude.is_match(message))
    }

    #[inline]
    fn accepts_time(&self, timestamp: i64) -> bool {
        (self.since..self.until).contains(&timestamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_patterns() {
        let accepts = |wanted: &EventFilter, at: i64, text: &str| wanted.accepts(at, &Text::Utf8(text.as_bytes()));
        assert!(accepts(&EventFilter::default(), 5, "x"));
        let wanted = EventFilter::new(
            Some(10),
            Some(20),
            Some(Regex::new("ERROR|WARN").unwrap()),
            Some(Regex::new("health ?check").unwrap()),
        );
        assert!(accepts(&wanted, 10, "an ERROR"));
        assert!(!accepts(&wanted, 9, "an ERROR"));
        assert!(!accepts(&wanted, 20, "an ERROR"));
        assert!(!accepts(&wanted, 15, "INFO"));
        assert!(!accepts(&wanted, 15, "WARN healthcheck"));
    }
}

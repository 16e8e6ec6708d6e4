//! How lines become events: as text or as JSON.

use crate::json::line::JsonLines;
use crate::text_line::TextLines;

/// How lines become events.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "one for each file, and used for each line")]
pub enum LineFormat {
    /// Some lines begin an event, and the others continue it.
    Text(TextLines),
    /// Each line is a JSON object.
    Json(JsonLines),
}

impl LineFormat {
    /// The message of the last line, if it had escapes.
    #[inline]
    pub(crate) fn decoded(&self) -> &[u8] {
        match self {
            Self::Json(json) => json.decoded(),
            Self::Text(_) => &[],
        }
    }

    /// Whether a line begins an event because the user says so.
    #[inline]
    pub(crate) fn must_begin_at(&self, line: &[u8]) -> bool {
        match self {
            Self::Json(_) => false,
            Self::Text(text) => text.must_begin_at(line),
        }
    }

    /// Lines that begin with a time in another layout.
    pub(crate) fn other_layouts(&self) -> u64 {
        match self {
            Self::Json(_) => 0,
            Self::Text(text) => text.other_layouts(),
        }
    }

    /// See [`crate::TimestampResolver::ambiguous_times`].
    pub(crate) fn ambiguous_times(&self) -> u64 {
        match self {
            Self::Json(json) => json.ambiguous_times(),
            Self::Text(text) => text.ambiguous_times(),
        }
    }

    /// Sets the timestamp of the events that begin from here on, if lines are not searched for theirs.
    pub fn set_timestamp(&mut self, timestamp: i64) {
        match self {
            Self::Json(json) => json.set_timestamp(timestamp),
            Self::Text(text) => text.set_timestamp(timestamp),
        }
    }
}

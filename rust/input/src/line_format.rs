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

    /// Lines so far that begin with a timestamp in another layout than those of their file.
    pub(crate) fn other_lines(&self) -> u64 {
        match self {
            Self::Text(text) => text.other_lines(),
            Self::Json(_) => 0,
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

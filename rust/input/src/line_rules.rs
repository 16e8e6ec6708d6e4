//! How the lines of one file become events.

use regex::bytes::Regex;

use crate::detect::{Detected, FormatKind};
use crate::header_lines::HeaderLines;
use crate::json::line::JsonLines;
use crate::line_format::LineFormat;
use crate::lines::LineEnd;
use crate::read_lines::LineEvents;
use crate::text_line::{OtherLayouts, TextLines, Untimed};
use crate::time::civil::TimestampResolver;

/// How lines become events, and where their timestamps come from.
#[derive(Clone, Debug)]
pub struct LineRules {
    format: LineFormat,
    end: LineEnd,
    headers: HeaderLines,
    takes_timestamp: bool,
}

/// What the user of a file says about its lines.
#[derive(Clone, Debug, Default)]
pub struct LineOptions {
    /// Of JSON: the member that is the message. Without it the whole line is.
    pub message_field: Option<String>,
    /// Of text: lines with a match begin an event, which others continue.
    pub multiline_start: Option<Regex>,
    /// Of text: whether a line without a timestamp is an event with that of the one before. Otherwise it continues that.
    pub untimed_as_before: bool,
    /// Of text without `multiline_start`: what lines are that begin with a time in another layout.
    pub other_layouts: OtherLayouts,
}

impl LineRules {
    /// The rules of a file in the format that was detected; `None` if that is event documents.
    #[must_use]
    pub fn detected(detected: &Detected, resolver: TimestampResolver, options: LineOptions) -> Option<Self> {
        let LineOptions { message_field, multiline_start, untimed_as_before, other_layouts } = options;
        let untimed = if untimed_as_before { Untimed::AsBefore } else { Untimed::Continues };
        let format = match detected.line_format(resolver, message_field)? {
            LineFormat::Text(text) => LineFormat::Text(
                text.beginning(multiline_start).taking_untimed(untimed).taking_other_layouts(other_layouts),
            ),
            json @ LineFormat::Json(_) => json,
        };
        let headers = HeaderLines::new(detected.header.clone());
        Some(Self { format, end: detected.line_end, headers, takes_timestamp: false })
    }

    /// Rules for lines whose timestamps the caller gives; none is looked for in them. `None` for event documents.
    #[must_use]
    pub fn without_timestamps(kind: FormatKind, options: LineOptions) -> Option<Self> {
        let LineOptions { message_field, multiline_start, .. } = options;
        let resolver = TimestampResolver::utc();
        let format = match kind {
            FormatKind::Events => return None,
            FormatKind::Json => LineFormat::Json(JsonLines::new(vec![], message_field, vec![], resolver)),
            FormatKind::Text => LineFormat::Text(
                TextLines::new(vec![], resolver).beginning(multiline_start).taking_untimed(Untimed::Given),
            ),
        };
        Some(Self { format, end: LineEnd::default(), headers: HeaderLines::default(), takes_timestamp: true })
    }

    /// Whether the caller gives the timestamps.
    #[must_use]
    pub fn takes_timestamp(&self) -> bool {
        self.takes_timestamp
    }

    /// What reads the lines.
    #[must_use]
    pub fn events(&self) -> LineEvents {
        LineEvents::new(self.format.clone()).ending(self.end).skipping(self.headers.clone())
    }
}

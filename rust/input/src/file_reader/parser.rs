//! What takes one file apart: an event document, or lines.

use bytes::Bytes;
use cordwood_core::{RejectedPayload, StreamBatcher};

use crate::json::event::Extra;
use crate::line_rules::LineRules;
use crate::read_documents::DocumentEvents;
use crate::read_lines::{LineEvents, LinesRead};
use crate::step::Step;

/// What takes one file apart.
#[derive(Debug)]
pub(super) enum Parser {
    Document(DocumentEvents),
    Lines(Box<LineEvents>),
}

impl Parser {
    pub(super) fn new(rules: Option<&LineRules>, extra: Extra, keep_rejected: bool) -> Self {
        match rules {
            None => {
                let mut document = DocumentEvents::new(extra);
                if keep_rejected {
                    document.keep_rejected();
                }
                Self::Document(document)
            }
            Some(rules) => {
                let mut lines = rules.events();
                if keep_rejected {
                    lines.keep_rejected();
                }
                Self::Lines(Box::new(lines))
            }
        }
    }

    pub(super) fn feed(&mut self, chunk: Bytes, stream: &mut StreamBatcher) {
        match self {
            Self::Document(document) => document.feed(&chunk),
            Self::Lines(lines) => {
                stream.lend(chunk.clone());
                lines.feed(chunk);
            }
        }
    }

    pub(super) fn finish(&mut self) {
        match self {
            Self::Document(document) => document.finish(),
            Self::Lines(lines) => lines.finish(),
        }
    }

    pub(super) fn next(&mut self) -> Step<'_> {
        match self {
            Self::Document(document) => document.next(),
            Self::Lines(lines) => lines.next(),
        }
    }

    /// The event of lines that might go on.
    pub(super) fn take_open(&mut self) -> Option<Step<'_>> {
        match self {
            Self::Document(_) => None,
            Self::Lines(lines) => lines.take_open(),
        }
    }

    pub(super) fn rejected_payload(&self) -> Option<RejectedPayload> {
        match self {
            Self::Document(document) => document.rejected_payload(),
            Self::Lines(lines) => lines.rejected_payload(),
        }
    }

    /// Of the events that begin from here on, if lines take it from the caller.
    pub(super) fn set_timestamp(&mut self, timestamp: i64) {
        match self {
            Self::Document(_) => {}
            Self::Lines(lines) => lines.set_timestamp(timestamp),
        }
    }

    /// Offset in the file before which everything was handed out.
    pub(super) fn position(&self) -> u64 {
        match self {
            Self::Document(document) => document.position(),
            Self::Lines(lines) => lines.position(),
        }
    }

    /// How many lines were what so far.
    pub(super) fn lines_read(&self) -> LinesRead {
        match self {
            Self::Document(_) => LinesRead::default(),
            Self::Lines(lines) => lines.lines_read(),
        }
    }

    /// The first line that is refused because it begins with a time in another layout, and its offset.
    pub(super) fn first_in_another_layout(&self) -> Option<(u64, &[u8])> {
        match self {
            Self::Document(_) => None,
            Self::Lines(lines) => lines.first_in_another_layout(),
        }
    }

    /// Whether something ended that is refused, whatever follows it, and that was not returned yet.
    pub(super) fn holds_refused(&self) -> bool {
        match self {
            Self::Document(_) => false,
            Self::Lines(lines) => lines.holds_refused(),
        }
    }

    /// Those that belong to no event, and headers.
    pub(super) fn blank_lines(&self) -> u64 {
        match self {
            Self::Document(_) => 0,
            Self::Lines(lines) => lines.skipped(),
        }
    }
}

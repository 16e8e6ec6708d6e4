//! Lines without a timestamp: what they continue, and what is no event.

use cordwood_core::{Rejection, Remedy};

use super::{Found, LineEvents, Open};
use crate::line_format::LineFormat;
use crate::step::MAX_EVENT_INPUT_BYTES;
use crate::text_line::LineMeaning;

/// Bytes that an event of several lines may have; a line that would make it longer begins another, with the same timestamp.
const MAX_JOINED_BYTES: usize = 1_048_550;

/// Bytes of a line that are shown.
const MAX_EXAMPLE_BYTES: usize = 512;

const NOTHING_BEFORE: &str = "the line has no timestamp, and there is no event before it that has one";
const NOTHING_TO_CONTINUE: &str =
    "the line has no timestamp, and there is no event before it that it could continue";

/// What begins an event and has no timestamp that can be read. Its lines, joined, are in `joining`: no event is open.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) offset: u64,
    rejection: Rejection,
    /// A line that continues it may have the timestamp.
    awaits: bool,
}

/// What is returned after what is returned now.
#[derive(Debug)]
pub(super) struct RejectedNext {
    pub(super) offset: u64,
    rejection: Rejection,
    text: Vec<u8>,
}

impl LineEvents {
    /// Whether what was read last is refused, whatever lines follow; it is returned when it has ended.
    pub(crate) fn holds_refused(&self) -> bool {
        self.refused.as_ref().is_some_and(|refused| !refused.awaits)
    }

    /// Takes the last line, which has no timestamp; what was found, if that is complete.
    #[inline(never)]
    pub(super) fn take_untimed(&mut self, offset: u64) -> Option<Found> {
        let LineFormat::Text(text) = &mut self.format else { return None };
        let meaning = text.untimed(self.lines.last());
        let malformed = |reason: &str| Rejection::Malformed(reason.into());
        let after_an_event = self.has_begun();
        match meaning {
            LineMeaning::Continues | LineMeaning::AsBefore(_)
                if self.headers.is_one(self.lines.last(), after_an_event) =>
            {
                self.skipped += 1;
                None
            }
            LineMeaning::Begins(timestamp) | LineMeaning::AsBefore(Some(timestamp)) => {
                self.begin(offset, timestamp)
            }
            LineMeaning::AsBefore(None) => Some(self.reject_line(offset, malformed(NOTHING_BEFORE))),
            LineMeaning::Continues if self.open.is_some() => self.go_on(offset),
            LineMeaning::Continues if self.refused.is_some() => {
                self.go_on_with_refused();
                None
            }
            LineMeaning::Continues => Some(self.reject_line(offset, malformed(NOTHING_TO_CONTINUE))),
            LineMeaning::Refused(rejection) => self.refuse(Refused { offset, rejection, awaits: false }),
            LineMeaning::Awaits(rejection) => self.refuse(Refused { offset, rejection, awaits: true }),
        }
    }

    /// Begins with the last line what is not an event, so that the lines that continue it are not added to another.
    fn refuse(&mut self, refused: Refused) -> Option<Found> {
        let before = self.end_event();
        if refused.rejection.remedy() == Some(Remedy::OtherLayouts) && self.first_other.is_none() {
            let line = self.lines.last();
            self.first_other = Some((refused.offset, line[..line.len().min(MAX_EXAMPLE_BYTES)].to_vec()));
        }
        self.refused = Some(refused);
        self.joining.clear();
        self.joining.extend_from_slice(self.lines.last());
        before
    }

    /// Adds the last line to what is refused. If that waits for a timestamp, and the line has it, it is an event.
    fn go_on_with_refused(&mut self) {
        self.continuing += 1;
        let has_room = self.add_to_joining();
        let Some(refused) = &mut self.refused else { return };
        refused.awaits &= has_room;
        if refused.awaits
            && let LineFormat::Text(text) = &mut self.format
            && let Some(timestamp) = text.late_timestamp(self.lines.last())
        {
            match timestamp {
                Ok(timestamp) => {
                    self.open = Some(Open { offset: refused.offset, timestamp, line: None });
                    self.refused = None;
                }
                Err(rejection) => (refused.rejection, refused.awaits) = (rejection, false),
            }
        }
    }

    /// Joins the last line with those before it, unless they get too long.
    fn add_to_joining(&mut self) -> bool {
        let joined = self.joining.len() as u64 + self.blank + 1 + self.lines.last().len() as u64;
        if joined > MAX_JOINED_BYTES as u64 {
            return false;
        }
        for _ in 0..=std::mem::take(&mut self.blank) {
            self.joining.push(b'\n');
        }
        self.joining.extend_from_slice(self.lines.last());
        true
    }

    #[inline(never)]
    pub(super) fn end_refused(&mut self) -> Option<Found> {
        let Refused { offset, rejection, .. } = self.refused.take()?;
        self.skipped += std::mem::take(&mut self.blank);
        self.payload.clear();
        self.payload.append(&self.joining);
        self.rejected = Some((offset, rejection));
        Some(Found::NoEvent)
    }

    #[cold]
    pub(super) fn reject_next(&mut self) -> Found {
        if let Some(RejectedNext { offset, rejection, text }) = self.rejected_next.take() {
            self.payload.clear();
            self.payload.append(&text);
            self.rejected = Some((offset, rejection));
        }
        Found::NoEvent
    }

    /// The line has more bytes than are held in memory.
    #[cold]
    #[inline(never)]
    pub(super) fn too_long(&mut self, offset: u64) -> Found {
        let limit = MAX_EVENT_INPUT_BYTES as u64;
        self.reject(offset, Rejection::TooLongToRead { limit }, false)
    }

    /// The last line of JSON is not an event, unless it is a header.
    #[cold]
    #[inline(never)]
    pub(super) fn reject_json(&mut self, offset: u64) -> Option<Found> {
        let after_an_event = self.has_begun();
        let LineFormat::Json(json) = &mut self.format else { unreachable!("it was read as JSON") };
        let rejection = json.take_rejection();
        if self.headers.is_one(self.lines.last(), after_an_event) {
            self.skipped += 1;
            return None;
        }
        Some(self.reject_line(offset, rejection))
    }

    /// The last line is not an event.
    #[cold]
    #[inline(never)]
    fn reject_line(&mut self, offset: u64, rejection: Rejection) -> Found {
        self.reject(offset, rejection, true)
    }

    /// Returns what is not an event, after what is open; perhaps with the text of the last line.
    fn reject(&mut self, offset: u64, rejection: Rejection, has_text: bool) -> Found {
        let before = self.end_event();
        if let Some(Found::NoEvent) = before {
            let text = if has_text { self.lines.last().to_vec() } else { Vec::new() };
            self.rejected_next = Some(RejectedNext { offset, rejection, text });
            return Found::NoEvent;
        }
        self.payload.clear();
        if has_text {
            self.payload.append(self.lines.last());
        }
        self.rejected = Some((offset, rejection));
        before.unwrap_or(Found::NoEvent)
    }

    /// Adds the last line to the open event. If that would make it too long, the line begins another one with the same
    /// timestamp, and the one before is closed and found.
    fn go_on(&mut self, offset: u64) -> Option<Found> {
        self.continuing += 1;
        self.copy_open();
        if self.add_to_joining() {
            return None;
        }
        self.open.and_then(|open| self.begin(offset, open.timestamp))
    }
}

//! Event documents: where in one the reader is, and what comes next.
//!
//! Taken are, also mixed and one after the other: an array of events, one event a line (or several lines an event),
//! and the objects that `aws logs get-log-events` and `filter-log-events` print, with their array in `events`.
//!
//! A fault costs as little as it can. An object that is no event is one event rejected. A line that is no JSON is one
//! too, and reading goes on with the next line that starts as a value does. Inside an array, where no line need
//! tell events apart, the end of what cannot be parsed is found by its brackets. Where that fails, or the document
//! ends too early, the document is damaged, which is told as one rejected event with all that follows in it.

use cordwood_core::{RejectedPayload, Rejection, Text, append_payload};
use memchr::memchr;

use crate::json::event::{self, Extra, Parsed, Scratch};
use crate::json::grammar::Parser;
use crate::json::skip_value::Skip;
use crate::json::tokens::{self, ParseError, Str};

/// Bytes of JSON of one event beyond which it is not held to be looked at. The longest legal message takes 6.3 MB
/// where each of its characters is escaped.
pub const MAX_EVENT_INPUT_BYTES: usize = 16 << 20;

/// Bytes of a fault that its reason shows.
const SHOWN: usize = 24;

/// What comes next in a document. Offsets are in bytes from its start.
#[derive(Debug)]
pub enum Step<'a> {
    /// An event, not yet held against any rule.
    Event {
        /// Where it starts.
        offset: u64,
        /// As it stands there.
        timestamp: i64,
        /// As it stands there.
        message: Text<'a>,
    },
    /// Something that is no event; reading goes on behind it.
    NotAnEvent {
        /// Where it starts.
        offset: u64,
        /// Why it is none.
        rejection: Rejection,
    },
    /// From here on nothing can be read; `End` comes next.
    Damage {
        /// Where that starts.
        offset: u64,
        /// Why.
        rejection: Rejection,
    },
    /// What was fed is used up: feed more, or finish.
    NeedInput,
    /// The document is at its end.
    End,
    /// This is no event document at all: it starts with these characters. Nothing was read.
    NotADocument(String),
}

/// What `Step` is, before anything is borrowed.
enum Found {
    Event { offset: u64, start: usize, timestamp: i64, message: Str },
    NotAnEvent { offset: u64, rejection: Rejection },
    Damage { offset: u64, rejection: Rejection },
    NeedInput,
    End,
    NotADocument(String),
}

/// Where in a document the reader is.
#[derive(Debug)]
enum Place {
    Start,
    /// Behind the byte order mark, where there is one.
    First,
    Between,
    Array {
        wrapped: bool,
    },
    /// Behind the array of a wrapper, among its other members.
    Tail,
    /// Inside a value that is passed over; it is told once its end is known.
    Skipping {
        skip: Skip,
        offset: u64,
        rejection: Rejection,
        wrapped: Option<bool>,
    },
    /// Behind the beginning of a line that is no JSON; it is told once the rest of it is passed over.
    Resync {
        offset: u64,
        rejection: Rejection,
    },
    End,
}

/// Reads one event document, in whatever pieces it comes.
#[derive(Debug)]
pub struct DocumentEvents {
    buffer: Vec<u8>,
    at: usize,
    /// Offset of the buffer's start in the document.
    base: u64,
    finished: bool,
    place: Place,
    extra: Extra,
    scratch: Scratch,
    /// The beginning of what is no event, where that is kept, and whether there was more of it.
    kept: Option<(Vec<u8>, bool)>,
}

impl DocumentEvents {
    /// A reader at the start of a document.
    #[must_use]
    pub fn new(extra: Extra) -> Self {
        Self {
            buffer: Vec::new(),
            at: 0,
            base: 0,
            finished: false,
            place: Place::Start,
            extra,
            scratch: Scratch::default(),
            kept: None,
        }
    }

    /// From now on what is no event is kept, so that [`Self::rejected_payload`] can tell it.
    pub fn keep_rejected(&mut self) {
        self.kept = Some((Vec::new(), false));
    }

    /// The text of what `next` just told to be no event; `None` unless it is kept.
    #[must_use]
    pub fn rejected_payload(&self) -> Option<RejectedPayload> {
        self.kept.as_ref().map(|(text, cut)| RejectedPayload::from_input(text.trim_ascii_end(), *cut))
    }

    /// Keeps a part of the buffer that is passed over, behind what was kept of the same event.
    #[inline]
    fn keep(&mut self, from: usize, to: usize) {
        if let Some((text, cut)) = &mut self.kept {
            *cut = *cut || append_payload(&self.buffer[from..to], text);
        }
    }

    /// What is kept from here on is of another event.
    fn keep_anew(&mut self) {
        if let Some((text, cut)) = &mut self.kept {
            text.clear();
            *cut = false;
        }
    }

    /// Takes the next bytes. What was read already is let go, so the buffer stays as small as the chunks and the
    /// longest event.
    pub fn feed(&mut self, chunk: &[u8]) {
        self.buffer.drain(..self.at);
        self.base += self.at as u64;
        self.at = 0;
        self.buffer.extend_from_slice(chunk);
    }

    /// There are no more bytes.
    pub fn finish(&mut self) {
        self.finished = true;
    }

    /// What comes next. Not an `Iterator`: an event borrows from the reader.
    #[allow(clippy::should_implement_trait)]
    #[inline]
    pub fn next(&mut self) -> Step<'_> {
        match self.find() {
            Found::Event { offset, start, timestamp, message } => {
                let message = message.bytes(&self.buffer[start..], &self.scratch.message);
                let message = Text::of_utf8(message);
                Step::Event { offset, timestamp, message }
            }
            Found::NotAnEvent { offset, rejection } => Step::NotAnEvent { offset, rejection },
            Found::Damage { offset, rejection } => Step::Damage { offset, rejection },
            Found::NeedInput => Step::NeedInput,
            Found::End => Step::End,
            Found::NotADocument(start) => Step::NotADocument(start),
        }
    }

    /// Where what is read next starts; of a value that is passed over, where that does.
    #[must_use]
    pub fn position(&self) -> u64 {
        match self.place {
            Place::Skipping { offset, .. } => offset,
            _ => self.offset(),
        }
    }

    fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    #[inline]
    fn find(&mut self) -> Found {
        loop {
            if let Some(found) = match self.place {
                Place::Between => self.between(),
                Place::Array { wrapped } => self.in_array(wrapped),
                Place::Start => self.start(),
                Place::First => self.first(),
                Place::Tail => self.tail(),
                Place::Skipping { .. } => self.skipping(),
                Place::Resync { .. } => self.resync(),
                Place::End => Some(Found::End),
            } {
                return found;
            }
        }
    }

    /// The next byte that is no white space.
    #[inline]
    fn token(&mut self) -> Option<u8> {
        self.at = tokens::after_space(&self.buffer, self.at);
        self.buffer.get(self.at).copied()
    }

    fn start(&mut self) -> Option<Found> {
        const BOM: &[u8] = b"\xEF\xBB\xBF";
        let beginning = &self.buffer[..self.buffer.len().min(BOM.len())];
        if beginning.len() < BOM.len() && BOM.starts_with(beginning) && !self.finished {
            return Some(Found::NeedInput);
        }
        self.at = if beginning == BOM { BOM.len() } else { 0 };
        self.place = Place::First;
        None
    }

    fn first(&mut self) -> Option<Found> {
        match self.token() {
            Some(b'{' | b'[') => self.place = Place::Between,
            Some(_) if !self.shows(self.at) => return Some(Found::NeedInput),
            Some(_) => {
                self.place = Place::End;
                return Some(Found::NotADocument(self.shown(self.at)));
            }
            None if self.finished => self.place = Place::End,
            None => return Some(Found::NeedInput),
        }
        None
    }

    #[inline]
    fn between(&mut self) -> Option<Found> {
        match self.token() {
            Some(b'{') => self.element(None),
            Some(b'[') => {
                self.at += 1;
                self.place = Place::Array { wrapped: false };
                None
            }
            // Between lines, a comma is a leftover of an array that somebody took apart.
            Some(b',') => {
                self.at += 1;
                None
            }
            Some(_) if !self.shows(self.at) => Some(Found::NeedInput),
            Some(_) => {
                let rejection = self.not_json(self.at, "neither { nor [");
                self.pass_over_line(self.at, rejection);
                None
            }
            None if self.finished => Some(Found::End),
            None => Some(Found::NeedInput),
        }
    }

    #[inline]
    fn in_array(&mut self, wrapped: bool) -> Option<Found> {
        match self.token() {
            Some(b',') => self.at += 1,
            Some(b']') => {
                self.at += 1;
                self.place = if wrapped { Place::Tail } else { Place::Between };
            }
            Some(b'}' | b':') => return Some(self.damage(self.at, "a bracket or colon that closes nothing")),
            Some(_) => return self.element(Some(wrapped)),
            None if self.finished => {
                return Some(
                    self.damage(self.at, "the document ends before its array of events does: it was cut off"),
                );
            }
            None => return Some(Found::NeedInput),
        }
        None
    }

    /// The value at this place; `array` tells whether it is an item of one, and of what.
    #[inline]
    fn element(&mut self, array: Option<bool>) -> Option<Found> {
        let start = self.at;
        let offset = self.offset();
        let bytes = &self.buffer[start..];
        match event::parse(bytes, &mut self.scratch, self.extra, array.is_none()) {
            Ok(Parsed::Event { timestamp, message, end }) => {
                self.at += end;
                Some(Found::Event { offset, start, timestamp, message })
            }
            Ok(Parsed::NotAnEvent { rejection, end }) => {
                self.at += end;
                self.keep_anew();
                self.keep(start, self.at);
                Some(Found::NotAnEvent { offset, rejection })
            }
            Ok(Parsed::Wrapper { inside }) => {
                self.at += inside;
                self.place = Place::Array { wrapped: true };
                None
            }
            Err(ParseError::Incomplete) if self.finished => {
                Some(self.damage(start, "the document ends in the middle of an event: it was cut off"))
            }
            Err(ParseError::Incomplete) if bytes.len() > MAX_EVENT_INPUT_BYTES => {
                let rejection = Rejection::TooLongToRead { limit: MAX_EVENT_INPUT_BYTES as u64 };
                self.keep_anew();
                self.place = Place::Skipping { skip: Skip::default(), offset, rejection, wrapped: array };
                None
            }
            Err(ParseError::Incomplete | ParseError::Stopped) => Some(Found::NeedInput),
            Err(ParseError::Invalid(at, _)) if !self.shows(start + at) => Some(Found::NeedInput),
            Err(ParseError::Invalid(at, why)) => {
                let rejection = self.not_json(start + at, why.text());
                if array.is_none() {
                    self.pass_over_line(start + 1, rejection);
                } else {
                    self.keep_anew();
                    self.place = Place::Skipping { skip: Skip::default(), offset, rejection, wrapped: array };
                }
                None
            }
        }
    }

    /// Whether all is here that is to be shown of a fault: what is told of it must not depend on the chunks.
    fn shows(&self, fault: usize) -> bool {
        self.finished || self.buffer.len() >= fault + SHOWN
    }

    fn shown(&self, fault: usize) -> String {
        let shown = &self.buffer[fault..self.buffer.len().min(fault + SHOWN)];
        String::from_utf8_lossy(shown).into_owned()
    }

    /// The value at this place is no JSON: `why`, seen at `fault`.
    #[cold]
    fn not_json(&self, fault: usize, why: &str) -> Rejection {
        let shown = self.shown(fault);
        let at = self.base + fault as u64;
        let reason = format!("event is not JSON: {why}, at byte {at}: {shown:?}");
        Rejection::Malformed(reason.into())
    }

    #[cold]
    fn damage(&mut self, fault: usize, why: &str) -> Found {
        self.place = Place::End;
        let at = self.base + fault as u64;
        let reason = format!("the document is damaged at byte {at}: {why}; what follows was not read");
        self.keep_anew();
        self.keep(self.at, self.buffer.len());
        if let Some((_, cut)) = &mut self.kept {
            *cut |= !self.finished;
        }
        Found::Damage { offset: self.offset(), rejection: Rejection::Malformed(reason.into()) }
    }

    fn tail(&mut self) -> Option<Found> {
        match self.token() {
            Some(b'}') => {
                self.at += 1;
                self.place = Place::Between;
                None
            }
            Some(b',') => {
                let bytes = &self.buffer[self.at..];
                match pass_over_member(bytes, &mut self.scratch.message) {
                    Ok(end) => self.at += end,
                    Err(ParseError::Invalid(at, why)) => return Some(self.damage(self.at + at, why.text())),
                    Err(ParseError::Incomplete) if self.finished || bytes.len() > MAX_EVENT_INPUT_BYTES => {
                        return Some(self.damage(self.at, "the object around the events does not end"));
                    }
                    Err(ParseError::Incomplete | ParseError::Stopped) => return Some(Found::NeedInput),
                }
                None
            }
            Some(_) => Some(self.damage(self.at, "no comma behind the array of events")),
            None if self.finished => Some(
                self.damage(self.at, "the document ends before the object around its events does: it was cut off"),
            ),
            None => Some(Found::NeedInput),
        }
    }

    fn skipping(&mut self) -> Option<Found> {
        let Place::Skipping { skip, offset, rejection, wrapped } = &mut self.place else { return None };
        let start = self.at;
        if let Some(end) = skip.end(&self.buffer[start..]) {
            let found = Found::NotAnEvent { offset: *offset, rejection: rejection.clone() };
            self.place = wrapped.map_or(Place::Between, |wrapped| Place::Array { wrapped });
            self.pass_over(start + end);
            return Some(found);
        }
        let found = self.finished.then(|| {
            let reason = format!("{rejection}; and no end of it is found: the rest of the document was not read");
            Found::Damage { offset: *offset, rejection: Rejection::Malformed(reason.into()) }
        });
        self.pass_over(self.buffer.len());
        if found.is_some() {
            self.place = Place::End;
        }
        Some(found.unwrap_or(Found::NeedInput))
    }

    /// Goes on to here, and keeps what lies between.
    fn pass_over(&mut self, to: usize) {
        self.keep(self.at, to);
        self.at = to;
    }

    /// The line at this place is no JSON; its end is looked for from `from` on.
    fn pass_over_line(&mut self, from: usize, rejection: Rejection) {
        let offset = self.offset();
        self.keep_anew();
        self.pass_over(from);
        self.place = Place::Resync { offset, rejection };
    }

    /// To the next line that starts as a value does.
    fn resync(&mut self) -> Option<Found> {
        let mut next = Place::End;
        while let Some(end) = memchr(b'\n', &self.buffer[self.at..]) {
            let line = self.at + end + 1;
            match self.buffer.get(line) {
                Some(b'{' | b'[') => {
                    self.pass_over(line);
                    next = Place::Between;
                    break;
                }
                Some(_) => self.pass_over(line),
                None => {
                    self.pass_over(line - 1);
                    break;
                }
            }
        }
        if matches!(next, Place::End) {
            if !self.finished && self.buffer.last() == Some(&b'\n') {
                return Some(Found::NeedInput);
            }
            self.pass_over(self.buffer.len());
            if !self.finished {
                return Some(Found::NeedInput);
            }
        }
        match std::mem::replace(&mut self.place, next) {
            Place::Resync { offset, rejection } => Some(Found::NotAnEvent { offset, rejection }),
            _ => None,
        }
    }
}

/// The index behind the member that follows the comma at the slice's start, or behind a comma that nothing follows.
fn pass_over_member(bytes: &[u8], scratch: &mut Vec<u8>) -> Result<usize, ParseError> {
    let (at, byte) = tokens::token(bytes, 1)?;
    if byte == b'}' {
        return Ok(at);
    }
    let mut parser = Parser::new(bytes, scratch);
    let (_, value_at) = parser.name(at)?;
    parser.skip(value_at).map(|(_, end)| end)
}

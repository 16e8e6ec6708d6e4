//! Event documents: where in one the reader is, and what comes next.
//!
//! A document holds, also mixed and one after the other: an array of events, one event a line (or several lines an event),
//! and the objects that `aws logs get-log-events` and `filter-log-events` print, with their array in `events`.
//!
//! An error costs as little as possible. An object that is not an event is one event rejected. A line that is not JSON is
//! one too, and reading goes on with the next line that starts as a value does. Inside an array, whose events need not be
//! on lines of their own, the end of what cannot be parsed is found by its brackets. If that fails, or the document ends
//! too early, the document is damaged: that is one rejected event, with all that follows in it.

use cordwood_core::{RejectedPayload, Rejection, Text};
use memchr::memchr;

use crate::json::event::{self, Extra, Parsed, Scratch};
use crate::json::grammar::Parser;
use crate::json::skip_value::SkipValue;
use crate::json::tokens::{self, ParseError, Str};
use crate::payload::PayloadBuffer;
use crate::step::{MAX_EVENT_INPUT_BYTES, Step};

/// Bytes of invalid input that an error shows.
const SHOWN: usize = 24;

/// A `Step` that borrows nothing yet.
enum Next {
    Event { offset: u64, start: usize, timestamp: i64, message: Str },
    NotAnEvent { offset: u64, rejection: Rejection },
    Damage { offset: u64, rejection: Rejection },
    NeedInput,
    End,
    NotADocument(String),
}

/// Where in a document the reader is.
#[derive(Debug)]
enum State {
    Start,
    /// After the byte order mark, if there is one.
    First,
    Between,
    Array {
        wrapped: bool,
    },
    /// After the array of a wrapper, among its other members.
    Tail,
    /// Inside a value that is skipped; it is returned once its end is known.
    Skipping {
        skip: SkipValue,
        offset: u64,
        rejection: Rejection,
        wrapped: Option<bool>,
    },
    /// After the beginning of a line that is not JSON; it is returned once the rest of it is skipped.
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
    state: State,
    extra: Extra,
    scratch: Scratch,
    /// Of what is not an event.
    payload: PayloadBuffer,
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
            state: State::Start,
            extra,
            scratch: Scratch::default(),
            payload: PayloadBuffer::default(),
        }
    }

    /// Keeps what is not an event from now on, for [`Self::rejected_payload`].
    pub fn keep_rejected(&mut self) {
        self.payload.enable();
    }

    /// The text of what `next` just returned as not an event; `None` unless it is kept.
    #[must_use]
    pub fn rejected_payload(&self) -> Option<RejectedPayload> {
        let mut payload = self.payload.get()?;
        payload.text.truncate(payload.text.trim_ascii_end().len());
        Some(payload)
    }

    /// Takes the next bytes. What was read already is dropped, so the buffer stays as small as the chunks and the
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
            Next::Event { offset, start, timestamp, message } => {
                let message = message.bytes(&self.buffer[start..], &self.scratch.message);
                let message = Text::of_utf8(message);
                Step::Event { offset, timestamp, message }
            }
            Next::NotAnEvent { offset, rejection } => Step::NotAnEvent { offset, rejection },
            Next::Damage { offset, rejection } => Step::Damage { offset, rejection },
            Next::NeedInput => Step::NeedInput,
            Next::End => Step::End,
            Next::NotADocument(start) => Step::NotADocument(start),
        }
    }

    /// The offset of what is read next, or of the value that is being skipped.
    #[must_use]
    pub fn position(&self) -> u64 {
        match self.state {
            State::Skipping { offset, .. } => offset,
            _ => self.offset(),
        }
    }

    fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    #[inline]
    fn find(&mut self) -> Next {
        loop {
            if let Some(next) = match self.state {
                State::Between => self.between(),
                State::Array { wrapped } => self.in_array(wrapped),
                State::Start => self.start(),
                State::First => self.first(),
                State::Tail => self.tail(),
                State::Skipping { .. } => self.skipping(),
                State::Resync { .. } => self.resync(),
                State::End => Some(Next::End),
            } {
                return next;
            }
        }
    }

    /// The next byte that is not white space.
    #[inline]
    fn token(&mut self) -> Option<u8> {
        self.at = tokens::after_space(&self.buffer, self.at);
        self.buffer.get(self.at).copied()
    }

    fn start(&mut self) -> Option<Next> {
        const BOM: &[u8] = b"\xEF\xBB\xBF";
        let beginning = &self.buffer[..self.buffer.len().min(BOM.len())];
        if beginning.len() < BOM.len() && BOM.starts_with(beginning) && !self.finished {
            return Some(Next::NeedInput);
        }
        self.at = if beginning == BOM { BOM.len() } else { 0 };
        self.state = State::First;
        None
    }

    fn first(&mut self) -> Option<Next> {
        match self.token() {
            Some(b'{' | b'[') => self.state = State::Between,
            Some(_) if !self.shows(self.at) => return Some(Next::NeedInput),
            Some(_) => {
                self.state = State::End;
                return Some(Next::NotADocument(self.shown(self.at)));
            }
            None if self.finished => self.state = State::End,
            None => return Some(Next::NeedInput),
        }
        None
    }

    #[inline]
    fn between(&mut self) -> Option<Next> {
        match self.token() {
            Some(b'{') => self.element(None),
            Some(b'[') => {
                self.at += 1;
                self.state = State::Array { wrapped: false };
                None
            }
            // A comma between lines is left over from an array.
            Some(b',') => {
                self.at += 1;
                None
            }
            Some(_) if !self.shows(self.at) => Some(Next::NeedInput),
            Some(_) => {
                let rejection = self.not_json(self.at, "neither { nor [");
                self.skip_line(self.at, rejection);
                None
            }
            None if self.finished => Some(Next::End),
            None => Some(Next::NeedInput),
        }
    }

    #[inline]
    fn in_array(&mut self, wrapped: bool) -> Option<Next> {
        match self.token() {
            Some(b',') => self.at += 1,
            Some(b']') => {
                self.at += 1;
                self.state = if wrapped { State::Tail } else { State::Between };
            }
            Some(b'}' | b':') => return Some(self.damage(self.at, "a bracket or colon that closes nothing")),
            Some(_) => return self.element(Some(wrapped)),
            None if self.finished => {
                return Some(
                    self.damage(self.at, "the document ends before its array of events does: it was cut off"),
                );
            }
            None => return Some(Next::NeedInput),
        }
        None
    }

    /// The value here; `array` is whether it is an item of a wrapped array, or `None` if it is not in an array.
    #[inline]
    fn element(&mut self, array: Option<bool>) -> Option<Next> {
        let start = self.at;
        let offset = self.offset();
        let bytes = &self.buffer[start..];
        match event::parse(bytes, &mut self.scratch, self.extra, array.is_none()) {
            Ok(Parsed::Event { timestamp, message, end }) => {
                self.at += end;
                Some(Next::Event { offset, start, timestamp, message })
            }
            Ok(Parsed::NotAnEvent { rejection, end }) => {
                self.at += end;
                self.payload.clear();
                self.payload.append(&self.buffer[start..self.at]);
                Some(Next::NotAnEvent { offset, rejection })
            }
            Ok(Parsed::Wrapper { inside }) => {
                self.at += inside;
                self.state = State::Array { wrapped: true };
                None
            }
            Err(ParseError::Incomplete) if self.finished => {
                Some(self.damage(start, "the document ends in the middle of an event: it was cut off"))
            }
            Err(ParseError::Incomplete) if bytes.len() > MAX_EVENT_INPUT_BYTES => {
                let rejection = Rejection::TooLongToRead { limit: MAX_EVENT_INPUT_BYTES as u64 };
                self.payload.clear();
                self.state = State::Skipping { skip: SkipValue::default(), offset, rejection, wrapped: array };
                None
            }
            Err(ParseError::Incomplete | ParseError::Stopped) => Some(Next::NeedInput),
            Err(ParseError::Invalid(at, _)) if !self.shows(start + at) => Some(Next::NeedInput),
            Err(ParseError::Invalid(at, why)) => {
                let rejection = self.not_json(start + at, why.text());
                if array.is_none() {
                    self.skip_line(start + 1, rejection);
                } else {
                    self.payload.clear();
                    self.state = State::Skipping { skip: SkipValue::default(), offset, rejection, wrapped: array };
                }
                None
            }
        }
    }

    /// Whether all is here that an error shows: its text must not depend on the chunks.
    fn shows(&self, invalid: usize) -> bool {
        self.finished || self.buffer.len() >= invalid + SHOWN
    }

    fn shown(&self, invalid: usize) -> String {
        let shown = &self.buffer[invalid..self.buffer.len().min(invalid + SHOWN)];
        String::from_utf8_lossy(shown).into_owned()
    }

    /// The value here is not JSON: `why`, seen at `invalid`.
    #[cold]
    fn not_json(&self, invalid: usize, why: &str) -> Rejection {
        let shown = self.shown(invalid);
        let at = self.base + invalid as u64;
        let reason = format!("event is not JSON: {why}, at byte {at}: {shown:?}");
        Rejection::Malformed(reason.into())
    }

    #[cold]
    fn damage(&mut self, invalid: usize, why: &str) -> Next {
        self.state = State::End;
        let at = self.base + invalid as u64;
        let reason = format!("the document is damaged at byte {at}: {why}; what follows was not read");
        self.payload.clear();
        self.payload.append(&self.buffer[self.at..]);
        self.payload.truncate_if(!self.finished);
        Next::Damage { offset: self.offset(), rejection: Rejection::Malformed(reason.into()) }
    }

    fn tail(&mut self) -> Option<Next> {
        match self.token() {
            Some(b'}') => {
                self.at += 1;
                self.state = State::Between;
                None
            }
            Some(b',') => {
                let bytes = &self.buffer[self.at..];
                match skip_member(bytes, &mut self.scratch.message) {
                    Ok(end) => self.at += end,
                    Err(ParseError::Invalid(at, why)) => return Some(self.damage(self.at + at, why.text())),
                    Err(ParseError::Incomplete) if self.finished || bytes.len() > MAX_EVENT_INPUT_BYTES => {
                        return Some(self.damage(self.at, "the object around the events does not end"));
                    }
                    Err(ParseError::Incomplete | ParseError::Stopped) => return Some(Next::NeedInput),
                }
                None
            }
            Some(_) => Some(self.damage(self.at, "no comma after the array of events")),
            None if self.finished => Some(
                self.damage(self.at, "the document ends before the object around its events does: it was cut off"),
            ),
            None => Some(Next::NeedInput),
        }
    }

    fn skipping(&mut self) -> Option<Next> {
        let State::Skipping { skip, offset, rejection, wrapped } = &mut self.state else { return None };
        let start = self.at;
        if let Some(end) = skip.end(&self.buffer[start..]) {
            let found = Next::NotAnEvent { offset: *offset, rejection: rejection.clone() };
            self.state = wrapped.map_or(State::Between, |wrapped| State::Array { wrapped });
            self.skip_to(start + end);
            return Some(found);
        }
        let found = self.finished.then(|| {
            let reason = format!("{rejection}; and its end is not found: the rest of the document was not read");
            Next::Damage { offset: *offset, rejection: Rejection::Malformed(reason.into()) }
        });
        self.skip_to(self.buffer.len());
        if found.is_some() {
            self.state = State::End;
        }
        Some(found.unwrap_or(Next::NeedInput))
    }

    /// Goes on to here, and keeps what is between.
    fn skip_to(&mut self, to: usize) {
        self.payload.append(&self.buffer[self.at..to]);
        self.at = to;
    }

    /// The line here is not JSON; its end is looked for from `from` on.
    fn skip_line(&mut self, from: usize, rejection: Rejection) {
        let offset = self.offset();
        self.payload.clear();
        self.skip_to(from);
        self.state = State::Resync { offset, rejection };
    }

    /// Skips to the next line that starts as a value does.
    fn resync(&mut self) -> Option<Next> {
        let mut next = State::End;
        while let Some(end) = memchr(b'\n', &self.buffer[self.at..]) {
            let line = self.at + end + 1;
            match self.buffer.get(line) {
                Some(b'{' | b'[') => {
                    self.skip_to(line);
                    next = State::Between;
                    break;
                }
                Some(_) => self.skip_to(line),
                None => {
                    self.skip_to(line - 1);
                    break;
                }
            }
        }
        if matches!(next, State::End) {
            if !self.finished && self.buffer.last() == Some(&b'\n') {
                return Some(Next::NeedInput);
            }
            self.skip_to(self.buffer.len());
            if !self.finished {
                return Some(Next::NeedInput);
            }
        }
        match std::mem::replace(&mut self.state, next) {
            State::Resync { offset, rejection } => Some(Next::NotAnEvent { offset, rejection }),
            _ => None,
        }
    }
}

/// The index after the member that follows the comma at the start of the slice, or after a comma that nothing follows.
fn skip_member(bytes: &[u8], scratch: &mut Vec<u8>) -> Result<usize, ParseError> {
    let (at, byte) = tokens::token(bytes, 1)?;
    if byte == b'}' {
        return Ok(at);
    }
    let mut parser = Parser::new(bytes, scratch);
    let (_, value_at) = parser.name(at)?;
    parser.skip(value_at).map(|(_, end)| end)
}

//! One event of a document: an object with `timestamp` and `message`.

use cordwood_core::{Rejection, Remedy};

use crate::json::grammar::{Parser, Visitor, skip};
use crate::json::tokens::{self, ParseError, Str, ValueKind};

/// What is done with a member that is not part of a log event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extra {
    /// The event is rejected: the member would be lost.
    #[default]
    Reject,
    /// It is ignored.
    Ignore,
}

/// What a value is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    /// An event; `end` is the index after it.
    Event { timestamp: i64, message: Str, end: usize },
    /// A value, but not an event.
    NotAnEvent { rejection: Rejection, end: usize },
    /// The object that the AWS CLI prints: its array of events opens before this index.
    Wrapper { inside: usize },
}

/// What `get-log-events` and `filter-log-events` print of each event, and PutLogEvents does not take.
const OF_THE_SERVICE: [&[u8]; 3] = [b"ingestionTime", b"eventId", b"logStreamName"];

/// A member that an event must have, as it was found.
#[derive(Clone, Copy, Debug)]
enum Member<T> {
    Missing,
    Valid(T),
    /// An integer beyond 64 bits.
    TooManyDigits(usize),
    WrongKind(ValueKind),
}

impl<T> Member<T> {
    fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }
}

/// Where the parser puts strings with escapes, so that none is allocated for each.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) message: Vec<u8>,
    other: Vec<u8>,
}

/// Parses the value at the start of the slice.
///
/// `may_wrap`: it may be the object around an array of events, and not only one of these.
pub(crate) fn parse(
    bytes: &[u8],
    scratch: &mut Scratch,
    extra: Extra,
    may_wrap: bool,
) -> Result<Parsed, ParseError> {
    let mut parser = Parser::new(bytes, &mut scratch.other);
    if bytes[0] != b'{' {
        let (kind, end) = parser.skip(0)?;
        let reason = format!("an event is an object with \"timestamp\" and \"message\"; this is {}", kind.name());
        return Ok(Parsed::NotAnEvent { rejection: Rejection::WrongType(reason.into()), end });
    }
    let (mut timestamp, mut message) = (Member::Missing, Member::Missing);
    let mut members = Members {
        timestamp: &mut timestamp,
        message: &mut message,
        decoded: &mut scratch.message,
        other: None,
        may_wrap,
        events_inside: None,
    };
    let end = match parser.object(0, &mut members) {
        Ok(end) => end,
        Err(error) => {
            return members.events_inside.map(|inside| Parsed::Wrapper { inside }).ok_or(error);
        }
    };
    let other = members.other;
    if let (Member::Valid(timestamp), Member::Valid(message)) = (timestamp, message)
        && (other.is_none() || extra == Extra::Ignore)
    {
        return Ok(Parsed::Event { timestamp, message, end });
    }
    Ok(Parsed::NotAnEvent { rejection: rejection(timestamp, message, other.as_deref()), end })
}

/// Reads the members of an object, of which the last of each name counts.
///
/// (What it finds is outside of it, each by itself: so the rest may stay in registers.)
struct Members<'s> {
    timestamp: &'s mut Member<i64>,
    message: &'s mut Member<Str>,
    /// The message, if it had escapes.
    decoded: &'s mut Vec<u8>,
    /// The first that is not part of an event.
    other: Option<String>,
    may_wrap: bool,
    /// It is the object around an array of events, which opens before this index.
    events_inside: Option<usize>,
}

impl Visitor for Members<'_> {
    #[inline]
    fn member(&mut self, parser: &mut Parser<'_>, name: Str, at: usize) -> Result<usize, ParseError> {
        match parser.text(name) {
            b"timestamp" => read_timestamp(parser.parts(), at, self.timestamp),
            b"message" => read_message(parser.parts(), at, self.message, self.decoded),
            b"events"
                if self.may_wrap
                    && parser.bytes()[at] == b'['
                    && self.timestamp.is_missing()
                    && self.message.is_missing() =>
            {
                self.events_inside = Some(at + 1);
                Err(ParseError::Stopped)
            }
            name => {
                if self.other.is_none() && !OF_THE_SERVICE.contains(&name) {
                    self.other = Some(String::from_utf8_lossy(name).into_owned());
                }
                parser.skip(at).map(|(_, end)| end)
            }
        }
    }
}

#[inline]
fn read_timestamp(
    (bytes, scratch): (&[u8], &mut Vec<u8>),
    at: usize,
    timestamp: &mut Member<i64>,
) -> Result<usize, ParseError> {
    if !matches!(bytes[at], b'-' | b'0'..=b'9') {
        let (kind, end) = skip(bytes, at, scratch)?;
        *timestamp = Member::WrongKind(kind);
        return Ok(end);
    }
    let (kind, end) = tokens::number(bytes, at)?;
    *timestamp = match kind {
        ValueKind::Integer => match parse_i64(&bytes[at..end]) {
            Some(value) => Member::Valid(value),
            None => Member::TooManyDigits(end - at - usize::from(bytes[at] == b'-')),
        },
        kind => Member::WrongKind(kind),
    };
    Ok(end)
}

#[inline]
fn read_message(
    (bytes, scratch): (&[u8], &mut Vec<u8>),
    at: usize,
    message: &mut Member<Str>,
    decoded: &mut Vec<u8>,
) -> Result<usize, ParseError> {
    if bytes[at] != b'"' {
        let (kind, end) = skip(bytes, at, scratch)?;
        *message = Member::WrongKind(kind);
        return Ok(end);
    }
    let (text, end) = tokens::string(bytes, at, decoded)?;
    *message = Member::Valid(text);
    Ok(end)
}

/// The value of a sign and digits; `None` beyond 64 bits.
#[inline]
fn parse_i64(digits: &[u8]) -> Option<i64> {
    let (negative, digits) = match digits {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    // Eighteen digits overflow nothing; timestamps have thirteen.
    if digits.len() <= 18 {
        let value = digits.iter().fold(0_i64, |value, digit| value * 10 + i64::from(digit - b'0'));
        return Some(if negative { -value } else { value });
    }
    digits.iter().try_fold(0_i64, |value, digit| {
        let digit = i64::from(digit - b'0');
        value.checked_mul(10)?.checked_add(if negative { -digit } else { digit })
    })
}

/// Why members are not an event.
#[cold]
fn rejection(timestamp: Member<i64>, message: Member<Str>, other: Option<&str>) -> Rejection {
    match (timestamp, message) {
        (Member::Missing, Member::Missing) => {
            malformed("event has neither \"timestamp\" nor \"message\"; it needs both")
        }
        (Member::Missing, _) => malformed("event has no \"timestamp\"; it needs milliseconds since 1970"),
        (_, Member::Missing) => malformed("event has no \"message\"; it needs a string"),
        (Member::TooManyDigits(digits), _) => malformed(&format!(
            "timestamp is a number of {digits} digits; it must fit into 64 bits: milliseconds since 1970 have 13"
        )),
        (Member::WrongKind(kind), _) => wrong_type(&format!(
            "timestamp is {}; it must be a whole number of milliseconds since 1970",
            kind.name()
        )),
        (_, Member::WrongKind(kind)) => wrong_type(&format!("message is {}; it must be a string", kind.name())),
        _ => unknown_member(other.unwrap_or_default()),
    }
}

fn unknown_member(name: &str) -> Rejection {
    const LONGEST: usize = 40;
    let shown: String = name.chars().take(LONGEST).collect();
    let reason = format!(
        "event has a member {shown:?} besides \"timestamp\" and \"message\", which would be lost; move it into the \
         message, or ignore such members"
    );
    Rejection::Avoidable { reason: reason.into(), remedy: Remedy::ExtraMembers }
}

fn malformed(reason: &str) -> Rejection {
    Rejection::Malformed(reason.into())
}

fn wrong_type(reason: &str) -> Rejection {
    Rejection::WrongType(reason.into())
}

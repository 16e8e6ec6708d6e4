//! One event of a document: an object with `timestamp` and `message`.

use cordwood_core::{Rejection, Remedy};

use crate::json::grammar::{self, Kind, Stop, Str};

/// What a member besides those of a log event does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extra {
    /// The event is rejected: what the member says would be lost.
    #[default]
    Reject,
    /// It is left out.
    Ignore,
}

/// What stands at the start of a value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    /// An event; `end` is the index behind it.
    Event { timestamp: i64, message: Str, end: usize },
    /// A value, but no event.
    NotAnEvent { rejection: Rejection, end: usize },
    /// The object that the AWS CLI prints: its array of events opens before this index.
    Wrapper { inside: usize },
}

/// What `get-log-events` and `filter-log-events` say of each event besides, and PutLogEvents does not take.
const OF_THE_SERVICE: [&[u8]; 3] = [b"ingestionTime", b"eventId", b"logStreamName"];

/// A member that an event must have, as it was found.
#[derive(Clone, Copy, Debug)]
enum Found<T> {
    No,
    Good(T),
    Integer { digits: usize },
    Wrong(Kind),
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
pub(crate) fn parse(bytes: &[u8], scratch: &mut Scratch, extra: Extra, may_wrap: bool) -> Result<Parsed, Stop> {
    if bytes[0] != b'{' {
        let (kind, end) = grammar::value(bytes, 0, &mut scratch.other)?;
        let reason = format!("an event is an object with \"timestamp\" and \"message\"; this is {}", kind.name());
        return Ok(Parsed::NotAnEvent { rejection: Rejection::WrongType(reason.into()), end });
    }
    let mut timestamp = Found::No;
    let mut message = Found::No;
    let mut other: Option<String> = None;
    let (mut at, byte) = grammar::token(bytes, 1)?;
    let mut end = at + 1;
    if byte != b'}' {
        end = loop {
            let (name, value_at) = grammar::member(bytes, at, &mut scratch.other)?;
            let name = name.bytes(bytes, &scratch.other);
            let behind = match name {
                b"timestamp" => read_timestamp(bytes, value_at, &mut timestamp, &mut scratch.other)?,
                b"message" => read_message(bytes, value_at, &mut message, scratch)?,
                b"events" if may_wrap && bytes[value_at] == b'[' && is_new(&timestamp) && is_new(&message) => {
                    return Ok(Parsed::Wrapper { inside: value_at + 1 });
                }
                _ => {
                    if other.is_none() && !OF_THE_SERVICE.contains(&name) {
                        other = Some(String::from_utf8_lossy(name).into_owned());
                    }
                    grammar::value(bytes, value_at, &mut scratch.other)?.1
                }
            };
            let (next, byte) = grammar::token(bytes, behind)?;
            match byte {
                b',' => at = grammar::token(bytes, next + 1)?.0,
                b'}' => break next + 1,
                _ => return Err(Stop::Fault(next, "no comma where one must be")),
            }
        };
    }
    let found = read_members(timestamp, message).and_then(|found| match other {
        Some(name) if extra == Extra::Reject => Err(unknown_member(&name)),
        _ => Ok(found),
    });
    Ok(match found {
        Ok((timestamp, message)) => Parsed::Event { timestamp, message, end },
        Err(rejection) => Parsed::NotAnEvent { rejection, end },
    })
}

fn is_new<T>(found: &Found<T>) -> bool {
    matches!(found, Found::No)
}

#[inline]
fn read_timestamp(
    bytes: &[u8],
    at: usize,
    timestamp: &mut Found<i64>,
    scratch: &mut Vec<u8>,
) -> Result<usize, Stop> {
    if !matches!(bytes[at], b'-' | b'0'..=b'9') {
        let (kind, end) = grammar::value(bytes, at, scratch)?;
        *timestamp = Found::Wrong(kind);
        return Ok(end);
    }
    let (kind, end) = grammar::number(bytes, at)?;
    *timestamp = match kind {
        Kind::Integer => match parse_i64(&bytes[at..end]) {
            Some(value) => Found::Good(value),
            None => Found::Integer { digits: end - at - usize::from(bytes[at] == b'-') },
        },
        kind => Found::Wrong(kind),
    };
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

#[inline]
fn read_message(bytes: &[u8], at: usize, message: &mut Found<Str>, scratch: &mut Scratch) -> Result<usize, Stop> {
    if bytes[at] != b'"' {
        let (kind, end) = grammar::value(bytes, at, &mut scratch.other)?;
        *message = Found::Wrong(kind);
        return Ok(end);
    }
    let (text, end) = grammar::string(bytes, at, &mut scratch.message)?;
    *message = Found::Good(text);
    Ok(end)
}

fn read_members(timestamp: Found<i64>, message: Found<Str>) -> Result<(i64, Str), Rejection> {
    match (timestamp, message) {
        (Found::Good(timestamp), Found::Good(message)) => Ok((timestamp, message)),
        (Found::No, Found::No) => Err(malformed("event has neither \"timestamp\" nor \"message\"; it needs both")),
        (Found::No, _) => Err(malformed("event has no \"timestamp\"; it needs milliseconds since 1970")),
        (_, Found::No) => Err(malformed("event has no \"message\"; it needs a string")),
        (Found::Integer { digits }, _) => Err(malformed(&format!(
            "timestamp is a number of {digits} digits; it must fit into 64 bits: milliseconds since 1970 have 13"
        ))),
        (Found::Wrong(kind), _) => Err(wrong_type(&format!(
            "timestamp is {}; it must be a whole number of milliseconds since 1970",
            kind.name()
        ))),
        (_, Found::Wrong(kind)) => Err(wrong_type(&format!("message is {}; it must be a string", kind.name()))),
        (_, Found::Integer { .. }) => unreachable!("a message is read by its kind alone"),
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

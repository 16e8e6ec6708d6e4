//! The tokens of JSON (RFC 8259), strictly, over a slice that may end in the middle of one.

use memchr::memchr2;

/// From one index to before another, in a line or another slice.
pub(crate) type ByteRange = (usize, usize);

/// Why a value cannot be parsed. (Small: it is returned in registers.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParseError {
    /// The slice ends before the value does.
    Incomplete,
    /// It is not JSON, from this index on.
    Invalid(usize, Syntax),
    /// A visitor has seen enough.
    Stopped,
}

/// What is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    ControlCharacter,
    Escape,
    UnicodeEscape,
    Number,
    LeadingZero,
    Value,
    Comma,
    Name,
    Colon,
    Depth,
}

impl Syntax {
    /// In words, for a person.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::ControlCharacter => "a control character inside a string, not escaped",
            Self::Escape => "a backslash before a character that it does not escape",
            Self::UnicodeEscape => "\\u without four hexadecimal digits",
            Self::Number => "not a number as JSON writes them",
            Self::LeadingZero => "a number with a leading zero",
            Self::Value => "not a JSON value",
            Self::Comma => "no comma where one must be",
            Self::Name => "no member name where one must be",
            Self::Colon => "no colon after a member's name",
            Self::Depth => "values nested more than 200 deep",
        }
    }
}

/// The kind of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueKind {
    Null,
    Bool,
    Integer,
    Float,
    String,
    Array,
    Object,
}

impl ValueKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Integer => "a number",
            Self::Float => "a number with a fraction or an exponent",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

/// The first index from `at` on that is not white space.
#[inline]
pub(crate) fn after_space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
        at += 1;
    }
    at
}

/// The first byte from `at` on that is not white space, and its index.
#[inline]
pub(crate) fn token(bytes: &[u8], at: usize) -> Result<(usize, u8), ParseError> {
    let at = after_space(bytes, at);
    bytes.get(at).map(|&byte| (at, byte)).ok_or(ParseError::Incomplete)
}

/// A string: in place, or decoded if it has escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Str {
    /// Its characters are at this range of the slice.
    InPlace(usize, usize),
    /// Its characters were written to the scratch.
    Decoded,
}

impl Str {
    pub(crate) fn bytes<'a>(self, input: &'a [u8], scratch: &'a [u8]) -> &'a [u8] {
        match self {
            Self::InPlace(start, end) => &input[start..end],
            Self::Decoded => scratch,
        }
    }
}

/// The string whose opening quote is at `at`, and the index after its closing one.
///
/// Pairs of `\u` escapes join into their character. A lone surrogate is written as one byte 0xFF, which UTF-8 never
/// has: so it becomes one U+FFFD, or an error, by the policy for invalid text.
#[inline]
pub(crate) fn string(bytes: &[u8], at: usize, scratch: &mut Vec<u8>) -> Result<(Str, usize), ParseError> {
    let start = at + 1;
    let rest = bytes.get(start..).ok_or(ParseError::Incomplete)?;
    // Names and short values end in the first words, before a call of `memchr2` would pay. (Tried: SSE2 instead of
    // words, which is no faster over a whole line.)
    for (i, word) in rest.as_chunks::<8>().0.iter().take(SHORT_WORDS).enumerate() {
        match first_special(u64::from_le_bytes(*word)) {
            8 => {}
            found if word[found] == b'"' => {
                let end = start + 8 * i + found;
                return Ok((Str::InPlace(start, end), end + 1));
            }
            _ => break, // a backslash, or an error
        }
    }
    let end = start + memchr2(b'"', b'\\', rest).ok_or_else(|| unfinished(rest, start))?;
    check_controls(&bytes[start..end], start)?;
    if bytes[end] == b'"' {
        return Ok((Str::InPlace(start, end), end + 1));
    }
    let end = decode(bytes, start, end, scratch)?;
    Ok((Str::Decoded, end))
}

/// Words of a string that are examined one by one.
const SHORT_WORDS: usize = 4;

/// The index of the first quote, backslash or control character of eight; 8 if there is none.
#[inline]
fn first_special(word: u64) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // "Has a byte less than n", well known: right for the first such byte, which is the one wanted.
    let below = |word: u64, n: u64| word.wrapping_sub(ONES * n) & !word;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let found = (below(word, 0x20) | equal(b'"') | equal(b'\\')) & (ONES << 7);
    found.trailing_zeros() as usize / 8
}

/// Why a string does not end in the slice: a control character may show already that it is invalid.
#[cold]
fn unfinished(rest: &[u8], start: usize) -> ParseError {
    check_controls(rest, start).err().unwrap_or(ParseError::Incomplete)
}

/// Checks blocks without a branch inside, which the compiler vectorizes.
#[inline]
fn check_controls(bytes: &[u8], start: usize) -> Result<(), ParseError> {
    for (i, block) in bytes.chunks(64).enumerate() {
        if block.iter().fold(0, |found, &byte| found | u8::from(byte < 0x20)) != 0 {
            let within = block.iter().position(|&byte| byte < 0x20).unwrap_or(0);
            return Err(ParseError::Invalid(start + 64 * i + within, Syntax::ControlCharacter));
        }
    }
    Ok(())
}

/// Writes the string to the scratch, from `start` on; its first backslash is at `escape`. The index after its end.
fn decode(bytes: &[u8], start: usize, mut escape: usize, scratch: &mut Vec<u8>) -> Result<usize, ParseError> {
    scratch.clear();
    scratch.extend_from_slice(&bytes[start..escape]);
    loop {
        let mut next = escape + 2;
        match *bytes.get(escape + 1).ok_or(ParseError::Incomplete)? {
            escaped @ (b'"' | b'\\' | b'/') => scratch.push(escaped),
            b'n' => scratch.push(b'\n'),
            b't' => scratch.push(b'\t'),
            b'r' => scratch.push(b'\r'),
            b'b' => scratch.push(0x08),
            b'f' => scratch.push(0x0C),
            b'u' => next = decode_unicode(bytes, escape, scratch)?,
            _ => {
                return Err(ParseError::Invalid(escape, Syntax::Escape));
            }
        }
        let rest = &bytes[next..];
        let end = next + memchr2(b'"', b'\\', rest).ok_or_else(|| unfinished(rest, next))?;
        check_controls(&bytes[next..end], next)?;
        scratch.extend_from_slice(&bytes[next..end]);
        if bytes[end] == b'"' {
            return Ok(end + 1);
        }
        escape = end;
    }
}

/// Decodes the `\uXXXX` at `escape`, with the second half of its pair if there is one; the index after it.
fn decode_unicode(bytes: &[u8], escape: usize, scratch: &mut Vec<u8>) -> Result<usize, ParseError> {
    let first = hex4(bytes, escape + 2)?;
    let end = escape + 6;
    if let Some(c) = char::from_u32(first) {
        scratch.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        return Ok(end);
    }
    if first < 0xDC00 {
        match bytes.get(end..end + 2) {
            None if bytes.get(end).is_none_or(|&byte| byte == b'\\') => return Err(ParseError::Incomplete),
            Some(b"\\u") => {
                let second = hex4(bytes, end + 2)?;
                if (0xDC00..0xE000).contains(&second) {
                    let joined = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                    let c = char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER);
                    scratch.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    return Ok(end + 6);
                }
            }
            _ => {}
        }
    }
    scratch.push(0xFF);
    Ok(end)
}

fn hex4(bytes: &[u8], at: usize) -> Result<u32, ParseError> {
    let mut value = 0;
    for i in at..at + 4 {
        let digit = char::from(*bytes.get(i).ok_or(ParseError::Incomplete)?).to_digit(16);
        value = value << 4 | digit.ok_or(ParseError::Invalid(i, Syntax::UnicodeEscape))?;
    }
    Ok(value)
}

/// The number at `at`: whether it is an integer, and the index after it.
#[inline]
pub(crate) fn number(bytes: &[u8], at: usize) -> Result<(ValueKind, usize), ParseError> {
    let digits = |mut at: usize| {
        let start = at;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        match bytes.get(at) {
            None => Err(ParseError::Incomplete),
            Some(_) if at == start => Err(ParseError::Invalid(at, Syntax::Number)),
            Some(&byte) => Ok((at, byte)),
        }
    };
    let first = at + usize::from(bytes[at] == b'-');
    let (mut end, mut next) = digits(first)?;
    if bytes[first] == b'0' && end > first + 1 {
        return Err(ParseError::Invalid(first, Syntax::LeadingZero));
    }
    let mut kind = ValueKind::Integer;
    if next == b'.' {
        kind = ValueKind::Float;
        (end, next) = digits(end + 1)?;
    }
    if matches!(next, b'e' | b'E') {
        kind = ValueKind::Float;
        let sign = *bytes.get(end + 1).ok_or(ParseError::Incomplete)?;
        (end, _) = digits(end + 1 + usize::from(matches!(sign, b'+' | b'-')))?;
    }
    Ok((kind, end))
}

/// The number or word (`true`, `false`, `null`) at `at`: its kind, and the index after it.
#[inline]
pub(crate) fn number_or_word(bytes: &[u8], at: usize) -> Result<(ValueKind, usize), ParseError> {
    match bytes[at] {
        b'-' | b'0'..=b'9' => number(bytes, at),
        b't' => literal(bytes, at, b"true", ValueKind::Bool),
        b'f' => literal(bytes, at, b"false", ValueKind::Bool),
        b'n' => literal(bytes, at, b"null", ValueKind::Null),
        _ => Err(ParseError::Invalid(at, Syntax::Value)),
    }
}

fn literal(bytes: &[u8], at: usize, word: &[u8], kind: ValueKind) -> Result<(ValueKind, usize), ParseError> {
    let found = &bytes[at..bytes.len().min(at + word.len())];
    match found == word {
        true => Ok((kind, at + word.len())),
        false if word.starts_with(found) => Err(ParseError::Incomplete),
        false => Err(ParseError::Invalid(at, Syntax::Value)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_first_special_byte_is_the_first(word in prop::array::uniform8(
            prop_oneof![8 => 0x20..=0xFF_u8, 1 => any::<u8>(), 1 => Just(b'"'), 1 => Just(b'\\')])) {
            let twin = word.iter().position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\').unwrap_or(8);
            prop_assert_eq!(first_special(u64::from_le_bytes(word)), twin);
        }
    }
}

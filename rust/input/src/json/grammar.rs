//! JSON's grammar (RFC 8259), strictly, over a slice that may end in the middle of a value.

use memchr::memchr2;

/// Why a value cannot be parsed here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The slice ends before the value does.
    Incomplete,
    /// No JSON, from this index on.
    Fault(usize, &'static str),
}

/// What kind of value it is, for whoever is told that it is of the wrong one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool,
    Integer,
    Float,
    String,
    Array,
    Object,
}

impl Kind {
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

/// Values nested deeper are passed over without a look inside.
const MAX_DEPTH: u32 = 200;

/// The first index from `at` on that is no white space.
#[inline]
pub(crate) fn after_space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
        at += 1;
    }
    at
}

/// The byte at `at`, behind white space, and its index.
#[inline]
pub(crate) fn token(bytes: &[u8], at: usize) -> Result<(usize, u8), Stop> {
    let at = after_space(bytes, at);
    bytes.get(at).map(|&byte| (at, byte)).ok_or(Stop::Incomplete)
}

/// A string as it lies in the slice, or decoded where it has escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Str {
    /// Its characters stand from here to there.
    Plain(usize, usize),
    /// They were written to the scratch.
    Decoded,
}

impl Str {
    pub(crate) fn bytes<'a>(self, input: &'a [u8], scratch: &'a [u8]) -> &'a [u8] {
        match self {
            Self::Plain(start, end) => &input[start..end],
            Self::Decoded => scratch,
        }
    }
}

/// The string whose opening quote is at `at`, and the index behind its closing one.
///
/// Pairs of `\u` escapes join into their character. A lone surrogate is written as one byte 0xFF, which UTF-8 never
/// has: so it becomes one U+FFFD, or a fault, where the text is held against the policy for invalid text.
#[inline]
pub(crate) fn string(bytes: &[u8], at: usize, scratch: &mut Vec<u8>) -> Result<(Str, usize), Stop> {
    let start = at + 1;
    let rest = bytes.get(start..).ok_or(Stop::Incomplete)?;
    // Names and short values end in the first words, before a call of `memchr2` would pay. (Tried and lost: SSE2 in
    // place of the words, which is no faster over a whole line.)
    for (i, word) in rest.as_chunks::<8>().0.iter().take(SHORT_WORDS).enumerate() {
        match first_special(u64::from_le_bytes(*word)) {
            8 => {}
            found if word[found] == b'"' => {
                let end = start + 8 * i + found;
                return Ok((Str::Plain(start, end), end + 1));
            }
            _ => break, // a backslash, or a fault
        }
    }
    let end = start + memchr2(b'"', b'\\', rest).ok_or_else(|| unfinished(rest, start))?;
    check_controls(&bytes[start..end], start)?;
    if bytes[end] == b'"' {
        return Ok((Str::Plain(start, end), end + 1));
    }
    let end = decode(bytes, start, end, scratch)?;
    Ok((Str::Decoded, end))
}

/// Words of a string that are looked at one by one.
const SHORT_WORDS: usize = 4;

/// The index of the first quote, backslash or control character of eight; 8 where there is none.
#[inline]
fn first_special(word: u64) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // "Has a byte less than n", well known: right for the first such byte, which is all that is asked for.
    let below = |word: u64, n: u64| word.wrapping_sub(ONES * n) & !word;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let found = (below(word, 0x20) | equal(b'"') | equal(b'\\')) & (ONES << 7);
    found.trailing_zeros() as usize / 8
}

/// Why a string does not end in the slice: a control character may tell already that it is none.
#[cold]
fn unfinished(rest: &[u8], start: usize) -> Stop {
    check_controls(rest, start).err().unwrap_or(Stop::Incomplete)
}

/// Looked for in blocks without a branch inside, which the compiler makes vectors of.
#[inline]
fn check_controls(bytes: &[u8], start: usize) -> Result<(), Stop> {
    for (i, block) in bytes.chunks(64).enumerate() {
        if block.iter().fold(0, |found, &byte| found | u8::from(byte < 0x20)) != 0 {
            let within = block.iter().position(|&byte| byte < 0x20).unwrap_or(0);
            return Err(Stop::Fault(start + 64 * i + within, "a control character inside a string, not escaped"));
        }
    }
    Ok(())
}

/// Writes the string to the scratch, from `start` on; its first backslash is at `escape`. The index behind its end.
fn decode(bytes: &[u8], start: usize, mut escape: usize, scratch: &mut Vec<u8>) -> Result<usize, Stop> {
    scratch.clear();
    scratch.extend_from_slice(&bytes[start..escape]);
    loop {
        let mut next = escape + 2;
        match *bytes.get(escape + 1).ok_or(Stop::Incomplete)? {
            escaped @ (b'"' | b'\\' | b'/') => scratch.push(escaped),
            b'n' => scratch.push(b'\n'),
            b't' => scratch.push(b'\t'),
            b'r' => scratch.push(b'\r'),
            b'b' => scratch.push(0x08),
            b'f' => scratch.push(0x0C),
            b'u' => next = decode_unicode(bytes, escape, scratch)?,
            _ => return Err(Stop::Fault(escape, "a backslash before a character that it does not escape")),
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

/// Decodes the `\uXXXX` at `escape`, with the second half of its pair where there is one; the index behind it.
fn decode_unicode(bytes: &[u8], escape: usize, scratch: &mut Vec<u8>) -> Result<usize, Stop> {
    let first = hex4(bytes, escape + 2)?;
    let behind = escape + 6;
    if let Some(c) = char::from_u32(first) {
        scratch.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        return Ok(behind);
    }
    if first < 0xDC00 {
        match bytes.get(behind..behind + 2) {
            None if bytes.get(behind).is_none_or(|&byte| byte == b'\\') => return Err(Stop::Incomplete),
            Some(b"\\u") => {
                let second = hex4(bytes, behind + 2)?;
                if (0xDC00..0xE000).contains(&second) {
                    let joined = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                    let c = char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER);
                    scratch.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    return Ok(behind + 6);
                }
            }
            _ => {}
        }
    }
    scratch.push(0xFF);
    Ok(behind)
}

fn hex4(bytes: &[u8], at: usize) -> Result<u32, Stop> {
    let mut value = 0;
    for i in at..at + 4 {
        let digit = char::from(*bytes.get(i).ok_or(Stop::Incomplete)?).to_digit(16);
        value = value << 4 | digit.ok_or(Stop::Fault(i, "\\u without four hexadecimal digits"))?;
    }
    Ok(value)
}

/// The number at `at`: whether it is an integer, and the index behind it.
#[inline]
pub(crate) fn number(bytes: &[u8], at: usize) -> Result<(Kind, usize), Stop> {
    const FAULT: &str = "no number as JSON writes them";
    let digits = |mut at: usize| {
        let start = at;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        match bytes.get(at) {
            None => Err(Stop::Incomplete),
            Some(_) if at == start => Err(Stop::Fault(at, FAULT)),
            Some(&byte) => Ok((at, byte)),
        }
    };
    let first = at + usize::from(bytes[at] == b'-');
    let (mut end, mut next) = digits(first)?;
    if bytes[first] == b'0' && end > first + 1 {
        return Err(Stop::Fault(first, "a number with a leading zero"));
    }
    let mut kind = Kind::Integer;
    if next == b'.' {
        kind = Kind::Float;
        (end, next) = digits(end + 1)?;
    }
    if matches!(next, b'e' | b'E') {
        kind = Kind::Float;
        let sign = *bytes.get(end + 1).ok_or(Stop::Incomplete)?;
        (end, _) = digits(end + 1 + usize::from(matches!(sign, b'+' | b'-')))?;
    }
    Ok((kind, end))
}

/// Passes over the value at `at`: its kind, and the index behind it.
pub(crate) fn value(bytes: &[u8], at: usize, scratch: &mut Vec<u8>) -> Result<(Kind, usize), Stop> {
    value_at_depth(bytes, at, scratch, 0)
}

fn value_at_depth(bytes: &[u8], at: usize, scratch: &mut Vec<u8>, depth: u32) -> Result<(Kind, usize), Stop> {
    match bytes[at] {
        b'"' => string(bytes, at, scratch).map(|(_, end)| (Kind::String, end)),
        b'[' | b'{' if depth == MAX_DEPTH => Err(Stop::Fault(at, "values nested more than 200 deep")),
        b'[' => items(bytes, at, b']', |at| value_at_depth(bytes, at, scratch, depth + 1).map(|(_, end)| end))
            .map(|end| (Kind::Array, end)),
        b'{' => items(bytes, at, b'}', |at| {
            let value_at = member(bytes, at, scratch)?.1;
            value_at_depth(bytes, value_at, scratch, depth + 1).map(|(_, end)| end)
        })
        .map(|end| (Kind::Object, end)),
        _ => plain(bytes, at),
    }
}

/// Passes over the value at `at`, which is no string and has none inside: its kind, and the index behind it.
#[inline]
pub(crate) fn plain(bytes: &[u8], at: usize) -> Result<(Kind, usize), Stop> {
    match bytes[at] {
        b'-' | b'0'..=b'9' => number(bytes, at),
        b't' => literal(bytes, at, b"true", Kind::Bool),
        b'f' => literal(bytes, at, b"false", Kind::Bool),
        b'n' => literal(bytes, at, b"null", Kind::Null),
        _ => Err(Stop::Fault(at, "no JSON value")),
    }
}

/// Passes over what stands between a bracket at `at` and its `close`, one item after the other.
fn items(
    bytes: &[u8],
    at: usize,
    close: u8,
    mut item: impl FnMut(usize) -> Result<usize, Stop>,
) -> Result<usize, Stop> {
    let (mut at, byte) = token(bytes, at + 1)?;
    if byte == close {
        return Ok(at + 1);
    }
    loop {
        let (behind, byte) = token(bytes, item(at)?)?;
        match byte {
            b',' => at = token(bytes, behind + 1)?.0,
            _ if byte == close => return Ok(behind + 1),
            _ => return Err(Stop::Fault(behind, "no comma where one must be")),
        }
    }
}

/// The name of the member at `at`, and the index at which its value starts.
#[inline]
pub(crate) fn member(bytes: &[u8], at: usize, scratch: &mut Vec<u8>) -> Result<(Str, usize), Stop> {
    if bytes[at] != b'"' {
        return Err(Stop::Fault(at, "no member name where one must be"));
    }
    let (name, end) = string(bytes, at, scratch)?;
    let (colon, byte) = token(bytes, end)?;
    if byte != b':' {
        return Err(Stop::Fault(colon, "no colon behind a member's name"));
    }
    Ok((name, token(bytes, colon + 1)?.0))
}

fn literal(bytes: &[u8], at: usize, word: &[u8], kind: Kind) -> Result<(Kind, usize), Stop> {
    let found = &bytes[at..bytes.len().min(at + word.len())];
    match found == word {
        true => Ok((kind, at + word.len())),
        false if word.starts_with(found) => Err(Stop::Incomplete),
        false => Err(Stop::Fault(at, "no JSON value")),
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

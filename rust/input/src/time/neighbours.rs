//! What stands next to a time: whether it may be a part of it.

use crate::time::fields::FormatItem::{AmPm, Year4};
use crate::time::fields::{FieldReader, blank_len};
use crate::time::names;
use crate::time::zones::{self, ZoneForm};

/// Whether what follows a time, without a blank between, goes on with it, or with a word that it is part of.
#[inline]
pub(crate) fn goes_on(rest: &[u8]) -> bool {
    match rest {
        [b' ' | b']' | b')', ..] => false,
        [byte, ..] if byte.is_ascii_alphanumeric() => true,
        [b'.' | b':' | b'+' | b'-' | b'/' | b'_', digit, ..] => digit.is_ascii_digit(),
        [byte, ..] if *byte >= 0x80 => blank_len(rest) == 0,
        _ => false,
    }
}

/// Whether a comma and digits may be the fraction of a second: not an address, nor a number that is too long.
pub(crate) fn may_be_fraction(rest: &[u8]) -> bool {
    let [b',', digits @ ..] = rest else { return false };
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_dotted = matches!(&digits[count..], [b'.', digit, ..] if digit.is_ascii_digit());
    (1..10).contains(&count) && !is_dotted
}

/// Whether a time is followed by what it lacks: AM or PM, a zone, a year, be it behind a comma or in brackets of its own.
pub(crate) fn lacks(rest: &[u8], has_half: bool, has_zone: bool, has_year: bool) -> bool {
    let signs = signs_len(rest);
    let next = &rest[signs..];
    let is_apart = signs > 0;
    // Behind something else than blanks and an opening bracket, a number is the message's.
    let is_far = |far: &[u8]| rest[..signs].iter().any(|byte| far.contains(byte));
    let is_number = matches!(next.first(), Some(b'+' | b'-'));
    if is_number && is_far(b",])\"|;") || matches!(next.first(), Some(b'0'..=b'9')) && is_far(b"|;-") {
        return false;
    }
    let half = || {
        let has = || FieldReader::at(next, 0).take(AmPm).is_some() || names::begins_with_a_part_of_day(next);
        !has_half && !has_zone && is_apart && has()
    };
    let zone = || {
        let is_zone = |(form, len): (ZoneForm, usize)| !is_apart || is_zone_after_a_blank(form, &next[len..]);
        let written = || zones::begins_as_zone(next).is_some_and(is_zone);
        !has_zone && (written() || is_apart && (is_small_zone(next) || is_long_zone(next)))
    };
    let year = || {
        let mut reader = FieldReader::at(next, 0);
        !has_year && is_apart && reader.take(Year4).is_some() && ends_a_year(reader.fields.year, &next[4..])
    };
    match next.first() {
        Some(b'A'..=b'Z' | b'a'..=b'z' | b'+' | b'-' | 0x80..) => half() || zone(),
        Some(b'0'..=b'9') => year(),
        _ => false,
    }
}

/// How many bytes of blanks, brackets and signs between columns there are, behind all of which a part of a time may follow;
/// and of a hyphen before a word.
fn signs_len(text: &[u8]) -> usize {
    const MOST: usize = 6;
    let mut len = 0;
    while len < MOST {
        let blanks = blank_len(&text[len..]);
        len += if blanks > 0 {
            blanks
        } else if matches!(text.get(len), Some(b',' | b'[' | b']' | b'(' | b')' | b'"' | b'|' | b';')) {
            1
        } else if let Some([b'-', b'A'..=b'Z' | b'a'..=b'z' | b' ' | 0x80.., ..]) = text.get(len..) {
            1
        } else {
            break;
        };
    }
    len
}

/// Whether a text begins with the abbreviation of a zone in lower case, which no word of English is.
fn is_small_zone(text: &[u8]) -> bool {
    const SMALL: &[&[u8]] = &[
        b"cet", b"cest", b"eet", b"eest", b"edt", b"cst", b"cdt", b"mst", b"mdt", b"pst", b"pdt", b"jst", b"msk",
        b"ist", b"bst",
    ];
    let len = text.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    SMALL.contains(&&text[..len])
}

/// Whether a text begins with the name of a zone in words: "Eastern Standard Time".
fn is_long_zone(text: &[u8]) -> bool {
    const KINDS: [&[u8]; 3] = [b" Standard Time", b" Daylight Time", b" Summer Time"];
    let near = &text[..text.len().min(48)];
    near.first().is_some_and(u8::is_ascii_uppercase)
        && KINDS.iter().any(|kind| {
            memchr::memmem::find(near, kind).is_some_and(|at| {
                near[..at].iter().all(|byte| byte.is_ascii_alphabetic() || b" .-".contains(byte))
            })
        })
}

/// Whether what is written as a zone is one behind a blank: two digits with a sign, and a letter that a colon follows, are the
/// message's as likely.
pub(super) fn is_zone_after_a_blank(form: ZoneForm, after: &[u8]) -> bool {
    match form {
        ZoneForm::OffsetHours => false,
        ZoneForm::Letter => matches!(after.first(), None | Some(b' ' | b'\t' | b']' | b')' | b'|')),
        _ => true,
    }
}

/// Whether a number of four digits, with this after it, is a year.
pub(super) fn ends_a_year(year: Option<i32>, rest: &[u8]) -> bool {
    let ends = match rest {
        [b'-' | b'.' | b'/' | b':', next, ..] => !next.is_ascii_alphanumeric(),
        [byte, ..] => !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'%')),
        [] => true,
    };
    ends && year.is_some_and(|year| (1970..2100).contains(&year))
}

/// Whether blanks, a sign, and two digits follow.
pub(super) fn leaves_hours(rest: &[u8]) -> bool {
    let blanks = blank_len(rest);
    blanks > 0
        && matches!(&rest[blanks..], [b'+' | b'-', tens, ones, after @ ..]
            if tens.is_ascii_digit() && ones.is_ascii_digit() && after.first().is_none_or(|byte| matches!(byte, b' ' | b'\t' | b']' | b')')))
}

/// Whether a colon that a zone or AM or PM is followed by, as in `UTC:10.0.0.7(501):`, is the next column.
#[inline]
pub(crate) fn is_column_after_a_word(line: &[u8], end: usize) -> bool {
    line.get(end) == Some(&b':') && end > 0 && line[end - 1].is_ascii_alphabetic()
}

/// Whether what stands before a time, further in than the line's start, may be a part of it: a clock, a month, AM or PM, or if it
/// has none, a zone or a year.
pub(crate) fn is_behind_a_part(line: &[u8], start: usize, has_zone: bool, has_year: bool) -> bool {
    let signs =
        |byte: &u8| matches!(byte, b' ' | b'\t' | b'[' | b']' | b'(' | b')' | b',' | b';' | b'|' | b'-' | b'"');
    let end = line[..start].iter().rposition(|byte| !signs(byte)).map_or(0, |at| at + 1);
    // A clock, a number, or a short word: most lines have a level there, a colon or an equals sign.
    let Some(b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'.' | 0x80..) = line[..end].last() else { return false };
    let end = without_fraction(&line[..end]);
    let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || b":.+/_".contains(byte) || *byte >= 0x80;
    let begin = line[..end].iter().rposition(|byte| !is_of_word(byte)).map_or(0, |at| at + 1);
    // A colour code is no part of the word behind it.
    let escape = memchr::memrchr(0x1B, &line[..end]).and_then(|escape| {
        let code = line[escape..end].iter().position(|&byte| byte == b'm')?;
        Some(escape + code + 1)
    });
    let word = &line[begin.max(escape.unwrap_or(0))..end];
    let is_all = |len: usize| len == word.len();
    match word {
        [] => false,
        [b'0'..=b'9', ..] => is_clock(word) || (!has_year && is_year(word)),
        _ if word.len() > LONGEST_WORD => false,
        _ => {
            let mut reader = FieldReader::at(word, 0);
            reader.take(AmPm).is_some_and(|()| is_all(reader.at))
                || names::month_at(word).is_some_and(|(_, len)| is_all(len))
                || !has_zone && zones::begins_as_zone(word).is_some_and(|(_, len)| is_all(len))
                || names::begins_with_a_part_of_day(word)
        }
    }
}

/// The length of a text without a comma and digits at its end.
fn without_fraction(text: &[u8]) -> usize {
    let digits = text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    match text.len() - digits {
        before @ 1.. if digits > 0 && text[before - 1] == b',' => before - 1,
        _ => text.len(),
    }
}

/// The longest name of a zone.
const LONGEST_WORD: usize = 32;

fn is_clock(word: &[u8]) -> bool {
    let is_minute = |at: usize| matches!(word.get(at..), Some([b':', b'0'..=b'5', b'0'..=b'9', ..]));
    is_minute(1) || (word.get(1).is_some_and(u8::is_ascii_digit) && is_minute(2))
}

fn is_year(word: &[u8]) -> bool {
    let mut reader = FieldReader::at(word, 0);
    reader.take(Year4).is_some() && reader.at == word.len() && ends_a_year(reader.fields.year, b"")
}

/// Whether a clock is anywhere before a place of a line: what is there may be what a message is about.
pub(crate) fn is_behind_a_clock(line: &[u8], start: usize) -> bool {
    let before = &line[..start];
    memchr::memchr_iter(b':', before).any(|colon| {
        let digits = before[..colon].iter().rev().take(3).take_while(|byte| byte.is_ascii_digit()).count();
        let opens = |byte: &u8| matches!(byte, b' ' | b'\t' | b'[' | b'(' | b'"' | b'\'' | b'T' | b't' | b',' | b'|' | b'=');
        let ends = |rest: &[u8]| {
            matches!(rest, [b'0'..=b'5', b'0'..=b'9', after @ ..] if !after.first().is_some_and(u8::is_ascii_digit))
        };
        matches!(digits, 1 | 2)
            && before[..colon - digits].last().is_none_or(opens)
            && ends(&before[colon + 1..])
    })
}

/// Whether blanks and two digits follow: behind a date that has none, they may be its year.
pub(crate) fn leaves_two_digits(rest: &[u8]) -> bool {
    let blanks = blank_len(rest);
    blanks > 0
        && matches!(&rest[blanks..], [b'0'..=b'9', b'0'..=b'9', after @ ..] if !after.first().is_some_and(u8::is_ascii_digit))
}

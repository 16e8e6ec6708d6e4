//! Time zones as lines write them: offsets, abbreviations and names of the tz database.

mod abbreviations;

use std::cell::RefCell;
use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub(crate) use abbreviations::{Abbreviation, abbreviation};

/// The zone that a timestamp writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WrittenZone {
    /// None: another source has to name it.
    #[default]
    Unwritten,
    /// Seconds east of UTC.
    Offset(i32),
    /// A name whose offset depends on the time or the place: `Europe/Paris`, or an abbreviation such as `IST` that several
    /// zones use.
    Named(ZoneName),
}

/// The name of a zone: at most 32 bytes of ASCII.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ZoneName {
    bytes: [u8; Self::MAX],
    len: u8,
}

impl ZoneName {
    /// The longest name of the tz database has 32 bytes: America/Argentina/ComodRivadavia.
    pub const MAX: usize = 32;

    /// A name; `None` if it is too long or not of ASCII.
    #[must_use]
    pub fn new(name: &[u8]) -> Option<Self> {
        let mut bytes = [0; Self::MAX];
        bytes.get_mut(..name.len())?.copy_from_slice(name);
        name.is_ascii().then_some(Self { bytes, len: u8::try_from(name.len()).ok()? })
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or_default()
    }
}

impl fmt::Debug for ZoneName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(formatter)
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// How a zone is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ZoneForm {
    /// `Z`.
    Letter,
    /// `UTC`, `GMT`, `UT`.
    Utc,
    /// `+02:00`, `+0200`.
    Offset,
    /// `+02`: a message may begin so as well.
    OffsetHours,
    /// `GMT+02:00`, `UTC+2`, `Z+01:00`.
    UtcOffset,
    /// `CET`.
    Abbreviation,
    /// `Europe/Paris`.
    Area,
}

/// A zone at the beginning of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ZoneText {
    pub(crate) zone: WrittenZone,
    /// In bytes, with brackets and with a second name for the same offset.
    pub(crate) len: usize,
    pub(crate) form: ZoneForm,
}

/// The zone that `text` begins with, alone or in brackets (`[Europe/Paris]`, `(CET)`).
///
/// An offset may be followed by a name for it: `+01:00[Europe/Paris]`, `+0100 CET`, `+0100 (CET)`, `GMT+0100 (Central
/// European Standard Time)`. Then the offset counts. If the name never has that offset, the zone is contradictory: `None`.
/// A name after `Z` may be any area, as RFC 9557 has it: `Z` leaves the local offset open.
pub(crate) fn zone_at(text: &[u8]) -> Option<ZoneText> {
    let found = bare_zone_at(text).or_else(|| bracketed_zone_at(text))?;
    match (found.form, found.zone) {
        (ZoneForm::Area, _) => Some(found),
        (_, WrittenZone::Offset(offset)) => with_second_name(text, found, offset),
        _ => Some(found),
    }
}

/// Whether a text begins with what is written as a zone, be it one that what follows contradicts.
pub(crate) fn begins_as_zone(text: &[u8]) -> Option<(ZoneForm, usize)> {
    bare_zone_at(text).or_else(|| bracketed_zone_at(text)).map(|found| (found.form, found.len))
}

/// The zone with what names it once more, if something does.
fn with_second_name(text: &[u8], found: ZoneText, offset: i32) -> Option<ZoneText> {
    let rest = &text[found.len..];
    let blank = usize::from(rest.first() == Some(&b' '));
    if found.form == ZoneForm::Letter && blank > 0 {
        return Some(found); // a word behind it is the message's
    }
    let name = &rest[blank..];
    let is_word = matches!(found.form, ZoneForm::Utc | ZoneForm::Abbreviation);
    let second = match name.first() {
        Some(b'[' | b'(') => bracketed_zone_at(name).or_else(|| area_in_brackets(name).filter(|_| blank == 0)),
        _ if blank == 1 => bare_zone_at(name),
        _ => None,
    };
    let Some(second) = second else {
        let long = if is_word { None } else { long_name_len(name) };
        return Some(ZoneText { len: found.len + long.map_or(0, |len| blank + len), ..found });
    };
    let same = match second.zone {
        WrittenZone::Offset(other) => other == offset,
        WrittenZone::Named(_) if found.form == ZoneForm::Letter && second.form == ZoneForm::Area => true,
        WrittenZone::Named(name) => may_have_offset(name, offset),
        WrittenZone::Unwritten => false,
    };
    let is_number = matches!(second.form, ZoneForm::Offset | ZoneForm::OffsetHours);
    match (same, is_number) {
        (true, _) if !(is_word && second.form == ZoneForm::OffsetHours) => {
            Some(ZoneText { len: found.len + blank + second.len, ..found })
        }
        // `+0200 +15 items`: a message that begins with a number.
        (_, true) if !is_word || second.form == ZoneForm::OffsetHours => Some(found),
        // `UTC CAT eats`: of two words, the second is the message's.
        _ if is_word && blank > 0 && matches!(second.form, ZoneForm::Utc | ZoneForm::Abbreviation) => Some(found),
        _ => None,
    }
}

/// A zone without brackets, if what follows it ends it.
fn bare_zone_at(text: &[u8]) -> Option<ZoneText> {
    match text.first()? {
        b'+' | b'-' | 0xe2 => {
            let offset = offset_at(text, 2).or_else(|| offset_at(text, 1).filter(|offset| !offset.only_hours))?;
            let form = if offset.only_hours { ZoneForm::OffsetHours } else { ZoneForm::Offset };
            ends_at(text, offset.len, form).then_some(ZoneText {
                zone: WrittenZone::Offset(offset.seconds),
                len: offset.len,
                form,
            })
        }
        b'A'..=b'Z' | b'u' | b'g' | b'z' => word_zone_at(text),
        _ => None,
    }
}

fn word_zone_at(text: &[u8]) -> Option<ZoneText> {
    let len = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = &text[..len];
    let is_letter = matches!(word, b"Z" | b"z");
    if is_letter || is_utc(word) {
        if let Some(offset) = offset_at(&text[len..], 1) {
            let (len, form) = (len + offset.len, ZoneForm::UtcOffset);
            let zone = WrittenZone::Offset(offset.seconds);
            // Z+2 is arithmetic.
            let is_zone = !(is_letter && offset.only_hours) && ends_at(text, len, form);
            return is_zone.then_some(ZoneText { zone, len, form });
        }
        let form = if is_letter { ZoneForm::Letter } else { ZoneForm::Utc };
        return ends_at(text, len, form).then_some(ZoneText { zone: WrittenZone::Offset(0), len, form });
    }
    if text.get(len) == Some(&b'/') {
        return area_at(text);
    }
    if let Some(found) = double_name_at(text) {
        return Some(found);
    }
    let zone = match abbreviation(word)? {
        Abbreviation::Offset(offset) => WrittenZone::Offset(offset),
        Abbreviation::OfArea(area) => WrittenZone::Named(ZoneName::new(area.as_bytes())?),
        Abbreviation::Ambiguous { .. } => WrittenZone::Named(ZoneName::new(word)?),
    };
    let form = ZoneForm::Abbreviation;
    ends_at(text, len, form).then_some(ZoneText { zone, len, form })
}

/// Whether a word means UTC. In lower case too, as no other zone is.
fn is_utc(word: &[u8]) -> bool {
    matches!(word, b"UTC" | b"GMT" | b"UT" | b"UCT" | b"utc" | b"gmt")
}

/// A name such as `EST5EDT`: standard time, hours, and summer time.
fn double_name_at(text: &[u8]) -> Option<ZoneText> {
    const LEN: usize = 7;
    let name = text.get(..LEN).filter(|name| name[3].is_ascii_digit())?;
    let (name, form) = (known_name(name)?, ZoneForm::Area);
    ends_at(text, LEN, form).then_some(ZoneText { zone: WrittenZone::Named(name), len: LEN, form })
}

/// An area of the tz database and a place in it, at any depth.
fn area_at(text: &[u8]) -> Option<ZoneText> {
    const AREAS: [&[u8]; 16] = [
        b"Africa/",
        b"America/",
        b"Antarctica/",
        b"Arctic/",
        b"Asia/",
        b"Atlantic/",
        b"Australia/",
        b"Brazil/",
        b"Canada/",
        b"Chile/",
        b"Etc/",
        b"Europe/",
        b"Indian/",
        b"Mexico/",
        b"Pacific/",
        b"US/",
    ];
    if !AREAS.iter().any(|area| text.starts_with(area)) {
        return None;
    }
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-' | b'+');
    let len = text.iter().take_while(|byte| is_of_name(byte)).count();
    // A hyphen after the name, or one inside it.
    let len = text[..len].iter().rposition(|&byte| byte != b'-')? + 1;
    let name = known_name(&text[..len])?;
    let form = ZoneForm::Area;
    ends_at(text, len, form).then_some(ZoneText { zone: WrittenZone::Named(name), len, form })
}

/// A name as the tz database writes it, if it has it.
fn known_name(name: &[u8]) -> Option<ZoneName> {
    let zone = TimeZone::get(std::str::from_utf8(name).ok()?).ok()?;
    let canonical = zone.iana_name()?;
    (canonical.as_bytes() == name).then(|| ZoneName::new(name)).flatten()
}

/// A zone in brackets: not `OffsetHours`, which is a number there.
fn bracketed_zone_at(text: &[u8]) -> Option<ZoneText> {
    let inside = inside_brackets(text)?;
    let found = bare_zone_at(inside)?;
    let whole = found.len == inside.len() && found.form != ZoneForm::OffsetHours;
    whole.then_some(ZoneText { len: found.len + 2, ..found })
}

/// Any name of the tz database in square brackets, also one without an area, and with the `!` of RFC 9557.
fn area_in_brackets(text: &[u8]) -> Option<ZoneText> {
    let inside = inside_brackets(text).filter(|_| text.first() == Some(&b'['))?;
    let name = known_name(inside.strip_prefix(b"!").unwrap_or(inside))?;
    Some(ZoneText { zone: WrittenZone::Named(name), len: inside.len() + 2, form: ZoneForm::Area })
}

fn inside_brackets(text: &[u8]) -> Option<&[u8]> {
    let close = match text.first()? {
        b'[' => b']',
        b'(' => b')',
        _ => return None,
    };
    let near = &text[1..text.len().min(ZoneName::MAX + 4)];
    near.iter().position(|&byte| byte == close).map(|len| &near[..len])
}

/// The length of a name such as `(Central European Standard Time)`, as JavaScript writes it after an offset.
fn long_name_len(text: &[u8]) -> Option<usize> {
    let near = text.strip_prefix(b"(")?;
    let near = &near[..near.len().min(64)];
    let inside = &near[..near.iter().position(|&byte| byte == b')')?];
    let is_name =
        inside.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'-' | b'/' | b'&'));
    (is_name && inside.ends_with(b" Time")).then_some(inside.len() + 2)
}

struct Offset {
    seconds: i32,
    len: usize,
    only_hours: bool,
}

/// A sign, hours and perhaps minutes; with less than two digits of hours only if so few are enough.
fn offset_at(text: &[u8], least_digits: usize) -> Option<Offset> {
    // The minus sign of typography too, which ISO 8601 prefers.
    let (east, sign_len) = match text {
        [b'+', ..] => (true, 1),
        [b'-', ..] => (false, 1),
        [0xe2, 0x88, 0x92, ..] => (false, 3),
        _ => return None,
    };
    let two = |at: usize| match text.get(at..at + 2) {
        Some(&[tens @ b'0'..=b'9', ones @ b'0'..=b'9']) => {
            Some(i32::from(tens - b'0') * 10 + i32::from(ones - b'0'))
        }
        _ => None,
    };
    let digits = text[sign_len..].iter().take(5).take_while(|byte| byte.is_ascii_digit()).count();
    let colon_at = sign_len + digits;
    let one = || i32::from(text[sign_len] - b'0');
    let (hours, minutes, seconds, len) = match digits {
        1 | 2 if digits >= least_digits => {
            let hours = if digits == 1 { one() } else { two(sign_len)? };
            let after_colon = |at: usize| two(at + 1).filter(|_| text[at] == b':');
            match after_colon(colon_at) {
                None => (hours, None, 0, colon_at),
                Some(minutes) => match after_colon(colon_at + 3) {
                    None => (hours, Some(minutes), 0, colon_at + 3),
                    Some(seconds) => (hours, Some(minutes), seconds, colon_at + 6),
                },
            }
        }
        // Without a colon it may be any number: zones have whole quarters of an hour.
        4 => (two(sign_len)?, two(sign_len + 2).filter(|minutes| minutes % 15 == 0), 0, colon_at),
        _ => return None,
    };
    if digits == 4 && minutes.is_none() || minutes.is_some_and(|minutes| minutes > 59) || seconds > 59 {
        return None;
    }
    let all = hours * 3600 + minutes.unwrap_or(0) * 60 + seconds;
    let most = if east { 14 * 3600 } else { 12 * 3600 };
    let seconds = if east { all } else { -all };
    (all <= most).then_some(Offset { seconds, len, only_hours: minutes.is_none() })
}

/// Whether what follows a zone ends it: `Z=4.2`, `CET/`, `ZONE` and `+02.5` are no zones.
fn ends_at(text: &[u8], len: usize, form: ZoneForm) -> bool {
    let blank_is_next = text.get(len + 1).is_none_or(u8::is_ascii_whitespace);
    match text.get(len) {
        // `UTC:10.0.0.1(5432):`, as in the logs of PostgreSQL; but `Z:4` and `+02:5` are something else.
        Some(b':') => blank_is_next || matches!(form, ZoneForm::Utc | ZoneForm::Abbreviation | ZoneForm::Area),
        Some(b'.') => blank_is_next && form != ZoneForm::OffsetHours,
        Some(b'-') => blank_is_next && matches!(form, ZoneForm::Letter | ZoneForm::Utc | ZoneForm::Area),
        // A colour code begins with the last of these.
        Some(byte) => byte.is_ascii_whitespace() || b",;|\"'[](){}<>\x1B".contains(byte),
        None => true,
    }
}

/// Whether a name may mean an offset, at whatever time.
fn may_have_offset(name: ZoneName, offset: i32) -> bool {
    thread_local! {
        /// The area before, and all its offsets: most logs write one.
        static LAST: RefCell<Option<(ZoneName, Vec<i32>)>> = const { RefCell::new(None) };
    }
    if let Some(Abbreviation::Ambiguous { offsets, .. }) = abbreviation(name.as_str().as_bytes()) {
        return offsets.contains(&offset);
    }
    LAST.with_borrow_mut(|last| {
        if last.as_ref().is_none_or(|(known, _)| *known != name) {
            *last = Some((name, offsets_of(name)));
        }
        last.as_ref().is_some_and(|(_, offsets)| offsets.contains(&offset))
    })
}

/// The offsets that an area has had since 1970, in seconds.
fn offsets_of(area: ZoneName) -> Vec<i32> {
    let Ok(zone) = TimeZone::get(area.as_str()) else { return Vec::new() };
    let end = Timestamp::from_second(2_500_000_000).unwrap_or(Timestamp::MAX);
    let mut offsets = vec![zone.to_offset(Timestamp::UNIX_EPOCH).seconds()];
    let changes = zone.following(Timestamp::UNIX_EPOCH).take_while(|change| change.timestamp() < end);
    offsets.extend(changes.map(|change| change.offset().seconds()));
    offsets.sort_unstable();
    offsets.dedup();
    offsets
}

#[cfg(test)]
mod tests;

//! Where in a line a timestamp is.

use crate::time::fields::blank_len;
use crate::time::forms::{Reading, partial_readings_at, readings_after_a_letter, readings_at};
use crate::time::names;

/// Where in a line a timestamp is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// At its start, or behind colour codes and an opening bracket.
    Start,
    /// After the number in angle brackets that a syslog message begins with, and perhaps a version.
    Priority,
    /// After one letter, as in klog.
    Letter,
    /// After so many words, and an opening bracket or quote.
    Words(u8),
    /// After one of the line's first opening brackets.
    Bracket,
    /// After one of the line's first commas, or another sign that separates columns.
    Column,
    /// The value of a key, `time=` and the like: which of [`KEYS`].
    Key(u8),
    /// Where a pattern matches.
    Pattern,
    /// It is the whole text.
    Whole,
}

/// The keys of a timestamp in lines of `key=value`.
pub(crate) const KEYS: &[&[u8]] = &[
    b"time",
    b"ts",
    b"timestamp",
    b"@timestamp",
    b"t",
    b"at",
    b"date",
    b"datetime",
    b"when",
    b"_time",
    b"eventtime",
    b"asctime",
    b"created",
    b"log_time",
    b"logtime",
    b"start_time",
];

/// The bytes of a line in which a timestamp is looked for.
const LOOKED_AT: usize = 512;
const MOST_WORDS: u8 = 8;
const MOST_BRACKETS: usize = 4;
const MOST_COLUMNS: usize = 8;

impl Place {
    /// Those that a format which a user gives is looked for at, in this order.
    pub(crate) fn near_the_start() -> impl Iterator<Item = Self> {
        [Self::Start, Self::Priority, Self::Letter]
            .into_iter()
            .chain((1..=MOST_WORDS).map(Self::Words))
            .chain([Self::Bracket])
    }

    /// The value of the key at this index of [`KEYS`].
    pub(crate) fn key(index: u8) -> Option<Self> {
        (usize::from(index) < KEYS.len()).then_some(Self::Key(index))
    }

    /// Whether lines begin with it.
    pub(crate) fn is_at_the_start(self) -> bool {
        matches!(self, Self::Start | Self::Priority | Self::Letter | Self::Whole)
    }

    /// Whether anything may stand before it.
    #[inline]
    pub(crate) fn is_further_in(self) -> bool {
        matches!(self, Self::Words(_) | Self::Bracket | Self::Column)
    }

    /// For people.
    pub(crate) fn describe(self) -> String {
        match self {
            Self::Start => "at the start of the line".to_owned(),
            Self::Priority => "after the priority that the line begins with".to_owned(),
            Self::Letter => "after the letter that the line begins with".to_owned(),
            Self::Words(1) => "after the first word".to_owned(),
            Self::Words(words) => format!("after {words} words"),
            Self::Bracket => "in brackets".to_owned(),
            Self::Column => "in a column".to_owned(),
            Self::Key(key) => format!("after {}=", String::from_utf8_lossy(KEYS[usize::from(key)])),
            Self::Pattern => "where `timestamp_regex` matches".to_owned(),
            Self::Whole => "the whole value".to_owned(),
        }
    }
}

/// Where in a line a place is; of [`Place::Bracket`] there are several.
#[inline]
pub(crate) fn place_in(line: &[u8], place: Place) -> Option<usize> {
    match place {
        Place::Start => Some(at_the_beginning(line)),
        Place::Words(words) => {
            Some(after_opening(line, after_words(line, words)?)).filter(|&at| !is_quoted(line, at))
        }
        Place::Priority => after_priority(line),
        Place::Letter => line.first().filter(|byte| byte.is_ascii_uppercase()).map(|_| 1),
        Place::Key(key) => after_key(line, KEYS[usize::from(key)]),
        Place::Bracket | Place::Column => elsewhere(line, place).next(),
        Place::Pattern => None,
        Place::Whole => Some(0),
    }
}

/// All that are like it: behind other numbers of words, behind other brackets, in other columns.
pub(crate) fn elsewhere(line: &[u8], place: Place) -> impl Iterator<Item = usize> {
    let near = &line[..line.len().min(LOOKED_AT)];
    let words = matches!(place, Place::Words(_)).then(|| {
        (1..=MOST_WORDS)
            .map_while(|words| after_words(line, words))
            .map(|at| after_opening(line, at))
            .filter(|&at| !is_quoted(line, at))
    });
    let brackets = matches!(place, Place::Bracket)
        .then(|| memchr::memchr2_iter(b'[', b'(', near).take(MOST_BRACKETS).map(|bracket| bracket + 1));
    let columns = matches!(place, Place::Column).then(|| {
        let signs = near.iter().enumerate().filter(|(at, byte)| match byte {
            b',' | b';' | b'|' | b'\t' => true,
            // As in `INFO:2026-11-24 10:00:01,250:app:started`.
            b':' => {
                *at > 0 && near[at - 1].is_ascii_alphabetic() && near.get(at + 1).is_some_and(u8::is_ascii_digit)
            }
            _ => false,
        });
        signs.take(MOST_COLUMNS).map(|(sign, _)| after_opening(line, sign + 1))
    });
    words.into_iter().flatten().chain(brackets.into_iter().flatten()).chain(columns.into_iter().flatten())
}

/// All places of a line at which a time is looked for.
pub(crate) fn places(line: &[u8]) -> Vec<(Place, usize)> {
    let mut found = vec![(Place::Start, at_the_beginning(line))];
    found.extend(after_priority(line).map(|at| (Place::Priority, at)));
    for words in 1..=MOST_WORDS {
        let Some(at) = after_words(line, words) else { break };
        let at = after_opening(line, at);
        if !is_quoted(line, at) {
            found.push((Place::Words(words), at));
        }
    }
    for place in [Place::Bracket, Place::Column] {
        found.extend(elsewhere(line, place).map(|at| (place, at)));
    }
    for (index, key) in KEYS.iter().enumerate() {
        found.extend(after_key(line, key).map(|at| (Place::Key(u8::try_from(index).unwrap_or(0)), at)));
    }
    found
}

/// The times that a line begins with.
pub(crate) fn times_at_the_start(line: &[u8]) -> impl Iterator<Item = (Place, Reading)> {
    at_the_start(line, readings_at)
}

/// The same, and what may be the beginning of one.
pub(crate) fn partial_times_at_the_start(line: &[u8]) -> impl Iterator<Item = (Place, Reading)> {
    at_the_start(line, partial_readings_at)
}

fn at_the_start(
    line: &[u8],
    read: fn(&[u8], usize, &mut Vec<Reading>),
) -> impl Iterator<Item = (Place, Reading)> + use<> {
    let mut found = Vec::new();
    if !line.is_empty() && !is_indented(line) {
        let mut readings = Vec::new();
        for (place, at) in [(Place::Start, Some(at_the_beginning(line))), (Place::Priority, after_priority(line))]
        {
            if let Some(at) = at {
                read(line, at, &mut readings);
                found.extend(readings.drain(..).map(|reading| (place, reading)));
            }
        }
        readings_after_a_letter(line, &mut readings);
        found.extend(readings.drain(..).map(|reading| (Place::Letter, reading)));
    }
    found.into_iter()
}

/// Whether a quote opens there: behind words, what is quoted is what a message is about.
fn is_quoted(line: &[u8], at: usize) -> bool {
    at > 0 && matches!(line[at - 1], b'"' | b'\'')
}

#[inline]
fn after_words(line: &[u8], words: u8) -> Option<usize> {
    let near = &line[..line.len().min(LOOKED_AT)];
    let mut at = 0;
    for _ in 0..words {
        at += near[at..].iter().position(|&byte| byte == b' ' || byte == b'\t')?;
        at += near[at..].iter().position(|&byte| byte != b' ' && byte != b'\t')?;
    }
    Some(at)
}

/// Behind what opens a line, and behind the blank with which a day of one digit is padded.
#[inline]
pub(crate) fn at_the_beginning(line: &[u8]) -> usize {
    match line {
        [b' ', b'1'..=b'9', ..] => 1,
        _ => after_opening(line, 0),
    }
}

#[inline]
fn after_opening(line: &[u8], at: usize) -> usize {
    match line.get(at) {
        Some(b'[' | b'(' | b'"' | b'\'' | b'<' | b'{' | b'*') => at + 1 + colours(&line[at + 1..]),
        Some(b'\x1B') => {
            let at = at + colours(&line[at..]);
            at + usize::from(matches!(line.get(at), Some(b'[' | b'(' | b'"' | b'\'' | b'<')))
        }
        _ => at,
    }
}

/// How many bytes of colour codes there are, as a terminal takes them.
fn colours(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some([b'\x1B', b'[', rest @ ..]) = text.get(at..) {
        let parameters = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
        if rest.get(parameters) != Some(&b'm') {
            break;
        }
        at += 3 + parameters;
    }
    at
}

fn after_priority(line: &[u8]) -> Option<usize> {
    let digits = line.strip_prefix(b"<")?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let close = 1 + digits;
    if !(1..=3).contains(&digits) || line.get(close) != Some(&b'>') {
        return None;
    }
    // RFC 5424: a version, and a blank.
    let rest = &line[close + 1..];
    let is_version = rest.starts_with(b"1 ") && names::month_at(&rest[2..]).is_none();
    Some(close + 1 + if is_version { 2 } else { blank_len(rest) })
}

/// Behind this key, `=`, and an opening quote.
fn after_key(line: &[u8], key: &[u8]) -> Option<usize> {
    let near = &line[..line.len().min(LOOKED_AT)];
    // Most lines have none, and to search for a key costs more than that.
    memchr::memchr(b'=', near)?;
    memchr::memmem::find_iter(near, key).find_map(|at| {
        let equals = at + key.len();
        if near.get(equals) != Some(&b'=') || !begins_a_key(&near[..at]) {
            return None;
        }
        let at = equals + 1 + colours(&near[equals + 1..]);
        Some(at + usize::from(matches!(near.get(at), Some(b'"' | b'\'' | b'['))))
    })
}

/// Whether what is before it lets a key begin: not the end of another name, unless that is a colour code.
fn begins_a_key(before: &[u8]) -> bool {
    match before.last() {
        None => true,
        Some(b'm') => memchr::memrchr(b'\x1B', before)
            .is_some_and(|escape| escape + colours(&before[escape..]) == before.len()),
        Some(byte) => !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@' | b'/' | 0x80..)),
    }
}

/// Whether a line is set in, as those that continue another mostly are.
pub(crate) fn is_indented(line: &[u8]) -> bool {
    match line {
        [b'\t', ..] | [b' ', b' ' | b'\t', ..] => true,
        // A level that is padded on its left: " INFO", "ERROR".
        // So is a day of one digit.
        [b' ', b'1'..=b'9', b' ' | b'.' | b'/' | b'-', ..] => false,
        [b' ', next, ..] => !next.is_ascii_uppercase(),
        _ => false,
    }
}

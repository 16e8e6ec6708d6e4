//! How the lines of a log write their timestamps, and where in a line.

use regex::bytes::Regex;

use crate::time::again::LastTimestamp;
use crate::time::fields::FormatItem::{
    self, AmPm, Byte, Epoch, Fraction, FractionComma, Second, Second2, Space, Year2, Year4, Zone,
};
use crate::time::fields::{FieldReader, TimestampFields, begins_with_digit, items_of_letter, of_fixed_width};
use crate::time::forms::begins_with_a_part_at;
use crate::time::neighbours::{
    goes_on, is_behind_a_clock, is_behind_a_part, is_column_after_a_word, lacks, leaves_two_digits,
    may_be_fraction,
};
use crate::time::places::{Place, at_the_beginning, elsewhere, is_indented, partial_times_at_the_start, place_in};

/// How all lines of a log write their timestamps, and where.
#[derive(Clone, Debug)]
pub struct TimestampFormat {
    items: Vec<FormatItem>,
    place: Place,
    /// Whether the lines that do not have it at this place may have it elsewhere: they begin with changing words.
    wanders: bool,
    /// Whether a clock is before it; `None` if that does not matter.
    behind_clock: Option<bool>,
    /// Whether the lines that have it are set in: else a line that is does not.
    indented: bool,
    /// What follows it and was shown to be no part of it.
    apart: Apart,
    /// Of the place that needs one.
    pattern: Option<Regex>,
    has: Has,
}

/// Which of what may follow a time it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Has {
    half: bool,
    zone: bool,
    year: bool,
}

/// What follows the times of a file, looks like a part of them, and was shown to be none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Apart {
    /// A comma and digits: a column.
    pub(crate) digits: bool,
    /// A word or a number that could be AM or PM, a zone, or a year.
    pub(crate) word: bool,
}

impl PartialEq for TimestampFormat {
    fn eq(&self, other: &Self) -> bool {
        let pattern = |format: &Self| format.pattern.as_ref().map(|pattern| pattern.as_str().to_owned());
        (&self.items, self.place, self.behind_clock, self.apart, pattern(self))
            == (&other.items, other.place, other.behind_clock, other.apart, pattern(other))
    }
}

impl TimestampFormat {
    /// Timestamps of these items at this place.
    pub(crate) fn new(items: Vec<FormatItem>, place: Place) -> Self {
        let has_any = |wanted: &[FormatItem]| items.iter().any(|item| wanted.contains(item));
        let has =
            Has { half: has_any(&[AmPm]), zone: has_any(&[Zone, Epoch]), year: has_any(&[Year4, Year2, Epoch]) };
        Self {
            items,
            place,
            wanders: false,
            behind_clock: None,
            indented: true,
            apart: Apart::default(),
            pattern: None,
            has,
        }
    }

    /// The same, which lines may have after any number of words.
    pub(crate) fn wandering(self, wanders: bool) -> Self {
        Self { wanders, ..self }
    }

    /// The same, which lines have behind a clock, or not.
    pub(crate) fn behind_clock(self, behind: Option<bool>) -> Self {
        Self { behind_clock: behind, ..self }
    }

    /// The same, of lines that are set in, or not.
    pub(crate) fn indented(self, indented: bool) -> Self {
        Self { indented, ..self }
    }

    /// The same; what follows was shown to be no part of it.
    pub(crate) fn apart_from(self, apart: Apart) -> Self {
        Self { apart, ..self }
    }

    /// The same, where a pattern matches: all of its group `timestamp`, or else of its first group, or of the match.
    pub(crate) fn at_pattern(self, pattern: &Regex) -> Self {
        Self { place: Place::Pattern, pattern: Some(pattern.clone()), ..self }
    }

    /// The items that the letters of `strftime` stand for; `Err` is the letter that is not supported.
    pub(crate) fn items_of_strftime(format: &str) -> Result<Vec<FormatItem>, String> {
        let mut items = Vec::new();
        let mut letters = format.bytes().peekable();
        while let Some(byte) = letters.next() {
            match byte {
                b'%' => {
                    let mut letter = letters.next().ok_or_else(|| "% at the end".to_owned())?;
                    // A number without its padding: one or two digits are read anyway.
                    if letter == b'-' && letters.peek().is_some_and(|next| b"mdHIMSeklyj".contains(next)) {
                        letter = letters.next().unwrap_or(letter);
                    }
                    items.extend(items_of_letter(letter).ok_or_else(|| format!("%{}", char::from(letter)))?);
                }
                b' ' | b'\t' if items.last() == Some(&Space) => {}
                b' ' | b'\t' => items.push(Space),
                other => items.push(Byte(other)),
            }
        }
        if items.is_empty() {
            return Err("nothing".to_owned());
        }
        // Without a sign between them, only the digits themselves say where a number ends.
        for at in 1..items.len() {
            if begins_with_digit(items[at]) {
                items[at - 1] = of_fixed_width(items[at - 1]);
            }
            if begins_with_digit(items[at - 1]) && items[at - 1] == of_fixed_width(items[at - 1]) {
                items[at] = of_fixed_width(items[at]);
            }
        }
        // A fraction behind a point may be missing, as many programs leave out one of zero.
        if let Some(at) = items.windows(2).position(|pair| pair == [Byte(b'.'), FormatItem::FractionDigits]) {
            items.splice(at..at + 2, [Fraction]);
        } else if let Some(at) = items.iter().rposition(|item| matches!(item, Second | Second2))
            && !items[at..].contains(&FormatItem::FractionDigits)
            && !items.get(at + 1).is_some_and(|next| begins_with_digit(*next) || *next == Byte(b'.'))
        {
            items.insert(at + 1, Fraction);
        }
        Ok(items)
    }

    /// A format from the letters of `strftime`, at or near the start of a line; `Err` is the letter that is not supported.
    pub fn from_strftime(format: &str) -> Result<Vec<Self>, String> {
        let items = Self::items_of_strftime(format)?;
        Ok(Place::near_the_start().map(|place| Self::new(items.clone(), place)).collect())
    }

    /// The same, of texts that are nothing else; `Err` is the letter that is not supported.
    pub fn of_values(format: &str) -> Result<Self, String> {
        Ok(Self::new(Self::items_of_strftime(format)?, Place::Whole))
    }

    /// Where in a line it is.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// Its items.
    pub(crate) fn items(&self) -> &[FormatItem] {
        &self.items
    }

    /// Whether lines may have it elsewhere.
    pub(crate) fn wanders(&self) -> bool {
        self.wanders
    }

    /// Whether lines have it behind a clock; `None` if that does not matter.
    pub(crate) fn is_behind_clock(&self) -> Option<bool> {
        self.behind_clock
    }

    /// Whether lines that are set in may have it.
    pub(crate) fn is_indented(&self) -> bool {
        self.indented
    }

    /// What follows it that is no part of it.
    pub(crate) fn apart(&self) -> Apart {
        self.apart
    }

    /// Whether its timestamps have a year.
    #[must_use]
    pub fn has_year(&self) -> bool {
        self.has.year
    }

    /// Whether its timestamps have a zone.
    #[must_use]
    pub fn has_zone(&self) -> bool {
        self.has.zone
    }

    /// The timestamp of a line, and its range; `None` if there is none.
    #[inline]
    #[must_use]
    pub fn find(&self, line: &[u8]) -> Option<(TimestampFields, (usize, usize))> {
        let at = |start: usize| self.read(line, start).map(|(fields, end)| (fields, (start, end)));
        if let Place::Pattern = self.place {
            let found = self.pattern.as_ref()?.captures(line)?;
            let place = found.name("timestamp").or_else(|| found.get(1)).or_else(|| found.get(0))?;
            let (fields, end) = self.read_items(&line[..place.end()], place.start())?;
            return (end == place.end()).then_some((fields, (place.start(), end)));
        }
        if !self.indented && is_indented(line) {
            return None;
        }
        if let Place::Bracket | Place::Column = self.place {
            return elsewhere(line, self.place).find_map(at);
        }
        if let Some(found) = place_in(line, self.place).and_then(at) {
            return Some(found);
        }
        // A line that begins with another time has it there.
        if !self.wanders || is_indented(line) || begins_with_a_part_at(line, at_the_beginning(line)) {
            return None;
        }
        elsewhere(line, self.place).find_map(at)
    }

    /// Whether a line has such a timestamp, and something next to it that may be a part of it.
    #[cold]
    pub(crate) fn has_part_of(&self, line: &[u8]) -> bool {
        let last = self.items.iter().rposition(|item| matches!(item, Second | Second2 | Epoch));
        let items = &self.items[..last.map_or(self.items.len(), |last| last + 1)];
        let at = |start: usize| {
            let mut reader = FieldReader::at(line, start);
            items.iter().try_for_each(|&item| reader.take(item)).is_some()
        };
        if !self.indented && is_indented(line) {
            return false;
        }
        match self.place {
            Place::Pattern | Place::Whole => false,
            Place::Bracket | Place::Column => elsewhere(line, self.place).any(at),
            place => place_in(line, place).is_some_and(at),
        }
    }

    /// The timestamp of a line that writes it as the remembered one, except for the fraction of its second.
    ///
    /// A log has many lines a second: this saves reading the date and looking up the zone again.
    #[inline]
    pub(crate) fn find_again(&self, line: &[u8], last: &mut LastTimestamp) -> Option<i64> {
        if !last.is_some() || (!self.indented && is_indented(line)) {
            return None;
        }
        let start = place_in(line, self.place)?;
        if self.is_behind_a_part(line, start) {
            return None;
        }
        let (ms, after) = last.again_before(line.get(start..)?)?;
        if last.needs_no_more(after, self.has.zone && self.has.year) {
            return Some(ms);
        }
        let end = line.len() - after.len();
        if !self.is_whole(line, end) {
            return None;
        }
        last.tails.remember(after);
        Some(ms)
    }

    /// Remembers how a line writes its timestamp.
    pub(crate) fn remember(&self, line: &[u8], (start, end): (usize, usize), ms: i64, last: &mut LastTimestamp) {
        last.forget();
        if matches!(self.place, Place::Pattern | Place::Bracket | Place::Column)
            || place_in(line, self.place) != Some(start)
        {
            return;
        }
        let Some(seconds) = self.items.iter().position(|item| matches!(item, Second | Second2)) else { return };
        // Only if nothing but a zone follows: anything else may change the timestamp (a year, am and pm).
        let [Fraction | FractionComma, after @ ..] = &self.items[seconds + 1..] else { return };
        if !matches!(after, [] | [Zone] | [Space, Zone]) {
            return;
        }
        let mut reader = FieldReader::at(line, start);
        if self.items[..=seconds].iter().try_for_each(|&item| reader.take(item)).is_none() {
            return;
        }
        let second_end = reader.at;
        if reader.take(self.items[seconds + 1]).is_none() {
            return;
        }
        let millisecond = i64::from(reader.fields.millisecond);
        let sign = if self.items[seconds + 1] == Fraction { b'.' } else { b',' };
        last.set(&line[start..second_end], sign, &line[reader.at..end], ms - millisecond);
    }

    /// The timestamp at a place, if nothing next to it may be a part of it.
    fn read(&self, line: &[u8], start: usize) -> Option<(TimestampFields, usize)> {
        if self.is_behind_a_part(line, start) {
            return None;
        }
        let (fields, end) = self.read_items(line, start)?;
        self.is_whole(line, end).then_some((fields, end))
    }

    #[inline]
    fn is_behind_a_part(&self, line: &[u8], start: usize) -> bool {
        self.place.is_further_in()
            && (is_behind_a_part(line, start, self.has.zone, self.has.year)
                || self.behind_clock.is_some_and(|behind| behind != is_behind_a_clock(line, start)))
    }

    fn read_items(&self, line: &[u8], start: usize) -> Option<(TimestampFields, usize)> {
        let mut reader = FieldReader::at(line, start);
        for &item in &self.items {
            reader.take(item)?;
        }
        Some((reader.fields.finished()?, reader.at))
    }

    /// Whether nothing that follows could be part of the timestamp.
    fn is_whole(&self, line: &[u8], end: usize) -> bool {
        let rest = &line[end..];
        if let Place::Whole = self.place {
            return rest.is_empty();
        }
        let is_column = self.items == [Epoch] && rest.first() == Some(&b':') || is_column_after_a_word(line, end);
        if goes_on(rest) && !is_column {
            return false;
        }
        if !self.apart.digits && may_be_fraction(rest) && !self.ends_its_second(line, end) {
            return false;
        }
        let ends_in_date = matches!(self.items.last(), Some(FormatItem::MonthName | FormatItem::Day));
        if ends_in_date && !self.has.year && leaves_two_digits(rest) {
            return false;
        }
        self.apart.word || !lacks(rest, self.has.half, self.has.zone, self.has.year)
    }

    /// Whether a comma and digits cannot be the fraction of its second: it has one, or something else after the seconds.
    fn ends_its_second(&self, line: &[u8], end: usize) -> bool {
        let before = &line[..end];
        let digits = before.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        !matches!(self.items.last(), Some(Fraction | Second | Second2))
            || (digits > 0 && before[..end - digits].last() == Some(&b'.'))
    }
}

/// Whether a line begins with a time in any form, be it only a time of day with its seconds.
///
/// Called for the lines that are not known: nearly all of those are indented, and end here with their first byte.
#[must_use]
pub(crate) fn begins_with_time(line: &[u8]) -> bool {
    /// 2001 to 2100: other numbers of as many digits are no times.
    const COUNTS_MS: std::ops::Range<i64> = 1_000_000_000_000..4_102_444_800_000;
    partial_times_at_the_start(line).any(|(_, reading)| match reading.fields.epoch_ms {
        Some(epoch_ms) => COUNTS_MS.contains(&epoch_ms),
        None => reading.has_date() || reading.items.iter().any(|item| matches!(item, Second | Second2)),
    })
}

//! The readings of a line that the written forms of a time's components allow.
//!
//! A time is a sequence of components: weekday, date, clock, AM or PM, zone, year. Each has its forms, and the components may come
//! in any order that the separators between them allow. What is read at a place is as long as it can be: a reading that stops
//! before something that is part of the time, as ` PM` or ` 2025` are, is not one.

mod components;

use crate::time::fields::FormatItem::{
    self, AmPm, Byte, Day2, Epoch, Fraction, FractionColon, FractionComma, Hour, Minute, Minute2, Month2,
    MonthName, Second, Space, Weekday, Year2, Year4, Zone,
};
use crate::time::fields::{FieldReader, TimestampFields, blank_len};
use crate::time::names;
use crate::time::neighbours::{
    ends_a_year, goes_on, is_column_after_a_word, is_zone_after_a_blank, lacks, leaves_hours, leaves_two_digits,
    may_be_fraction,
};
use crate::time::zones::ZoneForm;
use components::{CLOCKS, COMPONENTS, Component, DATES, DATES_AFTER_A_LETTER, SEPARATORS, Separators};

/// One way to read a time in a line.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    /// From its first byte to after its last.
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) items: Vec<FormatItem>,
    pub(crate) fields: TimestampFields,
    /// How its zone is written, and whether blanks are before it.
    pub(crate) zone: Option<(ZoneForm, bool)>,
    /// What is left unread next to it may be part of it: the file has to show it.
    pub(crate) leaves: Option<Leaves>,
}

/// What may be part of a time, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Leaves {
    /// A comma and digits: a fraction, or the next column.
    Digits,
    /// Blanks, a sign and two digits: a zone, or what a message begins with.
    Hours,
    /// A word or a number that could be AM or PM, a zone, or a year.
    Part,
}

impl Reading {
    /// Whether it has a date, and not only a time of day.
    pub(crate) fn has_date(&self) -> bool {
        self.fields.month > 0 || self.fields.epoch_ms.is_some()
    }
}

/// All readings that begin at a place of a line; of a time of day alone, too.
pub(crate) fn readings_at(line: &[u8], start: usize, out: &mut Vec<Reading>) {
    read_at(line, start, false, out);
}

/// The same, and those that something goes on with: no times, but what may be the beginning of one.
pub(crate) fn partial_readings_at(line: &[u8], start: usize, out: &mut Vec<Reading>) {
    read_at(line, start, true, out);
}

fn read_at(line: &[u8], start: usize, partial: bool, out: &mut Vec<Reading>) {
    let Some(rest @ [first, ..]) = line.get(start..) else { return };
    if !(first.is_ascii_digit() || begins_with_a_word_of_time(rest)) {
        return;
    }
    let before = out.len();
    Parse { partial, ..Parse::at(line, start) }.extend(DATES, out);
    if out.len() == before && first.is_ascii_digit() {
        epoch_at(line, start, out);
    }
}

/// Whether the first word is one that times are written with. Nearly all words of a log are not, and end here.
fn begins_with_a_word_of_time(text: &[u8]) -> bool {
    let is_letter = text.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80);
    is_letter
        && (names::month_at(text).is_some()
            || names::weekday_at(text).is_some()
            || crate::time::zones::zone_at(text).is_some()
            || FieldReader::at(text, 0).take(AmPm).is_some())
}

/// Whether a line begins with a clock, or with a date that a name, four digits or a compact clock behind it show to be one.
pub(crate) fn begins_with_a_part_at(line: &[u8], start: usize) -> bool {
    let is_sure = |form: &[FormatItem]| form.contains(&MonthName) || form.contains(&Year4);
    let dates = || DATES.iter().filter_map(|form| Some((form, Parse::at(line, start).with_date(form)?)));
    let rest = line.get(start..).unwrap_or_default();
    is_long_clock(rest) || dates().any(|(form, date)| is_sure(form) || is_compact_clock(&line[date.at..]))
}

/// The readings after the letter that a line of klog begins with.
pub(crate) fn readings_after_a_letter(line: &[u8], out: &mut Vec<Reading>) {
    if matches!(line.first(), Some(b'I' | b'W' | b'E' | b'F' | b'D'))
        && line.get(1).is_some_and(u8::is_ascii_digit)
    {
        Parse::at(line, 1).extend(DATES_AFTER_A_LETTER, out);
    }
}

fn epoch_at(line: &[u8], start: usize, out: &mut Vec<Reading>) {
    let mut reader = FieldReader::at(line, start);
    if reader.take(Epoch).is_some() && !epoch_goes_on(&line[reader.at..]) {
        out.push(Reading {
            start,
            end: reader.at,
            items: vec![Epoch],
            fields: reader.fields,
            zone: None,
            leaves: None,
        });
    }
}

/// As [`goes_on`]; a colon and digits behind a count are another number, as in `audit(1438191704.123:45)`.
fn epoch_goes_on(rest: &[u8]) -> bool {
    rest.first() != Some(&b':') && goes_on(rest)
}

/// What was read of a time so far.
#[derive(Clone)]
struct Parse<'a> {
    line: &'a [u8],
    start: usize,
    at: usize,
    items: Vec<FormatItem>,
    fields: TimestampFields,
    zone: Option<(ZoneForm, bool)>,
    /// A comma and digits follow the seconds, and were not read as their fraction.
    column: bool,
    /// What goes on with something is taken, too.
    partial: bool,
    used: u8,
    last: Option<Component>,
}

impl<'a> Parse<'a> {
    fn at(line: &'a [u8], start: usize) -> Self {
        let (items, fields) = (Vec::new(), TimestampFields::default());
        Self {
            line,
            start,
            at: start,
            items,
            fields,
            zone: None,
            column: false,
            partial: false,
            used: 0,
            last: None,
        }
    }

    fn has(&self, component: Component) -> bool {
        self.used & (1 << component as u8) != 0
    }

    /// Reads as many components as there are, and adds each way to read them.
    fn extend(self, dates: &[&[FormatItem]], out: &mut Vec<Reading>) {
        let mut is_all = true;
        for component in COMPONENTS {
            if self.has(component) || !self.may_come(component) {
                continue;
            }
            // The first separator that fits is the one.
            let ways = self.separated(component).into_iter().map(|separated| match component {
                Component::Date => dates.iter().filter_map(|form| separated.with_date(form)).collect(),
                Component::Clock => separated.clocks(),
                Component::Weekday => separated.taking(component, &[Weekday]).into_iter().collect(),
                Component::AmPm => separated.taking(component, &[AmPm]).into_iter().collect(),
                Component::Year => separated.with_year().into_iter().collect(),
                Component::Zone => separated.with_zone(self.at).into_iter().collect(),
            });
            for way in ways.into_iter().find(|ways: &Vec<Self>| !ways.is_empty()).into_iter().flatten() {
                is_all = false;
                way.extend(dates, out);
            }
        }
        if is_all {
            self.finish(out);
        }
    }

    /// Whether this component makes sense after those that were read.
    fn may_come(&self, component: Component) -> bool {
        use Component::{AmPm, Clock, Date, Weekday, Year, Zone};
        match component {
            Weekday => !self.has(Date) || (!self.has(Clock) && self.last == Some(Date)),
            Date | Clock => true,
            // A date has one year.
            Year => {
                self.fields.year.is_none()
                    && (self.has(Date) || (!self.has(Clock) && matches!(self.last, None | Some(Weekday))))
            }
            AmPm if self.has(Clock) => matches!(self.last, Some(Clock | Zone)),
            AmPm => self.has(Date),
            Zone => self.has(Clock) || self.last.is_none(),
        }
    }

    /// The ways in which what was read may be separated from this component.
    fn separated(&self, next: Component) -> Vec<Self> {
        let Some(last) = self.last else { return vec![self.clone()] };
        let mut ways = Vec::new();
        let mut push = |items: &[FormatItem]| {
            let mut way = self.clone();
            if way.take_all(items).is_some() {
                ways.push(way);
            }
        };
        if last == Component::Date && next == Component::Clock && self.is_compact() {
            push(&[]);
        }
        for Separators { before, after, signs } in SEPARATORS {
            if before.contains(&last) && after.contains(&next) {
                signs.iter().for_each(|items| push(items));
            }
        }
        push(&[Space]);
        ways
    }

    fn is_compact(&self) -> bool {
        matches!(self.items.as_slice(), [.., Month2, Day2 | Year2] | [.., Day2, Year2])
    }

    fn take_all(&mut self, items: &[FormatItem]) -> Option<()> {
        let mut reader = FieldReader { line: self.line, at: self.at, fields: self.fields };
        items.iter().try_for_each(|&item| reader.take(item))?;
        (self.at, self.fields) = (reader.at, reader.fields);
        self.items.extend_from_slice(items);
        Some(())
    }

    fn taking(&self, component: Component, items: &[FormatItem]) -> Option<Self> {
        let mut way = self.clone();
        way.take_all(items)?;
        way.used |= 1 << component as u8;
        way.last = Some(component);
        Some(way)
    }

    fn with_date(&self, form: &[FormatItem]) -> Option<Self> {
        let says_year = form.iter().any(|item| matches!(item, Year4 | Year2));
        // Behind a clock, 3/10 is more likely the message's.
        let says_enough = says_year || form.contains(&MonthName) || !self.has(Component::Clock);
        if (says_year && self.has(Component::Year)) || !says_enough {
            return None;
        }
        let way = self.taking(Component::Date, form)?;
        let rest = &self.line[way.at..];
        let is_cut = match rest {
            // Of 14 and 17 digits, eight are a date.
            [digit, ..] if digit.is_ascii_digit() => {
                let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                !(form.first() == Some(&Year4) && way.is_compact() && matches!(digits, 6 | 9))
            }
            [byte, ..] if *byte >= 0x80 => blank_len(rest) == 0,
            // A clock may follow a hyphen; of numbers alone, the next would be the year.
            [b'-', rest @ ..] if is_clock(rest) => {
                !(says_year || form.contains(&MonthName) || is_long_clock(rest))
            }
            [b'/' | b'.' | b'-', digit, ..] if digit.is_ascii_digit() => !says_year,
            // What was taken for a year of two digits is the hour.
            [b':', rest @ ..] if [form.first(), form.last()].contains(&Some(&Year2)) => {
                is_clock(rest) && !is_long_clock(rest)
            }
            _ => false,
        };
        (!is_cut).then_some(way)
    }

    fn with_year(&self) -> Option<Self> {
        let in_brackets = self.has(Component::Clock)
            && (self.items.last() == Some(&Space))
            && matches!(self.line.get(self.at), Some(b'('));
        if in_brackets {
            let way = self.taking(Component::Year, &[Byte(b'('), Year4, Byte(b')')])?;
            return ends_a_year(way.fields.year, b"").then_some(way);
        }
        let way = self.taking(Component::Year, &[Year4])?;
        let rest = &self.line[way.at..];
        // A clock may follow without a blank.
        let joined = matches!(rest, [b'T' | b't' | b':' | b'_' | b'-', clock @ ..] if is_clock(clock));
        // So may a zone, behind a clock.
        let is_zoned = || way.has(Component::Clock) && crate::time::zones::zone_at(rest).is_some();
        (joined || ends_a_year(way.fields.year, rest) || is_zoned()).then_some(way)
    }

    fn with_zone(&self, before: usize) -> Option<Self> {
        let zone = crate::time::zones::zone_at(&self.line[self.at..])?;
        let spaced = self.at > before;
        if spaced && !is_zone_after_a_blank(zone.form, &self.line[self.at + zone.len..]) {
            return None;
        }
        let mut way = self.taking(Component::Zone, &[Zone])?;
        way.zone = Some((zone.form, spaced));
        Some(way)
    }

    /// The clock that is here, if it is one that may follow what was read, with what is after its seconds.
    fn clocks(&self) -> Vec<Self> {
        let follows_sign = matches!(self.items.last(), Some(Byte(b'T' | b't' | b'_' | b'-')));
        for form in CLOCKS {
            let may_follow = match form[1] {
                Byte(b':') => true,
                Byte(b'.') => follows_sign || self.items.contains(&Byte(b'.')),
                Byte(_) => follows_sign || (self.has(Component::Date) && self.last == Some(Component::Date)),
                _ => follows_sign || self.last_date_is_compact(),
            };
            let Some(clock) = self.taking(Component::Clock, form).filter(|_| may_follow) else { continue };
            let rest = &self.line[clock.at..];
            if form.len() == 3 {
                let goes_on = matches!(rest, [b':' | b'.' | b',', next, ..] if next.is_ascii_digit());
                return if goes_on || rest.first() == Some(&b':') { Vec::new() } else { vec![clock] };
            }
            if rest.first().is_some_and(u8::is_ascii_digit) {
                // Of 17 digits, the last three are milliseconds.
                let followed = self.items.last() == Some(&Day2) && form[1] == Minute2;
                let ways = if followed { clock.with(&[FormatItem::Milliseconds]) } else { Vec::new() };
                if ways.is_empty() {
                    continue;
                }
                return ways;
            }
            return clock.fractions();
        }
        Vec::new()
    }

    fn last_date_is_compact(&self) -> bool {
        let date = self.items.iter().rposition(|item| !matches!(item, Space | Byte(_)));
        date.is_some_and(|at| matches!(&self.items[..=at], [.., Month2, Day2 | Year2] | [.., Day2, Year2]))
    }

    fn fractions(self) -> Vec<Self> {
        let rest = &self.line[self.at..];
        let digits = rest.get(1..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let after = rest.get(1 + digits);
        // An address, or a version.
        let dotted = after == Some(&b'.') && rest.get(2 + digits).is_some_and(u8::is_ascii_digit);
        let numbered = after == Some(&b':') && rest.get(2 + digits).is_some_and(u8::is_ascii_digit);
        match rest.first() {
            Some(b',') if may_be_fraction(rest) => {
                let column = Self { column: true, ..self.clone() }.with(&[Fraction]);
                match (digits, after) {
                    (3 | 6 | 9, Some(b',')) => [self.with(&[FractionComma]), column].concat(),
                    (3 | 6 | 9, _) => self.with(&[FractionComma]),
                    _ => column,
                }
            }
            Some(b':') if matches!(digits, 3 | 6) && !numbered => self.with(&[FractionColon]),
            Some(b'.') if dotted && !self.partial => Vec::new(),
            _ => self.with(&[Fraction]),
        }
    }

    fn with(mut self, items: &[FormatItem]) -> Vec<Self> {
        match self.take_all(items) {
            Some(()) => vec![self],
            None => Vec::new(),
        }
    }

    fn finish(self, out: &mut Vec<Reading>) {
        let rest = &self.line[self.at..];
        let finished = self.fields.finished().or_else(|| self.partial.then_some(self.fields));
        let ends = || !goes_on(rest) || is_column_after_a_word(self.line, self.at);
        let Some(fields) = finished.filter(|_| self.has(Component::Clock) && (self.partial || ends())) else {
            return;
        };
        let leaves = if self.column && self.last == Some(Component::Clock) {
            Some(Leaves::Digits)
        } else if self.zone.is_none() && leaves_hours(rest) {
            Some(Leaves::Hours)
        } else {
            let has_year = self.fields.year.is_some();
            // Of two clocks with a date between them, either may be that of the line.
            let is_between = || self.last == Some(Component::Date) && is_clock(&rest[blank_len(rest)..]);
            let is_year = || self.last == Some(Component::Date) && !has_year && leaves_two_digits(rest);
            let leaves =
                is_between() || is_year() || lacks(rest, self.has(Component::AmPm), self.zone.is_some(), has_year);
            leaves.then_some(Leaves::Part)
        };
        let Self { start, at: end, items, zone, .. } = self;
        out.push(Reading { start, end, items, fields, zone, leaves });
    }
}

/// Whether a text begins with blanks and a clock of six digits.
fn is_compact_clock(text: &[u8]) -> bool {
    let mut reader = FieldReader::at(text, 0);
    reader.take_all(&[Space, FormatItem::Hour2, Minute2, FormatItem::Second2]).is_some()
        && !text.get(reader.at).is_some_and(u8::is_ascii_digit)
}

/// Whether a text begins with hours and minutes.
fn is_clock(text: &[u8]) -> bool {
    FieldReader::at(text, 0).take_all(&[Hour, Byte(b':'), Minute2]).is_some() || is_long_clock(text)
}

/// Whether a text begins with hours, minutes and seconds.
fn is_long_clock(text: &[u8]) -> bool {
    FieldReader::at(text, 0).take_all(&[Hour, Byte(b':'), Minute, Byte(b':'), Second]).is_some()
}

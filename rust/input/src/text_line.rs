//! One line of text: whether it begins an event, and with which timestamp.

use cordwood_core::{Rejection, Remedy};
use regex::bytes::Regex;

use crate::json::line::JsonLines;
use crate::time::LastTimestamp;
use crate::time::civil::TimestampResolver;
use crate::time::error::TimeError;
use crate::time::fields::TimestampFields;
use crate::time::formats::{TimestampFormat, begins_with_time};
use crate::time::forms::Reading;
use crate::time::places::{is_indented, times_at_the_start};

/// Where an event of text begins, and where its timestamp comes from.
#[derive(Clone, Debug)]
pub struct TextLines {
    /// Tried in this order, so that a line is read the same whatever came before it.
    formats: Vec<TimestampFormat>,
    /// Which of them the timestamp before was written in.
    current: usize,
    /// For what the lines leave out.
    resolver: TimestampResolver,
    /// Objects of JSON among the lines.
    json: Option<Box<JsonLines>>,
    /// The timestamp before, because the next one is nearly the same.
    last_timestamp: LastTimestamp,
    /// Lines that begin an event; without it, those with a timestamp do.
    begins: Option<Regex>,
    untimed: Untimed,
    other_layouts: OtherLayouts,
    /// Lines that begin with a time in another layout.
    others: u64,
    /// The timestamp of the event that began last.
    last: Option<i64>,
    /// The last line does not match `begins`.
    goes_on: bool,
    /// Why the last line has no timestamp, if it is written as one.
    error: Option<TimeError>,
}

/// What a line without a timestamp is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untimed {
    /// It continues the event before.
    Continues,
    /// An event with the timestamp of the one before.
    AsBefore,
    /// An event, as all lines are, with a timestamp that is given; lines are not searched for theirs.
    Given,
}

/// What a line is that begins with a time in another layout than those in which the file is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OtherLayouts {
    /// It is refused, with the lines that continue it.
    #[default]
    Refuse,
    /// An event with that time.
    Event,
    /// It continues the event before, as a line without a time does.
    Continue,
}

/// What a line of text is.
pub(crate) enum LineMeaning {
    Begins(i64),
    Continues,
    /// It has no timestamp of its own, and is an event with that of the one before.
    AsBefore(Option<i64>),
    /// It begins an event without a timestamp that can be read.
    Refused(Rejection),
    /// The same; one of the lines that continue it may have the timestamp.
    Awaits(Rejection),
}

const BEGINS_WITHOUT: &str = "the line begins an event and has no timestamp, nor has a line that continues it";
const OTHER_LAYOUT: &str = "the line begins with a time in another layout than those that the file is read in";
const OTHER_WITHOUT_DATE: &str = "the line begins with a time in another layout, and that has no date";
const OTHER_AMBIGUOUS: &str = "the line begins with a time in another layout, and that can be read in more than one way; specify `timestamp_format`";

impl TextLines {
    /// Lines with timestamps in one of these formats; the resolver has what they leave out.
    #[must_use]
    pub fn new(formats: Vec<TimestampFormat>, resolver: TimestampResolver) -> Self {
        Self {
            formats,
            current: 0,
            resolver,
            json: None,
            last_timestamp: LastTimestamp::default(),
            begins: None,
            untimed: Untimed::Continues,
            other_layouts: OtherLayouts::default(),
            others: 0,
            last: None,
            goes_on: false,
            error: None,
        }
    }

    /// The same; lines that are objects of JSON have their timestamps as these do.
    #[must_use]
    pub fn with_json(self, json: Option<JsonLines>) -> Self {
        Self { json: json.map(Box::new), ..self }
    }

    /// The same, but the lines that this matches, and no others, begin an event.
    #[must_use]
    pub fn beginning(self, begins: Option<Regex>) -> Self {
        Self { begins, ..self }
    }

    /// The same, with another meaning of lines without a timestamp.
    #[must_use]
    pub fn taking_untimed(self, untimed: Untimed) -> Self {
        Self { untimed, ..self }
    }

    /// Whether a line begins an event because the user says so.
    #[inline]
    pub(crate) fn must_begin_at(&self, line: &[u8]) -> bool {
        self.begins.as_ref().is_some_and(|begins| begins.is_match(line))
    }

    /// The same, with a meaning of lines that begin with a time in another layout.
    #[must_use]
    pub fn taking_other_layouts(self, other_layouts: OtherLayouts) -> Self {
        Self { other_layouts, ..self }
    }

    /// Lines so far that begin with a time in another layout.
    pub(crate) fn other_layouts(&self) -> u64 {
        self.others
    }

    /// See [`TimestampResolver::ambiguous_times`].
    pub(crate) fn ambiguous_times(&self) -> u64 {
        self.resolver.ambiguous_times() + self.json.as_ref().map_or(0, |json| json.ambiguous_times())
    }

    /// Sets the timestamp of the lines from here on, if they are not searched for theirs.
    pub(crate) fn set_timestamp(&mut self, timestamp: i64) {
        self.last = Some(timestamp);
    }

    /// The timestamp of a line that begins an event; for others, `untimed` says what they are.
    ///
    /// Two words, which are returned in registers.
    #[inline]
    pub(crate) fn read(&mut self, line: &[u8]) -> Option<i64> {
        if self.begins.is_some() && !self.must_begin_at(line) {
            self.goes_on = true;
            return None;
        }
        if self.untimed == Untimed::Given {
            return self.last;
        }
        let timestamp = self.timestamp_of(line)?;
        self.last = Some(timestamp);
        Some(timestamp)
    }

    /// Whether a line that has no timestamp as the lines of its file have it may begin an event all the same.
    fn may_begin(&self, line: &[u8]) -> bool {
        begins_with_time(line) || self.formats.iter().any(|format| format.has_part_of(line))
    }

    /// What the line is that was just read and has no timestamp.
    #[inline(never)]
    pub(crate) fn untimed(&mut self, line: &[u8]) -> LineMeaning {
        if std::mem::take(&mut self.goes_on) {
            return LineMeaning::Continues;
        }
        if let Some(error) = self.error.take() {
            return LineMeaning::Refused(Rejection::Malformed(error.to_string().into()));
        }
        if self.untimed == Untimed::Given {
            return LineMeaning::AsBefore(None);
        }
        if self.begins.is_some() && self.untimed == Untimed::Continues {
            let reason = BEGINS_WITHOUT.into();
            return LineMeaning::Awaits(Rejection::Avoidable { reason, remedy: Remedy::TimestampSource });
        }
        if self.begins.is_none() && may_begin_with_time(line) && self.may_begin(line) {
            self.others += 1;
            match self.other_layouts {
                OtherLayouts::Continue => {}
                OtherLayouts::Event => return self.read_in_its_own_layout(line),
                OtherLayouts::Refuse => {
                    let reason = OTHER_LAYOUT.into();
                    return LineMeaning::Refused(Rejection::Avoidable { reason, remedy: Remedy::OtherLayouts });
                }
            }
        }
        match self.untimed {
            Untimed::AsBefore => LineMeaning::AsBefore(self.last),
            _ => LineMeaning::Continues,
        }
    }

    /// A line with a time in another layout, which it has to show by itself.
    #[cold]
    fn read_in_its_own_layout(&mut self, line: &[u8]) -> LineMeaning {
        let fields = match only_time_at_the_start(line) {
            Ok(fields) => fields,
            Err(reason) => return LineMeaning::Refused(Rejection::Malformed(reason.into())),
        };
        match self.resolver.resolve(&fields) {
            Ok(ms) => {
                if self.resolver.is_in_repeated_hour() {
                    self.last_timestamp.forget();
                }
                self.last = Some(ms);
                LineMeaning::Begins(ms)
            }
            Err(error) => LineMeaning::Refused(Rejection::Malformed(error.to_string().into())),
        }
    }

    /// The timestamp that a line has which continues an event without one.
    pub(crate) fn late_timestamp(&mut self, line: &[u8]) -> Option<Result<i64, Rejection>> {
        let timestamp = self.timestamp_of(line);
        self.last = timestamp.or(self.last);
        let error = self.error.take().map(|error| Rejection::Malformed(error.to_string().into()));
        timestamp.map(Ok).or(error.map(Err))
    }
}

/// The time that a line begins with, if it can be read in only one way.
fn only_time_at_the_start(line: &[u8]) -> Result<TimestampFields, &'static str> {
    let readings: Vec<Reading> =
        times_at_the_start(line).map(|(_, reading)| reading).filter(Reading::has_date).collect();
    // What reads more of the time is right.
    let end = readings.iter().map(|reading| reading.end).max().ok_or(OTHER_WITHOUT_DATE)?;
    let mut longest = readings.iter().filter(|reading| reading.end == end);
    let first = longest.next().ok_or(OTHER_WITHOUT_DATE)?;
    if first.leaves.is_some() || longest.any(|other| other.fields != first.fields || other.leaves.is_some()) {
        return Err(OTHER_AMBIGUOUS);
    }
    Ok(first.fields)
}

/// Whether it is worth while to look for a time: nearly all lines that continue an event are indented, or are words.
#[inline]
fn may_begin_with_time(line: &[u8]) -> bool {
    const LONGEST_BEFORE_A_DIGIT: usize = 48;
    !is_indented(line) && line[..line.len().min(LONGEST_BEFORE_A_DIGIT)].iter().any(u8::is_ascii_digit)
}

impl TextLines {
    #[inline]
    fn timestamp_of(&mut self, line: &[u8]) -> Option<i64> {
        if let Some(format) = self.formats.get(self.current)
            && let Some(ms) = format.find_again(line, &mut self.last_timestamp)
        {
            return Some(ms);
        }
        self.another_timestamp_of(line)
    }

    /// The same, of a line that does not write it as the one before.
    #[inline(never)]
    fn another_timestamp_of(&mut self, line: &[u8]) -> Option<i64> {
        // JSON is never read as text, whatever numbers are in it.
        if let Some(json) = &mut self.json
            && line.first() == Some(&b'{')
        {
            return json.read(line);
        }
        let mut formats = self.formats.iter().enumerate();
        let (index, (fields, range)) = formats.find_map(|(index, format)| Some((index, format.find(line)?)))?;
        self.current = index;
        match self.resolver.resolve(&fields) {
            Ok(ms) => {
                // In a repeated hour, the same text may mean another time later on.
                if self.resolver.is_in_repeated_hour() {
                    self.last_timestamp.forget();
                } else {
                    self.formats[index].remember(line, range, ms, &mut self.last_timestamp);
                }
                Some(ms)
            }
            Err(error) => {
                self.last_timestamp.forget();
                self.error = Some(error);
                None
            }
        }
    }
}

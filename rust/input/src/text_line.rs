//! One line of text: whether it begins an event, and with which timestamp.

use cordwood_core::{Rejection, Remedy};
use regex::bytes::Regex;

use crate::json::line::JsonLines;
use crate::time::LastTimestamp;
use crate::time::civil::TimestampResolver;
use crate::time::error::TimeError;
use crate::time::formats::{TimestampFormat, begins_with_time};
use crate::time::forms::Reading;
use crate::time::places::times_at_the_start;

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
    others: OtherLayouts,
    /// Lines that begin with a timestamp in another layout.
    other_lines: u64,
    /// The timestamp of the event that began last.
    last: Option<i64>,
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

/// What a line is that has no timestamp in a layout of its file, and begins with one in another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OtherLayouts {
    /// Not known: no event, and no part of one.
    #[default]
    Refuse,
    /// An event with the timestamp that it begins with.
    Event,
    /// A part of the event before.
    Continue,
}

/// What a line of text is.
pub(crate) enum LineMeaning {
    Begins(i64),
    Continues,
    NotAnEvent(Rejection),
}

pub(crate) const NOTHING_BEFORE: &str = "the line has no timestamp, and there is no event before it that has one";
const IN_ANOTHER_LAYOUT: &str = "the line begins with a timestamp in another layout than those of its file";
const AMBIGUOUS: &str =
    "the line begins with a time that is none, or several, as long as nothing shows the order of day and month";
pub(crate) const BEGINS_WITHOUT: &str = "the line begins an event and has no timestamp";

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
            others: OtherLayouts::default(),
            other_lines: 0,
            last: None,
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
    pub fn untimed(self, untimed: Untimed) -> Self {
        Self { untimed, ..self }
    }

    /// The same; so is a line that begins with a timestamp in another layout.
    #[must_use]
    pub fn others(self, others: OtherLayouts) -> Self {
        Self { others, ..self }
    }

    /// Lines so far that begin with a timestamp in another layout.
    pub(crate) fn other_lines(&self) -> u64 {
        self.other_lines
    }

    /// Sets the timestamp of the lines from here on, if they are not searched for theirs.
    pub(crate) fn set_timestamp(&mut self, timestamp: i64) {
        self.last = Some(timestamp);
    }

    /// What a line is.
    #[inline]
    pub(crate) fn read(&mut self, line: &[u8]) -> LineMeaning {
        if self.begins.as_ref().is_some_and(|begins| !begins.is_match(line)) {
            return LineMeaning::Continues;
        }
        let timestamp = match (self.untimed, self.last) {
            (Untimed::Given, Some(given)) => LineTimestamp::At(given),
            (Untimed::Given, None) => LineTimestamp::Missing,
            _ => self.timestamp_of(line),
        };
        match (timestamp, self.untimed, self.last) {
            (LineTimestamp::At(timestamp), ..) => {
                self.last = Some(timestamp);
                LineMeaning::Begins(timestamp)
            }
            (LineTimestamp::Invalid(error), ..) => {
                LineMeaning::NotAnEvent(Rejection::Malformed(error.to_string().into()))
            }
            (LineTimestamp::Missing, Untimed::AsBefore, Some(before)) => LineMeaning::Begins(before),
            (LineTimestamp::Missing, Untimed::AsBefore | Untimed::Given, _) => {
                LineMeaning::NotAnEvent(Rejection::Malformed(NOTHING_BEFORE.into()))
            }
            (LineTimestamp::Missing, Untimed::Continues, _) if self.begins.is_some() => {
                let reason = BEGINS_WITHOUT.into();
                LineMeaning::NotAnEvent(Rejection::Avoidable { reason, remedy: Remedy::TimestampSource })
            }
            (LineTimestamp::Missing, Untimed::Continues, _) if begins_with_time(line) => self.read_other(line),
            (LineTimestamp::Missing, Untimed::Continues, _) => LineMeaning::Continues,
        }
    }
}

enum LineTimestamp {
    At(i64),
    Missing,
    Invalid(TimeError),
}

impl TextLines {
    /// What a line is that begins with a timestamp in another layout than those of the file.
    #[cold]
    fn read_other(&mut self, line: &[u8]) -> LineMeaning {
        self.other_lines += 1;
        let refused = |reason: Box<str>| {
            LineMeaning::NotAnEvent(Rejection::Avoidable { reason, remedy: Remedy::OtherLayouts })
        };
        match self.others {
            OtherLayouts::Continue => LineMeaning::Continues,
            OtherLayouts::Refuse => refused(IN_ANOTHER_LAYOUT.into()),
            OtherLayouts::Event => {
                let readings: Vec<_> =
                    times_at_the_start(line).map(|(_, reading)| reading).filter(Reading::has_date).collect();
                let [reading] = readings.as_slice() else {
                    return LineMeaning::NotAnEvent(Rejection::Malformed(AMBIGUOUS.into()));
                };
                match self.resolver.resolve(&reading.fields) {
                    Ok(timestamp) => {
                        self.last = Some(timestamp);
                        self.last_timestamp.forget();
                        LineMeaning::Begins(timestamp)
                    }
                    Err(error) => LineMeaning::NotAnEvent(Rejection::Malformed(error.to_string().into())),
                }
            }
        }
    }

    #[inline]
    fn timestamp_of(&mut self, line: &[u8]) -> LineTimestamp {
        if let Some(format) = self.formats.get(self.current)
            && let Some(ms) = format.find_again(line, &mut self.last_timestamp)
        {
            return LineTimestamp::At(ms);
        }
        self.another_timestamp_of(line)
    }

    /// The same, of a line that does not write it as the one before.
    fn another_timestamp_of(&mut self, line: &[u8]) -> LineTimestamp {
        let found = self.formats.iter().enumerate().find_map(|(index, format)| Some((index, format.find(line)?)));
        let Some((index, (fields, range))) = found else {
            let json = self.json.as_mut().filter(|_| line.first() == Some(&b'{'));
            return json.and_then(|json| json.read(line)).map_or(LineTimestamp::Missing, LineTimestamp::At);
        };
        self.current = index;
        match self.resolver.resolve(&fields) {
            Ok(ms) => {
                // In a repeated hour, the same text may mean another time later on.
                if self.resolver.is_in_repeated_hour() {
                    self.last_timestamp.forget();
                } else {
                    self.formats[index].remember(line, range, ms, &mut self.last_timestamp);
                }
                LineTimestamp::At(ms)
            }
            Err(error) => {
                self.last_timestamp.forget();
                LineTimestamp::Invalid(error)
            }
        }
    }
}

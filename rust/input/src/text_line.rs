//! One line of text: whether it begins an event, and of which moment.

use cordwood_core::{Rejection, Remedy};
use regex::bytes::Regex;

use crate::time::civil::TimestampResolver;
use crate::time::formats::{LastTimestamp, TimestampFormat};

/// Where an event of text begins, and where its moment is from.
#[derive(Clone, Debug)]
pub struct TextLines {
    /// Tried in this order; what fitted last comes first.
    layouts: Vec<TimestampFormat>,
    /// What the lines leave out.
    clock: TimestampResolver,
    /// The moment before, for the next one is nearly the same.
    seen: LastTimestamp,
    /// Lines that begin an event; where it is not said, those with a moment do.
    begins: Option<Regex>,
    untimed: Untimed,
    /// Of the event that began last.
    last: Option<i64>,
}

/// What a line is that has no moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untimed {
    /// It continues the event before.
    Continues,
    /// An event of the moment of the one before.
    AsBefore,
    /// An event, as all lines are, of a moment that is told; what lines write of theirs is not looked at.
    Given,
}

/// What a line of text is.
pub(crate) enum Meaning {
    Begins(i64),
    Continues,
    NotAnEvent(Rejection),
}

pub(crate) const NOTHING_BEFORE: &str = "the line has no timestamp, and there is no event before it that has one";
pub(crate) const BEGINS_WITHOUT: &str = "the line begins an event and has no timestamp";
const NO_SUCH_DAY: &str = "the line's timestamp has a day that does not exist";

impl TextLines {
    /// Lines with moments written in one of these ways; what they leave out is the clock's.
    #[must_use]
    pub fn new(layouts: Vec<TimestampFormat>, clock: TimestampResolver) -> Self {
        Self {
            layouts,
            clock,
            seen: LastTimestamp::default(),
            begins: None,
            untimed: Untimed::Continues,
            last: None,
        }
    }

    /// Likewise, where the lines that this matches, and no others, begin an event.
    #[must_use]
    pub fn beginning(self, begins: Option<Regex>) -> Self {
        Self { begins, ..self }
    }

    /// Likewise, with another meaning of lines without a moment.
    #[must_use]
    pub fn untimed(self, untimed: Untimed) -> Self {
        Self { untimed, ..self }
    }

    /// Tells the moment of the lines from here on, where they are not looked at for theirs.
    pub(crate) fn set_timestamp(&mut self, timestamp: i64) {
        self.last = Some(timestamp);
    }

    /// What a line is.
    #[inline]
    pub(crate) fn read(&mut self, line: &[u8]) -> Meaning {
        if self.begins.as_ref().is_some_and(|begins| !begins.is_match(line)) {
            return Meaning::Continues;
        }
        let moment = match (self.untimed, self.last) {
            (Untimed::Given, Some(told)) => Moment::At(told),
            (Untimed::Given, None) => Moment::None,
            _ => moment_of(&mut self.layouts, &mut self.clock, &mut self.seen, line),
        };
        match (moment, self.untimed, self.last) {
            (Moment::At(timestamp), ..) => {
                self.last = Some(timestamp);
                Meaning::Begins(timestamp)
            }
            (Moment::NoSuchDay, ..) => Meaning::NotAnEvent(Rejection::Malformed(NO_SUCH_DAY.into())),
            (Moment::None, Untimed::AsBefore, Some(before)) => Meaning::Begins(before),
            (Moment::None, Untimed::AsBefore | Untimed::Given, _) => {
                Meaning::NotAnEvent(Rejection::Malformed(NOTHING_BEFORE.into()))
            }
            (Moment::None, Untimed::Continues, _) if self.begins.is_some() => {
                let reason = BEGINS_WITHOUT.into();
                Meaning::NotAnEvent(Rejection::Avoidable { reason, remedy: Remedy::TimestampSource })
            }
            (Moment::None, Untimed::Continues, _) => Meaning::Continues,
        }
    }
}

enum Moment {
    At(i64),
    None,
    NoSuchDay,
}

fn moment_of(
    layouts: &mut [TimestampFormat],
    clock: &mut TimestampResolver,
    seen: &mut LastTimestamp,
    line: &[u8],
) -> Moment {
    if let Some(first) = layouts.first()
        && let Some(ms) = first.find_again(line, seen)
    {
        return Moment::At(ms);
    }
    let Some((index, fields)) =
        layouts.iter().enumerate().find_map(|(index, layout)| Some((index, layout.find(line)?.0)))
    else {
        return Moment::None;
    };
    layouts[..=index].rotate_right(1);
    let Some(ms) = clock.resolve(&fields) else { return Moment::NoSuchDay };
    layouts[0].remember(line, ms, seen);
    Moment::At(ms)
}

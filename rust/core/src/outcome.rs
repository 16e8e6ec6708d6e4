//! What becomes of an event, and why one is rejected.

use std::fmt;

use crate::time::{HumanDuration, Utc, unit_hint};

/// The outcomes that can be decided before anything is sent. (The service decides the others.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// More than 14 days before now.
    TooOld,
    /// More than 2 hours after now.
    TooNew,
    /// Older than the log group's retention.
    Expired,
    /// Its message is too long for one event.
    Oversize,
    /// Its message has no character.
    Empty,
    /// Not a log event.
    Invalid,
}

impl Outcome {
    /// Every outcome there is, in the order in which reports list them.
    pub const ALL: [Self; 6] =
        [Self::TooOld, Self::TooNew, Self::Expired, Self::Oversize, Self::Empty, Self::Invalid];

    /// The word for it in Python, reports and dead letters.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TooOld => "too_old",
            Self::TooNew => "too_new",
            Self::Expired => "expired",
            Self::Oversize => "oversize",
            Self::Empty => "empty",
            Self::Invalid => "invalid",
        }
    }
}

/// The setting of the caller's that would admit a rejected event. How it is set is for the caller's interface to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Replace text that is not valid.
    InvalidText,
    /// Truncate or split messages that are too long.
    Oversize,
    /// Ignore members that are not part of an event.
    ExtraMembers,
    /// Name the member of a JSON line that holds its timestamp.
    TimestampField,
    /// Take timestamps from elsewhere than the lines.
    TimestampSource,
    /// Say what lines are that begin with a time in another layout.
    OtherLayouts,
}

/// Why an event is rejected. Its text (`Display`) has the measured value, the limit, and what to do; it names no option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// Something is not of the type it must be; the text says what and how to fix it.
    WrongType(Box<str>),
    /// Of the right type but not an event (a member missing, a number beyond 64 bits); the text says what.
    Malformed(Box<str>),
    /// Malformed under the settings in force.
    Avoidable {
        /// What is wrong.
        reason: Box<str>,
        /// What would admit it.
        remedy: Remedy,
    },
    /// The timestamp is before 1970.
    NegativeTimestamp(i64),
    /// The message has no character.
    Empty,
    /// The message is not valid Unicode, and the policy is to reject such text.
    InvalidText,
    /// The message has more UTF-8 bytes than one event may have.
    Oversize {
        /// UTF-8 bytes of the message.
        bytes: u64,
        /// Most that it may have.
        limit: u64,
    },
    /// The event is too long to be parsed: it takes more of the file than this.
    TooLongToRead {
        /// Most bytes of input that are parsed.
        limit: u64,
    },
    /// The timestamp lies too far after now.
    TooNew {
        /// Of the event.
        timestamp: i64,
        /// The time it was compared with.
        now: i64,
        /// Most milliseconds after now.
        limit_ms: i64,
    },
    /// The timestamp lies too far before now.
    TooOld {
        /// Of the event.
        timestamp: i64,
        /// The time it was compared with.
        now: i64,
        /// Most milliseconds before now.
        limit_ms: i64,
    },
    /// The timestamp lies before the log group's retention.
    Expired {
        /// Of the event.
        timestamp: i64,
        /// The time it was compared with.
        now: i64,
        /// The retention in milliseconds.
        retention_ms: i64,
    },
}

impl Rejection {
    /// Which outcome the event ends in.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::WrongType(_)
            | Self::Malformed(_)
            | Self::Avoidable { .. }
            | Self::NegativeTimestamp(_)
            | Self::InvalidText => Outcome::Invalid,
            Self::Empty => Outcome::Empty,
            Self::Oversize { .. } | Self::TooLongToRead { .. } => Outcome::Oversize,
            Self::TooNew { .. } => Outcome::TooNew,
            Self::TooOld { .. } => Outcome::TooOld,
            Self::Expired { .. } => Outcome::Expired,
        }
    }

    /// The setting that would admit the event, if there is one.
    #[must_use]
    pub fn remedy(&self) -> Option<Remedy> {
        match self {
            Self::Avoidable { remedy, .. } => Some(*remedy),
            Self::InvalidText => Some(Remedy::InvalidText),
            Self::Oversize { .. } => Some(Remedy::Oversize),
            _ => None,
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongType(text) | Self::Malformed(text) | Self::Avoidable { reason: text, .. } => f.write_str(text),
            Self::NegativeTimestamp(timestamp) => write!(
                f,
                "timestamp {timestamp} ({}) is before 1970; CloudWatch Logs takes 0 and later, in milliseconds",
                Utc(*timestamp)
            ),
            Self::Empty => {
                f.write_str("message is empty; CloudWatch Logs takes at least 1 character, so leave the event out")
            }
            Self::InvalidText => f.write_str(
                "message is not valid Unicode (a lone surrogate, or bytes that are not UTF-8); fix it, or replace it \
                 with U+FFFD",
            ),
            Self::Oversize { bytes, limit } => write!(
                f,
                "message is {bytes} bytes of UTF-8; one event takes at most {limit}, so shorten, truncate or \
                 split it"
            ),
            Self::TooLongToRead { limit } => write!(
                f,
                "event takes more than {limit} bytes of the file, more than the longest possible event; split it at \
                 the source"
            ),
            Self::TooNew { timestamp, now, limit_ms } => write!(
                f,
                "timestamp {timestamp} ({}) is more than {} after now ({}); {}",
                Utc(*timestamp),
                HumanDuration(*limit_ms),
                Utc(*now),
                unit_hint_or(
                    *timestamp,
                    "CloudWatch Logs refuses it until that much time has passed: send it later, or check its unit \
                     (milliseconds) and zone (UTC)"
                )
            ),
            Self::TooOld { timestamp, now, limit_ms } => write!(
                f,
                "timestamp {timestamp} ({}) is more than {} before now ({}); {}",
                Utc(*timestamp),
                HumanDuration(*limit_ms),
                Utc(*now),
                unit_hint_or(
                    *timestamp,
                    "CloudWatch Logs refuses it for good: check its unit (milliseconds) and zone (UTC), or keep it \
                     elsewhere"
                )
            ),
            Self::Expired { timestamp, now, retention_ms } => write!(
                f,
                "timestamp {timestamp} ({}) is older than the log group's retention of {} before now ({}); \
                 lengthen the retention first, or keep the event elsewhere",
                Utc(*timestamp),
                HumanDuration(*retention_ms),
                Utc(*now)
            ),
        }
    }
}

/// What to do with a timestamp of another unit, or else what is given.
fn unit_hint_or(timestamp: i64, otherwise: &'static str) -> &'static str {
    match unit_hint(timestamp) {
        "" => otherwise,
        hint => hint,
    }
}

impl std::error::Error for Rejection {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejection_names_no_option_and_its_remedy_says_which_setting_would_admit_it() {
        let avoidable = Rejection::Avoidable { reason: "event has more".into(), remedy: Remedy::ExtraMembers };
        for (rejection, remedy) in [
            (Rejection::InvalidText, Some(Remedy::InvalidText)),
            (Rejection::Oversize { bytes: 30, limit: 20 }, Some(Remedy::Oversize)),
            (avoidable, Some(Remedy::ExtraMembers)),
            (Rejection::Malformed("event has less".into()), None),
            (Rejection::TooLongToRead { limit: 20 }, None),
        ] {
            assert_eq!(rejection.remedy(), remedy);
            let text = rejection.to_string();
            assert!(!text.contains('=') && !text.contains("--"), "{text}");
        }
    }
}

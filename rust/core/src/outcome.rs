//! What becomes of an event, and why one is rejected.

use std::fmt;

use crate::time::{Span, Utc};

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

/// Why an event is rejected. Its text (`Display`) tells the measured value, the limit, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// Something is not of the type it must be; the boundary that saw it says what and how to mend it.
    WrongType(Box<str>),
    /// Of the right type but not an event (a member missing, a number beyond 64 bits); likewise.
    Malformed(Box<str>),
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
    /// The event is too long to be looked at: what a file has of it goes on beyond this.
    TooLongToRead {
        /// Bytes of input that are looked at.
        limit: u64,
    },
    /// The timestamp lies too far after now.
    TooNew {
        /// Of the event.
        timestamp: i64,
        /// The moment it was held against.
        now: i64,
        /// Most milliseconds after now.
        limit_ms: i64,
    },
    /// The timestamp lies too far before now.
    TooOld {
        /// Of the event.
        timestamp: i64,
        /// The moment it was held against.
        now: i64,
        /// Most milliseconds before now.
        limit_ms: i64,
    },
    /// The timestamp lies before the log group's retention.
    Expired {
        /// Of the event.
        timestamp: i64,
        /// The moment it was held against.
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
            Self::WrongType(_) | Self::Malformed(_) | Self::NegativeTimestamp(_) | Self::InvalidText => {
                Outcome::Invalid
            }
            Self::Empty => Outcome::Empty,
            Self::Oversize { .. } | Self::TooLongToRead { .. } => Outcome::Oversize,
            Self::TooNew { .. } => Outcome::TooNew,
            Self::TooOld { .. } => Outcome::TooOld,
            Self::Expired { .. } => Outcome::Expired,
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongType(text) | Self::Malformed(text) => f.write_str(text),
            Self::NegativeTimestamp(timestamp) => write!(
                f,
                "timestamp {timestamp} ({}) is before 1970; CloudWatch Logs takes 0 and later, in milliseconds",
                Utc(*timestamp)
            ),
            Self::Empty => {
                f.write_str("message is empty; CloudWatch Logs takes at least 1 character, so leave the event out")
            }
            Self::InvalidText => f.write_str(
                "message is not valid Unicode (a lone surrogate, or bytes that are not UTF-8); mend it, or pass \
                 invalid_text=\"replace\" to have U+FFFD put in",
            ),
            Self::Oversize { bytes, limit } => write!(
                f,
                "message is {bytes} bytes of UTF-8; one event takes at most {limit}, so shorten it, or pass \
                 oversize=\"truncate\" or oversize=\"split\""
            ),
            Self::TooLongToRead { limit } => write!(
                f,
                "event takes more than {limit} bytes of the file, more than the longest that there can be; split it \
                 at its source"
            ),
            Self::TooNew { timestamp, now, limit_ms } => write!(
                f,
                "timestamp {timestamp} ({}) is more than {} after now ({}); CloudWatch Logs refuses it until \
                 that much time has passed: send it later, or check its unit (milliseconds) and zone (UTC)",
                Utc(*timestamp),
                Span(*limit_ms),
                Utc(*now)
            ),
            Self::TooOld { timestamp, now, limit_ms } => write!(
                f,
                "timestamp {timestamp} ({}) is more than {} before now ({}); CloudWatch Logs refuses it for \
                 good: check its unit (milliseconds) and zone (UTC), or keep it elsewhere",
                Utc(*timestamp),
                Span(*limit_ms),
                Utc(*now)
            ),
            Self::Expired { timestamp, now, retention_ms } => write!(
                f,
                "timestamp {timestamp} ({}) is older than the log group's retention of {} before now ({}); \
                 lengthen the retention first, or keep the event elsewhere",
                Utc(*timestamp),
                Span(*retention_ms),
                Utc(*now)
            ),
        }
    }
}

impl std::error::Error for Rejection {}

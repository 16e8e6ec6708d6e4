//! The rules that an event meets or breaks by itself.

use std::fmt;

use crate::limits::Limits;
use crate::outcome::Rejection;
use crate::split::{split, truncate};
use crate::text::Text;

/// What becomes of a message that is too long for one event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Oversize {
    /// The event is rejected, as any other illegal one.
    #[default]
    Reject,
    /// Cut at a character boundary, with a marker at its end.
    Truncate,
    /// Cut at character boundaries into numbered parts, each an event.
    Split,
    /// The event is an error even if rejected events are collected.
    Error,
}

/// What becomes of a message that is not valid Unicode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InvalidText {
    /// U+FFFD takes the place of what is not valid, before the message is measured.
    #[default]
    Replace,
    /// The event is rejected.
    Reject,
}

/// The time that the age of an event is counted from, and the retention that its age is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgeRules {
    /// Milliseconds since 1970.
    pub now: i64,
    /// The log group's retention, if it is known and not infinite.
    pub retention_ms: Option<i64>,
}

const MS_PER_DAY: i64 = 86_400_000;

impl AgeRules {
    /// The rules of a caller who may know what time it is, and the log group's retention. Without a time there are none.
    pub fn new(now: Option<i64>, retention_in_days: Option<i64>) -> Result<Option<Self>, InvalidAgeRules> {
        let Some(now) = now else {
            return match retention_in_days {
                None => Ok(None),
                Some(_) => Err(InvalidAgeRules::RetentionWithoutNow),
            };
        };
        if let Some(days) = retention_in_days
            && days < 1
        {
            return Err(InvalidAgeRules::RetentionTooShort(days));
        }
        let retention_ms = retention_in_days.map(|days| days.saturating_mul(MS_PER_DAY));
        Ok(Some(Self { now, retention_ms }))
    }
}

/// Age rules that make no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidAgeRules {
    /// No age can be compared with a retention without a time to count it from.
    RetentionWithoutNow,
    /// A retention of less than one day; this many.
    RetentionTooShort(i64),
}

impl fmt::Display for InvalidAgeRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RetentionWithoutNow => {
                f.write_str("retention_in_days is given without now; pass now too: an age is counted from it")
            }
            Self::RetentionTooShort(days) => {
                write!(f, "retention_in_days is {days}; it must be at least 1")
            }
        }
    }
}

impl std::error::Error for InvalidAgeRules {}

/// The rules as one caller wants them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Admission {
    /// Validated limits.
    pub limits: Limits,
    /// For messages too long.
    pub oversize: Oversize,
    /// For text that is not valid.
    pub invalid_text: InvalidText,
    /// Without it, no event is too old, too new or expired.
    pub age: Option<AgeRules>,
}

/// What an admitted event is stored as.
#[derive(Debug)]
pub(crate) enum Admitted {
    /// Its own text, of this many UTF-8 bytes.
    Whole { len: usize, altered: bool },
    /// Other text in its place: truncated, or the parts it was split into.
    Parts(Vec<String>),
}

impl Admission {
    /// Whether an event with a message of UTF-8 is admitted as it is, by one check that nearly all pass: `admit` agrees,
    /// and decides all others.
    #[inline]
    pub(crate) fn admits_as_it_is(&self, timestamp: i64, utf8: &[u8]) -> bool {
        timestamp >= 0
            && !utf8.is_empty()
            && utf8.len() as u64 <= self.limits.max_message_bytes()
            && self.age.is_none_or(|age| self.check_age(timestamp, age).is_ok())
    }

    /// Holds an event against every rule; the first that it breaks is the answer. The order: timestamp, empty,
    /// text, size, age, so that what can never become legal is reported before what depends on the time.
    pub(crate) fn admit(&self, timestamp: i64, text: &Text<'_>) -> Result<Admitted, Rejection> {
        if timestamp < 0 {
            return Err(Rejection::NegativeTimestamp(timestamp));
        }
        if text.is_empty() {
            return Err(Rejection::Empty);
        }
        let measure = text.measure();
        if measure.invalid && self.invalid_text == InvalidText::Reject {
            return Err(Rejection::InvalidText);
        }
        let limit = self.limits.max_message_bytes();
        let admitted = if measure.len as u64 <= limit {
            Admitted::Whole { len: measure.len, altered: measure.invalid }
        } else {
            let parts = self.cut_to_fit(text, usize::try_from(limit).unwrap_or(usize::MAX));
            Admitted::Parts(parts.ok_or(Rejection::Oversize { bytes: measure.len as u64, limit })?)
        };
        if let Some(age) = self.age {
            self.check_age(timestamp, age)?;
        }
        Ok(admitted)
    }

    /// What an oversize text is stored as. `None` if the policy has nothing for it, or the limits are so small
    /// that a marker and one character don't fit.
    fn cut_to_fit(&self, text: &Text<'_>, limit: usize) -> Option<Vec<String>> {
        match self.oversize {
            Oversize::Reject | Oversize::Error => None,
            Oversize::Truncate => truncate(&text.to_utf8(), limit).map(|text| vec![text]),
            Oversize::Split => split(&text.to_utf8(), limit),
        }
    }

    #[inline]
    fn check_age(&self, timestamp: i64, age: AgeRules) -> Result<(), Rejection> {
        let AgeRules { now, retention_ms } = age;
        let Limits { max_future_ms, max_age_ms, .. } = self.limits;
        if timestamp > now.saturating_add(max_future_ms) {
            return Err(Rejection::TooNew { timestamp, now, limit_ms: max_future_ms });
        }
        if timestamp < now.saturating_sub(max_age_ms) {
            return Err(Rejection::TooOld { timestamp, now, limit_ms: max_age_ms });
        }
        match retention_ms {
            Some(retention_ms) if timestamp < now.saturating_sub(retention_ms) => {
                Err(Rejection::Expired { timestamp, now, retention_ms })
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::outcome::Outcome;

    const DAY: i64 = 86_400_000;
    const NOW: i64 = 1_700_000_000_000;

    fn outcome(admission: &Admission, timestamp: i64, text: &str) -> Option<Outcome> {
        admission.admit(timestamp, &Text::Utf8(text.as_bytes())).err().map(|r| r.outcome())
    }

    #[test]
    fn each_age_rule_at_its_limit_and_one_past_it() {
        let age = Some(AgeRules { now: NOW, retention_ms: Some(3 * DAY) });
        let admission = Admission { age, ..Admission::default() };
        let two_hours = 7_200_000;
        assert_eq!(outcome(&admission, NOW + two_hours, "m"), None);
        assert_eq!(outcome(&admission, NOW + two_hours + 1, "m"), Some(Outcome::TooNew));
        assert_eq!(outcome(&admission, NOW - 3 * DAY, "m"), None);
        assert_eq!(outcome(&admission, NOW - 3 * DAY - 1, "m"), Some(Outcome::Expired));
        assert_eq!(outcome(&admission, NOW - 14 * DAY, "m"), Some(Outcome::Expired));
        assert_eq!(outcome(&admission, NOW - 14 * DAY - 1, "m"), Some(Outcome::TooOld));
    }

    #[test]
    fn without_now_every_time_from_1970_on_is_admitted() {
        let admission = Admission::default();
        assert_eq!(outcome(&admission, 0, "m"), None);
        assert_eq!(outcome(&admission, i64::MAX, "m"), None);
        assert_eq!(outcome(&admission, -1, "m"), Some(Outcome::Invalid));
    }

    #[test]
    fn a_time_at_the_edge_of_64_bits_overflows_nothing() {
        for now in [i64::MIN, i64::MAX] {
            let admission =
                Admission { age: Some(AgeRules { now, retention_ms: Some(DAY) }), ..Admission::default() };
            let expected = if now == i64::MIN { Outcome::TooNew } else { Outcome::TooOld };
            assert_eq!(outcome(&admission, 0, "m"), Some(expected));
        }
    }

    #[test]
    fn what_can_never_become_legal_is_reported_before_age() {
        let limits = Limits { max_event_bytes: 30, ..Limits::default() };
        let age = Some(AgeRules { now: 100 * DAY, retention_ms: None });
        for oversize in [Oversize::Reject, Oversize::Truncate, Oversize::Split, Oversize::Error] {
            let admission = Admission { limits, oversize, age, ..Admission::default() };
            assert_eq!(outcome(&admission, 0, "too long for them"), Some(Outcome::Oversize));
        }
    }

    #[test]
    fn size_at_the_limit_and_one_past_it() {
        let admission = Admission::default();
        assert_eq!(outcome(&admission, 0, &"x".repeat(1_048_550)), None);
        assert_eq!(outcome(&admission, 0, &"x".repeat(1_048_551)), Some(Outcome::Oversize));
        assert_eq!(outcome(&admission, 0, ""), Some(Outcome::Empty));
    }

    proptest! {
        #[test]
        fn the_quick_check_agrees_with_the_rules(
            timestamp in prop_oneof![-1..3_i64, NOW - 15 * DAY..NOW + DAY, any::<i64>()],
            text in ".{0,12}",
            kind in 0..3,
            age in prop::option::of(prop::option::of(1..20_i64)),
        ) {
            let limits = Limits { max_event_bytes: 36, ..Limits::default() };
            let age = age.map(|days| AgeRules { now: NOW, retention_ms: days.map(|days| days * DAY) });
            let admission = Admission { limits, age, ..Admission::default() };
            let bytes = text.as_bytes();
            let text = match kind {
                0 => Text::of_utf8(bytes),
                1 => Text::ValidUtf8(bytes),
                _ => Text::Utf8(bytes),
            };
            let as_it_is = matches!(admission.admit(timestamp, &text), Ok(Admitted::Whole { altered: false, .. }));
            if let Some(utf8) = text.as_valid_utf8() {
                prop_assert_eq!(admission.admits_as_it_is(timestamp, utf8), as_it_is);
            }
        }
    }

    #[test]
    fn a_retention_needs_a_time_and_a_day() {
        assert_eq!(AgeRules::new(None, None), Ok(None));
        assert_eq!(AgeRules::new(Some(NOW), None), Ok(Some(AgeRules { now: NOW, retention_ms: None })));
        assert_eq!(AgeRules::new(Some(NOW), Some(1)), Ok(Some(AgeRules { now: NOW, retention_ms: Some(DAY) })));
        assert_eq!(AgeRules::new(None, Some(1)), Err(InvalidAgeRules::RetentionWithoutNow));
        assert_eq!(AgeRules::new(Some(NOW), Some(0)), Err(InvalidAgeRules::RetentionTooShort(0)));
        let longest = AgeRules::new(Some(NOW), Some(i64::MAX)).unwrap().unwrap();
        assert_eq!(longest.retention_ms, Some(i64::MAX));
    }
}

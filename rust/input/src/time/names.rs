//! Names of months and weekdays.

/// The weekdays that a word may mean, one bit for each: Monday is bit 0. Empty if none is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weekdays(pub(crate) u8);

impl Weekdays {
    /// One weekday: 0 is Monday, 6 is Sunday.
    #[must_use]
    pub fn only(weekday: u32) -> Self {
        Self(1 << weekday)
    }

    /// Whether a weekday fits: it is one of these, or none is written.
    #[must_use]
    pub fn allow(self, weekday: u32) -> bool {
        self.0 == 0 || self.0 & 1 << weekday != 0
    }

    /// Whether no weekday is written.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

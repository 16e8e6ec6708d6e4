//! The written forms of a time's components, and what may stand between them, as data.

use crate::time::fields::FormatItem::{
    self, Byte, Day, Day2, Hour, Hour2, Minute, Minute2, Month, Month2, MonthName, Second, Second2, Space, Year2,
    Year4,
};

/// Dates, the one that says more first. Several may fit the same digits: then the file has to show which it is.
pub(super) const DATES: &[&[FormatItem]] = &[
    &[Year4, Byte(b'-'), Month, Byte(b'-'), Day],
    &[Year4, Byte(b'/'), Month, Byte(b'/'), Day],
    &[Year4, Byte(b'.'), Month, Byte(b'.'), Day],
    &[Year4, Byte(b'-'), MonthName, Byte(b'-'), Day],
    &[Year4, Byte(b'/'), MonthName, Byte(b'/'), Day],
    &[Year4, Month2, Day2],
    &[Day, Byte(b'/'), MonthName, Byte(b'/'), Year4],
    &[Day, Byte(b'-'), MonthName, Byte(b'-'), Year4],
    &[Day, Byte(b'.'), MonthName, Byte(b'.'), Year4],
    &[Day, Byte(b'-'), MonthName, Byte(b'-'), Year2],
    &[Day, Byte(b'/'), MonthName, Byte(b'/'), Year2],
    &[Day, MonthName, Year4],
    &[Year4, Byte(b'.'), Month, Byte(b'.'), Day, Byte(b'.')],
    &[Year4, Byte(b'.'), Space, Month, Byte(b'.'), Space, Day, Byte(b'.')],
    &[Year4, Byte(b'.'), Space, MonthName, Space, Day, Byte(b'.')],
    &[MonthName, Byte(b'-'), Day, Byte(b'-'), Year4],
    &[MonthName, Byte(b'/'), Day, Byte(b'/'), Year4],
    &[Day, Byte(b'.'), Month, Byte(b'.'), Year4],
    &[Day, Byte(b'/'), Month, Byte(b'/'), Year4],
    &[Month, Byte(b'/'), Day, Byte(b'/'), Year4],
    &[Day, Byte(b'-'), Month, Byte(b'-'), Year4],
    &[Month, Byte(b'-'), Day, Byte(b'-'), Year4],
    &[Year2, Byte(b'/'), Month, Byte(b'/'), Day],
    &[Day, Byte(b'/'), Month, Byte(b'/'), Year2],
    &[Month, Byte(b'/'), Day, Byte(b'/'), Year2],
    &[Year2, Byte(b'-'), Month, Byte(b'-'), Day],
    &[Day, Byte(b'-'), Month, Byte(b'-'), Year2],
    &[Month, Byte(b'-'), Day, Byte(b'-'), Year2],
    &[Year2, Byte(b'.'), Month, Byte(b'.'), Day],
    &[Day, Byte(b'.'), Month, Byte(b'.'), Year2],
    &[Year2, Month2, Day2],
    &[Day2, Month2, Year2],
    &[Month2, Day2, Year2],
    &[Day, Space, MonthName, Space, Year2],
    &[MonthName, Space, Day],
    &[Day, Space, MonthName],
    &[Day, Byte(b'.'), Space, MonthName],
    &[Day, Byte(b'-'), MonthName],
    &[Month, Byte(b'-'), Day],
    &[Day, Byte(b'-'), Month],
    &[Month, Byte(b'/'), Day],
    &[Day, Byte(b'/'), Month],
    &[Day, Byte(b'.'), Month, Byte(b'.')],
];

/// What klog and glog write after the letter of a line's level.
pub(super) const DATES_AFTER_A_LETTER: &[&[FormatItem]] = &[&[Year4, Month2, Day2], &[Month2, Day2]];

/// Clocks, the one that says more first; which of them may follow what is in `Parse::clocks`.
pub(super) const CLOCKS: &[&[FormatItem]] = &[
    &[Hour, Byte(b':'), Minute, Byte(b':'), Second],
    &[Hour2, Byte(b'.'), Minute2, Byte(b'.'), Second2],
    &[Hour2, Byte(b'-'), Minute2, Byte(b'-'), Second2],
    &[Hour2, Minute2, Second2],
    &[Hour, Byte(b':'), Minute],
];

/// The components of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Component {
    Weekday,
    Date,
    Clock,
    AmPm,
    Zone,
    Year,
}

pub(super) const COMPONENTS: [Component; 6] =
    [Component::Weekday, Component::Year, Component::Date, Component::Clock, Component::AmPm, Component::Zone];

/// What may stand between two components.
pub(super) struct Separators {
    pub(super) before: &'static [Component],
    pub(super) after: &'static [Component],
    pub(super) signs: &'static [&'static [FormatItem]],
}

/// Besides blanks, which may stand between any two.
pub(super) const SEPARATORS: &[Separators] = &[
    Separators {
        before: &[Component::Date, Component::Year],
        after: &[Component::Clock, Component::AmPm],
        signs: &[
            &[Byte(b'T')],
            &[Byte(b't')],
            &[Byte(b'_')],
            &[Byte(b'-')],
            &[Byte(b':')],
            &[Byte(b',')],
            &[Byte(b';')],
            &[Byte(b'/')],
            &[Byte(b'|')],
            &[Space, Byte(b'-'), Space],
            &[Space, Byte(b'-'), Byte(b'-'), Space],
            &[Space, Byte(b'|'), Space],
            &[Space, Byte(b'a'), Byte(b't'), Space],
            &[Space, Byte(b't'), Byte(b'i'), Byte(b'm'), Byte(b'e'), Byte(b'=')],
        ],
    },
    Separators {
        before: &[Component::Weekday, Component::Date, Component::Year],
        after: &[Component::Date, Component::Year, Component::Clock, Component::Weekday],
        signs: &[&[Byte(b','), Space]],
    },
    Separators {
        before: &[Component::Weekday],
        after: &[Component::Date],
        signs: &[&[Byte(b'-')], &[Byte(b',')]],
    },
    Separators {
        before: &[Component::Clock, Component::AmPm, Component::Zone],
        after: &[Component::Date, Component::Weekday],
        signs: &[&[Byte(b','), Space], &[Byte(b',')], &[Space, Byte(b'-'), Space]],
    },
    // A zone, and in languages that write it first, AM or PM, may be attached.
    Separators {
        before: &[Component::Clock, Component::AmPm],
        after: &[Component::AmPm, Component::Zone],
        signs: &[&[]],
    },
    Separators { before: &[Component::Date, Component::Year], after: &[Component::Zone], signs: &[&[]] },
    Separators { before: &[Component::AmPm], after: &[Component::Clock], signs: &[&[]] },
    Separators {
        before: &[Component::Clock, Component::AmPm],
        after: &[Component::Zone],
        signs: &[
            &[Byte(b','), Space],
            &[Byte(b',')],
            &[Byte(b']'), Space, Byte(b'[')],
            &[Byte(b')'), Space, Byte(b'(')],
        ],
    },
    Separators {
        before: &[Component::Clock, Component::AmPm, Component::Zone],
        after: &[Component::Year],
        signs: &[&[Byte(b','), Space]],
    },
];

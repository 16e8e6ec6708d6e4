//! Time zones as lines write them.

use std::fmt;

/// The zone that a timestamp writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WrittenZone {
    /// None: another source has to name it.
    #[default]
    Unwritten,
    /// Seconds east of UTC.
    Offset(i32),
    /// A name whose offset depends on the time or the place: `Europe/Paris`, or an abbreviation such as `IST` that several
    /// zones use.
    Named(ZoneName),
}

/// The name of a zone: at most 32 bytes of ASCII.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ZoneName {
    bytes: [u8; Self::MAX],
    len: u8,
}

impl ZoneName {
    /// The longest name of the tz database has 32 bytes: America/Argentina/ComodRivadavia.
    pub const MAX: usize = 32;

    /// A name; `None` if it is too long or not of ASCII.
    #[must_use]
    pub fn new(name: &[u8]) -> Option<Self> {
        let mut bytes = [0; Self::MAX];
        bytes.get_mut(..name.len())?.copy_from_slice(name);
        name.is_ascii().then_some(Self { bytes, len: u8::try_from(name.len()).ok()? })
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or_default()
    }
}

impl fmt::Debug for ZoneName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(formatter)
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

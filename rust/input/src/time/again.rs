//! The timestamp that was read last: the next line has nearly the same.

use crate::prefix::Prefix;

/// The timestamp that was read last: its text up to its seconds, and after its fraction.
#[derive(Clone, Debug, Default)]
pub(crate) struct LastTimestamp {
    before: Prefix,
    /// What the fraction begins with.
    sign: u8,
    after: Prefix,
    /// Without its fraction.
    ms: i64,
    pub(super) tails: Tails,
}

/// What followed timestamps and was seen to be no part of them, eight bytes of each: nearly all lines go on with one of few
/// words, such as their level.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tails([u64; 16]);

impl Tails {
    #[inline]
    fn slot(word: u64) -> usize {
        (word.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 60) as usize
    }

    #[inline]
    fn has(&self, after: &[u8]) -> bool {
        after.first_chunk().is_some_and(|word| {
            let word = u64::from_le_bytes(*word);
            self.0[Self::slot(word)] == word
        })
    }

    /// Remembers what follows a timestamp, if these bytes alone show that it is no part of it: its first word ends in them.
    pub(super) fn remember(&mut self, after: &[u8]) {
        let Some(word) = after.first_chunk::<8>() else { return };
        // What may stand before a part of a time: `neighbours::lacks` looks behind it.
        let signs = word.iter().take_while(|byte| matches!(byte, b' ' | b']' | b'[' | b')' | b'(')).count();
        let decides = match &word[signs..] {
            [] => false,
            [first, rest @ ..] if first.is_ascii_alphanumeric() => {
                rest.iter().any(|byte| matches!(byte, b' ' | b':' | b']' | b'[' | b','))
            }
            [first, ..] => !matches!(first, b'\t' | b'+' | b'-' | b'_' | b',' | b'"' | b'|' | b';' | 0x80..),
        };
        if decides {
            let word = u64::from_le_bytes(*word);
            self.0[Self::slot(word)] = word;
        }
    }
}

impl LastTimestamp {
    /// The timestamp of a text that is nothing else, and written as the one before with three digits of its second; `None`
    /// if it may be one all the same.
    #[inline]
    pub(crate) fn again(&self, text: &[u8]) -> Option<i64> {
        let (digits, after) = text.get(self.before.len()..)?.split_first_chunk()?;
        let millisecond = self.three_digits(*digits)?;
        (self.is_some() && self.before.begins(text) && self.after.is(after)).then(|| self.ms + millisecond)
    }

    /// The timestamp that a text begins with, if it is written as the one before, and what comes after it.
    #[inline]
    pub(super) fn again_before<'a>(&self, text: &'a [u8]) -> Option<(i64, &'a [u8])> {
        if !self.before.begins(text) {
            return None;
        }
        let rest = &text[self.before.len()..];
        // Nearly always three digits, or none.
        let (millisecond, rest) = match rest.split_first_chunk() {
            Some((digits, rest)) if let Some(millisecond) = self.three_digits(*digits) => {
                if rest.first().is_some_and(u8::is_ascii_digit) {
                    more_digits(millisecond, rest)?
                } else {
                    (millisecond, rest)
                }
            }
            _ if self.sign == b'.' && !matches!(rest.first(), Some(b'.' | b',' | b':')) => (0, rest),
            _ => return None,
        };
        let after = self.after.begins(rest).then(|| &rest[self.after.len()..])?;
        Some((self.ms + millisecond, after))
    }

    /// Whether what follows is known to be no part of it.
    #[inline]
    pub(super) fn needs_no_more(&self, after: &[u8], is_complete: bool) -> bool {
        (is_complete && matches!(after.first(), None | Some(b' ' | b']'))) || self.tails.has(after)
    }

    /// The three digits after the sign of a fraction.
    #[inline]
    fn three_digits(&self, bytes: [u8; 4]) -> Option<i64> {
        let [sign, digits @ ..] = bytes;
        let [hundreds, tens, ones] = digits.map(|byte| byte.wrapping_sub(b'0'));
        let are = sign == self.sign && hundreds < 10 && tens < 10 && ones < 10;
        are.then(|| i64::from(u16::from(hundreds) * 100 + u16::from(tens) * 10 + u16::from(ones)))
    }

    /// Whether there is one.
    #[inline]
    pub(super) fn is_some(&self) -> bool {
        self.before.len() > 0
    }

    /// Forgets it.
    pub(crate) fn forget(&mut self) {
        self.before.set(b"");
        self.after.set(b"");
    }

    pub(super) fn set(&mut self, before: &[u8], sign: u8, after: &[u8], ms: i64) {
        self.before.set(before);
        self.after.set(after);
        (self.sign, self.ms) = (sign, ms);
    }
}

/// A fraction with more than three digits, six or nine of them: the rest is cut off.
fn more_digits(millisecond: i64, rest: &[u8]) -> Option<(i64, &[u8])> {
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    matches!(digits, 3 | 6).then(|| (millisecond, &rest[digits..]))
}

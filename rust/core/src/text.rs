//! The text of a message as it arrives, its size in UTF-8, and its copy as that.
//!
//! A Python `str` keeps its characters as 1, 2 or 4 bytes each; its UTF-8 length is counted from those units.
//! (Asking CPython for UTF-8 instead would leave a second copy inside every non-ASCII `str` for good.)

mod encode;

use crate::escape::escaped_len_of_ascii;

/// A message, borrowed from wherever it lives.
#[derive(Clone, Copy, Debug)]
pub enum Text<'a> {
    /// Every byte is below 0x80.
    Ascii(&'a [u8]),
    /// Every byte is below 0x80, with its [`escaped_len`](crate::escaped_len) already counted.
    AsciiCounted {
        /// The text.
        bytes: &'a [u8],
        /// Its length in a JSON string; a message has fewer than 2^32 bytes.
        escaped_len: u32,
    },
    /// One byte a character, U+0000 to U+00FF.
    Latin1(&'a [u8]),
    /// One unit a character, U+0000 to U+FFFF. A surrogate is not half of a pair here: each is a character by
    /// itself, not a valid one, and becomes U+FFFD.
    Ucs2(&'a [u16]),
    /// One unit a character. Surrogates as in `Ucs2`.
    Ucs4(&'a [u32]),
    /// Meant to be UTF-8. What is not becomes U+FFFD, once for each maximal ill-formed part (Unicode 15,
    /// section 3.9: what Python's `errors="replace"` does too).
    Utf8(&'a [u8]),
    /// UTF-8 that was checked already.
    ValidUtf8(&'a [u8]),
}

/// Size of a text in UTF-8, after any replacement, and whether there was one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// UTF-8 bytes.
    pub len: usize,
    /// Some of it is not valid Unicode and is replaced.
    pub invalid: bool,
}

const REPLACEMENT: &[u8] = "\u{FFFD}".as_bytes();

impl<'a> Text<'a> {
    /// Bytes that are meant to be UTF-8: one quick pass finds whether all are ASCII, and how many of them JSON
    /// escapes; they are not looked at again before the body is written.
    #[inline]
    #[must_use]
    pub fn of_utf8(bytes: &'a [u8]) -> Self {
        match escaped_len_of_ascii(bytes) {
            Some(escaped_len) => Self::AsciiCounted { bytes, escaped_len },
            None => Self::Utf8(bytes),
        }
    }

    /// The same text, which `measure` has found to be valid: it need not be checked again.
    #[inline]
    #[must_use]
    pub(crate) fn known_valid(self) -> Self {
        match self {
            Self::Utf8(bytes) => Self::ValidUtf8(bytes),
            other => other,
        }
    }
}

impl Text<'_> {
    /// The bytes themselves, if they are known to be UTF-8.
    #[inline]
    #[must_use]
    pub(crate) fn as_valid_utf8(&self) -> Option<&[u8]> {
        match self {
            Self::Ascii(bytes) | Self::AsciiCounted { bytes, .. } | Self::ValidUtf8(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Whether it has no character.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Ascii(s)
            | Self::AsciiCounted { bytes: s, .. }
            | Self::Latin1(s)
            | Self::Utf8(s)
            | Self::ValidUtf8(s) => s.is_empty(),
            Self::Ucs2(s) => s.is_empty(),
            Self::Ucs4(s) => s.is_empty(),
        }
    }

    /// Counts the UTF-8 bytes without writing any.
    #[inline]
    #[must_use]
    pub fn measure(&self) -> Measure {
        match self {
            Self::Ascii(s) | Self::AsciiCounted { bytes: s, .. } | Self::ValidUtf8(s) => {
                Measure { len: s.len(), invalid: false }
            }
            Self::Latin1(s) => Measure { len: s.len() + count_high(s), invalid: false },
            Self::Ucs2(s) => measure_ucs2(s),
            Self::Ucs4(s) => measure_ucs4(s),
            Self::Utf8(s) => measure_utf8(s),
        }
    }

    /// Appends the UTF-8 of the text: exactly `measure().len` bytes, always valid.
    #[inline]
    pub fn append_to(&self, out: &mut Vec<u8>) {
        match self.as_valid_utf8() {
            Some(bytes) => out.extend_from_slice(bytes),
            None => self.append_encoded(out),
        }
    }

    /// (By itself: as a part of all that appends, it would be most of that, and take the registers away from the rest.)
    #[inline(never)]
    fn append_encoded(&self, out: &mut Vec<u8>) {
        match self {
            Self::Ascii(s) | Self::AsciiCounted { bytes: s, .. } | Self::ValidUtf8(s) => out.extend_from_slice(s),
            Self::Latin1(s) => encode::append(out, self.measure().len, s),
            Self::Ucs2(s) => encode::append(out, self.measure().len, s),
            Self::Ucs4(s) => encode::append(out, self.measure().len, s),
            Self::Utf8(s) => append_utf8(out, s),
        }
    }

    /// The text as valid UTF-8 of its own.
    #[must_use]
    pub fn to_utf8(&self) -> String {
        let mut out = Vec::with_capacity(self.measure().len);
        self.append_to(&mut out);
        String::from_utf8(out).unwrap_or_else(|_| unreachable!("append_to writes valid UTF-8"))
    }
}

/// Bytes of 0x80 and above: each takes a second byte in UTF-8.
///
/// Counted in 8-bit lanes over chunks too short to overflow them: the compiler makes full vectors of it, where
/// a sum in `usize` runs at a tenth of the speed.
fn count_high(bytes: &[u8]) -> usize {
    bytes.chunks(255).map(|chunk| usize::from(chunk.iter().map(|b| b >> 7).sum::<u8>())).sum()
}

fn measure_ucs2(units: &[u16]) -> Measure {
    let (mut more, mut surrogates) = (0, 0);
    for chunk in units.chunks(32_767) {
        let (mut chunk_more, mut chunk_surrogates) = (0_u16, 0_u16);
        for &unit in chunk {
            chunk_more += u16::from(unit >= 0x80) + u16::from(unit >= 0x800);
            chunk_surrogates += u16::from(unit & 0xF800 == 0xD800);
        }
        more += usize::from(chunk_more);
        surrogates += usize::from(chunk_surrogates);
    }
    // A surrogate counts three bytes, and so does the U+FFFD that takes its place.
    Measure { len: units.len() + more, invalid: surrogates > 0 }
}

fn measure_ucs4(units: &[u32]) -> Measure {
    let (mut more, mut invalid) = (0, 0);
    for chunk in units.chunks(1 << 20) {
        let (mut chunk_more, mut chunk_invalid) = (0_u32, 0_u32);
        for &unit in chunk {
            // What lies beyond Unicode becomes U+FFFD, of three bytes.
            let beyond = unit >= 0x11_0000;
            chunk_more +=
                u32::from(unit >= 0x80) + u32::from(unit >= 0x800) + u32::from(unit >= 0x1_0000 && !beyond);
            chunk_invalid += u32::from(unit & 0xFFFF_F800 == 0xD800 || beyond);
        }
        more += chunk_more as usize;
        invalid += chunk_invalid as usize;
    }
    Measure { len: units.len() + more, invalid: invalid > 0 }
}

fn measure_utf8(bytes: &[u8]) -> Measure {
    if simdutf8::basic::from_utf8(bytes).is_ok() {
        return Measure { len: bytes.len(), invalid: false };
    }
    let len = bytes
        .utf8_chunks()
        .map(|chunk| chunk.valid().len() + if chunk.invalid().is_empty() { 0 } else { REPLACEMENT.len() })
        .sum();
    Measure { len, invalid: true }
}

fn append_utf8(out: &mut Vec<u8>, bytes: &[u8]) {
    // Nearly always; and to check it once more is faster than to walk its chunks.
    if simdutf8::basic::from_utf8(bytes).is_ok() {
        out.extend_from_slice(bytes);
        return;
    }
    for chunk in bytes.utf8_chunks() {
        out.extend_from_slice(chunk.valid().as_bytes());
        if !chunk.invalid().is_empty() {
            out.extend_from_slice(REPLACEMENT);
        }
    }
}

/// Appends the UTF-8 of UCS-4 units. One that is not a character becomes a byte that UTF-8 never has, so that the policy for
/// invalid text still decides about it.
pub fn append_ucs4(units: &[u32], out: &mut Vec<u8>) {
    const INVALID: u8 = 0xFF;
    if !Text::Ucs4(units).measure().invalid {
        return Text::Ucs4(units).append_to(out);
    }
    for &unit in units {
        match char::from_u32(unit) {
            Some(character) => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            None => out.push(INVALID),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The naive twin: character by character, through std.
    fn twin(units: impl Iterator<Item = u32>) -> String {
        units.map(|u| char::from_u32(u).unwrap_or('\u{FFFD}')).collect()
    }

    fn check(text: Text<'_>, expected: &str, invalid: bool) {
        assert_eq!(text.measure(), Measure { len: expected.len(), invalid });
        let mut out = b"before".to_vec();
        text.append_to(&mut out);
        assert_eq!(&out[6..], expected.as_bytes());
        assert_eq!(text.to_utf8(), expected);
        assert_eq!(text.is_empty(), expected.is_empty());
    }

    #[test]
    fn the_borders_between_lengths() {
        let units = [0, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF];
        check(Text::Ucs2(&units), &twin(units.iter().map(|&u| u.into())), false);
        let units = [0, 0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x1_0000, 0x10_FFFF];
        check(Text::Ucs4(&units), &twin(units.iter().copied()), false);
        check(Text::Latin1(b"\x7f\x80\xff"), "\u{7f}\u{80}\u{ff}", false);
        check(Text::Ascii(b""), "", false);
    }

    #[test]
    fn each_surrogate_becomes_a_replacement_of_its_own() {
        check(Text::Ucs2(&[0x61, 0xD83D, 0xDE00, 0xDFFF]), "a\u{FFFD}\u{FFFD}\u{FFFD}", true);
        check(Text::Ucs4(&[0xD800, 0x1_F600]), "\u{FFFD}\u{1F600}", true);
        check(Text::Ucs4(&[0x11_0000, u32::MAX, 0x10_FFFF]), "\u{FFFD}\u{FFFD}\u{10FFFF}", true);
    }

    #[test]
    fn ill_formed_utf8_is_replaced_by_maximal_parts() {
        check(Text::Utf8(b"a\xF0\x9F\x98b"), "a\u{FFFD}b", true);
        check(Text::Utf8(b"\xED\xA0\x80"), "\u{FFFD}\u{FFFD}\u{FFFD}", true);
        check(Text::Utf8("é😀".as_bytes()), "é😀", false);
    }

    #[test]
    fn counters_do_not_overflow_on_long_texts() {
        let latin = vec![0xE9; 100_003];
        assert_eq!(Text::Latin1(&latin).measure().len, 200_006);
        let cjk = vec![0x4E2D; 100_003];
        assert_eq!(Text::Ucs2(&cjk).measure().len, 300_009);
        let surrogates = vec![0xD800; 65_536];
        assert_eq!(Text::Ucs2(&surrogates).measure(), Measure { len: 196_608, invalid: true });
        let emoji = vec![0x1_F600; 1_500_001];
        assert_eq!(Text::Ucs4(&emoji).measure().len, 6_000_004);
    }

    /// Characters of one length after the other, enough to fill blocks, and units that are not characters.
    fn runs() -> impl Strategy<Value = Vec<u32>> {
        let kind = prop_oneof![
            4 => Just(0..0x80_u32),
            2 => Just(0x80..0x800),
            4 => Just(0x800..0x1_0000),
            4 => Just(0x1_0000..0x11_0000),
            1 => Just(0xD7FF..0xE001),
            1 => Just(0x11_0000..u32::MAX),
        ];
        let run = kind.prop_flat_map(|kind| prop::collection::vec(kind, 0..30));
        prop::collection::vec(run, 0..6).prop_map(|runs| runs.concat())
    }

    proptest! {
        #[test]
        fn runs_of_one_length_equal_their_twin(units in runs()) {
            let invalid = |units: &[u32]| units.iter().any(|&unit| char::from_u32(unit).is_none());
            check(Text::Ucs4(&units), &twin(units.iter().copied()), invalid(&units));
            let narrow: Vec<u16> = units.iter().filter_map(|&unit| unit.try_into().ok()).collect();
            let wide: Vec<u32> = narrow.iter().map(|&unit| unit.into()).collect();
            check(Text::Ucs2(&narrow), &twin(wide.iter().copied()), invalid(&wide));
            let bytes: Vec<u8> = units.iter().filter_map(|&unit| unit.try_into().ok()).collect();
            check(Text::Latin1(&bytes), &twin(bytes.iter().map(|&byte| byte.into())), false);
        }

        #[test]
        fn latin1_equals_its_twin(bytes: Vec<u8>) {
            check(Text::Latin1(&bytes), &twin(bytes.iter().map(|&b| b.into())), false);
        }

        #[test]
        fn ucs2_equals_its_twin(units: Vec<u16>) {
            let invalid = units.iter().any(|u| (0xD800..0xE000).contains(u));
            check(Text::Ucs2(&units), &twin(units.iter().map(|&u| u.into())), invalid);
        }

        #[test]
        fn ucs4_equals_its_twin(units in prop::collection::vec(
            prop_oneof![0..0x80_u32, 0x80..0x800_u32, 0x800..0x1_0000_u32, 0x1_0000..0x11_0000_u32], 0..300)) {
            let invalid = units.iter().any(|u| (0xD800..0xE000).contains(u));
            check(Text::Ucs4(&units), &twin(units.iter().copied()), invalid);
        }

        #[test]
        fn utf8_equals_its_twin(bytes: Vec<u8>) {
            let invalid = std::str::from_utf8(&bytes).is_err();
            check(Text::Utf8(&bytes), &String::from_utf8_lossy(&bytes), invalid);
        }
    }

    #[test]
    fn units_that_are_not_characters_stay_invalid() {
        for (units, expected) in [
            (&[0x61, 0xE9, 0x1F600][..], "a\u{e9}\u{1F600}".as_bytes()),
            (&[0x61, 0xD800, 0x62], b"a\xFFb"),
            (&[0x11_0000], b"\xFF"),
            (&[], b""),
        ] {
            let mut out = vec![];
            append_ucs4(units, &mut out);
            assert_eq!(out, expected);
        }
    }
}

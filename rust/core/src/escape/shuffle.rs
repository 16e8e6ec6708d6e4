//! Escapes eight bytes at once, where the processor can move bytes about by a table (SSSE3: all x86-64 since 2006).
//!
//! Which of eight bytes need an escape is a number of eight bits; a table has for each such number where the bytes go,
//! with room for the backslashes. So there is no branch whatever stands in the text, but for the rare `\u00XX`.
//!
//! The only thing that is unsafe is to call it on a processor that can't; the words themselves are loaded and stored as
//! numbers, which the compiler makes vectors of.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m128i, _mm_and_si128, _mm_andnot_si128, _mm_cmpeq_epi8, _mm_cmpgt_epi8, _mm_cvtsi64_si128,
    _mm_cvtsi128_si64, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8,
    _mm_setzero_si128, _mm_shuffle_epi8, _mm_unpackhi_epi64,
};

use super::{LETTERS, put_byte};
use crate::cursor::Cursor;

/// Writes `text`, escaped; false where this processor can't, and nothing was written.
#[inline]
pub(super) fn put_escaped(text: &[u8], out: &mut Cursor<'_>) -> bool {
    if !std::arch::is_x86_feature_detected!("ssse3") {
        return false;
    }
    // SAFETY: the processor has what the function asks for.
    unsafe { shuffled(text, out) };
    true
}

/// Where the bytes of a word go, by which of them need an escape; `FREE` is where a backslash goes.
const PLACES: [[u8; 16]; 256] = {
    let mut places = [[FREE; 16]; 256];
    let mut mask = 0;
    while mask < 256 {
        let (mut from, mut to) = (0_u8, 0);
        while from < 8 {
            to += mask >> from & 1;
            places[mask][to] = from;
            from += 1;
            to += 1;
        }
        mask += 1;
    }
    places
};

/// An index that gives a 0.
const FREE: u8 = 0x80;

#[target_feature(enable = "ssse3")]
fn shuffled(text: &[u8], out: &mut Cursor<'_>) {
    let (words, rest) = text.as_chunks::<8>();
    for word in words {
        if !put_word(*word, out) {
            word.iter().for_each(|&byte| put_byte(byte, out));
        }
    }
    rest.iter().for_each(|&byte| put_byte(byte, out));
}

/// False where a control character has no letter, and nothing was written.
#[target_feature(enable = "ssse3")]
#[inline]
fn put_word(word: [u8; 8], out: &mut Cursor<'_>) -> bool {
    let bytes = _mm_cvtsi64_si128(i64::from_le_bytes(word));
    let equal = |byte: u8| _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte.cast_signed()));
    let below = |limit: u8| _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(limit.cast_signed() - 1)), bytes);
    let control = below(0x20);
    let special = _mm_or_si128(control, _mm_or_si128(equal(b'"'), equal(b'\\')));
    let mask = low_bits(special);
    let mut moved = bytes;
    if low_bits(control) != 0 {
        let letters = _mm_and_si128(_mm_shuffle_epi8(of(LETTERS), bytes), below(16));
        let without = _mm_and_si128(control, _mm_cmpeq_epi8(letters, _mm_setzero_si128()));
        if low_bits(without) != 0 {
            return false;
        }
        moved = _mm_or_si128(_mm_andnot_si128(control, bytes), _mm_and_si128(control, letters));
    }
    let places = of(PLACES[mask]);
    let backslashes = _mm_and_si128(_mm_cmpgt_epi8(_mm_setzero_si128(), places), _mm_set1_epi8(0x5C));
    let escaped = _mm_or_si128(_mm_shuffle_epi8(moved, places), backslashes);
    out.put_first_of(&to_bytes(escaped), 8 + mask.count_ones() as usize);
    true
}

#[target_feature(enable = "ssse3")]
#[inline]
fn low_bits(bytes: __m128i) -> usize {
    (_mm_movemask_epi8(bytes) & 0xFF).cast_unsigned() as usize
}

#[target_feature(enable = "ssse3")]
#[inline]
fn of(bytes: [u8; 16]) -> __m128i {
    let [low, high] = [0, 8].map(|at| i64::from_le_bytes(std::array::from_fn(|i| bytes[at + i])));
    _mm_set_epi64x(high, low)
}

#[target_feature(enable = "ssse3")]
#[inline]
fn to_bytes(bytes: __m128i) -> [u8; 16] {
    let (low, high) = (_mm_cvtsi128_si64(bytes), _mm_cvtsi128_si64(_mm_unpackhi_epi64(bytes, bytes)));
    (u128::from(high.cast_unsigned()) << 64 | u128::from(low.cast_unsigned())).to_le_bytes()
}

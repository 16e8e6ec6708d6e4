//! 64 bytes at once, where the processor has vectors: of 64 bytes (AVX-512 BW: Skylake-X, Zen 4 and what came after) or of
//! 32 (AVX2: nearly all x86-64 since 2013).
//!
//! What is unsafe is to call it on a processor that can't, and to load a vector from an array that is just so long.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256i, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_set1_epi8,
    _mm512_cmpeq_epi8_mask, _mm512_cmplt_epu8_mask, _mm512_loadu_si512, _mm512_movepi8_mask, _mm512_set1_epi8,
};
use std::sync::LazyLock;

use super::{Block, Marks};

/// A way to read a line, which is `Marks::read`.
type Read = unsafe fn(&mut Marks, &[u8]) -> bool;

/// The best that this processor can; `None` where that is words. Asked once: it is used for every line.
static READ: LazyLock<Option<Read>> = LazyLock::new(|| {
    let can_bits = std::arch::is_x86_feature_detected!("bmi1") && std::arch::is_x86_feature_detected!("popcnt");
    if can_bits && std::arch::is_x86_feature_detected!("avx512bw") {
        Some(read_in_vectors_of_64)
    } else if can_bits && std::arch::is_x86_feature_detected!("avx2") {
        Some(read_in_vectors_of_32)
    } else {
        None
    }
});

/// As `Marks::read`; `None` where this processor can't.
#[inline]
pub(super) fn read(marks: &mut Marks, line: &[u8]) -> Option<bool> {
    // SAFETY: the processor has what the function asks for.
    READ.map(|read| unsafe { read(marks, line) })
}

/// Likewise, in vectors of 32 bytes, also where there are longer ones.
#[cfg(test)]
pub(super) fn read_shorter(marks: &mut Marks, line: &[u8]) -> Option<bool> {
    let can = std::arch::is_x86_feature_detected!("avx2")
        && std::arch::is_x86_feature_detected!("bmi1")
        && std::arch::is_x86_feature_detected!("popcnt");
    // SAFETY: the processor has what the function asks for.
    can.then(|| unsafe { read_in_vectors_of_32(marks, line) })
}

#[target_feature(enable = "avx512bw,bmi1,popcnt")]
fn read_in_vectors_of_64(marks: &mut Marks, line: &[u8]) -> bool {
    marks.read_by(line, |bytes| {
        // SAFETY: there are 64 bytes.
        let bytes = unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) };
        let equal = |byte: u8| _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte.cast_signed()));
        Block {
            quotes: equal(b'"'),
            backslashes: equal(b'\\'),
            controls: _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(0x20)),
            high: _mm512_movepi8_mask(bytes),
        }
    })
}

#[target_feature(enable = "avx2,bmi1,popcnt")]
fn read_in_vectors_of_32(marks: &mut Marks, line: &[u8]) -> bool {
    marks.read_by(line, |bytes| {
        let (low, high) = bytes.split_at(32);
        // SAFETY: there are 32 bytes in each.
        let halves =
            unsafe { [_mm256_loadu_si256(low.as_ptr().cast()), _mm256_loadu_si256(high.as_ptr().cast())] };
        let both = |told: [__m256i; 2]| {
            let [low, high] = told.map(|bytes| u64::from(_mm256_movemask_epi8(bytes).cast_unsigned()));
            high << 32 | low
        };
        let equal =
            |byte: u8| both(halves.map(|half| _mm256_cmpeq_epi8(half, _mm256_set1_epi8(byte.cast_signed()))));
        let most = _mm256_set1_epi8(0x1F);
        Block {
            quotes: equal(b'"'),
            backslashes: equal(b'\\'),
            controls: both(halves.map(|half| _mm256_cmpeq_epi8(_mm256_min_epu8(half, most), half))),
            high: both(halves),
        }
    })
}

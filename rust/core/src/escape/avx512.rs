//! Counts 64 bytes at once and escapes 32 on processors with AVX-512 VBMI2 (Ice Lake, Zen 4 and later), which can drop
//! bytes of a vector by a mask.
//!
//! Each byte is given a place for a backslash before it, and the places that no byte needs are dropped. So there is no
//! branch on the text, except for control characters.
//!
//! What is unsafe is to call it on a processor without AVX-512 VBMI2, and the loads and stores of whole vectors, each of an array
//! or slice that is just so long.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m512i, _mm_loadu_si128, _mm256_loadu_si256, _mm256_maskz_loadu_epi8, _mm512_broadcast_i32x4,
    _mm512_cmpeq_epi8_mask, _mm512_cmplt_epu8_mask, _mm512_cvtepu8_epi16, _mm512_loadu_si512,
    _mm512_mask_blend_epi8, _mm512_maskz_compress_epi8, _mm512_maskz_loadu_epi8, _mm512_maskz_shuffle_epi8,
    _mm512_or_si512, _mm512_set1_epi8, _mm512_set1_epi16, _mm512_slli_epi16, _mm512_storeu_si512,
    _mm512_test_epi8_mask,
};
use std::sync::LazyLock;

use super::avx2;
use super::table::{LETTERS, put_byte};
use crate::buf_writer::BufWriter;

/// Whether this processor can. Asked once: it is asked for every message.
static CAN: LazyLock<bool> = LazyLock::new(|| {
    std::arch::is_x86_feature_detected!("avx512vbmi2")
        && std::arch::is_x86_feature_detected!("avx512bw")
        && std::arch::is_x86_feature_detected!("avx512vl")
        && std::arch::is_x86_feature_detected!("popcnt")
});

/// Bytes of `text` once escaped; `None` if this processor can't.
#[inline]
pub(super) fn escaped_len(text: &[u8]) -> Option<usize> {
    // SAFETY: the processor has what the function asks for.
    CAN.then(|| unsafe { counted(text) })
}

/// Writes `text`, escaped; false if this processor can't, and nothing was written.
#[inline]
pub(super) fn put_escaped(text: &[u8], out: &mut BufWriter<'_>) -> bool {
    if !*CAN {
        return false;
    }
    // SAFETY: the processor has what the function asks for.
    unsafe { expanded(text, out) };
    true
}

#[target_feature(enable = "avx512vbmi2,avx512bw,avx512vl,popcnt")]
fn counted(text: &[u8]) -> usize {
    let (blocks, rest) = text.as_chunks::<64>();
    let mut more: usize = blocks.iter().map(|block| more_in(load(block), u64::MAX)).sum();
    if !rest.is_empty() {
        let mask = u64::MAX >> (64 - rest.len());
        // SAFETY: no byte is read but those that are left.
        more += more_in(unsafe { _mm512_maskz_loadu_epi8(mask, rest.as_ptr().cast()) }, mask);
    }
    text.len() + more
}

/// Bytes that escapes add to those of the mask.
#[target_feature(enable = "avx512vbmi2,avx512bw,avx512vl,popcnt")]
#[inline]
fn more_in(bytes: __m512i, mask: u64) -> usize {
    let control = below_space(bytes) & mask;
    let mut more = (control | quotes_and_backslashes(bytes)).count_ones() as usize;
    if control != 0 {
        more += 4 * (control & !lettered(bytes).1).count_ones() as usize;
    }
    more
}

/// A long text may well be clean for long, and is copied then, 64 bytes at a time and four times as fast.
#[target_feature(enable = "avx512vbmi2,avx512bw,avx512vl,popcnt")]
fn expanded(text: &[u8], out: &mut BufWriter<'_>) {
    const LONG: usize = 512;
    /// How much is not looked at, from a block that was not clean on: JSON inside JSON would lose a third of its time to
    /// looks at every block.
    const DIRTY: usize = 256;
    let mut left = text;
    while text.len() >= LONG
        && let Some((block, after)) = left.split_first_chunk()
    {
        if put_clean(block, out) {
            left = after;
        } else {
            let (dirty, after) = left.split_at(left.len().min(DIRTY));
            expanded_by_halves(dirty, out);
            left = after;
        }
    }
    expanded_by_halves(left, out);
}

/// Copies a block that needs no escape; false if it does, or the room is too small, and nothing was written.
#[target_feature(enable = "avx512vbmi2,avx512bw,avx512vl,popcnt")]
#[inline]
fn put_clean(block: &[u8; 64], out: &mut BufWriter<'_>) -> bool {
    let bytes = load(block);
    let Some(room) = out.first_chunk_mut::<64>() else { return false };
    if below_space(bytes) | quotes_and_backslashes(bytes) != 0 {
        return false;
    }
    // SAFETY: the room has 64 bytes.
    unsafe { _mm512_storeu_si512(room.as_mut_ptr().cast(), bytes) };
    out.pass(64);
    true
}

#[target_feature(enable = "avx512vbmi2,avx512bw,avx512vl,popcnt")]
#[inline]
fn expanded_by_halves(text: &[u8], out: &mut BufWriter<'_>) {
    /// The second of each two bytes.
    const SECONDS: u64 = 0xAAAA_AAAA_AAAA_AAAA;
    for block in text.chunks(32) {
        let Some(room) = out.first_chunk_mut::<64>() else {
            block.iter().for_each(|&byte| put_byte(byte, out));
            continue;
        };
        // SAFETY: no byte is read but those of the block.
        let bytes = unsafe {
            match block.as_array::<32>() {
                Some(block) => _mm256_loadu_si256(block.as_ptr().cast()),
                None => _mm256_maskz_loadu_epi8(u32::MAX >> (32 - block.len()), block.as_ptr().cast()),
            }
        };
        // Each byte is the second of two.
        let seconds = SECONDS >> (64 - 2 * block.len());
        let mut pairs = _mm512_slli_epi16(_mm512_cvtepu8_epi16(bytes), 8);
        let control = below_space(pairs) & seconds;
        let special = (control | quotes_and_backslashes(pairs)) & seconds;
        if control != 0 {
            let (letters, known) = lettered(pairs);
            if control & !known != 0 {
                // One that becomes `\u00XX`. There, eight bytes with one among them are written byte by byte, and not all.
                if !avx2::put_escaped(block, out) {
                    block.iter().for_each(|&byte| put_byte(byte, out));
                }
                continue;
            }
            pairs = _mm512_mask_blend_epi8(control, pairs, letters);
        }
        let pairs = _mm512_or_si512(pairs, _mm512_set1_epi16(i16::from(b'\\')));
        let escaped = _mm512_maskz_compress_epi8(seconds | special >> 1, pairs);
        // SAFETY: the room has 64 bytes.
        unsafe { _mm512_storeu_si512(room.as_mut_ptr().cast(), escaped) };
        out.pass(block.len() + special.count_ones() as usize);
    }
}

/// Not through a mask: masked loads do not make a Zen 5 prefetch what follows. (To
/// count 1 MB that was in no cache took 145 us, and takes 34; in the cache 22, and 16.)
#[target_feature(enable = "avx512vbmi2,avx512bw,avx512vl,popcnt")]
#[inline]
fn load(block: &[u8; 64]) -> __m512i {
    // SAFETY: a block is as long as a vector.
    unsafe { _mm512_loadu_si512(block.as_ptr().cast()) }
}

#[target_feature(enable = "avx512vbmi2,avx512bw,avx512vl,popcnt")]
#[inline]
fn below_space(bytes: __m512i) -> u64 {
    _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(0x20))
}

#[target_feature(enable = "avx512vbmi2,avx512bw,avx512vl,popcnt")]
#[inline]
fn quotes_and_backslashes(bytes: __m512i) -> u64 {
    let equal = |byte: u8| _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte.cast_signed()));
    equal(b'"') | equal(b'\\')
}

/// The letters after the backslashes of control characters, and which of them have one.
#[target_feature(enable = "avx512vbmi2,avx512bw,avx512vl,popcnt")]
#[inline]
fn lettered(bytes: __m512i) -> (__m512i, u64) {
    // SAFETY: there are 16 of them.
    let letters = _mm512_broadcast_i32x4(unsafe { _mm_loadu_si128(LETTERS.as_ptr().cast()) });
    let below_16 = _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(16));
    let letters = _mm512_maskz_shuffle_epi8(below_16, letters, bytes);
    (letters, _mm512_test_epi8_mask(letters, letters))
}

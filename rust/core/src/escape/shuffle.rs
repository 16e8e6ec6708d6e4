//! Counts and escapes 32 bytes at once, where the processor can move bytes about by a table (AVX2: nearly all x86-64
//! since 2013).
//!
//! Which of eight bytes need an escape is a number of eight bits; a table has for each such number where the bytes go,
//! and where the backslashes. So there is no branch between quotes that stand a few bytes apart. Bytes that become
//! `\u00XX` are rare: what stands before one is escaped so, and it by itself.
//!
//! What is unsafe is to call it on a processor that can't, and the loads and stores of whole vectors, each of an array
//! that is just so long, or said to be.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256i, _mm_cvtsi64_si128, _mm_loadu_si128, _mm_set1_epi8, _mm_shuffle_epi8, _mm_storeu_si128,
    _mm_unpacklo_epi64, _mm256_and_si256, _mm256_blendv_epi8, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8,
    _mm256_loadu_si256, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set_epi64x,
    _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_storeu_si256,
};
use std::sync::LazyLock;

use super::{BLOCK, LETTERS, put_byte};
use crate::cursor::Cursor;

/// Whether this processor can. Asked once: it is asked for every message.
static CAN: LazyLock<bool> =
    LazyLock::new(|| std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("popcnt"));

/// Bytes of `text` once escaped; `None` where this processor can't tell.
#[inline]
pub(super) fn escaped_len(text: &[u8]) -> Option<usize> {
    // SAFETY: the processor has what the function asks for.
    CAN.then(|| unsafe { counted(text) })
}

/// Likewise, where all of it is ASCII; `Err` where this processor can't tell.
#[inline]
pub(super) fn escaped_len_of_ascii(text: &[u8]) -> Result<Option<usize>, ()> {
    // SAFETY: the processor has what the function asks for.
    if *CAN { Ok(unsafe { counted_ascii(text) }) } else { Err(()) }
}

/// Writes `text`, escaped; false where this processor can't, and nothing was written.
#[inline]
pub(super) fn put_escaped(text: &[u8], out: &mut Cursor<'_>) -> bool {
    if !*CAN {
        return false;
    }
    // SAFETY: the processor has what the function asks for.
    unsafe { shuffled(text, out) };
    true
}

/// Where the bytes of a word go, by which of them need an escape; the index `BACKSLASH` gives that.
const PLACES: [[u8; 16]; 256] = {
    let mut places = [[BACKSLASH; 16]; 256];
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

/// Behind the eight bytes of the word there are eight backslashes.
const BACKSLASH: u8 = 8;

#[target_feature(enable = "avx2,popcnt")]
fn counted(text: &[u8]) -> usize {
    let mut more = 0;
    each_block(text, |bytes, mask| {
        more += more_in(bytes, mask);
        true
    });
    text.len() + more
}

#[target_feature(enable = "avx2,popcnt")]
fn counted_ascii(text: &[u8]) -> Option<usize> {
    let mut more = 0;
    let is_ascii = each_block(text, |bytes, mask| {
        more += more_in(bytes, mask);
        bits(bytes) & mask == 0
    });
    is_ascii.then_some(text.len() + more)
}

/// Whether all blocks of a text pass, each with a mask of those of its bytes that count.
#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn each_block(text: &[u8], mut pass: impl FnMut(__m256i, u32) -> bool) -> bool {
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    if !blocks.iter().all(|block| pass(load(block), u32::MAX)) {
        return false;
    }
    match (rest.len(), text.last_chunk()) {
        (0, _) => true,
        // Looked at together with bytes before it.
        (n, Some(last)) => pass(load(last), u32::MAX << (BLOCK - n)),
        (n, None) => pass(load_short(rest), u32::MAX >> (BLOCK - n)),
    }
}

/// What escapes add to these bytes, of which the mask tells those that count.
#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn more_in(bytes: __m256i, mask: u32) -> usize {
    let found = look_at(bytes);
    let mut more = (found.special & mask).count_ones();
    if found.control & mask != 0 {
        more += 4 * (found.control & !lettered(bytes).1 & mask).count_ones();
    }
    more as usize
}

#[target_feature(enable = "avx2,popcnt")]
fn shuffled(text: &[u8], out: &mut Cursor<'_>) {
    let mut rest = text;
    while !rest.is_empty() {
        let taken = put_some_of(rest, out);
        if taken == 0 {
            break;
        }
        rest = &rest[taken..];
    }
    rest.iter().for_each(|&byte| put_byte(byte, out));
}

/// Writes the first block of a text, or up to and with its first byte that becomes `\u00XX`, or more where it is clean; how
/// many bytes it took, and 0 where there is not the room for whole vectors.
#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn put_some_of(text: &[u8], out: &mut Cursor<'_>) -> usize {
    let (bytes, n) = match text.first_chunk() {
        Some(block) => (load(block), BLOCK),
        None => (load_short(text), text.len()),
    };
    let Some(room) = out.first_chunk_mut::<{ 2 * BLOCK }>() else { return 0 };
    let found = look_at(bytes);
    let mask = u32::MAX >> (BLOCK - n);
    if found.special & mask == 0 {
        store(bytes, &mut room.as_chunks_mut().0[0]);
        out.pass(n);
        return if n == BLOCK { n + put_clean(&text[n..], out) } else { n };
    }
    let (mut bytes, mut n, mut unlettered) = (bytes, n, None);
    if found.control & mask != 0 {
        let (letters, known) = lettered(bytes);
        let unknown = found.control & !known & mask;
        if unknown != 0 {
            n = unknown.trailing_zeros() as usize;
            unlettered = Some(text[n]);
        }
        bytes = letters;
    }
    let mut words = [0; BLOCK / 8];
    // SAFETY: the words have 32 bytes.
    unsafe { _mm256_storeu_si256(words.as_mut_ptr().cast(), bytes) };
    let (mut special, mut at) = (found.special, 0);
    for word in words.into_iter().take(n.div_ceil(8)) {
        let these = (special & 0xFF) as usize;
        special >>= 8;
        // SAFETY: there are 16 places. Four words are at most 64 bytes, as many as there is room for, and each begins at
        // most 16 behind the one before.
        unsafe {
            let pair = _mm_unpacklo_epi64(_mm_cvtsi64_si128(word), _mm_set1_epi8(b'\\'.cast_signed()));
            let escaped = _mm_shuffle_epi8(pair, _mm_loadu_si128(PLACES[these].as_ptr().cast()));
            _mm_storeu_si128(room.as_mut_ptr().add(at).cast(), escaped);
        }
        at += 8 + these.count_ones() as usize;
    }
    out.pass(n + (u64::from(found.special) & ((1 << n) - 1)).count_ones() as usize);
    if let Some(byte) = unlettered {
        put_byte(byte, out);
        n += 1;
    }
    n
}

/// Copies blocks up to the first that needs an escape; how many bytes it took.
#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn put_clean(text: &[u8], out: &mut Cursor<'_>) -> usize {
    let mut taken = 0;
    for (from, to) in text.as_chunks().0.iter().zip(out.rest_mut().as_chunks_mut().0) {
        let bytes = load(from);
        if look_at(bytes).special != 0 {
            break;
        }
        store(bytes, to);
        taken += BLOCK;
    }
    out.pass(taken);
    taken
}

/// Which of 32 bytes need an escape, and which of those are control characters.
struct Found {
    special: u32,
    control: u32,
}

#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn look_at(bytes: __m256i) -> Found {
    let equal = |byte: u8| _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte.cast_signed()));
    let control = below(bytes, 0x20);
    let special = _mm256_or_si256(control, _mm256_or_si256(equal(b'"'), equal(b'\\')));
    Found { special: bits(special), control: bits(control) }
}

#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn below(bytes: __m256i, limit: u8) -> __m256i {
    _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(limit.cast_signed() - 1)), bytes)
}

#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn bits(bytes: __m256i) -> u32 {
    _mm256_movemask_epi8(bytes).cast_unsigned()
}

/// The bytes with the letters of control characters in their place, and which of them have one.
#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn lettered(bytes: __m256i) -> (__m256i, u32) {
    // SAFETY: there are 16 of them.
    let letters = _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(LETTERS.as_ptr().cast()) });
    let letters = _mm256_and_si256(_mm256_shuffle_epi8(letters, bytes), below(bytes, 16));
    let none = _mm256_cmpeq_epi8(letters, _mm256_setzero_si256());
    (_mm256_blendv_epi8(letters, bytes, none), !bits(none))
}

#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn load(bytes: &[u8; BLOCK]) -> __m256i {
    // SAFETY: there are 32 bytes.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn store(bytes: __m256i, to: &mut [u8; BLOCK]) {
    // SAFETY: there are 32 bytes.
    unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), bytes) };
}

/// Fewer than 32 bytes, and zeros behind them. They are put together in registers: a vector that was just written in
/// pieces cannot be loaded before those have left the processor's queue of stores.
#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn load_short(bytes: &[u8]) -> __m256i {
    let (words, rest) = bytes.as_chunks::<8>();
    let last = short_word(rest).cast_signed();
    let word = |index: usize| match words.get(index) {
        Some(word) => i64::from_le_bytes(*word),
        None if index == words.len() => last,
        None => 0,
    };
    _mm256_set_epi64x(word(3), word(2), word(1), word(0))
}

/// Fewer than eight bytes as a number, the first in its lowest bits.
#[inline]
fn short_word(bytes: &[u8]) -> u64 {
    let n = bytes.len();
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << (8 * (n - 4));
    }
    // The first, the one in the middle and the last are all of three, and some of them are one of fewer.
    match bytes {
        [] => 0,
        [first, ..] => {
            u64::from(*first) | u64::from(bytes[n / 2]) << (8 * (n / 2)) | u64::from(bytes[n - 1]) << (8 * (n - 1))
        }
    }
}

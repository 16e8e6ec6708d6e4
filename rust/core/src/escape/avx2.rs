//! Counts and escapes 32 bytes at once on processors with AVX2 (nearly all x86-64 since 2013), which can shuffle bytes by
//! a table.
//!
//! Which of eight bytes need an escape is a number of eight bits; a table has the places of the bytes and of
//! the backslashes for each such number. So there is no branch between quotes that are a few bytes apart. Bytes that become
//! `\u00XX` are rare: eight with one among them are written byte by byte.
//!
//! What is unsafe is to call it on a processor without AVX2, and the loads and stores of whole vectors, each of an array
//! that is just so long, or said to be.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256i, _mm_castpd_si128, _mm_castsi128_pd, _mm_loadl_pd, _mm_loadu_si128, _mm_set1_epi8, _mm_shuffle_epi8,
    _mm_storeu_si128, _mm256_and_si256, _mm256_blendv_epi8, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8,
    _mm256_loadu_si256, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set_epi64x,
    _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_storeu_si256,
};
use std::sync::LazyLock;

use super::table::{BLOCK, LETTERS, put_byte};
use crate::buf_writer::BufWriter;

/// Whether this processor can. Asked once: it is asked for every message.
static CAN: LazyLock<bool> =
    LazyLock::new(|| std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("popcnt"));

/// Bytes of `text` once escaped; `None` if this processor can't.
#[inline]
pub(super) fn escaped_len(text: &[u8]) -> Option<usize> {
    // SAFETY: the processor has what the function asks for.
    CAN.then(|| unsafe { counted(text) })
}

/// Like `escaped_len`, or `None` if it is not all ASCII; `Err` if this processor can't.
#[inline]
pub(super) fn escaped_len_of_ascii(text: &[u8]) -> Result<Option<usize>, ()> {
    // SAFETY: the processor has what the function asks for.
    if *CAN { Ok(unsafe { counted_ascii(text) }) } else { Err(()) }
}

/// Writes `text`, escaped; false if this processor can't, and nothing was written.
#[inline]
pub(super) fn put_escaped(text: &[u8], out: &mut BufWriter<'_>) -> bool {
    if !*CAN {
        return false;
    }
    // SAFETY: the processor has what the function asks for.
    unsafe { shuffled(text, out) };
    true
}

/// The places of the bytes of a word, by which of them need an escape; the index `BACKSLASH` is a backslash.
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

/// Eight backslashes follow the eight bytes of the word.
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

/// Bytes that escapes add to those of the mask.
#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn more_in(bytes: __m256i, mask: u32) -> usize {
    let found = find_special(bytes);
    let mut more = (found.special & mask).count_ones();
    if found.control & mask != 0 {
        more += 4 * (found.control & !lettered(bytes).1 & mask).count_ones();
    }
    more as usize
}

#[target_feature(enable = "avx2,popcnt")]
fn shuffled(text: &[u8], out: &mut BufWriter<'_>) {
    let (head, blocks) = text.as_rchunks();
    let (room, mut to) = (out.rest_mut(), 0);
    if !head.is_empty() {
        to += match text.first_chunk() {
            // Bytes after the head are written too, and overwritten by what follows.
            Some(block) => put_first_of(block, head.len(), room),
            None => put_first_of(&stored(load_short(head)), head.len(), room),
        };
    }
    for block in blocks {
        to += put_first_of(block, BLOCK, &mut room[to..]);
    }
    out.pass(to);
}

/// Writes the first `n` bytes of a block; how many they became.
#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn put_first_of(block: &[u8; BLOCK], n: usize, room: &mut [u8]) -> usize {
    let Some(space) = room.first_chunk_mut() else { return put_bytes(&block[..n], room) };
    let (found, mask) = (find_special(load(block)), u32::MAX >> (BLOCK - n));
    let special = found.special & mask;
    if found.control & mask != 0 {
        return put_with_controls(block, n, room);
    }
    if special == 0 {
        store(load(block), &mut space.as_chunks_mut().0[0]);
    } else {
        put_words(block, found.special, space);
    }
    n + special.count_ones() as usize
}

/// Like `put_first_of`, for a block with control characters: a word with one that becomes `\u00XX` is written byte by byte.
#[target_feature(enable = "avx2,popcnt")]
#[inline(never)]
fn put_with_controls(block: &[u8; BLOCK], n: usize, room: &mut [u8]) -> usize {
    let all = room.len();
    let mut out = BufWriter::new(room);
    let SpecialBytes { mut special, control } = find_special(load(block));
    let (letters, known) = lettered(load(block));
    let (letters, mut unlettered) = (stored(letters), control & !known);
    for (word, bytes) in letters.as_chunks().0.iter().zip(block[..n].chunks(8)) {
        let mask = 0xFF >> (8 - bytes.len());
        match out.first_chunk_mut() {
            Some(space) if unlettered & mask == 0 => {
                put_word(word, special & 0xFF, space);
                out.pass(bytes.len() + (special & mask).count_ones() as usize);
            }
            _ => bytes.iter().for_each(|&byte| put_byte(byte, &mut out)),
        }
        (special, unlettered) = (special >> 8, unlettered >> 8);
    }
    all - out.room()
}

/// Writes bytes one by one; how many they became.
#[inline(never)]
fn put_bytes(bytes: &[u8], room: &mut [u8]) -> usize {
    let all = room.len();
    let mut out = BufWriter::new(room);
    bytes.iter().for_each(|&byte| put_byte(byte, &mut out));
    all - out.room()
}

/// Writes a block, with a backslash before each of these bytes.
#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn put_words(block: &[u8; BLOCK], mut special: u32, space: &mut [u8; 2 * BLOCK]) {
    let mut at = 0;
    for word in block.as_chunks().0 {
        let these = special & 0xFF;
        special >>= 8;
        // SAFETY: four words are at most 64 bytes, as many as there is room for, and each begins at most 16 after the one
        // before.
        put_word(word, these, unsafe { &mut *space.as_mut_ptr().add(at).cast() });
        at += 8 + these.count_ones() as usize;
    }
}

/// Writes a word, with a backslash before each of these bytes of it; bytes after it are written too.
#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn put_word(word: &[u8; 8], these: u32, space: &mut [u8; 16]) {
    let backslashes = _mm_castsi128_pd(_mm_set1_epi8(b'\\'.cast_signed()));
    // SAFETY: the word has 8 bytes, and places and space have 16.
    unsafe {
        let pair = _mm_castpd_si128(_mm_loadl_pd(backslashes, word.as_ptr().cast()));
        let escaped = _mm_shuffle_epi8(pair, _mm_loadu_si128(PLACES[these as usize & 0xFF].as_ptr().cast()));
        _mm_storeu_si128(space.as_mut_ptr().cast(), escaped);
    }
}

/// Which of 32 bytes need an escape, and which of those are control characters.
struct SpecialBytes {
    special: u32,
    control: u32,
}

#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn find_special(bytes: __m256i) -> SpecialBytes {
    let equal = |byte: u8| _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte.cast_signed()));
    let control = below(bytes, 0x20);
    let special = _mm256_or_si256(control, _mm256_or_si256(equal(b'"'), equal(b'\\')));
    SpecialBytes { special: bits(special), control: bits(control) }
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

#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn stored(bytes: __m256i) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    store(bytes, &mut block);
    block
}

/// Fewer than 32 bytes, padded with zeros. They are put together in registers: a vector that was just written in
/// pieces cannot be loaded before those have left the processor's store queue.
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

//! A message inside a JSON string, with no more escapes than JSON demands: the quote, the backslash, and the
//! control characters below U+0020 (RFC 8259, section 7). Everything else goes out as raw UTF-8.
//!
//! The length is known before a byte is written: it is counted once, when a message enters its table, and the
//! body then has its exact size from the rows alone. Clean text, which is nearly all text, is copied whole.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod table;

use table::{BLOCK, put_byte};

use crate::buf_writer::BufWriter;

/// Bytes of `text` once escaped.
#[must_use]
pub fn escaped_len(text: &[u8]) -> usize {
    #[cfg(target_arch = "x86_64")]
    if let Some(len) = avx512::escaped_len(text).or_else(|| avx2::escaped_len(text)) {
        return len;
    }
    escaped_len_by_blocks(text)
}

/// Like [`escaped_len`], if all of `text` is ASCII, in the same pass; `None` also if that takes more than 32 bits.
#[inline]
#[must_use]
pub fn escaped_len_of_ascii(text: &[u8]) -> Option<u32> {
    #[cfg(target_arch = "x86_64")]
    if let Ok(counted) = avx2::escaped_len_of_ascii(text) {
        return counted.and_then(|len| u32::try_from(len).ok());
    }
    text.is_ascii().then(|| u32::try_from(escaped_len(text)).ok())?
}

fn escaped_len_by_blocks(text: &[u8]) -> usize {
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    let clean = blocks.iter().take_while(|block| !needs_escape(block)).count();
    // In lanes of 8 bits, a few blocks at a time so that none overflows: the compiler makes vectors of it.
    let mut more: usize = blocks[clean..].chunks(MAX_BLOCKS).map(more_in_blocks).sum();
    // The remainder is counted together with bytes before it: one more block beats a loop over bytes.
    if !rest.is_empty() && text.last_chunk::<BLOCK>().is_none_or(needs_escape) {
        let mut last = [b' '; BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        if needs_escape(&last) {
            more += more_in_blocks(&[last]);
        }
    }
    text.len() + more
}

/// A lane counts at most one escape, of five more bytes, in each.
const MAX_BLOCKS: usize = 255 / 5;

/// Bytes that escapes add.
#[expect(clippy::needless_bitwise_bool, reason = "without branches the compiler makes vectors of the loop")]
fn more_in_blocks(blocks: &[[u8; BLOCK]]) -> usize {
    let mut lanes = [0_u8; BLOCK];
    for block in blocks {
        for (lane, &byte) in lanes.iter_mut().zip(block) {
            let short = (8..=13).contains(&byte) & (byte != 11);
            let control = byte < 0x20;
            let escaped = control | (byte == b'"') | (byte == b'\\');
            *lane += u8::from(escaped) + 4 * u8::from(control & !short);
        }
    }
    lanes.iter().map(|&lane| usize::from(lane)).sum()
}

/// Writes `text`, escaped, at the start of `out`.
///
/// Returns the number of bytes written: `escaped_len(text)`.
///
/// # Panics
/// If `out` is shorter than that.
pub fn write_escaped(text: &[u8], out: &mut [u8]) -> usize {
    let room = out.len();
    let mut writer = BufWriter::new(out);
    put_escaped(text, &mut writer);
    room - writer.room()
}

/// In vectors if the processor can, else in words.
pub(crate) fn put_escaped(text: &[u8], out: &mut BufWriter<'_>) {
    #[cfg(target_arch = "x86_64")]
    if avx512::put_escaped(text, out) || avx2::put_escaped(text, out) {
        return;
    }
    put_escaped_in_words(text, out);
}

/// Eight bytes at a time: a clean word is copied, every byte of another one goes through a table.
///
/// Tried, and slower: to copy up to the first special byte of a word, escape it, and look again from there. Between quotes
/// a few bytes apart that is one mispredicted branch for each; the table has none (JSON inside JSON: 250 ns for 98
/// bytes before).
#[inline(never)]
fn put_escaped_in_words(text: &[u8], out: &mut BufWriter<'_>) {
    let (words, rest) = text.as_chunks::<8>();
    for word in words {
        if special_bytes(u64::from_le_bytes(*word)) == 0 {
            out.put(word);
        } else {
            word.iter().for_each(|&byte| put_byte(byte, out));
        }
    }
    rest.iter().for_each(|&byte| put_byte(byte, out));
}

fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

fn needs_escape(block: &[u8; BLOCK]) -> bool {
    // No early exit: the block becomes a few vector compares.
    block.iter().fold(false, |found, &byte| found | is_special(byte))
}

/// Not 0 if a byte of `word` needs an escape. (Each term is the well-known "has a byte less than n"; which byte it is
/// can be wrong above the first, and is not used.)
fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let below = |word: u64, n: u64| word.wrapping_sub(ONES * n) & !word;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, 0x20) | equal(b'"') | equal(b'\\')) & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The naive twin: byte by byte.
    fn twin(text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        for &byte in text {
            match byte {
                b'"' => out.extend(b"\\\""),
                b'\\' => out.extend(b"\\\\"),
                8 => out.extend(b"\\b"),
                9 => out.extend(b"\\t"),
                10 => out.extend(b"\\n"),
                12 => out.extend(b"\\f"),
                13 => out.extend(b"\\r"),
                0..0x20 => out.extend(format!("\\u{byte:04x}").bytes()),
                _ => out.push(byte),
            }
        }
        out
    }

    fn check(text: &[u8]) {
        let expected = twin(text);
        assert_eq!(escaped_len(text), expected.len(), "{text:?}");
        assert_eq!(escaped_len_of_ascii(text), text.is_ascii().then(|| u32::try_from(expected.len()).unwrap()));
        let mut out = vec![0xAA; expected.len() + 3];
        assert_eq!(write_escaped(text, &mut out), expected.len());
        assert_eq!(out[..expected.len()], expected);
        let mut exact = vec![0; expected.len()];
        write_escaped(text, &mut exact);
        assert_eq!(exact, expected);
        // What older processors do, also if this one has more.
        assert_eq!(escaped_len_by_blocks(text), expected.len(), "{text:?}");
        let mut in_words = vec![0; expected.len()];
        put_escaped_in_words(text, &mut BufWriter::new(&mut in_words));
        assert_eq!(in_words, expected);
        #[cfg(target_arch = "x86_64")]
        {
            let ascii = text.is_ascii().then_some(expected.len());
            assert!(avx2::escaped_len_of_ascii(text).map_or(true, |counted| counted == ascii), "{text:?}");
            assert!(avx2::escaped_len(text).is_none_or(|len| len == expected.len()), "{text:?}");
            let mut shuffled = vec![0; expected.len()];
            if avx2::put_escaped(text, &mut BufWriter::new(&mut shuffled)) {
                assert_eq!(shuffled, expected);
            }
        }
    }

    #[test]
    fn every_byte_at_every_place_of_every_short_length() {
        for len in 1..70 {
            for place in 0..len {
                for byte in [0, 7, 8, 9, 10, 11, 12, 13, 14, 0x1F, 0x20, b'"', b'!', b'\\', 0x7F, 0x80, 0xFF] {
                    let mut text = vec![b'x'; len];
                    text[place] = byte;
                    check(&text);
                }
            }
        }
        (0..=255).for_each(|byte| check(&[byte]));
    }

    #[test]
    fn counters_do_not_overflow() {
        check(&[0; 10_000]);
        check(&[b'"'; 10_000]);
    }

    #[test]
    fn what_is_written_parses_back() {
        let text: String = (0..0x250).filter_map(char::from_u32).chain("😀漢".chars()).collect();
        let mut out = vec![0; escaped_len(text.as_bytes())];
        write_escaped(text.as_bytes(), &mut out);
        let quoted = format!("\"{}\"", String::from_utf8(out).unwrap());
        assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), text);
    }

    proptest! {
        #[test]
        fn any_bytes_equal_the_twin(text in prop::collection::vec(
            prop_oneof![any::<u8>(), Just(b'"'), Just(b'\\'), 0..0x20_u8, 0x20..0x7F_u8], 0..400)) {
            check(&text);
        }

        #[test]
        fn mostly_clean_bytes_equal_the_twin(text in prop::collection::vec(
            prop_oneof![60 => 0x20..0x7F_u8, 1 => Just(b'"'), 1 => 0..0x20_u8], 0..400)) {
            check(&text);
        }

        #[test]
        fn long_texts_with_something_here_and_there_equal_the_twin(len in 400..3000_usize,
            special in prop::collection::vec((0..3000_usize, prop_oneof![Just(b'"'), Just(b'\\'), 0..0x20_u8]), 0..12)) {
            // No two blocks are alike.
            let clean = (b'!'..=0xFF).filter(|&byte| !is_special(byte)).cycle();
            let mut text: Vec<u8> = clean.take(len).collect();
            special.into_iter().for_each(|(place, byte)| text[place % len] = byte);
            check(&text);
        }
    }
}

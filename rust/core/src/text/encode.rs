//! Characters as a Python `str` has them into UTF-8: eight at once if all of them take as many bytes, which is most
//! of a text in any one script.
//!
//! Without an intrinsic: the compiler makes vectors of the loops over eight. Most of what is not plain ASCII is nearly so,
//! an umlaut or an emoji in a line. Text of nothing but CJK takes three quarters of what it took character by character,
//! and text that mixes lengths in every eight takes a little more.

/// How many characters are looked at together.
const BLOCK: usize = 8;

/// One unit of a `str`: a character.
pub(super) trait Unit: Copy {
    /// Its code point, or a surrogate, or what lies beyond Unicode.
    fn code(self) -> u32;
}

impl Unit for u8 {
    fn code(self) -> u32 {
        self.into()
    }
}

impl Unit for u16 {
    fn code(self) -> u32 {
        self.into()
    }
}

impl Unit for u32 {
    fn code(self) -> u32 {
        self
    }
}

/// Appends characters, which take exactly `len` bytes; what is not a character becomes U+FFFD.
pub(super) fn append<U: Unit>(out: &mut Vec<u8>, len: usize, units: &[U]) {
    let start = out.len();
    // Zeroing first costs less than a capacity check for each character.
    out.resize(start + len, 0);
    let room = &mut out[start..];
    let (blocks, last) = units.as_chunks::<BLOCK>();
    let mut at = 0;
    for block in blocks {
        at += match bytes_of_alike(block) {
            Some(bytes) => put_alike(block, bytes, &mut room[at..]),
            None => put_each(block, &mut room[at..]),
        };
    }
    // What is left over is written together with characters before it, once more, if all of them are alike.
    let again = units.last_chunk().filter(|_| last.len() > 1);
    if let Some((block, bytes)) = again.and_then(|block| Some((block, bytes_of_alike(block)?))) {
        put_alike(block, bytes, &mut room[len - BLOCK * bytes..]);
    } else {
        at += put_each(last, &mut room[at..]);
        debug_assert_eq!(at, len);
    }
}

/// How many bytes each of these takes, if that is the same for all, and none is replaced; never two.
#[inline]
fn bytes_of_alike<U: Unit>(block: &[U; BLOCK]) -> Option<usize> {
    let codes = block.map(U::code);
    if are_all(codes, |code| code < 0x80) {
        Some(1)
    } else if size_of::<U>() > 1 && are_all(codes, takes_three) {
        Some(3)
    } else if size_of::<U>() > 2 && are_all(codes, |code| (0x1_0000..0x11_0000).contains(&code)) {
        Some(4)
    } else {
        None
    }
}

/// Writes characters that take so many bytes each; how many that are.
#[inline]
fn put_alike<U: Unit>(block: &[U; BLOCK], bytes: usize, room: &mut [u8]) -> usize {
    // Not handed over: as one array for both, they would go through memory.
    let codes = block.map(U::code);
    let room = &mut room[..BLOCK * bytes];
    match bytes {
        #[allow(clippy::cast_possible_truncation)] // they are below 0x80
        1 => room.copy_from_slice(&codes.map(|code| code as u8)),
        3 => {
            let (threes, last) = (codes.map(three), three(codes[BLOCK - 1]).to_le_bytes());
            for (i, three) in threes.into_iter().enumerate().take(BLOCK - 1) {
                // The fourth byte is the next one's first.
                room[3 * i..3 * i + 4].copy_from_slice(&three.to_le_bytes());
            }
            room[3 * (BLOCK - 1)..].copy_from_slice(&last[..3]);
        }
        _ => {
            for (to, four) in room.as_chunks_mut().0.iter_mut().zip(codes.map(four)) {
                *to = four.to_le_bytes();
            }
        }
    }
    BLOCK * bytes
}

/// Writes characters one by one; how many bytes.
///
/// (Tried, and slower: all four forms of each, and one chosen without a branch. Mixed text took four times as long.)
#[inline]
fn put_each<U: Unit>(units: &[U], room: &mut [u8]) -> usize {
    let all = room.len();
    let mut rest = room;
    for unit in units {
        let character = char::from_u32(unit.code()).unwrap_or(char::REPLACEMENT_CHARACTER);
        let written = character.encode_utf8(rest).len();
        rest = &mut rest[written..];
    }
    all - rest.len()
}

#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "without branches the compiler makes vectors of the loop")]
fn takes_three(code: u32) -> bool {
    (0x800..0x1_0000).contains(&code) & (code & 0xF800 != 0xD800)
}

/// Without an early exit, so that it becomes a few compares of vectors.
#[inline]
fn are_all(codes: [u32; BLOCK], test: impl Fn(u32) -> bool) -> bool {
    codes.into_iter().fold(true, |all, code| all & test(code))
}

/// The three bytes of a character below U+10000, the first in the lowest bits.
#[inline]
fn three(code: u32) -> u32 {
    0x80_80E0 | code >> 12 & 0xF | (code >> 6 & 0x3F) << 8 | (code & 0x3F) << 16
}

/// The four bytes of one above that.
#[inline]
fn four(code: u32) -> u32 {
    0x8080_80F0 | code >> 18 & 7 | (code >> 12 & 0x3F) << 8 | (code >> 6 & 0x3F) << 16 | (code & 0x3F) << 24
}

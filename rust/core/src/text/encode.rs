//! Characters as a Python `str` has them into UTF-8: eight at once where all of them take as many bytes, which is most
//! of a text in any one script.
//!
//! Without an intrinsic: the compiler makes vectors of the loops over eight. (Character by character through
//! `char::encode_utf8`, CJK text took 2.2 ns a character; it takes a fifth of that.)

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

/// Appends characters, which take exactly `len` bytes; what is no character is U+FFFD.
pub(super) fn append<U: Unit>(out: &mut Vec<u8>, len: usize, units: &[U]) {
    let start = out.len();
    // Zeroing first costs less than a capacity check for each character.
    out.resize(start + len, 0);
    let mut rest = &mut out[start..];
    let (blocks, last) = units.as_chunks::<BLOCK>();
    for block in blocks {
        rest = put_block(block, rest);
    }
    let rest = put_each(last, rest);
    debug_assert!(rest.is_empty());
}

/// Writes a block; what is left of the room.
#[inline]
fn put_block<'a, U: Unit>(block: &[U; BLOCK], room: &'a mut [u8]) -> &'a mut [u8] {
    let codes = block.map(U::code);
    if are_all(codes, |code| code < 0x80) {
        #[allow(clippy::cast_possible_truncation)] // just looked at
        room[..BLOCK].copy_from_slice(&codes.map(|code| code as u8));
        return &mut room[BLOCK..];
    }
    if size_of::<U>() > 1
        && are_all(codes, takes_three)
        && let Some(bytes) = room.first_chunk_mut::<{ 3 * BLOCK + 1 }>()
    {
        for (i, three) in codes.map(three).into_iter().enumerate() {
            // The fourth byte is the next one's first, and of the last whatever follows.
            bytes[3 * i..3 * i + 4].copy_from_slice(&three.to_le_bytes());
        }
        return &mut room[3 * BLOCK..];
    }
    if size_of::<U>() > 2 && are_all(codes, |code| (0x1_0000..0x11_0000).contains(&code)) {
        for (i, four) in codes.map(four).into_iter().enumerate() {
            room[4 * i..4 * i + 4].copy_from_slice(&four.to_le_bytes());
        }
        return &mut room[4 * BLOCK..];
    }
    put_each(block, room)
}

/// One by one.
///
/// (Tried and lost: all four forms of each, and one chosen without a branch. Mixed text took four times as long.)
#[inline]
fn put_each<'a, U: Unit>(units: &[U], mut room: &'a mut [u8]) -> &'a mut [u8] {
    for unit in units {
        let character = char::from_u32(unit.code()).unwrap_or(char::REPLACEMENT_CHARACTER);
        let written = character.encode_utf8(room).len();
        room = &mut room[written..];
    }
    room
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

//! The escape of each byte, and how a single byte is written: what every instruction set falls back on.

use crate::buf_writer::BufWriter;

/// Bytes that are looked at together.
pub(super) const BLOCK: usize = 32;

/// Writes one byte as it is in a JSON string.
#[inline]
pub(super) fn put_byte(byte: u8, out: &mut BufWriter<'_>) {
    let escape = ESCAPES[usize::from(byte)];
    out.put_first_of(&escape, usize::from(escape[LEN]));
}

/// The index in an entry of `ESCAPES` that holds its length.
const LEN: usize = 7;

/// Each byte as it is in a JSON string, followed by the length of that: one load, one store, no branch.
const ESCAPES: [[u8; 8]; 256] = {
    let mut escapes = [[0; 8]; 256];
    let hex = b"0123456789abcdef";
    let mut byte = 0_u8;
    loop {
        escapes[byte as usize] = if byte < 0x20 {
            [b'\\', b'u', b'0', b'0', hex[(byte >> 4) as usize], hex[(byte & 15) as usize], 0, 6]
        } else {
            [byte, 0, 0, 0, 0, 0, 0, 1]
        };
        if byte == 255 {
            break;
        }
        byte += 1;
    }
    let short = [(8, b'b'), (9, b't'), (10, b'n'), (12, b'f'), (13, b'r'), (b'"', b'"'), (b'\\', b'\\')];
    let mut i = 0;
    while i < short.len() {
        escapes[short[i].0 as usize] = [b'\\', short[i].1, 0, 0, 0, 0, 0, 2];
        i += 1;
    }
    escapes
};

/// The letter that follows the backslash of a control character below 16, or 0 if it has none.
#[cfg(target_arch = "x86_64")]
pub(super) const LETTERS: [u8; 16] = [0, 0, 0, 0, 0, 0, 0, 0, b'b', b't', b'n', 0, b'f', b'r', 0, 0];

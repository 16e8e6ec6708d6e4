//! How 64 bytes are classified at once: the trait that each instruction set implements, and a way in words for any
//! processor.

/// A way to classify 64 bytes at once.
pub(super) trait Scan {
    /// Their quotes, a bit for each, the first in the lowest; their classes are collected.
    fn quotes(&mut self, bytes: &[u8; 64]) -> u64;

    /// The same for the first `n` of them, fewer than all, as if blanks followed.
    fn quotes_of_first(&mut self, n: usize, bytes: &[u8; 64]) -> u64;

    /// Their backslashes, a bit for each.
    fn backslashes(bytes: &[u8; 64]) -> u64;

    /// Their line feeds, a bit for each.
    fn line_feeds(bytes: &[u8; 64]) -> u64;

    /// The classes of all bytes so far.
    fn classes(self) -> ByteClasses;
}

/// Which kinds of bytes there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ByteClasses {
    pub(super) backslashes: bool,
    /// Below U+0020.
    pub(super) controls: bool,
    /// Not ASCII.
    pub(super) high: bool,
}

/// What is done with a way to scan, the best that this processor has.
pub(super) trait ScanTask {
    type Output;

    /// Must always be inlined: so it becomes part of a function that may use more of the processor.
    fn run(self, scan: impl Scan) -> Self::Output;
}

/// In words, on any processor.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct InWords {
    backslashes: u64,
    controls: u64,
    all: u64,
}

const HIGH: u64 = 0x8080_8080_8080_8080;
const ONES: u64 = HIGH >> 7;

impl InWords {
    /// The high bit of each byte that is this one. (No borrow goes from one byte to the next.)
    fn equal(word: u64, byte: u8) -> u64 {
        !((((word & !HIGH) ^ (ONES * u64::from(byte))) + (HIGH - ONES)) | word) & HIGH
    }

    /// The high bit of each byte below U+0020.
    fn controls(word: u64) -> u64 {
        !(((word & !HIGH) + ONES * (0x80 - 0x20)) | word) & HIGH
    }

    /// The high bits of the words of these bytes, one after the other.
    fn bits(bytes: &[u8; 64], high_bits: impl Fn(u64) -> u64) -> u64 {
        bytes.as_chunks().0.iter().rev().fold(0, |bits, word| {
            // Those of eight bytes are gathered in the highest.
            let high = high_bits(u64::from_le_bytes(*word));
            bits << 8 | (high >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
        })
    }
}

impl Scan for InWords {
    fn quotes(&mut self, bytes: &[u8; 64]) -> u64 {
        for word in bytes.as_chunks().0 {
            let word = u64::from_le_bytes(*word);
            self.backslashes |= Self::equal(word, b'\\');
            self.controls |= Self::controls(word);
            self.all |= word;
        }
        Self::bits(bytes, |word| Self::equal(word, b'"'))
    }

    fn quotes_of_first(&mut self, n: usize, bytes: &[u8; 64]) -> u64 {
        let mut first = [b' '; 64];
        first[..n].copy_from_slice(&bytes[..n]);
        self.quotes(&first)
    }

    fn backslashes(bytes: &[u8; 64]) -> u64 {
        Self::bits(bytes, |word| Self::equal(word, b'\\'))
    }

    fn line_feeds(bytes: &[u8; 64]) -> u64 {
        Self::bits(bytes, |word| Self::equal(word, b'\n'))
    }

    fn classes(self) -> ByteClasses {
        ByteClasses {
            backslashes: self.backslashes != 0,
            controls: self.controls != 0,
            high: self.all & HIGH != 0,
        }
    }
}

//! Where a line has its quotes, and what else is asked of each of its bytes: told in one pass, 64 bytes at a time.
//!
//! So strings, which are most of a line of JSON, are passed over by their marks and not looked at again. (The escaped
//! ones are found as simdjson finds them: Langdale and Lemire, "Parsing gigabytes of JSON per second", section 3.1.)

#[cfg(target_arch = "x86_64")]
mod vectors;

/// What is asked of 64 bytes, a bit for each, the first in the lowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Block {
    quotes: u64,
    backslashes: u64,
    /// Below U+0020.
    controls: u64,
    /// Of no ASCII character.
    high: u64,
}

impl Block {
    /// What is told of the last `n` of its bytes.
    fn of_last(self, n: usize) -> Self {
        let last = |bits: u64| bits >> (64 - n);
        Self {
            quotes: last(self.quotes),
            backslashes: last(self.backslashes),
            controls: last(self.controls),
            high: last(self.high),
        }
    }
}

/// The marks of one line, made anew for each.
///
/// (Tried and lost: the places of the quotes in place of their bits, as numbers. Whoever asks for them then takes a third
/// fewer instructions, and all of it 5 % more time.)
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    /// Quotes that no backslash escapes, a bit for each byte of the line.
    quotes: Vec<u64>,
    /// Whether all of the line is ASCII, and no control character.
    plain: bool,
    /// Quotes and backslashes, escaped ones and others.
    specials: u32,
    escapes: bool,
}

impl Marks {
    /// Looks at a line. False where a string of it is none, or may be: the line has a control character, or a backslash
    /// before what it does not escape.
    #[inline]
    pub(crate) fn read(&mut self, line: &[u8]) -> bool {
        #[cfg(target_arch = "x86_64")]
        if let Some(fine) = vectors::read(self, line) {
            return fine;
        }
        self.read_by(line, block_of)
    }

    /// How many bytes of the line a JSON string writes with a backslash before them; `None` where it has others than
    /// quotes and backslashes, or what is no ASCII.
    #[inline]
    pub(crate) fn specials_of_plain(&self) -> Option<u32> {
        self.plain.then_some(self.specials)
    }

    /// Whether there is an escape in the line.
    pub(crate) fn escapes(&self) -> bool {
        self.escapes
    }

    /// The quotes of the line, from its first on.
    #[inline]
    pub(crate) fn quotes(&self) -> Quotes<'_> {
        Quotes { base: 0, word: 0, words: &self.quotes }
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it becomes part of a function that may use more of the processor")]
    fn read_by(&mut self, line: &[u8], block_of: impl Fn(&[u8; 64]) -> Block) -> bool {
        self.quotes.resize(line.len().div_ceil(64), 0);
        let (blocks, rest) = line.as_chunks::<64>();
        let (mut all, mut carry, mut fine, mut specials) = (Block::default(), 0, true, 0);
        let mut take = |index: usize, block: Block, quotes: &mut u64| {
            *quotes = block.quotes;
            all.controls |= block.controls;
            all.high |= block.high;
            all.backslashes |= block.backslashes;
            specials += (block.quotes | block.backslashes).count_ones();
            if block.backslashes | carry != 0 {
                let (escapes, escaped) = escapes(block.backslashes, carry);
                *quotes &= !escaped;
                carry = escapes >> 63;
                fine &= are_escapes(line, 64 * index, escapes);
            }
        };
        for (index, (bytes, quotes)) in blocks.iter().zip(&mut self.quotes).enumerate() {
            take(index, block_of(bytes), quotes);
        }
        if let (n @ 1.., Some(quotes)) = (rest.len(), self.quotes.last_mut()) {
            // What is left over is looked at together with bytes before it, where there are some.
            let last = if let Some(bytes) = line.last_chunk() {
                block_of(bytes)
            } else {
                let mut bytes = [0; 64];
                bytes[64 - n..].copy_from_slice(rest);
                block_of(&bytes)
            };
            take(blocks.len(), last.of_last(n), quotes);
        }
        self.plain = all.high | all.controls == 0;
        self.specials = specials;
        self.escapes = all.backslashes != 0;
        fine && all.controls == 0
    }
}

/// Where the quotes of a line are that no backslash escapes, from one on.
#[derive(Clone, Debug)]
pub(crate) struct Quotes<'a> {
    /// What is left of the word that is looked at, and where the next begins.
    word: u64,
    base: usize,
    words: &'a [u64],
}

impl Quotes<'_> {
    /// The quote that closes the string at `at`, whose own is the next one: all of them are passed in turn.
    ///
    /// (Tried and lost: to look for it from `at` on. Then each string waits for the one before it.)
    #[inline]
    pub(crate) fn close_of(&mut self, at: usize) -> Option<usize> {
        if self.next()? != at {
            return None;
        }
        self.next()
    }

    /// Passes so many.
    #[inline]
    pub(crate) fn pass(&mut self, quotes: usize) {
        for _ in 0..quotes {
            self.next();
        }
    }
}

impl Iterator for Quotes<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.word == 0 {
            (self.word, self.words) = self.words.split_first().map(|(&word, rest)| (word, rest))?;
            self.base += 64;
        }
        let within = self.word.trailing_zeros() as usize;
        self.word &= self.word - 1;
        Some(self.base - 64 + within)
    }
}

/// Which backslashes begin an escape, and which bytes are escaped, the first of them perhaps by the block before.
///
/// A run of backslashes is one escape after the other: in a subtraction, whose borrow runs along with it, the even and
/// the odd ones come out different.
fn escapes(backslashes: u64, carry: u64) -> (u64, u64) {
    const ODD: u64 = 0xAAAA_AAAA_AAAA_AAAA;
    let may_begin = backslashes & !carry;
    let begun_or_behind = (may_begin << 1 | ODD).wrapping_sub(may_begin) ^ ODD;
    (begun_or_behind & backslashes, begun_or_behind ^ (backslashes | carry))
}

/// Whether what these backslashes begin, from `base` on in the line, are escapes of JSON.
fn are_escapes(line: &[u8], base: usize, mut escapes: u64) -> bool {
    while escapes != 0 {
        let behind = base + escapes.trailing_zeros() as usize + 1;
        escapes &= escapes - 1;
        let known = match line.get(behind) {
            Some(b'"' | b'\\' | b'/' | b'n' | b't' | b'r' | b'b' | b'f') => true,
            Some(b'u') => {
                line.get(behind + 1..behind + 5).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            }
            _ => false,
        };
        if !known {
            return false;
        }
    }
    true
}

/// In words, on any processor.
fn block_of(bytes: &[u8; 64]) -> Block {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    const ONES: u64 = HIGH >> 7;
    let mut block = Block::default();
    for (index, word) in bytes.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let low = word & !HIGH;
        // The high bit of each byte that is not 0, or not below: no borrow goes from one byte to the next.
        let equal = |byte: u8| !(((low ^ (ONES * u64::from(byte))) + (HIGH - ONES)) | word) & HIGH;
        let below = !((low + ONES * (0x80 - 0x20)) | word) & HIGH;
        // The high bits of eight bytes gathered in the highest of them.
        let gathered = |high: u64| (high >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56 << (8 * index);
        block.quotes |= gathered(equal(b'"'));
        block.backslashes |= gathered(equal(b'\\'));
        block.controls |= gathered(below);
        block.high |= gathered(word & HIGH);
    }
    block
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json;

    fn check(line: &[u8]) {
        let mut in_words = Marks::default();
        let fine = in_words.read_by(line, block_of);
        let mut marks = Marks::default();
        assert_eq!(marks.read(line), fine);
        assert_eq!((&marks.quotes, marks.specials_of_plain()), (&in_words.quotes, in_words.specials_of_plain()));
        #[cfg(target_arch = "x86_64")]
        {
            let mut shorter = Marks::default();
            if vectors::read_shorter(&mut shorter, line) == Some(fine) {
                assert_eq!(
                    (&shorter.quotes, shorter.specials_of_plain()),
                    (&in_words.quotes, in_words.specials_of_plain())
                );
            }
        }
        // The twin: byte by byte.
        let (mut escaped, mut quotes) = (false, Vec::new());
        for (at, &byte) in line.iter().enumerate() {
            if !escaped && byte == b'"' {
                quotes.push(at);
            }
            escaped = !escaped && byte == b'\\';
        }
        assert_eq!(marks.quotes().collect::<Vec<_>>(), quotes);
        let plain = line.is_ascii() && !line.iter().any(|&byte| byte < b' ');
        let more = cordwood_core::escaped_len(line) - line.len();
        assert_eq!(marks.specials_of_plain(), plain.then(|| u32::try_from(more).unwrap()));
        assert_eq!(marks.escapes(), line.contains(&b'\\'));
        // All of it, without its quotes, is a string just where it is fine.
        let mut string = vec![b'"'];
        for (at, &byte) in line.iter().enumerate() {
            string.push(if quotes.contains(&at) { b'.' } else { byte });
        }
        string.push(b'"');
        let parsed = json::string(&string, 0, &mut Vec::new()).map(|(_, end)| end);
        assert_eq!(parsed == Ok(string.len()), fine, "{}", line.escape_ascii());
    }

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            4 => "[ -~]{1,40}".prop_map(String::into_bytes),
            4 => prop::sample::select(vec!["\"", "\\", "\\\\", "\\\"", "\\n", "\\u00e9", "\\ud83d\\ude00", "é", "x"])
                .prop_map(|piece| piece.as_bytes().to_vec()),
            1 => prop::collection::vec(any::<u8>(), 1..3),
            1 => (1..130_usize).prop_map(|n| vec![b'\\'; n]),
        ];
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn marks_are_those_of_the_twin(line in bytes()) {
            check(&line);
        }

        #[test]
        fn vectors_and_words_tell_the_same_of_any_block(bytes in prop::array::uniform32(any::<u8>())) {
            let block: Vec<u8> = bytes.iter().chain(&bytes).copied().collect();
            check(&block);
        }
    }

    #[test]
    fn every_byte_at_every_place() {
        for len in [1, 7, 8, 63, 64, 65, 128, 130] {
            for place in 0..len {
                for byte in 0..=255 {
                    let mut line = vec![b'x'; len];
                    line[place] = byte;
                    check(&line);
                }
            }
        }
    }
}

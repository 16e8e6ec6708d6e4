//! Where a line has its quotes, and what else is asked of each of its bytes: told in one pass, 64 bytes at a time.
//!
//! So strings, which are most of a line of JSON, are passed over by their marks and not looked at again. (The escaped
//! ones are found as simdjson finds them: Langdale and Lemire, "Parsing gigabytes of JSON per second", section 3.1.)

#[cfg(target_arch = "x86_64")]
mod vectors;

/// A way to look at 64 bytes at once.
trait Look {
    /// Their quotes, a bit for each, the first in the lowest; what else is asked of them is gathered.
    fn quotes(&mut self, bytes: &[u8; 64]) -> u64;

    /// Likewise, of the first `n` of them, fewer than all, as if there were blanks behind.
    fn quotes_of_first(&mut self, n: usize, bytes: &[u8; 64]) -> u64;

    /// Their backslashes, a bit for each.
    fn backslashes(bytes: &[u8; 64]) -> u64;

    /// Their line feeds, likewise.
    fn line_feeds(bytes: &[u8; 64]) -> u64;

    /// What was asked of all bytes that were looked at.
    fn gathered(self) -> Gathered;
}

/// Which bytes there are among those that were looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Gathered {
    backslashes: bool,
    /// Below U+0020.
    controls: bool,
    /// Of no ASCII character.
    high: bool,
}

/// What is to be done with a way to look, the best that this processor has.
trait Task {
    type Told;

    /// Has to be inlined, always: so it becomes part of a function that may use more of the processor.
    fn run(self, look: impl Look) -> Self::Told;
}

#[inline]
fn run<T: Task>(task: T) -> T::Told {
    #[cfg(target_arch = "x86_64")]
    let task = match vectors::run(task) {
        Ok(told) => return told,
        Err(task) => task,
    };
    task.run(InWords::default())
}

/// Looks at a line.
struct Whole<'m, 'a, F> {
    marks: &'m mut Marks,
    line: &'a [u8],
    then: F,
}

impl<F: Then> Task for Whole<'_, '_, F> {
    type Told = F::Told;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "see `Task`")]
    fn run(self, look: impl Look) -> F::Told {
        let are_strings = self.marks.mark(self.line, look);
        self.then.run(self.line, self.marks, are_strings)
    }
}

/// Looks for the end of the line with which bytes begin, and at the line.
struct FirstOf<'m, 'a, F> {
    marks: &'m mut Marks,
    bytes: &'a [u8],
    then: F,
}

impl<'a, F: Then> Task for FirstOf<'_, 'a, F> {
    type Told = Option<First<'a, F::Told>>;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "see `Task`")]
    fn run(self, look: impl Look) -> Self::Told {
        let (line_feed, line, are_strings) = self.marks.mark_first(self.bytes, look)?;
        Some(First { line_feed, line, done: self.then.run(line, self.marks, are_strings) })
    }
}

/// The marks of one line, made anew for each.
///
/// (Tried and lost: the places of the quotes in place of their bits, as numbers. Whoever asks for them then takes a third
/// fewer instructions, and all of it 5 % more time.)
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    /// Quotes that no backslash escapes, a bit for each byte of the line, in the first so many words.
    quotes: Vec<u64>,
    words: usize,
    /// Whether all of the line is ASCII, and no control character.
    plain: bool,
    /// Quotes and backslashes, escaped ones and others.
    specials: u32,
    escapes: bool,
}

impl Marks {
    /// Looks at a line, and does with its marks what is to be done, in the same vectors.
    #[inline]
    pub(crate) fn read<F: Then>(&mut self, line: &[u8], then: F) -> F::Told {
        run(Whole { marks: self, line, then })
    }

    /// Looks for the end of the line with which bytes begin, and at the line on the way, as `read` does; `None` where there
    /// is no end, or it is among the last of the bytes, fewer than are looked at at once, or lies across two such blocks.
    #[inline]
    pub(crate) fn read_first<'a, F: Then>(&mut self, bytes: &'a [u8], then: F) -> Option<First<'a, F::Told>> {
        run(FirstOf { marks: self, bytes, then })
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
        Quotes { base: 0, word: 0, words: &self.quotes[..self.words] }
    }

    /// Marks the line with which bytes begin; where it ends, the line, and what `mark` tells of it.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it becomes part of a function that may use more of the processor")]
    fn mark_first<'a, L: Look>(&mut self, bytes: &'a [u8], mut look: L) -> Option<(usize, &'a [u8], bool)> {
        let mut count = 0;
        for (index, block) in bytes.as_chunks().0.iter().enumerate() {
            let line_feeds = L::line_feeds(block);
            if index == self.quotes.len() {
                self.quotes.push(0);
            }
            if line_feeds == 0 {
                let quotes = look.quotes(block);
                self.quotes[index] = quotes;
                count += quotes.count_ones();
                continue;
            }
            let line_feed = 64 * index + line_feeds.trailing_zeros() as usize;
            let line = &bytes[..line_feed];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            // Where the carriage return was in the block before, it was looked at as a byte of the line.
            let quotes = look.quotes_of_first(line.len().checked_sub(64 * index)?, block);
            self.quotes[index] = quotes;
            self.words = line.len().div_ceil(64);
            return Some((line_feed, line, self.finish::<L>(line, count + quotes.count_ones(), look.gathered())));
        }
        None
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "likewise")]
    fn mark<L: Look>(&mut self, line: &[u8], mut look: L) -> bool {
        self.words = line.len().div_ceil(64);
        if self.quotes.len() < self.words {
            self.quotes.resize(self.words, 0);
        }
        let (quotes, mut count) = (&mut self.quotes[..self.words], 0);
        let (blocks, rest) = line.as_chunks();
        for (bytes, quotes) in blocks.iter().zip(&mut *quotes) {
            *quotes = look.quotes(bytes);
            count += quotes.count_ones();
        }
        if let (n @ 1.., Some(quotes)) = (rest.len(), quotes.last_mut()) {
            *quotes = look.quotes(last_64(line, rest, &mut None)) >> (64 - n);
            count += quotes.count_ones();
        }
        self.finish::<L>(line, count, look.gathered())
    }

    /// Tells what was gathered of a line that has so many quotes.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "likewise")]
    fn finish<L: Look>(&mut self, line: &[u8], quotes: u32, gathered: Gathered) -> bool {
        let Gathered { backslashes, controls, high } = gathered;
        self.specials = quotes;
        self.plain = !controls && !high;
        self.escapes = backslashes;
        (!backslashes || self.pass_over_escapes::<L>(line)) && !controls
    }

    /// Takes the quotes away that are escaped; false where a backslash stands before what it does not escape.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "likewise")]
    fn pass_over_escapes<L: Look>(&mut self, line: &[u8]) -> bool {
        let (blocks, rest) = line.as_chunks();
        let (mut carry, mut are_all) = (0, true);
        for (index, quotes) in self.quotes[..self.words].iter_mut().enumerate() {
            let backslashes = match blocks.get(index) {
                Some(bytes) => L::backslashes(bytes),
                None => L::backslashes(last_64(line, rest, &mut None)) >> (64 - rest.len()),
            };
            if backslashes | carry != 0 {
                self.specials += backslashes.count_ones();
                let (escapes, escaped) = escapes(backslashes, carry);
                *quotes &= !escaped;
                carry = escapes >> 63;
                are_all &= are_escapes(line, 64 * index, escapes);
            }
        }
        are_all
    }
}

/// The last 64 bytes of a line, of which these are fewer; before a shorter line there are blanks.
#[inline]
fn last_64<'a>(line: &'a [u8], rest: &[u8], padded: &'a mut Option<[u8; 64]>) -> &'a [u8; 64] {
    line.last_chunk().unwrap_or_else(|| {
        let bytes = padded.insert([b' '; 64]);
        bytes[64 - rest.len()..].copy_from_slice(rest);
        bytes
    })
}

/// The line with which bytes begin.
pub(crate) struct First<'a, T> {
    /// The index of what ends it.
    pub(crate) line_feed: usize,
    /// Without its end.
    pub(crate) line: &'a [u8],
    /// What was done with its marks.
    pub(crate) done: T,
}

/// What is done with the marks of a line.
///
/// `run` has to be inlined, always: so it becomes part of a function that may use more of the processor.
pub(crate) trait Then {
    type Told;

    /// `are_strings` is false where a string of the line is none, or may be: the line has a control character, or a
    /// backslash before what it does not escape.
    fn run(self, line: &[u8], marks: &Marks, are_strings: bool) -> Self::Told;
}

/// Where the quotes of a line are that no backslash escapes, from one on.
#[derive(Clone, Debug)]
pub(crate) struct Quotes<'a> {
    /// What is left of the word that is looked at, and where the next begins, 0 where none was.
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

    /// The first quote from `at` on, which is not before the one told last; those between are passed.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it becomes part of a function that may use more of the processor")]
    pub(crate) fn from(&mut self, at: usize) -> Option<usize> {
        while at >= self.base {
            self.next_word()?;
        }
        self.word &= u64::MAX << (at % 64);
        while self.word == 0 {
            self.next_word()?;
        }
        Some(self.base - 64 + self.word.trailing_zeros() as usize)
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "likewise")]
    fn next_word(&mut self) -> Option<()> {
        (self.word, self.words) = self.words.split_first().map(|(&word, rest)| (word, rest))?;
        self.base += 64;
        Some(())
    }
}

impl Iterator for Quotes<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.word == 0 {
            self.next_word()?;
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
#[derive(Clone, Copy, Debug, Default)]
struct InWords {
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

    /// The high bits of the words of these bytes, one behind the other.
    fn bits(bytes: &[u8; 64], high_bits: impl Fn(u64) -> u64) -> u64 {
        bytes.as_chunks().0.iter().rev().fold(0, |bits, word| {
            // Those of eight bytes are gathered in the highest.
            let high = high_bits(u64::from_le_bytes(*word));
            bits << 8 | (high >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
        })
    }
}

impl Look for InWords {
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

    fn gathered(self) -> Gathered {
        Gathered { backslashes: self.backslashes != 0, controls: self.controls != 0, high: self.all & HIGH != 0 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::grammar;

    /// Tells whether they are.
    struct AreStrings;

    impl Then for AreStrings {
        type Told = bool;

        fn run(self, _: &[u8], _: &Marks, are_strings: bool) -> bool {
            are_strings
        }
    }

    fn check(line: &[u8]) {
        let mut in_words = Marks::default();
        let fine = Whole { marks: &mut in_words, line, then: AreStrings }.run(InWords::default());
        let mut marks = Marks::default();
        assert_eq!(marks.read(line, AreStrings), fine);
        assert_eq!(marks.specials_of_plain(), in_words.specials_of_plain());
        assert!(marks.quotes().eq(in_words.quotes()));
        #[cfg(target_arch = "x86_64")]
        {
            let mut shorter = Marks::default();
            if let Some(told) = vectors::run_shorter(Whole { marks: &mut shorter, line, then: AreStrings }) {
                assert_eq!(told, fine);
                assert_eq!(shorter.specials_of_plain(), in_words.specials_of_plain());
                assert!(shorter.quotes().eq(in_words.quotes()));
            }
        }
        check_first(line, fine, &in_words);
        // The twin: byte by byte.
        let (mut escaped, mut quotes) = (false, Vec::new());
        for (at, &byte) in line.iter().enumerate() {
            if !escaped && byte == b'"' {
                quotes.push(at);
            }
            escaped = !escaped && byte == b'\\';
        }
        assert_eq!(marks.quotes().collect::<Vec<_>>(), quotes);
        for step in 1..4 {
            let (mut passed, mut at) = (marks.quotes(), 0);
            while at <= line.len() {
                let next = quotes.iter().copied().find(|&quote| quote >= at);
                assert_eq!(passed.from(at), next);
                at = next.map_or(line.len() + 1, |next| next + step);
            }
        }
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
        let parsed = grammar::string(&string, 0, &mut Vec::new()).map(|(_, end)| end);
        assert_eq!(parsed == Ok(string.len()), fine, "{}", line.escape_ascii());
    }

    /// The line is told the same where another comes behind it.
    fn check_first(line: &[u8], fine: bool, marks: &Marks) {
        if line.contains(&b'\n') || line.ends_with(b"\r") {
            return;
        }
        for end in ["\n", "\r\n"] {
            let behind = "\"and \\ \u{1} é\n".repeat(10);
            let bytes = [line, end.as_bytes(), behind.as_bytes()].concat();
            for way in 0..3 {
                let mut first = Marks::default();
                let task = FirstOf { marks: &mut first, bytes: &bytes, then: AreStrings };
                let told = match way {
                    0 => run(task),
                    1 => task.run(InWords::default()),
                    #[cfg(target_arch = "x86_64")]
                    _ => match vectors::run_shorter(task) {
                        Some(told) => told,
                        None => continue,
                    },
                    #[cfg(not(target_arch = "x86_64"))]
                    _ => continue,
                };
                let line_feed = line.len() + end.len() - 1;
                if end == "\r\n" && line_feed.is_multiple_of(64) {
                    assert!(told.is_none());
                    continue;
                }
                let Some(First { line_feed: at, line: found, done: are_strings }) = told else {
                    panic!("there is one")
                };
                assert_eq!((at, found), (line_feed, line));
                assert_eq!((are_strings, first.specials_of_plain()), (fine, marks.specials_of_plain()));
                assert!(first.quotes().eq(marks.quotes()));
                assert_eq!(first.escapes(), marks.escapes());
            }
        }
        assert!(Marks::default().read_first(line, AreStrings).is_none());
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

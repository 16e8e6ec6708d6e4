//! An index of the quotes in a line, and which kinds of bytes it has: in one pass, 64 bytes at a time.
//!
//! So strings, which are most of a line of JSON, are skipped by the index and not read again. (The escaped
//! ones are found as simdjson finds them: Langdale and Lemire, "Parsing gigabytes of JSON per second", section 3.1.)

mod escapes;
mod quotes;
mod scan;
#[cfg(target_arch = "x86_64")]
mod vectors;

pub(crate) use quotes::Quotes;

use escapes::{are_escapes, escapes};
use scan::{ByteClasses, InWords, Scan, ScanTask};

#[inline]
fn run<T: ScanTask>(task: T) -> T::Output {
    #[cfg(target_arch = "x86_64")]
    let task = match vectors::run(task) {
        Ok(output) => return output,
        Err(task) => task,
    };
    task.run(InWords::default())
}

/// Indexes a line.
struct WholeLine<'m, 'a, F> {
    index: &'m mut StructuralIndex,
    line: &'a [u8],
    then: F,
}

impl<F: OnIndexed> ScanTask for WholeLine<'_, '_, F> {
    type Output = F::Output;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "see `ScanTask`")]
    fn run(self, scan: impl Scan) -> F::Output {
        let are_strings = self.index.mark(self.line, scan);
        self.then.run(self.line, self.index, are_strings)
    }
}

/// Indexes the first line of some bytes, and finds its end.
struct FirstLineOf<'m, 'a, F> {
    index: &'m mut StructuralIndex,
    bytes: &'a [u8],
    then: F,
}

impl<'a, F: OnIndexed> ScanTask for FirstLineOf<'_, 'a, F> {
    type Output = Option<FirstLine<'a, F::Output>>;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "see `ScanTask`")]
    fn run(self, scan: impl Scan) -> Self::Output {
        let (line_feed, line, are_strings) = self.index.mark_first(self.bytes, scan)?;
        Some(FirstLine { line_feed, line, output: self.then.run(line, self.index, are_strings) })
    }
}

/// The index of one line, rebuilt for each.
///
/// (Tried, and slower: the indices of the quotes as numbers instead of bits. Their users then take a third fewer
/// instructions, and the whole 5 % more time.)
#[derive(Clone, Debug, Default)]
pub(crate) struct StructuralIndex {
    /// Quotes that no backslash escapes, a bit for each byte of the line, in the first so many words.
    quotes: Vec<u64>,
    words: usize,
    /// Whether all of the line is ASCII without control characters.
    plain: bool,
    /// Quotes and backslashes, escaped ones and others.
    specials: u32,
    escapes: bool,
}

impl StructuralIndex {
    /// Indexes a line, and runs `then` with the index, with the same instruction set.
    #[inline]
    pub(crate) fn read<F: OnIndexed>(&mut self, line: &[u8], then: F) -> F::Output {
        run(WholeLine { index: self, line, then })
    }

    /// Finds the end of the first line of some bytes, and indexes the line on the way, as `read` does. `None` if there is no
    /// end, or it is in the last block of fewer than 64 bytes, or lies across two blocks.
    #[inline]
    pub(crate) fn read_first<'a, F: OnIndexed>(
        &mut self,
        bytes: &'a [u8],
        then: F,
    ) -> Option<FirstLine<'a, F::Output>> {
        run(FirstLineOf { index: self, bytes, then })
    }

    /// How many bytes of the line a JSON string writes with a backslash before them; `None` if it has others than
    /// quotes and backslashes, or is not ASCII.
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
        Quotes::new(&self.quotes[..self.words])
    }

    /// Indexes the first line of some bytes; returns its end, the line, and what `mark` returns.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it becomes part of a function that may use more of the processor")]
    fn mark_first<'a, L: Scan>(&mut self, bytes: &'a [u8], mut scan: L) -> Option<(usize, &'a [u8], bool)> {
        let mut count = 0;
        for (index, block) in bytes.as_chunks().0.iter().enumerate() {
            let line_feeds = L::line_feeds(block);
            if index == self.quotes.len() {
                self.quotes.push(0);
            }
            if line_feeds == 0 {
                let quotes = scan.quotes(block);
                self.quotes[index] = quotes;
                count += quotes.count_ones();
                continue;
            }
            let line_feed = 64 * index + line_feeds.trailing_zeros() as usize;
            let line = &bytes[..line_feed];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            // If the carriage return was in the block before, it was indexed as a byte of the line.
            let quotes = scan.quotes_of_first(line.len().checked_sub(64 * index)?, block);
            self.quotes[index] = quotes;
            self.words = line.len().div_ceil(64);
            return Some((line_feed, line, self.finish::<L>(line, count + quotes.count_ones(), scan.classes())));
        }
        None
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as above")]
    fn mark<L: Scan>(&mut self, line: &[u8], mut scan: L) -> bool {
        self.words = line.len().div_ceil(64);
        if self.quotes.len() < self.words {
            self.quotes.resize(self.words, 0);
        }
        let (quotes, mut count) = (&mut self.quotes[..self.words], 0);
        let (blocks, rest) = line.as_chunks();
        for (bytes, quotes) in blocks.iter().zip(&mut *quotes) {
            *quotes = scan.quotes(bytes);
            count += quotes.count_ones();
        }
        if let (n @ 1.., Some(quotes)) = (rest.len(), quotes.last_mut()) {
            *quotes = scan.quotes(last_64(line, rest, &mut None)) >> (64 - n);
            count += quotes.count_ones();
        }
        self.finish::<L>(line, count, scan.classes())
    }

    /// Finishes the index of a line that has so many quotes.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as above")]
    fn finish<L: Scan>(&mut self, line: &[u8], quotes: u32, gathered: ByteClasses) -> bool {
        let ByteClasses { backslashes, controls, high } = gathered;
        self.specials = quotes;
        self.plain = !controls && !high;
        self.escapes = backslashes;
        (!backslashes || self.pass_over_escapes::<L>(line)) && !controls
    }

    /// Removes the quotes that are escaped; false if a backslash is before a character that it does not escape.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as above")]
    fn pass_over_escapes<L: Scan>(&mut self, line: &[u8]) -> bool {
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

/// The last 64 bytes of a line, which end with `rest`; a shorter line is padded with blanks in front.
#[inline]
fn last_64<'a>(line: &'a [u8], rest: &[u8], padded: &'a mut Option<[u8; 64]>) -> &'a [u8; 64] {
    line.last_chunk().unwrap_or_else(|| {
        let bytes = padded.insert([b' '; 64]);
        bytes[64 - rest.len()..].copy_from_slice(rest);
        bytes
    })
}

/// The first line of some bytes.
pub(crate) struct FirstLine<'a, T> {
    /// The index of the line feed that ends it.
    pub(crate) line_feed: usize,
    /// Without its end.
    pub(crate) line: &'a [u8],
    /// What was returned for its index.
    pub(crate) output: T,
}

/// What is done with the index of a line.
///
/// `run` must always be inlined: so it becomes part of a function that may use more of the processor.
pub(crate) trait OnIndexed {
    type Output;

    /// `are_strings` is false if a string of the line may be invalid: the line has a control character, or a backslash before
    /// a character that it does not escape.
    fn run(self, line: &[u8], index: &StructuralIndex, are_strings: bool) -> Self::Output;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::tokens;

    /// Returns whether they are.
    struct AreStrings;

    impl OnIndexed for AreStrings {
        type Output = bool;

        fn run(self, _: &[u8], _: &StructuralIndex, are_strings: bool) -> bool {
            are_strings
        }
    }

    fn check(line: &[u8]) {
        let mut in_words = StructuralIndex::default();
        let fine = WholeLine { index: &mut in_words, line, then: AreStrings }.run(InWords::default());
        let mut index = StructuralIndex::default();
        assert_eq!(index.read(line, AreStrings), fine);
        assert_eq!(index.specials_of_plain(), in_words.specials_of_plain());
        assert!(index.quotes().eq(in_words.quotes()));
        #[cfg(target_arch = "x86_64")]
        {
            let mut shorter = StructuralIndex::default();
            if let Some(result) = vectors::run_shorter(WholeLine { index: &mut shorter, line, then: AreStrings }) {
                assert_eq!(result, fine);
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
        assert_eq!(index.quotes().collect::<Vec<_>>(), quotes);
        for step in 1..4 {
            let (mut passed, mut at) = (index.quotes(), 0);
            while at <= line.len() {
                let next = quotes.iter().copied().find(|&quote| quote >= at);
                assert_eq!(passed.from(at), next);
                at = next.map_or(line.len() + 1, |next| next + step);
            }
        }
        let plain = line.is_ascii() && !line.iter().any(|&byte| byte < b' ');
        let more = cordwood_core::escaped_len(line) - line.len();
        assert_eq!(index.specials_of_plain(), plain.then(|| u32::try_from(more).unwrap()));
        assert_eq!(index.escapes(), line.contains(&b'\\'));
        // All of it, without its quotes, is a string exactly if it is fine.
        let mut string = vec![b'"'];
        for (at, &byte) in line.iter().enumerate() {
            string.push(if quotes.contains(&at) { b'.' } else { byte });
        }
        string.push(b'"');
        let parsed = tokens::string(&string, 0, &mut Vec::new()).map(|(_, end)| end);
        assert_eq!(parsed == Ok(string.len()), fine, "{}", line.escape_ascii());
    }

    /// The line is indexed the same if another follows.
    fn check_first(line: &[u8], fine: bool, index: &StructuralIndex) {
        if line.contains(&b'\n') || line.ends_with(b"\r") {
            return;
        }
        for end in ["\n", "\r\n"] {
            let after = "\"and \\ \u{1} é\n".repeat(10);
            let bytes = [line, end.as_bytes(), after.as_bytes()].concat();
            for way in 0..3 {
                let mut first = StructuralIndex::default();
                let task = FirstLineOf { index: &mut first, bytes: &bytes, then: AreStrings };
                let result = match way {
                    0 => run(task),
                    1 => task.run(InWords::default()),
                    #[cfg(target_arch = "x86_64")]
                    _ => match vectors::run_shorter(task) {
                        Some(result) => result,
                        None => continue,
                    },
                    #[cfg(not(target_arch = "x86_64"))]
                    _ => continue,
                };
                let line_feed = line.len() + end.len() - 1;
                if end == "\r\n" && line_feed.is_multiple_of(64) {
                    assert!(result.is_none());
                    continue;
                }
                let Some(FirstLine { line_feed: at, line: found, output: are_strings }) = result else {
                    panic!("there is one")
                };
                assert_eq!((at, found), (line_feed, line));
                assert_eq!((are_strings, first.specials_of_plain()), (fine, index.specials_of_plain()));
                assert!(first.quotes().eq(index.quotes()));
                assert_eq!(first.escapes(), index.escapes());
            }
        }
        assert!(StructuralIndex::default().read_first(line, AreStrings).is_none());
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
        fn the_index_is_that_of_the_twin(line in bytes()) {
            check(&line);
        }

        #[test]
        fn vectors_and_words_agree_on_any_block(bytes in prop::array::uniform32(any::<u8>())) {
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

//! The quotes of a line, one after the other.

/// The quotes of a line that no backslash escapes, from one on.
#[derive(Clone, Debug)]
pub(crate) struct Quotes<'a> {
    /// The rest of the current word, and the index of the next one; 0 before the first.
    word: u64,
    base: usize,
    words: &'a [u64],
}

impl<'a> Quotes<'a> {
    /// Those of a line that has these marks, from its first on.
    #[inline]
    pub(super) fn new(words: &'a [u64]) -> Self {
        Self { base: 0, word: 0, words }
    }

    /// The quote that closes the string at `at`, whose opening quote is the next one: all of them are passed in turn.
    ///
    /// (Tried, and slower: to look for it from `at` on. Then each string waits for the one before it.)
    #[inline]
    pub(crate) fn close_of(&mut self, at: usize) -> Option<usize> {
        if self.next()? != at {
            return None;
        }
        self.next()
    }

    /// The first quote from `at` on, which is not before the one returned last; those between are skipped.
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
    #[expect(clippy::inline_always, reason = "as above")]
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

//! The quotes of a line, one after the other.

/// Where the quotes of a line are that no backslash escapes, from one on.
#[derive(Clone, Debug)]
pub(crate) struct Quotes<'a> {
    /// What is left of the word that is looked at, and where the next begins, 0 where none was.
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

    /// The quote that closes the string at `at`, whose own is the next one: all of them are passed in turn.
    ///
    /// (Tried and lost: to look for it from `at` on. OnIndexed each string waits for the one before it.)
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

//! The walk over a line that is one JSON object, along the index of its strings: the fast way, for nearly all lines. If it
//! stops, `find_paths` finds what is wrong, or that nothing is.

use crate::json::structural_index::Quotes;
use crate::json::tokens::{ByteRange, number_or_word};

/// Values nested deeper are left to the slow way.
const MAX_DEPTH: u32 = 64;

/// One bit for each.
pub(crate) const MAX_PATHS: usize = 64;

/// Finds the values at paths.
pub(crate) struct FastPath<'a> {
    pub(crate) line: &'a [u8],
    /// Those of this line that were not passed yet.
    pub(crate) quotes: Quotes<'a>,
    /// Whether the line has escapes: a name with one is left to the slow way.
    pub(crate) escapes: bool,
    /// Dotted, at most `MAX_PATHS`.
    pub(crate) paths: &'a [String],
    /// Where the value of each path is.
    pub(crate) found: &'a mut [Option<ByteRange>],
}

/// Paths that may lead on from here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PathsAhead {
    /// Which of them.
    paths: u64,
    /// How much of each was passed.
    passed: usize,
    /// The lengths of the names that they go on with: a bit for each, the highest for all that are longer.
    lengths: u64,
}

impl PathsAhead {
    /// All of them, at their start; of more than `MAX_PATHS` the first.
    pub(crate) fn all(paths: &[String]) -> Self {
        let few = &paths[..paths.len().min(MAX_PATHS)];
        Self::of(paths, (0..few.len()).fold(0, |all, index| all | 1 << index), 0)
    }

    fn of(all: &[String], paths: u64, passed: usize) -> Self {
        let mut ahead = Self { paths, passed, lengths: 0 };
        for (_, path) in all.iter().enumerate().filter(|(index, _)| paths >> index & 1 != 0) {
            let path = &path.as_bytes()[passed..];
            let ends = path.iter().enumerate().filter(|&(_, &byte)| byte == b'.').map(|(end, _)| end);
            ends.chain([path.len()]).for_each(|end| ahead.lengths |= 1 << end.min(LONG));
        }
        ahead
    }
}

/// The longest name whose length has a bit of its own.
const LONG: usize = 63;

impl FastPath<'_> {
    /// Walks over the line, from where all paths begin; false if it is not an object, or not one that can be read
    /// so quickly.
    #[inline]
    pub(crate) fn run(mut self, start: PathsAhead) -> bool {
        let end = match self.token(0) {
            Some((at, b'{')) => self.object(at, start, 0),
            _ => None,
        };
        end.is_some_and(|end| self.line[end..].trim_ascii_start().is_empty())
    }

    /// The first byte from `at` on that is not a space, and its index. (A line with other white space is left to the slow way.)
    #[inline]
    fn token(&self, at: usize) -> Option<(usize, u8)> {
        match *self.line.get(at)? {
            b' ' => self.token_after_spaces(at + 1),
            byte => Some((at, byte)),
        }
    }

    fn token_after_spaces(&self, mut at: usize) -> Option<(usize, u8)> {
        loop {
            match *self.line.get(at)? {
                b' ' => at += 1,
                byte => return Some((at, byte)),
            }
        }
    }

    /// Walks over the object at `at`; the index after it.
    fn object(&mut self, at: usize, ahead: PathsAhead, depth: u32) -> Option<usize> {
        // In registers, as long as nothing else uses them.
        let mut quotes = self.quotes.clone();
        let (mut at, mut byte) = self.token(at + 1)?;
        if byte == b'}' {
            return Some(at + 1);
        }
        loop {
            if byte != b'"' {
                return None;
            }
            let name_end = quotes.close_of(at)?;
            if self.escapes && self.line[at..name_end].contains(&b'\\') {
                return None;
            }
            let (colon, next_byte) = self.token(name_end + 1)?;
            if next_byte != b':' {
                return None;
            }
            let (value_at, first) = self.token(colon + 1)?;
            let name = (at + 1, name_end);
            let end = if ahead.lengths >> (name_end - at - 1).min(LONG) & 1 != 0 {
                self.quotes.clone_from(&quotes);
                let end = self.wanted(name, value_at, first, ahead, depth)?;
                quotes.clone_from(&self.quotes);
                end
            } else if first == b'"' {
                quotes.close_of(value_at)? + 1
            } else {
                self.quotes.clone_from(&quotes);
                let end = self.value(value_at, first, depth)?;
                quotes.clone_from(&self.quotes);
                end
            };
            (at, byte) = self.token(end)?;
            match byte {
                b',' => (at, byte) = self.token(at + 1)?,
                b'}' => break,
                _ => return None,
            }
        }
        self.quotes = quotes;
        Some(at + 1)
    }

    /// Walks over the value of a member that a path may lead to; the index after it.
    fn wanted(
        &mut self,
        name: (usize, usize),
        at: usize,
        first: u8,
        ahead: PathsAhead,
        depth: u32,
    ) -> Option<usize> {
        let (whole, inside) = self.paths_at(name, ahead);
        let end = match first {
            b'{' if inside != 0 && depth < MAX_DEPTH => {
                self.object(at, PathsAhead::of(self.paths, inside, ahead.passed + name.1 - name.0 + 1), depth + 1)?
            }
            _ => self.value(at, first, depth)?,
        };
        if let Some(index) = whole {
            self.found[index].get_or_insert((at, end));
        }
        Some(end)
    }

    /// The path that ends with the name in this range, and those that go on after it.
    fn paths_at(&self, (from, to): (usize, usize), ahead: PathsAhead) -> (Option<usize>, u64) {
        let name = &self.line[from..to];
        let (mut whole, mut inside) = (None, 0);
        let mut left = ahead.paths;
        while left != 0 {
            let index = left.trailing_zeros() as usize;
            left &= left - 1;
            match self.paths[index].as_bytes()[ahead.passed..].strip_prefix(name) {
                Some([]) => whole = whole.or(Some(index)),
                Some([b'.', ..]) => inside |= 1 << index,
                _ => {}
            }
        }
        (whole, inside)
    }

    /// Walks over the value at `at`, which begins with this byte; the index after it.
    fn value(&mut self, at: usize, first: u8, depth: u32) -> Option<usize> {
        match first {
            b'"' => Some(self.quotes.close_of(at)? + 1),
            b'{' | b'[' if depth == MAX_DEPTH => None,
            b'{' => self.object(at, PathsAhead { paths: 0, passed: 0, lengths: 0 }, depth + 1),
            b'[' => self.array(at, depth + 1),
            _ => number_or_word(self.line, at).ok().map(|(_, end)| end),
        }
    }

    fn array(&mut self, at: usize, depth: u32) -> Option<usize> {
        let (mut at, mut byte) = self.token(at + 1)?;
        if byte == b']' {
            return Some(at + 1);
        }
        loop {
            let end = self.value(at, byte, depth)?;
            (at, byte) = self.token(end)?;
            match byte {
                b',' => (at, byte) = self.token(at + 1)?,
                b']' => return Some(at + 1),
                _ => return None,
            }
        }
    }
}

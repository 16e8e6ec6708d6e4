//! Bytes, in whatever pieces they come, into lines.

use memchr::memchr;

use crate::documents::MAX_EVENT_INPUT_BYTES;

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// A line without its end: `\n`, `\r\n`, or the end of the input.
    Whole { offset: u64, bytes: &'a [u8] },
    /// A line of more bytes than are held; they are passed over.
    TooLong { offset: u64 },
    /// What was fed is used up.
    NeedInput,
    /// There is no more.
    End,
}

/// Splits lines. Holds the last chunk, and a line that is not complete.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    buffer: Vec<u8>,
    at: usize,
    /// Up to here there is no end of a line.
    looked_at: usize,
    /// Offset of the buffer's start in the input.
    base: u64,
    finished: bool,
    /// Where the line starts that is passed over.
    skipping: Option<u64>,
    /// Where in the buffer the line lies that was handed out last.
    last: (usize, usize),
}

impl Lines {
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.base += self.at as u64;
        self.buffer.drain(..self.at);
        self.looked_at -= self.at;
        self.at = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The line that was handed out last, until more is fed.
    pub(crate) fn last(&self) -> &[u8] {
        &self.buffer[self.last.0..self.last.1]
    }

    /// Where that lies, until more is fed.
    pub(crate) fn last_at(&self) -> (usize, usize) {
        self.last
    }

    /// What that lies in.
    pub(crate) fn buffer(&self) -> &[u8] {
        &self.buffer
    }

    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.buffer.len()
    }

    pub(crate) fn finish(&mut self) {
        self.finished = true;
    }

    /// Offset of what was not handed out.
    pub(crate) fn position(&self) -> u64 {
        self.skipping.unwrap_or(self.base + self.at as u64)
    }

    pub(crate) fn next(&mut self) -> Line<'_> {
        let end = memchr(b'\n', &self.buffer[self.looked_at..]).map(|found| self.looked_at + found);
        let Some(end) =
            end.or_else(|| (self.finished && self.at < self.buffer.len()).then_some(self.buffer.len()))
        else {
            return self.no_more();
        };
        let (mut from, offset) = (self.at, self.base + self.at as u64);
        self.at = self.buffer.len().min(end + 1);
        self.looked_at = self.at;
        if let Some(offset) = self.skipping.take() {
            return Line::TooLong { offset };
        }
        // The byte order mark that some editors begin a file with is none of the first line's.
        if offset == 0 && self.buffer[from..end].starts_with(b"\xEF\xBB\xBF") {
            from += 3;
        }
        let ended_by_two = end < self.buffer.len() && end > from && self.buffer[end - 1] == b'\r';
        self.last = (from, end - usize::from(ended_by_two));
        match self.last() {
            line if line.len() > MAX_EVENT_INPUT_BYTES => Line::TooLong { offset },
            bytes => Line::Whole { offset, bytes },
        }
    }

    fn no_more(&mut self) -> Line<'_> {
        self.looked_at = self.buffer.len();
        if self.buffer.len() - self.at > MAX_EVENT_INPUT_BYTES {
            self.skipping.get_or_insert(self.base + self.at as u64);
            self.at = self.buffer.len();
        }
        match (self.finished, self.skipping.take_if(|_| self.finished)) {
            (true, Some(offset)) => Line::TooLong { offset },
            (true, None) => Line::End,
            (false, _) => Line::NeedInput,
        }
    }
}

//! Bytes, in whatever pieces they come, into lines.

use bytes::Bytes;
use memchr::memchr;

use crate::step::MAX_EVENT_INPUT_BYTES;

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// A line without its end: `\n`, `\r\n`, or the end of the input.
    Whole { offset: u64, bytes: &'a [u8] },
    /// A line of more bytes than are held in memory; it is skipped.
    TooLong { offset: u64 },
    /// What was fed is used up.
    NeedInput,
    /// There is no more.
    End,
}

/// What ends the lines of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineEnd {
    /// A line feed, and perhaps a carriage return before it.
    #[default]
    LineFeed,
    /// A carriage return alone.
    CarriageReturn,
}

impl LineEnd {
    /// The byte that ends a line.
    #[inline]
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::LineFeed => b'\n',
            Self::CarriageReturn => b'\r',
        }
    }
}

/// How many bytes precede the text of a line: NULs, of a file that was cut while a program went on writing to it, and byte order
/// marks, with which some programs begin a file, also one that was appended to another.
pub(crate) fn preceding_len(line: &[u8]) -> usize {
    const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
    let mut len = 0;
    loop {
        len += match &line[len..] {
            [0, ..] => 1,
            rest if rest.starts_with(BYTE_ORDER_MARK) => BYTE_ORDER_MARK.len(),
            _ => return len,
        }
    }
}

/// Splits lines, which stay in the chunk that was fed last; only one that began in a chunk before is joined.
#[derive(Debug, Default)]
pub(crate) struct LineSplitter {
    chunk: Bytes,
    /// Offset of its start in the input.
    base: u64,
    /// The index in the chunk of what was not returned yet.
    at: usize,
    /// Up to here there is no line end.
    looked_at: usize,
    /// A line that began in a chunk before: its beginning, and all of it once it was returned.
    joined: Vec<u8>,
    joined_is_whole: bool,
    finished: bool,
    /// The offset of the line that is being skipped.
    skipping: Option<u64>,
    last: LineRange,
    /// Whether the next line begins in the chunk, and not at the start of the input.
    is_plain: bool,
    end: LineEnd,
    /// NULs that the next line begins with, and that are not held.
    nuls: u64,
}

/// Where a line is, until more is fed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LineRange {
    /// It was joined, and is not in the chunk.
    pub(crate) is_joined: bool,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

impl LineSplitter {
    /// Of lines that end so.
    pub(crate) fn new(end: LineEnd) -> Self {
        Self { end, ..Self::default() }
    }

    pub(crate) fn feed(&mut self, bytes: Bytes) {
        if self.joined_is_whole {
            self.joined.clear();
            self.joined_is_whole = false;
        }
        if memchr(self.end.byte(), &self.chunk[self.looked_at..]).is_some() {
            // There are lines that were not returned yet.
            self.base += self.at as u64;
            self.chunk = [&self.chunk[self.at..], &bytes].concat().into();
        } else {
            self.leave_out_nuls();
            self.joined.extend_from_slice(&self.chunk[self.at..]);
            self.base += self.chunk.len() as u64;
            self.chunk = bytes;
        }
        (self.at, self.looked_at) = (0, 0);
        self.is_plain = false;
    }

    /// The last line that was returned, until more is fed.
    pub(crate) fn last(&self) -> &[u8] {
        let LineRange { is_joined, from, to } = self.last;
        &self.held(is_joined)[from..to]
    }

    /// Where that is.
    pub(crate) fn last_at(&self) -> LineRange {
        self.last
    }

    /// What holds the lines.
    #[inline]
    pub(crate) fn held(&self, is_joined: bool) -> &[u8] {
        if is_joined { &self.joined } else { &self.chunk }
    }

    /// Bytes that are held in its own memory.
    #[cfg(test)]
    pub(crate) fn held_bytes(&self) -> usize {
        self.joined.len()
    }

    pub(crate) fn finish(&mut self) {
        self.finished = true;
    }

    /// Bytes of the next line that were in chunks before.
    fn begun(&self) -> usize {
        if self.joined_is_whole { 0 } else { self.joined.len() }
    }

    /// The offset of what was not returned yet. A line begins with the NULs before it.
    pub(crate) fn position(&self) -> u64 {
        self.skipping.unwrap_or(self.base + self.at as u64 - self.begun() as u64 - self.nuls)
    }

    /// What comes next; `end_of_line` returns the index of the first line feed in bytes.
    #[inline]
    pub(crate) fn next(&mut self, end_of_line: impl FnOnce(&[u8]) -> Option<usize>) -> Line<'_> {
        let end = end_of_line(&self.chunk[self.looked_at..]).map(|found| self.looked_at + found);
        match end {
            // Nearly always.
            Some(end) if self.is_plain && end - self.at <= MAX_EVENT_INPUT_BYTES => {
                let from = std::mem::replace(&mut self.at, end + 1);
                self.looked_at = self.at;
                if matches!(self.chunk[from], 0 | 0xEF) {
                    return self.without_preceding(from, end);
                }
                let line = &self.chunk[from..end];
                let bytes = line.strip_suffix(b"\r").unwrap_or(line);
                self.last = LineRange { is_joined: false, from, to: from + bytes.len() };
                Line::Whole { offset: self.base + from as u64, bytes }
            }
            _ => self.next_by_all_rules(end),
        }
    }

    /// A line without what precedes its text.
    #[cold]
    #[inline(never)]
    fn without_preceding(&mut self, from: usize, end: usize) -> Line<'_> {
        let line = &self.chunk[from..end];
        let len = preceding_len(line);
        let bytes = line[len..].strip_suffix(b"\r").unwrap_or(&line[len..]);
        self.last = LineRange { is_joined: false, from: from + len, to: from + len + bytes.len() };
        Line::Whole { offset: self.base + from as u64, bytes }
    }

    #[cold]
    #[inline(never)]
    fn next_by_all_rules(&mut self, end: Option<usize>) -> Line<'_> {
        let is_last = || self.finished && (self.at < self.chunk.len() || self.begun() > 0 || self.nuls > 0);
        let Some(end) = end.or_else(|| is_last().then_some(self.chunk.len())) else {
            return self.no_more();
        };
        let offset = self.position();
        let (start, is_ended) = (self.at, end < self.chunk.len());
        self.at = self.chunk.len().min(end + 1);
        self.looked_at = self.at;
        self.is_plain = true;
        self.nuls = 0;
        if let Some(offset) = self.skipping.take() {
            return Line::TooLong { offset };
        }
        let is_joined = self.begun() > 0;
        let (mut from, mut to) = (start, end);
        if is_joined {
            self.joined.extend_from_slice(&self.chunk[start..end]);
            self.joined_is_whole = true;
            (from, to) = (0, self.joined.len());
        }
        let line = &self.held(is_joined)[from..to];
        if is_ended && to > from && line.ends_with(b"\r") && self.end == LineEnd::LineFeed {
            to -= 1;
        }
        from += preceding_len(&self.held(is_joined)[from..to]);
        self.last = LineRange { is_joined, from, to };
        match self.last() {
            line if line.len() > MAX_EVENT_INPUT_BYTES => Line::TooLong { offset },
            bytes => Line::Whole { offset, bytes },
        }
    }

    /// Leaves out the NULs that the next line begins with: they need not be held, however many there are.
    fn leave_out_nuls(&mut self) {
        if self.begun() == 0 && self.skipping.is_none() {
            let nuls = self.chunk[self.at..].iter().take_while(|byte| **byte == 0).count();
            self.at += nuls;
            self.nuls += nuls as u64;
        }
    }

    fn no_more(&mut self) -> Line<'_> {
        self.looked_at = self.chunk.len();
        self.leave_out_nuls();
        if self.chunk.len() - self.at + self.begun() > MAX_EVENT_INPUT_BYTES {
            self.skipping = Some(self.position());
        }
        if self.skipping.is_some() {
            self.at = self.chunk.len();
            if !self.joined_is_whole {
                self.joined.clear();
            }
        }
        match (self.finished, self.skipping.take_if(|_| self.finished)) {
            (true, Some(offset)) => Line::TooLong { offset },
            (true, None) => Line::End,
            (false, _) => Line::NeedInput,
        }
    }
}

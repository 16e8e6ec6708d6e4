//! What lines of one shape share: all that stands between their values. Many an application writes one shape over and
//! over, so a line is held against the shape of those before it is walked over.
//!
//! A line that has the same bytes between its values, strings where the other had strings, and numbers or words (true, false,
//! null) where it had those, is JSON as much as the other is, and has its values where the other had them.
//!
//! That saves 15 ns of a line of 85 bytes, and costs them where shapes change from line to line. So one outline is held,
//! for as long as it fits four lines of five. (Tried and lost: four at once, one learned every 16 lines. Where each line has
//! another shape, that took as long again as all the rest.)

use crate::json::grammar;
use crate::json::line::Span;
use crate::json::structural_index::{Marks, Then};
use crate::prefix::Start;

/// Values that an outline has at most: lines of more are walked over.
const MAX_VALUES: usize = 64;

/// What a line that fits is worth, up to so many of them; each that does not takes four away.
const MOST_CREDIT: u32 = 64;
const COST_OF_MISS: u32 = 4;

/// Lines that are walked over before an outline is learned again, at first; then twice as many each time, up to the most.
const FIRST_PAUSE: u32 = 16;
const LONGEST_PAUSE: u32 = 1 << 14;

/// What kind of value comes behind a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    /// A string, whose quotes are of the pieces around it.
    String,
    /// A number, or one of the three words.
    Plain,
    /// None: the line ends.
    End,
}

/// A piece that lines share, and what comes behind it.
#[derive(Clone, Debug)]
struct Piece {
    bytes: Start,
    value: Value,
    /// The path that leads to that value.
    path: Option<usize>,
}

/// The outline that lines have at present.
#[derive(Clone, Debug)]
pub(crate) struct Outline {
    /// None where lines have none, or it is not known.
    pieces: Vec<Piece>,
    credit: u32,
    /// Lines to be walked over before one is learned.
    wait: u32,
    /// How many that will be next time.
    pause: u32,
}

impl Default for Outline {
    fn default() -> Self {
        Self { pieces: Vec::new(), credit: 0, wait: 0, pause: FIRST_PAUSE }
    }
}

/// What a look at a line told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// It has the outline, and its values were noted.
    Fits,
    /// It does not have it.
    Other,
    /// A string of it is none, or may be.
    Doubtful,
}

/// Holds a line against an outline, once its marks are there.
pub(crate) struct Hold<'a> {
    pub(crate) outline: &'a mut Outline,
    /// Where the values are that paths lead to; all or nothing of them is noted.
    pub(crate) found: &'a mut [Option<Span>],
}

impl Then for Hold<'_> {
    type Told = Look;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as the trait asks")]
    fn run(self, line: &[u8], marks: &Marks, are_strings: bool) -> Look {
        let Self { outline, found } = self;
        if !are_strings {
            return Look::Doubtful;
        }
        if outline.pieces.is_empty() {
            return Look::Other;
        }
        if !fits(&outline.pieces, line, marks, found) {
            outline.missed(found);
            return Look::Other;
        }
        outline.credit = MOST_CREDIT.min(outline.credit + 1);
        Look::Fits
    }
}

impl Outline {
    #[cold]
    fn missed(&mut self, found: &mut [Option<Span>]) {
        found.fill(None);
        match self.credit.checked_sub(COST_OF_MISS) {
            Some(left) => self.credit = left,
            None => self.forget(),
        }
    }

    fn forget(&mut self) {
        self.pieces.clear();
        self.wait = self.pause;
        self.pause = LONGEST_PAUSE.min(2 * self.pause);
    }

    /// Learns the outline of a line, perhaps: it is JSON, has not the one that is held, and its values are there.
    #[inline]
    pub(crate) fn may_learn(&mut self, line: &[u8], marks: &Marks, found: &[Option<Span>]) {
        if self.wait > 0 {
            self.wait -= 1;
        } else if self.pieces.is_empty() {
            self.learn(line, marks, found);
        }
    }

    #[cold]
    fn learn(&mut self, line: &[u8], marks: &Marks, found: &[Option<Span>]) {
        match pieces_of(line, marks, found) {
            Some(pieces) => (self.pieces, self.credit) = (pieces, COST_OF_MISS),
            None => self.forget(),
        }
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "it becomes part of a function that may use more of the processor")]
fn fits(pieces: &[Piece], line: &[u8], marks: &Marks, found: &mut [Option<Span>]) -> bool {
    let mut quotes = marks.quotes();
    let mut at = 0;
    for piece in pieces {
        let Some(rest) = line.get(at..) else { return false };
        if !piece.bytes.begins(rest) {
            return false;
        }
        let start = at + piece.bytes.len();
        let span = match piece.value {
            Value::String => {
                let Some(close) = quotes.from(start) else { return false };
                at = close;
                (start - 1, close + 1)
            }
            Value::Plain => {
                if start >= line.len() {
                    return false;
                }
                let Ok((_, end)) = grammar::plain(line, start) else { return false };
                at = end;
                (start, end)
            }
            Value::End => return start == line.len(),
        };
        if let Some(path) = piece.path {
            found[path] = Some(span);
        }
    }
    false
}

/// The pieces of a line that is JSON; `None` where it has too many values, or a path leads to one that is no string and
/// no number.
fn pieces_of(line: &[u8], marks: &Marks, found: &[Option<Span>]) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut closes = marks.quotes();
    let mut left = found.iter().flatten().count();
    let (mut from, mut at) = (0, 0);
    while at < line.len() {
        let (value, start, end) = match line[at] {
            b'"' => {
                let close = closes.close_of(at)?;
                let behind = line[close + 1..].iter().find(|&&byte| byte != b' ');
                if behind == Some(&b':') {
                    at = close + 1;
                    continue;
                }
                (Value::String, at + 1, close)
            }
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => (Value::Plain, at, grammar::plain(line, at).ok()?.1),
            _ => {
                at += 1;
                continue;
            }
        };
        let quote = usize::from(value == Value::String);
        let path = found.iter().position(|span| *span == Some((start - quote, end + quote)));
        left -= usize::from(path.is_some());
        pieces.push(Piece { bytes: Start::new(&line[from..start]), value, path });
        (from, at) = (end, end + quote);
    }
    pieces.push(Piece { bytes: Start::new(&line[from..]), value: Value::End, path: None });
    (left == 0 && pieces.len() <= MAX_VALUES).then_some(pieces)
}

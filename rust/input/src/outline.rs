//! What lines of one shape share: all that stands between their values. An application writes few shapes, over and over,
//! so a line is held against those that were seen before it is walked over.
//!
//! A line that has the same bytes between its values, and strings and numbers where the other had them, is JSON as much
//! as the other is, and has its values where the other had them.

use crate::json;
use crate::json_line::Span;
use crate::marks::Marks;
use crate::prefix::begins_with;

/// Values that an outline has at most: lines of more are walked over.
const MAX_VALUES: usize = 64;

/// Outlines that are held at once.
const MAX_OUTLINES: usize = 4;

/// Lines of no outline that is held, of which one is learned: where shapes abound, learning them all costs more than it
/// saves.
const MISSES: u32 = 16;

/// What kind of value comes behind a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    /// A string, whose quotes are of the pieces around it.
    String,
    Number,
    /// None: the line ends.
    End,
}

/// A piece that lines share, and what comes behind it.
#[derive(Clone, Debug)]
struct Piece {
    bytes: Vec<u8>,
    /// Quotes in it, but for one that closes the value before.
    quotes: usize,
    value: Value,
    /// The path that leads to that value.
    path: Option<usize>,
}

type Outline = Vec<Piece>;

/// The outlines of lines that were seen, the one that fitted last before all others.
#[derive(Clone, Debug)]
pub(crate) struct Outlines {
    held: Vec<Outline>,
    misses: u32,
}

impl Default for Outlines {
    fn default() -> Self {
        Self { held: Vec::new(), misses: MISSES }
    }
}

impl Outlines {
    /// Notes where the values are that paths lead to; false where the line has none of the outlines.
    #[inline]
    pub(crate) fn find(&mut self, line: &[u8], marks: &Marks, found: &mut [Option<Span>]) -> bool {
        match self.held.first() {
            Some(first) if fits(first, line, marks, found) => true,
            Some(_) => self.find_other(line, marks, found),
            None => false,
        }
    }

    fn find_other(&mut self, line: &[u8], marks: &Marks, found: &mut [Option<Span>]) -> bool {
        for index in 1..self.held.len() {
            found.fill(None);
            if fits(&self.held[index], line, marks, found) {
                self.held.swap(0, index);
                return true;
            }
        }
        found.fill(None);
        false
    }

    /// Learns the outline of a line, perhaps: it is JSON, has none that is held, and its values are there.
    #[inline]
    pub(crate) fn may_learn(&mut self, line: &[u8], marks: &Marks, found: &[Option<Span>]) {
        self.misses += 1;
        if self.misses > MISSES {
            self.learn(line, marks, found);
        }
    }

    #[cold]
    fn learn(&mut self, line: &[u8], marks: &Marks, found: &[Option<Span>]) {
        self.misses = 0;
        if let Some(outline) = outline_of(line, marks, found) {
            self.held.truncate(MAX_OUTLINES - 1);
            self.held.insert(0, outline);
        }
    }
}

#[inline]
fn fits(outline: &[Piece], line: &[u8], marks: &Marks, found: &mut [Option<Span>]) -> bool {
    // Passed in turn, and not looked for from where a value starts: so no value waits for the one before it.
    let mut quotes = marks.quotes();
    let mut at = 0;
    for piece in outline {
        let Some(rest) = line.get(at..) else { return false };
        if !begins_with(rest, &piece.bytes) {
            return false;
        }
        let start = at + piece.bytes.len();
        let span = match piece.value {
            Value::String => {
                let Some(close) = quotes.nth(piece.quotes) else { return false };
                at = close;
                (start - 1, close + 1)
            }
            Value::Number => {
                quotes.pass(piece.quotes);
                let Some(b'-' | b'0'..=b'9') = line.get(start) else { return false };
                let Ok((_, end)) = json::number(line, start) else { return false };
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

/// The outline of a line that is JSON; `None` where it has too many values, or a path leads to one that is no string and
/// no number.
fn outline_of(line: &[u8], marks: &Marks, found: &[Option<Span>]) -> Option<Outline> {
    let mut outline = Outline::new();
    let mut closes = marks.quotes();
    let mut left = found.iter().flatten().count();
    let (mut from, mut at, mut quotes) = (0, 0, 0);
    while at < line.len() {
        let (value, start, end) = match line[at] {
            b'"' => {
                let close = closes.close_of(at)?;
                let behind = line[close + 1..].iter().find(|&&byte| byte != b' ');
                if behind == Some(&b':') {
                    (at, quotes) = (close + 1, quotes + 2);
                    continue;
                }
                (Value::String, at + 1, close)
            }
            b'-' | b'0'..=b'9' => (Value::Number, at, json::number(line, at).ok()?.1),
            _ => {
                at += 1;
                continue;
            }
        };
        let quote = usize::from(value == Value::String);
        let path = found.iter().position(|span| *span == Some((start - quote, end + quote)));
        left -= usize::from(path.is_some());
        outline.push(Piece { bytes: line[from..start].to_vec(), quotes: quotes + quote, value, path });
        (from, at, quotes) = (end, end + quote, 0);
    }
    outline.push(Piece { bytes: line[from..].to_vec(), quotes, value: Value::End, path: None });
    (left == 0 && outline.len() <= MAX_VALUES).then_some(outline)
}

//! The shape that lines share: everything between their values. Many applications write one shape over and over, so a
//! line is matched with the shape of those before it, before it is walked over.
//!
//! A line that has the same bytes between its values as another, strings for its strings, and numbers or words (true, false,
//! null) for its numbers and words, is JSON if the other is, and has its values in the same order.
//!
//! That saves 15 ns of a line of 85 bytes, and costs as much if shapes change from line to line. So one shape is cached, as
//! long as it fits four lines of five. (Tried, and slower: four at once, one learned every 16 lines. If each line has
//! another shape, that doubled the time.)

use crate::json::grammar::{Parser, Visitor};
use crate::json::structural_index::{OnIndexed, StructuralIndex};
use crate::json::tokens::{self, ByteRange, ParseError, Str, number_or_word};
use crate::prefix::Prefix;

/// Most values of a shape: lines with more are walked over.
const MAX_VALUES: usize = 64;

/// Each line that fits adds one to the credit, up to so many; each that does not takes four away.
const MAX_CREDIT: u32 = 64;
const COST_OF_MISS: u32 = 4;

/// Lines that are walked over before a shape is learned again, at first; then twice as many each time, up to the longest.
const FIRST_PAUSE: u32 = 16;
const MAX_PAUSE: u32 = 1 << 14;

/// The kind of value that follows a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NextValue {
    /// A string, whose quotes are part of the pieces around it.
    String,
    /// A number, or one of the three words.
    Plain,
    /// No value: the line ends.
    End,
}

/// A piece that lines share, and the value that follows it.
#[derive(Clone, Debug)]
struct SharedPiece {
    bytes: Prefix,
    value: NextValue,
    /// The path that leads to that value.
    path: Option<usize>,
}

/// The shape of the current lines.
#[derive(Clone, Debug)]
pub(crate) struct ShapeCache {
    /// Empty if the shape is not known.
    pieces: Vec<SharedPiece>,
    credit: u32,
    /// Lines to be walked over before one is learned.
    wait: u32,
    /// How many that will be next time.
    pause: u32,
}

impl Default for ShapeCache {
    fn default() -> Self {
        Self { pieces: Vec::new(), credit: 0, wait: 0, pause: FIRST_PAUSE }
    }
}

/// Whether a line has the shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShapeMatch {
    /// It does, and its values were noted.
    Fits,
    /// It does not.
    Other,
    /// One of its strings may be invalid.
    Doubtful,
}

/// Matches a line with the shape, once it is indexed.
pub(crate) struct MatchShape<'a> {
    pub(crate) shape: &'a mut ShapeCache,
    /// Where the values at the paths are; all or none of them are noted.
    pub(crate) found: &'a mut [Option<ByteRange>],
}

impl OnIndexed for MatchShape<'_> {
    type Output = ShapeMatch;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as the trait asks")]
    fn run(self, line: &[u8], index: &StructuralIndex, are_strings: bool) -> ShapeMatch {
        let Self { shape, found } = self;
        if !are_strings {
            return ShapeMatch::Doubtful;
        }
        if shape.pieces.is_empty() {
            return ShapeMatch::Other;
        }
        if !fits(&shape.pieces, line, index, found) {
            shape.missed(found);
            return ShapeMatch::Other;
        }
        shape.credit = MAX_CREDIT.min(shape.credit + 1);
        ShapeMatch::Fits
    }
}

impl ShapeCache {
    #[cold]
    fn missed(&mut self, found: &mut [Option<ByteRange>]) {
        found.fill(None);
        match self.credit.checked_sub(COST_OF_MISS) {
            Some(left) => self.credit = left,
            None => self.forget(),
        }
    }

    fn forget(&mut self) {
        self.pieces.clear();
        self.wait = self.pause;
        self.pause = MAX_PAUSE.min(2 * self.pause);
    }

    /// Perhaps learns the shape of a line, which is JSON, does not have the cached shape, and whose values were found.
    #[inline]
    pub(crate) fn may_learn(&mut self, line: &[u8], found: &[Option<ByteRange>]) {
        if self.wait > 0 {
            self.wait -= 1;
        } else if self.pieces.is_empty() {
            self.learn(line, found);
        }
    }

    #[cold]
    fn learn(&mut self, line: &[u8], found: &[Option<ByteRange>]) {
        match pieces_of(line, found) {
            Some(pieces) => (self.pieces, self.credit) = (pieces, COST_OF_MISS),
            None => self.forget(),
        }
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "it becomes part of a function that may use more of the processor")]
fn fits(pieces: &[SharedPiece], line: &[u8], index: &StructuralIndex, found: &mut [Option<ByteRange>]) -> bool {
    let mut quotes = index.quotes();
    let mut at = 0;
    for piece in pieces {
        let Some(rest) = line.get(at..) else { return false };
        if !piece.bytes.begins(rest) {
            return false;
        }
        let start = at + piece.bytes.len();
        let span = match piece.value {
            NextValue::String => {
                let Some(close) = quotes.from(start) else { return false };
                at = close;
                (start - 1, close + 1)
            }
            NextValue::Plain => {
                if start >= line.len() {
                    return false;
                }
                let Ok((_, end)) = number_or_word(line, start) else { return false };
                at = end;
                (start, end)
            }
            NextValue::End => return start == line.len(),
        };
        if let Some(path) = piece.path {
            found[path] = Some(span);
        }
    }
    false
}

/// The pieces of a line that is JSON; `None` if it has too many values, or a path leads to one that is not a string, a
/// number or a word.
fn pieces_of(line: &[u8], found: &[Option<ByteRange>]) -> Option<Vec<SharedPiece>> {
    let mut scalars = Scalars(Vec::new());
    let start = tokens::after_space(line, 0);
    Parser::new(line, &mut Vec::new()).object(start, &mut scalars).ok()?;
    let mut pieces = Vec::new();
    let mut left = found.iter().flatten().count();
    let mut from = 0;
    for (start, end) in scalars.0 {
        let (value, quote) = if line[start] == b'"' { (NextValue::String, 1) } else { (NextValue::Plain, 0) };
        let path = found.iter().position(|range| *range == Some((start, end)));
        left -= usize::from(path.is_some());
        pieces.push(SharedPiece { bytes: Prefix::new(&line[from..start + quote]), value, path });
        from = end - quote;
    }
    pieces.push(SharedPiece { bytes: Prefix::new(&line[from..]), value: NextValue::End, path: None });
    (left == 0 && pieces.len() <= MAX_VALUES).then_some(pieces)
}

/// The ranges of the values that hold no others.
struct Scalars(Vec<ByteRange>);

impl Scalars {
    fn value(&mut self, parser: &mut Parser<'_>, at: usize) -> Result<usize, ParseError> {
        match parser.bytes()[at] {
            b'{' => parser.object(at, self),
            b'[' => parser.array(at, self),
            _ => {
                let (_, end) = parser.skip(at)?;
                self.0.push((at, end));
                Ok(end)
            }
        }
    }
}

impl Visitor for Scalars {
    fn member(&mut self, parser: &mut Parser<'_>, _: Str, at: usize) -> Result<usize, ParseError> {
        self.value(parser, at)
    }

    fn item(&mut self, parser: &mut Parser<'_>, at: usize) -> Result<usize, ParseError> {
        self.value(parser, at)
    }
}

//! Where in a line the values at dotted paths are, in the slow and obvious way, which knows what is wrong with a line.

use crate::json::grammar::{Parser, Visitor};
use crate::json::tokens::{self, ByteRange, ParseError, Str};

/// Notes where the values at the paths are; `Err` says why the line is not one JSON object.
///
/// Of a name that comes twice, the first value counts.
#[cold]
pub(crate) fn find_paths(
    line: &[u8],
    paths: &[String],
    found: &mut [Option<ByteRange>],
    scratch: &mut Vec<u8>,
) -> Result<(), String> {
    found.fill(None);
    let paths: Vec<(usize, &[u8])> = paths.iter().map(String::as_bytes).enumerate().collect();
    visit_line(line, scratch, &mut Finder { paths: &paths, found })
}

/// Visits the object that a line is; `Err` says why it is not one.
pub(crate) fn visit_line(line: &[u8], scratch: &mut Vec<u8>, visitor: &mut impl Visitor) -> Result<(), String> {
    let start = tokens::after_space(line, 0);
    if line.get(start) != Some(&b'{') {
        return Err("the line is not a JSON object".to_owned());
    }
    let end = Parser::new(line, scratch).object(start, visitor).map_err(|error| match error {
        ParseError::Incomplete | ParseError::Stopped => "the line ends before its JSON does".to_owned(),
        ParseError::Invalid(at, syntax) => format!("the line is not JSON: {}, at byte {at} of it", syntax.text()),
    })?;
    if tokens::after_space(line, end) < line.len() {
        return Err("the line goes on after its JSON object".to_owned());
    }
    Ok(())
}

/// Looks for paths in an object.
struct Finder<'p, 'f> {
    /// What is left of each path from here on, and its index.
    paths: &'p [(usize, &'p [u8])],
    found: &'f mut [Option<ByteRange>],
}

impl Visitor for Finder<'_, '_> {
    fn member(&mut self, parser: &mut Parser<'_>, name: Str, at: usize) -> Result<usize, ParseError> {
        let name = parser.text(name);
        let mut whole = None;
        let mut inside: Vec<(usize, &[u8])> = Vec::new();
        for &(index, path) in self.paths {
            if path == name {
                whole = whole.or(Some(index));
            } else if let Some(rest) = path.strip_prefix(name).and_then(|rest| rest.strip_prefix(b".")) {
                inside.push((index, rest));
            }
        }
        let end = if !inside.is_empty() && parser.bytes()[at] == b'{' {
            parser.object(at, &mut Finder { paths: &inside, found: self.found })?
        } else {
            parser.skip(at)?.1
        };
        if let Some(index) = whole {
            self.found[index].get_or_insert((at, end));
        }
        Ok(end)
    }
}

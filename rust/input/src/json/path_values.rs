//! Where in the lines of a log the values at some paths are, in the quickest way that a line allows.
//!
//! A line is indexed once (`structural_index`). If it has the shape of the lines before it (`shape_cache`), its values are
//! where that has them; if not, it is walked over along its index (`fast_path`); and if that stops, `find_paths` finds the
//! values, or what is wrong.

use crate::json::fast_path::{FastPath, MAX_PATHS, PathsAhead};
use crate::json::find_paths::find_paths;
use crate::json::shape_cache::{MatchShape, ShapeCache, ShapeMatch};
use crate::json::structural_index::{FirstLine, StructuralIndex};
use crate::json::tokens::ByteRange;

/// Finds the values at paths, line by line.
#[derive(Clone, Debug)]
pub(crate) struct PathValues {
    /// Dotted.
    paths: Vec<String>,
    ahead: PathsAhead,
    index: StructuralIndex,
    shape: ShapeCache,
    scratch: Vec<u8>,
    /// Where the values of the last line are.
    found: Vec<Option<ByteRange>>,
    /// They are where the shape has them: the next line of that shape overwrites the same ones.
    found_by_shape: bool,
    /// A line that was matched while its end was looked for: its address and length, and the result.
    matched: Option<((usize, usize), ShapeMatch)>,
    /// Why the last line is not a JSON object.
    error: String,
}

impl PathValues {
    pub(crate) fn new(paths: Vec<String>) -> Self {
        Self {
            found: vec![None; paths.len()],
            ahead: PathsAhead::all(&paths),
            paths,
            index: StructuralIndex::default(),
            shape: ShapeCache::default(),
            scratch: Vec::new(),
            found_by_shape: false,
            matched: None,
            error: String::new(),
        }
    }

    /// The paths, in the order of `found`.
    pub(crate) fn paths(&self) -> &[String] {
        &self.paths
    }

    /// Where the values of the last line are; `None` for a path that it does not have.
    #[inline]
    pub(crate) fn found(&self) -> &[Option<ByteRange>] {
        &self.found
    }

    /// How many bytes more the last line takes in a JSON string; `None` if that is not known.
    #[inline]
    pub(crate) fn more_in_json(&self) -> Option<u32> {
        self.index.specials_of_plain()
    }

    /// Why the last line is not a JSON object.
    pub(crate) fn take_error(&mut self) -> String {
        std::mem::take(&mut self.error)
    }

    /// Finds where the values of a line are. False if it is not a JSON object; `take_error` says why.
    #[inline]
    pub(crate) fn find(&mut self, line: &[u8]) -> bool {
        let result = match self.matched.take() {
            Some((address, result)) if address == address_of(line) => result,
            _ => self.match_shape(line),
        };
        match result {
            ShapeMatch::Fits => true,
            ShapeMatch::Other => self.find_by_fast_path(line),
            ShapeMatch::Doubtful => self.find_slowly(line),
        }
    }

    #[inline(never)]
    fn match_shape(&mut self, line: &[u8]) -> ShapeMatch {
        let (index, match_shape) = self.matcher();
        let result = index.read(line, match_shape);
        self.found_by_shape = result == ShapeMatch::Fits;
        result
    }

    /// The index of the line feed that ends the first line of these bytes. The line is matched in the same pass, unless it
    /// ends with the bytes.
    #[inline]
    pub(crate) fn end_of_line(&mut self, bytes: &[u8]) -> Option<usize> {
        let (index, match_shape) = self.matcher();
        let Some(FirstLine { line_feed, line, output: result }) = index.read_first(bytes, match_shape) else {
            return self.end_otherwise(bytes);
        };
        self.found_by_shape = result == ShapeMatch::Fits;
        self.matched = Some((address_of(line), result));
        Some(line_feed)
    }

    #[inline(never)]
    fn end_otherwise(&mut self, bytes: &[u8]) -> Option<usize> {
        self.matched = None;
        memchr::memchr(b'\n', bytes)
    }

    /// The index for the next line, and what matches it with the shape.
    #[inline]
    fn matcher(&mut self) -> (&mut StructuralIndex, MatchShape<'_>) {
        let Self { index, shape, found, found_by_shape, .. } = self;
        if !*found_by_shape {
            found.fill(None);
        }
        (index, MatchShape { shape, found })
    }

    #[inline(never)]
    fn find_by_fast_path(&mut self, line: &[u8]) -> bool {
        let Self { index, paths, found, .. } = self;
        let (quotes, escapes) = (index.quotes(), index.escapes());
        if paths.len() > MAX_PATHS || !(FastPath { line, quotes, escapes, paths, found }.run(self.ahead)) {
            return self.find_slowly(line);
        }
        self.shape.may_learn(line, found);
        true
    }

    #[cold]
    fn find_slowly(&mut self, line: &[u8]) -> bool {
        let Self { paths, found, scratch, .. } = self;
        find_paths(line, paths, found, scratch).map_err(|error| self.error = error).is_ok()
    }
}

/// Tells lines in memory apart; nothing is read through it.
fn address_of(line: &[u8]) -> (usize, usize) {
    (line.as_ptr().addr(), line.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path_values(paths: &[&str]) -> PathValues {
        PathValues::new(paths.iter().map(|&path| path.to_owned()).collect())
    }

    /// What the slow, obvious way makes of a line.
    fn slowly(paths: &[&str], line: &[u8]) -> Option<Vec<Option<ByteRange>>> {
        let mut values = path_values(paths);
        values.find_slowly(line).then(|| values.found.clone())
    }

    fn values() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            "[a-z\"\\\\\n\u{e9} ]{0,70}".prop_map(Into::into),
        ];
        leaf.prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                prop::collection::hash_map("[abt.]{1,3}", inner, 0..4)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_fast_way_finds_what_the_slow_one_does(
            shapes in prop::collection::vec(prop::collection::hash_map("[abt.]{1,3}", values(), 0..6), 1..4),
            escaped_names: bool,
            order in prop::collection::vec(any::<prop::sample::Index>(), 1..50),
            changes in prop::collection::vec(prop::option::weighted(0.3, (any::<prop::sample::Index>(),
                prop_oneof![prop::sample::select(&b"\"\\{}[]:,0 .-et\t"[..]), any::<u8>()])), 50),
        ) {
            let paths = ["t", "a.b", "a", "b.a.t", "a.b"];
            let mut fast = path_values(&paths);
            let texts: Vec<String> = shapes
                .iter()
                .map(|shape| serde_json::to_string(&shape.iter().collect::<std::collections::BTreeMap<_, _>>()).unwrap())
                .collect();
            for (shape, change) in order.iter().zip(&changes) {
                let text = shape.get(&texts);
                let mut line = if escaped_names { text.replace("\"a", "\"\\u0061") } else { text.clone() }.into_bytes();
                if let Some((at, byte)) = change {
                    let at = at.index(line.len());
                    line[at] = *byte;
                }
                let found = fast.find(&line).then(|| fast.found.clone());
                prop_assert_eq!(found, slowly(&paths, &line), "{}", line.escape_ascii());
            }
        }
    }

    #[test]
    fn lines_of_one_shape_are_walked_over_once() {
        let mut values = path_values(&["ts"]);
        for second in 0..60 {
            let line = format!("{{\"level\": \"info\", \"ts\": {second}, \"n\": -1.5e3}}");
            assert_eq!(values.match_shape(line.as_bytes()) == ShapeMatch::Fits, second > 0);
            assert!(values.find(line.as_bytes()));
            assert_eq!(values.found(), [Some((24, 24 + second.to_string().len()))]);
        }
    }

    #[test]
    fn a_shape_that_seldom_fits_is_forgotten_and_learned_again_later() {
        let mut values = path_values(&["ts"]);
        let read = |values: &mut PathValues, name: &str| {
            let line = format!("{{\"{name}\":\"x\",\"ts\":1438191704}}");
            values.found.fill(None);
            let fitted = values.match_shape(line.as_bytes()) == ShapeMatch::Fits;
            assert_eq!(values.found[0].is_some(), fitted);
            assert!(values.find(line.as_bytes()) && values.found[0].is_some());
            fitted
        };
        for i in 0..100 {
            read(&mut values, &format!("n{i}"));
        }
        assert!(!read(&mut values, "n99"), "nothing is cached if each line has another shape");
        let fitted = (0..1000).filter(|_| read(&mut values, "same")).count();
        assert!(fitted > 800, "{fitted}");
        assert!(!read(&mut values, "other") && read(&mut values, "same"), "one other line is no reason to forget");
    }

    #[test]
    fn an_error_says_what_is_wrong_and_where() {
        for (line, why) in [
            ("17", "the line is not a JSON object"),
            ("{\"a\":1", "the line ends before its JSON does"),
            ("{\"a\":1} x", "the line goes on after its JSON object"),
            ("{\"a\" 1}", "the line is not JSON: no colon after a member's name, at byte 5 of it"),
            (
                "{\"a\":\"\tb\"}",
                "the line is not JSON: a control character inside a string, not escaped, at byte 6 of it",
            ),
        ] {
            let mut values = path_values(&["a"]);
            assert!(!values.find(line.as_bytes()));
            assert_eq!(values.take_error(), why);
        }
    }
}

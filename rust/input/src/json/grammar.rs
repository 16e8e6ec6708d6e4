//! The grammar of JSON (RFC 8259), strictly: objects and arrays, and a visitor for what is inside them.
//!
//! This is the one slow way to read JSON. Event documents, lines of JSON whose error is to be named, and the shape that
//! lines share are all visitors of it; the fast way of `fast_path` is tested against it.

use crate::json::tokens::{self, ParseError, Str, Syntax, ValueKind, number_or_word, token};

/// Values nested deeper are an error.
const MAX_DEPTH: u32 = 200;

/// Parses values in a slice.
#[derive(Debug)]
pub(crate) struct Parser<'a> {
    bytes: &'a [u8],
    scratch: &'a mut Vec<u8>,
}

/// What is done with the values inside an object or array. Each method passes over the value at `at`, and returns the
/// index after it; by default it is skipped. `ParseError::Stopped` ends the walk.
pub(crate) trait Visitor {
    /// The value of an object's member.
    #[inline]
    fn member(&mut self, parser: &mut Parser<'_>, _name: Str, at: usize) -> Result<usize, ParseError> {
        parser.skip(at).map(|(_, end)| end)
    }

    /// An item of an array.
    #[inline]
    fn item(&mut self, parser: &mut Parser<'_>, at: usize) -> Result<usize, ParseError> {
        parser.skip(at).map(|(_, end)| end)
    }
}

impl<'a> Parser<'a> {
    /// A parser of this slice, with room for strings that have escapes.
    pub(crate) fn new(bytes: &'a [u8], scratch: &'a mut Vec<u8>) -> Self {
        Self { bytes, scratch }
    }

    /// The slice.
    #[inline]
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The slice, and the room for strings that have escapes.
    #[inline]
    pub(crate) fn parts(&mut self) -> (&'a [u8], &mut Vec<u8>) {
        (self.bytes, self.scratch)
    }

    /// The text of a name, until another string is parsed.
    #[inline]
    pub(crate) fn text(&self, name: Str) -> &[u8] {
        name.bytes(self.bytes, self.scratch)
    }

    /// Passes over the value at `at`: its kind, and the index after it.
    #[inline]
    pub(crate) fn skip(&mut self, at: usize) -> Result<(ValueKind, usize), ParseError> {
        skip(self.bytes, at, self.scratch)
    }

    /// Passes over the object that opens at `at`; the index after it.
    #[inline]
    pub(crate) fn object<V: Visitor>(&mut self, at: usize, visitor: &mut V) -> Result<usize, ParseError> {
        let (mut at, byte) = token(self.bytes, at + 1)?;
        if byte == b'}' {
            return Ok(at + 1);
        }
        loop {
            let (name, value_at) = self.name(at)?;
            let end = visitor.member(self, name, value_at)?;
            let (next, byte) = token(self.bytes, end)?;
            match byte {
                b',' => at = token(self.bytes, next + 1)?.0,
                b'}' => return Ok(next + 1),
                _ => return Err(no_comma(next)),
            }
        }
    }

    /// Passes over the array that opens at `at`; the index after it.
    pub(crate) fn array<V: Visitor>(&mut self, at: usize, visitor: &mut V) -> Result<usize, ParseError> {
        let (mut at, byte) = token(self.bytes, at + 1)?;
        if byte == b']' {
            return Ok(at + 1);
        }
        loop {
            let end = visitor.item(self, at)?;
            let (next, byte) = token(self.bytes, end)?;
            match byte {
                b',' => at = token(self.bytes, next + 1)?.0,
                b']' => return Ok(next + 1),
                _ => return Err(no_comma(next)),
            }
        }
    }

    /// The name of the member at `at`, and the index of its value.
    #[inline]
    pub(crate) fn name(&mut self, at: usize) -> Result<(Str, usize), ParseError> {
        if self.bytes[at] != b'"' {
            return Err(ParseError::Invalid(at, Syntax::Name));
        }
        let (name, end) = tokens::string(self.bytes, at, self.scratch)?;
        let (colon, byte) = token(self.bytes, end)?;
        if byte != b':' {
            return Err(ParseError::Invalid(colon, Syntax::Colon));
        }
        Ok((name, token(self.bytes, colon + 1)?.0))
    }
}

#[cold]
fn no_comma(at: usize) -> ParseError {
    ParseError::Invalid(at, Syntax::Comma)
}

/// Passes over the value at `at`: its kind, and the index after it. (Not a method: so a parser whose visitor skips values
/// may stay in registers.)
pub(crate) fn skip(bytes: &[u8], at: usize, scratch: &mut Vec<u8>) -> Result<(ValueKind, usize), ParseError> {
    Skip { depth: 0 }.value(&mut Parser { bytes, scratch }, at)
}

/// Passes over values without looking at them.
struct Skip {
    depth: u32,
}

impl Skip {
    fn value(&mut self, parser: &mut Parser<'_>, at: usize) -> Result<(ValueKind, usize), ParseError> {
        match parser.bytes[at] {
            b'"' => tokens::string(parser.bytes, at, parser.scratch).map(|(_, end)| (ValueKind::String, end)),
            b'[' | b'{' if self.depth == MAX_DEPTH => Err(ParseError::Invalid(at, Syntax::Depth)),
            b'[' => parser.array(at, &mut self.inside()).map(|end| (ValueKind::Array, end)),
            b'{' => parser.object(at, &mut self.inside()).map(|end| (ValueKind::Object, end)),
            _ => number_or_word(parser.bytes, at),
        }
    }

    fn inside(&self) -> Self {
        Self { depth: self.depth + 1 }
    }
}

impl Visitor for Skip {
    fn member(&mut self, parser: &mut Parser<'_>, _: Str, at: usize) -> Result<usize, ParseError> {
        self.value(parser, at).map(|(_, end)| end)
    }

    fn item(&mut self, parser: &mut Parser<'_>, at: usize) -> Result<usize, ParseError> {
        self.value(parser, at).map(|(_, end)| end)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::*;

    /// Whether it is one value and nothing else.
    fn is_value(bytes: &[u8]) -> bool {
        let start = tokens::after_space(bytes, 0);
        let mut scratch = Vec::new();
        let end = bytes.get(start).and_then(|_| Parser::new(bytes, &mut scratch).skip(start).ok());
        end.is_some_and(|(_, end)| tokens::after_space(bytes, end) == bytes.len())
    }

    fn values() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            "[a-z\"\\\\\n\u{e9}\u{1f600} ]{0,40}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                prop::collection::hash_map("[a-z\"]{0,3}", inner, 0..4)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_value_is_what_serde_json_takes_for_one(
            value in values(), pretty: bool, change in prop::option::of((any::<prop::sample::Index>(),
                prop_oneof![prop::sample::select(&b"\"\\{}[]:,0 .-+eEtu\t\n"[..]), any::<u8>()])), cut: bool,
        ) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            let mut bytes = text.into_bytes();
            if let Some((at, byte)) = change {
                let at = at.index(bytes.len());
                if cut { bytes.truncate(at) } else { bytes[at] = byte }
            }
            // A number at the very end of the slice may go on.
            bytes.push(b' ');
            let twin = serde_json::from_slice::<IgnoredAny>(&bytes).is_ok();
            prop_assert_eq!(is_value(&bytes), twin, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn values_may_be_nested_200_deep_and_no_deeper() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested = |depth: usize| format!("{}1{} ", open.repeat(depth), close.repeat(depth));
            assert!(is_value(nested(200).as_bytes()));
            assert!(!is_value(nested(201).as_bytes()));
        }
    }

    /// Notes what it sees.
    #[derive(Default)]
    struct Notes(Vec<String>);

    impl Visitor for Notes {
        fn member(&mut self, parser: &mut Parser<'_>, name: Str, at: usize) -> Result<usize, ParseError> {
            self.0.push(format!("{} at {at}", String::from_utf8_lossy(parser.text(name))));
            if parser.bytes()[at] == b'[' { parser.array(at, self) } else { parser.skip(at).map(|(_, end)| end) }
        }

        fn item(&mut self, parser: &mut Parser<'_>, at: usize) -> Result<usize, ParseError> {
            self.0.push(format!("item at {at}"));
            parser.skip(at).map(|(_, end)| end)
        }
    }

    #[test]
    fn a_visitor_sees_each_value_once_and_in_order() {
        let (line, mut scratch, mut notes) =
            (br#"{"a":1,"\u0062" : [2, {"c":3}], "d":{}}"#, Vec::new(), Notes::default());
        let end = Parser::new(line, &mut scratch).object(0, &mut notes);
        assert_eq!(end, Ok(line.len()));
        assert_eq!(notes.0, ["a at 5", "b at 18", "item at 19", "item at 22", "d at 36"]);
    }
}

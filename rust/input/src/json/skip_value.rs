//! The end of a value that cannot be parsed, or is too long to be held in memory: only quotes and brackets count.
//!
//! (Not a visitor of the grammar: what it skips need not be JSON, and comes in as many chunks as it takes.)

/// Looks for the end of a value, over as many chunks as it takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SkipValue {
    depth: u64,
    in_string: bool,
    escaped: bool,
}

impl SkipValue {
    /// The index after the value's end, if that is in these bytes; otherwise it goes on in the next bytes.
    ///
    /// A value that is not a string, array or object ends before the next comma or closing bracket.
    pub(crate) fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        for (i, &byte) in bytes.iter().enumerate() {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.in_string = false;
                        if self.depth == 0 {
                            return Some(i + 1);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' | b',' if self.depth == 0 => return Some(i),
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Some(i + 1);
                    }
                }
                _ => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_the_same_however_the_bytes_are_cut() {
        for (text, end) in [
            (r#"{"a": oops, "b": "}\"}"} rest"#, 24),
            (r#"[[1, {}], "]"], 2"#, 14),
            (r#"oops, {"a"}"#, 4),
            (r#""a\\", 1"#, 5),
            ("oops]", 4),
        ] {
            for cut in 0..end {
                let mut skip = SkipValue::default();
                let found = skip.end(&text.as_bytes()[..cut]);
                assert_eq!(found, None, "{text} cut at {cut}");
                assert_eq!(skip.end(&text.as_bytes()[cut..]), Some(end - cut), "{text} cut at {cut}");
            }
        }
    }

    #[test]
    fn a_value_without_an_end_has_none() {
        assert_eq!(SkipValue::default().end(br#"{"a": "}"#), None);
    }
}

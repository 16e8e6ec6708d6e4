//! The lines of samples.

use crate::lines::{LineEnd, preceding_len};

/// The lines of all samples, in the order of the file; blank ones don't count.
#[derive(Debug)]
pub(crate) struct Sample<'a> {
    pub(crate) lines: Vec<&'a [u8]>,
    pub(crate) end: LineEnd,
}

impl<'a> Sample<'a> {
    pub(crate) fn new(samples: &[&'a [u8]]) -> Self {
        let has = |byte| samples.iter().any(|sample| memchr::memchr(byte, sample).is_some());
        let end = if has(b'\r') && !has(b'\n') { LineEnd::CarriageReturn } else { LineEnd::LineFeed };
        let separator = end.byte();
        let mut lines = Vec::new();
        for sample in samples {
            lines.extend(
                sample.split(|&byte| byte == separator).map(trimmed).filter(|line| !line.trim_ascii().is_empty()),
            );
        }
        Self { lines, end }
    }
}

/// Without the carriage return that ends it, and what precedes its text.
fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    &line[preceding_len(line)..]
}

//! Lines that name the columns of a log, or say how it is written: no events, and no part of one.

/// What W3C's extended log format and Zeek write in front of their lines, and again whenever they begin anew.
const DIRECTIVES: &[&[u8]] = &[
    b"#Version:",
    b"#Fields:",
    b"#Software:",
    b"#Start-Date:",
    b"#End-Date:",
    b"#Date:",
    b"#Remark:",
    b"#separator",
    b"#set_separator",
    b"#empty_field",
    b"#unset_field",
    b"#path",
    b"#open",
    b"#close",
    b"#fields",
    b"#types",
];

const SEPARATORS: &[u8] = b",\t;| ";
/// Words with blanks between them are prose more often than the names of columns.
const LEAST_WORDS: usize = 4;

/// Skips the headers of a file.
#[derive(Clone, Debug, Default)]
pub struct HeaderLines {
    /// The line that names the columns, which may come again.
    columns: Option<Vec<u8>>,
    skipped: u64,
    /// Whether any are skipped.
    skips: bool,
}

impl HeaderLines {
    /// Those of a file whose columns this line names.
    #[must_use]
    pub fn new(columns: Option<Vec<u8>>) -> Self {
        Self { columns, skipped: 0, skips: true }
    }

    /// Whether a line that is not read yet says how the log is written; then it is counted. It may have a date.
    #[inline]
    pub(crate) fn is_directive(&mut self, line: &[u8]) -> bool {
        let is = self.skips && is_directive(line);
        self.skipped += u64::from(is);
        is
    }

    /// Whether a line without a timestamp is one; then it is counted.
    pub(crate) fn is_one(&mut self, line: &[u8], after_an_event: bool) -> bool {
        let is_comment = self.skips && !after_an_event && line.first() == Some(&b'#');
        let is = is_comment || self.columns.as_deref() == Some(line);
        self.skipped += u64::from(is);
        is
    }

    pub(crate) fn skipped(&self) -> u64 {
        self.skipped
    }
}

/// Whether a line is one that says how a log is written, wherever it is.
pub(crate) fn is_directive(line: &[u8]) -> bool {
    line.first() == Some(&b'#')
        && DIRECTIVES.iter().any(|directive| {
            line.strip_prefix(*directive).is_some_and(|rest| {
                directive.ends_with(b":") || rest.first().is_none_or(|byte| matches!(byte, b' ' | b'\t'))
            })
        })
}

/// Whether a line names the columns that another has: as many, with the same separator, and each a name.
pub(crate) fn names_columns_of(line: &[u8], event: &[u8]) -> bool {
    SEPARATORS.iter().any(|&separator| {
        let names: Vec<&[u8]> = line.split(|&byte| byte == separator).collect();
        let least = if separator == b' ' { LEAST_WORDS } else { 2 };
        let columns = event.split(|&byte| byte == separator).count();
        // The last column may have the separator in it, if it is no blank.
        let is_as_many = columns == names.len() || (separator != b' ' && names.len() > 2 && columns > names.len());
        names.len() >= least && is_as_many && names.iter().all(|name| is_name(name))
    })
}

/// Letters first, and then what names are made of, in quotes or not.
fn is_name(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let text = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(text);
    let is_of_name = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'-' | b'.' | b' ' | b'(' | b')' | b'/' | b':' | b'@')
    };
    let is_clock =
        |three: &[u8]| matches!(three, [before, b':', after] if before.is_ascii_digit() && after.is_ascii_digit());
    text.len() <= 64
        && !text.windows(3).any(is_clock)
        && text.first().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'@' | b'_'))
        && text.iter().all(is_of_name)
}

/// Behind how many words lines have their time, as the names of columns with blanks between them say.
pub(crate) fn time_column(names: &[u8]) -> Option<u8> {
    const TIMES: &[&[u8]] = &[b"timestamp", b"time", b"ts", b"datetime", b"start", b"start_time", b"date"];
    let words: Vec<&[u8]> =
        names.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty()).collect();
    let found = TIMES.iter().find_map(|time| words.iter().position(|word| word.eq_ignore_ascii_case(time)))?;
    u8::try_from(found).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_header_is() {
        let event = b"2015-07-29 17:41:44,INFO,it, too";
        assert!(names_columns_of(b"time,level,message", event));
        assert!(names_columns_of(b"\"time\",\"level\",\"message\"", event));
        for line in [&b"the log, opened"[..], b"time,3,message", b"time", b"a,b,c,d,e", b"starting up"] {
            assert!(!names_columns_of(line, event), "{}", line.escape_ascii());
        }
        let flow = b"2 111122223333 eni-0a1 10.0.0.1 1438191704 1438191764 ACCEPT OK";
        let names = b"version account-id interface-id srcaddr start end action log-status";
        assert!(names_columns_of(names, flow));
        assert_eq!(time_column(names), Some(4));
        assert!(!names_columns_of(b"starting up the server", b"2015-07-29 17:41:44 INFO x y"));
        assert!(is_directive(b"#Fields: date time"));
        assert!(is_directive(b"#close\t2015"));
        assert!(!is_directive(b"#closed") && !is_directive(b"# a comment"));
    }

    #[test]
    fn headers_are_skipped_and_comments_of_an_event_are_not() {
        let mut headers = HeaderLines::new(Some(b"time,level".to_vec()));
        assert!(headers.is_one(b"# a comment", false));
        assert!(headers.is_one(b"time,level", false));
        assert!(!headers.is_one(b"# a comment", true));
        assert!(headers.is_one(b"time,level", true));
        assert!(headers.is_directive(b"#Fields: x") && !headers.is_directive(b"# a comment"));
        assert_eq!(headers.skipped(), 4);
        assert!(!HeaderLines::default().is_directive(b"#Fields: x"), "without headers, all lines count");
    }
}

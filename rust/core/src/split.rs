//! Messages too long for one event, made to fit: cut at character boundaries, and marked.

/// Ends a truncated message (the suffix that Amazon's CloudWatch agent uses).
pub(crate) const TRUNCATED: &str = "[Truncated...]";

/// The longest beginning of `text` that fits `limit` bytes together with the marker. `None` if the marker
/// and one character don't fit.
pub(crate) fn truncate(text: &str, limit: usize) -> Option<String> {
    let head = &text[..text.floor_char_boundary(limit.checked_sub(TRUNCATED.len())?)];
    (!head.is_empty()).then(|| format!("{head}{TRUNCATED}"))
}

/// The text as parts of at most `limit` bytes, each after its number: `[part 02/11] `. Both numbers are written
/// with the digits that the greatest needs, the fewest that do. `None` if a number and one character (4
/// bytes) don't fit.
pub(crate) fn split(text: &str, limit: usize) -> Option<Vec<String>> {
    for width in 1.. {
        let room = limit.checked_sub("[part /] ".len() + 2 * width).filter(|&room| room >= 4)?;
        let bodies = cut(text, room);
        let total = bodies.len();
        if total.to_string().len() <= width {
            let number = |(i, body): (usize, &&str)| format!("[part {:0width$}/{total:0width$}] {body}", i + 1);
            return Some(bodies.iter().enumerate().map(number).collect());
        }
    }
    None
}

/// Greedy cut at character boundaries; `room` is at least 4, so that every part holds a character.
fn cut(text: &str, room: usize) -> Vec<&str> {
    let mut parts = Vec::with_capacity(text.len() / room + 1);
    let mut rest = text;
    while !rest.is_empty() {
        let (head, tail) = rest.split_at(rest.floor_char_boundary(room));
        parts.push(head);
        rest = tail;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_truncated_message_ends_in_the_marker_and_fills_the_limit() {
        assert_eq!(truncate("abcdefgh", 14 + 3).unwrap(), "abc[Truncated...]");
        assert_eq!(truncate("aé", 14 + 2).unwrap(), "a[Truncated...]");
        assert_eq!(truncate("abc", 14), None);
        assert_eq!(truncate("😀", 14 + 3), None);
    }

    #[test]
    fn parts_are_numbered_with_as_many_digits_as_the_last_needs() {
        assert_eq!(split("abcdefgh", 11 + 4).unwrap(), ["[part 1/2] abcd", "[part 2/2] efgh"]);
        let parts = split(&"x".repeat(58), 13 + 4).unwrap();
        assert_eq!(parts.len(), 15);
        assert_eq!(parts[0], "[part 01/15] xxxx");
        assert_eq!(parts[14], "[part 15/15] xx");
        assert_eq!(split("abcdefgh", 11 + 3), None);
    }

    proptest! {
        #[test]
        fn parts_fit_and_join_to_the_whole(text in "\\PC{1,300}", limit in 20..60_usize) {
            if let Some(parts) = split(&text, limit) {
                let joined: String = parts.iter().map(|p| p.split_once("] ").unwrap().1).collect();
                prop_assert_eq!(joined, text);
                prop_assert!(parts.iter().all(|p| p.len() <= limit));
            }
        }

        #[test]
        fn a_truncated_message_is_the_longest_that_fits(text in "\\PC{30,60}", limit in 18..30_usize) {
            let cut = truncate(&text, limit).unwrap();
            let head = cut.strip_suffix(TRUNCATED).unwrap();
            prop_assert!(cut.len() <= limit && text.starts_with(head));
            let next = text[head.len()..].chars().next().unwrap();
            prop_assert!(cut.len() + next.len_utf8() > limit);
        }
    }
}

//! Backslashes: which of them begin an escape, and which bytes those escape.

/// Which backslashes begin an escape, and which bytes are escaped, the first perhaps by the block before.
///
/// A run of backslashes is one escape after the other: in a subtraction, whose borrow runs along with it, the even and
/// the odd ones come out different.
pub(super) fn escapes(backslashes: u64, carry: u64) -> (u64, u64) {
    const ODD: u64 = 0xAAAA_AAAA_AAAA_AAAA;
    let may_begin = backslashes & !carry;
    let begun_or_after = (may_begin << 1 | ODD).wrapping_sub(may_begin) ^ ODD;
    (begun_or_after & backslashes, begun_or_after ^ (backslashes | carry))
}

/// Whether what these backslashes begin, from `base` on in the line, are escapes of JSON.
pub(super) fn are_escapes(line: &[u8], base: usize, mut escapes: u64) -> bool {
    while escapes != 0 {
        let after = base + escapes.trailing_zeros() as usize + 1;
        escapes &= escapes - 1;
        let known = match line.get(after) {
            Some(b'"' | b'\\' | b'/' | b'n' | b't' | b'r' | b'b' | b'f') => true,
            Some(b'u') => {
                line.get(after + 1..after + 5).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            }
            _ => false,
        };
        if !known {
            return false;
        }
    }
    true
}

//! Writing into a buffer of known size: bytes, and timestamps as decimal digits.

/// Writes into a buffer from its start; what is left of it.
#[derive(Debug)]
pub(crate) struct BufWriter<'a> {
    rest: &'a mut [u8],
}

impl<'a> BufWriter<'a> {
    pub(crate) fn new(buffer: &'a mut [u8]) -> Self {
        Self { rest: buffer }
    }

    /// Bytes still free.
    pub(crate) fn room(&self) -> usize {
        self.rest.len()
    }

    #[inline]
    pub(crate) fn put(&mut self, bytes: &[u8]) {
        let (head, tail) = std::mem::take(&mut self.rest).split_at_mut(bytes.len());
        head.copy_from_slice(bytes);
        self.rest = tail;
    }

    /// The first `n` of these bytes. The others may be written too, to be overwritten by what follows.
    #[inline]
    pub(crate) fn put_first_of<const N: usize>(&mut self, bytes: &[u8; N], n: usize) {
        match self.rest.first_chunk_mut() {
            Some(chunk) => *chunk = *bytes,
            None => self.rest[..n].copy_from_slice(&bytes[..n]),
        }
        self.pass(n);
    }

    /// The next `N` bytes, to be written by the caller, if there are so many.
    #[inline]
    pub(crate) fn first_chunk_mut<const N: usize>(&mut self) -> Option<&mut [u8; N]> {
        self.rest.first_chunk_mut()
    }

    /// All that is still free, to be written by the caller.
    #[inline]
    pub(crate) fn rest_mut(&mut self) -> &mut [u8] {
        self.rest
    }

    /// Leaves `n` bytes as they were written.
    #[inline]
    pub(crate) fn pass(&mut self, n: usize) {
        self.rest = &mut std::mem::take(&mut self.rest)[n..];
    }

    /// A number of 0 or more in `digits(number)` decimal digits.
    #[inline]
    pub(crate) fn put_number(&mut self, mut number: u64, digits: usize) {
        let (head, tail) = std::mem::take(&mut self.rest).split_at_mut(digits);
        self.rest = tail;
        let (first, pairs) = head.split_at_mut(digits % 2);
        for pair in pairs.as_chunks_mut::<2>().0.iter_mut().rev() {
            *pair = PAIRS[usize::from((number % 100) as u8)];
            number /= 100;
        }
        if let [digit] = first {
            *digit = b'0' + (number % 10) as u8;
        }
    }
}

/// Decimal digits of a number; 1 for 0.
pub(crate) fn digits(number: u64) -> usize {
    number.checked_ilog10().unwrap_or(0) as usize + 1
}

/// A number below 1000 in three digits.
#[inline]
pub(crate) fn three_digits(number: u64) -> [u8; 3] {
    let [tens, ones] = PAIRS[usize::from((number % 100) as u8)];
    [b'0' + (number / 100 % 10) as u8, tens, ones]
}

const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut i = 0_u8;
    while i < 100 {
        pairs[i as usize] = [b'0' + i / 10, b'0' + i % 10];
        i += 1;
    }
    pairs
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(number: u64) {
        let expected = number.to_string();
        assert_eq!(digits(number), expected.len());
        let mut out = vec![b'#'; expected.len() + 1];
        BufWriter::new(&mut out).put_number(number, expected.len());
        assert_eq!(out, format!("{expected}#").into_bytes());
    }

    #[test]
    fn borders() {
        check(0);
        check(u64::MAX);
        for exponent in 0..20 {
            let power = 10_u64.pow(exponent);
            [power - 1, power, power + 1].into_iter().for_each(check);
        }
    }

    #[test]
    fn the_first_bytes_of_a_word_fit_a_buffer_of_just_their_length() {
        for n in 0..=8 {
            for room in n..12 {
                let mut out = vec![b'#'; room];
                let mut writer = BufWriter::new(&mut out);
                writer.put_first_of(b"abcdefgh", n);
                assert_eq!(writer.room(), room - n);
                assert_eq!(out[..n], b"abcdefgh"[..n]);
            }
        }
    }

    proptest! {
        #[test]
        fn any_number_equals_to_string(number: u64, shift in 0..64_u32) {
            check(number >> shift);
        }
    }
}

//! Where the messages of a table lie: copied, one behind the other, or left where they came from.
//!
//! Memory that somebody lends (a chunk of a file, a column of Arrow's) is kept for as long as the table is, and so the
//! messages in it need not be copied: that spares the copy, and above all the pages for it, which the kernel clears
//! first.

use bytes::Bytes;

use crate::text::Text;

/// Smaller memory is not worth keeping: what it holds is copied, and so nobody need lend it.
pub const MIN_LENT_BYTES: usize = 1 << 16;

/// So many bytes are kept for each that a message has, at most, and one memory besides: where few lines of a log are
/// wanted, each of another chunk, they are copied.
const MOST_BYTES_KEPT_FOR_ONE: usize = 2;

/// Messages, each known by its place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Messages {
    copied: Vec<u8>,
    /// What was lent and has messages.
    lent: Vec<Bytes>,
    /// Of all that, and of the messages in it.
    kept_bytes: usize,
    used_bytes: usize,
}

/// Of a message: which memory in the high bits, 0 for those copied, and below them where in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(u64);

const OFFSET_BITS: u32 = 48;
const MOST_LENT: usize = (1 << (u64::BITS - OFFSET_BITS)) - 1;

impl Place {
    fn new(memory: usize, offset: usize) -> Self {
        Self((memory as u64) << OFFSET_BITS | offset as u64)
    }

    #[inline]
    fn memory(self) -> usize {
        (self.0 >> OFFSET_BITS) as usize
    }

    // No address has more bits, and so no offset in memory has.
    #[allow(clippy::cast_possible_truncation)]
    #[inline]
    fn offset(self) -> usize {
        (self.0 & ((1 << OFFSET_BITS) - 1)) as usize
    }
}

impl Messages {
    /// Makes room for so many bytes of copied messages, where the system has it.
    pub(crate) fn try_reserve(&mut self, bytes: usize) -> Result<(), std::collections::TryReserveError> {
        self.copied.try_reserve(bytes)
    }

    /// Keeps a text: where it is, if that is this memory, and copied if not.
    #[inline]
    pub(crate) fn keep(&mut self, text: &Text<'_>, memory: &Bytes) -> Place {
        if let Some(utf8) = text.as_valid_utf8() {
            return self.keep_utf8(utf8, memory);
        }
        let offset = self.copied.len();
        text.append_to(&mut self.copied);
        Place::new(0, offset)
    }

    /// Likewise, of UTF-8.
    #[inline]
    pub(crate) fn keep_utf8(&mut self, utf8: &[u8], memory: &Bytes) -> Place {
        if let Some(offset) = offset_in(memory, utf8)
            && (self.has(memory) || self.take(memory))
        {
            self.used_bytes += utf8.len();
            return Place::new(self.lent.len(), offset);
        }
        let offset = self.copied.len();
        self.copied.extend_from_slice(utf8);
        Place::new(0, offset)
    }

    /// Whether this memory is the one that was taken last: no other can be at its address, as long as that is kept.
    #[inline]
    fn has(&self, memory: &Bytes) -> bool {
        self.lent.last().is_some_and(|last| std::ptr::eq(&raw const last[..], &raw const memory[..]))
    }

    /// Takes one more memory, if it is worth it.
    fn take(&mut self, memory: &Bytes) -> bool {
        let takes = memory.len() >= MIN_LENT_BYTES
            && self.kept_bytes <= MOST_BYTES_KEPT_FOR_ONE * self.used_bytes
            && self.lent.len() < MOST_LENT;
        if takes {
            self.kept_bytes += memory.len();
            self.lent.push(memory.clone());
        }
        takes
    }

    /// The message there, of so many bytes.
    #[inline]
    pub(crate) fn at(&self, place: Place, len: usize) -> &[u8] {
        let held = match place.memory() {
            0 => &self.copied[..],
            memory => &self.lent[memory - 1],
        };
        &held[place.offset()..place.offset() + len]
    }

    /// Those that were copied.
    pub(crate) fn copied(&self) -> &Vec<u8> {
        &self.copied
    }

    /// Likewise, for whoever cares for the memory that they lie in.
    pub(crate) fn copied_mut(&mut self) -> &mut Vec<u8> {
        &mut self.copied
    }
}

/// Where in a memory these bytes lie; `None` where they lie elsewhere.
#[inline]
fn offset_in(memory: &[u8], bytes: &[u8]) -> Option<usize> {
    let offset = bytes.as_ptr().addr().wrapping_sub(memory.as_ptr().addr());
    (offset <= memory.len() && bytes.len() <= memory.len() - offset).then_some(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether it stayed where it was, and how it comes back.
    fn kept(messages: &mut Messages, bytes: &[u8], memory: &Bytes) -> (bool, Vec<u8>) {
        let place = messages.keep(&Text::ValidUtf8(bytes), memory);
        (place.memory() > 0, messages.at(place, bytes.len()).to_vec())
    }

    #[test]
    fn what_lies_in_lent_memory_stays_there_and_all_else_is_copied() {
        let memory = Bytes::from(b"0123456789".repeat(10_000));
        let mut messages = Messages::default();
        assert_eq!(kept(&mut messages, &memory[5..8], &Bytes::new()), (false, b"567".to_vec()), "it is not lent");
        for (from, to) in [(0, 10), (12, 15), (99_995, 100_000)] {
            let text = &memory[from..to];
            assert_eq!(kept(&mut messages, text, &memory), (true, text.to_vec()));
        }
        assert_eq!(kept(&mut messages, b"elsewhere", &memory), (false, b"elsewhere".to_vec()));
        let place = messages.keep(&Text::Utf8(&memory[..3]), &memory);
        assert_eq!((place.memory(), messages.at(place, 3)), (0, &b"012"[..]), "nobody knows whether it is UTF-8");
        assert_eq!(messages.lent.len(), 1);
        let part = memory.slice(1..70_000);
        let mut messages = Messages::default();
        assert_eq!(kept(&mut messages, &memory[1..70_000], &part), (true, memory[1..70_000].to_vec()));
        assert!(!kept(&mut messages, &memory[..5], &part).0, "begins before it");
        assert!(!kept(&mut messages, &memory[69_998..70_001], &part).0, "ends behind it");
    }

    #[test]
    fn memory_of_which_little_is_used_is_kept_but_once() {
        let chunks: Vec<_> = (0..10_u8).map(|i| Bytes::from(vec![b'a' + i; 1 << 20])).collect();
        let mut messages = Messages::default();
        for chunk in &chunks {
            assert_eq!(kept(&mut messages, &chunk[..100], chunk).1, chunk[..100]);
        }
        assert_eq!(messages.lent.len(), 1);
        let mut messages = Messages::default();
        for chunk in &chunks {
            assert!(kept(&mut messages, &chunk[..1 << 19], chunk).0, "half of each is used");
        }
        assert_eq!(messages.lent.len(), 10);
    }

    #[test]
    fn memory_without_a_message_is_not_kept_and_little_memory_neither() {
        let chunk = Bytes::from(vec![b'x'; MIN_LENT_BYTES - 1]);
        let mut messages = Messages::default();
        assert!(!kept(&mut messages, &chunk, &chunk).0);
        kept(&mut messages, b"elsewhere", &Bytes::from(vec![b'x'; 1 << 20]));
        assert!(messages.lent.is_empty());
    }
}

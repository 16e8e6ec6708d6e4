//! The memory of the messages of a table: copied one after the other, or left in the memory they came in.
//!
//! Memory that the caller lends (a chunk of a file, an Arrow column) is held for as long as the table is, so the messages
//! in it need not be copied: that saves the copy, and above all the pages for it, which the kernel has to clear first.

use bytes::Bytes;

use crate::text::Text;

/// Smaller memory is not worth holding: its messages are copied, so lending it has no effect.
pub const MIN_LENT_BYTES: usize = 1 << 16;

/// At most so many bytes are held for each byte of a message, plus one lent memory: if few lines of a log are wanted, each
/// from another chunk, they are copied.
const MAX_HELD_PER_USED_BYTE: usize = 2;

/// Messages, each known by its reference.
#[derive(Clone, Debug, Default)]
pub(crate) struct MessageStore {
    copied: Vec<u8>,
    /// Lent memory that holds messages.
    lent: Vec<Bytes>,
    /// Bytes of lent memory, and of the messages in it.
    held_bytes: usize,
    used_bytes: usize,
}

/// Where a message is: the index of its memory in the high bits, 0 for copied ones, and the offset in it below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MessageRef(u64);

const OFFSET_BITS: u32 = 48;
const MAX_LENT: usize = (1 << (u64::BITS - OFFSET_BITS)) - 1;

impl MessageRef {
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

impl MessageStore {
    /// Makes room for so many bytes of copied messages, if the system has it.
    pub(crate) fn try_reserve(&mut self, bytes: usize) -> Result<(), std::collections::TryReserveError> {
        self.copied.try_reserve(bytes)
    }

    /// Stores a text: in place if it lies in this memory, else as a copy.
    #[inline]
    pub(crate) fn store(&mut self, text: &Text<'_>, memory: &Bytes) -> MessageRef {
        if let Some(utf8) = text.as_valid_utf8() {
            return self.store_utf8(utf8, memory);
        }
        let offset = self.copied.len();
        text.append_to(&mut self.copied);
        MessageRef::new(0, offset)
    }

    /// Like `store`, for UTF-8.
    #[inline]
    pub(crate) fn store_utf8(&mut self, utf8: &[u8], memory: &Bytes) -> MessageRef {
        if let Some(offset) = offset_in(memory, utf8)
            && (self.is_last(memory) || self.hold(memory))
        {
            self.used_bytes += utf8.len();
            return MessageRef::new(self.lent.len(), offset);
        }
        let offset = self.copied.len();
        self.copied.extend_from_slice(utf8);
        MessageRef::new(0, offset)
    }

    /// Whether this memory is the one that was added last: no other can be at its address while it is held.
    #[inline]
    fn is_last(&self, memory: &Bytes) -> bool {
        self.lent.last().is_some_and(|last| std::ptr::eq(&raw const last[..], &raw const memory[..]))
    }

    /// Holds one more memory, if it is worth it.
    fn hold(&mut self, memory: &Bytes) -> bool {
        let holds = memory.len() >= MIN_LENT_BYTES
            && self.held_bytes <= MAX_HELD_PER_USED_BYTE * self.used_bytes
            && self.lent.len() < MAX_LENT;
        if holds {
            self.held_bytes += memory.len();
            self.lent.push(memory.clone());
        }
        holds
    }

    /// The message at a reference, of so many bytes.
    #[inline]
    pub(crate) fn get(&self, message: MessageRef, len: usize) -> &[u8] {
        let held = match message.memory() {
            0 => &self.copied[..],
            memory => &self.lent[memory - 1],
        };
        &held[message.offset()..message.offset() + len]
    }

    /// The bytes of copied messages.
    pub(crate) fn copied(&self) -> &Vec<u8> {
        &self.copied
    }

    /// The same, to manage their memory.
    pub(crate) fn copied_mut(&mut self) -> &mut Vec<u8> {
        &mut self.copied
    }
}

/// The offset of these bytes in a memory; `None` if they lie elsewhere.
#[inline]
fn offset_in(memory: &[u8], bytes: &[u8]) -> Option<usize> {
    let offset = bytes.as_ptr().addr().wrapping_sub(memory.as_ptr().addr());
    (offset <= memory.len() && bytes.len() <= memory.len() - offset).then_some(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether it stayed in place, and how it comes back.
    fn stored(messages: &mut MessageStore, bytes: &[u8], memory: &Bytes) -> (bool, Vec<u8>) {
        let message = messages.store(&Text::ValidUtf8(bytes), memory);
        (message.memory() > 0, messages.get(message, bytes.len()).to_vec())
    }

    #[test]
    fn what_lies_in_lent_memory_stays_there_and_the_rest_is_copied() {
        let memory = Bytes::from(b"0123456789".repeat(10_000));
        let mut messages = MessageStore::default();
        assert_eq!(
            stored(&mut messages, &memory[5..8], &Bytes::new()),
            (false, b"567".to_vec()),
            "it is not lent"
        );
        for (from, to) in [(0, 10), (12, 15), (99_995, 100_000)] {
            let text = &memory[from..to];
            assert_eq!(stored(&mut messages, text, &memory), (true, text.to_vec()));
        }
        assert_eq!(stored(&mut messages, b"elsewhere", &memory), (false, b"elsewhere".to_vec()));
        let message = messages.store(&Text::Utf8(&memory[..3]), &memory);
        assert_eq!((message.memory(), messages.get(message, 3)), (0, &b"012"[..]), "it may not be UTF-8");
        assert_eq!(messages.lent.len(), 1);
        let part = memory.slice(1..70_000);
        let mut messages = MessageStore::default();
        assert_eq!(stored(&mut messages, &memory[1..70_000], &part), (true, memory[1..70_000].to_vec()));
        assert!(!stored(&mut messages, &memory[..5], &part).0, "begins before it");
        assert!(!stored(&mut messages, &memory[69_998..70_001], &part).0, "ends after it");
    }

    #[test]
    fn memory_of_which_little_is_used_is_held_only_once() {
        let chunks: Vec<_> = (0..10_u8).map(|i| Bytes::from(vec![b'a' + i; 1 << 20])).collect();
        let mut messages = MessageStore::default();
        for chunk in &chunks {
            assert_eq!(stored(&mut messages, &chunk[..100], chunk).1, chunk[..100]);
        }
        assert_eq!(messages.lent.len(), 1);
        let mut messages = MessageStore::default();
        for chunk in &chunks {
            assert!(stored(&mut messages, &chunk[..1 << 19], chunk).0, "half of each is used");
        }
        assert_eq!(messages.lent.len(), 10);
    }

    #[test]
    fn memory_without_a_message_is_not_held_nor_is_small_memory() {
        let chunk = Bytes::from(vec![b'x'; MIN_LENT_BYTES - 1]);
        let mut messages = MessageStore::default();
        assert!(!stored(&mut messages, &chunk, &chunk).0);
        stored(&mut messages, b"elsewhere", &Bytes::from(vec![b'x'; 1 << 20]));
        assert!(messages.lent.is_empty());
    }
}

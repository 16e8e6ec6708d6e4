//! The input that is not an event, kept for its dead letter.

use cordwood_core::{RejectedPayload, append_payload};

/// The beginning of what is not an event, if that is kept.
#[derive(Debug, Default)]
pub(crate) struct PayloadBuffer(Option<Kept>);

#[derive(Debug, Default)]
struct Kept {
    text: Vec<u8>,
    truncated: bool,
}

impl PayloadBuffer {
    /// Keeps payloads from now on.
    pub(crate) fn enable(&mut self) {
        self.0 = Some(Kept::default());
    }

    /// Starts the payload of another event.
    pub(crate) fn clear(&mut self) {
        if let Some(kept) = &mut self.0 {
            kept.text.clear();
            kept.truncated = false;
        }
    }

    /// Appends to the payload, as long as there is room.
    #[inline]
    pub(crate) fn append(&mut self, bytes: &[u8]) {
        if let Some(kept) = &mut self.0 {
            kept.truncated = kept.truncated || append_payload(bytes, &mut kept.text);
        }
    }

    /// Notes that more of it follows, which is not kept.
    pub(crate) fn truncate_if(&mut self, more_follows: bool) {
        if let Some(kept) = &mut self.0 {
            kept.truncated |= more_follows;
        }
    }

    /// The payload; `None` unless it is kept.
    pub(crate) fn get(&self) -> Option<RejectedPayload> {
        let kept = self.0.as_ref()?;
        Some(RejectedPayload::from_input(&kept.text, kept.truncated))
    }
}

#[cfg(test)]
mod tests {
    use cordwood_core::MAX_PAYLOAD_BYTES;

    use super::*;

    #[test]
    fn a_payload_is_kept_in_bounded_memory_and_only_if_wanted() {
        let mut payload = PayloadBuffer::default();
        payload.append(b"not wanted");
        assert_eq!(payload.get(), None);
        payload.enable();
        payload.append(b"one");
        payload.append(b" event");
        assert_eq!(payload.get(), Some(RejectedPayload::from_input(b"one event", false)));
        payload.truncate_if(true);
        assert!(payload.get().unwrap().truncated);
        payload.clear();
        let half = vec![b'x'; MAX_PAYLOAD_BYTES / 2];
        for _ in 0..3 {
            payload.append(&half);
        }
        let kept = payload.get().unwrap();
        assert_eq!((kept.text.len(), kept.truncated), (MAX_PAYLOAD_BYTES, true));
    }
}

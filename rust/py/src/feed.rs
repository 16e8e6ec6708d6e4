//! What takes events in.

use bytes::Bytes;
use cordwood_core::{Rejected, RejectedPayload, Rejection, Text};
use pyo3::prelude::*;

use crate::message::Message;

/// What takes events in: a whole input or a stream.
pub(crate) trait Feed {
    /// Runs no code of the caller's and keeps the interpreter lock, which is what `exact_types` relies on.
    fn admit(&mut self, timestamp: i64, text: Text<'_>) -> Result<(), Rejected>;
    /// Texts in this memory are not copied from now on, until other memory is lent.
    fn lend(&mut self, memory: Bytes);
    fn reject(&mut self, rejection: Rejection, kept: Option<RejectedPayload>) -> Result<(), Rejected>;
    /// Whether `reject` wants what the event held.
    fn keeps_rejected(&self) -> bool;
}

impl Feed for cordwood_core::Sequence {
    #[inline]
    fn admit(&mut self, timestamp: i64, text: Text<'_>) -> Result<(), Rejected> {
        self.admit(timestamp, text)
    }

    fn lend(&mut self, memory: Bytes) {
        self.lend(memory);
    }

    fn reject(&mut self, rejection: Rejection, kept: Option<RejectedPayload>) -> Result<(), Rejected> {
        self.reject_with_payload(rejection, kept)
    }

    fn keeps_rejected(&self) -> bool {
        self.accounting().keeps_rejected()
    }
}

/// Passes on a message. `Err` if its text cannot be read; nothing was passed on then.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a part of what `exact_types` inlines")]
pub(crate) fn admit(
    timestamp: i64,
    message: &Message<'_, '_>,
    into: &mut impl Feed,
) -> PyResult<Result<(), Rejected>> {
    let text = message.text()?;
    Ok(match message.shared(&text) {
        None => into.admit(timestamp, text),
        Some(memory) => admit_shared(timestamp, text, memory, into),
    })
}

/// Passes one event on without a copy of its text: the object is kept.
#[cold]
fn admit_shared(timestamp: i64, text: Text<'_>, memory: Bytes, into: &mut impl Feed) -> Result<(), Rejected> {
    into.lend(memory);
    let admitted = into.admit(timestamp, text);
    // Only what has a message in it keeps it.
    into.lend(Bytes::new());
    admitted
}

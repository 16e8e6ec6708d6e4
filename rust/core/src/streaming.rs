//! An input without a known end: batches leave as they close.

use bytes::Bytes;

use crate::accounting::{Accounting, OnReject, Rejected};
use crate::admission::Admission;
use crate::closed::{ClosedBatch, ClosedBy};
use crate::outcome::Rejection;
use crate::rejected_payload::RejectedPayload;
use crate::text::Text;
use crate::window::Window;

/// Accounting in front of a window.
#[derive(Debug)]
pub struct StreamBatcher {
    accounting: Accounting,
    window: Window,
    batched_events: u64,
}

impl StreamBatcher {
    /// A batcher with no events yet.
    #[must_use]
    pub fn new(admission: Admission, on_reject: OnReject) -> Self {
        let window = Window::new(admission.limits);
        Self { accounting: Accounting::new(admission, on_reject), window, batched_events: 0 }
    }

    /// The next event; `Err` as in [`Accounting::admit`].
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as `Whole` says")]
    pub fn admit(&mut self, timestamp: i64, text: Text<'_>) -> Result<(), Rejected> {
        self.accounting.admit(timestamp, text, &mut self.window)
    }

    /// As [`Accounting::admit_counted`].
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as `Whole` says")]
    pub fn admit_counted(&mut self, timestamp: i64, ascii: &[u8], escaped_len: u32) -> Result<(), Rejected> {
        self.accounting.admit_counted(timestamp, ascii, escaped_len, &mut self.window)
    }

    /// As [`Window::lend`].
    pub fn lend(&mut self, memory: Bytes) -> Bytes {
        self.window.lend(memory)
    }

    /// The next item of the input, which is not an event.
    pub fn reject(&mut self, rejection: Rejection) -> Result<(), Rejected> {
        self.accounting.reject(rejection)
    }

    /// Like `reject`, with what it held.
    pub fn reject_with_payload(
        &mut self,
        rejection: Rejection,
        payload: Option<RejectedPayload>,
    ) -> Result<(), Rejected> {
        self.accounting.reject_with_payload(rejection, payload)
    }

    /// The next event, settled by an earlier run if it is legal; `Err` as in [`Accounting::skip_settled`].
    pub fn skip_settled(&mut self, timestamp: i64, text: Text<'_>) -> Result<(), Rejected> {
        self.accounting.skip_settled(timestamp, text)
    }

    /// Whether a batch has closed and waits to be taken.
    #[must_use]
    pub fn has_closed(&self) -> bool {
        self.window.has_closed()
    }

    /// Takes the batch that closed first, still to be sorted ([`Batch::of_closed`](crate::Batch::of_closed)):
    /// other threads that share the batcher need not wait for that.
    pub fn take_closed(&mut self) -> Option<ClosedBatch> {
        let closed = self.window.take_closed()?;
        self.batched_events += closed.table.completed_events();
        Some(closed)
    }

    /// Sets the position of the next event, if it is not one after the event before.
    pub fn set_position(&mut self, position: u64) {
        self.accounting.set_position(position);
    }

    /// The smallest position of the events in batches that were not taken, if positions never decrease.
    #[must_use]
    pub fn held_from(&self) -> Option<u64> {
        self.window.held_from()
    }

    /// Closes the batches that were opened by an event before this position.
    pub fn close_opened_before(&mut self, position: u64) {
        self.window.close_opened_before(position);
    }

    /// Counted bytes in open batches.
    #[must_use]
    pub fn open_bytes(&self) -> u64 {
        self.window.open_bytes()
    }

    /// Closes all open batches: the input has ended.
    pub fn close_all(&mut self) {
        self.window.close_all(ClosedBy::End);
    }

    /// The account of what came in.
    #[must_use]
    pub fn accounting(&self) -> &Accounting {
        &self.accounting
    }

    /// The same, to take the rejected events.
    pub fn accounting_mut(&mut self) -> &mut Accounting {
        &mut self.accounting
    }

    /// Events in batches that were taken.
    #[must_use]
    pub fn batched_events(&self) -> u64 {
        self.batched_events
    }
}

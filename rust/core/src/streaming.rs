//! An input without a known end: batches leave as they close.

use bytes::Bytes;

use crate::accounting::{Intake, OnReject, Rejected};
use crate::admission::Admission;
use crate::outcome::Rejection;
use crate::rejected_payload::Kept;
use crate::table::EventTable;
use crate::text::Text;
use crate::window::Window;

/// An intake before a window.
#[derive(Debug)]
pub struct Stream {
    intake: Intake,
    window: Window,
    batched_events: u64,
}

impl Stream {
    /// A stream that has seen nothing.
    #[must_use]
    pub fn new(admission: Admission, on_reject: OnReject) -> Self {
        let window = Window::new(admission.limits);
        Self { intake: Intake::new(admission, on_reject), window, batched_events: 0 }
    }

    /// The next event; `Err` as in [`Intake::admit`].
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as `Whole` says")]
    pub fn admit(&mut self, timestamp: i64, text: Text<'_>) -> Result<(), Rejected> {
        self.intake.admit(timestamp, text, &mut self.window)
    }

    /// As [`Intake::admit_counted`].
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as `Whole` says")]
    pub fn admit_counted(&mut self, timestamp: i64, ascii: &[u8], escaped_len: u32) -> Result<(), Rejected> {
        self.intake.admit_counted(timestamp, ascii, escaped_len, &mut self.window)
    }

    /// As [`Window::lend`].
    pub fn lend(&mut self, memory: Bytes) -> Bytes {
        self.window.lend(memory)
    }

    /// The next event, which is not one.
    pub fn reject(&mut self, rejection: Rejection) -> Result<(), Rejected> {
        self.intake.reject(rejection)
    }

    /// Likewise, with what it held.
    pub fn reject_keeping(&mut self, rejection: Rejection, kept: Option<Kept>) -> Result<(), Rejected> {
        self.intake.reject_keeping(rejection, kept)
    }

    /// The next event, which is settled already where it is legal; `Err` as in [`Intake::pass_over`].
    pub fn pass_over(&mut self, timestamp: i64, text: Text<'_>) -> Result<(), Rejected> {
        self.intake.pass_over(timestamp, text)
    }

    /// Whether a batch has closed and waits to be taken.
    #[must_use]
    pub fn has_closed(&self) -> bool {
        self.window.has_closed()
    }

    /// Takes the batch that closed first, still to be sorted ([`Batch::of_table`](crate::Batch::of_table)):
    /// whoever shares the stream need not wait for that.
    pub fn take_closed(&mut self) -> Option<EventTable> {
        let table = self.window.take_closed()?;
        self.batched_events += table.completed_events();
        Some(table)
    }

    /// Where in the input the next event stands, where that is not one after the event before.
    pub fn set_position(&mut self, position: u64) {
        self.intake.set_position(position);
    }

    /// The smallest position of the events in batches that were not taken, where positions never decrease.
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

    /// Closes all open batches.
    pub fn close_all(&mut self) {
        self.window.close_all();
    }

    /// The account of what came in.
    #[must_use]
    pub fn intake(&self) -> &Intake {
        &self.intake
    }

    /// Likewise, to take the rejected.
    pub fn intake_mut(&mut self) -> &mut Intake {
        &mut self.intake
    }

    /// Events in batches that were taken.
    #[must_use]
    pub fn batched_events(&self) -> u64 {
        self.batched_events
    }
}

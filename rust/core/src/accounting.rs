//! The account of what came in: every event is counted, and ends in a table or among the rejected.

use crate::admission::{Admission, Admitted, Oversize};
use crate::outcome::{Outcome, Rejection};
use crate::rejected_payload::RejectedPayload;
use crate::table::{EventSink, Extent, Piece, Whole};
use crate::text::Text;

/// What is done with an event that is not a legal log event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnReject {
    /// It is returned to the caller at once.
    #[default]
    Error,
    /// It is left out, and listed.
    Collect,
}

/// One event that was not admitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Its place in the input, from 0 unless the caller numbers it otherwise.
    pub position: u64,
    /// Why.
    pub rejection: Rejection,
    /// What it held, if that is kept.
    pub payload: Option<RejectedPayload>,
}

/// How many events came in, and how many of them did not pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All that came in.
    pub events: u64,
    /// Admitted with other text than they had.
    pub altered: u64,
    /// Legal, and skipped because an earlier run settled them.
    pub settled: u64,
    rejected: [u64; Outcome::ALL.len()],
}

impl Counts {
    /// Events rejected with this outcome.
    #[must_use]
    pub fn rejected(&self, outcome: Outcome) -> u64 {
        self.rejected[outcome as usize]
    }

    /// Events rejected.
    #[must_use]
    pub fn all_rejected(&self) -> u64 {
        self.rejected.iter().sum()
    }

    /// Events admitted, except those that are settled already.
    #[must_use]
    pub fn admitted(&self) -> u64 {
        self.events - self.settled - self.all_rejected()
    }
}

/// Passes legal events on to a sink and counts all of them.
#[derive(Debug, Default)]
pub struct Accounting {
    admission: Admission,
    on_reject: OnReject,
    keeps_rejected: bool,
    position: u64,
    counts: Counts,
    rejected: Vec<Rejected>,
}

impl Accounting {
    /// An account with no events yet.
    #[must_use]
    pub fn new(admission: Admission, on_reject: OnReject) -> Self {
        Self { admission, on_reject, ..Self::default() }
    }

    /// The next event of the input. `Err` is a rejection to be returned to the caller at once; it is
    /// counted already.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as `Whole` says")]
    pub fn admit(&mut self, timestamp: i64, text: Text<'_>, sink: &mut impl EventSink) -> Result<(), Rejected> {
        match text {
            Text::AsciiCounted { bytes, escaped_len } => self.admit_counted(timestamp, bytes, escaped_len, sink),
            Text::Ascii(utf8) | Text::ValidUtf8(utf8) if self.admission.admits_as_it_is(timestamp, utf8) => {
                let position = self.next_position();
                sink.push_whole(Whole { timestamp, position, utf8, escaped_len: 0 });
                Ok(())
            }
            text => self.admit_by_the_rules(timestamp, text, sink),
        }
    }

    /// Like `admit`, for an ASCII message that takes `escaped_len` bytes in a JSON string.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as `Whole` says")]
    pub fn admit_counted(
        &mut self,
        timestamp: i64,
        ascii: &[u8],
        escaped_len: u32,
        sink: &mut impl EventSink,
    ) -> Result<(), Rejected> {
        if !self.admission.admits_as_it_is(timestamp, ascii) {
            return self.admit_ascii_by_the_rules(timestamp, ascii, sink);
        }
        let position = self.next_position();
        sink.push_whole(Whole { timestamp, position, utf8: ascii, escaped_len });
        Ok(())
    }

    #[inline(never)]
    fn admit_ascii_by_the_rules(
        &mut self,
        timestamp: i64,
        ascii: &[u8],
        sink: &mut impl EventSink,
    ) -> Result<(), Rejected> {
        self.admit_by_the_rules(timestamp, Text::Ascii(ascii), sink)
    }

    #[inline(never)]
    fn admit_by_the_rules(
        &mut self,
        timestamp: i64,
        text: Text<'_>,
        sink: &mut impl EventSink,
    ) -> Result<(), Rejected> {
        let admitted = match self.admission.admit(timestamp, &text) {
            Ok(admitted) => admitted,
            Err(rejection) => return self.reject_message(rejection, timestamp, &text),
        };
        let position = self.next_position();
        match admitted {
            Admitted::Whole { len, altered } => {
                self.counts.altered += u64::from(altered);
                let text = if altered { text } else { text.known_valid() };
                sink.push(&Piece { timestamp, position, text, len, extent: Extent::Whole });
            }
            Admitted::Parts(parts) => {
                self.counts.altered += 1;
                for (i, part) in parts.iter().enumerate() {
                    let extent = match parts.len() {
                        1 => Extent::Whole, // truncated
                        total if i + 1 == total => Extent::LastPart,
                        _ if i == 0 => Extent::FirstPart,
                        _ => Extent::Part,
                    };
                    sink.push(&Piece {
                        timestamp,
                        position,
                        text: Text::ValidUtf8(part.as_bytes()),
                        len: part.len(),
                        extent,
                    });
                }
            }
        }
        Ok(())
    }

    /// The next event of the input, settled by an earlier run if it is legal: it is counted and goes no further.
    /// `Err` as in `admit`.
    pub fn skip_settled(&mut self, timestamp: i64, text: Text<'_>) -> Result<(), Rejected> {
        if let Err(rejection) = self.admission.admit(timestamp, &text) {
            return self.reject_message(rejection, timestamp, &text);
        }
        self.next_position();
        self.counts.settled += 1;
        Ok(())
    }

    /// The next item of the input, which is not an event; `Err` as in `admit`.
    #[cold]
    pub fn reject(&mut self, rejection: Rejection) -> Result<(), Rejected> {
        self.reject_with_payload(rejection, None)
    }

    /// The next item of the input, which is not an event, with what it held; `Err` as in `admit`.
    #[cold]
    pub fn reject_with_payload(
        &mut self,
        rejection: Rejection,
        payload: Option<RejectedPayload>,
    ) -> Result<(), Rejected> {
        let rejected = Rejected { position: self.next_position(), rejection, payload };
        let outcome = rejected.rejection.outcome();
        self.counts.rejected[outcome as usize] += 1;
        let raises = match self.on_reject {
            OnReject::Error => true,
            OnReject::Collect => outcome == Outcome::Oversize && self.admission.oversize == Oversize::Error,
        };
        let result = if raises { Err(rejected.clone()) } else { Ok(()) };
        self.rejected.push(rejected);
        result
    }

    #[cold]
    fn reject_message(&mut self, rejection: Rejection, timestamp: i64, text: &Text<'_>) -> Result<(), Rejected> {
        let payload = self.keeps_rejected.then(|| RejectedPayload::from_message(Some(timestamp), text));
        self.reject_with_payload(rejection, payload)
    }

    /// From now on what a rejected event held is kept with it.
    pub fn keep_rejected(&mut self) {
        self.keeps_rejected = true;
    }

    /// Whether what a rejected event held is kept with it.
    #[must_use]
    pub fn keeps_rejected(&self) -> bool {
        self.keeps_rejected
    }

    /// Counts one more event of the input, and returns its position.
    fn next_position(&mut self) -> u64 {
        let position = self.position;
        self.position += 1;
        self.counts.events += 1;
        position
    }

    /// Sets the position of the next event, if it is not one after the event before.
    pub fn set_position(&mut self, position: u64) {
        self.position = position;
    }

    /// The rules in force.
    #[must_use]
    pub fn admission(&self) -> &Admission {
        &self.admission
    }

    /// The counts.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The rejected events, except those taken.
    #[must_use]
    pub fn rejected(&self) -> &[Rejected] {
        &self.rejected
    }

    /// Hands over the rejected events; the counts keep them.
    pub fn take_rejected(&mut self) -> Vec<Rejected> {
        std::mem::take(&mut self.rejected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::table::EventTable;

    fn fill(
        accounting: &mut Accounting,
        table: &mut EventTable,
        events: &[(i64, &str)],
    ) -> Vec<Result<(), Rejected>> {
        events.iter().map(|(t, m)| accounting.admit(*t, Text::Utf8(m.as_bytes()), table)).collect()
    }

    #[test]
    fn every_event_is_counted_once() {
        let admission = Admission {
            limits: Limits { max_event_bytes: 26 + 20, ..Limits::default() },
            oversize: Oversize::Split,
            ..Admission::default()
        };
        let mut accounting = Accounting::new(admission, OnReject::Collect);
        let mut table = EventTable::default();
        fill(&mut accounting, &mut table, &[(1, "a"), (-1, "b"), (2, ""), (3, &"x".repeat(30))]);
        accounting.reject(Rejection::WrongType("a float".into())).unwrap();
        let counts = accounting.counts();
        assert_eq!((counts.events, counts.admitted(), counts.altered), (5, 2, 1));
        assert_eq!((counts.rejected(Outcome::Invalid), counts.rejected(Outcome::Empty)), (2, 1));
        assert_eq!((table.rows().len(), table.completed_events()), (5, 2));
        let positions: Vec<_> = table.rows().iter().map(|r| r.position).collect();
        assert_eq!(positions, [0, 3, 3, 3, 3]);
        let rejected: Vec<_> = accounting.take_rejected().iter().map(|r| r.position).collect();
        assert_eq!(rejected, [1, 2, 4]);
        assert!(accounting.rejected().is_empty());
        assert_eq!(accounting.counts(), counts);
    }

    #[test]
    fn what_was_rejected_is_kept_on_demand() {
        let mut accounting = Accounting::new(Admission::default(), OnReject::Collect);
        fill(&mut accounting, &mut EventTable::default(), &[(-1, "a")]);
        accounting.keep_rejected();
        fill(&mut accounting, &mut EventTable::default(), &[(-2, "b"), (3, "c")]);
        let kept: Vec<_> = accounting.take_rejected().into_iter().map(|rejected| rejected.payload).collect();
        assert_eq!(kept, [None, Some(RejectedPayload::from_message(Some(-2), &Text::Ascii(b"b")))]);
    }

    #[test]
    fn a_settled_event_is_counted_and_goes_no_further_and_an_illegal_one_is_rejected_again() {
        let mut accounting = Accounting::new(Admission::default(), OnReject::Collect);
        let mut table = EventTable::default();
        accounting.skip_settled(1, Text::Utf8(b"a")).unwrap();
        accounting.skip_settled(-1, Text::Utf8(b"b")).unwrap();
        fill(&mut accounting, &mut table, &[(2, "c")]);
        let counts = accounting.counts();
        assert_eq!((counts.events, counts.settled, counts.admitted()), (3, 1, 1));
        assert_eq!(counts.rejected(Outcome::Invalid), 1);
        assert_eq!(table.rows().iter().map(|row| row.position).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn an_error_is_returned_and_counted() {
        let mut accounting = Accounting::default();
        let mut table = EventTable::default();
        let answers = fill(&mut accounting, &mut table, &[(1, "a"), (2, ""), (3, "c")]);
        assert_eq!(answers[1], Err(Rejected { position: 1, rejection: Rejection::Empty, payload: None }));
        assert_eq!((accounting.counts().events, table.rows().len()), (3, 2));
    }

    #[test]
    fn oversize_error_is_returned_even_if_others_are_collected() {
        let limits = Limits { max_event_bytes: 30, ..Limits::default() };
        let admission = Admission { limits, oversize: Oversize::Error, ..Admission::default() };
        let mut accounting = Accounting::new(admission, OnReject::Collect);
        let answers = fill(&mut accounting, &mut EventTable::default(), &[(1, ""), (2, "12345")]);
        assert!(answers[0].is_ok() && answers[1].is_err());
    }

    #[test]
    fn an_illegal_event_that_a_run_finds_again_keeps_its_payload_too() {
        let mut accounting = Accounting::new(Admission::default(), OnReject::Collect);
        accounting.keep_rejected();
        accounting.skip_settled(-1, Text::Ascii(b"b")).unwrap();
        let payload = accounting.take_rejected().remove(0).payload;
        assert_eq!(payload, Some(RejectedPayload::from_message(Some(-1), &Text::Ascii(b"b"))));
    }
}

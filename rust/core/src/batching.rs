//! Cuts sorted events into batches.

use crate::closed::ClosedBy;
use crate::limits::Limits;
use crate::table::Row;

/// How many of `rows`, which are in order of time, the first batch takes, and its counted bytes: as many as
/// every limit allows. Greedy is optimal here: no cut into consecutive runs has fewer batches, because each
/// limit that allows a run also allows every part of it.
///
/// At least one row is taken if there is one: admission rejects every event that is too large alone.
#[must_use]
pub fn first_batch_size(rows: &[Row], limits: &Limits) -> (usize, u64) {
    let Some(first) = rows.first() else { return (0, 0) };
    let most_events = usize::try_from(limits.max_batch_events).unwrap_or(usize::MAX);
    // Both timestamps are at least 0: their difference cannot overflow, but the sum here could.
    let last_timestamp = first.timestamp.saturating_add(limits.max_batch_span_ms);
    let mut nbytes = limits.event_bytes(first.message_len() as u64);
    let mut taken = 1;
    for row in rows.iter().take(most_events).skip(1) {
        let with_row = nbytes + limits.event_bytes(row.message_len() as u64);
        if with_row > limits.max_batch_bytes || row.timestamp > last_timestamp {
            break;
        }
        nbytes = with_row;
        taken += 1;
    }
    (taken, nbytes)
}

/// Why the first batch of `rows` takes `size` of them and no more.
#[must_use]
pub(crate) fn cut_by(rows: &[Row], size: usize, limits: &Limits) -> ClosedBy {
    let Some(next) = rows.get(size) else { return ClosedBy::End };
    if size as u64 >= limits.max_batch_events {
        ClosedBy::Events
    } else if next.timestamp - rows[0].timestamp > limits.max_batch_span_ms {
        ClosedBy::Span
    } else {
        ClosedBy::Bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{EventSink, EventTable, Piece};
    use crate::text::Text;
    use proptest::prelude::*;

    fn table(events: &[(i64, usize)]) -> EventTable {
        let mut table = EventTable::default();
        for (i, &(timestamp, len)) in events.iter().enumerate() {
            let text = "x".repeat(len);
            table.push(&Piece {
                timestamp,
                position: i as u64,
                text: Text::Ascii(text.as_bytes()),
                len,
                extent: crate::table::Extent::Whole,
            });
        }
        table.sort();
        table
    }

    fn cuts(rows: &[Row], limits: &Limits) -> Vec<(usize, u64)> {
        let mut rest = rows;
        std::iter::from_fn(|| {
            let cut = first_batch_size(rest, limits);
            rest = &rest[cut.0..];
            (cut.0 > 0).then_some(cut)
        })
        .collect()
    }

    fn legal(rows: &[Row], limits: &Limits) -> bool {
        let nbytes: u64 = rows.iter().map(|r| r.message_len() as u64 + limits.event_overhead_bytes).sum();
        let span = rows[rows.len() - 1].timestamp - rows[0].timestamp;
        rows.len() as u64 <= limits.max_batch_events
            && nbytes <= limits.max_batch_bytes
            && span <= limits.max_batch_span_ms
    }

    /// The naive twin: the fewest batches over every way to cut.
    fn fewest(rows: &[Row], limits: &Limits) -> usize {
        let mut best = vec![0; rows.len() + 1];
        for end in 1..=rows.len() {
            best[end] =
                (0..end).filter(|&start| legal(&rows[start..end], limits)).map(|s| best[s] + 1).min().unwrap();
        }
        best[rows.len()]
    }

    #[test]
    fn each_limit_exactly() {
        let limits = Limits::default();
        assert_eq!(
            cuts(table(&vec![(0, 1); 20_001]).rows(), &limits),
            [(10_000, 270_000), (10_000, 270_000), (1, 27)]
        );
        let hundred: Vec<_> = (0..20_000).map(|t| (t, 100)).collect();
        let counts: Vec<_> = cuts(table(&hundred).rows(), &limits).iter().map(|c| c.0).collect();
        assert_eq!(counts, [8322, 8322, 3356]);
        assert_eq!(cuts(table(&[(0, 524_262), (0, 524_262)]).rows(), &limits), [(2, 1_048_576)]);
        assert_eq!(cuts(table(&[(0, 524_262), (0, 524_263)]).rows(), &limits).len(), 2);
        assert_eq!(cuts(table(&[(5, 1), (86_400_005, 1)]).rows(), &limits).len(), 1);
        assert_eq!(cuts(table(&[(5, 1), (86_400_006, 1)]).rows(), &limits).len(), 2);
        assert_eq!(cuts(table(&[(0, 1), (i64::MAX, 1)]).rows(), &limits).len(), 2);
        assert_eq!(cuts(table(&[(i64::MAX - 5, 1), (i64::MAX, 1)]).rows(), &limits).len(), 1);
        assert!(cuts(&[], &limits).is_empty());
    }

    #[test]
    fn the_limit_that_ends_a_batch_is_known() {
        let limits =
            Limits { max_batch_bytes: 100, max_batch_events: 3, max_batch_span_ms: 10, ..Limits::default() };
        let by = |events: &[(i64, usize)]| {
            let table = table(events);
            cut_by(table.rows(), first_batch_size(table.rows(), &limits).0, &limits)
        };
        assert_eq!(by(&[(0, 1), (0, 1), (0, 1), (0, 1)]), ClosedBy::Events);
        assert_eq!(by(&[(0, 40), (0, 40)]), ClosedBy::Bytes);
        assert_eq!(by(&[(0, 1), (11, 1)]), ClosedBy::Span);
        assert_eq!(by(&[(0, 1), (0, 1), (0, 1)]), ClosedBy::End);
    }

    proptest! {
        #[test]
        fn no_cut_has_fewer_batches(
            events in prop::collection::vec((0..60_i64, 1..20_usize), 0..40),
            max_batch_events in 1..8_u64, max_batch_bytes in 50..200_u64, max_batch_span_ms in 0..30_i64,
        ) {
            let limits = Limits { max_batch_events, max_batch_bytes, max_batch_span_ms, ..Limits::default() };
            let table = table(&events);
            let cuts = cuts(table.rows(), &limits);
            let mut start = 0;
            for (len, nbytes) in &cuts {
                let run = &table.rows()[start..start + len];
                prop_assert!(legal(run, &limits));
                prop_assert_eq!(*nbytes, run.iter().map(|r| r.message_len() as u64 + 26).sum::<u64>());
                start += len;
            }
            prop_assert_eq!(start, events.len());
            prop_assert_eq!(cuts.len(), fewest(table.rows(), &limits));
        }
    }
}

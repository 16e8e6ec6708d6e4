//! Events to many log streams: a window for each, and one bound on the memory of all.
//!
//! Beyond the bound, the log stream that was fed least recently leaves, with all its open batches. Streams are in a list
//! in the order in which they were fed, so an event costs the same however many there are. All of it depends on the
//! events alone.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;

use crate::accounting::{Accounting, OnReject, Rejected};
use crate::admission::Admission;
use crate::closed::{ClosedBatch, ClosedBy};
use crate::outcome::Rejection;
use crate::rejected_payload::RejectedPayload;
use crate::text::Text;
use crate::window::Window;

/// Most characters of the name of a log stream.
pub const MAX_STREAM_NAME_CHARS: usize = 512;

/// What an open batch counts for besides the counted bytes of its events: its place here, and the room that its tables
/// keep as they grow.
const OPEN_BATCH_BYTES: u64 = 1024;

/// No stream.
const NONE: usize = usize::MAX;

/// Accounting in front of a window for each log stream.
#[derive(Debug)]
pub struct Router {
    accounting: Accounting,
    /// Most bytes in open batches of all streams.
    max_bytes: u64,
    names: HashMap<Arc<str>, usize>,
    streams: Vec<Stream>,
    /// Places in `streams` whose stream left.
    vacant: Vec<usize>,
    /// The streams fed last and first, `NONE` if there are none.
    newest: usize,
    oldest: usize,
    open_bytes: u64,
    closed: VecDeque<(ClosedBatch, Arc<str>)>,
    batched_events: u64,
    lent: Bytes,
}

#[derive(Debug)]
struct Stream {
    name: Arc<str>,
    window: Window,
    /// What it holds, as `open_bytes` counts it.
    bytes: u64,
    /// Its neighbours in the order of feeding.
    newer: usize,
    older: usize,
}

impl Router {
    /// A router that holds at most this many bytes.
    #[must_use]
    pub fn new(admission: Admission, on_reject: OnReject, max_bytes: u64) -> Self {
        Self {
            accounting: Accounting::new(admission, on_reject),
            max_bytes,
            names: HashMap::new(),
            streams: Vec::new(),
            vacant: Vec::new(),
            newest: NONE,
            oldest: NONE,
            open_bytes: 0,
            closed: VecDeque::new(),
            batched_events: 0,
            lent: Bytes::new(),
        }
    }

    /// Whether a log stream can have this name.
    #[must_use]
    pub fn accepts_name(name: &str) -> bool {
        let length = if name.len() <= MAX_STREAM_NAME_CHARS { name.len() } else { name.chars().count() };
        (1..=MAX_STREAM_NAME_CHARS).contains(&length) && !name.contains([':', '*'])
    }

    /// The next event, to the log stream of this name; `Err` as in [`Accounting::admit`].
    pub fn admit(&mut self, name: &str, timestamp: i64, text: Text<'_>) -> Result<(), Rejected> {
        let index = self.stream(name);
        let stream = &mut self.streams[index];
        if !self.lent.is_empty() {
            stream.window.lend(self.lent.clone());
        }
        let admitted = self.accounting.admit(timestamp, text, &mut stream.window);
        if !self.lent.is_empty() {
            stream.window.lend(Bytes::new());
        }
        self.settle(index);
        while self.open_bytes > self.max_bytes && self.oldest != NONE {
            self.close_stream(self.oldest, ClosedBy::Memory);
        }
        admitted
    }

    /// As [`Window::lend`].
    pub fn lend(&mut self, memory: Bytes) -> Bytes {
        std::mem::replace(&mut self.lent, memory)
    }

    /// The next item of the input, which is not an event or has no log stream, with what it held.
    pub fn reject_with_payload(
        &mut self,
        rejection: Rejection,
        payload: Option<RejectedPayload>,
    ) -> Result<(), Rejected> {
        self.accounting.reject_with_payload(rejection, payload)
    }

    /// Sets the position of the next event, if it is not one after the event before.
    pub fn set_position(&mut self, position: u64) {
        self.accounting.set_position(position);
    }

    /// Whether a batch has closed and waits to be taken.
    #[must_use]
    pub fn has_closed(&self) -> bool {
        !self.closed.is_empty()
    }

    /// Takes the batch that closed first, and the name of its log stream.
    pub fn take_closed(&mut self) -> Option<(ClosedBatch, Arc<str>)> {
        let (batch, name) = self.closed.pop_front()?;
        self.batched_events += batch.table.completed_events();
        Some((batch, name))
    }

    /// Closes all open batches, those of the least recently fed stream first: the input has ended.
    pub fn close_all(&mut self) {
        while self.oldest != NONE {
            self.close_stream(self.oldest, ClosedBy::End);
        }
    }

    /// Closes the batches that were opened by an event before this position, in the same order.
    pub fn close_opened_before(&mut self, position: u64) {
        let mut next = self.oldest;
        while next != NONE {
            let index = next;
            next = self.streams[index].newer;
            self.streams[index].window.close_opened_before(position);
            self.settle(index);
        }
    }

    /// Bytes in open batches, and what these take besides.
    #[must_use]
    pub fn open_bytes(&self) -> u64 {
        self.open_bytes
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

    /// The stream of this name, as the one fed last.
    fn stream(&mut self, name: &str) -> usize {
        if let Some(&index) = self.names.get(name) {
            if index != self.newest {
                self.unlink(index);
                self.link_as_newest(index);
            }
            return index;
        }
        let name: Arc<str> = name.into();
        let window = Window::one_of_many(self.accounting.admission().limits);
        let stream = Stream { name: Arc::clone(&name), window, bytes: 0, newer: NONE, older: NONE };
        let index = if let Some(index) = self.vacant.pop() {
            self.streams[index] = stream;
            index
        } else {
            self.streams.push(stream);
            self.streams.len() - 1
        };
        self.names.insert(name, index);
        self.link_as_newest(index);
        index
    }

    /// Takes what a stream closed, and counts what it holds. It is forgotten if it holds nothing.
    fn settle(&mut self, index: usize) {
        let stream = &mut self.streams[index];
        while let Some(batch) = stream.window.take_closed() {
            self.closed.push_back((batch, Arc::clone(&stream.name)));
        }
        let bytes = stream.window.open_bytes() + OPEN_BATCH_BYTES * stream.window.open_batches() as u64;
        self.open_bytes = self.open_bytes - stream.bytes + bytes;
        stream.bytes = bytes;
        if bytes == 0 {
            self.unlink(index);
            self.names.remove(&self.streams[index].name);
            self.vacant.push(index);
        }
    }

    fn close_stream(&mut self, index: usize, by: ClosedBy) {
        self.streams[index].window.close_all(by);
        self.settle(index);
    }

    fn unlink(&mut self, index: usize) {
        let Stream { newer, older, .. } = self.streams[index];
        match newer {
            NONE => self.newest = older,
            newer => self.streams[newer].older = older,
        }
        match older {
            NONE => self.oldest = newer,
            older => self.streams[older].newer = newer,
        }
    }

    fn link_as_newest(&mut self, index: usize) {
        let before = std::mem::replace(&mut self.newest, index);
        self.streams[index].newer = NONE;
        self.streams[index].older = before;
        match before {
            NONE => self.oldest = index,
            before => self.streams[before].newer = index,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn router(max_bytes: u64) -> Router {
        Router::new(Admission::default(), OnReject::Collect, max_bytes)
    }

    fn closed(router: &mut Router) -> Vec<(String, ClosedBy, Vec<u64>)> {
        std::iter::from_fn(|| router.take_closed())
            .map(|(batch, name)| {
                let positions = batch.table.rows().iter().map(|row| row.position).collect();
                (name.to_string(), batch.closed_by, positions)
            })
            .collect()
    }

    #[test]
    fn the_least_recently_fed_stream_leaves_for_memory() {
        let mut router = router(3 * (1024 + 27) + 2 * 27);
        for name in ["a", "b", "c", "a", "d", "d"] {
            router.admit(name, 5, Text::Ascii(b"m")).unwrap();
        }
        assert_eq!(closed(&mut router), [("b".to_owned(), ClosedBy::Memory, vec![1])]);
        router.close_all();
        let left = closed(&mut router);
        assert_eq!(left.iter().map(|(name, ..)| name.as_str()).collect::<Vec<_>>(), ["c", "a", "d"]);
        assert!(left.iter().all(|(_, by, _)| *by == ClosedBy::End));
        assert_eq!((router.open_bytes(), router.batched_events()), (0, 6));
    }

    #[test]
    fn ten_thousand_streams_in_turn_fill_their_batches_as_memory_allows() {
        let mut router = router(64 << 20);
        let names: Vec<_> = (0..10_000).map(|i| format!("stream-{i}")).collect();
        for i in 0..200_000_u32 {
            router.admit(&names[i as usize % names.len()], i.into(), Text::Ascii(&[b'x'; 100])).unwrap();
        }
        assert!(!router.has_closed());
        router.close_all();
        assert!(closed(&mut router).iter().all(|(.., positions)| positions.len() == 20));
    }

    #[test]
    fn names_are_those_of_the_service() {
        for (name, accepted) in [("", false), ("a:b", false), ("*", false), ("é /[$LATEST]", true)] {
            assert_eq!(Router::accepts_name(name), accepted, "{name}");
        }
        assert!(Router::accepts_name(&"é".repeat(512)) && !Router::accepts_name(&"é".repeat(513)));
    }

    proptest! {
        #[test]
        fn each_stream_gets_its_events_in_order_and_memory_is_bounded(
            events in prop::collection::vec((0..6_usize, 0..4_i64), 0..100), max in 1000..6000_u64,
            lingers in prop::collection::vec(any::<bool>(), 100),
        ) {
            let mut router = router(max);
            let mut left: Vec<(String, u64)> = vec![];
            for (i, &(stream, day)) in events.iter().enumerate() {
                router.admit(&stream.to_string(), day * 100_000_000, Text::Ascii(b"m")).unwrap();
                prop_assert!(router.open_bytes() <= max);
                if lingers[i] && i % 10 == 0 {
                    router.close_opened_before(i as u64 / 2);
                }
                for (name, _, positions) in closed(&mut router) {
                    left.extend(positions.into_iter().map(|position| (name.clone(), position)));
                }
            }
            router.close_all();
            prop_assert_eq!(router.open_bytes(), 0);
            prop_assert!(router.names.is_empty());
            for (name, _, positions) in closed(&mut router) {
                left.extend(positions.into_iter().map(|position| (name.clone(), position)));
            }
            left.sort_by_key(|(_, position)| *position);
            let expected: Vec<_> = events.iter().enumerate().map(|(i, (s, _))| (s.to_string(), i as u64)).collect();
            prop_assert_eq!(left, expected);
        }
    }
}

//! The finished request body: minimal JSON, written once into a buffer of exactly its size.

use std::fmt;

use crate::batch::Batch;
use crate::buf_writer::{BufWriter, digits, three_digits};
use crate::escape::{escaped_len, put_escaped, write_escaped};
use crate::gzip::gzip;
use crate::table::Row;

const OPEN_EVENT: &[u8] = b"{\"timestamp\":";
const OPEN_MESSAGE: &[u8] = b",\"message\":\"";
const CLOSE_EVENT: &[u8] = b"\"}";

/// The API's Entity: two maps of strings, each left out if it is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entity {
    /// `keyAttributes`.
    pub key_attributes: Option<Vec<(String, String)>>,
    /// `attributes`.
    pub attributes: Option<Vec<(String, String)>>,
}

/// All of a body except its events: what comes before and after them.
#[derive(Clone, Debug)]
pub struct Frame {
    before: Vec<u8>,
    after: Vec<u8>,
}

/// A name or token that `PutLogEvents` does not take. Its text says which and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidFrame(String);

impl fmt::Display for InvalidFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidFrame {}

impl Frame {
    /// The frame for one log stream; the token, if there is one, is the last member.
    pub fn new(
        log_group_name: &str,
        log_stream_name: &str,
        sequence_token: Option<&str>,
        entity: Option<&Entity>,
    ) -> Result<Self, InvalidFrame> {
        check_name("log group", log_group_name, "A-Z a-z 0-9 . - _ / #", |c| {
            c.is_ascii_alphanumeric() || ".-_/#".contains(c)
        })?;
        check_name("log stream", log_stream_name, "any character but : and *", |c| c != ':' && c != '*')?;
        if sequence_token == Some("") {
            return Err(InvalidFrame("sequence token is empty; leave it out if there is none".into()));
        }
        let mut before = b"{\"logGroupName\":".to_vec();
        push_string(&mut before, log_group_name);
        before.extend(b",\"logStreamName\":");
        push_string(&mut before, log_stream_name);
        if let Some(entity) = entity {
            push_entity(&mut before, entity);
        }
        before.extend(b",\"logEvents\":[");
        let mut after = b"]".to_vec();
        if let Some(token) = sequence_token {
            after.extend(b",\"sequenceToken\":");
            push_string(&mut after, token);
        }
        after.push(b'}');
        Ok(Self { before, after })
    }

    /// Bytes of the body of this batch.
    #[must_use]
    pub fn body_len(&self, batch: &Batch) -> usize {
        let rows = batch.rows();
        let framing = OPEN_EVENT.len() + OPEN_MESSAGE.len() + CLOSE_EVENT.len() + b",".len();
        let (first, last) = (decimal(batch.first_timestamp()), decimal(batch.last_timestamp()));
        let timestamps: usize =
            if first == last { rows.len() * first } else { rows.iter().map(|row| decimal(row.timestamp)).sum() };
        let escaped_len = |row: &Row| row.escaped_len().unwrap_or_else(|| escaped_len(batch.message(row)));
        let messages: usize = rows.iter().map(escaped_len).sum();
        self.before.len() + rows.len() * framing - b",".len() + timestamps + messages + self.after.len()
    }

    /// Writes the body of this batch.
    ///
    /// # Panics
    /// If `out` is not `body_len(batch)` long.
    pub fn write(&self, batch: &Batch, out: &mut [u8]) {
        let mut out = BufWriter::new(out);
        out.put(&self.before);
        let mut opening = Opening::default();
        for (i, row) in batch.rows().iter().enumerate() {
            if i > 0 {
                out.put(b",");
            }
            opening.put(row.timestamp.unsigned_abs(), &mut out);
            let message = batch.message(row);
            if row.escaped_len() == Some(message.len()) {
                out.put(message);
            } else {
                put_escaped(message, &mut out);
            }
            out.put(CLOSE_EVENT);
        }
        out.put(&self.after);
        assert_eq!(out.room(), 0, "the buffer is as long as the body");
    }

    /// The body of this batch, compressed as `Content-Encoding: gzip` has it.
    #[must_use]
    pub fn gzip(&self, batch: &Batch) -> Vec<u8> {
        let mut body = vec![0; self.body_len(batch)];
        self.write(batch, &mut body);
        gzip(&body)
    }
}

/// What comes before a message. Events of one second share all of it but three digits, and come one after the other.
struct Opening {
    bytes: [u8; 48],
    len: usize,
    /// The seconds that are written there.
    seconds: u64,
    /// The index of the milliseconds in it.
    milliseconds_at: usize,
}

impl Default for Opening {
    fn default() -> Self {
        Self { bytes: [0; 48], len: 0, seconds: 0, milliseconds_at: 0 }
    }
}

impl Opening {
    /// Writes the opening of an event at this time.
    ///
    /// The milliseconds are written last, into the output itself: bytes written just now in small stores stall a vector
    /// load from the same place.
    #[inline]
    fn put(&mut self, timestamp: u64, out: &mut BufWriter<'_>) {
        let (seconds, milliseconds) = (timestamp / 1000, timestamp % 1000);
        if seconds != self.seconds || seconds == 0 {
            self.rewrite(timestamp);
        }
        let with_milliseconds = |bytes: &mut [u8; 48]| {
            // In the first second there are fewer digits, and all are written anew.
            if seconds > 0 {
                bytes[self.milliseconds_at..][..3].copy_from_slice(&three_digits(milliseconds));
            }
        };
        if let Some(chunk) = out.first_chunk_mut() {
            *chunk = self.bytes;
            with_milliseconds(chunk);
            out.pass(self.len);
        } else {
            let mut bytes = self.bytes;
            with_milliseconds(&mut bytes);
            out.put(&bytes[..self.len]);
        }
    }

    #[cold]
    fn rewrite(&mut self, timestamp: u64) {
        let mut out = BufWriter::new(&mut self.bytes);
        out.put(OPEN_EVENT);
        out.put_number(timestamp, digits(timestamp));
        let end = OPEN_EVENT.len() + digits(timestamp);
        out.put(OPEN_MESSAGE);
        self.len = end + OPEN_MESSAGE.len();
        self.milliseconds_at = end - digits(timestamp).min(3);
        self.seconds = timestamp / 1000;
    }
}

/// Digits of a timestamp, which is never negative.
fn decimal(timestamp: i64) -> usize {
    digits(timestamp.unsigned_abs())
}

/// PutLogEvents, `logGroupName` and `logStreamName`: 1 to 512 characters of a set.
fn check_name(what: &str, name: &str, set: &str, legal: impl Fn(char) -> bool) -> Result<(), InvalidFrame> {
    let length = name.chars().count();
    if !(1..=512).contains(&length) {
        return Err(InvalidFrame(format!("{what} name has {length} characters; it must have 1 to 512")));
    }
    match name.chars().enumerate().find(|&(_, c)| !legal(c)) {
        Some((i, c)) => {
            Err(InvalidFrame(format!("{what} name {name:?} has {c:?} at character {}; it may have {set}", i + 1)))
        }
        None => Ok(()),
    }
}

fn push_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let start = out.len();
    out.resize(start + escaped_len(text.as_bytes()), 0);
    write_escaped(text.as_bytes(), &mut out[start..]);
    out.push(b'"');
}

fn push_entity(out: &mut Vec<u8>, entity: &Entity) {
    out.extend(b",\"entity\":{");
    let members = [("keyAttributes", &entity.key_attributes), ("attributes", &entity.attributes)];
    let given = members.iter().filter_map(|(name, map)| map.as_ref().map(|map| (name, map)));
    for (i, (name, map)) in given.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        push_string(out, name);
        out.extend(b":{");
        for (i, (key, value)) in map.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            push_string(out, key);
            out.push(b':');
            push_string(out, value);
        }
        out.push(b'}');
    }
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::table::{EventSink, EventTable, Piece};
    use crate::text::Text;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn batch(events: &[(i64, &str)]) -> Batch {
        let mut table = EventTable::default();
        for (i, (timestamp, text)) in events.iter().enumerate() {
            table.push(&Piece {
                timestamp: *timestamp,
                position: i as u64,
                text: Text::Utf8(text.as_bytes()),
                len: text.len(),
                extent: crate::table::Extent::Whole,
            });
        }
        Batch::of_table(table, &Limits::default())
    }

    fn body(frame: &Frame, batch: &Batch) -> String {
        let mut out = vec![0; frame.body_len(batch)];
        frame.write(batch, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_body_is_minimal_and_the_token_last() {
        let frame = Frame::new("g", "s", Some("495\"1"), None).unwrap();
        assert_eq!(
            body(&frame, &batch(&[(9, "a\"b"), (10, "é\n")])),
            "{\"logGroupName\":\"g\",\"logStreamName\":\"s\",\"logEvents\":[{\"timestamp\":9,\"message\":\"a\\\"b\"},\
             {\"timestamp\":10,\"message\":\"é\\n\"}],\"sequenceToken\":\"495\\\"1\"}"
        );
    }

    #[test]
    fn an_entity_stands_before_the_events() {
        let pairs = |list: &[(&str, &str)]| {
            Some(list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Vec<_>>())
        };
        let entity = Entity {
            key_attributes: pairs(&[("Type", "Service"), ("Name", "ü")]),
            attributes: pairs(&[("k", "\t")]),
        };
        let frame = Frame::new("g", "s", None, Some(&entity)).unwrap();
        let value: Value = serde_json::from_str(&body(&frame, &batch(&[(0, "m")]))).unwrap();
        let expected = json!({"keyAttributes": {"Type": "Service", "Name": "ü"}, "attributes": {"k": "\t"}});
        assert_eq!(value["entity"], expected);
        let frame = Frame::new("g", "s", None, Some(&Entity::default())).unwrap();
        assert!(body(&frame, &batch(&[(0, "m")])).contains("\"entity\":{},\"logEvents\""));
    }

    #[test]
    fn names_obey_the_patterns_of_the_api() {
        let longest = "x".repeat(512);
        for (group, stream) in [(".-_/#Az0", "a b/é😀"), (&longest, &"é".repeat(512))] {
            assert!(Frame::new(group, stream, None, None).is_ok());
        }
        for (group, stream, text) in [
            ("", "s", "log group name has 0 characters"),
            ("g", "", "log stream name has 0 characters"),
            (&"x".repeat(513), "s", "513 characters"),
            ("g", &"é".repeat(513), "513 characters"),
            ("a b", "s", "' ' at character 2"),
            ("é", "s", "'é' at character 1"),
            ("g", "a:b", "':' at character 2"),
            ("g", "a*", "'*' at character 2"),
        ] {
            assert!(Frame::new(group, stream, None, None).unwrap_err().to_string().contains(text), "{text}");
        }
        assert!(Frame::new("g", "s", Some(""), None).is_err());
    }

    #[test]
    fn a_long_message_is_counted_for_its_body() {
        for unit in ["x", "\"", "\u{1}", "日", "\\é\n"] {
            for bytes in [(1 << 16) - 10, 1 << 16, (1 << 20) - 26] {
                let text = unit.repeat(bytes / unit.len());
                let batch = batch(&[(5, "before"), (6, &text), (7, "after\"")]);
                let frame = Frame::new("g", "s", None, None).unwrap();
                let plain = json!({"logGroupName": "g", "logStreamName": "s", "logEvents": [
                    {"timestamp": 5, "message": "before"},
                    {"timestamp": 6, "message": &text},
                    {"timestamp": 7, "message": "after\""},
                ]});
                let body = body(&frame, &batch);
                assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), plain);
                assert_eq!(body.len(), plain.to_string().len(), "minimal JSON, as serde_json's");
            }
        }
    }

    proptest! {
        #[test]
        fn an_opening_is_the_same_whatever_came_before(
            times in prop::collection::vec(
                prop_oneof![0..3000_u64, 1_700_000_000_000..1_700_000_003_000_u64, any::<u64>()], 1..40),
            room in prop_oneof![Just(0_usize), 0..20_usize],
        ) {
            let mut opening = Opening::default();
            for time in times {
                let expected = format!("{{\"timestamp\":{time},\"message\":\"");
                let mut out = vec![b'#'; expected.len() + room];
                let mut writer = BufWriter::new(&mut out);
                opening.put(time, &mut writer);
                prop_assert_eq!(writer.room(), room);
                prop_assert_eq!(&out[..expected.len()], expected.as_bytes());
            }
        }

        #[test]
        fn bodies_parse_back_to_the_same_events(events in prop::collection::vec((0..i64::MAX, ".{1,40}"), 1..20)) {
            let events: Vec<_> = events.iter().map(|(t, m)| (*t, m.as_str())).collect();
            let frame = Frame::new("group", "stream", Some("token"), None).unwrap();
            let value: Value = serde_json::from_str(&body(&frame, &batch(&events))).unwrap();
            let mut sorted = events.clone();
            sorted.sort_by_key(|e| e.0);
            let expected: Vec<_> =
                sorted.iter().map(|(t, m)| json!({"timestamp": t, "message": m})).collect();
            prop_assert_eq!(&value["logEvents"], &Value::Array(expected));
        }
    }
}

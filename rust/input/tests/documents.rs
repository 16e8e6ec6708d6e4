//! What documents give, whole or damaged, and however their bytes are cut.

use cordwood_input::{DocumentEvents, Extra, MAX_EVENT_INPUT_BYTES, Step};
use proptest::prelude::*;

/// One step in words: `offset event timestamp message`, or what else it was.
fn read_in_chunks(input: &[u8], chunk: usize, extra: Extra) -> Vec<String> {
    let mut documents = DocumentEvents::new(extra);
    let mut chunks = input.chunks(chunk);
    let mut found = vec![];
    loop {
        found.push(match documents.next() {
            Step::Event { offset, timestamp, message } => {
                format!("{offset} event {timestamp} {}", message.to_utf8())
            }
            Step::NotAnEvent { offset, rejection } => format!("{offset} no event: {rejection}"),
            Step::Damage { offset, rejection } => format!("{offset} damage: {rejection}"),
            Step::NotADocument(start) => format!("no document: {start}"),
            Step::End => return found,
            Step::NeedInput => {
                match chunks.next() {
                    Some(chunk) => documents.feed(chunk),
                    None => documents.finish(),
                }
                continue;
            }
        });
    }
}

/// Whatever the chunks, the result is the same.
fn read(input: &[u8]) -> Vec<String> {
    let whole = read_in_chunks(input, input.len().max(1), Extra::Reject);
    for chunk in [1, 2, 3, 7, 64] {
        assert_eq!(read_in_chunks(input, chunk, Extra::Reject), whole, "in chunks of {chunk}");
    }
    whole
}

fn check(input: &str, expected: &[&str]) {
    let found = read(input.as_bytes());
    assert_eq!(found.len(), expected.len(), "{input}: {found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{input}: {found} is not {expected}");
    }
}

#[test]
fn every_shape_that_there_is() {
    let event = r#"{"timestamp": 1, "message": "a"}"#;
    check(&format!("[{event}, {event}]"), &["1 event 1 a", "35 event 1 a"]);
    check(&format!("{event}\n{event}\r\n\n"), &["0 event 1 a", "33 event 1 a"]);
    check(&format!("{event}{event}"), &["0 event 1 a", "32 event 1 a"]);
    check(&format!("\u{feff} {event}"), &["4 event 1 a"]);
    check("{\n  \"message\": \"a\",\n  \"timestamp\": 1\n}\n", &["0 event 1 a"]);
    check(
        &format!(r#"{{"searchedLogStreams": [], "events": [{event}], "nextToken": "x"}} {{"events": []}}[]"#),
        &["38 event 1 a"],
    );
    let printed =
        r#"{"events":[{"logStreamName":"s","timestamp":1,"message":"a","ingestionTime":2,"eventId":"3"}]}"#;
    check(printed, &["11 event 1 a"]);
    check("", &[]);
    check(" \n", &[]);
    check("[]", &[]);
}

#[test]
fn strings_are_decoded() {
    let document = r#"{"timestamp":1,"message":"\"\\\/\b\f\n\r\té\u00e9\ud83d\ude00 "}"#;
    check(document, &["0 event 1 \"\\/\u{8}\u{c}\n\r\téé😀 "]);
    check(r#"{"t\u0069mestamp":1,"message":"a"}"#, &["0 event 1 a"]);
    check(
        r#"{"timestamp":1,"message":"\ud83dx\ude00\ud83d\u0041\ud83d"}"#,
        &["0 event 1 \u{FFFD}x\u{FFFD}\u{FFFD}A\u{FFFD}"],
    );
    check(r#"{"timestamp":1,"message":"a","message":"b"}"#, &["0 event 1 b"]);
    let raw = b"{\"timestamp\":1,\"message\":\"a\xFFb\"}";
    assert_eq!(read(raw), ["0 event 1 a\u{FFFD}b"]);
}

#[test]
fn an_object_that_is_no_event_is_one_rejected() {
    let good = r#"{"timestamp":2,"message":"b"}"#;
    for (bad, why) in [
        ("{}", r#"event has neither "timestamp" nor "message""#),
        (r#"{"timestamp":1}"#, r#"event has no "message""#),
        (r#"{"message":"a"}"#, r#"event has no "timestamp""#),
        (r#"{"timestamp":"1","message":"a"}"#, "timestamp is a string;"),
        (r#"{"timestamp":1.0,"message":"a"}"#, "timestamp is a number with a fraction"),
        (r#"{"timestamp":1e3,"message":"a"}"#, "timestamp is a number with a fraction"),
        (r#"{"timestamp":99999999999999999999,"message":"a"}"#, "timestamp is a number of 20 digits"),
        (r#"{"timestamp":null,"message":"a"}"#, "timestamp is null;"),
        (r#"{"timestamp":1,"message":[{"a":[]}]}"#, "message is an array;"),
        (r#"{"timestamp":1,"message":"a","level":"info"}"#, r#"event has a member "level" besides"#),
        (r#"{"timestamp":01,"message":"a"}"#, "event is not JSON: a number with a leading zero, at byte"),
        (r#"{"timestamp":1 "message":"a"}"#, "event is not JSON: no comma where one must be"),
        (r#"{"timestamp":1,"message":"a\x"}"#, "event is not JSON: a backslash before"),
        ("{\"timestamp\":1,\"message\":\"a\tb\"}", "event is not JSON: a control character"),
        (r#"{"timestamp":1,"message":NaN}"#, "event is not JSON: not a JSON value"),
        (r#"{"timestamp":1,"message":"a",}"#, "event is not JSON: no member name"),
    ] {
        let behind = bad.len() + 2;
        check(&format!("[{bad},{good}]"), &[&format!("1 no event: {why}"), &format!("{behind} event 2 b")]);
        let behind = bad.len() + 1;
        check(&format!("{bad}\n{good}"), &[&format!("0 no event: {why}"), &format!("{behind} event 2 b")]);
    }
    check(
        &format!("[17, oops, {good}]"),
        &[
            "1 no event: an event is an object with \"timestamp\" and \"message\"; this is a number",
            "5 no event: event is not JSON",
            "11 event 2 b",
        ],
    );
}

#[test]
fn a_line_that_was_cut_off_costs_only_itself() {
    let good = r#"{"timestamp":2,"message":"b"}"#;
    for cut in
        ["{", r#"{"timestamp":1"#, r#"{"timestamp":1,"message":"x"#, r#"{"timestamp":1,"message":"x""#, "junk {"]
    {
        let behind = good.len() + cut.len() + 2;
        let expected = [
            "0 event 2 b".to_owned(),
            format!("{} no event: event is not JSON", good.len() + 1),
            format!("{behind} event 2 b"),
        ];
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(&format!("{good}\n{cut}\n{good}\n"), &expected);
    }
}

#[test]
fn a_document_that_cannot_be_read_on_is_damaged() {
    let good = r#"{"timestamp":2,"message":"b"}"#;
    check(
        &format!("[{good}"),
        &["1 event 2 b", "30 damage: the document is damaged at byte 30: the document ends before"],
    );
    check(
        &format!("[{good},{{\"timest"),
        &["1 event 2 b", "31 damage: the document is damaged at byte 31: the document ends in the middle"],
    );
    check(
        &format!("[{good}}} {good}]"),
        &["1 event 2 b", "30 damage: the document is damaged at byte 30: a bracket"],
    );
    check(&format!("{{\"events\":[{good}]"), &["11 event 2 b", "41 damage"]);
    check(&format!("{{\"events\":[{good}] 1}}"), &["11 event 2 b", "42 damage"]);
    check(r#"[{"message": x "}]"#, &["1 damage: event is not JSON: not a JSON value, at byte 13"]);
    check(&format!("{good}\n{{\"timest"), &["0 event 2 b", "30 damage"]);
}

#[test]
fn what_is_no_document_is_told_at_once() {
    for text in ["2026-11-25 plain text", "\"a string\"", "\u{1f}\u{8b} binary"] {
        check(text, &[&format!("no document: {text}")]);
    }
}

#[test]
fn an_unknown_member_may_be_ignored() {
    let document = br#"{"timestamp":1,"message":"a","level":{"x":[1,2.5e-3,true,null,"\u0041"]}}"#;
    assert_eq!(read_in_chunks(document, 5, Extra::Ignore), ["0 event 1 a"]);
}

#[test]
fn deep_nesting_and_giants_exhaust_nothing() {
    let good = r#"{"timestamp":2,"message":"b"}"#;
    let deep = format!("[{{\"message\":{}{}}},{good}]", "[".repeat(100_000), "]".repeat(100_000));
    let found = read_in_chunks(deep.as_bytes(), 1 << 16, Extra::Reject);
    assert!(found[0].starts_with("1 no event: event is not JSON: values nested more than 200 deep"), "{found:?}");
    assert!(found[1].ends_with("event 2 b"));
    let giant =
        format!("[{{\"timestamp\":1,\"message\":\"{}\"}},{good}]", "}\\\"".repeat(MAX_EVENT_INPUT_BYTES / 2));
    let found = read_in_chunks(giant.as_bytes(), 8 << 20, Extra::Reject);
    assert!(found[0].starts_with("1 no event: event takes more than 16777216 bytes"), "{found:?}");
    assert!(found[1].ends_with("event 2 b"));
}

/// The slow, obvious twin for what serde_json takes: all at once, through a tree of values.
fn twin(document: &serde_json::Value) -> Vec<String> {
    let events = document.get("events").unwrap_or(document);
    let event = |value: &serde_json::Value| {
        format!("event {} {}", value["timestamp"], value["message"].as_str().unwrap_or_default())
    };
    events.as_array().map_or_else(|| vec![event(events)], |events| events.iter().map(event).collect())
}

fn documents() -> impl Strategy<Value = serde_json::Value> {
    let event = (any::<i64>(), any::<String>(), any::<bool>()).prop_map(|(timestamp, message, printed)| {
        let mut event = serde_json::json!({"timestamp": timestamp, "message": message});
        if printed {
            event["ingestionTime"] = 7.into();
            event["eventId"] = "\"]}".into();
        }
        event
    });
    let events = prop::collection::vec(event.clone(), 0..20);
    prop_oneof![
        event,
        events.clone().prop_map(|events| serde_json::json!(events)),
        events.prop_map(|events| serde_json::json!({"events": events, "nextToken": "[{"})),
    ]
}

proptest! {
    #[test]
    fn documents_equal_their_twin(document in documents(), pretty: bool, chunk in 1..200_usize) {
        let text = if pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) }.unwrap();
        let found = read_in_chunks(text.as_bytes(), chunk, Extra::Reject);
        let found: Vec<_> = found.iter().map(|step| step.split_once(' ').unwrap().1.to_owned()).collect();
        prop_assert_eq!(found, twin(&document));
    }

    #[test]
    fn a_damaged_document_reads_the_same_in_any_chunks(
        document in documents(), at: prop::sample::Index, byte: u8, cut: bool, chunk in 1..50_usize,
    ) {
        let mut bytes = serde_json::to_vec(&document).unwrap();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        let whole = read_in_chunks(&bytes, bytes.len().max(1), Extra::Reject);
        prop_assert_eq!(read_in_chunks(&bytes, chunk, Extra::Reject), whole);
    }
}

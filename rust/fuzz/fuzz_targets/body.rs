//! Any events, names, token and entity: the body is byte for byte what serde_json makes of the parts put together by
//! hand, the token last; and it parses back.
#![no_main]

use std::collections::BTreeMap;

use arbitrary::Arbitrary;
use cordwood_core::{Admission, Entity, EventTable, Frame, OnReject, Sequence, Text};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

type Pairs = BTreeMap<String, String>;

#[derive(Arbitrary, Debug)]
struct Input {
    events: Vec<(i64, Vec<u8>)>,
    /// Most inputs have no legal names of their own; without these they would never reach the events.
    names: Option<(String, String)>,
    sequence_token: Option<String>,
    entity: Option<(Option<Pairs>, Option<Pairs>)>,
}

fn legal((group, stream): &(String, String), token: Option<&str>) -> bool {
    let length = |name: &str| (1..=512).contains(&name.chars().count());
    let group_set = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '#');
    length(group)
        && group.chars().all(group_set)
        && length(stream)
        && !stream.contains([':', '*'])
        && token != Some("")
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn object(pairs: &Pairs) -> String {
    serde_json::to_string(pairs).expect("strings")
}

fn naive(names: &(String, String), input: &Input, events: &[(i64, String)]) -> String {
    let mut body = format!("{{\"logGroupName\":{},\"logStreamName\":{}", quoted(&names.0), quoted(&names.1));
    if let Some((key_attributes, attributes)) = &input.entity {
        let members = [("keyAttributes", key_attributes), ("attributes", attributes)];
        let given: Vec<_> = members
            .iter()
            .filter_map(|(name, pairs)| pairs.as_ref().map(|pairs| format!("\"{name}\":{}", object(pairs))))
            .collect();
        body += &format!(",\"entity\":{{{}}}", given.join(","));
    }
    let events: Vec<_> = events
        .iter()
        .map(|(t, message)| format!("{{\"timestamp\":{t},\"message\":{}}}", quoted(message)))
        .collect();
    body += &format!(",\"logEvents\":[{}]", events.join(","));
    if let Some(token) = &input.sequence_token {
        body += &format!(",\"sequenceToken\":{}", quoted(token));
    }
    body + "}"
}

fuzz_target!(|input: Input| {
    let names = input.names.clone().unwrap_or_else(|| ("group/a".to_owned(), "stream".to_owned()));
    let pairs = |map: &Option<Pairs>| map.clone().map(|map| map.into_iter().collect());
    let entity = input.entity.as_ref().map(|(key_attributes, attributes)| Entity {
        key_attributes: pairs(key_attributes),
        attributes: pairs(attributes),
    });
    let token = input.sequence_token.as_deref();
    let frame = Frame::new(&names.0, &names.1, token, entity.as_ref());
    assert_eq!(frame.is_ok(), legal(&names, token));
    let Ok(frame) = frame else { return };
    let mut sequence = Sequence::new(Admission::default(), OnReject::Collect, EventTable::default());
    let mut expected = Vec::new();
    for (timestamp, message) in &input.events {
        sequence.admit(*timestamp, Text::Utf8(message)).expect("rejected events are collected");
        if *timestamp >= 0 && !message.is_empty() {
            expected.push((*timestamp, String::from_utf8_lossy(message).into_owned()));
        }
    }
    expected.sort_by_key(|(timestamp, _)| *timestamp);
    let mut rest = &expected[..];
    for batch in sequence.finish() {
        let mut body = vec![0; frame.body_len(&batch)];
        frame.write(&batch, &mut body);
        let (events, after) = rest.split_at(batch.rows().len());
        assert_eq!(String::from_utf8(body.clone()).expect("UTF-8"), naive(&names, &input, events));
        let parsed: Value = serde_json::from_slice(&body).expect("the body is JSON");
        let events: Vec<_> = events.iter().map(|(t, m)| json!({"timestamp": t, "message": m})).collect();
        assert_eq!(parsed["logEvents"], Value::Array(events));
        rest = after;
    }
    assert!(rest.is_empty());
});

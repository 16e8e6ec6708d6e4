//! Any events, names, token and entity: the body is as long as was said and parses back to all of them.
#![no_main]

use arbitrary::Arbitrary;
use cordwood_core::{Admission, Entity, EventTable, Frame, OnReject, Sequence, Text};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

#[derive(Arbitrary, Debug)]
struct Input {
    events: Vec<(i64, String)>,
    log_group_name: String,
    log_stream_name: String,
    sequence_token: Option<String>,
    key_attributes: Option<Vec<(String, String)>>,
    attributes: Option<Vec<(String, String)>>,
}

fn object(pairs: &[(String, String)]) -> Value {
    // A key given twice stands twice, and the last one counts: as in serde_json.
    Value::Object(
        pairs.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect::<Map<_, _>>(),
    )
}

fuzz_target!(|input: Input| {
    let entity = (input.key_attributes.is_some() || input.attributes.is_some())
        .then(|| Entity { key_attributes: input.key_attributes.clone(), attributes: input.attributes.clone() });
    let token = input.sequence_token.as_deref();
    let Ok(frame) = Frame::new(&input.log_group_name, &input.log_stream_name, token, entity.as_ref()) else {
        return;
    };
    let mut sequence = Sequence::new(Admission::default(), OnReject::Collect, EventTable::default());
    for (timestamp, message) in &input.events {
        sequence.admit(*timestamp, Text::Utf8(message.as_bytes())).expect("rejected events are collected");
    }
    let mut expected: Vec<_> = input.events.iter().filter(|(t, m)| *t >= 0 && !m.is_empty()).collect();
    expected.sort_by_key(|(timestamp, _)| *timestamp);
    let mut events = Vec::new();
    for batch in sequence.finish() {
        let mut body = vec![0; frame.body_len(&batch)];
        frame.write(&batch, &mut body);
        let parsed: Value = serde_json::from_slice(&body).expect("the body is JSON");
        assert_eq!(parsed["logGroupName"], input.log_group_name);
        assert_eq!(parsed["logStreamName"], input.log_stream_name);
        assert_eq!(parsed.get("sequenceToken").and_then(Value::as_str), token);
        if let Some(pairs) = &input.key_attributes {
            assert_eq!(parsed["entity"]["keyAttributes"], object(pairs));
        }
        if let Some(pairs) = &input.attributes {
            assert_eq!(parsed["entity"]["attributes"], object(pairs));
        }
        events.extend(parsed["logEvents"].as_array().expect("a list").iter().map(|event| {
            (event["timestamp"].as_i64().expect("a number"), event["message"].as_str().expect("text").to_owned())
        }));
    }
    assert_eq!(events, expected.into_iter().cloned().collect::<Vec<_>>());
});

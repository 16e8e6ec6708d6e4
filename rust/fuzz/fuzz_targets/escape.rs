//! Any bytes: what is written is as long as was said, is what the naive way writes, and parses back.
#![no_main]

use cordwood_core::{escaped_len, write_escaped};
use libfuzzer_sys::fuzz_target;

fn naive(text: &[u8]) -> Vec<u8> {
    text.iter()
        .flat_map(|&byte| match byte {
            b'"' | b'\\' => vec![b'\\', byte],
            8 => b"\\b".to_vec(),
            9 => b"\\t".to_vec(),
            10 => b"\\n".to_vec(),
            12 => b"\\f".to_vec(),
            13 => b"\\r".to_vec(),
            0..0x20 => format!("\\u{byte:04x}").into_bytes(),
            _ => vec![byte],
        })
        .collect()
}

fuzz_target!(|text: &[u8]| {
    let mut written = vec![0; escaped_len(text)];
    assert_eq!(write_escaped(text, &mut written), written.len());
    assert_eq!(written, naive(text));
    if let Ok(text) = std::str::from_utf8(text) {
        let quoted = format!("\"{}\"", std::str::from_utf8(&written).expect("escapes are ASCII"));
        assert_eq!(serde_json::from_str::<String>(&quoted).expect("it is a JSON string"), text);
    }
});

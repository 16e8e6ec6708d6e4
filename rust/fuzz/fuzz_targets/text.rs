//! Any units of any width: as many bytes as were measured, valid UTF-8, and what the naive way makes of them.
#![no_main]

use arbitrary::Arbitrary;
use cordwood_core::Text;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Input {
    Latin1(Vec<u8>),
    Ucs2(Vec<u16>),
    Ucs4(Vec<u32>),
    Utf8(Vec<u8>),
}

fn naive(units: impl Iterator<Item = u32>) -> String {
    units.map(|unit| char::from_u32(unit).unwrap_or('\u{FFFD}')).collect()
}

fn check(text: Text<'_>, expected: &str) {
    let measure = text.measure();
    assert_eq!(measure.len, expected.len());
    assert_eq!(text.is_empty(), expected.is_empty());
    let mut written = Vec::new();
    text.append_to(&mut written);
    assert_eq!(written, expected.as_bytes());
    assert!(measure.invalid || !expected.contains('\u{FFFD}') || !matches!(text, Text::Latin1(_)));
}

fuzz_target!(|input: Input| match &input {
    Input::Latin1(bytes) => check(Text::Latin1(bytes), &naive(bytes.iter().map(|&b| b.into()))),
    Input::Ucs2(units) => check(Text::Ucs2(units), &naive(units.iter().map(|&u| u.into()))),
    Input::Ucs4(units) => {
        // No str holds more than U+10FFFF.
        let units: Vec<_> = units.iter().map(|unit| unit % 0x11_0000).collect();
        check(Text::Ucs4(&units), &naive(units.iter().copied()));
    }
    Input::Utf8(bytes) => check(Text::Utf8(bytes), &String::from_utf8_lossy(bytes)),
});

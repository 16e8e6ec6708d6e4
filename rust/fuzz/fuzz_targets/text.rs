//! Any units of any width: as many bytes as were measured, valid UTF-8, and what the naive way makes of them.
#![no_main]

use arbitrary::Arbitrary;
use cordwood_core::Text;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Input {
    Ascii(Vec<u8>),
    Latin1(Vec<u8>),
    Ucs2(Vec<u16>),
    Ucs4(Vec<u32>),
    Utf8(Vec<u8>),
}

fn naive<U: Copy + Into<u32>>(units: &[U]) -> (String, bool) {
    let chars: Vec<_> = units.iter().map(|&unit| char::from_u32(unit.into())).collect();
    (chars.iter().map(|c| c.unwrap_or('\u{FFFD}')).collect(), chars.contains(&None))
}

fn check(text: Text<'_>, (expected, invalid): (String, bool)) {
    let measure = text.measure();
    assert_eq!((measure.len, measure.invalid), (expected.len(), invalid));
    assert_eq!(text.is_empty(), expected.is_empty());
    let mut written = b"before".to_vec();
    text.append_to(&mut written);
    assert_eq!(written, [b"before", expected.as_bytes()].concat());
    assert_eq!(text.to_utf8(), expected);
}

fuzz_target!(|input: Input| match input {
    Input::Ascii(mut bytes) => {
        bytes.iter_mut().for_each(|byte| *byte &= 0x7F);
        check(Text::Ascii(&bytes), naive(&bytes));
    }
    Input::Latin1(bytes) => check(Text::Latin1(&bytes), naive(&bytes)),
    Input::Ucs2(units) => check(Text::Ucs2(&units), naive(&units)),
    Input::Ucs4(mut units) => {
        // No str holds more than U+10FFFF.
        units.iter_mut().for_each(|unit| *unit %= 0x11_0000);
        check(Text::Ucs4(&units), naive(&units));
    }
    Input::Utf8(bytes) => {
        let expected = String::from_utf8_lossy(&bytes).into_owned();
        check(Text::Utf8(&bytes), (expected, std::str::from_utf8(&bytes).is_err()));
    }
});

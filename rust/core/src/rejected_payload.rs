//! What a rejected event held, to be kept in a dead letter, in bounded memory.

use crate::text::Text;

/// Bytes that are kept of one event; a longer one is truncated.
pub const MAX_PAYLOAD_BYTES: usize = 1 << 20;

/// What is left of an event that was rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedPayload {
    /// Its timestamp, if it has one of 64 bits.
    pub timestamp: Option<i64>,
    /// Its message, or the event itself as it is in the input. Bytes, because it may not be UTF-8.
    pub text: Vec<u8>,
    /// Whether it is the message, and not the event as it is in the input.
    pub is_message: bool,
    /// Whether there was more of it than is kept.
    pub truncated: bool,
}

impl RejectedPayload {
    /// The payload of an event with this message. A surrogate is kept as three bytes, as it came: that is not valid UTF-8.
    #[must_use]
    pub fn from_message(timestamp: Option<i64>, message: &Text<'_>) -> Self {
        let mut text = Vec::new();
        let truncated = match message {
            Text::Ascii(bytes) | Text::AsciiCounted { bytes, .. } | Text::Utf8(bytes) | Text::ValidUtf8(bytes) => {
                append_payload(bytes, &mut text)
            }
            Text::Latin1(units) => append(&mut text, units.iter().map(|&unit| unit.into())),
            Text::Ucs2(units) => append(&mut text, units.iter().map(|&unit| unit.into())),
            Text::Ucs4(units) => append(&mut text, units.iter().copied()),
        };
        Self { timestamp, text, is_message: true, truncated }
    }

    /// The payload of an event that has no message, as it is in the input.
    #[must_use]
    pub fn from_input(bytes: &[u8], truncated: bool) -> Self {
        let mut text = Vec::new();
        let truncated = append_payload(bytes, &mut text) || truncated;
        Self { timestamp: None, text, is_message: false, truncated }
    }
}

/// Appends bytes while there is room, and no part of a UTF-8 character; returns whether some were left out.
pub fn append_payload(bytes: &[u8], kept: &mut Vec<u8>) -> bool {
    let room = MAX_PAYLOAD_BYTES.saturating_sub(kept.len());
    if bytes.len() <= room {
        kept.extend_from_slice(bytes);
        return false;
    }
    let continues = |&end: &usize| bytes[end] & 0xC0 == 0x80;
    let end = (room.saturating_sub(3)..=room).rev().find(|end| !continues(end)).unwrap_or(room);
    kept.extend_from_slice(&bytes[..end]);
    true
}

fn append(kept: &mut Vec<u8>, mut code_points: impl Iterator<Item = u32>) -> bool {
    code_points.any(|code_point| {
        let mut encoded = [0; 4];
        let encoded = encode(code_point, &mut encoded);
        let full = kept.len() + encoded.len() > MAX_PAYLOAD_BYTES;
        if !full {
            kept.extend_from_slice(encoded);
        }
        full
    })
}

/// UTF-8 that also encodes a surrogate, as three bytes.
fn encode(code_point: u32, into: &mut [u8; 4]) -> &[u8] {
    if let Some(character) = char::from_u32(code_point) {
        return character.encode_utf8(into).as_bytes();
    }
    let six_bits = |shift: u32| 0x80 | (code_point >> shift & 0x3F) as u8;
    into[..3].copy_from_slice(&[0xE0 | (code_point >> 12 & 0x0F) as u8, six_bits(6), six_bits(0)]);
    &into[..3]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_kept_as_it_came() {
        let bytes = |text: &Text<'_>| RejectedPayload::from_message(Some(7), text).text;
        assert_eq!(bytes(&Text::Latin1(b"caf\xE9")), "café".as_bytes());
        assert_eq!(bytes(&Text::Ucs2(&[0x61, 0xD800, 0x20AC])), b"a\xED\xA0\x80\xE2\x82\xAC");
        assert_eq!(bytes(&Text::Ucs4(&[0x1_F600, 0xDFFF])), b"\xF0\x9F\x98\x80\xED\xBF\xBF");
        assert_eq!(bytes(&Text::Utf8(b"\xFF")), b"\xFF");
    }

    #[test]
    fn what_is_too_long_is_truncated_between_characters() {
        let long = "é".repeat(MAX_PAYLOAD_BYTES / 2);
        let whole = RejectedPayload::from_message(None, &Text::Utf8(long.as_bytes()));
        assert_eq!((whole.text.len(), whole.truncated), (MAX_PAYLOAD_BYTES, false));
        let longer = format!("x{long}");
        let units: Vec<u16> = longer.encode_utf16().collect();
        for text in [Text::Utf8(longer.as_bytes()), Text::Ucs2(&units)] {
            let payload = RejectedPayload::from_message(None, &text);
            assert_eq!((payload.text.len(), payload.truncated), (MAX_PAYLOAD_BYTES - 1, true));
            assert!(std::str::from_utf8(&payload.text).is_ok());
        }
        assert!(RejectedPayload::from_input(b"short", true).truncated);
    }
}

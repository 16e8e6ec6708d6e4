//! The text of a file that is compressed, or in another encoding than UTF-8, in bounded pieces.

use encoding_rs::{Decoder, DecoderResult, Encoding};
use flate2::{Decompress, FlushDecompress, Status};
use zstd::stream::raw::{Decoder as ZstdDecoder, InBuffer, Operation, OutBuffer};

/// How bytes are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// gzip, RFC 1952.
    Gzip,
    /// zstd, RFC 8878.
    Zstd,
}

/// Decompresses gzip or zstd, also of several members or frames, one after the other, as `cat` joins them.
pub struct Decompressor {
    kind: Kind,
    /// Whether a member is under way.
    inside: bool,
    /// Whether one came to its end.
    ended_one: bool,
    /// How what comes next is damaged.
    damage: Option<String>,
}

enum Kind {
    Gzip(Decompress),
    Zstd(ZstdDecoder<'static>),
}

impl Decompressor {
    /// Of gzip's members, or of zstd's frames with windows of at most 128 MiB, the default of the `zstd` command.
    pub fn new(compression: Compression) -> Result<Self, String> {
        let kind = match compression {
            Compression::Gzip => Kind::Gzip(Decompress::new_gzip(15)),
            Compression::Zstd => Kind::Zstd(ZstdDecoder::new().map_err(|error| error.to_string())?),
        };
        Ok(Self { kind, inside: false, ended_one: false, damage: None })
    }

    /// Whether what was taken ends where a member does.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.inside
    }

    /// Appends what the input holds to the output, up to its capacity; returns how many bytes of the input it took. The
    /// input is used up if the output stays empty. `Err` says how it is damaged; what it held before that came
    /// first.
    pub fn run(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<usize, String> {
        if let Some(damage) = &self.damage {
            return Err(damage.clone());
        }
        let mut taken = 0;
        while output.len() < output.capacity() {
            // Behind a member there may be padding, of tapes for example.
            if !self.inside && self.ended_one && matches!(self.kind, Kind::Gzip(_)) {
                taken += input[taken..].iter().take_while(|&&byte| byte == 0).count();
            }
            if !self.inside && taken == input.len() {
                break;
            }
            let before = (taken, output.len());
            let ran = match &mut self.kind {
                Kind::Gzip(gzip) => run_gzip(gzip, input, &mut taken, output),
                Kind::Zstd(zstd) => run_zstd(zstd, input, &mut taken, output),
            };
            let ended = match ran {
                Ok(ended) => ended,
                Err(damage) => {
                    self.inside = true;
                    self.damage = Some(damage.clone());
                    return if output.is_empty() { Err(damage) } else { Ok(taken) };
                }
            };
            self.inside = !ended;
            self.ended_one |= ended;
            if !ended && before == (taken, output.len()) {
                break;
            }
        }
        Ok(taken)
    }
}

fn run_gzip(gzip: &mut Decompress, input: &[u8], taken: &mut usize, output: &mut Vec<u8>) -> Result<bool, String> {
    let before = gzip.total_in();
    let status = gzip.decompress_vec(&input[*taken..], output, FlushDecompress::None);
    *taken += usize::try_from(gzip.total_in() - before).unwrap_or(0);
    match status {
        Ok(Status::StreamEnd) => {
            // What of a raw stream's header and checksum would be lost here is that of the member that ended.
            *gzip = Decompress::new_gzip(15);
            Ok(true)
        }
        Ok(Status::Ok | Status::BufError) => Ok(false),
        Err(error) => Err(error.message().map_or_else(|| error.to_string(), str::to_owned)),
    }
}

fn run_zstd(
    zstd: &mut ZstdDecoder<'static>,
    input: &[u8],
    taken: &mut usize,
    output: &mut Vec<u8>,
) -> Result<bool, String> {
    let mut from = InBuffer::around(&input[*taken..]);
    let written = output.len();
    let mut to = OutBuffer::around_pos(output, written);
    let hint = zstd.run(&mut from, &mut to).map_err(|error| error.to_string())?;
    *taken += from.pos();
    Ok(hint == 0)
}

/// Text of another encoding into UTF-8. What is malformed becomes a byte that is malformed in UTF-8 too, so that it is
/// judged as such a byte is.
pub struct TextDecoder {
    decoder: Decoder,
    name: &'static str,
}

/// No UTF-8 has this byte.
const MALFORMED: u8 = 0xFF;

impl TextDecoder {
    /// Of the encoding that the web knows under this label; `None` if there is none. A byte order mark is dropped.
    #[must_use]
    pub fn new(label: &str) -> Option<Self> {
        let encoding = Encoding::for_label_no_replacement(label.as_bytes())?;
        Some(Self { decoder: encoding.new_decoder(), name: encoding.name() })
    }

    /// The encoding's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The text of the next bytes, which are the last or not.
    pub fn decode(&mut self, mut bytes: &[u8], last: bool) -> Vec<u8> {
        let mut text = String::new();
        let mut found = Vec::new();
        loop {
            text.reserve(
                self.decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len()),
            );
            let (result, taken) = self.decoder.decode_to_string_without_replacement(bytes, &mut text, last);
            bytes = &bytes[taken..];
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    found.extend_from_slice(text.as_bytes());
                    found.push(MALFORMED);
                    text.clear();
                }
            }
        }
        if found.is_empty() {
            return text.into_bytes();
        }
        found.extend_from_slice(text.as_bytes());
        found
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::write::GzEncoder;
    use proptest::prelude::*;

    use super::*;

    fn gunzip() -> Decompressor {
        Decompressor::new(Compression::Gzip).unwrap()
    }

    fn unzstd() -> Decompressor {
        Decompressor::new(Compression::Zstd).unwrap()
    }

    fn gzipped(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn unpacked(
        decompressor: &mut Decompressor,
        packed: &[u8],
        chunk: usize,
        room: usize,
    ) -> Result<Vec<u8>, String> {
        let mut found = Vec::new();
        for mut piece in packed.chunks(chunk) {
            loop {
                let mut output = Vec::with_capacity(room);
                let taken = decompressor.run(piece, &mut output)?;
                piece = &piece[taken..];
                found.extend_from_slice(&output);
                if output.is_empty() {
                    assert!(piece.is_empty());
                    break;
                }
            }
        }
        Ok(found)
    }

    proptest! {
        #[test]
        fn members_in_any_pieces_are_the_text(
            texts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 1..4),
            chunk in 1..500_usize,
            room in 1..500_usize,
        ) {
            let whole = texts.concat();
            let gzip: Vec<u8> = texts.iter().flat_map(|text| gzipped(text)).chain([0; 3]).collect();
            let zstd: Vec<u8> = texts.iter().flat_map(|text| zstd::encode_all(&text[..], 1).unwrap()).collect();
            for (mut decompressor, packed) in [(gunzip(), gzip), (unzstd(), zstd)] {
                prop_assert_eq!(unpacked(&mut decompressor, &packed, chunk, room), Ok(whole.clone()));
                prop_assert!(decompressor.is_whole());
            }
        }

        #[test]
        fn what_is_cut_short_is_not_whole(text in prop::collection::vec(any::<u8>(), 1..3000), cut in 1..9_usize) {
            let zstd = zstd::encode_all(&text[..], 1).unwrap();
            for (mut decompressor, packed) in
                [(gunzip(), gzipped(&text)), (unzstd(), zstd)]
            {
                let found = unpacked(&mut decompressor, &packed[..packed.len() - cut], 100, 100).unwrap();
                prop_assert!(text.starts_with(&found));
                prop_assert!(!decompressor.is_whole());
            }
        }

        #[test]
        fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..400), chunk in 1..50_usize) {
            for (mut decompressor, magic) in
                [(gunzip(), &b"\x1f\x8b\x08"[..]), (unzstd(), b"\x28\xb5\x2f\xfd")]
            {
                let _ = unpacked(&mut decompressor, &[magic, &bytes].concat(), chunk, 64);
            }
            for label in ["utf-16", "shift_jis", "iso-2022-jp", "gb18030", "windows-1252", "big5"] {
                let mut decoder = TextDecoder::new(label).unwrap();
                for piece in bytes.chunks(chunk) {
                    decoder.decode(piece, false);
                }
                decoder.decode(b"", true);
            }
        }

        #[test]
        fn text_in_any_pieces_is_the_text(text in ".{0,200}", chunk in 1..9_usize, big in any::<bool>()) {
            let mut units: Vec<u16> = vec![0xFEFF];
            units.extend(text.encode_utf16());
            let bytes: Vec<u8> =
                units.iter().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect();
            let mut decoder = TextDecoder::new("utf-16").unwrap();
            let mut found: Vec<u8> = bytes.chunks(chunk).flat_map(|piece| decoder.decode(piece, false)).collect();
            found.extend(decoder.decode(b"", true));
            prop_assert_eq!(String::from_utf8(found).unwrap(), text);
        }
    }

    #[test]
    fn after_a_member_comes_another_or_nothing() {
        let mut packed = gzipped(b"text");
        packed.extend_from_slice(b"garbage that is no member");
        let mut decompressor = gunzip();
        let mut output = Vec::with_capacity(1000);
        decompressor.run(&packed, &mut output).unwrap();
        assert_eq!(output, b"text");
        assert!(decompressor.run(b"", &mut output).is_err());
        assert!(!decompressor.is_whole());
    }

    #[test]
    fn what_is_malformed_stays_so() {
        let mut decoder = TextDecoder::new("utf-16le").unwrap();
        assert_eq!(decoder.decode(b"a\0\x00\xD8b\0", true), b"a\xFFb");
        assert!(TextDecoder::new("no such encoding").is_none());
        assert_eq!(TextDecoder::new("latin1").unwrap().name(), "windows-1252");
    }
}

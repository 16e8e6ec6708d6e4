//! Any bytes as gzip, as zstd and as text of other encodings: the same however they are cut, and never without end.
#![no_main]

use cordwood_input::{Compression, Decompressor, TextDecoder};
use libfuzzer_sys::fuzz_target;

/// Enough to see whether two ways agree: a few bytes may hold gigabytes.
const MOST: usize = 1 << 16;

fn unpacked(mut decompressor: Decompressor, input: &[u8], chunk: usize, room: usize) -> (Vec<u8>, bool) {
    let mut found = vec![];
    for mut piece in input.chunks(chunk) {
        loop {
            let mut output = Vec::with_capacity(room);
            let Ok(taken) = decompressor.run(piece, &mut output) else { return (found, false) };
            piece = &piece[taken..];
            found.extend_from_slice(&output);
            if output.is_empty() {
                assert!(piece.is_empty());
                break;
            }
            if found.len() >= MOST {
                found.truncate(MOST);
                return (found, true);
            }
        }
    }
    (found, decompressor.is_whole())
}

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (chunk, label, input) = input;
    let chunk = usize::from(chunk).max(1);
    for (magic, compression) in
        [(&b"\x1f\x8b\x08"[..], Compression::Gzip), (b"\x28\xb5\x2f\xfd", Compression::Zstd)]
    {
        let packed = [magic, input].concat();
        let decompressor = || Decompressor::new(compression).unwrap();
        let (whole, ended) = unpacked(decompressor(), &packed, packed.len(), MOST);
        let (pieces, also_ended) = unpacked(decompressor(), &packed, chunk, 512);
        // Damage may come to light before or after what stands in front of it was handed out.
        let common = whole.len().min(pieces.len());
        assert_eq!(whole[..common], pieces[..common]);
        if ended && also_ended {
            assert_eq!(whole, pieces);
        }
    }
    let labels = ["utf-16", "utf-16be", "shift_jis", "iso-2022-jp", "gb18030", "euc-kr", "big5", "windows-1252"];
    let label = labels[usize::from(label) % labels.len()];
    let mut decoder = TextDecoder::new(label).unwrap();
    let whole = decoder.decode(input, true);
    let mut decoder = TextDecoder::new(label).unwrap();
    let mut pieces: Vec<u8> = input.chunks(chunk).flat_map(|piece| decoder.decode(piece, false)).collect();
    pieces.extend(decoder.decode(b"", true));
    assert_eq!(whole, pieces);
});

//! 64 bytes at once on processors with vectors of 64 bytes (AVX-512 BW: Skylake-X, Zen 4 and later) or of 32 (AVX2: nearly
//! all x86-64 since 2013).
//!
//! What is unsafe is to call it on a processor without them, and to load a vector from an array of exactly its length.
#![allow(unsafe_code)]
#![expect(clippy::inline_always, reason = "only what is inlined into a function with vectors can use them")]

use std::arch::x86_64::{
    __m256i, __m512i, _mm256_blendv_epi8, _mm256_cmpeq_epi8, _mm256_cmpgt_epi8, _mm256_loadu_si256,
    _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_setzero_si256,
    _mm512_cmpeq_epi8_mask, _mm512_cmplt_epu8_mask, _mm512_loadu_si512, _mm512_mask_blend_epi8, _mm512_min_epu8,
    _mm512_movepi8_mask, _mm512_or_si512, _mm512_set1_epi8, _mm512_setzero_si512,
};
use std::sync::LazyLock;

use super::scan::{ByteClasses, Scan, ScanTask};

/// The longest vectors that this processor has.
#[derive(Clone, Copy)]
enum Longest {
    Of64,
    Of32,
    None,
}

/// Asked once: it is used for every line.
static LONGEST: LazyLock<Longest> = LazyLock::new(|| {
    let can_bits = std::arch::is_x86_feature_detected!("bmi1")
        && std::arch::is_x86_feature_detected!("bmi2")
        && std::arch::is_x86_feature_detected!("popcnt");
    if can_bits && std::arch::is_x86_feature_detected!("avx512bw") {
        Longest::Of64
    } else if can_bits && std::arch::is_x86_feature_detected!("avx2") {
        Longest::Of32
    } else {
        Longest::None
    }
});

/// Runs a task in the longest vectors; returns the task if this processor has none.
#[inline]
pub(super) fn run<T: ScanTask>(task: T) -> Result<T::Output, T> {
    match *LONGEST {
        // SAFETY: the processor has what the function asks for.
        Longest::Of64 => Ok(unsafe { in_vectors_of_64(task) }),
        // SAFETY: as above.
        Longest::Of32 => Ok(unsafe { in_vectors_of_32(task) }),
        Longest::None => Err(task),
    }
}

/// Runs it in vectors of 32 bytes, also if there are longer ones; `None` if there are none.
#[cfg(test)]
pub(super) fn run_shorter<T: ScanTask>(task: T) -> Option<T::Output> {
    let can = !matches!(*LONGEST, Longest::None) && std::arch::is_x86_feature_detected!("avx2");
    // SAFETY: the processor has what the function asks for.
    can.then(|| unsafe { in_vectors_of_32(task) })
}

#[target_feature(enable = "avx512bw,bmi1,bmi2,popcnt")]
fn in_vectors_of_64<T: ScanTask>(task: T) -> T::Output {
    task.run(InOne::new())
}

#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn in_vectors_of_32<T: ScanTask>(task: T) -> T::Output {
    task.run(InTwo::new())
}

/// 64 bytes in one vector. Nobody has one but in a function with AVX-512 BW, of which its own become part.
struct InOne {
    /// Of the bytes at each place, as in `InTwo`.
    least: __m512i,
    all: __m512i,
    backslashes: u64,
}

impl InOne {
    #[inline(always)]
    fn new() -> Self {
        // SAFETY: the processor can.
        let (least, all) = unsafe { (_mm512_set1_epi8(-1), _mm512_setzero_si512()) };
        Self { least, all, backslashes: 0 }
    }

    #[inline(always)]
    fn quotes_in(&mut self, bytes: __m512i) -> u64 {
        // SAFETY: the processor can.
        (self.least, self.all) = unsafe { (_mm512_min_epu8(self.least, bytes), _mm512_or_si512(self.all, bytes)) };
        self.backslashes |= Self::equal(bytes, b'\\');
        Self::equal(bytes, b'"')
    }

    #[inline(always)]
    fn load(bytes: &[u8; 64]) -> __m512i {
        // SAFETY: the processor can, and there are 64 bytes.
        unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
    }

    #[inline(always)]
    fn equal(bytes: __m512i, byte: u8) -> u64 {
        // SAFETY: the processor can.
        unsafe { _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte.cast_signed())) }
    }
}

impl Scan for InOne {
    #[inline(always)]
    fn quotes(&mut self, bytes: &[u8; 64]) -> u64 {
        self.quotes_in(Self::load(bytes))
    }

    #[inline(always)]
    fn quotes_of_first(&mut self, n: usize, bytes: &[u8; 64]) -> u64 {
        let bytes = Self::load(bytes);
        // SAFETY: the processor can.
        let first = unsafe { _mm512_mask_blend_epi8((1 << n) - 1, _mm512_set1_epi8(b' '.cast_signed()), bytes) };
        self.quotes_in(first)
    }

    #[inline(always)]
    fn backslashes(bytes: &[u8; 64]) -> u64 {
        Self::equal(Self::load(bytes), b'\\')
    }

    #[inline(always)]
    fn line_feeds(bytes: &[u8; 64]) -> u64 {
        Self::equal(Self::load(bytes), b'\n')
    }

    #[inline(always)]
    fn classes(self) -> ByteClasses {
        // SAFETY: the processor can.
        let (controls, high) =
            unsafe { (_mm512_cmplt_epu8_mask(self.least, _mm512_set1_epi8(0x20)), _mm512_movepi8_mask(self.all)) };
        ByteClasses { backslashes: self.backslashes != 0, controls: controls != 0, high: high != 0 }
    }
}

/// The places of 64 bytes, in two vectors.
const PLACES: [[u8; 32]; 2] = {
    let mut places = [[0; 32]; 2];
    let mut place = 0;
    while place < 64 {
        places[place as usize / 32][place as usize % 32] = place;
        place += 1;
    }
    places
};

/// 64 bytes in two vectors. Nobody has one but in a function with AVX2, of which its own become part.
struct InTwo {
    /// Of the bytes at each place of a vector the least, and all their bits.
    least: __m256i,
    all: __m256i,
    /// All bits of the places that had one.
    backslashes: __m256i,
}

impl InTwo {
    #[inline(always)]
    fn new() -> Self {
        // SAFETY: the processor can.
        let (ones, zeros) = unsafe { (_mm256_set1_epi8(-1), _mm256_setzero_si256()) };
        Self { least: ones, all: zeros, backslashes: zeros }
    }

    #[inline(always)]
    fn quotes_in(&mut self, both: [__m256i; 2]) -> u64 {
        for bytes in both {
            let backslashes = Self::equal(bytes, b'\\');
            // SAFETY: the processor can.
            unsafe {
                self.least = _mm256_min_epu8(self.least, bytes);
                self.all = _mm256_or_si256(self.all, bytes);
                self.backslashes = _mm256_or_si256(self.backslashes, backslashes);
            }
        }
        Self::bits_of_both(both, b'"')
    }

    /// These bytes, at their places, and blanks for those from the place `n` on.
    #[inline(always)]
    fn first(n: usize, bytes: __m256i, places: &[u8; 32]) -> __m256i {
        // SAFETY: the processor can, and there are 32 places.
        unsafe {
            let places = _mm256_loadu_si256(places.as_ptr().cast());
            #[expect(clippy::cast_possible_truncation, reason = "n is below 64")]
            let is_first = _mm256_cmpgt_epi8(_mm256_set1_epi8(n as i8), places);
            _mm256_blendv_epi8(_mm256_set1_epi8(b' '.cast_signed()), bytes, is_first)
        }
    }

    #[inline(always)]
    fn load(bytes: &[u8; 64]) -> [__m256i; 2] {
        let (low, high) = bytes.split_at(32);
        // SAFETY: the processor can, and there are 32 bytes in each.
        unsafe { [_mm256_loadu_si256(low.as_ptr().cast()), _mm256_loadu_si256(high.as_ptr().cast())] }
    }

    #[inline(always)]
    fn equal(bytes: __m256i, byte: u8) -> __m256i {
        // SAFETY: the processor can.
        unsafe { _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte.cast_signed())) }
    }

    #[inline(always)]
    fn bits(bytes: __m256i) -> u32 {
        // SAFETY: the processor can.
        unsafe { _mm256_movemask_epi8(bytes) }.cast_unsigned()
    }

    #[inline(always)]
    fn bits_of_both([low, high]: [__m256i; 2], byte: u8) -> u64 {
        u64::from(Self::bits(Self::equal(high, byte))) << 32 | u64::from(Self::bits(Self::equal(low, byte)))
    }
}

impl Scan for InTwo {
    #[inline(always)]
    fn quotes(&mut self, bytes: &[u8; 64]) -> u64 {
        self.quotes_in(Self::load(bytes))
    }

    #[inline(always)]
    fn quotes_of_first(&mut self, n: usize, bytes: &[u8; 64]) -> u64 {
        let [low, high] = Self::load(bytes);
        self.quotes_in([Self::first(n, low, &PLACES[0]), Self::first(n, high, &PLACES[1])])
    }

    #[inline(always)]
    fn backslashes(bytes: &[u8; 64]) -> u64 {
        Self::bits_of_both(Self::load(bytes), b'\\')
    }

    #[inline(always)]
    fn line_feeds(bytes: &[u8; 64]) -> u64 {
        Self::bits_of_both(Self::load(bytes), b'\n')
    }

    #[inline(always)]
    fn classes(self) -> ByteClasses {
        // SAFETY: the processor can.
        let controls =
            unsafe { _mm256_cmpeq_epi8(_mm256_min_epu8(self.least, _mm256_set1_epi8(0x1F)), self.least) };
        ByteClasses {
            backslashes: Self::bits(self.backslashes) != 0,
            controls: Self::bits(controls) != 0,
            high: Self::bits(self.all) != 0,
        }
    }
}

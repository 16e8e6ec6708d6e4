//! Names of months and weekdays in the languages that logs are written in.

mod halves;
mod tables;

use std::sync::LazyLock;

pub(crate) use halves::{Half, begins_with_a_part_of_day, half_at};

/// The weekdays that a word may mean, one bit for each: Monday is bit 0. Empty if none is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weekdays(pub(crate) u8);

impl Weekdays {
    /// One weekday: 0 is Monday, 6 is Sunday.
    #[must_use]
    pub fn only(weekday: u32) -> Self {
        Self(1 << weekday)
    }

    /// Whether a weekday fits: it is one of these, or none is written.
    #[must_use]
    pub fn allow(self, weekday: u32) -> bool {
        self.0 == 0 || self.0 & 1 << weekday != 0
    }

    /// Whether it is exactly one.
    #[must_use]
    pub fn is_one(self) -> bool {
        self.0.is_power_of_two()
    }

    /// Whether no weekday is written.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Names of weekdays that are also words of other languages. They are read, but prove and contradict no date: "on May 12"
/// is English, and `on` is Wednesday in Norwegian.
const ALSO_WORDS: &[&str] =
    &["do", "du", "la", "lu", "ma", "man", "min", "on", "per", "sal", "sen", "sex", "so", "to", "su", "ut"];

/// What a name means: a month (1 to 12), or the bits of weekdays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Meaning {
    value: u8,
    /// It may be written with a dot at its end.
    dotted: bool,
}

/// Names in lower case, sorted.
type Names = Vec<(Vec<u8>, Meaning)>;

static MONTHS: LazyLock<Names> = LazyLock::new(|| names_of(tables::MONTHS, |index| index + 1, |before, _| before));
static WEEKDAYS: LazyLock<Names> = LazyLock::new(|| {
    let mut names = names_of(tables::WEEKDAYS, |index| 1 << index, |before, other| before | other);
    for (name, meaning) in &mut names {
        if ALSO_WORDS.iter().any(|word| word.as_bytes() == name) {
            meaning.value = 0;
        }
    }
    names
});

fn names_of(languages: &[(&str, &str)], value_of: fn(u8) -> u8, merged: fn(u8, u8) -> u8) -> Names {
    let mut names: Names = Vec::new();
    for (_, all) in languages {
        for (forms, index) in all.split('|').zip(0..) {
            for form in forms.split_whitespace() {
                let name = form.trim_end_matches('.');
                let meaning = Meaning { value: value_of(index), dotted: name.len() < form.len() };
                let folded = Folded::of(name.as_bytes());
                names.push((folded.bytes().to_vec(), meaning));
            }
        }
    }
    names.sort_by(|one, other| one.0.cmp(&other.0));
    names.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1.value = merged(kept.1.value, next.1.value);
            kept.1.dotted |= next.1.dotted;
        }
        same
    });
    names
}

/// The month (1 to 12) whose name `text` begins with, and the length of the name.
///
/// Letter case does not matter. The name is a whole word: no letter follows. The dot of an abbreviation is part of it,
/// except before a digit: there it separates, as in `24.Nov.2026`.
#[inline]
pub(crate) fn month_at(text: &[u8]) -> Option<(u32, usize)> {
    if let Some((letters, len)) = three_letters(text)
        && let Some(month) = english_month(letters)
    {
        return Some((month, len));
    }
    let (meaning, len) = name_at(text, &MONTHS)?;
    Some((meaning.value.into(), len))
}

/// The weekdays that the name at the beginning of `text` may mean, and the length of the name, as for months.
///
/// The set is empty if the name is a weekday's but proves nothing, because it is a common word as well.
#[inline]
pub(crate) fn weekday_at(text: &[u8]) -> Option<(Weekdays, usize)> {
    if let Some((letters, len)) = three_letters(text)
        && let Some(weekday) = english_weekday(letters)
    {
        return Some((Weekdays::only(weekday), len));
    }
    let (meaning, len) = name_at(text, &WEEKDAYS)?;
    Some((Weekdays(meaning.value), len))
}

/// A word of three ASCII letters in lower case, and its length with a dot: nearly all names in logs are one.
#[inline]
fn three_letters(text: &[u8]) -> Option<([u8; 3], usize)> {
    let (word, rest) = text.split_first_chunk::<3>()?;
    let whole = word.iter().all(u8::is_ascii_alphabetic) && !rest.first().is_some_and(|&byte| is_of_word(byte));
    let separates = rest.first() == Some(&b'-') && rest.get(1).is_some_and(u8::is_ascii_alphabetic);
    (whole && !separates).then(|| (word.map(|byte| byte | 0x20), 3 + usize::from(dot_at(rest))))
}

#[inline]
fn english_month(letters: [u8; 3]) -> Option<u32> {
    Some(match &letters {
        b"jan" => 1,
        b"feb" => 2,
        b"mar" => 3,
        b"apr" => 4,
        b"may" => 5,
        b"jun" => 6,
        b"jul" => 7,
        b"aug" => 8,
        b"sep" => 9,
        b"oct" => 10,
        b"nov" => 11,
        b"dec" => 12,
        _ => return None,
    })
}

/// Only those that mean no other weekday in another language.
#[inline]
fn english_weekday(letters: [u8; 3]) -> Option<u32> {
    Some(match &letters {
        b"mon" => 0,
        b"tue" => 1,
        b"wed" => 2,
        b"thu" => 3,
        b"fri" => 4,
        b"sat" => 5,
        b"sun" => 6,
        _ => return None,
    })
}

fn name_at(text: &[u8], names: &Names) -> Option<(Meaning, usize)> {
    let whole = word_len(text);
    if whole == 0 {
        return None;
    }
    // A hyphen is part of Portuguese `segunda-feira`, and separates in `Sat-Nov-28`.
    let first = text[..whole].iter().position(|&byte| byte == b'-').unwrap_or(whole);
    let lengths = if first == whole { &[whole][..] } else { &[whole, first] };
    lengths.iter().find_map(|&len| {
        let folded = Folded::of(&text[..len]);
        let found = names.binary_search_by(|(name, _)| name.as_slice().cmp(folded.bytes())).ok()?;
        let meaning = names[found].1;
        Some((meaning, len + usize::from(meaning.dotted && dot_at(&text[len..]))))
    })
}

/// Whether an abbreviation's dot is next.
#[inline]
fn dot_at(rest: &[u8]) -> bool {
    rest.first() == Some(&b'.') && !rest.get(1).is_some_and(u8::is_ascii_digit)
}

/// Whether a byte is a letter or part of one.
#[inline]
fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

/// The length of the letters that `text` begins with, and of hyphens between letters.
fn word_len(text: &[u8]) -> usize {
    let is_hyphen = |at: usize| text[at] == b'-' && text.get(at + 1).is_some_and(|&next| is_of_word(next));
    (0..text.len()).find(|&at| !is_of_word(text[at]) && (at == 0 || !is_hyphen(at))).unwrap_or(text.len())
}

/// A word in lower case; empty if it is longer than any name, or not UTF-8.
struct Folded {
    bytes: [u8; Self::MAX],
    len: usize,
}

impl Folded {
    const MAX: usize = 48;

    fn of(word: &[u8]) -> Self {
        let mut folded = Self { bytes: [0; Self::MAX], len: 0 };
        // Letters in lower case are at most half as long again.
        if let Some(word) = word.get(..word.len().min(Self::MAX)).filter(|some| some.len() == word.len())
            && let Ok(word) = std::str::from_utf8(word)
        {
            for letter in word.chars().flat_map(char::to_lowercase) {
                // The Turkish i without a dot is the lower case of I, and I with one has a combining dot in lower case.
                let letter = if letter == 'ı' { 'i' } else { letter };
                if letter == '\u{307}' {
                    continue;
                }
                let Some(room) = folded.bytes.get_mut(folded.len..).filter(|room| room.len() >= letter.len_utf8())
                else {
                    return Self { bytes: [0; Self::MAX], len: 0 };
                };
                folded.len += letter.encode_utf8(room).len();
            }
        }
        folded
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each form of each language, with its place in the year or the week from 0 on.
    fn forms(languages: &'static [(&str, &str)]) -> impl Iterator<Item = (&'static str, u32, &'static str)> {
        languages.iter().flat_map(|&(language, all)| {
            all.split('|')
                .zip(0..)
                .flat_map(move |(forms, index)| forms.split_whitespace().map(move |form| (language, index, form)))
        })
    }

    #[test]
    fn every_language_has_all_its_months_and_weekdays() {
        for (tables, count) in [(tables::MONTHS, 12), (tables::WEEKDAYS, 7)] {
            for (language, all) in tables {
                let forms: Vec<&str> = all.split('|').map(str::trim).collect();
                assert_eq!(forms.len(), count, "{language}");
                assert!(forms.iter().all(|forms| !forms.is_empty()), "{language}");
            }
        }
    }

    #[test]
    fn no_name_means_two_months() {
        let mut months = std::collections::BTreeMap::new();
        for (language, month, form) in forms(tables::MONTHS) {
            let name = Folded::of(form.trim_end_matches('.').as_bytes()).bytes().to_vec();
            let (before, other) = *months.entry(name).or_insert((month, language));
            assert_eq!(month, before, "{form}: {language} and {other}");
        }
    }

    #[test]
    fn each_name_is_read_in_any_case_with_and_without_its_dot() {
        for (language, month, form) in forms(tables::MONTHS) {
            let bare = form.trim_end_matches('.');
            for written in [form, bare, &form.to_uppercase(), &bare.to_uppercase()] {
                let line = format!("{written} 24");
                assert_eq!(month_at(line.as_bytes()), Some((month + 1, written.len())), "{language}: {written}");
            }
        }
        for (language, weekday, form) in forms(tables::WEEKDAYS) {
            for written in [form.to_owned(), form.to_uppercase()] {
                let line = format!("{written}, 24");
                let (weekdays, len) =
                    weekday_at(line.as_bytes()).unwrap_or_else(|| panic!("{language}: {written}"));
                assert!(weekdays.allow(weekday) && len == written.len(), "{language}: {written}");
            }
        }
    }

    #[test]
    fn a_name_is_a_whole_word_and_a_dot_before_a_digit_separates() {
        let month = |text: &str| month_at(text.as_bytes());
        assert_eq!(month("Nov 24"), Some((11, 3)));
        assert_eq!(month("nov. 24"), Some((11, 4)));
        assert_eq!(month("Nov.2026"), Some((11, 3)));
        assert_eq!(month("MÄR-2026"), Some((3, 4)));
        assert_eq!(month("févr.2026"), Some((2, 5)));
        assert_eq!(month("AOÛT 19"), Some((8, 5)));
        assert_eq!(month("mai. 3"), Some((5, 4)));
        assert_eq!(month("juin. 3"), Some((6, 4)));
        assert_eq!(month("Mayor"), None);
        assert_eq!(month("novem 3"), None);
        assert_eq!(month("Mar\u{e9}"), None);
        assert_eq!(month("M\u{e4}"), None);
        assert_eq!(month("decade"), None);
        assert_eq!(month(""), None);
        assert_eq!(month_at(b"M\xe4r 3"), None);
        assert_eq!(month_at(&[b'x'; 200]), None);
    }

    #[test]
    fn a_weekday_that_is_several_or_a_common_word_is_read_as_such() {
        let weekday = |text: &str| weekday_at(text.as_bytes());
        assert_eq!(weekday("Tue Nov 24"), Some((Weekdays::only(1), 3)));
        assert_eq!(weekday("Tues, 24"), Some((Weekdays::only(1), 4)));
        assert_eq!(weekday("segunda-feira, 30"), Some((Weekdays::only(0), 13)));
        assert_eq!(weekday("Sat-Nov-28"), Some((Weekdays::only(5), 3)));
        assert_eq!(weekday("Di. 24"), Some((Weekdays::only(1), 3)));
        assert_eq!(weekday("pn 24"), Some((Weekdays::only(0), 2)));
        assert_eq!(weekday("on May 12"), Some((Weekdays::default(), 2)));
        assert_eq!(weekday("Sunny"), None);
        // Saturday in Czech, Sunday in German: a common word besides.
        assert!(weekday("so 24").is_some_and(|(days, _)| days.is_empty()));
    }
}

//! Layouts that read the same text differently: the lines decide, or the user has to.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::detect::evidence::{Loss, Timed, civil_ms, is_near, steps};
use crate::detect::tally::{Hit, Layout};
use crate::time::fields::FormatItem::{
    self, AmPm, Byte, Day, Day2, Fraction, FractionComma, Month, Month2, MonthName, Space, Year2, Year4, Zone,
};
use crate::time::fields::TimestampFields;
use crate::time::formats::Apart;
use crate::time::forms::Leaves;
use crate::time::names::Weekdays;
use crate::time::zones::ZoneForm;

const DAY_MS: i64 = 86_400_000;
/// More offsets than a zone has in a file: numbers with a sign.
const MOST_OFFSETS: usize = 4;
/// Steps within a second that show whether digits are its fraction.
const STEPS_OF_A_FRACTION: usize = 5;

/// What became of each layout: why it lost, and what follows it that is no part of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Fate {
    pub(super) lost: Option<Loss>,
    pub(super) apart: Apart,
    /// What may be part of it, as it is written.
    pub(super) ambiguous: Option<Vec<u8>>,
}

/// Decides between layouts that read the same text differently.
pub(super) fn decide(layouts: &mut [Layout], lines: &[&[u8]], now_ms: i64) -> Vec<Fate> {
    let mut fates = vec![Fate::default(); layouts.len()];
    decide_orders(layouts, &mut fates, lines, now_ms);
    decide_fractions(layouts, &mut fates, lines);
    decide_words(layouts, &mut fates, lines);
    decide_parts(layouts, &mut fates, lines);
    decide_followers(layouts, &mut fates, lines);
    fates
}

/// Day, month and year of two digits in any order.
fn decide_orders(layouts: &[Layout], fates: &mut [Fate], lines: &[&[u8]], now_ms: i64) {
    for first in 0..layouts.len() {
        let Some(shape) = shape(&layouts[first]) else { continue };
        let is_rival = |index: &usize| {
            class_eq(&layouts[*index], &layouts[first]) && self::shape(&layouts[*index]).as_ref() == Some(&shape)
        };
        let rivals: Vec<usize> = (0..layouts.len()).filter(is_rival).collect();
        if rivals[0] != first || rivals.len() < 2 {
            continue;
        }
        let mut all: Vec<usize> =
            rivals.iter().flat_map(|&index| layouts[index].hits.iter().map(|hit| hit.line)).collect();
        all.sort_unstable();
        all.dedup();
        let fits_all: Vec<usize> =
            rivals.iter().copied().filter(|&index| layouts[index].hits.len() == all.len()).collect();
        let mut alive: Vec<usize> =
            fits_all.iter().copied().filter(|&index| !is_contradicted(&layouts[index], now_ms)).collect();
        if alive.len() > 1 {
            let back = |index: usize| {
                let (forward, backward) = steps(layouts[index].hits.iter().map(|hit| &hit.fields));
                forward.min(backward)
            };
            let least = alive.iter().map(|&index| back(index)).min();
            alive.retain(|&index| Some(back(index)) == least);
        }
        if alive.len() > 1 {
            let known = alive.iter().copied().find(|&index| {
                known_product(&layouts[index], lines)
                    .is_some_and(|is_certain| is_certain || is_latest(index, &alive, layouts))
            });
            alive = known.map_or(alive, |known| vec![known]);
        }
        for &index in &rivals {
            match alive.as_slice() {
                [only] if *only == index => {}
                [_] => fates[index].lost = Some(Loss::AnotherOrder),
                [] => {
                    fates[index].lost =
                        Some(if fits_all.is_empty() { Loss::AmbiguousOrder } else { Loss::AnotherOrder });
                }
                _ if alive.contains(&index) => fates[index].lost = Some(Loss::AmbiguousOrder),
                _ => fates[index].lost = Some(Loss::AnotherOrder),
            }
        }
    }
}

fn class_eq(one: &Layout, other: &Layout) -> bool {
    use crate::time::places::Place::Words;
    let same_place = one.place == other.place || matches!((one.place, other.place), (Words(_), Words(_)));
    same_place && one.behind_clock == other.behind_clock
}

/// The items without which number of a date is which; `None` if the items show that.
fn shape(layout: &Layout) -> Option<Vec<FormatItem>> {
    let items = &layout.items;
    let first = items.iter().find(|&&item| item == Year4 || is_number_of_date(item))?;
    let says_order = layout.has(MonthName) || *first == Year4;
    (!says_order).then(|| items.iter().map(|&item| if is_number_of_date(item) { Day } else { item }).collect())
}

fn is_number_of_date(item: FormatItem) -> bool {
    matches!(item, Year2 | Month | Month2 | Day | Day2)
}

/// Whether it has times in the future, or on other weekdays than it says, or a year for each day of the log.
fn is_contradicted(layout: &Layout, now_ms: i64) -> bool {
    let distinct = |key: fn(&TimestampFields) -> (i32, u32, u32)| {
        layout.hits.iter().map(|hit| key(&hit.fields)).collect::<std::collections::BTreeSet<_>>().len()
    };
    let years = distinct(|fields| (fields.year.unwrap_or(0), 0, 0));
    let days = distinct(|fields| (0, fields.month, fields.day));
    let is_other = |hit: &Hit| {
        let Some(time) = civil_ms(&hit.fields) else { return true };
        hit.fields.year.is_some() && (time > now_ms + DAY_MS || !fits_weekday(hit.fields.weekdays, time))
    };
    (years > 2 && days == 1) || layout.hits.iter().any(is_other)
}

fn fits_weekday(written: Weekdays, time: i64) -> bool {
    let monday_is_0 = (time.div_euclid(DAY_MS) + 3).rem_euclid(7);
    written.is_empty() || written.allow(u32::try_from(monday_is_0).unwrap_or(0))
}

const SLASH: FormatItem = FormatItem::Byte(b'/');
const DASH: FormatItem = FormatItem::Byte(b'-');

/// The order that a known program writes, if the lines are otherwise as that writes them.
struct Product {
    order: &'static [FormatItem],
    pattern: Regex,
    /// Nothing else writes such lines, however old they are.
    is_certain: bool,
}

static PRODUCTS: LazyLock<Vec<Product>> = LazyLock::new(|| {
    let product = |order, pattern, is_certain| Product {
        order,
        pattern: Regex::new(pattern).expect("it is a regular expression"),
        is_certain,
    };
    vec![
        // Spark and Hadoop: %d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n
        product(
            &[Year2, SLASH, Month],
            r"^\d\d/\d\d/\d\d \d\d:\d\d:\d\d (TRACE|DEBUG|INFO|WARN|ERROR|FATAL) [\w.$]+:",
            false,
        ),
        // HDFS: %d{yyMMdd HHmmss} %t %p %c: %m%n
        product(&[Year2, Month2, Day2], r"^\d{6} \d{6} \d+ (INFO|WARN|ERROR|FATAL) dfs\.", true),
        // MySQL until 5.6
        product(
            &[Year2, Month2, Day2],
            r"^\d{6} +\d{1,2}:\d\d:\d\d +(\[(Note|Warning|ERROR)\]|mysqld_safe|InnoDB:|mysqld)",
            false,
        ),
        // Android: threadtime of logcat
        product(&[Month, DASH, Day], r"^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} +\d+ +\d+ [VDIWEF] ", true),
    ]
});

/// Whether all lines are as a known program writes them that has this order; `Some(true)` if nothing else does.
fn known_product(layout: &Layout, lines: &[&[u8]]) -> Option<bool> {
    PRODUCTS
        .iter()
        .find(|product| {
            layout.items.starts_with(product.order)
                && layout.hits.iter().all(|hit| product.pattern.is_match(lines[hit.line]))
        })
        .map(|product| product.is_certain)
}

/// Whether no other reading puts the lines in a later year.
fn is_latest(known: usize, alive: &[usize], layouts: &[Layout]) -> bool {
    let year = |index: usize| layouts[index].hits.iter().filter_map(|hit| hit.fields.year).max();
    alive.iter().all(|&index| year(index) <= year(known))
}

/// A comma and digits behind the seconds: their fraction, or the next column.
fn decide_fractions(layouts: &mut [Layout], fates: &mut [Fate], lines: &[&[u8]]) {
    for column in 0..layouts.len() {
        let has_digits = layouts[column].hits.iter().any(|hit| hit.leaves == Some(Leaves::Digits));
        if !has_digits {
            continue;
        }
        let with_fraction: Vec<FormatItem> = layouts[column]
            .items
            .iter()
            .map(|&item| if item == Fraction { FractionComma } else { item })
            .collect();
        let fraction = (0..layouts.len())
            .find(|&index| layouts[index].items == with_fraction && class_eq(&layouts[index], &layouts[column]));
        match what_digits_are(&layouts[column], fraction.map(|index| &layouts[index]), lines) {
            Digits::Column => {
                fates[column].apart.digits = true;
                if let Some(fraction) = fraction {
                    let columns: Vec<usize> = layouts[column].hits.iter().map(|hit| hit.line).collect();
                    layouts[fraction].hits.retain(|hit| columns.binary_search(&hit.line).is_err());
                    if layouts[fraction].hits.is_empty() {
                        fates[fraction].lost = Some(Loss::AnotherPart);
                    }
                }
            }
            Digits::Fraction => {
                layouts[column].hits.retain(|hit| hit.leaves != Some(Leaves::Digits));
                if layouts[column].hits.is_empty() {
                    fates[column].lost = Some(Loss::AnotherPart);
                }
            }
            Digits::Either => {
                for index in [Some(column), fraction].into_iter().flatten() {
                    fates[index].lost = Some(Loss::AmbiguousPart);
                    let hit = layouts[column].hits.iter().find(|hit| hit.leaves == Some(Leaves::Digits));
                    fates[index].ambiguous = hit.map(|hit| first_of(&lines[hit.line][hit.end..]));
                }
            }
        }
    }
    // What goes back within a second is not its fraction.
    for index in 0..layouts.len() {
        if fates[index].lost.is_some() || !layouts[index].has(FractionComma) {
            continue;
        }
        // A program that writes a comma and digits writes them always.
        let without: Vec<FormatItem> =
            layouts[index].items.iter().map(|&item| if item == FractionComma { Fraction } else { item }).collect();
        let is_mixed = layouts
            .iter()
            .any(|other| other.items == without && class_eq(other, &layouts[index]) && !other.hits.is_empty());
        let (forward, backward) = steps_within_seconds(&layouts[index].hits);
        if is_mixed || (backward >= 2 && backward * 3 > forward) {
            fates[index].lost = Some(Loss::AmbiguousPart);
            let hit = &layouts[index].hits[0];
            let comma = lines[hit.line][hit.start..hit.end].iter().position(|&byte| byte == b',').unwrap_or(0);
            fates[index].ambiguous = Some(first_of(&lines[hit.line][hit.start + comma..]));
        }
    }
}

enum Digits {
    Fraction,
    Column,
    Either,
}

fn what_digits_are(column: &Layout, fraction: Option<&Layout>, lines: &[&[u8]]) -> Digits {
    let digits: Vec<&[u8]> = column
        .hits
        .iter()
        .filter(|hit| hit.leaves == Some(Leaves::Digits))
        .map(|hit| {
            let rest = &lines[hit.line][hit.end + 1..];
            &rest[..rest.iter().take_while(|byte| byte.is_ascii_digit()).count()]
        })
        .collect();
    let is_followed_by_comma = column.hits.iter().filter(|hit| hit.leaves == Some(Leaves::Digits)).all(|hit| {
        let rest = &lines[hit.line][hit.end + 1..];
        let after = rest.iter().position(|byte| !byte.is_ascii_digit()).map(|at| rest[at]);
        matches!(after, None | Some(b','))
    });
    let lengths_differ = digits.windows(2).any(|pair| pair[0].len() != pair[1].len());
    let Some(fraction) = fraction else {
        return if is_followed_by_comma || lengths_differ { Digits::Column } else { Digits::Either };
    };
    // A column of numbers has no zeros before them; a fraction has as many digits in all lines.
    let is_padded = digits.iter().any(|digits| digits.len() > 1 && digits[0] == b'0');
    if lengths_differ {
        return if is_padded { Digits::Either } else { Digits::Column };
    }
    let (forward, backward) = steps_within_seconds(&fraction.hits);
    if backward > 0 && backward * 3 > forward {
        return if is_padded { Digits::Either } else { Digits::Column };
    }
    if is_padded || (forward >= STEPS_OF_A_FRACTION && backward == 0) { Digits::Fraction } else { Digits::Either }
}

/// How many steps from line to line within one second go forward, and how many go back.
fn steps_within_seconds(hits: &[Hit]) -> (usize, usize) {
    let (mut forward, mut backward) = (0, 0);
    for pair in hits.windows(2) {
        let [Some(before), Some(after)] = [civil_ms(&pair[0].fields), civil_ms(&pair[1].fields)] else { continue };
        if before.div_euclid(1000) == after.div_euclid(1000) {
            match after - before {
                1.. => forward += 1,
                0 => {}
                _ => backward += 1,
            }
        }
    }
    (forward, backward)
}

/// A word behind a blank that would be AM or PM, a zone or a year: all lines have it, or it is the message's, or nobody knows.
fn decide_words(layouts: &mut [Layout], fates: &mut [Fate], lines: &[&[u8]]) {
    for with in 0..layouts.len() {
        let Some(without) = without_last_word(&layouts[with].items) else { continue };
        let offsets: Vec<_> = layouts[with].hits.iter().map(|hit| hit.fields.zone).collect();
        let is_number = layouts[with].items.last() == Some(&Zone)
            && layouts[with].hits.iter().all(|hit| matches!(hit.zone, Some((ZoneForm::Offset, true))));
        let mut distinct = Vec::new();
        for offset in offsets {
            if !distinct.contains(&offset) {
                distinct.push(offset);
            }
        }
        let other = (0..layouts.len())
            .find(|&index| layouts[index].items == without && class_eq(&layouts[index], &layouts[with]));
        if is_number && distinct.len() > MOST_OFFSETS {
            // Numbers with a sign, which messages begin with.
            fates[with].lost = Some(Loss::AnotherPart);
            let moved = without_words(&layouts[with], &without, lines);
            if let Some(other) = other {
                layouts[other].hits.extend(moved);
                layouts[other].hits.sort_by_key(|hit| hit.line);
                fates[other].apart.word = true;
            } else {
                layouts[with].items = without;
                layouts[with].hits = moved;
                fates[with].lost = None;
                fates[with].apart.word = true;
            }
            continue;
        }
        // What is far from the lines around it is not of this log.
        let of_log = times_of(&layouts[with]);
        if let Some(other) = other.filter(|&other| is_near(&times_of(&layouts[other]), &of_log)) {
            let hit = &layouts[with].hits[0];
            let text = &lines[hit.line][hit.start..hit.end];
            let word =
                text.iter().rposition(|&byte| byte == b' ').map_or(text, |blank| &text[blank + 1..]).to_vec();
            for index in [with, other] {
                fates[index].lost = Some(Loss::AmbiguousPart);
                fates[index].ambiguous = Some(word.clone());
            }
        }
    }
}

fn times_of(layout: &Layout) -> Vec<Timed> {
    layout.hits.iter().map(|hit| (hit.line, hit.fields)).collect()
}

/// The items without the word at their end that only a blank shows to belong to them.
fn without_last_word(items: &[FormatItem]) -> Option<Vec<FormatItem>> {
    match items {
        [before @ .., Byte(b']' | b')'), Space, Byte(b'[' | b'('), Zone]
        | [before @ .., Byte(b','), Space, Zone | Year4]
        | [before @ .., Space, Byte(b'('), Year4, Byte(b')')]
        | [before @ .., Byte(b',') | Space, AmPm | Zone | Year4]
            if !before.is_empty() =>
        {
            Some(before.to_vec())
        }
        _ => None,
    }
}

fn without_words(layout: &Layout, items: &[FormatItem], lines: &[&[u8]]) -> Vec<Hit> {
    let shorter = |hit: &Hit| {
        let mut reader = crate::time::fields::FieldReader::at(lines[hit.line], hit.start);
        items.iter().try_for_each(|&item| reader.take(item))?;
        Some(Hit { end: reader.at, fields: reader.fields.finished()?, zone: None, leaves: None, ..hit.clone() })
    };
    layout.hits.iter().filter_map(shorter).collect()
}

/// A word that may be a part of the times, where no reading takes it: behind a sign that stands between columns; or, in a
/// single line, a year in brackets, or AM or PM behind a zone.
fn decide_parts(layouts: &[Layout], fates: &mut [Fate], lines: &[&[u8]]) {
    for (layout, fate) in layouts.iter().zip(fates) {
        if fate.lost.is_some() || fate.apart.word {
            continue;
        }
        let followed = || layout.hits.iter().filter(|hit| hit.leaves == Some(Leaves::Part));
        if followed().count() * 2 > layout.hits.len() {
            let hit = followed().next().unwrap_or(&layout.hits[0]);
            let rest = &lines[hit.line][hit.end..];
            let signs = rest.iter().take_while(|byte| byte.is_ascii_punctuation() || byte.is_ascii_whitespace());
            let signs = signs.count().min(rest.len());
            fate.lost = Some(Loss::AmbiguousPart);
            fate.ambiguous = Some(first_of(&rest[signs..]));
        } else if let [hit] = &layout.hits[..]
            && let [.., Byte(b'('), Year4, Byte(b')')] | [.., Zone, Space, AmPm] = &layout.items[..]
        {
            let text = &lines[hit.line][hit.start..hit.end];
            let blank = text.iter().rposition(|&byte| byte == b' ').map_or(0, |blank| blank + 1);
            fate.lost = Some(Loss::AmbiguousPart);
            fate.ambiguous = Some(text[blank..].to_vec());
        }
    }
}

/// What follows all times of a layout, and may be part of them: a zone of two digits, milliseconds behind another sign than a
/// point, the letter of AM or PM.
fn decide_followers(layouts: &[Layout], fates: &mut [Fate], lines: &[&[u8]]) {
    for (layout, fate) in layouts.iter().zip(fates) {
        if fate.lost.is_some() || layout.hits.len() < 2 || layout.is_count() {
            continue;
        }
        let follows = |hit: &Hit| first_of(lines[hit.line][hit.end..].trim_ascii_start());
        let first = follows(&layout.hits[0]);
        let hours = layout.hits.iter().all(|hit| hit.leaves == Some(Leaves::Hours) && follows(hit) == first);
        let letter = !layout.has(AmPm)
            && layout
                .hits
                .iter()
                .all(|hit| hit.fields.hour <= 12 && matches!(follows(hit).as_slice(), b"A" | b"P"));
        if hours || letter || are_milliseconds(layout, lines) {
            fate.lost = Some(Loss::AmbiguousPart);
            fate.ambiguous = Some(first);
        }
    }
}

/// Whether three digits follow the seconds of all lines, behind a sign that no fraction is known with, and may be one.
fn are_milliseconds(layout: &Layout, lines: &[&[u8]]) -> bool {
    const MOST_CODES: usize = 8;
    if layout.items.last() != Some(&Fraction) {
        return false;
    }
    let digits = |hit: &Hit| -> Option<u32> {
        let [b' ' | b';' | b'|' | b'\t', digits @ ..] = &lines[hit.line][hit.end..] else { return None };
        let [one @ b'0'..=b'9', two @ b'0'..=b'9', three @ b'0'..=b'9', after @ ..] = digits else { return None };
        let ends =
            after.first().is_none_or(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'%')));
        let digit = |byte: &u8| u32::from(byte - b'0');
        (ends && !hit.has_point).then(|| digit(one) * 100 + digit(two) * 10 + digit(three))
    };
    let Some(found) = layout.hits.iter().map(digits).collect::<Option<Vec<u32>>>() else { return false };
    // Few numbers that are codes of HTTP: a status.
    let mut distinct = found.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let is_status = distinct.len() <= MOST_CODES && found.iter().all(|number| (100..600).contains(number));
    let goes_back = layout.hits.windows(2).zip(found.windows(2)).filter(|(hits, numbers)| {
        civil_ms(&hits[0].fields) == civil_ms(&hits[1].fields) && numbers[1] < numbers[0]
    });
    !is_status && goes_back.count() * 10 <= found.len()
}

/// The first word, with the comma that may be before it.
fn first_of(text: &[u8]) -> Vec<u8> {
    let skipped = usize::from(text.first() == Some(&b','));
    let end = text[skipped..]
        .iter()
        .position(|byte| matches!(byte, b' ' | b'\t' | b',' | b']' | b'|' | b';'))
        .map_or(text.len(), |at| at + skipped);
    text[..end].to_vec()
}

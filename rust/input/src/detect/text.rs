//! Which layouts the lines of text have.

use regex::bytes::Regex;

use crate::detect::evidence::{Evidence, Loss, Timed, civil_ms, is_near, judge};
use crate::detect::problem::{Problem, ProblemKind};
use crate::detect::rivals::{Fate, decide};
use crate::detect::tally::{Hit, Layout, layouts_of, readings};
use crate::time::fields::{FormatItem, TimestampFields};
use crate::time::formats::TimestampFormat;
use crate::time::forms::{Reading, begins_with_a_part_at};
use crate::time::places::{Place, is_indented, places, times_at_the_start};

/// Most lines of which all readings are listed; the others are read in the layouts that those show.
const MOST_LINES: usize = 1_500;
/// Lines that follow each other and are chosen together.
const RUN: usize = 50;
const QUARTER_MS: i64 = 15 * 60 * 1000;
const MOST_OFFSET_MS: i64 = 15 * 3_600_000;

/// What the user says of text.
#[derive(Clone, Debug, Default)]
pub(super) struct TextOptions {
    /// The items of `timestamp_format`.
    pub(super) items: Option<Vec<FormatItem>>,
    pub(super) regex: Option<Regex>,
    pub(super) multiline_start: Option<Regex>,
    pub(super) now_ms: i64,
    /// Behind so many words the columns have a time, as their names say.
    pub(super) time_column: Option<u8>,
}

impl TextOptions {
    /// The option that says how timestamps are written.
    pub(super) fn given(&self) -> Option<&'static str> {
        match (&self.items, &self.regex) {
            (Some(_), _) => Some("timestamp_format"),
            (None, Some(_)) => Some("timestamp_regex"),
            (None, None) => None,
        }
    }
}

/// A layout, and what became of it.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) layout: Layout,
    pub(super) fate: Fate,
    pub(super) format: Option<TimestampFormat>,
}

/// The layouts of these lines; those that are believed have their format.
pub(super) fn judge_layouts(lines: &[&[u8]], options: &TextOptions) -> Vec<Judged> {
    let begins =
        |index: &usize| options.multiline_start.as_ref().is_none_or(|begins| begins.is_match(lines[*index]));
    let mut candidates: Vec<usize> = (0..lines.len()).filter(begins).collect();
    let mut judged = judge_of(lines, &candidates, options);
    if options.multiline_start.is_some() && judged.iter().all(|one| one.format.is_none()) {
        // An event may have its time in a later line.
        candidates = (0..lines.len()).collect();
        judged = judge_of(lines, &candidates, options);
    }
    if options.given().is_some() || candidates.len() <= MOST_LINES {
        return judged;
    }
    // What the chosen lines did not show.
    let formats: Vec<&TimestampFormat> = judged.iter().filter_map(|one| one.format.as_ref()).collect();
    let rest: Vec<usize> = candidates
        .iter()
        .copied()
        .filter(|&index| !formats.iter().any(|format| format.find(lines[index]).is_some()))
        .filter(|&index| times_at_the_start(lines[index]).next().is_some())
        .take(MOST_LINES)
        .collect();
    if rest.is_empty() {
        return judged;
    }
    let mut chosen: Vec<usize> = chosen(&candidates).into_iter().chain(rest).collect();
    chosen.sort_unstable();
    chosen.dedup();
    judge_of(lines, &chosen, options)
}

/// Runs of lines, spread over all.
fn chosen(candidates: &[usize]) -> Vec<usize> {
    if candidates.len() <= MOST_LINES {
        return candidates.to_vec();
    }
    let runs = MOST_LINES / RUN;
    let last = candidates.len() - RUN;
    (0..runs)
        .flat_map(|run| {
            let at = last * run / (runs - 1);
            candidates[at..at + RUN].iter().copied()
        })
        .collect()
}

fn judge_of(lines: &[&[u8]], candidates: &[usize], options: &TextOptions) -> Vec<Judged> {
    let chosen = chosen(candidates);
    let mut layouts = match (&options.items, &options.regex) {
        (Some(items), regex) => layouts_of_given(lines, &chosen, items, regex.as_ref()),
        (None, Some(regex)) => layouts_at(lines, &chosen, regex),
        (None, None) => layouts_of(lines, chosen.iter().copied(), options.time_column),
    };
    // Lines that are set in continue others.
    let is_set_in = |hit: &Hit| is_indented(lines[hit.line]);
    if options.given().is_none() && chosen.iter().any(|&line| could_begin(lines[line])) {
        for layout in &mut layouts {
            layout.hits.retain(|hit| !is_set_in(hit));
        }
        layouts.retain(|layout| !layout.hits.is_empty());
    }
    let fates = if options.items.is_some() {
        vec![Fate::default(); layouts.len()]
    } else {
        decide(&mut layouts, lines, options.now_ms)
    };
    let mut judged: Vec<Judged> =
        layouts.into_iter().zip(fates).map(|(layout, fate)| Judged { layout, fate, format: None }).collect();
    if options.given().is_some() {
        for one in judged.iter_mut().filter(|one| one.fate.lost.is_none()) {
            let format =
                TimestampFormat::new(one.layout.items.clone(), one.layout.place).apart_from(one.fate.apart);
            one.format = Some(match &options.regex {
                Some(regex) => format.at_pattern(regex),
                None => format,
            });
        }
        return judged;
    }
    let could_begin: Vec<usize> = chosen.iter().copied().filter(|&index| could_begin(lines[index])).collect();
    believe(&mut judged, lines, &could_begin, options);
    judged
}

/// Whether a line could be the first of an event.
fn could_begin(line: &[u8]) -> bool {
    !is_indented(line) && line.first() != Some(&b'#')
}

/// Believes the layouts that are proven, that which says most first: the lines that it has are no evidence for another.
fn believe(judged: &mut [Judged], lines: &[&[u8]], could_begin: &[usize], options: &TextOptions) {
    let confirmed: Vec<bool> = judged.iter().map(|one| is_confirmed(one, judged)).collect();
    let mut order: Vec<usize> = (0..judged.len()).collect();
    order.sort_by_key(|&index| {
        (rank(&judged[index].layout, confirmed[index]), usize::MAX - judged[index].layout.hits.len())
    });
    let is_of_all = could_begin.iter().all(|line| {
        let has = |one: &Judged| one.layout.hits.binary_search_by_key(line, |hit| hit.line).is_ok();
        judged.iter().any(|one| rank(&one.layout, false) == 1 && one.fate.lost.is_none() && has(one))
    });
    // The times of the lines that have a layout.
    let mut claims: Vec<Option<TimestampFields>> = vec![None; lines.len()];
    for index in order {
        let Judged { layout, fate, .. } = &judged[index];
        if fate.lost.is_some() {
            continue;
        }
        let hits: Vec<&Hit> = layout.hits.iter().filter(|hit| claims[hit.line].is_none()).collect();
        let verdict = if !layout.has_date() {
            Err(Loss::NoDate)
        } else if hits.is_empty() {
            Err(Loss::Claimed)
        } else if begins_otherwise(&hits, layout, lines) {
            Err(Loss::NotTheLines)
        } else {
            let others: Vec<Timed> =
                claims.iter().enumerate().filter_map(|(line, claim)| Some((line, (*claim)?))).collect();
            judge(
                layout,
                &Evidence {
                    hits: &hits,
                    could_begin: could_begin.len(),
                    unclaimed: could_begin.iter().filter(|&&line| claims[line].is_none()).count(),
                    is_near: (!others.is_empty()).then(|| is_near(&of_hits(&hits), &others)),
                    is_confirmed: confirmed[index],
                    is_of_all,
                    is_named: options.time_column.is_some_and(|words| layout.place == Place::Words(words)),
                    now_ms: options.now_ms,
                },
            )
        };
        if let Err(loss) = verdict {
            judged[index].fate.lost = Some(loss);
            continue;
        }
        for hit in &hits {
            claims[hit.line] = Some(hit.fields);
        }
        let wanders = matches!(layout.place, Place::Words(_));
        let format = TimestampFormat::new(layout.items.clone(), layout.place);
        let indented = layout.hits.iter().filter(|hit| is_indented(lines[hit.line])).count();
        let behind = layout.place.is_further_in().then_some(layout.behind_clock);
        let format = format.wandering(wanders).behind_clock(behind).indented(indented * 2 > layout.hits.len());
        judged[index].format = Some(format.apart_from(fate.apart));
    }
}

/// The lines and their times.
fn of_hits(hits: &[&Hit]) -> Vec<Timed> {
    hits.iter().map(|hit| (hit.line, hit.fields)).collect()
}

/// The order in which layouts are believed.
fn rank(layout: &Layout, is_confirmed: bool) -> u8 {
    let at_the_start = layout.place.is_at_the_start();
    match (layout.is_count(), layout.has_year(), at_the_start) {
        (true, ..) if is_confirmed => 0,
        (false, true, true) => 1,
        (false, true, false) => 2,
        (true, ..) if at_the_start => 2,
        (false, false, true) => 3,
        (false, false, false) => 4,
        (true, ..) => 5,
    }
}

/// Whether lines have, further in, another time that is the same as this count, but for a zone.
fn is_confirmed(one: &Judged, all: &[Judged]) -> bool {
    let Judged { layout, .. } = one;
    if !layout.is_count() {
        return false;
    }
    all.iter().filter(|other| !other.layout.is_count() && other.layout.has_date()).any(|other| {
        let mut offset = None;
        let mut same = 0;
        for hit in &layout.hits {
            let Ok(at) = other.layout.hits.binary_search_by_key(&hit.line, |hit| hit.line) else { continue };
            let found = &other.layout.hits[at];
            let (Some(count), true) = (hit.fields.epoch_ms, found.start > hit.start) else { return false };
            let Some(difference) = offset_between(count, &found.fields) else { return false };
            if *offset.get_or_insert(difference) != difference {
                return false;
            }
            same += 1;
        }
        same >= 2 && same * 10 >= layout.hits.len() * 9
    })
}

/// By how many quarters of an hour a count is behind a civil time; `None` if it is not by whole ones.
fn offset_between(count: i64, fields: &TimestampFields) -> Option<i64> {
    let mut civil = civil_ms(fields)?;
    if fields.year.is_none() {
        // Of the year that is nearest.
        let at = |year: i32| civil_ms(&TimestampFields { year: Some(year), ..*fields });
        let year = 1970 + i32::try_from(count / 31_556_952_000).ok()?;
        civil = [year - 1, year, year + 1].into_iter().filter_map(at).min_by_key(|civil| (civil - count).abs())?;
    }
    let difference = civil.div_euclid(1000) - count.div_euclid(1000);
    let quarters = (difference * 1000 + QUARTER_MS / 2).div_euclid(QUARTER_MS);
    let is_whole = (difference * 1000 - quarters * QUARTER_MS).abs() <= 1000;
    (is_whole && difference.abs() * 1000 <= MOST_OFFSET_MS).then_some(quarters)
}

/// Whether lines have, before this time, another that it is not: of day alone at their start, or of another day, or the
/// beginning of one that is not known.
fn begins_otherwise(hits: &[&Hit], layout: &Layout, lines: &[&[u8]]) -> bool {
    if layout.place.is_at_the_start() || layout.is_count() {
        return false;
    }
    let otherwise = hits.iter().filter(|hit| {
        let line = lines[hit.line];
        let known: Vec<Reading> =
            times_at_the_start(line).chain(readings(line, None)).map(|(_, reading)| reading).collect();
        let is_unknown = |at: usize| {
            begins_with_a_part_at(line, at)
                && !known.iter().any(|reading| (reading.start..reading.end).contains(&at))
        };
        places(line).iter().any(|&(_, at)| at < hit.start && is_unknown(at))
            || known.iter().any(|reading| {
                reading.end <= hit.start
                    && reading.fields.epoch_ms.is_none()
                    && !may_be_the_same(&reading.fields, &hit.fields)
            })
    });
    otherwise.count() * 2 > hits.len()
}

/// Whether two times of a line may be the same: of the same day, and but for a zone, within a minute.
fn may_be_the_same(one: &TimestampFields, other: &TimestampFields) -> bool {
    const MOST_SECONDS: i64 = 60;
    let seconds = |fields: &TimestampFields| i64::from(fields.hour * 3600 + fields.minute * 60 + fields.second);
    let apart = (seconds(one) - seconds(other)).rem_euclid(QUARTER_MS / 1000);
    (one.month, one.day) == (other.month, other.day) && apart.min(QUARTER_MS / 1000 - apart) <= MOST_SECONDS
}

/// Those of a format that the user gives, at the first place of each line that it fits.
fn layouts_of_given(
    lines: &[&[u8]],
    chosen: &[usize],
    items: &[FormatItem],
    regex: Option<&Regex>,
) -> Vec<Layout> {
    let formats: Vec<TimestampFormat> = match regex {
        Some(regex) => vec![TimestampFormat::new(items.to_vec(), Place::Pattern).at_pattern(regex)],
        None => Place::near_the_start().map(|place| TimestampFormat::new(items.to_vec(), place)).collect(),
    };
    let mut layouts: Vec<Layout> = Vec::new();
    for &line in chosen {
        let Some((format, (fields, (start, end)))) =
            formats.iter().find_map(|format| Some((format, format.find(lines[line])?)))
        else {
            continue;
        };
        let place = format.place();
        let hit = Hit { line, place, start, end, fields, zone: None, leaves: None, has_point: false };
        match layouts.iter_mut().find(|layout| layout.place == place) {
            Some(layout) => layout.hits.push(hit),
            None => layouts.push(Layout { items: items.to_vec(), place, behind_clock: false, hits: vec![hit] }),
        }
    }
    // The first place that fits is the one: the same line must not be read elsewhere.
    layouts.sort_by_key(|layout| formats.iter().position(|format| format.place() == layout.place));
    layouts
}

/// Those of what a pattern finds in each line.
fn layouts_at(lines: &[&[u8]], chosen: &[usize], regex: &Regex) -> Vec<Layout> {
    let mut values: Vec<&[u8]> = Vec::new();
    let mut of: Vec<(usize, usize)> = Vec::new();
    for &line in chosen {
        let Some(found) = regex.captures(lines[line]) else { continue };
        let Some(place) = found.name("timestamp").or_else(|| found.get(1)).or_else(|| found.get(0)) else {
            continue;
        };
        values.push(&lines[line][place.range()]);
        of.push((line, place.start()));
    }
    let mut layouts = layouts_of_values(&values);
    for layout in &mut layouts {
        layout.place = Place::Pattern;
        for hit in &mut layout.hits {
            let (line, begin) = of[hit.line];
            (hit.line, hit.place) = (line, Place::Pattern);
            (hit.start, hit.end) = (begin + hit.start, begin + hit.end);
        }
    }
    layouts
}

/// Those of texts that are nothing but a time.
pub(super) fn layouts_of_values(values: &[&[u8]]) -> Vec<Layout> {
    let mut layouts: Vec<Layout> = Vec::new();
    let mut readings = Vec::new();
    for (line, value) in values.iter().enumerate() {
        crate::time::forms::readings_at(value, 0, &mut readings);
        for reading in readings.drain(..).filter(|reading| reading.end == value.len() && reading.has_date()) {
            let hit = Hit {
                line,
                place: Place::Whole,
                start: 0,
                end: reading.end,
                fields: reading.fields,
                zone: reading.zone,
                leaves: None,
                has_point: value.contains(&b'.'),
            };
            match layouts.iter_mut().find(|layout| layout.items == reading.items) {
                Some(layout) => layout.hits.push(hit),
                None => layouts.push(Layout {
                    items: reading.items,
                    place: Place::Whole,
                    behind_clock: false,
                    hits: vec![hit],
                }),
            }
        }
    }
    layouts
}

/// Why no layout is believed.
pub(super) fn problem_of(judged: &[Judged], lines: &[&[u8]], options: &TextOptions) -> Problem {
    let example =
        |one: &Judged| one.layout.hits.iter().map(|hit| lines[hit.line].to_vec()).take(2).collect::<Vec<_>>();
    let any_lines = || lines.iter().take(2).map(|line| line.to_vec());
    let lost = |loss: Loss| judged.iter().filter(move |one| one.fate.lost == Some(loss) && one.layout.has_date());
    let most = |of: Vec<&Judged>| of.into_iter().cloned().max_by_key(|one| one.layout.hits.len());
    if let Some(option) = options.given()
        && judged.is_empty()
    {
        return Problem::new(ProblemKind::OptionFitsNoLine, any_lines()).about(option);
    }
    if let Some(one) = most(lost(Loss::AmbiguousOrder).collect()) {
        let mut problem = Problem::new(ProblemKind::AmbiguousDate, example(&one));
        for other in
            lost(Loss::AmbiguousOrder).filter(|other| other.layout.hits[0].start == one.layout.hits[0].start)
        {
            problem = problem.suggesting("timestamp_format", strftime(&other.layout));
        }
        return problem;
    }
    if let Some(one) = most(lost(Loss::AmbiguousPart).collect()) {
        let mut problem = Problem::new(ProblemKind::AmbiguousPart, example(&one))
            .about(String::from_utf8_lossy(one.fate.ambiguous.as_deref().unwrap_or_default()));
        for other in lost(Loss::AmbiguousPart).filter(|other| other.layout.has(FormatItem::FractionComma)) {
            problem = problem.suggesting("timestamp_format", strftime(&other.layout));
        }
        return problem;
    }
    let without_date = judged.iter().filter(|one| !one.layout.has_date() && one.layout.place.is_at_the_start());
    if let Some(one) = most(without_date.collect())
        && one.layout.hits.len() * 2 > lines.len()
    {
        return Problem::new(ProblemKind::NoDate, example(&one)).suggesting("timestamp_from", "mtime");
    }
    let dated = judged.iter().filter(|one| one.layout.has_date()).collect();
    match most(dated) {
        Some(one) => Problem::new(ProblemKind::TooFew, example(&one))
            .about(one.fate.lost.map_or("", Loss::describe))
            .suggesting("timestamp_format", strftime(&one.layout)),
        None => match most(judged.iter().filter(|one| !one.layout.has_date()).collect()) {
            Some(one) => Problem::new(ProblemKind::NoDate, example(&one)).suggesting("timestamp_from", "mtime"),
            None => Problem::new(ProblemKind::NoTimestamps, any_lines()),
        },
    }
}

pub(super) fn strftime(layout: &Layout) -> String {
    let is_twelve = layout.has(FormatItem::AmPm);
    let items = layout.items.iter().map(|&item| match item {
        FormatItem::Hour | FormatItem::Hour2 if is_twelve => FormatItem::Hour12,
        item => item,
    });
    items.map(FormatItem::strftime).collect()
}

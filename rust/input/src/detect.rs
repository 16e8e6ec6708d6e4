//! What a file is taken for, by samples of it.
//!
//! | file | what it knows |
//! |---|---|
//! | `detected` | what a file was found to be, and how its lines become events |
//! | `sample` | the lines of samples |
//! | `tally` | which layouts they have: all readings of all lines |
//! | `rivals` | layouts that read the same text differently |
//! | `evidence` | how much it takes to believe a layout |
//! | `text`, `json` | which layouts are believed; which members of JSON hold the time |
//! | `saved` | what was found, as a text for a later run |
//! | `problem` | why a file cannot be read, and what its user can say |

mod detected;
mod evidence;
mod json;
mod problem;
mod rivals;
mod sample;
mod saved;
mod tally;
mod text;

use regex::bytes::Regex;

pub use detected::{Detected, FormatKind, LayoutSummary, LineCounts, Resolved};
pub use evidence::Loss;
pub use problem::{Problem, ProblemKind, Suggestion};
pub use saved::{restored, saved};

use crate::header_lines::{is_directive, names_columns_of, time_column};
use crate::time::fields::TimestampFields;
use crate::time::formats::TimestampFormat;
use crate::time::forms::{Reading, partial_readings_at};
use crate::time::places::{Place, is_indented, places};
use detected::has_zone;
use evidence::{Timed, is_near};
use json::{FoundJson, JsonOptions};
use sample::Sample;

use text::{Judged, TextOptions, judge_layouts, problem_of, strftime};

/// What the caller knows already.
#[derive(Clone, Debug, Default)]
pub struct DetectOptions {
    /// Only this.
    pub format: Option<FormatKind>,
    /// How timestamps are written, in the letters of `strftime`; it has been checked.
    pub timestamp_format: Option<String>,
    /// Where in a line of text they are.
    pub timestamp_regex: Option<Regex>,
    /// Where they are in JSON.
    pub timestamp_field: Option<String>,
    /// Which lines of text begin an event.
    pub multiline_start: Option<Regex>,
    /// Whether lines in other layouts are read or continue the event before, and are no problem.
    pub takes_other_layouts: bool,
    /// Milliseconds since 1970: no log was written later.
    pub now_ms: i64,
}

/// Looks at samples of whole lines, in the order of the file; the first one is its start.
#[must_use]
pub fn detect(samples: &[&[u8]], options: &DetectOptions) -> Detected {
    let sample = Sample::new(samples);
    let start = samples.first().copied().unwrap_or_default();
    let mut found = detect_kind(start, &sample, options);
    found.line_end = sample.end;
    found.is_contiguous = samples.len() == 1;
    found.counts.all = sample.lines.len();
    found
}

fn detect_kind(start: &[u8], sample: &Sample<'_>, options: &DetectOptions) -> Detected {
    let wanted = |format| options.format.is_none_or(|only| only == format);
    let says_times = options.timestamp_format.is_some()
        || options.timestamp_regex.is_some()
        || options.timestamp_field.is_some();
    let lines = &sample.lines;
    if wanted(FormatKind::Events) && !says_times && (options.format.is_some() || json::is_document(start, lines)) {
        return Detected { kind: Some(FormatKind::Events), ..Detected::default() };
    }
    let items =
        options.timestamp_format.as_deref().and_then(|format| TimestampFormat::items_of_strftime(format).ok());
    let is_of_text = options.timestamp_regex.is_some() || options.multiline_start.is_some();
    let objects: Vec<(usize, &[u8])> = match options.format {
        Some(FormatKind::Text) => Vec::new(),
        _ if is_of_text => Vec::new(),
        _ => lines.iter().copied().enumerate().filter(|(_, line)| json::is_object(line)).collect(),
    };
    let json_options =
        JsonOptions { field: options.timestamp_field.clone(), items: items.clone(), now_ms: options.now_ms };
    let only_json = options.format == Some(FormatKind::Json) || options.timestamp_field.is_some();
    // Damaged objects among them, too.
    let braces = lines.iter().filter(|line| line.first() == Some(&b'{')).count().max(objects.len());
    if only_json || (wanted(FormatKind::Json) && !objects.is_empty() && braces * 2 > lines.len()) {
        let found = json::find(&objects, &json_options);
        let others = others_than(lines, &objects);
        // Lines of text among them have a time of their own.
        if !only_json && others.iter().any(|line| begins_an_event(line)) {
            let among = Some(found).filter(|found| found.problem.is_none());
            return detect_text(sample, options, items, among, &objects);
        }
        return of_json(found, lines, options, objects.len());
    }
    if !wanted(FormatKind::Text) {
        return failed(problem_of(&[], lines, &TextOptions::default()));
    }
    if !is_of_text
        && options.format != Some(FormatKind::Text)
        && let Some(problem) = problem_of_structure(start, lines)
    {
        return failed(problem);
    }
    let among = Some(json::find(&objects, &json_options)).filter(|found| found.problem.is_none());
    detect_text(sample, options, items, among, &objects)
}

fn others_than<'a>(lines: &[&'a [u8]], objects: &[(usize, &[u8])]) -> Vec<&'a [u8]> {
    let is_object = |index: usize| objects.binary_search_by_key(&index, |(at, _)| *at).is_ok();
    lines.iter().enumerate().filter(|(index, _)| !is_object(*index)).map(|(_, line)| *line).collect()
}

fn failed(problem: Problem) -> Detected {
    Detected { problem: Some(problem), ..Detected::default() }
}

/// What is neither text nor lines of JSON, but can be told apart.
fn problem_of_structure(start: &[u8], lines: &[&[u8]]) -> Option<Problem> {
    let two = || lines.iter().take(2).map(|line| line.to_vec());
    if lines.first().is_some_and(|line| line.trim_ascii() == b"{") {
        let problem = Problem::new(ProblemKind::PrettyJson, two()).suggesting("multiline_start", "^[{]");
        let pattern = lines.iter().find_map(|line| json::pattern_of_time(line));
        return Some(match pattern {
            Some(pattern) => problem.suggesting("timestamp_regex", pattern),
            None => problem,
        });
    }
    if json::is_other_array(start) {
        return Some(Problem::new(ProblemKind::JsonRecords, two()));
    }
    if lines.iter().any(|line| line.starts_with(b"__REALTIME_TIMESTAMP=")) && lines[0].starts_with(b"__") {
        let problem = Problem::new(ProblemKind::JournalExport, two());
        return Some(
            problem
                .suggesting("multiline_start", "^__CURSOR=")
                .suggesting("timestamp_regex", "^__REALTIME_TIMESTAMP=([0-9]+)"),
        );
    }
    None
}

fn of_json(found: FoundJson, lines: &[&[u8]], options: &DetectOptions, objects: usize) -> Detected {
    let FoundJson { fields, formats, times, layouts, problem } = found;
    let problem = problem.or_else(|| {
        let given = if options.timestamp_field.is_some() { "timestamp_field" } else { "format" };
        let explicit = objects == 0 && options.format == Some(FormatKind::Json);
        let fits_none = times.is_empty();
        (fits_none && (explicit || options.timestamp_field.is_some())).then(|| {
            Problem::new(ProblemKind::OptionFitsNoLine, lines.iter().take(2).map(|line| line.to_vec()))
                .about(given)
        })
    });
    if fields.is_empty() || problem.is_some() {
        let problem = problem.unwrap_or_else(|| {
            Problem::new(ProblemKind::JsonWithoutTime, lines.iter().take(2).map(|line| line.to_vec()))
        });
        return Detected { layouts, ..failed(problem) };
    }
    Detected {
        kind: Some(FormatKind::Json),
        counts: LineCounts { begin_event: times.len(), ..LineCounts::default() },
        first_line: times.first().map_or_else(Vec::new, |(line, _)| lines[*line].to_vec()),
        times: times.iter().map(|(_, fields)| *fields).collect(),
        layouts,
        fields,
        formats,
        ..Detected::default()
    }
}

fn detect_text(
    sample: &Sample<'_>,
    options: &DetectOptions,
    items: Option<Vec<crate::time::fields::FormatItem>>,
    among: Option<FoundJson>,
    objects: &[(usize, &[u8])],
) -> Detected {
    let lines = &sample.lines;
    let text_options = TextOptions {
        items,
        regex: options.timestamp_regex.clone(),
        multiline_start: options.multiline_start.clone(),
        now_ms: options.now_ms,
        time_column: header_of(lines).as_deref().and_then(time_column),
    };
    // JSON is never read as text, whatever numbers are in it.
    let is_object = |index: usize| objects.binary_search_by_key(&index, |(at, _)| *at).is_ok();
    let header = header_of(lines);
    let begins = lines.iter().position(|line| line.first() != Some(&b'#')).unwrap_or(lines.len());
    let is_header = |index: usize| {
        let line = lines[index];
        index < begins || is_directive(line) || header.as_deref() == Some(line)
    };
    let of: Vec<usize> = (0..lines.len()).filter(|&index| !is_object(index) && !is_header(index)).collect();
    let text: Vec<&[u8]> = of.iter().map(|&index| lines[index]).collect();
    let judged = judge_layouts(&text, &text_options);
    let summaries = || judged.iter().filter(|one| !one.layout.hits.is_empty()).map(|one| summary(one, &text));
    let formats: Vec<TimestampFormat> = in_order(&judged);
    let json_times = among.as_ref().map(|json| json.times.clone()).unwrap_or_default();
    let among = among.filter(|json| is_among(&json.times, lines, &formats));
    if formats.is_empty() && among.is_none() {
        return Detected { layouts: summaries().collect(), ..failed(problem_of(&judged, &text, &text_options)) };
    }
    let mut found =
        Detected { kind: Some(FormatKind::Text), layouts: summaries().collect(), ..Detected::default() };
    let among_times = if among.is_some() { json_times.clone() } else { Vec::new() };
    let has_time = |index: usize| json_times.binary_search_by_key(&index, |(at, _)| *at).is_ok();
    let read =
        read_all(&mut found, sample, &formats, &among_times, &text_options, (is_object, is_header, has_time));
    // Of all lines, and not only of those whose readings were listed.
    for (layout, one) in found.layouts.iter_mut().zip(judged.iter().filter(|one| !one.layout.hits.is_empty())) {
        let at = one.format.as_ref().and_then(|format| formats.iter().position(|known| known == format));
        layout.lines = at.map_or(layout.lines, |at| read[at]);
    }
    found.header = header;
    found.formats = formats;
    if let Some(json) = among {
        found.fields = json.fields;
        found.formats.extend(json.formats);
        found.layouts.extend(json.layouts);
    }
    if let Some(ambiguous) = ambiguous_problem(&judged, &text, &text_options, &found) {
        return Detected { layouts: found.layouts, ..failed(ambiguous) };
    }
    if found.counts.other_layouts > 0 && !options.takes_other_layouts {
        let problem = Problem::new(ProblemKind::OtherLayouts, found.other_lines.iter().cloned());
        let problem = problem.suggesting("other_layouts", "event").suggesting("other_layouts", "continue");
        found.problem = Some(problem);
    }
    found
}

/// Whether objects of JSON are events of the log whose other lines are text: two or more, at times near those.
fn is_among(times: &[(usize, TimestampFields)], lines: &[&[u8]], formats: &[TimestampFormat]) -> bool {
    let of_text = |(index, line): (usize, &&[u8])| {
        let (fields, _) = formats.iter().find_map(|format| format.find(line))?;
        Some((index, fields))
    };
    let others: Vec<Timed> = lines.iter().enumerate().filter_map(of_text).collect();
    times.len() >= 2 && (others.is_empty() || is_near(times, &others))
}

/// The first line, if it names the columns that the next one has.
fn header_of(lines: &[&[u8]]) -> Option<Vec<u8>> {
    let mut lines = lines.iter().filter(|line| line.first() != Some(&b'#'));
    let (first, next) = (lines.next()?, lines.next()?);
    (names_columns_of(first, next) && !begins_an_event(first)).then(|| first.to_vec())
}

/// The formats of the layouts that are believed: those with which lines begin first, then those that most lines have.
fn in_order(judged: &[Judged]) -> Vec<TimestampFormat> {
    let mut held: Vec<&Judged> = judged.iter().filter(|one| one.format.is_some()).collect();
    held.sort_by_key(|one| (!one.layout.place.is_at_the_start(), usize::MAX - one.layout.hits.len()));
    held.into_iter().filter_map(|one| one.format.clone()).collect()
}

/// Lines in a layout that nobody can decide are no continuation either.
fn ambiguous_problem(
    judged: &[Judged],
    text: &[&[u8]],
    options: &TextOptions,
    found: &Detected,
) -> Option<Problem> {
    let open: Vec<Judged> = judged
        .iter()
        .filter(|one| matches!(one.fate.lost, Some(Loss::AmbiguousOrder | Loss::AmbiguousPart)))
        .filter(|one| one.layout.place.is_at_the_start() || one.layout.hits.len() * 2 > found.counts.begin_event)
        .cloned()
        .collect();
    (!open.is_empty() && options.given().is_none()).then(|| problem_of(&open, text, options))
}

fn summary(one: &Judged, lines: &[&[u8]]) -> LayoutSummary {
    let hit = &one.layout.hits[0];
    LayoutSummary {
        example: lines[hit.line][hit.start..hit.end].to_vec(),
        strftime: strftime(&one.layout),
        place: one.layout.place.describe(),
        lines: one.layout.hits.len(),
        has_zone: has_zone(&hit.fields),
        has_year: one.layout.has_year(),
        lost: one.fate.lost,
    }
}

/// Reads all lines in the formats that are believed, and counts what they are; returns how many are read in which.
fn read_all(
    found: &mut Detected,
    sample: &Sample<'_>,
    formats: &[TimestampFormat],
    among: &[(usize, TimestampFields)],
    options: &TextOptions,
    (is_object, is_header, has_time): (impl Fn(usize) -> bool, impl Fn(usize) -> bool, impl Fn(usize) -> bool),
) -> Vec<usize> {
    const SHOWN: usize = 5;
    let lines = &sample.lines;
    let mut times: Vec<Option<TimestampFields>> = vec![None; lines.len()];
    let mut read = vec![0; formats.len()];
    for (index, line) in lines.iter().enumerate() {
        times[index] = match among.binary_search_by_key(&index, |(at, _)| *at) {
            Ok(at) => Some(among[at].1),
            Err(_) if is_object(index) || is_header(index) => None,
            Err(_) => formats.iter().enumerate().find_map(|(at, format)| {
                let (fields, _) = format.find(line)?;
                read[at] += 1;
                Some(fields)
            }),
        };
    }
    let known: Vec<Timed> =
        times.iter().enumerate().filter_map(|(index, fields)| Some((index, (*fields)?))).collect();
    for (index, line) in lines.iter().enumerate() {
        let begins = options.multiline_start.as_ref().is_none_or(|begins| begins.is_match(line));
        if let Some(fields) = times[index] {
            if !begins && options.multiline_start.is_some() && found.times.len() > index {
                continue;
            }
            if found.times.is_empty() {
                found.first_line = line.to_vec();
            }
            found.times.push(fields);
            found.counts.begin_event += 1;
        } else if is_header(index) {
            found.counts.header += 1;
        } else if options.multiline_start.is_none()
            && (begins_an_event(line)
                || has_time(index)
                || formats.iter().any(|format| format.has_part_of(line))
                || is_among_others(index, line, &known))
        {
            found.counts.other_layouts += 1;
            if found.other_lines.len() < SHOWN {
                found.other_lines.push(line.to_vec());
            }
        } else {
            found.counts.continuing += 1;
        }
    }
    read
}

/// Whether a line begins with a time of some layout, or is a JSON object with one.
fn begins_an_event(line: &[u8]) -> bool {
    crate::time::formats::begins_with_time(line)
}

/// Whether a line that is not set in has a time near those of the lines around it, or something that may be the beginning of
/// one: it may be an event of the same log.
fn is_among_others(index: usize, line: &[u8], known: &[Timed]) -> bool {
    let is_quoted = |at: usize| at > 0 && matches!(line[at - 1], b'"' | b'\'') && !line[..at].ends_with(b"=\"");
    let mut readings = Vec::new();
    for (place, at) in places(line) {
        if !is_quoted(at) && !matches!(place, Place::Words(5..)) {
            partial_readings_at(line, at, &mut readings);
        }
    }
    let is_near = |reading: &Reading| reading.has_date() && is_near(&[(index, reading.fields)], known);
    !is_indented(line) && readings.iter().any(is_near)
}

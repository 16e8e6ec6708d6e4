//! What lines of JSON show: documents of events, and the members that hold the time of a line.

use crate::detect::detected::{LayoutSummary, has_zone};
use crate::detect::evidence::{Loss, civil_ms, is_near};
use crate::detect::problem::{Problem, ProblemKind};
use crate::detect::rivals::decide;
use crate::detect::tally::{Hit, Layout};
use crate::detect::text::{layouts_of_values, strftime};
use crate::json::find_paths::visit_line;
use crate::json::grammar::{Parser, Visitor};
use crate::json::line::USUAL_NAMES;
use crate::json::timestamp::{decoded_text, number_ms};
use crate::json::tokens::{self, ParseError, Str};
use crate::time::fields::{FormatItem, TimestampFields};
use crate::time::formats::TimestampFormat;
use crate::time::places::Place;

const DAY_MS: i64 = 86_400_000;
/// 3 March 1973: a count of seconds below is taken for a duration, or a number of something else.
const FIRST_MS: i64 = 100_000_000_000;

/// What the user says of JSON.
#[derive(Clone, Debug, Default)]
pub(super) struct JsonOptions {
    pub(super) field: Option<String>,
    pub(super) items: Option<Vec<FormatItem>>,
    pub(super) now_ms: i64,
}

/// What the lines of JSON show.
#[derive(Clone, Debug, Default)]
pub(super) struct FoundJson {
    /// The members that hold the time, the likeliest first.
    pub(super) fields: Vec<String>,
    /// How they write it, if that is no number.
    pub(super) formats: Vec<TimestampFormat>,
    /// The time of each line that has one, by its index.
    pub(super) times: Vec<(usize, TimestampFields)>,
    /// All layouts of their values, and how many lines have them.
    pub(super) layouts: Vec<LayoutSummary>,
    pub(super) problem: Option<Problem>,
}

/// Whether a line is a JSON object.
pub(super) fn is_object(line: &[u8]) -> bool {
    line.trim_ascii_start().first() == Some(&b'{') && visit_line(line, &mut Vec::new(), &mut Ignore).is_ok()
}

struct Ignore;

impl Visitor for Ignore {
    fn member(&mut self, parser: &mut Parser<'_>, _: Str, at: usize) -> Result<usize, ParseError> {
        parser.skip(at).map(|(_, end)| end)
    }
}

/// The members of a line, those of the objects in it with dotted names, with their values as they are written.
#[derive(Default)]
struct Members {
    prefix: String,
    found: Vec<(String, Vec<u8>)>,
}

impl Members {
    fn of_line(line: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
        let mut members = Self::default();
        visit_line(line, &mut Vec::new(), &mut members).ok()?;
        Some(members.found)
    }
}

impl Visitor for Members {
    fn member(&mut self, parser: &mut Parser<'_>, name: Str, at: usize) -> Result<usize, ParseError> {
        let name = format!("{}{}", self.prefix, String::from_utf8_lossy(parser.text(name)));
        if parser.bytes()[at] == b'{' && self.prefix.matches('.').count() < 2 {
            let before = std::mem::replace(&mut self.prefix, format!("{name}."));
            let end = parser.object(at, self)?;
            self.prefix = before;
            return Ok(end);
        }
        let end = parser.skip(at)?.1;
        if !self.found.iter().any(|(known, _)| *known == name) {
            self.found.push((name, parser.bytes()[at..end].to_vec()));
        }
        Ok(end)
    }
}

/// A value that may be a time.
#[derive(Clone, Debug)]
enum Value {
    Number(i64),
    Text(Vec<u8>),
    Other,
}

fn value_of(written: &[u8]) -> Value {
    match written.first() {
        Some(b'"') => decoded_text(written).map_or(Value::Other, |text| Value::Text(text.into_owned())),
        _ => number_ms(written).map_or(Value::Other, Value::Number),
    }
}

/// A line: its index, its text, and its members with their values.
type LineMembers<'a> = (usize, &'a [u8], Vec<(String, Vec<u8>)>);

/// A member that may hold the time of lines.
struct Candidate {
    name: String,
    /// Lines that have it, and those whose value is a time.
    present: usize,
    /// Lines whose value is a number that is no time.
    other_numbers: usize,
    times: Vec<(usize, TimestampFields)>,
    layouts: Vec<LayoutSummary>,
    formats: Vec<TimestampFormat>,
    ambiguous: Option<Problem>,
}

impl Candidate {
    /// Whether its values are times, but for some that are damaged; durations, and sizes, are numbers.
    fn is_likely(&self) -> bool {
        self.times.len() * 2 >= self.present && self.other_numbers * 10 <= self.present
    }
}

/// Which members hold the time of these lines.
pub(super) fn find(lines: &[(usize, &[u8])], options: &JsonOptions) -> FoundJson {
    let members: Vec<LineMembers<'_>> =
        lines.iter().filter_map(|&(index, line)| Some((index, line, Members::of_line(line)?))).collect();
    let names: Vec<String> = match &options.field {
        _ if members.is_empty() => Vec::new(),
        Some(field) => vec![field.clone()],
        None => USUAL_NAMES.iter().map(|&name| name.to_owned()).collect(),
    };
    let mut candidates: Vec<Candidate> = names
        .into_iter()
        .map(|name| candidate(name, &members, options))
        .filter(|one| !one.times.is_empty() && (options.field.is_some() || one.is_likely()))
        .collect();
    let mut found = FoundJson::default();
    let mut open: Vec<usize> = members.iter().map(|(index, ..)| *index).collect();
    while !candidates.is_empty() {
        let new = |one: &Candidate| one.times.iter().filter(|(line, _)| open.binary_search(line).is_ok()).count();
        let most = candidates.iter().map(new).max().unwrap_or(0);
        // The first of those with most: the names are in the order of likelihood.
        let Some(at) = candidates.iter().position(|one| new(one) == most).filter(|_| most > 0) else { break };
        let best = candidates.remove(at);
        let taken: Vec<(usize, TimestampFields)> =
            best.times.iter().copied().filter(|(line, _)| open.binary_search(line).is_ok()).collect();
        // Another name for a single line is no proof, but near the others it is of the same log.
        if !found.fields.is_empty() && most < 2 && !is_near(&taken, &found.times) {
            continue;
        }
        open.retain(|line| best.times.binary_search_by_key(line, |(line, _)| *line).is_err());
        found.times.extend(taken);
        found.times.sort_by_key(|(line, _)| *line);
        found.fields.push(best.name);
        for format in best.formats {
            if !found.formats.contains(&format) {
                found.formats.push(format);
            }
        }
        found.layouts.extend(best.layouts);
        found.problem = found.problem.or(best.ambiguous);
    }
    if found.problem.is_some() {
        found.fields.clear();
        return found;
    }
    if found.times.len() * 2 < members.len().max(1) {
        found.problem = Some(problem(&members, options));
        found.fields.clear();
    }
    found
}

fn candidate(name: String, members: &[LineMembers<'_>], options: &JsonOptions) -> Candidate {
    let mut times = Vec::new();
    let mut texts: Vec<(usize, Vec<u8>)> = Vec::new();
    let (mut present, mut other_numbers) = (0, 0);
    let mut layouts = Vec::new();
    for (index, _, of_line) in members {
        let Some((_, written)) = of_line.iter().find(|(known, _)| *known == name) else { continue };
        present += 1;
        match value_of(written) {
            Value::Number(ms)
                if (FIRST_MS..=options.now_ms + DAY_MS).contains(&ms)
                    || (options.field.is_some() && ms >= FIRST_MS) =>
            {
                if times.is_empty() {
                    layouts.push(summary_of_numbers(written, &name));
                }
                times.push((*index, TimestampFields { epoch_ms: Some(ms), ..TimestampFields::default() }));
            }
            Value::Text(text) => texts.push((*index, text)),
            Value::Number(_) => other_numbers += 1,
            Value::Other => other_numbers += usize::from(written.first().is_some_and(u8::is_ascii_digit)),
        }
    }
    for numbers in &mut layouts {
        numbers.lines = times.len();
    }
    let values: Vec<&[u8]> = texts.iter().map(|(_, text)| text.as_slice()).collect();
    let mut formats = Vec::new();
    let mut ambiguous = None;
    if let Some(items) = &options.items {
        let format = TimestampFormat::new(items.clone(), Place::Whole);
        let mut hits = Vec::new();
        for (line, (index, text)) in texts.iter().enumerate() {
            if let Some((fields, (start, end))) = format.find(text) {
                times.push((*index, fields));
                let place = Place::Whole;
                hits.push(Hit { line, place, start, end, fields, zone: None, leaves: None, has_point: false });
            }
        }
        let layout = Layout { items: items.clone(), place: Place::Whole, behind_clock: false, hits };
        layouts.extend(summary(&layout, &values, None, &name));
        formats.push(format);
    } else {
        let mut written = layouts_of_values(&values);
        let fates = decide(&mut written, &values, options.now_ms);
        for (layout, fate) in written.iter().zip(fates) {
            layouts.extend(summary(layout, &values, fate.lost, &name));
            match fate.lost {
                None => {
                    formats.push(TimestampFormat::new(layout.items.clone(), Place::Whole));
                    times.extend(layout.hits.iter().map(|hit| (texts[hit.line].0, hit.fields)));
                }
                Some(Loss::AmbiguousOrder) => {
                    let lines = layout.hits.iter().map(|hit| members_line(members, texts[hit.line].0));
                    let problem =
                        ambiguous.take().unwrap_or_else(|| Problem::new(ProblemKind::AmbiguousDate, lines));
                    ambiguous = Some(problem.suggesting("timestamp_format", strftime(layout)).about(name.clone()));
                    times.extend(layout.hits.iter().map(|hit| (texts[hit.line].0, hit.fields)));
                }
                Some(_) => {}
            }
        }
    }
    times.sort_by_key(|(line, _)| *line);
    times.dedup_by_key(|(line, _)| *line);
    Candidate { name, present, other_numbers, times, layouts, formats, ambiguous }
}

/// A layout of the texts that a member has; nothing if none has it any more.
fn summary(layout: &Layout, values: &[&[u8]], lost: Option<Loss>, name: &str) -> Option<LayoutSummary> {
    let hit = layout.hits.first()?;
    Some(LayoutSummary {
        example: values[hit.line][hit.start..hit.end].to_vec(),
        strftime: strftime(layout),
        place: format!("member {name}"),
        lines: layout.hits.len(),
        has_zone: has_zone(&hit.fields),
        has_year: layout.has_year(),
        lost,
    })
}

/// Counts since 1970 that are written as numbers.
fn summary_of_numbers(written: &[u8], name: &str) -> LayoutSummary {
    LayoutSummary {
        example: written.to_vec(),
        strftime: FormatItem::Epoch.strftime(),
        place: format!("member {name}"),
        lines: 0,
        has_zone: true,
        has_year: true,
        lost: None,
    }
}

/// The regular expression that finds the time in a line of an object that is printed over several lines, if this is that of
/// its time.
pub(super) fn pattern_of_time(line: &[u8]) -> Option<String> {
    let line = line.trim_ascii();
    let line = line.strip_suffix(b",").unwrap_or(line);
    let [(name, written)] = &Members::of_line(&[b"{", line, b"}"].concat())?[..] else { return None };
    let is_usual = USUAL_NAMES.contains(&name.as_str());
    let value = match value_of(written) {
        Value::Text(_) if is_full_time(written) => r#""([^"]+)""#,
        Value::Number(ms) if is_usual && ms >= FIRST_MS => "([0-9]+)",
        _ => return None,
    };
    Some(format!(r#""{}" *: *{value}"#, regex::escape(name)))
}

fn members_line(members: &[LineMembers<'_>], index: usize) -> Vec<u8> {
    members.iter().find(|(line, ..)| *line == index).map_or_else(Vec::new, |(_, line, _)| line.to_vec())
}

/// Why no member holds the time, with those that could.
fn problem(members: &[LineMembers<'_>], options: &JsonOptions) -> Problem {
    let lines = members.iter().take(2).map(|(_, line, _)| line.to_vec());
    if let Some(field) = &options.field {
        let has = members.iter().any(|(.., of_line)| of_line.iter().any(|(name, _)| name == field));
        let kind = ProblemKind::OptionFitsNoLine;
        let subject = if options.items.is_some() && has { "timestamp_format" } else { "timestamp_field" };
        return Problem::new(kind, lines).about(subject);
    }
    if let [(_, line, of_line)] = members
        && let Some(name) = array_of_objects(of_line)
    {
        return Problem::new(ProblemKind::JsonRecords, [line.to_vec()]).about(name);
    }
    let mut problem = Problem::new(ProblemKind::JsonWithoutTime, lines);
    let mut names: Vec<&str> = Vec::new();
    for (.., of_line) in members {
        for (name, written) in of_line {
            if !names.contains(&name.as_str()) && is_full_time(written) {
                names.push(name);
            }
        }
    }
    for name in names.into_iter().take(8) {
        problem = problem.suggesting("timestamp_field", name);
    }
    problem
}

fn array_of_objects(of_line: &[(String, Vec<u8>)]) -> Option<&str> {
    let found = of_line.iter().find(|(_, written)| {
        written.first() == Some(&b'[') && written[1..].trim_ascii_start().first() == Some(&b'{')
    });
    found.map(|(name, _)| name.as_str())
}

/// Whether a value is a date with a year and a clock.
fn is_full_time(written: &[u8]) -> bool {
    let Value::Text(text) = value_of(written) else { return false };
    layouts_of_values(&[&text])
        .iter()
        .any(|layout| layout.has_year() && civil_ms(&layout.hits[0].fields).is_some())
}

/// The members of an event: its own, and those that the service adds.
const OF_EVENTS: [&[u8]; 5] = [b"timestamp", b"message", b"ingestionTime", b"eventId", b"logStreamName"];

/// Whether lines are event documents: an array, the object that the AWS CLI prints, or lines each of which is an event.
pub(super) fn is_document(start: &[u8], lines: &[&[u8]]) -> bool {
    let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    let inside = text.get(1..).unwrap_or_default().trim_ascii_start();
    match text.first() {
        None => true,
        Some(b'[') => match inside.first() {
            None | Some(b']') => true,
            Some(b'{') => {
                inside[1..].trim_ascii_start().is_empty()
                    || begins_as_event(inside)
                    || inside[1..].trim_ascii_start().first() == Some(&b'}')
            }
            Some(_) => false,
        },
        Some(b'{') => {
            let events: Vec<bool> = lines.iter().filter_map(|line| event_in_ms(line)).collect();
            // Seconds, and texts, are of logs whose lines happen to have the same members: then all lines have them.
            let are_events = events.len() * 2 >= lines.len() && events.contains(&true);
            // Printed over several lines, no line is one.
            are_events
                || inside.starts_with(b"\"events\"")
                || (begins_as_event(text) && lines.first().is_some_and(|line| Members::of_line(line).is_none()))
        }
        Some(_) => false,
    }
}

/// Whether an array holds objects that are no events.
pub(super) fn is_other_array(start: &[u8]) -> bool {
    let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    text.strip_prefix(b"[").is_some_and(|rest| rest.trim_ascii_start().first() == Some(&b'{'))
        && !is_document(start, &[])
}

/// Whether the timestamp of a line that has the members of an event, legal or not, and no others, may be milliseconds; `None`
/// if it has others.
fn event_in_ms(line: &[u8]) -> Option<bool> {
    let members = Members::of_line(line)?;
    let get = |wanted: &str| members.iter().find(|(name, _)| name == wanted);
    let (_, timestamp) = get("timestamp").filter(|_| get("message").is_some())?;
    let has_no_other = members.iter().all(|(name, _)| OF_EVENTS.contains(&name.as_bytes()));
    has_no_other.then(|| !matches!(value_of(timestamp), Value::Text(_)) && !is_seconds(timestamp))
}

/// Whether a number is seconds since 1970, of the years since 2001.
fn is_seconds(written: &[u8]) -> bool {
    let whole = written.split(|&byte| byte == b'.').next().unwrap_or_default();
    whole.len() == 10 && whole.iter().all(u8::is_ascii_digit)
}

/// Whether an object that the sample cuts, or that takes several lines, begins as an event does.
fn begins_as_event(text: &[u8]) -> bool {
    let name = text.strip_prefix(b"{").unwrap_or_default().trim_ascii_start();
    name.first() == Some(&b'"')
        && tokens::string(name, 0, &mut Vec::new())
            .is_ok_and(|(text, _)| matches!(text, Str::InPlace(from, to) if OF_EVENTS.contains(&&name[from..to])))
}

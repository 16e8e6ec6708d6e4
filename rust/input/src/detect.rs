//! What a file is taken for, by samples of it.

use crate::json::find_paths::visit_line;
use crate::json::grammar::{Parser, Visitor};
use crate::json::line::{JsonLines, USUAL_NAMES};
use crate::json::path_values::PathValues;
use crate::json::timestamp::{fields_of, text_of, timestamp_of};
use crate::json::tokens::{self, ParseError, Str};
use crate::line_format::LineFormat;
use crate::text_line::TextLines;
use crate::time::civil::TimestampResolver;
use crate::time::fields::TimestampFields;
use crate::time::formats::TimestampFormat;
use crate::time::zones::WrittenZone;

/// What files are taken for.
#[derive(Clone, Debug)]
pub enum InputFormat {
    /// Event documents: objects of `timestamp` and `message`.
    Events,
    /// JSON lines with the timestamp at this dotted path.
    Json(String),
    /// Text, with timestamps written so.
    Text(TimestampFormat),
}

/// The kinds of format that a file may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatKind {
    /// Event documents.
    Events,
    /// JSON lines.
    Json,
    /// Text.
    Text,
}

impl FormatKind {
    /// `events`, `json` or `text`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Json => "json",
            Self::Text => "text",
        }
    }
}

impl InputFormat {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> FormatKind {
        match self {
            Self::Events => FormatKind::Events,
            Self::Json(_) => FormatKind::Json,
            Self::Text(_) => FormatKind::Text,
        }
    }

    /// In a few words, how lines write their timestamps; empty for event documents.
    #[must_use]
    pub fn timestamps(&self) -> String {
        match self {
            Self::Events => String::new(),
            Self::Json(field) => format!("timestamps in {field}"),
            Self::Text(timestamps) => format!("timestamps as {}", timestamps.name()),
        }
    }
}

/// What samples of a file show.
#[derive(Clone, Debug)]
pub struct Detected {
    /// What they are.
    pub format: InputFormat,
    /// Of the lines in the samples, those that match the format.
    pub matching_lines: usize,
    /// Lines in the samples; empty ones don't count.
    pub sampled_lines: usize,
    /// The first line that matches.
    pub first_line: Vec<u8>,
    /// Its timestamp, as it is written.
    pub first: Option<TimestampFields>,
    /// The timestamp of the last line that matches, as it is written.
    pub last: Option<TimestampFields>,
    /// Whether lines write no zone.
    pub needs_zone: bool,
    /// Whether lines write no year.
    pub needs_year: bool,
    /// What another part of the file is, if that is something else.
    pub conflict: Option<Box<Detected>>,
}

/// What the caller knows already.
#[derive(Clone, Debug, Default)]
pub struct DetectOptions {
    /// Only this.
    pub format: Option<FormatKind>,
    /// How timestamps are written: one of these.
    pub timestamp_formats: Option<Vec<TimestampFormat>>,
    /// Where the timestamp is in JSON.
    pub timestamp_field: Option<String>,
}

/// Looks at samples of whole lines: from the start, the middle and the end of a file. `None` if their
/// format is not known.
#[must_use]
pub fn detect(samples: &[&[u8]], options: &DetectOptions) -> Option<Detected> {
    let all: Vec<&[u8]> = samples.iter().flat_map(|sample| lines(sample)).collect();
    let mut found = detect_lines(samples.first().copied().unwrap_or_default(), &all, options)?;
    for sample in samples {
        let some: Vec<&[u8]> = lines(sample).collect();
        if let Some(other) = detect_lines(sample, &some, options)
            && other.matching_lines * 2 > some.len()
            && !same(&other.format, &found.format)
            // If the whole fits as well as the part does, the part may be both.
            && fitting(&found.format, &some) < other.matching_lines
        {
            found.conflict = Some(Box::new(other));
        }
    }
    Some(found)
}

fn lines(sample: &[u8]) -> impl Iterator<Item = &[u8]> {
    let sample = sample.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(sample);
    sample
        .split(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.trim_ascii().is_empty())
}

fn same(one: &InputFormat, other: &InputFormat) -> bool {
    match (one, other) {
        (InputFormat::Events, InputFormat::Events) => true,
        (InputFormat::Json(one), InputFormat::Json(other)) => one == other,
        (InputFormat::Text(one), InputFormat::Text(other)) => one == other,
        _ => false,
    }
}

fn fitting(format: &InputFormat, lines: &[&[u8]]) -> usize {
    match format {
        InputFormat::Text(layout) => lines.iter().filter(|line| layout.find(line).is_some()).count(),
        InputFormat::Json(field) => {
            let mut json = json_lines(vec![field.clone()]);
            lines.iter().filter(|line| json.read(line).is_some()).count()
        }
        InputFormat::Events => lines.iter().filter(|line| is_event(line)).count(),
    }
}

fn detect_lines(start: &[u8], lines: &[&[u8]], options: &DetectOptions) -> Option<Detected> {
    let wanted = |format| options.format.is_none_or(|only| only == format);
    let plain = options.timestamp_formats.is_none() && options.timestamp_field.is_none();
    if wanted(FormatKind::Events) && plain && (options.format.is_some() || is_document(start, lines)) {
        return Some(of(InputFormat::Events, lines, None));
    }
    if wanted(FormatKind::Json)
        && options.timestamp_formats.is_none()
        && let Some(found) = detect_json(lines, options)
    {
        return Some(found);
    }
    if wanted(FormatKind::Text) && options.timestamp_field.is_none() { detect_text(lines, options) } else { None }
}

fn of(format: InputFormat, lines: &[&[u8]], first: Option<(&[u8], TimestampFields)>) -> Detected {
    Detected {
        matching_lines: fitting(&format, lines),
        sampled_lines: lines.len(),
        first_line: first.map_or_else(Vec::new, |(line, _)| line.to_vec()),
        first: first.map(|(_, fields)| fields),
        last: first.map(|(_, fields)| fields),
        needs_zone: false,
        needs_year: false,
        conflict: None,
        format,
    }
}

/// An array, the object that the AWS CLI prints, or lines each of which is an event.
fn is_document(start: &[u8], lines: &[&[u8]]) -> bool {
    let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    let inside = text.get(1..).unwrap_or_default().trim_ascii_start();
    match text.first() {
        None => true,
        Some(b'[') => inside.is_empty() || matches!(inside.first(), Some(b'{' | b']')),
        Some(b'{') => {
            let events = lines.iter().filter(|line| is_event(line)).count();
            // Printed over several lines, no line is one.
            events * 2 > lines.len()
                || lines.first().is_some_and(|line| begins_as_event(line.trim_ascii_start()))
                || inside.starts_with(b"\"events\"")
                || lines.first().is_some_and(|line| line.trim_ascii() == b"{")
        }
        Some(_) => false,
    }
}

/// The members of an event: its own, and those that the service adds.
const OF_EVENTS: [&[u8]; 5] = [b"timestamp", b"message", b"ingestionTime", b"eventId", b"logStreamName"];

/// Counts the members of an object.
#[derive(Default)]
struct Members {
    all: usize,
    /// Which of `OF_EVENTS` there are.
    of_events: [bool; OF_EVENTS.len()],
}

impl Members {
    /// Those of the object that a line is.
    fn of_line(line: &[u8]) -> Option<Self> {
        let mut members = Self::default();
        visit_line(line, &mut Vec::new(), &mut members).is_ok().then_some(members)
    }
}

impl Visitor for Members {
    fn member(&mut self, parser: &mut Parser<'_>, name: Str, at: usize) -> Result<usize, ParseError> {
        self.all += 1;
        if let Some(index) = OF_EVENTS.iter().position(|&known| known == parser.text(name)) {
            self.of_events[index] = true;
        }
        parser.skip(at).map(|(_, end)| end)
    }
}

/// Whether a line is an event, legal or not, and has no other members.
fn is_event(line: &[u8]) -> bool {
    Members::of_line(line).is_some_and(|Members { all, of_events }| {
        of_events[0] && of_events[1] && all == of_events.iter().filter(|&&found| found).count()
    })
}

/// Whether a line that the sample cuts begins as an event does.
fn begins_as_event(line: &[u8]) -> bool {
    let name = line.strip_prefix(b"{").unwrap_or_default().trim_ascii_start();
    name.first() == Some(&b'"')
        && tokens::string(name, 0, &mut Vec::new())
            .is_ok_and(|(text, _)| matches!(text, Str::InPlace(from, to) if OF_EVENTS.contains(&&name[from..to])))
        && Members::of_line(line).is_none()
}

fn json_lines(names: Vec<String>) -> JsonLines {
    JsonLines::new(names, None, any_resolver())
}

/// To see whether there is a timestamp at all: which one does not matter.
fn any_resolver() -> TimestampResolver {
    TimestampResolver::utc()
}

fn detect_json(lines: &[&[u8]], options: &DetectOptions) -> Option<Detected> {
    if lines.iter().filter(|line| line.trim_ascii_start().starts_with(b"{")).count() * 2 <= lines.len() {
        return None;
    }
    let names = match &options.timestamp_field {
        Some(field) => vec![field.clone()],
        None => USUAL_NAMES.iter().map(|&name| name.to_owned()).collect(),
    };
    let best = names.into_iter().map(|name| (fitting(&InputFormat::Json(name.clone()), lines), name));
    // The first of those that fit most.
    let (count, field) = best.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    if count == 0 {
        return None;
    }
    let mut values = PathValues::new(vec![field.clone()]);
    let formats = TimestampFormat::of_values();
    let mut timestamps = lines.iter().filter_map(|line| {
        let (start, end) = values.find(line).then(|| values.found()[0])??;
        let value = &line[start..end];
        let timestamp = timestamp_of(value, &formats, &mut any_resolver())?;
        let epoch = TimestampFields { epoch_ms: Some(timestamp), ..TimestampFields::default() };
        Some((*line, text_of(value).and_then(|text| fields_of(text, &formats)).unwrap_or(epoch)))
    });
    let first = timestamps.next()?;
    let (last, needs_zone) = last_and_lacking(first.1, timestamps.map(|(_, fields)| fields));
    Some(Detected { needs_zone, last: Some(last), ..of(InputFormat::Json(field), lines, Some(first)) })
}

fn detect_text(lines: &[&[u8]], options: &DetectOptions) -> Option<Detected> {
    let layouts = options.timestamp_formats.clone().unwrap_or_else(TimestampFormat::known);
    let mut best: Option<(usize, TimestampFormat)> = None;
    for layout in layouts {
        let count = fitting(&InputFormat::Text(layout.clone()), lines);
        // What says more comes first, and yields only to what fits clearly more lines.
        if count > 0 && best.as_ref().is_none_or(|(most, _)| count * 10 > most * 12) {
            best = Some((count, layout));
        }
    }
    let (_, layout) = best?;
    let mut timestamps = lines.iter().filter_map(|line| Some((*line, layout.find(line)?.0)));
    let first = timestamps.next()?;
    let (last, needs_zone) = last_and_lacking(first.1, timestamps.map(|(_, fields)| fields));
    let needs_year = !layout.has_year();
    Some(Detected {
        needs_zone,
        needs_year,
        last: Some(last),
        ..of(InputFormat::Text(layout), lines, Some(first))
    })
}

/// The last of these, and whether one of them says no zone.
fn last_and_lacking(
    first: TimestampFields,
    others: impl Iterator<Item = TimestampFields>,
) -> (TimestampFields, bool) {
    let lacks_zone = |fields: &TimestampFields| fields.zone == WrittenZone::Unwritten && fields.epoch_ms.is_none();
    others.fold((first, lacks_zone(&first)), |(_, lacking), next| (next, lacking || lacks_zone(&next)))
}

impl Detected {
    /// How its lines become events, with what they leave out; `None` of event documents, which are no lines.
    #[must_use]
    pub fn line_format(&self, resolver: TimestampResolver, message: Option<String>) -> Option<LineFormat> {
        match &self.format {
            InputFormat::Events => None,
            InputFormat::Json(field) => {
                Some(LineFormat::Json(JsonLines::new(vec![field.clone()], message, resolver)))
            }
            InputFormat::Text(layout) => Some(LineFormat::Text(TextLines::new(vec![layout.clone()], resolver))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(samples: &[&str]) -> Option<(String, bool, bool, bool)> {
        let samples: Vec<&[u8]> = samples.iter().map(|sample| sample.as_bytes()).collect();
        detect(&samples, &DetectOptions::default()).map(|found| {
            let shape = match &found.format {
                InputFormat::Events => "events".to_owned(),
                InputFormat::Json(field) => format!("json {field}"),
                InputFormat::Text(layout) => layout.name().to_owned(),
            };
            (shape, found.needs_zone, found.needs_year, found.conflict.is_some())
        })
    }

    #[test]
    fn what_files_are() {
        let event = "{\"timestamp\": 1, \"message\": \"x: {y}\"}\n";
        for (sample, shape) in [
            (event, "events"),
            ("[{\"timestamp\": 1, \"message\": \"x\"}]", "events"),
            ("[\n  {\n    \"timestamp\": 1,", "events"),
            ("{\n  \"events\": [\n", "events"),
            ("{\"events\": [{\"message\": \"x\", \"timestamp\": 1}]}", "events"),
            ("{\"timestamp\": 1, \"message\": \"x\", \"level\": \"info\"}\n", "json timestamp"),
            ("{\"@timestamp\": \"2015-07-29T17:41:44Z\", \"message\": \"x\"}\n", "json @timestamp"),
            ("{\"level\":\"info\",\"ts\":1438191704.1,\"msg\":\"x\"}\n", "json ts"),
            ("[Wed Jul 29 17:41:44 2015] [notice] x\n", "weekday, month name, day, time, year"),
            ("[2015-07-29 17:41:44] x\n", "ISO 8601"),
        ] {
            assert_eq!(detected(&[sample]).map(|found| found.0), Some(shape.to_owned()), "{sample}");
        }
        assert_eq!(detected(&["nothing that\nis known\n"]), None);
        assert_eq!(detected(&["{\"no\": \"time\"}\n"]), None);
    }

    #[test]
    fn what_lines_leave_out() {
        assert_eq!(detected(&["2015-07-29 17:41:44 x\n"]), Some(("ISO 8601".into(), true, false, false)));
        assert_eq!(detected(&["2015-07-29T17:41:44Z x\n"]), Some(("ISO 8601".into(), false, false, false)));
        assert_eq!(detected(&["Jul 29 17:41:44 host x\n"]), Some(("syslog".into(), true, true, false)));
        assert_eq!(detected(&["1438191704 x\n"]), Some(("since 1970".into(), false, false, false)));
    }

    #[test]
    fn parts_that_disagree_are_reported() {
        let start = "2015-07-29 17:41:44 x\n".repeat(5);
        let end = "Jul 29 17:41:44 host x\n".repeat(5);
        assert!(detected(&[&start, &end]).unwrap().3);
        assert!(!detected(&[&start, &start]).unwrap().3);
        let traces = format!("{start}{}", "    at com.example.Main(Main.java:1)\n".repeat(3));
        assert!(!detected(&[&start, &traces]).unwrap().3);
    }
}

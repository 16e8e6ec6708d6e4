//! What a file was found to be, and how its lines become events.

use crate::detect::evidence::Loss;
use crate::detect::problem::Problem;
use crate::json::line::JsonLines;
use crate::line_format::LineFormat;
use crate::lines::LineEnd;
use crate::text_line::TextLines;
use crate::time::civil::TimestampResolver;
use crate::time::error::TimeError;
use crate::time::fields::TimestampFields;
use crate::time::formats::TimestampFormat;
use crate::time::places::Place;
use crate::time::year_inference::infer_years;
use crate::time::years::Years;
use crate::time::zones::WrittenZone;

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

/// What samples of a file show.
#[derive(Clone, Debug, Default)]
pub struct Detected {
    /// What it is; `None` if it cannot be read, as `problem` says.
    pub kind: Option<FormatKind>,
    /// How its lines write their timestamps: in all of these ways.
    pub formats: Vec<TimestampFormat>,
    /// The members of JSON objects that hold the time, of which the first that a line has counts.
    pub fields: Vec<String>,
    /// What ends its lines.
    pub line_end: LineEnd,
    /// The line at its start that names the columns.
    pub header: Option<Vec<u8>>,
    /// All layouts that were considered.
    pub layouts: Vec<LayoutSummary>,
    /// How many lines are what.
    pub counts: LineCounts,
    /// Lines that begin with a time in another layout than those of `formats`: the first few.
    pub other_lines: Vec<Vec<u8>>,
    /// The first line that has a timestamp.
    pub first_line: Vec<u8>,
    /// The times of the lines that begin an event, in the order of the file.
    pub times: Vec<TimestampFields>,
    /// Why it cannot be read.
    pub problem: Option<Problem>,
    /// No lines are missing between those that were looked at.
    pub(super) is_contiguous: bool,
}

/// How many lines of the samples are what; blank ones don't count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineCounts {
    /// All of them.
    pub all: usize,
    /// They have a timestamp and begin an event.
    pub begin_event: usize,
    /// They have none, and continue the event before.
    pub continuing: usize,
    /// They begin with a time in another layout.
    pub other_layouts: usize,
    /// They are headers.
    pub header: usize,
}

/// A layout that was considered, for people.
#[derive(Clone, Debug)]
pub struct LayoutSummary {
    /// The timestamp of the first line that has it, as it is written.
    pub example: Vec<u8>,
    /// What `timestamp_format` would read it.
    pub strftime: String,
    /// Where in the line it is.
    pub place: String,
    /// Lines that have it.
    pub lines: usize,
    /// Whether it writes a zone.
    pub has_zone: bool,
    /// Whether it writes a year.
    pub has_year: bool,
    /// Why it is not read; `None` if it is.
    pub lost: Option<Loss>,
}

impl Detected {
    /// Whether lines write no zone.
    #[must_use]
    pub fn needs_zone(&self) -> bool {
        self.times.iter().any(|fields| !has_zone(fields))
    }

    /// Whether lines write no year.
    #[must_use]
    pub fn needs_year(&self) -> bool {
        self.times.iter().any(|fields| fields.year.is_none() && fields.epoch_ms.is_none())
    }

    /// How its lines become events, with what they leave out; `None` of event documents, which are no lines.
    #[must_use]
    pub fn line_format(&self, resolver: TimestampResolver, message: Option<String>) -> Option<LineFormat> {
        let of_json = || self.formats.iter().filter(|format| format.place() == Place::Whole).cloned().collect();
        match self.kind? {
            FormatKind::Events => None,
            FormatKind::Json => {
                Some(LineFormat::Json(JsonLines::new(self.fields.clone(), message, of_json(), resolver)))
            }
            FormatKind::Text => {
                let of_text =
                    self.formats.iter().filter(|format| format.place() != Place::Whole).cloned().collect();
                let among = (!self.fields.is_empty())
                    .then(|| JsonLines::new(self.fields.clone(), None, of_json(), resolver.clone()));
                Some(LineFormat::Text(TextLines::new(of_text, resolver).with_json(among)))
            }
        }
    }

    /// What its times are, with what they leave out: the zone that the user names, and the year.
    ///
    /// `modified_ms` is when the file was last modified: none of its lines is later.
    ///
    /// # Errors
    ///
    /// The years are not known, or a zone that lines write is not; or most of the times cannot be.
    pub fn resolve(
        &self,
        resolver: TimestampResolver,
        year: Option<i32>,
        now_ms: i64,
        modified_ms: Option<i64>,
    ) -> Result<Resolved, TimeError> {
        let is_possible =
            |fields: &&TimestampFields| fields.year.is_none() || TimestampResolver::utc().resolve(fields).is_ok();
        let years = infer_years(&mut self.times.iter().filter(is_possible), now_ms, modified_ms, year)?;
        let resolver = resolver.following(&years);
        let mut reading = resolver.clone();
        let mut found = Resolved {
            resolver,
            years,
            first_of_file_ms: None,
            first_ms: None,
            last_ms: None,
            ambiguous_times: 0,
        };
        let mut failed: Vec<TimeError> = Vec::new();
        for fields in &self.times {
            match reading.resolve(fields) {
                Ok(ms) => {
                    found.first_of_file_ms.get_or_insert(ms);
                    found.first_ms = Some(found.first_ms.map_or(ms, |first| first.min(ms)));
                    found.last_ms = Some(found.last_ms.map_or(ms, |last| last.max(ms)));
                }
                Err(error @ (TimeError::AmbiguousZone(_) | TimeError::UnknownZone(_))) => return Err(error),
                Err(error @ TimeError::UnknownYear) if self.is_contiguous => return Err(error),
                Err(error) => failed.push(error),
            }
        }
        found.ambiguous_times = reading.ambiguous_times();
        match failed.first() {
            Some(error) if failed.len() * 2 > self.times.len() => Err(*error),
            _ => Ok(found),
        }
    }
}

/// The times of a file, with what they leave out.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// For the lines of the file, from its start.
    pub resolver: TimestampResolver,
    /// The years of times that write none, and the order of the lines.
    pub years: Years,
    /// That of the first line which has one.
    pub first_of_file_ms: Option<i64>,
    /// The earliest of the samples.
    pub first_ms: Option<i64>,
    /// The latest of the samples.
    pub last_ms: Option<i64>,
    /// Those in a repeated hour, of which the order of lines does not show the pass.
    pub ambiguous_times: u64,
}

/// Whether a time says its zone.
pub(super) fn has_zone(fields: &TimestampFields) -> bool {
    fields.zone != WrittenZone::Unwritten || fields.epoch_ms.is_some()
}

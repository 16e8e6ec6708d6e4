//! Why a file cannot be read, and what its user can say to have it read.

/// Why a file cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// No line has a time that is known.
    NoTimestamps,
    /// Some lines have a time, and that is no proof.
    TooFew,
    /// Several orders of day, month and year fit all lines.
    AmbiguousDate,
    /// What follows the times may be part of them.
    AmbiguousPart,
    /// The lines have a time of day and no date.
    NoDate,
    /// Some lines have their time in another layout than those that are read.
    OtherLayouts,
    /// An option was given that fits no line.
    OptionFitsNoLine,
    /// The JSON lines have no member of the usual names that holds a time.
    JsonWithoutTime,
    /// JSON objects that are printed over several lines.
    PrettyJson,
    /// One JSON object that holds the events in an array.
    JsonRecords,
    /// What `journalctl -o export` prints.
    JournalExport,
}

impl ProblemKind {
    /// For programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoTimestamps => "no_timestamps",
            Self::TooFew => "too_few",
            Self::AmbiguousDate => "ambiguous_date",
            Self::AmbiguousPart => "ambiguous_part",
            Self::NoDate => "no_date",
            Self::OtherLayouts => "other_layouts",
            Self::OptionFitsNoLine => "option_fits_no_line",
            Self::JsonWithoutTime => "json_without_time",
            Self::PrettyJson => "pretty_json",
            Self::JsonRecords => "json_records",
            Self::JournalExport => "journal_export",
        }
    }
}

/// Why a file cannot be read.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The kind of reason.
    pub kind: ProblemKind,
    /// Two lines that show it.
    pub lines: Vec<Vec<u8>>,
    /// Options that would have it read, with their values: alternatives, of which the user knows the right one.
    pub suggestions: Vec<Suggestion>,
    /// What it is about: the text that may be part of a time, the name of the option, the member that holds the array.
    pub subject: String,
}

/// An option, and a value with which the file can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// Its name in Python.
    pub option: &'static str,
    /// As it is passed.
    pub value: String,
}

impl Problem {
    pub(super) fn new(kind: ProblemKind, lines: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let lines = lines.into_iter().take(2).collect();
        Self { kind, lines, suggestions: Vec::new(), subject: String::new() }
    }

    pub(super) fn suggesting(mut self, option: &'static str, value: impl Into<String>) -> Self {
        let suggestion = Suggestion { option, value: value.into() };
        if !self.suggestions.contains(&suggestion) {
            self.suggestions.push(suggestion);
        }
        self
    }

    pub(super) fn about(self, subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), ..self }
    }
}

//! One line of JSON as applications write them: its timestamp, and its message.

use cordwood_core::{Rejection, Remedy};

use crate::json::path_values::PathValues;
use crate::json::timestamp::ValueTimestamps;
use crate::json::tokens::{self, Str};
use crate::time::civil::TimestampResolver;
use crate::time::formats::TimestampFormat;

/// Names of the member with the timestamp that applications use, the likeliest first.
pub(crate) const USUAL_NAMES: &[&str] = &[
    "timestamp",
    "@timestamp",
    "time",
    "ts",
    "datetime",
    "date",
    "eventTime",
    "event_time",
    "@t",
    "t",
    "asctime",
    "created",
    "_time",
    "time_iso8601",
    "Timestamp",
    "Time",
    "timeStamp",
    "TimeStamp",
    "timeMillis",
    "time_local",
    "log_time",
    "logTime",
    "log_timestamp",
    "logged_at",
    "loggedAt",
    "event_timestamp",
    "eventTimestamp",
    "EventTime",
    "__REALTIME_TIMESTAMP",
    "StartUTC",
    "start_time",
    "when",
    "at",
    "dt",
    "log.time",
    "event.created",
    "metadata.timestamp",
];

/// Where the message of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessagePlace {
    /// The line itself, which takes so many bytes more in a JSON string; `None` if that is not known.
    Line { more_in_json: Option<u32> },
    /// This range of the line.
    Range(usize, usize),
    /// It had escapes, and was decoded.
    Decoded,
}

/// How lines of JSON become events.
#[derive(Clone, Debug)]
pub struct JsonLines {
    /// At the paths of the timestamp, of which the first that a line has counts; then at that of the message, if it is
    /// another.
    values: PathValues,
    /// How many of the paths are the timestamp's.
    timestamp_paths: usize,
    /// Which of the paths is the message's, if the message is not the whole line.
    message_path: Option<usize>,
    timestamps: ValueTimestamps,
    /// The timestamp of all lines, if they are not searched for theirs.
    given: Option<i64>,
    /// The message, if it had escapes.
    decoded: Vec<u8>,
    /// Where the message of the last line is.
    place: MessagePlace,
    /// Why the last line is not an event, unless it is not JSON at all.
    rejection: Option<Rejection>,
}

impl JsonLines {
    /// Lines whose timestamp is at the first of these dotted paths that they have, and whose message is at the other path,
    /// or the line itself. Timestamps are numbers, or texts in one of these formats.
    #[must_use]
    pub fn new(
        timestamp: Vec<String>,
        message: Option<String>,
        formats: Vec<TimestampFormat>,
        resolver: TimestampResolver,
    ) -> Self {
        let timestamp_paths = timestamp.len();
        let mut paths = timestamp;
        let message_path = message.map(|message| {
            let known = paths.iter().position(|path| *path == message);
            known.unwrap_or_else(|| {
                paths.push(message);
                timestamp_paths
            })
        });
        Self {
            values: PathValues::new(paths),
            timestamp_paths,
            message_path,
            timestamps: ValueTimestamps::new(formats, resolver),
            given: None,
            decoded: Vec::new(),
            place: MessagePlace::Line { more_in_json: None },
            rejection: None,
        }
    }

    /// Sets the timestamp of the lines from here on; theirs are not read.
    pub(crate) fn set_timestamp(&mut self, timestamp: i64) {
        self.given = Some(timestamp);
    }

    pub(crate) fn decoded(&self) -> &[u8] {
        &self.decoded
    }

    /// The index of the line feed that ends the first line of these bytes.
    #[inline]
    pub(crate) fn end_of_line(&mut self, bytes: &[u8]) -> Option<usize> {
        self.values.end_of_line(bytes)
    }

    /// The timestamp of a line; `None` if it is not an event, and `take_rejection` says why.
    ///
    /// Two words, which are returned in registers: `place` has the rest.
    #[inline]
    pub(crate) fn read(&mut self, line: &[u8]) -> Option<i64> {
        if !self.values.find(line) {
            return None;
        }
        let timestamp = match self.given {
            Some(given) => given,
            None => self.read_timestamp(line)?,
        };
        self.place = match self.message_path {
            None => MessagePlace::Line { more_in_json: self.values.more_in_json() },
            Some(path) => self.find_message(line, path)?,
        };
        Some(timestamp)
    }

    /// Where the message of the last line is.
    #[inline]
    pub(crate) fn place(&self) -> &MessagePlace {
        &self.place
    }

    /// See [`TimestampResolver::ambiguous_times`].
    pub(crate) fn ambiguous_times(&self) -> u64 {
        self.timestamps.ambiguous_times()
    }

    /// Why the last line is not an event.
    pub(crate) fn take_rejection(&mut self) -> Rejection {
        self.rejection.take().unwrap_or_else(|| Rejection::Malformed(self.values.take_error().into()))
    }

    fn find_message(&mut self, line: &[u8], path: usize) -> Option<MessagePlace> {
        let Some((start, end)) = self.values.found()[path] else {
            let name = &self.values.paths()[path];
            let reason = format!("the line has no member {name}, which is to be its message");
            self.rejection = Some(Rejection::Malformed(reason.into()));
            return None;
        };
        if line[start] != b'"' {
            return Some(MessagePlace::Range(start, end));
        }
        match tokens::string(line, start, &mut self.decoded) {
            Ok((Str::InPlace(start, end), _)) => Some(MessagePlace::Range(start, end)),
            _ => Some(MessagePlace::Decoded),
        }
    }

    #[inline]
    fn read_timestamp(&mut self, line: &[u8]) -> Option<i64> {
        let Some(&(start, end)) = self.values.found()[..self.timestamp_paths].iter().flatten().next() else {
            return self.reject_without_timestamp();
        };
        let value = &line[start..end];
        let timestamp = self.timestamps.read(value);
        if timestamp.is_none() {
            return self.read_another(line);
        }
        timestamp
    }

    /// The timestamp of a line of which the first member that may hold it does not.
    #[cold]
    fn read_another(&mut self, line: &[u8]) -> Option<i64> {
        let values: Vec<_> = self.values.found()[..self.timestamp_paths].iter().flatten().copied().collect();
        let found = values.iter().find_map(|&(start, end)| self.timestamps.read(&line[start..end]));
        if found.is_none() {
            let (start, end) = values[0];
            self.reject_timestamp(&line[start..end]);
        }
        found
    }

    #[cold]
    fn reject_without_timestamp(&mut self) -> Option<i64> {
        let names = self.values.paths()[..self.timestamp_paths].join(", ");
        let reason = format!("the line has no timestamp: no member {names}").into();
        self.rejection = Some(Rejection::Avoidable { reason, remedy: Remedy::TimestampField });
        None
    }

    #[cold]
    fn reject_timestamp(&mut self, value: &[u8]) {
        let shown = String::from_utf8_lossy(&value[..value.len().min(60)]);
        self.timestamps.read(value);
        let reason = match self.timestamps.error() {
            Some(error) => format!("{shown}: {error}"),
            None => format!("{shown} is not a timestamp that can be read"),
        };
        self.rejection = Some(Rejection::Malformed(reason.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(timestamp: &[&str], message: Option<&str>) -> JsonLines {
        let names = timestamp.iter().map(|&name| name.to_owned()).collect();
        let resolver = TimestampResolver::new("UTC", None, 1_790_000_000_000).unwrap();
        JsonLines::new(names, message.map(str::to_owned), vec![], resolver)
    }

    #[test]
    fn paths_and_messages() {
        let line =
            br#"{"a.b": 1438191704, "log": {"time": 1438191704, "text": "q\"\u00e9", "n": {"x": [1, 2]}}, "m": "plain"}"#;
        let of = |timestamp: &str, message: &str| {
            let mut lines = lines(&[timestamp], Some(message));
            let timestamp = lines.read(line);
            match (timestamp, lines.place()) {
                (Some(ms), &MessagePlace::Range(start, end)) => {
                    Ok((ms, String::from_utf8_lossy(&line[start..end]).into_owned()))
                }
                (Some(ms), MessagePlace::Decoded) => {
                    Ok((ms, String::from_utf8_lossy(lines.decoded()).into_owned()))
                }
                _ => Err(lines.take_rejection().to_string()),
            }
        };
        assert_eq!(of("log.time", "log.text"), Ok((1_438_191_704_000, "q\"\u{e9}".to_owned())));
        assert_eq!(of("a.b", "m"), Ok((1_438_191_704_000, "plain".to_owned())));
        assert_eq!(of("log.time", "log.n"), Ok((1_438_191_704_000, r#"{"x": [1, 2]}"#.to_owned())));
        assert_eq!(of("log.time", "log.time"), Ok((1_438_191_704_000, "1438191704".to_owned())), "twice the same");
        let log = r#"{"time": 1438191704, "text": "q\"\u00e9", "n": {"x": [1, 2]}}"#;
        assert_eq!(of("log.time", "log"), Ok((1_438_191_704_000, log.to_owned())), "one inside the other");
        assert!(of("log.time", "nothing").unwrap_err().contains("no member nothing"));
    }

    #[test]
    fn a_line_that_is_not_an_event_says_why_and_what_would_make_it_one() {
        for (line, why, remedy) in [
            ("{\"a\":1}", "the line has no timestamp: no member ts, time", Some(Remedy::TimestampField)),
            ("{\"time\":\"soon\"}", "\"soon\" is not a timestamp that can be read", None),
            ("soon", "the line is not a JSON object", None),
        ] {
            let mut lines = lines(&["ts", "time"], None);
            assert_eq!(lines.read(line.as_bytes()), None);
            let rejection = lines.take_rejection();
            assert_eq!((rejection.to_string().as_str(), rejection.remedy()), (why, remedy));
        }
    }
}

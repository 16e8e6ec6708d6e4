//! Logs of known times in any layout: each event is read with the time that its line says, or the log is refused.
#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use bytes::Bytes;
use cordwood_input::{DetectOptions, HeaderLines, LineEvents, Step, TimestampResolver, detect};
use libfuzzer_sys::fuzz_target;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS_BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
/// 1 January 2026 and 2027, in milliseconds since 1970.
const FIRST_MS: i64 = 1_767_225_600_000;
const NOW_MS: i64 = 1_798_761_600_000;

/// A time in 2026, as clocks of a zone show it.
struct Civil {
    month: usize,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    millisecond: i64,
}

impl Civil {
    fn ms(&self) -> i64 {
        let days = DAYS_BEFORE[self.month - 1] + self.day - 1;
        let seconds = ((days * 24 + self.hour) * 60 + self.minute) * 60 + self.second;
        FIRST_MS + seconds * 1000 + self.millisecond
    }

    fn later(&self, seconds: i64, millisecond: i64) -> Self {
        let all = (self.hour * 60 + self.minute) * 60 + self.second + seconds;
        let Self { month, day, .. } = *self;
        let (hour, minute, second) = (all / 3600 % 24, all / 60 % 60, all % 60);
        Self { month, day: day + all / 86_400, hour, minute, second, millisecond }
    }

    fn date(&self, form: u8) -> String {
        let Self { month, day, .. } = self;
        let name = MONTHS[month - 1];
        match form % 16 {
            0 => format!("2026-{month:02}-{day:02}"),
            1 => format!("2026/{month:02}/{day:02}"),
            2 => format!("2026.{month:02}.{day:02}"),
            3 => format!("2026{month:02}{day:02}"),
            4 => format!("2026-{month}-{day}"),
            5 => format!("{day:02}/{name}/2026"),
            6 => format!("{day:02}-{name}-2026"),
            7 => format!("{day} {name} 2026"),
            8 => format!("{day:02} {name} 26"),
            9 => format!("{name} {day}, 2026"),
            10 => format!("{day:02}.{month:02}.2026"),
            11 => format!("{day:02}/{month:02}/2026"),
            12 => format!("{month:02}/{day:02}/2026"),
            13 => format!("{month:02}/{day:02}/26"),
            14 => format!("{day:02}.{month:02}.26"),
            _ => format!("{name} {day:>2}"),
        }
    }

    fn clock(&self, form: u8) -> String {
        let Self { hour, minute, second, millisecond, .. } = self;
        let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
        let half = if *hour < 12 { "AM" } else { "PM" };
        match form % 9 {
            0 => format!("{hour:02}:{minute:02}:{second:02}"),
            1 => format!("{hour:02}:{minute:02}:{second:02}.{millisecond:03}"),
            2 => format!("{hour:02}:{minute:02}:{second:02},{millisecond:03}"),
            3 => format!("{hour:02}:{minute:02}:{second:02}:{millisecond:03}"),
            4 => format!("{hour:02}:{minute:02}:{second:02}.{millisecond:03}917"),
            5 => format!("{twelve}:{minute:02}:{second:02} {half}"),
            6 => format!("{twelve:02}:{minute:02}:{second:02}{half}"),
            7 => format!("{twelve:02}:{minute:02}:{second:02}.{millisecond:03} {half}"),
            _ => format!("{hour}:{minute}:{second}"),
        }
    }
}

fn has_fraction(clock: u8) -> bool {
    matches!(clock % 9, 1..=4 | 7)
}

const ZONES: [(&str, i64); 9] = [
    ("", 0),
    ("Z", 0),
    (" UTC", 0),
    ("+02:00", 120),
    (" -0730", -450),
    (" CET", 60),
    (" EST", -300),
    (" GMT+02:00", 120),
    (" Asia/Tokyo", 540),
];
const PREFIXES: [&str; 8] = ["", "[", "INFO ", "[main] ", "1:M ", "<34>", "ts=", "level=info ts="];
const SEPARATORS: [&str; 7] = [" ", "] ", ": ", " - ", ",", " | ", "\t"];
/// The first of them begin as a part of a time does: where all lines have one, anybody would read it so.
const MESSAGES: [&str; 24] = [
    "+12 dB",
    "+0200 items",
    "-3 degrees",
    "2026 was good",
    "1987",
    "AM radio",
    "PM",
    "UTC is set",
    "CAT eats",
    "Z",
    "500,GET",
    "404,x",
    "started",
    "ERROR it failed",
    "12 items",
    "Z=4.2",
    "10.0.0.7,LOGIN",
    "10:00:01 again",
    "at 2020-02-02 02:02:02",
    "id=1795514401250",
    "[x] y",
    "-",
    ".5",
    "{}",
];
const PARTS: usize = 12;
const CONTINUATIONS: [&str; 5] = [
    "\tat Main.java:17",
    "Caused by: x",
    "SELECT * FROM t",
    "WHERE at > '2020-02-02 02:02:02'",
    "  2020-02-02 02:02:02",
];

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Layout {
    date: u8,
    has_sign: bool,
    clock: u8,
    zone: u8,
    prefix: u8,
    separator: u8,
    is_clock_first: bool,
}

impl Layout {
    /// A line, and the milliseconds that it says.
    fn line(&self, utc: &Civil, message: &str) -> (i64, String) {
        let (zone, minutes) = ZONES[usize::from(self.zone) % ZONES.len()];
        // The base is at noon or later, and no zone is ten hours away.
        let local = utc.later(minutes * 60, utc.millisecond);
        let (date, clock) = (local.date(self.date), local.clock(self.clock));
        let sign = if self.has_sign { if self.date % 16 == 5 { ":" } else { "T" } } else { " " };
        let says_year = self.date % 16 != 15;
        let written = match self.is_clock_first && says_year {
            true => format!("{clock} {date}{zone}"),
            false => format!("{date}{sign}{clock}{zone}"),
        };
        let prefix = PREFIXES[usize::from(self.prefix) % PREFIXES.len()];
        let separator = SEPARATORS[usize::from(self.separator) % SEPARATORS.len()];
        let ms = if has_fraction(self.clock) { utc.ms() } else { utc.ms() / 1000 * 1000 };
        (ms, format!("{prefix}{written}{separator}{message}"))
    }
}

#[derive(Debug)]
struct Log {
    text: String,
    events: Vec<(i64, String)>,
}

impl<'a> Arbitrary<'a> for Log {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let layouts: [Layout; 2] = [input.arbitrary()?, input.arbitrary()?];
        let most = input.int_in_range(1..=2)?;
        let mut time = Civil {
            month: input.int_in_range(1..=12)?,
            day: input.int_in_range(2..=20)?,
            hour: input.int_in_range(8..=13)?,
            minute: 59,
            second: 50,
            millisecond: 250,
        };
        let (mut lines, mut events, mut is_plain) = (String::new(), Vec::new(), [None, None]);
        for _ in 0..input.int_in_range(1..=12)? {
            let step = *input.choose(&[0, 0, 1, 1, 7, 61, 600])?;
            let millisecond =
                if step == 0 { (time.millisecond + 125).min(999) } else { input.int_in_range(0..=999)? };
            time = time.later(step, millisecond);
            let layout = input.int_in_range(0..=most - 1)?;
            let message = input.int_in_range(0..=MESSAGES.len() - 1)?;
            is_plain[layout] = Some(is_plain[layout] == Some(true) || message >= PARTS);
            let (ms, mut event) = layouts[layout].line(&time, MESSAGES[message]);
            if input.ratio(1, 6)? {
                event = format!("{event}\n{}", input.choose(&CONTINUATIONS)?);
            }
            lines = format!("{lines}{event}\n");
            events.push((ms, event));
        }
        // Two orders of day and month in one file are more than anybody can know.
        let [one, other] = layouts.map(|layout| matches!(layout.date % 16, 12 | 13));
        let is_numeric = |layout: &Layout| matches!(layout.date % 16, 10..=14);
        let are_mixed = most == 2 && layouts.iter().all(is_numeric) && one != other;
        match are_mixed || is_plain.contains(&Some(false)) {
            true => Err(arbitrary::Error::IncorrectFormat),
            false => Ok(Self { text: lines, events }),
        }
    }
}

fuzz_target!(|log: Log| {
    let options = DetectOptions { now_ms: NOW_MS, ..DetectOptions::default() };
    let found = detect(&[log.text.as_bytes()], &options);
    let clock = TimestampResolver::new("UTC", Some(2026), NOW_MS).unwrap();
    let Some(format) = found.problem.is_none().then(|| found.line_format(clock, None)).flatten() else { return };
    let mut lines = LineEvents::new(format).skipping(HeaderLines::new(found.header.clone()));
    lines.feed(Bytes::copy_from_slice(log.text.as_bytes()));
    loop {
        match lines.next() {
            Step::Event { timestamp, message, .. } => {
                let read = (timestamp, message.to_utf8());
                assert!(log.events.contains(&read), "{read:?} in {log:#?}");
            }
            Step::NeedInput => lines.finish(),
            Step::End => break,
            _ => {}
        }
    }
});

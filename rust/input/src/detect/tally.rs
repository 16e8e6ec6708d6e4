//! Which layouts the lines of samples have: all readings of all lines, each layout with the lines that it fits.

use std::collections::HashMap;

use crate::time::fields::{FormatItem, TimestampFields};
use crate::time::forms::{Leaves, Reading, readings_after_a_letter, readings_at};
use crate::time::neighbours;
use crate::time::places::{Place, place_in, places};
use crate::time::zones::ZoneForm;

/// A timestamp of a line, read in one way.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    /// Which line of the sample.
    pub(crate) line: usize,
    pub(crate) place: Place,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) fields: TimestampFields,
    pub(crate) zone: Option<(ZoneForm, bool)>,
    pub(crate) leaves: Option<Leaves>,
    /// It is a count with a fraction.
    pub(crate) has_point: bool,
}

/// Timestamps of the same components, written the same way at the same kind of place.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) items: Vec<FormatItem>,
    /// That of most lines.
    pub(crate) place: Place,
    /// Whether a clock is before it.
    pub(crate) behind_clock: bool,
    pub(crate) hits: Vec<Hit>,
}

impl Layout {
    pub(crate) fn has(&self, item: FormatItem) -> bool {
        self.items.contains(&item)
    }

    /// Whether its times have a year, or are counts since 1970.
    pub(crate) fn has_year(&self) -> bool {
        self.hits.first().is_some_and(|hit| hit.fields.year.is_some() || hit.fields.epoch_ms.is_some())
    }

    pub(crate) fn has_date(&self) -> bool {
        self.hits.first().is_some_and(|hit| hit.fields.month > 0 || hit.fields.epoch_ms.is_some())
    }

    /// Whether they are bare numbers.
    pub(crate) fn is_count(&self) -> bool {
        self.items == [FormatItem::Epoch]
    }
}

/// The kind of a place: after how many words does not matter.
fn class(place: Place) -> Place {
    match place {
        Place::Words(_) => Place::Words(0),
        other => other,
    }
}

/// The layouts of these lines, which are indices into all of them.
///
/// Of a file whose columns have names, `time_column` is behind how many words those say that the time is.
pub(crate) fn layouts_of(
    lines: &[&[u8]],
    chosen: impl Iterator<Item = usize>,
    time_column: Option<u8>,
) -> Vec<Layout> {
    let mut known: HashMap<(Place, bool, Vec<FormatItem>), Layout> = HashMap::new();
    for index in chosen {
        for (place, reading) in readings(lines[index], time_column) {
            let Reading { start, end, items, fields, zone, leaves } = reading;
            let behind_clock = place.is_further_in() && neighbours::is_behind_a_clock(lines[index], start);
            let layout = known.entry((class(place), behind_clock, items.clone())).or_insert_with(|| Layout {
                items,
                place,
                behind_clock,
                hits: Vec::new(),
            });
            // Of several in a line, the first.
            if layout.hits.last().is_some_and(|hit| hit.line == index) {
                continue;
            }
            let has_point = lines[index][start..end].contains(&b'.');
            layout.hits.push(Hit { line: index, place, start, end, fields, zone, leaves, has_point });
        }
    }
    let mut layouts: Vec<Layout> = known.into_values().collect();
    for layout in &mut layouts {
        layout.place = most_common(layout.hits.iter().map(|hit| hit.place));
    }
    // In the order in which the file has them, so that the same file always reads the same.
    layouts.sort_by_cached_key(|layout| {
        let first = &layout.hits[0];
        (first.line, first.start, usize::MAX - first.end, format!("{:?}", layout.items))
    });
    layouts
}

/// What comes up most; of those the first.
fn most_common(places: impl Iterator<Item = Place>) -> Place {
    let mut counts: Vec<(Place, usize)> = Vec::new();
    for place in places {
        match counts.iter_mut().find(|(known, _)| *known == place) {
            Some((_, count)) => *count += 1,
            None => counts.push((place, 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max();
    counts.iter().find(|(_, count)| Some(*count) == most).map_or(Place::Start, |(place, _)| *place)
}

/// All readings of a line that are not part of a longer one.
pub(crate) fn readings(line: &[u8], time_column: Option<u8>) -> Vec<(Place, Reading)> {
    let mut found: Vec<(Place, Reading)> = Vec::new();
    let mut tried: Vec<usize> = Vec::new();
    let mut readings = Vec::new();
    let mut places = places(line);
    let named = time_column.filter(|&words| words > 0).map(Place::Words);
    places.extend(named.and_then(|place| Some((place, place_in(line, place)?))));
    // The place that says most of why it is one comes first; the same bytes are not read twice.
    places.sort_by_key(|(place, _)| match place {
        Place::Start | Place::Priority => 0,
        place if Some(*place) == named => 0,
        Place::Key(_) => 1,
        Place::Bracket => 2,
        Place::Column => 4,
        _ => 3,
    });
    for (place, at) in places {
        if tried.contains(&at) {
            continue;
        }
        tried.push(at);
        readings_at(line, at, &mut readings);
        found.extend(readings.drain(..).map(|reading| (place, reading)));
    }
    readings_after_a_letter(line, &mut readings);
    found.extend(readings.drain(..).map(|reading| (Place::Letter, reading)));
    let ranges: Vec<(usize, usize, bool)> =
        found.iter().map(|(_, reading)| (reading.start, reading.end, reading.has_date())).collect();
    found.retain(|(_, reading)| {
        !ranges.iter().any(|&(start, end, dated)| {
            let longer = start <= reading.start && reading.end <= end && end - start > reading.end - reading.start;
            let is_rival = start == reading.start && reading.leaves == Some(Leaves::Digits);
            longer && !is_rival && (dated || !reading.has_date())
        })
    });
    found.retain(|(place, reading)| !is_behind_a_part(line, *place, reading));
    found
}

/// Whether what is before a reading further in may be a part of its time.
fn is_behind_a_part(line: &[u8], place: Place, reading: &Reading) -> bool {
    let Reading { fields, zone, start, .. } = reading;
    let is_count = fields.epoch_ms.is_some();
    place.is_further_in()
        && neighbours::is_behind_a_part(
            line,
            *start,
            is_count || zone.is_some(),
            is_count || fields.year.is_some(),
        )
}

//! The input as a whole: events or two columns, all at hand or a stream.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyList, PyString, PyTuple};

use crate::abc::{is_mapping, is_sequence, is_text};
use crate::arrow::{self, Chunks, Rows, TimeArray};
use crate::columns::{self, Columns};
use crate::describe::type_of;
use crate::event;
use crate::feed::Feed;
use crate::gil_yield::GilYield;
use crate::message::Message;
use crate::naive_times::NaiveTimes;
use crate::numpy;
use crate::prefetch::{self, Placement};

pub(crate) enum Input<'py> {
    Columns(Columns<'py>),
    Rows(Python<'py>, Vec<Rows>),
    RowStream(Python<'py>, Chunks),
    Sequence(Bound<'py, PyAny>),
    Stream(Bound<'py, PyIterator>),
}

impl<'py> Input<'py> {
    pub(crate) fn new(
        events: Option<Bound<'py, PyAny>>,
        timestamps: Option<Bound<'py, PyAny>>,
        messages: Option<Bound<'py, PyAny>>,
        naive: &NaiveTimes,
    ) -> PyResult<Self> {
        match (events, timestamps, messages) {
            (Some(events), None, None) => Self::of_events(events, naive),
            (None, Some(timestamps), Some(messages)) => Self::of_columns(&timestamps, &messages, naive),
            (None, None, None) => {
                Err(PyTypeError::new_err("no input: pass events, or both timestamps= and messages="))
            }
            (None, ..) => {
                Err(PyTypeError::new_err("one column is missing: timestamps= and messages= go together"))
            }
            (Some(_), ..) => {
                Err(PyTypeError::new_err("pass either events or the columns timestamps= and messages=, not both"))
            }
        }
    }

    fn of_events(events: Bound<'py, PyAny>, naive: &NaiveTimes) -> PyResult<Self> {
        if events.is_exact_instance_of::<PyList>() || events.is_exact_instance_of::<PyTuple>() {
            return Ok(Self::Sequence(events));
        }
        if let Some((timestamps, messages)) = numpy::columns_of_table(&events)? {
            return Self::of_columns(&timestamps, &messages, naive);
        }
        if let Some(chunks) = arrow::chunks_of(&events)? {
            // What has a length is there as a whole; a reader of record batches has none.
            return if events.len().is_ok() {
                let rows = chunks.map(|chunk| Rows::of_table(&chunk?, naive)).collect::<PyResult<_>>()?;
                Ok(Self::Rows(events.py(), rows))
            } else {
                Ok(Self::RowStream(events.py(), chunks))
            };
        }
        if is_text(&events) {
            return Err(PyTypeError::new_err(format!(
                "events is {}; pass an iterable of events: mappings with timestamp and message, or pairs",
                type_of(&events)
            )));
        }
        if is_mapping(&events)? {
            return Err(PyTypeError::new_err(format!(
                "events is {}, a single mapping; put it in a list: [event]",
                type_of(&events)
            )));
        }
        if is_sequence(&events)? {
            return Ok(Self::Sequence(events));
        }
        match events.try_iter() {
            Ok(iterator) => Ok(Self::Stream(iterator)),
            Err(error) if error.is_instance_of::<PyTypeError>(events.py()) => Err(PyTypeError::new_err(format!(
                "events is {}, which cannot be iterated; pass an iterable of events",
                type_of(&events)
            ))),
            Err(error) => Err(error),
        }
    }

    fn of_columns(
        timestamps: &Bound<'py, PyAny>,
        messages: &Bound<'py, PyAny>,
        naive: &NaiveTimes,
    ) -> PyResult<Self> {
        let py = timestamps.py();
        let collected = |column: &Bound<'py, PyAny>| {
            arrow::column_chunks_of(column)?.map(Iterator::collect::<PyResult<Vec<_>>>).transpose()
        };
        let texts = match collected(messages)? {
            None => numpy::texts(messages)?.map(|texts| vec![texts]),
            texts => texts,
        };
        let Some(texts) = texts else {
            return Columns::new(timestamps, messages, naive).map(Self::Columns);
        };
        let times = match collected(timestamps)? {
            Some(times) => {
                times.into_iter().map(|times| TimeArray::of_array(times, naive)).collect::<PyResult<_>>()?
            }
            None => vec![TimeArray::of_column(columns::timestamps_as_column(timestamps, naive)?)],
        };
        Ok(Self::Rows(py, arrow::aligned(times, texts)?))
    }

    /// About how many events there are, and how many bytes of messages are to be copied, estimated from a few of them. Runs
    /// no code of the caller's but a sequence's `__len__`.
    pub(crate) fn size_hint(&self) -> (usize, usize) {
        match self {
            Self::Rows(_, rows) => (rows.iter().map(Rows::len).sum(), rows.iter().map(Rows::copied_bytes).sum()),
            Self::Columns(columns) => (columns.len(), scaled(columns.len(), every_so_many(columns.messages()))),
            Self::Sequence(events) => {
                let len = events.len().unwrap_or(0);
                let messages = events.cast_exact::<PyList>().map(|list| {
                    scaled(len, every_so_many(list).filter_map(|event| event::message_of_plain_event(&event)))
                });
                (len, messages.unwrap_or(0))
            }
            Self::Stream(_) | Self::RowStream(..) => (0, 0),
        }
    }

    /// Passes on all events, or those before the first error.
    pub(crate) fn feed_all(self, naive: &NaiveTimes, into: &mut impl Feed) -> PyResult<()> {
        match self {
            Self::Rows(py, rows) => rows.iter().try_for_each(|rows| rows.feed_all(py, into)),
            Self::RowStream(py, mut chunks) => {
                while let Some(chunk) = py.detach(|| chunks.next()) {
                    Rows::of_table(&chunk?, naive)?.feed_all(py, into)?;
                }
                Ok(())
            }
            Self::Columns(columns) => columns.feed_all(naive, into),
            Self::Sequence(events) => match events.cast_exact::<PyList>() {
                Ok(list) => feed_list(list, naive, into),
                Err(_) => feed_items(events.py(), events.try_iter()?, naive, into),
            },
            Self::Stream(events) => feed_items(events.py(), events, naive, into),
        }
    }
}

/// How many events the size of all is estimated from.
const SAMPLE: usize = 64;

fn every_so_many<'py>(list: &Bound<'py, PyList>) -> impl Iterator<Item = Bound<'py, PyAny>> {
    let step = (list.len() / SAMPLE).max(1);
    (0..list.len()).step_by(step).take(SAMPLE).filter_map(|i| list.get_item(i).ok())
}

/// Bytes of `len` messages like these.
fn scaled<'py>(len: usize, messages: impl Iterator<Item = Bound<'py, PyAny>>) -> usize {
    let (mut count, mut bytes) = (0, 0);
    for message in messages.filter(PyAnyMethods::is_exact_instance_of::<PyString>) {
        if let Ok(message) = Message::extract(&message)
            && let Ok(text) = message.text()
        {
            count += 1;
            bytes += text.measure().len;
        }
    }
    // One eighth more than the average, so that a fair sample seldom falls short.
    let average: usize = bytes.checked_div(count).unwrap_or(0);
    len.saturating_mul(average + average / 8)
}

fn feed_items<'py>(
    py: Python<'py>,
    items: impl Iterator<Item = PyResult<Bound<'py, PyAny>>>,
    naive: &NaiveTimes,
    into: &mut impl Feed,
) -> PyResult<()> {
    let mut gil_yield = GilYield::new();
    for item in items {
        event::feed(&item?, naive, into)?;
        gil_yield.after_event(py)?;
    }
    Ok(())
}

fn feed_list(list: &Bound<'_, PyList>, naive: &NaiveTimes, into: &mut impl Feed) -> PyResult<()> {
    let placement = Placement::of(list);
    let mut gil_yield = GilYield::new();
    let (len, mut index) = (list.len(), 0);
    // The caller's code may change the list in between: what it takes away is not read, nor what it puts behind the rest.
    while index < len.min(list.len()) {
        prefetch::ask_for_events(list, index, placement);
        event::feed_at(list, index, naive, into)?;
        gil_yield.after_event(list.py())?;
        index += 1;
    }
    Ok(())
}

//! `cordwood.Batch`.

use cordwood_core as core;
use cordwood_core::{Entity, Frame, Row, SplitEvent};
use pyo3::exceptions::{PyIndexError, PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PySlice, PyString};

use crate::abc::is_mapping;
use crate::describe::type_of;

/// What one PutLogEvents request carries: events in order of time, within every limit.
///
/// A batch is immutable and always stays valid: it owns a copy of its messages and never reads the caller's objects
/// again. The batches of one sequence share one copy, which lives as long as any of them. (What cannot change is kept
/// instead of copied: a plain `str` of ASCII or `bytes` of 64 KiB and more, and the memory of an Arrow column.)
/// `len(batch)` is its number of log events, `batch[i]` one of them as boto3 takes it, `batch[i:j]` a batch of
/// some (a ValueError if it would be empty). It cannot be pickled: send its `body` or its `events` to another process.
#[pyclass(frozen, module = "cordwood")]
pub(crate) struct Batch(pub(crate) core::Batch);

#[pymethods]
impl Batch {
    /// Size as the service counts it: UTF-8 bytes of every message plus 26 (the overhead) for each event.
    #[getter]
    fn nbytes(&self) -> u64 {
        self.0.nbytes()
    }

    /// Why it closed, that is, why it is not larger.
    ///
    /// `"bytes"`: the next event did not fit by size; `"events"`: it has as many as a request may; `"span"`: in
    /// order of time, the next event came more than 24 h after the first; `"input"`: 64 MiB of a stream came in
    /// since it opened; `"linger"`: `flush(opened_before=)` closed it, as uploads do with batches that have waited;
    /// `"memory"`: the batches of all log streams took too much memory; `"window"`: 32 batches were open, and an
    /// event fitted none; `"end"`: the input ended, or `flush()` closed it. A slice of a batch says the same.
    #[getter]
    fn closed_by(&self) -> &'static str {
        self.0.closed_by().name()
    }

    /// Timestamp of the first event, in milliseconds since 1970-01-01 00:00 UTC: the smallest.
    #[getter]
    fn first_timestamp(&self) -> i64 {
        self.0.first_timestamp()
    }

    /// Timestamp of the last event, in milliseconds since 1970-01-01 00:00 UTC: the greatest.
    #[getter]
    fn last_timestamp(&self) -> i64 {
        self.0.last_timestamp()
    }

    /// For each event of the batch, its 0-based position in the caller's input.
    ///
    /// The parts of an event that was split share its position.
    #[getter]
    fn positions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.0.rows().iter().map(|row| row.position))
    }

    /// Timestamp of each event of the batch, in milliseconds since 1970-01-01 00:00 UTC: never decreasing.
    #[getter]
    fn timestamps<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.0.rows().iter().map(|row| row.timestamp))
    }

    /// The events of which this batch holds parts: `(position, parts, last)`, in order of time.
    ///
    /// `parts` is how many of the event's parts are here; `last` is whether its last one is among them. Empty if no
    /// event was split.
    #[getter]
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        for SplitEvent { position, parts, has_last } in self.0.split_events() {
            list.append((position, parts, has_last))?;
        }
        Ok(list)
    }

    /// Return the positions, in increasing order, each once, in few bytes: LEB128 of their distances.
    ///
    /// `unpack_positions` returns them. Those of 8,000 events of a file take 8 to 16 KB.
    ///
    /// Args:
    ///     whole_events_only: leave out the events of which other batches have parts too.
    #[pyo3(signature = (*, whole_events_only = true))]
    fn packed_positions<'py>(&self, py: Python<'py>, whole_events_only: bool) -> Bound<'py, PyBytes> {
        let batch = &self.0;
        PyBytes::new(py, &py.detach(|| core::encode_positions(batch.sorted_positions(whole_events_only))))
    }

    /// Return the events as boto3 takes them: dicts of `timestamp` (int, ms) and `message` (str).
    fn events<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        for row in self.0.rows() {
            list.append(self.event(py, row)?)?;
        }
        Ok(list)
    }

    /// Write the finished PutLogEvents request body: minimal JSON in UTF-8.
    ///
    /// Only the quote, the backslash and control characters are escaped. `entity`, if given, precedes the events;
    /// `sequenceToken`, if given, is the last member. The interpreter lock is released meanwhile.
    ///
    /// Args:
    ///     log_group_name: 1 to 512 of the characters A-Z a-z 0-9 . - _ / #.
    ///     log_stream_name: 1 to 512 characters, neither `:` nor `*`.
    ///     sequence_token: the `nextSequenceToken` of the call before; at least one character.
    ///     entity: the API's Entity: `keyAttributes` and `attributes`, each a mapping of str to str.
    ///     gzip: compress it, for `Content-Encoding: gzip`.
    ///
    /// Raises:
    ///     ValueError: a name or the token breaks its rule, or cannot be encoded as UTF-8.
    ///     TypeError: an argument, or something inside `entity`, has the wrong type.
    #[pyo3(signature = (log_group_name, log_stream_name, *, sequence_token = None, entity = None, gzip = false))]
    fn body<'py>(
        &self,
        py: Python<'py>,
        log_group_name: &Bound<'py, PyAny>,
        log_stream_name: &Bound<'py, PyAny>,
        sequence_token: Option<&Bound<'py, PyAny>>,
        entity: Option<&Bound<'py, PyAny>>,
        gzip: bool,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let entity = entity.map(read_entity).transpose()?;
        let token = sequence_token.map(|token| text("sequence_token", token)).transpose()?;
        let frame = Frame::new(
            &text("log_group_name", log_group_name)?,
            &text("log_stream_name", log_stream_name)?,
            token.as_deref(),
            entity.as_ref(),
        )
        .map_err(|error| PyValueError::new_err(error.to_string()))?;
        let batch = &self.0;
        if gzip {
            return Ok(PyBytes::new(py, &py.detach(|| frame.gzip(batch))));
        }
        PyBytes::new_with(py, frame.body_len(batch), |out| {
            py.detach(|| frame.write(batch, out));
            Ok(())
        })
    }

    fn __getitem__<'py>(&self, py: Python<'py>, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let rows = self.0.rows();
        let Ok(slice) = index.cast::<PySlice>() else {
            let index: isize = index.extract()?;
            let from_start = if index < 0 { index + rows.len().cast_signed() } else { index };
            let row = usize::try_from(from_start)
                .ok()
                .and_then(|index| rows.get(index))
                .ok_or_else(|| PyIndexError::new_err(format!("event {index} of a batch of {}", rows.len())))?;
            return Ok(self.event(py, row)?.into_any());
        };
        let indices = slice.indices(rows.len().cast_signed())?;
        if indices.step != 1 {
            return Err(PyValueError::new_err("a slice of a batch has no step: its events stay in order of time"));
        }
        let (start, stop) = (indices.start.unsigned_abs(), indices.stop.unsigned_abs());
        let batch = self
            .0
            .slice(start..stop.max(start))
            .ok_or_else(|| PyValueError::new_err("the slice is empty; a batch carries at least 1 event"))?;
        Ok(Bound::new(py, Self(batch))?.into_any())
    }

    fn __len__(&self) -> usize {
        self.0.rows().len()
    }

    /// Raise TypeError: a batch does not pickle.
    // It shares its memory with other batches and lends that of the caller's objects, up to 1 MiB of messages. The body is
    // as long, and is what a receiver needs.
    #[expect(clippy::unused_self, reason = "Python passes it")]
    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err(
            "cannot pickle a Batch; send batch.body(log_group_name, log_stream_name) or batch.events() instead",
        ))
    }

    fn __repr__(&self) -> String {
        format!(
            "<cordwood.Batch of {} log events, {} bytes, timestamps {} to {}>",
            self.0.rows().len(),
            self.0.nbytes(),
            self.0.first_timestamp(),
            self.0.last_timestamp()
        )
    }
}

impl Batch {
    fn event<'py>(&self, py: Python<'py>, row: &Row) -> PyResult<Bound<'py, PyDict>> {
        let event = PyDict::new(py);
        event.set_item(intern!(py, "timestamp"), row.timestamp)?;
        let message = PyString::from_bytes(py, self.0.message(row))?;
        event.set_item(intern!(py, "message"), message)?;
        Ok(event)
    }
}

/// The text of a str argument, under the name that the caller knows.
fn text(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    let Ok(text) = value.cast::<PyString>() else {
        return Err(PyTypeError::new_err(format!("{name} is {}; it must be a str", type_of(value))));
    };
    text.to_cow().map(std::borrow::Cow::into_owned).map_err(|error| {
        let what = format!("{name} has a lone surrogate, which UTF-8 cannot carry");
        let exception = PyValueError::new_err(what);
        exception.set_cause(value.py(), Some(error));
        exception
    })
}

fn read_entity(entity: &Bound<'_, PyAny>) -> PyResult<Entity> {
    let mut read = Entity::default();
    for (name, value) in items("entity", entity)? {
        let member = match name.as_str() {
            "keyAttributes" => &mut read.key_attributes,
            "attributes" => &mut read.attributes,
            _ => {
                return Err(PyValueError::new_err(format!(
                    "entity has a member {name:?}; its members are \"keyAttributes\" and \"attributes\""
                )));
            }
        };
        let pairs = items(&format!("entity[{name:?}]"), &value)?;
        let pairs = pairs.into_iter().map(|(key, value)| {
            let value = text(&format!("entity[{name:?}][{key:?}]"), &value)?;
            Ok((key, value))
        });
        *member = Some(pairs.collect::<PyResult<_>>()?);
    }
    Ok(read)
}

fn items<'py>(name: &str, mapping: &Bound<'py, PyAny>) -> PyResult<Vec<(String, Bound<'py, PyAny>)>> {
    if !is_mapping(mapping)? {
        return Err(PyTypeError::new_err(format!("{name} is {}; it must be a mapping", type_of(mapping))));
    }
    let key_name = format!("a key of {name}");
    mapping
        .call_method0(intern!(mapping.py(), "items"))?
        .try_iter()?
        .map(|item| {
            let (key, value) = item?.extract::<(Bound<'py, PyAny>, Bound<'py, PyAny>)>()?;
            Ok((text(&key_name, &key)?, value))
        })
        .collect()
}

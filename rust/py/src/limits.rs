//! `cordwood.Limits`.

use cordwood_core as core;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::arguments::Number;

/// The limits of PutLogEvents; each may be overridden, for an endpoint whose limits differ.
///
/// The defaults are the service's own (PutLogEvents in the CloudWatch Logs API reference). An instance is
/// immutable, hashable, picklable, and equal to another with the same numbers.
///
/// Args:
///     max_batch_bytes: most bytes in a batch, counted as the sum over its events of the UTF-8 length of the
///         message plus `event_overhead_bytes`.
///     max_batch_events: most events in a batch.
///     max_batch_span_ms: most milliseconds from a batch's first timestamp to its last; exactly this is legal.
///     max_event_bytes: most bytes of one event, its overhead included; an event larger than this, or than
///         `max_batch_bytes`, is `oversize`.
///     event_overhead_bytes: bytes that the service counts for each event besides its message.
///     max_future_ms: how far after `now` a timestamp may be; beyond that, the event is `too_new`.
///     max_age_ms: how far before `now` a timestamp may be; beyond that, the event is `too_old`.
///
/// Raises:
///     ValueError: a number is out of range (the first two and `max_event_bytes` are at least 1, the others at
///         least 0; byte limits are at most 512 MiB), or the limits leave no room for a message of one
///         character (4 bytes).
#[pyclass(frozen, eq, hash, module = "cordwood")]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Limits(pub(crate) core::Limits);

#[pymethods]
impl Limits {
    #[new]
    #[pyo3(signature = (
        *,
        max_batch_bytes = Number(1_048_576),
        max_batch_events = Number(10_000),
        max_batch_span_ms = Number(86_400_000),
        max_event_bytes = Number(1_048_576),
        event_overhead_bytes = Number(26),
        max_future_ms = Number(7_200_000),
        max_age_ms = Number(1_209_600_000),
    ), text_signature = "(*, max_batch_bytes=1048576, max_batch_events=10000, max_batch_span_ms=86400000, \
        max_event_bytes=1048576, event_overhead_bytes=26, max_future_ms=7200000, max_age_ms=1209600000)")]
    fn new(
        max_batch_bytes: Number,
        max_batch_events: Number,
        max_batch_span_ms: Number,
        max_event_bytes: Number,
        event_overhead_bytes: Number,
        max_future_ms: Number,
        max_age_ms: Number,
    ) -> PyResult<Self> {
        let limits = core::Limits {
            max_batch_bytes: max_batch_bytes.unsigned("max_batch_bytes")?,
            max_batch_events: max_batch_events.unsigned("max_batch_events")?,
            max_batch_span_ms: max_batch_span_ms.0,
            max_event_bytes: max_event_bytes.unsigned("max_event_bytes")?,
            event_overhead_bytes: event_overhead_bytes.unsigned("event_overhead_bytes")?,
            max_future_ms: max_future_ms.0,
            max_age_ms: max_age_ms.0,
        };
        limits.validated().map(Self).map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// Most counted bytes in a batch.
    #[getter]
    fn max_batch_bytes(&self) -> u64 {
        self.0.max_batch_bytes
    }

    /// Most events in a batch.
    #[getter]
    fn max_batch_events(&self) -> u64 {
        self.0.max_batch_events
    }

    /// Most milliseconds from a batch's first timestamp to its last.
    #[getter]
    fn max_batch_span_ms(&self) -> i64 {
        self.0.max_batch_span_ms
    }

    /// Most counted bytes of one event, its overhead included.
    #[getter]
    fn max_event_bytes(&self) -> u64 {
        self.0.max_event_bytes
    }

    /// Bytes counted for each event besides its message.
    #[getter]
    fn event_overhead_bytes(&self) -> u64 {
        self.0.event_overhead_bytes
    }

    /// How many milliseconds after `now` a timestamp may be.
    #[getter]
    fn max_future_ms(&self) -> i64 {
        self.0.max_future_ms
    }

    /// How many milliseconds before `now` a timestamp may be.
    #[getter]
    fn max_age_ms(&self) -> i64 {
        self.0.max_age_ms
    }

    /// Return the arguments that make the same again, for `pickle` and `copy`.
    fn __getnewargs_ex__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        let keywords = PyDict::new(py);
        for (name, value) in self.overridden() {
            keywords.set_item(name, value)?;
        }
        Ok((PyTuple::empty(py), keywords))
    }

    fn __repr__(&self) -> String {
        let overridden: Vec<_> = self.overridden().map(|(name, value)| format!("{name}={value}")).collect();
        format!("Limits({})", overridden.join(", "))
    }
}

impl Limits {
    /// The numbers that are not the service's own, by their names.
    fn overridden(&self) -> impl Iterator<Item = (&'static str, i128)> {
        let service = named(&core::Limits::default());
        named(&self.0).into_iter().zip(service).filter(|(own, default)| own != default).map(|(own, _)| own)
    }
}

fn named(limits: &core::Limits) -> [(&'static str, i128); 7] {
    [
        ("max_batch_bytes", limits.max_batch_bytes.into()),
        ("max_batch_events", limits.max_batch_events.into()),
        ("max_batch_span_ms", limits.max_batch_span_ms.into()),
        ("max_event_bytes", limits.max_event_bytes.into()),
        ("event_overhead_bytes", limits.event_overhead_bytes.into()),
        ("max_future_ms", limits.max_future_ms.into()),
        ("max_age_ms", limits.max_age_ms.into()),
    ]
}

//! Objects of a list are prefetched before the loop gets to them.
//!
//! A dict, its table, its timestamp and its message are four objects, and four waits for memory, each for the address
//! that the one before holds. If the events were made in their order, each of these is behind its neighbour's, and the
//! processor fetches ahead by itself, but not beyond a page: asked for here, dicts in order take 47 ns in place of 55, to
//! finished bodies, pairs 36 in place of 41, and columns 32 in place of 53 (Zen 5). In a list that was shuffled, or sorted
//! by time, it can fetch nothing, and steps for several events at once let their waits come together: columns 89 in place
//! of 265.
//!
//! All of it is hints: nothing is read from an object that the loop does not read itself later, with all checks. They
//! rely on the interpreter lock as `exact_types` does.

#![allow(unsafe_code)]

use pyo3::Borrowed;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::exact_types::{self, LOCKED};

/// Of a table of up to five entries: header, indices, entries.
const TABLE_BYTES: usize = 192;

/// Of a table the header, and the two entries that a plain event has.
const TABLE_START_BYTES: usize = 128;

/// Of a message: its header, and what the copying then finds by itself.
const MESSAGE_BYTES: usize = 192;

const LINE: usize = 64;

/// How the items of a list are placed in memory.
#[derive(Clone, Copy)]
pub(crate) enum Placement {
    /// Each behind the one before it.
    InOrder,
    Scattered,
}

impl Placement {
    /// By a look at some of them.
    pub(crate) fn of(list: &Bound<'_, PyList>) -> Self {
        const LOOKED_AT: usize = 64;
        /// Bytes that an object may be behind the one before, to count as its neighbour.
        const NEAR: usize = 2048;
        if list.len() < 2 * LOOKED_AT {
            return Self::InOrder;
        }
        let step = list.len() / LOOKED_AT;
        let address = |index: usize| list.get_item(index).map_or(0, |item| item.as_ptr() as usize);
        let far = (0..LOOKED_AT).filter(|look| {
            let index = look * step;
            address(index).abs_diff(address(index + 1)) > NEAR
        });
        if far.count() * 2 > LOOKED_AT { Self::Scattered } else { Self::InOrder }
    }
}

/// Asks for what comes up behind the event at `index`.
#[inline]
pub(crate) fn ask_for_events(list: &Bound<'_, PyList>, index: usize, placement: Placement) {
    match placement {
        _ if !LOCKED => {}
        Placement::InOrder => ask_for_neighbours(list, index),
        Placement::Scattered => ask_for_scattered(list, index),
    }
}

#[inline]
fn ask_for_neighbours(list: &Bound<'_, PyList>, index: usize) {
    /// Events between one step and the next. Measured, in order: 8 takes 47 ns an event, 4 49, 12 and 16 48; and without
    /// the second line of a table 51. To ask for timestamps and messages too costs more than it brings: 50.
    const STEP: usize = 8;
    if index + 2 * STEP < list.len() {
        ask_for(item(list, index + 2 * STEP).as_ptr().cast(), LINE);
        let next = item(list, index + STEP);
        if next.is_exact_instance_of::<PyTuple>() {
            ask_for_parts(next);
        } else {
            ask_for_table(next, TABLE_START_BYTES);
        }
    }
}

fn ask_for_scattered(list: &Bound<'_, PyList>, index: usize) {
    /// Events asked for at once. Few: what they are asked for must still be in the first cache when the loop gets to them, and
    /// no more than a dozen lines can be on their way at once. Measured, 1 to 32: from 2 to 4 on a shuffled list takes 250
    /// ns an event to read, with 8 it takes 330, with 32 it is 360, without any of this 840.
    const BLOCK: usize = 4;
    if !index.is_multiple_of(BLOCK) {
        return;
    }
    // Each step for the block behind the one of the step before it, so that none waits for what was asked for just now.
    let block = |ahead: usize| {
        let end = list.len().min(index + (ahead + 1) * BLOCK);
        (index + ahead * BLOCK..end).map(|index| item(list, index))
    };
    block(3).for_each(|event| ask_for(event.as_ptr().cast(), LINE));
    block(2).for_each(|event| ask_for_table(event, TABLE_BYTES));
    block(1).for_each(ask_for_parts);
}

/// Asks for what comes up behind the message at `index` of a column.
#[inline]
pub(crate) fn ask_for_message(messages: &Bound<'_, PyList>, index: usize) {
    ask_for_value(messages, index, MESSAGE_BYTES);
}

/// Asks for what comes up behind the number at `index` of a column.
#[inline]
pub(crate) fn ask_for_number(numbers: &Bound<'_, PyList>, index: usize) {
    ask_for_value(numbers, index, LINE);
}

#[inline]
fn ask_for_value(column: &Bound<'_, PyList>, index: usize, bytes: usize) {
    /// Measured: 8 takes 32 ns an event in order and 89 scattered, 4 36 and 93, 16 34 and 93.
    const AHEAD: usize = 8;
    if LOCKED && index + AHEAD < column.len() {
        ask_for(item(column, index + AHEAD).as_ptr().cast(), bytes);
    }
}

/// An item of an index below the list's length.
#[inline]
fn item<'a, 'py>(list: &'a Bound<'py, PyList>, index: usize) -> Borrowed<'a, 'py, PyAny> {
    debug_assert!(index < list.len(), "the caller looked");
    // SAFETY: so it did. It is the list's while nothing runs, and nothing does until it was asked for.
    unsafe { Borrowed::from_ptr(list.py(), ffi::PyList_GET_ITEM(list.as_ptr(), index.cast_signed())) }
}

#[inline]
fn ask_for_parts(event: Borrowed<'_, '_, PyAny>) {
    if let Some([timestamp, message]) = exact_types::addresses(event) {
        ask_for(timestamp, LINE);
        ask_for(message, MESSAGE_BYTES);
    }
}

#[inline]
fn ask_for_table(event: Borrowed<'_, '_, PyAny>, bytes: usize) {
    if event.is_exact_instance_of::<PyDict>() {
        // SAFETY: an exact dict is such a structure; the address that it holds is only asked for.
        ask_for(unsafe { (*event.as_ptr().cast::<ffi::PyDictObject>()).ma_keys }.cast(), bytes);
    }
}

#[inline]
fn ask_for(address: *const u8, bytes: usize) {
    #[cfg(target_arch = "x86_64")]
    for offset in (0..bytes).step_by(LINE) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: it reads nothing, and takes any address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.wrapping_add(offset).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (address, bytes);
}

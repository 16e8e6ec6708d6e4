//! Objects that lie scattered in memory are asked for a block ahead.
//!
//! A dict whose event is read in the order of its making lies behind the one before, and the processor has it ready. In
//! a list that was shuffled, or sorted by time, each dict, its table, its timestamp and its message are four waits for
//! memory, one after the other, of each event. Asked for in steps, for many events at once, they come together.
//!
//! All here are hints: nothing is read from an object that the walk does not read itself, later and with all care.

#![allow(unsafe_code)]

use std::ops::Range;

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

/// Events asked for at once, in each of three steps. Few: what they are asked for must still be in the first cache when
/// the walk comes by, and no more than a dozen lines can be on their way at once. Measured, 1 to 32: from 2 to 4 on a
/// shuffled list takes 250 ns an event to read, with 8 it takes 330, with 32 it is 360, without any of this 840.
const BLOCK: usize = 4;

/// Bytes that one object may lie behind the one before, to count as its neighbour.
const NEAR: usize = 2048;

/// Of a table of up to five entries: header, indices, entries.
const TABLE_BYTES: usize = 192;

/// Of a message: its header, and what the copying then finds by itself.
const MESSAGE_BYTES: usize = 192;

const LINE: usize = 64;

/// Whether most of a list's items are not neighbours, by a look at some of them.
pub(crate) fn is_scattered(list: &Bound<'_, PyList>) -> bool {
    const LOOKED_AT: usize = 64;
    if !cfg!(target_arch = "x86_64") || list.len() < 2 * LOOKED_AT {
        return false;
    }
    let step = list.len() / LOOKED_AT;
    let address = |index: usize| list.get_item(index).map_or(0, |item| item.as_ptr() as usize);
    let far = (0..LOOKED_AT).filter(|look| {
        let index = look * step;
        address(index).abs_diff(address(index + 1)) > NEAR
    });
    far.count() * 2 > LOOKED_AT
}

/// Asks for what comes up behind the event at `index`, where that begins a block: each step for the block behind the one
/// of the step before it, so that none waits for what was asked for just now.
#[inline]
pub(crate) fn look_ahead(list: &Bound<'_, PyList>, index: usize) {
    if index.is_multiple_of(BLOCK) {
        let block = |ahead: usize| index + ahead * BLOCK..list.len().min(index + (ahead + 1) * BLOCK);
        ask_for_items(list, block(3));
        ask_for_tables(list, block(2));
        ask_for_values(list, block(1));
    }
}

fn ask_for_items(list: &Bound<'_, PyList>, block: Range<usize>) {
    for index in block {
        // SAFETY: the index is below the length, and nothing ran in between; only the address is used.
        lines(unsafe { ffi::PyList_GET_ITEM(list.as_ptr(), index.cast_signed()) }.cast(), LINE);
    }
}

fn ask_for_tables(list: &Bound<'_, PyList>, block: Range<usize>) {
    for item in block.filter_map(|index| list.get_item(index).ok()) {
        if let Ok(dict) = item.cast_exact::<PyDict>() {
            // SAFETY: an exact dict is such a structure, and `item` keeps it alive; the address is only asked for.
            lines(unsafe { (*dict.as_ptr().cast::<ffi::PyDictObject>()).ma_keys }.cast(), TABLE_BYTES);
        }
    }
}

fn ask_for_values(list: &Bound<'_, PyList>, block: Range<usize>) {
    let py = list.py();
    for item in block.filter_map(|index| list.get_item(index).ok()) {
        if let Ok(dict) = item.cast_exact::<PyDict>() {
            for (name, bytes) in [(intern!(py, "timestamp"), LINE), (intern!(py, "message"), MESSAGE_BYTES)] {
                // SAFETY: both are alive. What comes back is borrowed, and only its address is used.
                let value = unsafe { ffi::PyDict_GetItemWithError(dict.as_ptr(), name.as_ptr()) };
                if value.is_null() {
                    // Whatever is wrong, the walk meets it again.
                    let _met_again = PyErr::take(py);
                }
                lines(value.cast(), bytes);
            }
        } else if let Ok(pair) = item.cast_exact::<PyTuple>()
            && pair.len() == 2
        {
            for (index, bytes) in [(0, LINE), (1, MESSAGE_BYTES)] {
                // SAFETY: it has two items; only the address of each is used.
                lines(unsafe { ffi::PyTuple_GET_ITEM(pair.as_ptr(), index) }.cast(), bytes);
            }
        }
    }
}

#[inline]
fn lines(address: *const u8, bytes: usize) {
    #[cfg(target_arch = "x86_64")]
    for offset in (0..bytes).step_by(LINE) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: it reads nothing, and takes any address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.wrapping_add(offset).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (address, bytes);
}

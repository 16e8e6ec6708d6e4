//! Memory for a large table, in huge pages where Linux hands them out on request.
//!
//! A table is written once, from end to end, into memory fresh from the system. In pages of 4 KiB the kernel's work
//! for it was the larger half of the whole way from dicts to bodies (1 million events of 100 bytes: 33,000 faults; 148
//! ns an event with them, 113 without). Distributions that hand out huge pages unasked lose nothing by the question.

// One system call, on memory of our own.
#![allow(unsafe_code)]

use cordwood_core::EventTable;

/// An empty table for about so many events and bytes of messages. Reserved memory that is never touched is never
/// there, so a guess too high costs nothing.
pub(crate) fn table_for((events, bytes): (usize, usize)) -> EventTable {
    let mut table = EventTable::with_room_for(events, bytes);
    let (rows, arena) = table.spare_memory();
    // What grows beyond is moved by the kernel together with the advice (mremap), and keeps it.
    advise(rows);
    advise(arena);
    table
}

#[cfg(target_os = "linux")]
fn advise<T>(memory: &mut [std::mem::MaybeUninit<T>]) {
    const HUGE_PAGE: usize = 2 << 20;
    let start = memory.as_mut_ptr().cast::<u8>();
    let before = start.align_offset(HUGE_PAGE);
    let whole = size_of_val(memory).saturating_sub(before) / HUGE_PAGE * HUGE_PAGE;
    if whole == 0 {
        return;
    }
    // SAFETY: the range lies within `memory`, which is ours alone here and allocated. The advice changes how it is
    // backed, never what it holds; where the kernel does not take it, it returns an error and nothing is changed.
    unsafe {
        libc::madvise(start.add(before).cast(), whole, libc::MADV_HUGEPAGE);
    }
}

#[cfg(not(target_os = "linux"))]
fn advise<T>(_memory: &mut [std::mem::MaybeUninit<T>]) {}

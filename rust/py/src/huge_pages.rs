//! Memory for a large table, in huge pages where Linux hands them out on request.
//!
//! A table is written once, from end to end, into memory fresh from the system. In pages of 4 KiB the kernel's work
//! for it was the larger half of the whole way from dicts to bodies (1 million events of 100 bytes: 33,000 faults; 148
//! ns an event with them, 113 without). Distributions that hand out huge pages unasked lose nothing by the question.

// Two system calls: one that asks, and one about memory of our own.
#![allow(unsafe_code)]

use cordwood_core::EventTable;

/// An empty table for about so many events and bytes of messages. Reserved memory that is never touched is never
/// there, so a guess too high costs nothing.
pub(crate) fn table_for((events, bytes): (usize, usize)) -> EventTable {
    let mut table = EventTable::with_room_for(events, bytes);
    let (rows, messages) = table.spare_memory();
    advise(rows);
    advise(messages);
    table
}

#[cfg(target_os = "linux")]
fn advise<T>(memory: &mut [std::mem::MaybeUninit<T>]) {
    const HUGE_PAGE: usize = 2 << 20;
    // SAFETY: it returns a number, which is -1 if there is none.
    let page = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(0);
    if page == 0 || size_of_val(memory) < 2 * HUGE_PAGE {
        return;
    }
    // All pages that it has a part of. So much memory is a mapping of its own, which is advised as a whole then: with the
    // advice on a part of it, it would be two or three, and such a one the kernel does not move (mremap) when it must grow.
    // To grow would be to copy, with both there at once: CJK text that was guessed too small took twice its size so.
    let start = memory.as_mut_ptr().cast::<u8>();
    let before = start.addr() % page;
    let length = (before + size_of_val(memory)).next_multiple_of(page);
    // SAFETY: an advice changes how memory is backed, never what it holds, whatever else is in the first and last page; if the
    // kernel does not take it, it returns an error and nothing is changed.
    unsafe {
        libc::madvise(start.sub(before).cast(), length, libc::MADV_HUGEPAGE);
    }
}

#[cfg(not(target_os = "linux"))]
fn advise<T>(_memory: &mut [std::mem::MaybeUninit<T>]) {}

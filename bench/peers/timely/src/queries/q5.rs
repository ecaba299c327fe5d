//! q5: in windows of 10 s every 2 s, the auctions with the most bids; every tie is a row.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use timely::dataflow::operators::vec::Map;
use timely::dataflow::{ProbeHandle, StreamVec};

use super::bids::only_bids;
use crate::check::SharedCheck;
use crate::events::{tick, Event};
use crate::hash::RowHash;
use crate::stage::{keyed, sink, Stage};

const SIZE_MS: u32 = 10_000;
const SLIDE_MS: u32 = 2_000;

/// Window end, auction and number of bids.
type Hot = (u32, u32, u32);

/// Counts of 2 s each, by auction; those of a window are the sum of five.
#[derive(Default)]
struct Panes {
    counts: BTreeMap<u32, FxHashMap<u32, u32>>,
    /// End of the window that fires next; 0 before the first bid.
    next_end: u32,
}

impl Panes {
    fn fire(&self, end: u32, emit: &mut impl FnMut(Hot)) {
        let mut totals = FxHashMap::<u32, u32>::default();
        for (_, pane) in self.counts.range(end.saturating_sub(SIZE_MS)..end) {
            for (&auction, &count) in pane {
                *totals.entry(auction).or_default() += count;
            }
        }
        let most = totals.values().copied().max().unwrap_or(0);
        totals.into_iter().filter(|&(_, count)| count == most).for_each(|(auction, count)| emit((end, auction, count)));
    }
}

impl Stage for Panes {
    /// Auction and tick.
    type In = (u32, u32);
    type Out = Hot;

    fn add(&mut self, (auction, at): (u32, u32), _: &mut impl FnMut(Hot)) {
        let start = at - at % SLIDE_MS;
        *self.counts.entry(start).or_default().entry(auction).or_default() += 1;
    }

    fn advance(&mut self, until: u32, emit: &mut impl FnMut(Hot)) {
        while let Some((&oldest, _)) = self.counts.first_key_value() {
            let end = self.next_end.max(oldest + SLIDE_MS);
            if end > until {
                return;
            }
            self.fire(end, emit);
            self.next_end = end + SLIDE_MS;
            if oldest + SIZE_MS <= end {
                self.counts.pop_first();
            }
        }
    }
}

/// The hottest auctions of each window, out of the hottest of each worker.
#[derive(Default)]
struct Hottest(BTreeMap<u32, Vec<(u32, u32)>>);

impl Stage for Hottest {
    type In = Hot;
    type Out = Hot;

    fn add(&mut self, (end, auction, count): Hot, _: &mut impl FnMut(Hot)) {
        let hottest = self.0.entry(end).or_default();
        let most = hottest.first().map_or(0, |&(_, most)| most);
        if count > most {
            hottest.clear();
        }
        if count >= most {
            hottest.push((auction, count));
        }
    }

    fn advance(&mut self, until: u32, emit: &mut impl FnMut(Hot)) {
        while let Some(entry) = self.0.first_entry() {
            let end = *entry.key();
            if end > until {
                return;
            }
            entry.remove().into_iter().for_each(|(auction, count)| emit((end, auction, count)));
        }
    }
}

pub fn build(events: StreamVec<'_, u32, Event>, check: &SharedCheck) -> ProbeHandle<u32> {
    let bids = events.flat_map(only_bids).map(|bid| (bid.auction, tick(bid.ts)));
    let counts = keyed(bids, |&(auction, _)| auction, Panes::default());
    let hottest = keyed(counts, |&(end, _, _)| end, Hottest::default());
    sink(hottest, check, |check, (end, auction, count)| {
        check.add(RowHash::default().int(end).int(auction).int(count));
    })
}

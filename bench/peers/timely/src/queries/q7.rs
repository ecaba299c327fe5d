//! q7: the highest price of every window of 10 s. Each worker sends its own highest.

use std::collections::BTreeMap;

use timely::dataflow::channels::pact::Pipeline;
use timely::dataflow::operators::vec::Map;
use timely::dataflow::{ProbeHandle, StreamVec};

use super::bids::only_bids;
use crate::check::SharedCheck;
use crate::events::{tick, Event};
use crate::hash::RowHash;
use crate::stage::{keyed, sink, staged, Stage};

const SIZE_MS: u32 = 10_000;

/// The highest price by window end.
#[derive(Default)]
struct Highest(BTreeMap<u32, u32>);

impl Stage for Highest {
    /// Window end and price.
    type In = (u32, u32);
    type Out = (u32, u32);

    fn add(&mut self, (end, price): (u32, u32), _: &mut impl FnMut((u32, u32))) {
        let highest = self.0.entry(end).or_default();
        *highest = price.max(*highest);
    }

    fn advance(&mut self, until: u32, emit: &mut impl FnMut((u32, u32))) {
        while let Some(entry) = self.0.first_entry().filter(|entry| *entry.key() <= until) {
            emit(entry.remove_entry());
        }
    }
}

pub fn build(events: StreamVec<'_, u32, Event>, check: &SharedCheck) -> ProbeHandle<u32> {
    let prices = events.flat_map(only_bids).map(|bid| {
        let at = tick(bid.ts);
        (at - at % SIZE_MS + SIZE_MS, bid.price)
    });
    let own = staged(prices, Pipeline, Highest::default());
    let highest = keyed(own, |&(end, _)| end, Highest::default());
    sink(highest, check, |check, (end, price)| check.add(RowHash::default().int(end).int(price)))
}

//! q8: the persons that come and sell within the same window of 10 s, once per person and window.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use timely::dataflow::operators::vec::Map;
use timely::dataflow::{ProbeHandle, StreamVec};

use crate::check::SharedCheck;
use crate::events::{tick, Event};
use crate::hash::RowHash;
use crate::stage::{keyed, sink, Stage};

const SIZE_MS: u32 = 10_000;

#[derive(Serialize, Deserialize)]
enum Side {
    Person(String),
    Seller,
}

#[derive(Default)]
struct Window {
    names: FxHashMap<u32, String>,
    sellers: FxHashSet<u32>,
}

/// Windows by their start.
#[derive(Default)]
struct Join(BTreeMap<u32, Window>);

impl Stage for Join {
    /// Id, tick and side.
    type In = (u32, u32, Side);
    /// Id, name and window start.
    type Out = (u32, String, u32);

    fn add(&mut self, (id, at, side): Self::In, _: &mut impl FnMut(Self::Out)) {
        let window = self.0.entry(at - at % SIZE_MS).or_default();
        match side {
            Side::Person(name) => drop(window.names.insert(id, name)),
            Side::Seller => drop(window.sellers.insert(id)),
        }
    }

    fn advance(&mut self, until: u32, emit: &mut impl FnMut(Self::Out)) {
        while let Some(entry) = self.0.first_entry().filter(|entry| entry.key() + SIZE_MS <= until) {
            let (start, Window { names, sellers }) = entry.remove_entry();
            let known = names.into_iter().filter(|(id, _)| sellers.contains(id));
            known.for_each(|(id, name)| emit((id, name, start)));
        }
    }
}

fn side(event: Event) -> Option<(u32, u32, Side)> {
    match event {
        Event::Person(person) => Some((person.id, tick(person.ts), Side::Person(person.name))),
        Event::Auction(auction) => Some((auction.seller, tick(auction.ts), Side::Seller)),
        Event::Bid(_) => None,
    }
}

pub fn build(events: StreamVec<'_, u32, Event>, check: &SharedCheck) -> ProbeHandle<u32> {
    let rows = keyed(events.flat_map(side), |&(id, _, _)| id, Join::default());
    sink(rows, check, |check, (id, name, start)| check.add(RowHash::default().int(id).text(&name).int(start)))
}

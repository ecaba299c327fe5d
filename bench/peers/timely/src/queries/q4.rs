//! q4: the highest bid of every auction when it expires, averaged per category. The last average of each category is a row.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use timely::dataflow::operators::vec::Map;
use timely::dataflow::{ProbeHandle, StreamVec};

use crate::check::SharedCheck;
use crate::events::{tick, Event};
use crate::hash::RowHash;
use crate::stage::{keyed, sink, Stage};

#[derive(Serialize, Deserialize)]
enum Side {
    Auction { category: u32, from: u32, until: u32 },
    Bid { price: u32, at: u32 },
}

struct Open {
    category: u32,
    from: u32,
    until: u32,
    highest: Option<u32>,
}

impl Open {
    fn offer(&mut self, price: u32, at: u32) {
        if (self.from..=self.until).contains(&at) {
            self.highest = self.highest.max(Some(price));
        }
    }
}

#[derive(Default)]
struct Auctions {
    open: FxHashMap<u32, Open>,
    /// Bids that came before their auction: price and tick.
    early: FxHashMap<u32, Vec<(u32, u32)>>,
    /// Last tick and id of every open auction.
    expiring: BinaryHeap<Reverse<(u32, u32)>>,
}

impl Stage for Auctions {
    type In = (u32, Side);
    /// Category and price.
    type Out = (u32, u32);

    fn add(&mut self, (id, side): (u32, Side), _: &mut impl FnMut((u32, u32))) {
        match side {
            Side::Auction { category, from, until } => {
                let mut open = Open { category, from, until, highest: None };
                for (price, at) in self.early.remove(&id).unwrap_or_default() {
                    open.offer(price, at);
                }
                self.open.insert(id, open);
                self.expiring.push(Reverse((until, id)));
            }
            Side::Bid { price, at } => match self.open.get_mut(&id) {
                Some(open) => open.offer(price, at),
                None => self.early.entry(id).or_default().push((price, at)),
            },
        }
    }

    fn advance(&mut self, until: u32, emit: &mut impl FnMut((u32, u32))) {
        while self.expiring.peek().is_some_and(|&Reverse((last, _))| last < until) {
            let Some(Reverse((_, id))) = self.expiring.pop() else { return };
            let Some(open) = self.open.remove(&id) else { continue };
            if let Some(price) = open.highest {
                emit((open.category, price));
            }
        }
    }
}

/// Sum and count of the prices of each category.
#[derive(Default)]
struct Averages(FxHashMap<u32, (u64, u64)>);

impl Stage for Averages {
    type In = (u32, u32);
    type Out = (u32, u32);

    fn add(&mut self, (category, price): (u32, u32), _: &mut impl FnMut((u32, u32))) {
        let (sum, count) = self.0.entry(category).or_default();
        *sum += u64::from(price);
        *count += 1;
    }

    fn advance(&mut self, until: u32, emit: &mut impl FnMut((u32, u32))) {
        if until == u32::MAX {
            self.0.drain().for_each(|(category, (sum, count))| emit((category, (sum / count) as u32)));
        }
    }
}

fn side(event: Event) -> Option<(u32, Side)> {
    match event {
        Event::Person(_) => None,
        Event::Auction(auction) => {
            let side =
                Side::Auction { category: auction.category, from: tick(auction.ts), until: tick(auction.expires) };
            Some((auction.id, side))
        }
        Event::Bid(bid) => Some((bid.auction, Side::Bid { price: bid.price, at: tick(bid.ts) })),
    }
}

pub fn build(events: StreamVec<'_, u32, Event>, check: &SharedCheck) -> ProbeHandle<u32> {
    let prices = keyed(events.flat_map(side), |&(id, _)| id, Auctions::default());
    let averages = keyed(prices, |&(category, _)| category, Averages::default());
    sink(averages, check, |check, (category, average)| check.add(RowHash::default().int(category).int(average)))
}

//! q0, q1, q2: every bid on its own.

use timely::dataflow::operators::vec::{Filter, Map};
use timely::dataflow::{ProbeHandle, StreamVec};

use crate::check::SharedCheck;
use crate::events::{tick, Bid, Event};
use crate::hash::RowHash;
use crate::stage::sink;

pub fn only_bids(event: Event) -> Option<Bid> {
    match event {
        Event::Bid(bid) => Some(bid),
        _ => None,
    }
}

struct BidRow {
    auction: u32,
    bidder: u32,
    price: u32,
    ts: u64,
}

fn hash(row: &BidRow) -> RowHash {
    RowHash::default().int(row.auction).int(row.bidder).int(row.price).int(tick(row.ts))
}

/// q0: every bid as it is. The sink also counts the characters of url and channel.
pub fn pass(events: StreamVec<'_, u32, Event>, check: &SharedCheck) -> ProbeHandle<u32> {
    sink(events.flat_map(only_bids), check, |check, bid| {
        check.characters += (bid.url.len() + bid.channel.len()) as u64;
        check.add(hash(&BidRow { auction: bid.auction, bidder: bid.bidder, price: bid.price, ts: bid.ts }));
    })
}

/// q1: every bid with its price in another currency.
pub fn convert(events: StreamVec<'_, u32, Event>, check: &SharedCheck) -> ProbeHandle<u32> {
    let rows = events.flat_map(only_bids).map(|bid| BidRow {
        auction: bid.auction,
        bidder: bid.bidder,
        price: (u64::from(bid.price) * 908 / 1000) as u32,
        ts: bid.ts,
    });
    sink(rows, check, |check, row| check.add(hash(&row)))
}

/// q2: the bids on every 123rd auction.
pub fn select(events: StreamVec<'_, u32, Event>, check: &SharedCheck) -> ProbeHandle<u32> {
    let rows = events.flat_map(only_bids).filter(|bid| bid.auction % 123 == 0).map(|bid| (bid.auction, bid.price));
    sink(rows, check, |check, (auction, price)| check.add(RowHash::default().int(auction).int(price)))
}

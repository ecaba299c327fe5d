//! The auction stream: every event with all of its fields, its texts built.

use crate::hash::draw;
use crate::text::with_number;

/// Event time of event 0, in ms since 1970. Ten events share a millisecond.
pub const BASE_MS: u64 = 1_600_000_000_000;
const EVENTS_PER_EPOCH: u32 = 50;
const ID_FIRST: u32 = 1000;

const FIRST_NAMES: [&str; 8] = ["Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie"];
const LAST_NAMES: [&str; 8] = ["Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones"];
const CITIES: [&str; 8] = ["Phoenix", "Palo_Alto", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent"];
const STATES: [&str; 6] = ["AZ", "CA", "ID", "OR", "WA", "WY"];
const CHANNELS: [&str; 4] = ["Google", "Facebook", "Baidu", "Apple"];

/// A query reads some of the fields; all are made.
#[allow(dead_code)]
#[derive(Clone)]
pub struct Person {
    pub id: u32,
    pub name: String,
    pub email: String,
    pub city: &'static str,
    pub state: &'static str,
    pub ts: u64,
}

#[allow(dead_code)]
#[derive(Clone)]
pub struct Auction {
    pub id: u32,
    pub seller: u32,
    pub category: u32,
    pub initial_bid: u32,
    pub reserve: u32,
    pub expires: u64,
    pub item_name: String,
    pub ts: u64,
}

#[derive(Clone)]
pub struct Bid {
    pub auction: u32,
    pub bidder: u32,
    pub price: u32,
    pub channel: &'static str,
    pub url: String,
    pub ts: u64,
}

#[derive(Clone)]
pub enum Event {
    Person(Person),
    Auction(Auction),
    Bid(Bid),
}

/// Milliseconds from `BASE_MS` to event `n`.
pub fn tick_of(n: u32) -> u32 {
    n / 10
}

/// An event time as ms since `BASE_MS`.
pub fn tick(ts: u64) -> u32 {
    (ts - BASE_MS) as u32
}

pub fn make_event(n: u32) -> Event {
    let epoch = n / EVENTS_PER_EPOCH;
    let ts = BASE_MS + u64::from(tick_of(n));
    match n % EVENTS_PER_EPOCH {
        0 => Event::Person(make_person(n, epoch, ts)),
        place @ 1..=3 => Event::Auction(make_auction(n, epoch, place, ts)),
        _ => Event::Bid(make_bid(n, epoch, ts)),
    }
}

fn make_person(n: u32, epoch: u32, ts: u64) -> Person {
    let id = ID_FIRST + epoch;
    let first = FIRST_NAMES[(draw(n, 1) % 8) as usize];
    Person {
        id,
        name: [first, " ", LAST_NAMES[(draw(n, 2) % 8) as usize]].concat(),
        email: with_number(&["p"], id, "@example.com"),
        city: CITIES[(draw(n, 3) % 8) as usize],
        state: STATES[(draw(n, 4) % 6) as usize],
        ts,
    }
}

fn make_auction(n: u32, epoch: u32, place: u32, ts: u64) -> Auction {
    let initial_bid = price_of(draw(n, 4));
    Auction {
        id: ID_FIRST + epoch * 3 + place - 1,
        seller: if draw(n, 1) % 4 != 0 { hot(epoch) } else { near(epoch, draw(n, 2) % 1000) },
        category: 10 + draw(n, 3) % 5,
        initial_bid,
        reserve: initial_bid + price_of(draw(n, 5)),
        expires: ts + 1 + u64::from(draw(n, 6) % 20_000),
        item_name: with_number(&["item-"], draw(n, 7) % 10_000, ""),
        ts,
    }
}

fn make_bid(n: u32, epoch: u32, ts: u64) -> Bid {
    let last = epoch * 3 + 2;
    let channel = CHANNELS[(draw(n, 6) % 4) as usize];
    Bid {
        auction: if draw(n, 1) % 2 != 0 { hot(last) } else { near(last, draw(n, 2) % 100) },
        bidder: if draw(n, 3) % 4 != 0 { hot(epoch) } else { near(epoch, draw(n, 4) % 1000) },
        price: price_of(draw(n, 5)),
        channel,
        url: with_number(&["https://www.nexmark.com/", channel, "/item.htm?query=1&id="], draw(n, 7) % 1000, ""),
        ts,
    }
}

/// The id that most records of its hundred go to.
fn hot(last: u32) -> u32 {
    ID_FIRST + last / 100 * 100
}

fn near(last: u32, back: u32) -> u32 {
    ID_FIRST + last.saturating_sub(back)
}

/// A power law: the draw's low bits choose how many of its high bits stay.
fn price_of(bits: u32) -> u32 {
    100 + (bits >> (8 + (bits & 15)))
}

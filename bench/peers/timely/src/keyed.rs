//! The records of the keyed sums.

use crate::events::{tick_of, BASE_MS};
use crate::hash::draw;

#[allow(dead_code)]
#[derive(Clone)]
pub struct Keyed {
    pub key: u32,
    pub value: u32,
    pub ts: u64,
}

pub fn make_keyed(n: u32) -> Keyed {
    Keyed { key: draw(n, 30) % 10_000, value: draw(n, 31) % 1000, ts: BASE_MS + u64::from(tick_of(n)) }
}

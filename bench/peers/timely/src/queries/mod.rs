//! Each query as a dataflow. What crosses between workers are the fields that the query reads.

use timely::worker::Worker;

use crate::drive::{drive, Part};
use crate::events::make_event;
use crate::keyed::make_keyed;
use crate::order::Order;
use crate::text::make_line;

mod bids;
mod ks;
mod q11;
mod q3;
mod q4;
mod q5;
mod q7;
mod q8;
mod wc;

pub const QUERIES: [&str; 11] = ["q0", "q1", "q2", "q3", "q4", "q5", "q7", "q8", "q11", "ks", "wc"];

/// `order.query` is one of `QUERIES`.
pub fn run(worker: &mut Worker, order: &Order) -> Part {
    match order.query.as_str() {
        "q0" => drive(worker, order, make_event, bids::pass),
        "q1" => drive(worker, order, make_event, bids::convert),
        "q2" => drive(worker, order, make_event, bids::select),
        "q3" => drive(worker, order, make_event, q3::build),
        "q4" => drive(worker, order, make_event, q4::build),
        "q5" => drive(worker, order, make_event, q5::build),
        "q7" => drive(worker, order, make_event, q7::build),
        "q8" => drive(worker, order, make_event, q8::build),
        "q11" => drive(worker, order, make_event, q11::build),
        "ks" => drive(worker, order, make_keyed, ks::build),
        "wc" => drive(worker, order, make_line, wc::build),
        other => unreachable!("{other} was refused"),
    }
}

//! Makes the records and puts them into the dataflow, block by block.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use timely::dataflow::{InputHandleVec, ProbeHandle, StreamVec};
use timely::worker::Worker;

use crate::check::{Check, SharedCheck};
use crate::events::tick_of;
use crate::order::Order;

const BLOCK_RECORDS: u32 = 1024;
/// How far the sources may be ahead of the slowest operator, in ms of event time: it bounds what waits between two workers.
const LEAD_MS: u32 = 50_000;

pub struct Part {
    pub check: Check,
    pub started: Instant,
    pub ended: Instant,
}

/// Worker `i` of `p` makes the records with floor(n / 1024) mod p = i, in order; its time is that of the next one.
pub fn drive<D: Clone + 'static>(
    worker: &mut Worker,
    order: &Order,
    make: impl Fn(u32) -> D,
    build: impl for<'s> FnOnce(StreamVec<'s, u32, D>, &SharedCheck) -> ProbeHandle<u32>,
) -> Part {
    let check = Rc::new(RefCell::new(Check::default()));
    let mut input = InputHandleVec::new();
    let probe = worker.dataflow::<u32, _, _>(|scope| build(input.to_stream(scope), &check));
    let (index, workers) = (worker.index() as u32, worker.peers() as u32);
    let end = order.first + order.count;
    let started = Instant::now();
    for block in order.first / BLOCK_RECORDS..end.div_ceil(BLOCK_RECORDS) {
        if block % workers != index {
            continue;
        }
        let from = (block * BLOCK_RECORDS).max(order.first);
        input.advance_to(tick_of(from));
        for n in from..((block + 1) * BLOCK_RECORDS).min(end) {
            input.send(make(n));
        }
        worker.step();
        worker.step_while(|| probe.less_than(&tick_of(from).saturating_sub(LEAD_MS)));
    }
    input.close();
    worker.step_while(|| !probe.done());
    let check = *check.borrow();
    Part { check, started, ended: Instant::now() }
}

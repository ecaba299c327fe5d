//! ks: the sum of every key at the end.

use rustc_hash::FxHashMap;
use timely::dataflow::operators::vec::Map;
use timely::dataflow::{ProbeHandle, StreamVec};

use crate::check::SharedCheck;
use crate::hash::RowHash;
use crate::keyed::Keyed;
use crate::stage::{keyed, sink, Stage};

#[derive(Default)]
struct Sums(FxHashMap<u32, u32>);

impl Stage for Sums {
    type In = (u32, u32);
    type Out = (u32, u32);

    fn add(&mut self, (key, value): (u32, u32), _: &mut impl FnMut((u32, u32))) {
        let sum = self.0.entry(key).or_default();
        *sum = sum.wrapping_add(value);
    }

    fn advance(&mut self, until: u32, emit: &mut impl FnMut((u32, u32))) {
        if until == u32::MAX {
            self.0.drain().for_each(emit);
        }
    }
}

pub fn build(records: StreamVec<'_, u32, Keyed>, check: &SharedCheck) -> ProbeHandle<u32> {
    let pairs = records.map(|record| (record.key, record.value));
    let sums = keyed(pairs, |&(key, _)| key, Sums::default());
    sink(sums, check, |check, (key, sum)| check.add(RowHash::default().int(key).int(sum)))
}

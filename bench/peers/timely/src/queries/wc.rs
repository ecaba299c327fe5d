//! wc: how often every word occurs in the lines.

use std::hash::{BuildHasher, BuildHasherDefault};

use rustc_hash::{FxHashMap, FxHasher};
use timely::dataflow::operators::vec::Map;
use timely::dataflow::{ProbeHandle, StreamVec};

use crate::check::SharedCheck;
use crate::hash::RowHash;
use crate::stage::{keyed, sink, Stage};

#[derive(Default)]
struct Counts(FxHashMap<String, u32>);

impl Stage for Counts {
    type In = String;
    type Out = (String, u32);

    fn add(&mut self, word: String, _: &mut impl FnMut((String, u32))) {
        *self.0.entry(word).or_default() += 1;
    }

    fn advance(&mut self, until: u32, emit: &mut impl FnMut((String, u32))) {
        if until == u32::MAX {
            self.0.drain().for_each(emit);
        }
    }
}

pub fn build(lines: StreamVec<'_, u32, String>, check: &SharedCheck) -> ProbeHandle<u32> {
    let hasher = BuildHasherDefault::<FxHasher>::default();
    let words = lines.flat_map(|line| line.split(' ').map(str::to_owned).collect::<Vec<_>>());
    let counts = keyed(words, move |word| hasher.hash_one(word) as u32, Counts::default());
    sink(counts, check, |check, (word, count)| check.add(RowHash::default().text(&word).int(count)))
}

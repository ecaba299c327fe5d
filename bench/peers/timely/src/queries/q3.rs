//! q3: auctions of category 10 beside their seller, where that is a person of OR, ID or CA; whichever of the two comes first waits.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use timely::dataflow::operators::vec::Map;
use timely::dataflow::{ProbeHandle, StreamVec};

use crate::check::SharedCheck;
use crate::events::Event;
use crate::hash::RowHash;
use crate::stage::{keyed, sink, Stage};

#[derive(Clone, Serialize, Deserialize)]
struct Local {
    name: String,
    city: String,
    state: String,
}

#[derive(Serialize, Deserialize)]
enum Side {
    Person(Local),
    Auction(u32),
}

#[derive(Default)]
struct Join {
    persons: FxHashMap<u32, Local>,
    waiting: FxHashMap<u32, Vec<u32>>,
}

impl Stage for Join {
    type In = (u32, Side);
    type Out = (Local, u32);

    fn add(&mut self, (id, side): (u32, Side), emit: &mut impl FnMut((Local, u32))) {
        match side {
            Side::Person(person) => {
                for auction in self.waiting.remove(&id).unwrap_or_default() {
                    emit((person.clone(), auction));
                }
                self.persons.insert(id, person);
            }
            Side::Auction(auction) => match self.persons.get(&id) {
                Some(person) => emit((person.clone(), auction)),
                None => self.waiting.entry(id).or_default().push(auction),
            },
        }
    }

    fn advance(&mut self, _: u32, _: &mut impl FnMut((Local, u32))) {}
}

fn side(event: Event) -> Option<(u32, Side)> {
    match event {
        Event::Person(person) if matches!(person.state, "OR" | "ID" | "CA") => {
            let local = Local { name: person.name, city: person.city.to_owned(), state: person.state.to_owned() };
            Some((person.id, Side::Person(local)))
        }
        Event::Auction(auction) if auction.category == 10 => Some((auction.seller, Side::Auction(auction.id))),
        _ => None,
    }
}

pub fn build(events: StreamVec<'_, u32, Event>, check: &SharedCheck) -> ProbeHandle<u32> {
    let rows = keyed(events.flat_map(side), |&(id, _)| id, Join::default());
    sink(rows, check, |check, (person, auction)| {
        let hash = RowHash::default().text(&person.name).text(&person.city).text(&person.state);
        check.add(hash.int(auction));
    })
}

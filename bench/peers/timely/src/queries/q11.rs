//! q11: the bids of every bidder in sessions with a gap of 1 s; a bid exactly 1 s after the last one still belongs to it.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use timely::dataflow::operators::vec::Map;
use timely::dataflow::{ProbeHandle, StreamVec};

use super::bids::only_bids;
use crate::check::SharedCheck;
use crate::events::{tick, Event};
use crate::hash::RowHash;
use crate::stage::{keyed, sink, Stage};

const GAP_MS: u32 = 1_000;

#[derive(Clone, Copy)]
struct Session {
    count: u32,
    start: u32,
    last: u32,
}

#[derive(Default)]
struct Sessions {
    by_bidder: FxHashMap<u32, Vec<Session>>,
    /// Who to look at when time comes to a second.
    due: BTreeMap<u32, Vec<u32>>,
}

impl Sessions {
    fn schedule(&mut self, bidder: u32, last: u32) {
        self.due.entry((last + GAP_MS) / 1000 + 1).or_default().push(bidder);
    }
}

impl Stage for Sessions {
    /// Bidder and tick.
    type In = (u32, u32);
    type Out = (u32, Session);

    fn add(&mut self, (bidder, at): (u32, u32), _: &mut impl FnMut(Self::Out)) {
        let sessions = self.by_bidder.entry(bidder).or_default();
        let touches = |session: &Session| at <= session.last + GAP_MS && session.start <= at + GAP_MS;
        let Some(place) = sessions.iter().position(touches) else {
            sessions.push(Session { count: 1, start: at, last: at });
            return self.schedule(bidder, at);
        };
        let mut merged = Session { count: 1, start: at, last: at };
        let mut absorb = |other: Session| {
            merged.count += other.count;
            merged.start = merged.start.min(other.start);
            merged.last = merged.last.max(other.last);
        };
        absorb(sessions[place]);
        // Bids come out of order, so that one may close the gap to a later session.
        while let Some(next) = sessions.iter().skip(place + 1).position(touches) {
            absorb(sessions.swap_remove(place + 1 + next));
        }
        sessions[place] = merged;
    }

    fn advance(&mut self, until: u32, emit: &mut impl FnMut(Self::Out)) {
        while let Some(entry) = self.due.first_entry().filter(|entry| entry.key().saturating_mul(1000) <= until) {
            for bidder in entry.remove() {
                let Some(sessions) = self.by_bidder.get_mut(&bidder) else { continue };
                let mut open = Vec::new();
                for session in sessions.drain(..) {
                    if session.last + GAP_MS < until {
                        emit((bidder, session));
                    } else {
                        open.push(session);
                    }
                }
                let Some(last) = open.iter().map(|session| session.last).min() else {
                    self.by_bidder.remove(&bidder);
                    continue;
                };
                *sessions = open;
                self.schedule(bidder, last);
            }
        }
    }
}

pub fn build(events: StreamVec<'_, u32, Event>, check: &SharedCheck) -> ProbeHandle<u32> {
    let bids = events.flat_map(only_bids).map(|bid| (bid.bidder, tick(bid.ts)));
    let sessions = keyed(bids, |&(bidder, _)| bidder, Sessions::default());
    sink(sessions, check, |check, (bidder, session)| {
        let hash = RowHash::default().int(bidder).int(session.count).int(session.start);
        check.add(hash.int(session.last + GAP_MS));
    })
}

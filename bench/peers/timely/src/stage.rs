//! The two operators that the queries are made of: keyed state that hears how far event time is, and the sink.

use std::rc::Rc;

use timely::container::CapacityContainerBuilder;
use timely::dataflow::channels::pact::{Exchange, ParallelizationContract, Pipeline};
use timely::dataflow::operators::{Operator, Probe};
use timely::dataflow::{ProbeHandle, StreamVec};
use timely::ExchangeData;

use crate::check::{Check, SharedCheck};
use crate::hash::fmix32;

pub trait Stage: 'static {
    type In: ExchangeData;
    type Out: Clone + 'static;

    /// Records of one key come to one worker; from different workers they come in any order.
    fn add(&mut self, record: Self::In, emit: &mut impl FnMut(Self::Out));

    /// Every record with a tick before `until` has come; `u32::MAX` after the last one.
    fn advance(&mut self, until: u32, emit: &mut impl FnMut(Self::Out));
}

/// Sends every record to the worker of its key, and runs the stage there.
pub fn keyed<'s, S: Stage>(
    stream: StreamVec<'s, u32, S::In>,
    key: impl Fn(&S::In) -> u32 + 'static,
    stage: S,
) -> StreamVec<'s, u32, S::Out> {
    staged(stream, Exchange::new(move |record: &S::In| u64::from(fmix32(key(record)))), stage)
}

/// Runs the stage where `pact` sends the records. Its capability follows the input: what it emits is never late.
pub fn staged<'s, S: Stage>(
    stream: StreamVec<'s, u32, S::In>,
    pact: impl ParallelizationContract<u32, Vec<S::In>>,
    mut stage: S,
) -> StreamVec<'s, u32, S::Out> {
    stream.unary_frontier::<CapacityContainerBuilder<Vec<S::Out>>, _, _, _>(pact, "Stage", |capability, _| {
        let mut held = Some(capability);
        move |(input, frontier), output| {
            let Some(capability) = held.as_mut() else { return };
            let next = frontier.frontier().first().copied();
            let mut session = output.session(&*capability);
            let mut emit = |row| session.give(row);
            input.for_each(|_, batch| batch.drain(..).for_each(|record| stage.add(record, &mut emit)));
            stage.advance(next.unwrap_or(u32::MAX), &mut emit);
            drop(session);
            match next {
                Some(tick) => capability.downgrade(&tick),
                None => held = None,
            }
        }
    })
}

/// Adds every row to the worker's check.
pub fn sink<R: 'static>(
    stream: StreamVec<'_, u32, R>,
    check: &SharedCheck,
    add: impl Fn(&mut Check, R) + 'static,
) -> ProbeHandle<u32> {
    let check = Rc::clone(check);
    let done = stream.unary::<CapacityContainerBuilder<Vec<()>>, _, _, _>(Pipeline, "Sink", |_, _| {
        move |input, _| {
            let mut check = check.borrow_mut();
            input.for_each(|_, batch| batch.drain(..).for_each(|row| add(&mut check, row)));
        }
    });
    done.probe().0
}

//! timely-dataflow as a contender: takes an order, prints a report as its last line.

use std::time::Instant;

use check::Check;
use drive::Part;
use order::Order;

mod check;
mod drive;
mod events;
mod hash;
mod keyed;
mod order;
mod queries;
mod stage;
mod text;

fn main() -> Result<(), String> {
    let launched = Instant::now();
    let order = Order::parse(std::env::args().skip(1))?;
    if !queries::QUERIES.contains(&order.query.as_str()) {
        return Err(format!("query={} is none of {}", order.query, queries::QUERIES.join(" ")));
    }
    let asked = order.clone();
    let config = timely::Config::process(order.workers);
    let guards = timely::execute(config, move |worker| queries::run(worker, &order))?;
    let parts = guards.join().into_iter().collect::<Result<Vec<Part>, String>>()?;
    println!("{}", report(&asked, launched, &parts).ok_or("no worker ran")?);
    Ok(())
}

fn report(order: &Order, launched: Instant, parts: &[Part]) -> Option<String> {
    let started = parts.iter().map(|part| part.started).min()?;
    let ended = parts.iter().map(|part| part.ended).max()?;
    let Check { checksum, rows, characters } = parts.iter().map(|part| part.check).fold(Check::default(), Check::merge);
    let mut fields = vec![
        format!("\"events\":{}", order.count),
        format!("\"seconds\":{}", (ended - started).as_secs_f64()),
        format!("\"startupMs\":{}", (started - launched).as_secs_f64() * 1000.0),
        format!("\"checksum\":{checksum},\"rows\":{rows}"),
    ];
    if order.query == "q0" {
        fields.push(format!("\"characters\":{characters}"));
    }
    if let Some(bytes) = peak_rss_bytes() {
        fields.push(format!("\"peakRssBytes\":{bytes}"));
    }
    Some(format!("{{{}}}", fields.join(",")))
}

/// What Linux says; other systems say nothing.
fn peak_rss_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

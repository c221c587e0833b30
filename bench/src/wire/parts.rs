//! The parts of a request in time; [`count`](super::count) counts their instructions.

use std::time::Duration;

use super::{
    cases::{CASES, Cases},
    table::Table,
};
use crate::{Result, cpu};

const ROUNDS: usize = 11;
/// Approximate duration of a round.
const ROUND: Duration = Duration::from_millis(100);

pub(super) fn run() -> Result<()> {
    let cases = Cases::new()?;
    println!("\n### Without the network\n\nMedians of {ROUNDS} rounds of {ROUND:?}.");
    let mut table = Table::new("part of a request", &["µs of CPU"]);
    for (name, case) in CASES {
        let times = |count: u32| Ok(cpu::own(|| (0..count).try_for_each(|_| case(&cases)))?.1);
        let few = times(20)?.max(Duration::from_micros(20)) / 20;
        let count = u32::try_from(ROUND.as_nanos() / few.as_nanos())?.max(1);
        let took = (0..ROUNDS).map(|_| times(count)).collect::<Result<_>>()?;
        table.row(name, &[Some(cpu::median(took).as_secs_f64() * 1e6 / f64::from(count))]);
    }
    table.print();
    Ok(())
}

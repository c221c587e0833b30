//! The start time of the command, in comparison to the official client's.

use std::{path::PathBuf, process::Command, time::Instant};

use super::{official, table::Table};
use crate::{Result, cpu};

const ROUNDS: usize = 41;
/// The same for the official client, which is slow.
const OFFICIAL_ROUNDS: usize = 5;

pub(super) fn run() -> Result<()> {
    let mut commands: Vec<(&str, PathBuf, usize)> = vec![("backendai", super::command()?, ROUNDS)];
    if let Some(python) = official::python() {
        commands.push(("backend.ai", python.with_file_name("backend.ai"), OFFICIAL_ROUNDS));
    }
    println!("\n### The command's start");
    let mut table = Table::new("command", &["ms of CPU", "ms of wall"]);
    for argument in ["--version", "--help"] {
        for (name, program, rounds) in &commands {
            let (mut used, mut took) = (Vec::new(), Vec::new());
            for _ in 0..*rounds {
                let begin = Instant::now();
                let run = || Ok(Command::new(program).arg(argument).output()?);
                let (output, cpu) = cpu::children(run)?;
                took.push(begin.elapsed());
                used.push(cpu);
                if !output.status.success() {
                    return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
                }
            }
            let ms = |times| cpu::median(times).as_secs_f64() * 1e3;
            table.row(&format!("`{name} {argument}`"), &[ms(used), ms(took)].map(Some));
        }
    }
    table.print();
    Ok(())
}

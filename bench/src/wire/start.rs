//! How long the command takes that does next to nothing.

use std::{env, process::Command, time::Instant};

use super::table::Table;
use crate::{Result, cpu};

const ROUNDS: usize = 41;

pub(super) fn run() -> Result<()> {
    let program = env::current_exe()?.with_file_name("backendai");
    if !program.exists() {
        println!(
            "\nThe command's start is left out: {} is not there; \
             `cargo build --release -p backendai-cli` makes it.",
            program.display()
        );
        return Ok(());
    }
    let mut table = Table::new("cold start", &["ms of CPU", "ms of wall"]);
    for arguments in [["--version"].as_slice(), &["--help"]] {
        let (mut used, mut took) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let begin = Instant::now();
            let (output, cpu) =
                cpu::children(|| Ok(Command::new(&program).args(arguments).output()?))?;
            took.push(begin.elapsed());
            used.push(cpu);
            if !output.status.success() {
                return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
            }
        }
        let ms = |times| cpu::median(times).as_secs_f64() * 1e3;
        table.row(&format!("backendai {}", arguments.join(" ")), &[ms(used), ms(took)]);
    }
    table.print();
    Ok(())
}

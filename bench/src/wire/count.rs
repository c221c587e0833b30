//! Instructions and allocations of the parts of a request, counted by valgrind and compared with
//! the checked-in numbers. Load on the machine does not change them.

use std::{collections::BTreeMap, env, fmt::Write as _, fs, process::Command};

use super::cases::{CASES, Cases};
use crate::Result;

/// The checked-in numbers.
const BASELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/counts.txt");
/// Allowed difference of instructions in percent: another kind of processor has other instructions
/// for memory and strings, and hash maps have random seeds.
const TOLERANCE: u64 = 5;
/// Difference of instructions that is always allowed: inlining depends on the rest of the program.
const INLINED: u64 = 1_000;
/// Each case runs this many times, and twice as many times; the difference is compared, so that the
/// set-up is not counted.
const TIMES: u64 = 10;

const HEAD: &str = "\
# What each part of a request takes in a release build: instructions and allocations, counted by
# valgrind. To renew: cargo run --release -p bench --no-default-features -- count --renew
# The commit says why they changed.
";

/// The cost of one case.
#[derive(Clone, Copy)]
struct Count {
    instructions: u64,
    allocations: u64,
}

/// Counts, and compares or updates the numbers.
pub(crate) fn run(renew: bool) -> Result<()> {
    let compiler = compiler()?;
    let counts: Vec<_> =
        CASES.iter().map(|(name, _)| Ok((*name, count(name)?))).collect::<Result<_>>()?;
    if renew {
        let mut text = format!("{HEAD}by {compiler}\n");
        for (name, count) in &counts {
            writeln!(text, "{name} {} {}", count.instructions, count.allocations)?;
        }
        fs::write(BASELINE, &text)?;
        print!("{text}");
        return Ok(());
    }
    let text = fs::read_to_string(BASELINE)?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let known: BTreeMap<_, _> = lines.filter_map(|line| line.split_once(' ')).collect();
    let mut wrong = Vec::new();
    for (name, now) in &counts {
        let was = known.get(name).ok_or_else(|| format!("{name} is not in {BASELINE}"))?;
        let (instructions, allocations) = was.split_once(' ').ok_or("a number is missing")?;
        let was = Count { instructions: instructions.parse()?, allocations: allocations.parse()? };
        println!(
            "{name:8} {:>8} instructions, {:>8} before; {:>5} allocations, {:>5} before",
            now.instructions, was.instructions, now.allocations, was.allocations
        );
        let moved = now.instructions.abs_diff(was.instructions);
        let allowed = (was.instructions * TOLERANCE / 100).max(INLINED);
        if moved > allowed || now.allocations != was.allocations {
            wrong.push(*name);
        }
    }
    let by = known.get("by").copied().unwrap_or("an unknown compiler");
    if wrong.is_empty() {
        return Ok(());
    }
    let wrong = wrong.join(", ");
    if by != compiler {
        // Another compiler generates other code, which is not an error.
        println!("{wrong}: the numbers are of {by}, and this is {compiler}. Renew them.");
        return Ok(());
    }
    Err(format!(
        "{wrong}: instructions moved by more than {TOLERANCE} % and {INLINED}, or allocations moved. \
         If that is meant, renew the numbers as {BASELINE} says"
    )
    .into())
}

/// The compiler and the architecture.
fn compiler() -> Result<String> {
    let output = Command::new("rustc").arg("--version").output()?;
    let version = str::from_utf8(&output.stdout)?;
    let number = version.split(' ').nth(1).ok_or("rustc tells no version")?;
    Ok(format!("rustc-{number}-{}", env::consts::ARCH))
}

fn count(case: &str) -> Result<Count> {
    let each = |of: fn(&str, u64) -> Result<u64>| {
        Ok::<_, Box<dyn std::error::Error>>((of(case, 2 * TIMES)? - of(case, TIMES)?) / TIMES)
    };
    Ok(Count { instructions: each(instructions)?, allocations: each(allocations)? })
}

fn instructions(case: &str, times: u64) -> Result<u64> {
    let file = crate::scratch("count")?.join(case);
    let out = format!("--callgrind-out-file={}", file.display());
    valgrind(&["--tool=callgrind", &out], case, times)?;
    let text = fs::read_to_string(&file)?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    Ok(total.ok_or("callgrind tells no total")?.trim().parse()?)
}

fn allocations(case: &str, times: u64) -> Result<u64> {
    let said = valgrind(&["--tool=memcheck", "--leak-check=no"], case, times)?;
    let total = said.lines().find_map(|line| line.split_once("total heap usage: "));
    let (_, total) = total.ok_or("memcheck tells no total")?;
    let (number, _) = total.split_once(" allocs").ok_or("memcheck tells no total")?;
    Ok(number.replace(',', "").parse()?)
}

/// The counts of valgrind for a process that runs a case this many times.
fn valgrind(arguments: &[&str], case: &str, times: u64) -> Result<String> {
    let output = Command::new("valgrind")
        .args(arguments)
        .arg(env::current_exe()?)
        .args(["step", "case", case, &times.to_string()])
        // The C library selects its functions by the processor; these exist on every processor.
        .env("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX2,-AVX512F,-AVX512VL,-ERMS,-FSRM")
        .output()
        .map_err(|error| format!("valgrind does not run, install it: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(said) } else { Err(said.into()) }
}

/// Runs one case this many times, under valgrind.
pub(super) fn step(case: &str, times: u64) -> Result<()> {
    let (_, run) = CASES.iter().find(|(name, _)| *name == case).ok_or("there is no such case")?;
    let cases = Cases::new()?;
    for _ in 0..times {
        run(&cases)?;
    }
    Ok(())
}

//! Micro-benchmarks of the parts of a request: `cargo bench -p bench`.

#![allow(missing_docs, reason = "Criterion's macros write functions")]

#[path = "../src/wire"]
mod wire {
    pub(crate) mod cases;
    mod rows;
}

use criterion::{Criterion, criterion_group, criterion_main};

use self::wire::cases::{CASES, Cases};

#[expect(clippy::expect_used, reason = "a benchmark that fails has no other way to say so")]
fn parts(criterion: &mut Criterion) {
    let cases = Cases::new().expect("the cases can be set up");
    for (name, case) in CASES {
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| case(&cases).expect("the case can be run"));
        });
    }
}

criterion_group!(benches, parts);
criterion_main!(benches);

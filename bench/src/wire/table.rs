//! Tables of numbers, and the goals that they decide, in Markdown: what is printed stands in
//! docs/performance.md.

/// A table, where a number may be missing.
pub(crate) struct Table {
    head: String,
    columns: usize,
    rows: Vec<String>,
}

impl Table {
    pub(crate) fn new(title: &str, columns: &[&str]) -> Self {
        let head = format!("| {title} | {} |", columns.join(" | "));
        Self { head, columns: columns.len(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, title: &str, values: &[Option<f64>]) {
        let shown: Vec<_> =
            values.iter().map(|value| value.map_or_else(String::new, short)).collect();
        self.rows.push(format!("| {title} | {} |", shown.join(" | ")));
    }

    pub(crate) fn print(&self) {
        println!("\n{}\n|---|{}", self.head, "---:|".repeat(self.columns));
        for row in &self.rows {
            println!("{row}");
        }
    }
}

/// The goals of the project.
#[derive(Default)]
pub(crate) struct Goals(Vec<String>);

impl Goals {
    pub(crate) fn at_most(&mut self, work: &str, goal: f64, measured: f64) {
        self.add(work, "at most", goal, measured, measured <= goal);
    }

    pub(crate) fn at_least(&mut self, work: &str, goal: f64, measured: f64) {
        self.add(work, "at least", goal, measured, measured >= goal);
    }

    /// What decides is the number as it is shown.
    fn add(&mut self, work: &str, bound: &str, goal: f64, measured: f64, reached: bool) {
        let (goal, measured) = (short(goal), short(measured));
        let reached = if reached || goal == measured { "yes" } else { "no" };
        self.0.push(format!("| {work} | {bound} {goal} | {measured} | {reached} |"));
    }

    pub(crate) fn print(&self) {
        if !self.0.is_empty() {
            println!("\n### Goals\n\n| work | goal | measured | reached |\n|---|---|---:|---|");
            println!("{}", self.0.join("\n"));
        }
    }
}

/// Formats with three significant digits, and thousands with separators.
fn short(value: f64) -> String {
    match value.abs() {
        0.0..10.0 => format!("{value:.2}"),
        10.0..100.0 => format!("{value:.1}"),
        100.0..1000.0 => format!("{value:.0}"),
        _ => {
            let digits = format!("{value:.0}");
            let mut shown = String::new();
            for (at, digit) in digits.chars().enumerate() {
                if at > 0 && (digits.len() - at).is_multiple_of(3) {
                    shown.push(',');
                }
                shown.push(digit);
            }
            shown
        }
    }
}

//! Tables of numbers.

/// The other rows are compared with the first row, by the first column.
pub(crate) struct Table {
    title: String,
    columns: Vec<&'static str>,
    rows: Vec<(String, Vec<f64>)>,
}

impl Table {
    pub(crate) fn new(title: &str, columns: &[&'static str]) -> Self {
        Self { title: title.to_owned(), columns: columns.to_vec(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, title: &str, values: &[f64]) {
        self.rows.push((title.to_owned(), values.to_vec()));
    }

    pub(crate) fn print(&self) {
        println!("\n| {} | {} | ours : this |", self.title, self.columns.join(" | "));
        println!("|---|{}", "---:|".repeat(self.columns.len() + 1));
        let first = |values: &[f64]| values.first().copied().unwrap_or(f64::NAN);
        let ours = self.rows.first().map_or(f64::NAN, |(_, values)| first(values));
        for (title, values) in &self.rows {
            let shown: Vec<_> = values.iter().map(|value| short(*value)).collect();
            println!("| {title} | {} | {} |", shown.join(" | "), short(ours / first(values)));
        }
    }
}

/// Formats with three significant digits.
fn short(value: f64) -> String {
    match value.abs() {
        0.0..10.0 => format!("{value:.2}"),
        10.0..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

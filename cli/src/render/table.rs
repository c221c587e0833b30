//! Tables in the style of the official client.
//!
//! On a terminal, cells are wrapped so that a row fits its width. In a pipe nothing is wrapped, so
//! that `grep` works. The first page sets the column widths; a wider cell of a later page is wrapped,
//! or in a pipe shifts the following columns.

use std::io::{self, Write};

use backendai::Field;
use comfy_table::{ColumnConstraint, ContentArrangement, Table as Grid, Width, presets};

use super::{Columns, Row, Sink};

/// Spaces between two columns.
const GAP: u16 = 2;
/// Minimum width of a column that is narrowed to fit a terminal.
const NARROWEST: u16 = 6;

pub(super) struct Table<W> {
    columns: Columns,
    /// Width of the terminal.
    width: Option<usize>,
    /// Widths of the columns; empty before the first page.
    widths: Option<Vec<u16>>,
    out: W,
}

impl<W: Write> Table<W> {
    pub(super) fn new(columns: Columns, width: Option<usize>, out: W) -> Self {
        Self { columns, width, widths: None, out }
    }

    fn begin(&mut self, grid: &Grid) -> io::Result<Vec<u16>> {
        let titles: Vec<_> =
            self.columns.fields.iter().map(|field| field.title().into_owned()).collect();
        let mut head = grid_of([titles.clone()]);
        let mut widths = widest(&content(&head, titles.len()), &content(grid, titles.len()));
        if let Some(width) = self.width {
            shrink(&mut widths, width);
        }
        write(&mut self.out, &mut head, &widths)?;
        let line = widths.iter().map(|width| "-".repeat((*width).into())).collect::<Vec<_>>();
        write(&mut self.out, &mut grid_of([line]), &widths)?;
        Ok(widths)
    }
}

impl<W: Write> Sink for Table<W> {
    fn page(&mut self, rows: Vec<Row>) -> io::Result<()> {
        let mut grid = grid_of(rows.iter().map(|row| self.columns.console(row)));
        let widths = match self.widths.take() {
            Some(widths) => widths,
            None => self.begin(&grid)?,
        };
        let fitting = match self.width {
            Some(_) => widths.clone(),
            None => widest(&widths, &content(&grid, widths.len())),
        };
        self.widths = Some(widths);
        if !rows.is_empty() {
            write(&mut self.out, &mut grid, &fitting)?;
        }
        self.out.flush()
    }

    fn end(&mut self, _: Option<u64>) -> io::Result<()> {
        match (&self.widths, self.width) {
            (None, Some(_)) => writeln!(self.out, "No matching items.")?,
            (None, None) => drop(self.begin(&Grid::new())?),
            _ => {}
        }
        self.out.flush()
    }
}

/// Writes one object, a line per field.
pub(super) fn upright(
    columns: &Columns,
    width: Option<usize>,
    row: &Row,
    mut out: impl Write,
) -> io::Result<()> {
    let titles = columns.fields.iter().map(Field::title);
    let rows = titles.zip(columns.console(row)).map(|(title, value)| [title.into_owned(), value]);
    let head = ["Field".to_owned(), "Value".to_owned()];
    let mut grid = grid_of(std::iter::once(head.clone()).chain(rows.clone()));
    let mut widths = content(&grid, head.len());
    if let Some(width) = width {
        shrink(&mut widths, width);
    }
    let line = [0, 1].map(|at| "-".repeat(widths.get(at).copied().unwrap_or_default().into()));
    grid = grid_of([head, line].into_iter().chain(rows));
    write(&mut out, &mut grid, &widths)?;
    out.flush()
}

fn grid_of<R: IntoIterator<Item = String>>(rows: impl IntoIterator<Item = R>) -> Grid {
    let mut grid = Grid::new();
    grid.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    for row in rows {
        // A tab has no fixed width.
        grid.add_row(row.into_iter().map(|cell| cell.replace('\t', "    ")).collect::<Vec<_>>());
    }
    grid
}

/// The widths of the columns' contents.
fn content(grid: &Grid, columns: usize) -> Vec<u16> {
    let mut widths = grid.column_max_content_widths();
    widths.resize(columns, 0);
    widths
}

fn widest(one: &[u16], other: &[u16]) -> Vec<u16> {
    one.iter().zip(other).map(|(one, other)| *one.max(other)).collect()
}

/// Narrows the widest columns until all fit, as far as possible.
fn shrink(widths: &mut [u16], width: usize) {
    let gaps = usize::from(GAP) * widths.len().saturating_sub(1);
    loop {
        let total: usize = widths.iter().map(|width| usize::from(*width)).sum();
        let Some(excess) = (total + gaps).checked_sub(width).filter(|excess| *excess > 0) else {
            return;
        };
        let Some(most) = widths.iter().max().copied().filter(|most| *most > NARROWEST) else {
            return;
        };
        let next = widths.iter().filter(|width| **width < most).max().copied().unwrap_or(0);
        let many = widths.iter().filter(|width| **width == most).count();
        // Narrow all of the widest together, at most to the next width.
        let step = u16::try_from(excess.div_ceil(many)).unwrap_or(u16::MAX);
        let lower = most.saturating_sub(step).max(next).max(NARROWEST);
        widths.iter_mut().filter(|width| **width == most).for_each(|width| *width = lower);
    }
}

fn write(out: &mut impl Write, grid: &mut Grid, widths: &[u16]) -> io::Result<()> {
    for (column, width) in grid.column_iter_mut().zip(widths) {
        column.set_padding((0, GAP));
        let width = width.saturating_add(GAP);
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
    }
    grid.lines().try_for_each(|line| writeln!(out, "{}", line.trim_end()))
}

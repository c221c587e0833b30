//! Tables in the style of the official client.
//!
//! On a terminal a row is one line: cells are cut, of paths the beginning, and columns that do not fit are
//! left out. With `--wide` and in a pipe, nothing is cut or wrapped, so that `grep` works; lines run past the
//! edge of a terminal. The first page sets the column widths; a wider cell of a later page is cut, or shifts
//! the following columns. On a terminal null and what is empty are `-`.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use backendai::{Field, Uuid};
use comfy_table::{ColumnConstraint, ContentArrangement, Table as Grid, Width, presets};

use super::{Columns, Row, Sink, Style};

/// Spaces between two columns.
const GAP: u16 = 2;
/// Minimum width of a column that is narrowed to fit a terminal.
const NARROWEST: u16 = 6;
/// Minimum width of a column whose cells are cut.
const LEGIBLE: u16 = 14;

/// A table with whole cells.
pub(super) struct Table<W> {
    columns: Columns,
    style: Style,
    /// Widths of the columns; empty before the first page.
    widths: Option<Vec<u16>>,
    out: W,
}

impl<W: Write> Table<W> {
    pub(super) fn new(columns: Columns, style: Style, out: W) -> Self {
        Self { columns, style, widths: None, out }
    }

    fn begin(&mut self, grid: &Grid) -> io::Result<Vec<u16>> {
        let titles: Vec<_> =
            self.columns.fields.iter().map(|field| field.title().into_owned()).collect();
        let mut head = grid_of([titles.clone()]);
        let widths = widest(&content(&head, titles.len()), &content(grid, titles.len()));
        if !self.style.headers {
            return Ok(widths);
        }
        write(&mut self.out, &mut head, &widths)?;
        let line = widths.iter().map(|width| "-".repeat((*width).into())).collect::<Vec<_>>();
        write(&mut self.out, &mut grid_of([line]), &widths)?;
        Ok(widths)
    }
}

impl<W: Write> Sink for Table<W> {
    fn page(&mut self, rows: Vec<Row>) -> io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut grid = grid_of(rows.iter().map(|row| self.columns.console(row)));
        let widths = match self.widths.take() {
            Some(widths) => widths,
            None => self.begin(&grid)?,
        };
        let fitting = widest(&widths, &content(&grid, widths.len()));
        self.widths = Some(widths);
        write(&mut self.out, &mut grid, &fitting)?;
        self.out.flush()
    }

    fn end(&mut self, _: Option<u64>) -> io::Result<()> {
        // On a terminal there are words instead, which are not for programs.
        if self.widths.is_none() && self.style.width.is_none() {
            self.begin(&Grid::new())?;
        }
        self.out.flush()
    }
}

/// A table whose rows are one line each.
pub(super) struct Brief<W> {
    columns: Columns,
    width: usize,
    headers: bool,
    /// Widths of the columns that are shown; empty before the first page.
    widths: Option<Vec<u16>>,
    out: W,
}

impl<W: Write> Brief<W> {
    pub(super) fn new(columns: Columns, width: usize, style: Style, out: W) -> Self {
        Self { columns, width, headers: style.headers, widths: None, out }
    }

    fn begin(&mut self, rows: &[Vec<String>]) -> io::Result<Vec<u16>> {
        let titles: Vec<_> =
            self.columns.fields.iter().map(|field| field.title().into_owned()).collect();
        let mut widths: Vec<u16> = titles.iter().map(|title| columns_of(title)).collect();
        for row in rows {
            widths = widths.iter().zip(row).map(|(it, cell)| columns_of(cell).max(*it)).collect();
        }
        // A part of an id is of no use.
        let has_ids = |at: usize| {
            rows.iter().any(|row| row.get(at).is_some_and(|cell| cell.parse::<Uuid>().is_ok()))
        };
        let least =
            |(at, width): (usize, &u16)| if has_ids(at) { *width } else { LEGIBLE.min(*width) };
        let mut least: Vec<u16> = widths.iter().enumerate().map(least).collect();
        let fits = |least: &[u16]| {
            let total: usize = least.iter().map(|width| usize::from(*width)).sum();
            total + usize::from(GAP) * least.len().saturating_sub(1) <= self.width
        };
        while least.len() > 1 && !fits(&least) {
            least.pop();
        }
        widths.truncate(least.len());
        shrink(&mut widths, self.width, &least);
        if self.headers {
            self.line(&titles, &widths)?;
        }
        Ok(widths)
    }

    fn line(&mut self, cells: &[String], widths: &[u16]) -> io::Result<()> {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            let width = usize::from(*width);
            let cell = cut(cell, width);
            line.push_str(&console::pad_str(&cell, width, console::Alignment::Left, None));
            line.push_str(&" ".repeat(GAP.into()));
        }
        writeln!(self.out, "{}", line.trim_end())
    }
}

impl<W: Write> Sink for Brief<W> {
    fn page(&mut self, rows: Vec<Row>) -> io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = rows.iter().map(|row| self.columns.brief(row)).collect();
        let widths = match self.widths.take() {
            Some(widths) => widths,
            None => self.begin(&rows)?,
        };
        rows.iter().try_for_each(|row| self.line(row, &widths))?;
        self.widths = Some(widths);
        self.out.flush()
    }

    fn end(&mut self, _: Option<u64>) -> io::Result<()> {
        self.out.flush()
    }

    fn left_out(&self) -> Vec<&'static str> {
        let shown = self.widths.as_ref().map_or(self.columns.fields.len(), Vec::len);
        self.columns.fields.iter().skip(shown).map(Field::name).collect()
    }
}

/// A cell in one line of this width. Of a path, such as the name of an image, the end is kept.
fn cut(cell: &str, width: usize) -> Cow<'_, str> {
    if !cell.contains('/') || cell.contains(' ') || console::measure_text_width(cell) <= width {
        return console::truncate_str(cell, width, "…");
    }
    let mut kept = cell;
    while console::measure_text_width(kept) >= width {
        let mut rest = kept.chars();
        rest.next();
        kept = rest.as_str();
    }
    Cow::Owned(format!("…{kept}"))
}

fn columns_of(text: &str) -> u16 {
    u16::try_from(console::measure_text_width(text)).unwrap_or(u16::MAX)
}

/// Writes one object, a line per field. With `changed`, these fields are marked with `*`.
pub(super) fn upright(
    columns: &Columns,
    width: Option<usize>,
    row: &Row,
    changed: Option<&[&str]>,
    mut out: impl Write,
) -> io::Result<()> {
    let mark = |changes: bool| match (changed, changes) {
        (None, _) => "",
        (_, true) => "* ",
        (_, false) => "  ",
    };
    let titles = columns.fields.iter().map(|field| {
        let changes = changed.is_some_and(|changed| changed.contains(&field.name()));
        format!("{}{}", mark(changes), field.title())
    });
    let values = if width.is_some() { columns.readable(row) } else { columns.console(row) };
    let rows = titles.zip(values).map(|(title, value)| [title, value]);
    let head = [format!("{}Field", mark(false)), "Value".to_owned()];
    let mut grid = grid_of(std::iter::once(head.clone()).chain(rows.clone()));
    let mut widths = content(&grid, head.len());
    if let Some(width) = width {
        shrink(&mut widths, width, &vec![NARROWEST; head.len()]);
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

/// Narrows the widest columns until all fit, as far as possible; none below its least width.
fn shrink(widths: &mut [u16], width: usize, least: &[u16]) {
    let gaps = usize::from(GAP) * widths.len().saturating_sub(1);
    loop {
        let total: usize = widths.iter().map(|width| usize::from(*width)).sum();
        let Some(excess) = (total + gaps).checked_sub(width).filter(|excess| *excess > 0) else {
            return;
        };
        let wide = widths.iter().zip(least).filter(|(width, least)| width > least);
        let wide: Vec<u16> = wide.map(|(width, _)| *width).collect();
        let Some(most) = wide.iter().max().copied() else { return };
        let next = wide.iter().filter(|width| **width < most).max().copied().unwrap_or(0);
        let many = wide.iter().filter(|width| **width == most).count();
        // Narrow all of the widest together, at most to the next width.
        let step = u16::try_from(excess.div_ceil(many)).unwrap_or(u16::MAX);
        let lower = most.saturating_sub(step).max(next);
        for (width, least) in widths.iter_mut().zip(least).filter(|(width, _)| **width == most) {
            *width = lower.max(*least);
        }
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

//! A list that comes as one page.

use super::{ListChanges, PageKeys, PageRequest, Position, RowRef, Step, Strategy};
use crate::error::Result;

pub(in super::super) struct Single;

impl Strategy for Single {
    fn request(&self, _: &Position, limit: u32) -> Result<PageRequest> {
        Ok(PageRequest::Window { limit, offset: 0, filter: None })
    }

    /// Skips the rows before the position.
    fn accept(&mut self, at: &Position, _: u32, page: PageKeys, changes: &mut ListChanges) -> Step {
        let rows = page.keys.len() as u64;
        let total = page.total.or(Some(rows));
        changes.total(total);
        let row = |index: usize| RowRef { index, rows: index as u64 + 1, key: None };
        let kept = (0..page.keys.len()).map(row).filter(|row| row.rows > at.rows()).collect();
        Step { kept, position: Position::after(rows), total, done: true, ..Step::default() }
    }

    fn position_after(&self, begin: &Position, rows: &[RowRef]) -> Position {
        rows.last().map_or_else(|| begin.clone(), |row| Position::after(row.rows))
    }
}

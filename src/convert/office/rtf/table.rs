//! Tables of rich text: rows say where their entries end, and from the edges of all rows come the columns.

use super::super::grid::Grid;
use super::super::limits::Refusal;
use super::super::text::Text;

/// Edges nearer than this are one: writers round them. In twentieths of a point.
const NEAR_TWIPS: i32 = 30;

/// Where an entry ends.
#[derive(Debug, Clone, Copy)]
struct Edge {
    right_twips: i32,
    /// Whether the entry belongs to the one above.
    goes_on: bool,
}

/// A table in the making.
#[derive(Debug, Default)]
pub(super) struct Rows {
    rows: Vec<(Vec<Text>, Vec<Edge>)>,
    /// Of the row that is being read.
    edges: Vec<Edge>,
    entries: Vec<Text>,
    goes_on: bool,
}

impl Rows {
    /// The definition of a row begins.
    pub(super) fn define(&mut self) {
        self.edges.clear();
        self.goes_on = false;
    }

    /// The entry that is defined next belongs to the one above.
    pub(super) fn goes_on(&mut self) {
        self.goes_on = true;
    }

    /// An entry is defined: where it ends.
    pub(super) fn edge(&mut self, right_twips: i32) {
        self.edges.push(Edge { right_twips, goes_on: std::mem::take(&mut self.goes_on) });
    }

    /// An entry ends.
    pub(super) fn entry(&mut self, text: Text) {
        self.entries.push(text);
    }

    /// The row ends. The next has the same edges unless it says otherwise.
    pub(super) fn end_row(&mut self) {
        self.rows.push((std::mem::take(&mut self.entries), self.edges.clone()));
    }

    /// The table. Entries beyond the edges of their row are shown if anything is in them.
    pub(super) fn grid(self) -> Result<Grid, Refusal> {
        let mut ends: Vec<i32> = self.rows.iter().flat_map(|(_, edges)| edges).map(|edge| edge.right_twips).collect();
        ends.sort_unstable();
        ends.dedup_by(|later, earlier| later.saturating_sub(*earlier) < NEAR_TWIPS);
        let mut grid = Grid::default();
        for (entries, edges) in self.rows {
            grid.row();
            let mut column = 0;
            for (index, text) in entries.into_iter().enumerate() {
                let Some(edge) = edges.get(index) else {
                    if !text.is_blank() {
                        grid.place(column, text, 1, 1)?;
                        column += 1;
                    }
                    continue;
                };
                let end = ends.partition_point(|end| *end <= edge.right_twips).max(column + 1);
                if edge.goes_on {
                    grid.reach_down(column);
                } else {
                    grid.place(column, text, 1, end - column)?;
                }
                column = end;
            }
        }
        Ok(grid)
    }
}

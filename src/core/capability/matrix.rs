//! All rows, and finding one by its target.

use std::collections::HashMap;

use super::{Abilities, TaskKind};
use crate::{MediaKind, Target};

/// What every target accepts and does. Rows are addressed by their index, which holds for the matrix's life.
#[derive(Debug, Clone, Default)]
pub struct CapabilityMatrix {
    rows: Vec<Abilities>,
    by_target: HashMap<Target, usize>,
}

impl CapabilityMatrix {
    /// A matrix of rows. Of two rows for one target the later stands.
    #[must_use]
    pub fn new(rows: impl IntoIterator<Item = Abilities>) -> Self {
        let mut matrix = Self::default();
        for row in rows {
            match matrix.by_target.get(&row.target) {
                Some(&index) => matrix.rows[index] = row,
                None => {
                    matrix.by_target.insert(row.target.clone(), matrix.rows.len());
                    matrix.rows.push(row);
                }
            }
        }
        matrix
    }

    /// All rows.
    #[must_use]
    pub fn rows(&self) -> &[Abilities] {
        &self.rows
    }

    /// The index of a target's row.
    #[must_use]
    pub fn index(&self, target: &Target) -> Option<usize> {
        self.by_target.get(target).copied()
    }

    /// A target's row.
    #[must_use]
    pub fn get(&self, target: &Target) -> Option<&Abilities> {
        self.index(target).map(|index| &self.rows[index])
    }

    /// The targets that do a kind of work and take a medium as it is.
    pub fn that_take(&self, task: TaskKind, kind: MediaKind) -> impl Iterator<Item = &Abilities> {
        self.rows
            .iter()
            .filter(move |row| row.does(task) && row.accepts.iter().any(|acceptance| acceptance.format.kind() == kind))
    }
}

//! Verifications that have not come to their end: what was to be tried, and what has been.

use crate::database::Statement;
use crate::{Findings, StoreFailed};

/// Verifications that were not gone on with for so long are forgotten.
const REMEMBERED_SECONDS: i64 = 30 * 24 * 3600;

/// A verification that has not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// Its id.
    pub id: String,
    /// What was to be tried, as JSON.
    pub wish: String,
    /// When it began, in seconds since 1970.
    pub began_at: i64,
}

/// What was tried before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TriedBefore {
    /// The provider.
    pub provider: String,
    /// The model.
    pub model: String,
    /// The ability, by its name.
    pub ability: String,
    /// What came of it, by its name.
    pub outcome: String,
}

impl Findings {
    /// Keeps that a verification has begun.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn begin(&self, verification: Unfinished) -> Result<(), StoreFailed> {
        let Unfinished { id, wish, began_at } = verification;
        let old = Statement::new("DELETE FROM verifications WHERE began_at < ?").with(began_at - REMEMBERED_SECONDS);
        let new = Statement::new("INSERT INTO verifications (id, wish, began_at) VALUES (?, ?, ?)");
        self.0.write(vec![old, new.with(id).with(wish).with(began_at)]).await.map(drop)
    }

    /// Forgets a verification that has come to its end, with what was tried in it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn end(&self, id: &str) -> Result<(), StoreFailed> {
        self.0.write(vec![Statement::new("DELETE FROM verifications WHERE id = ?").with(id)]).await.map(drop)
    }

    /// The verifications that have not come to their end, the last one first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unfinished(&self) -> Result<Vec<Unfinished>, StoreFailed> {
        let all = Statement::new("SELECT id, wish, began_at FROM verifications ORDER BY began_at DESC, id DESC");
        self.0
            .read(all, |row| Ok(Unfinished { id: row.try_get(0)?, wish: row.try_get(1)?, began_at: row.try_get(2)? }))
            .await
    }

    /// What has been tried in a verification.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn tried_in(&self, id: &str) -> Result<Vec<TriedBefore>, StoreFailed> {
        let all = Statement::new("SELECT provider, model, ability, outcome FROM tries WHERE verification = ?").with(id);
        self.0
            .read(all, |row| {
                Ok(TriedBefore {
                    provider: row.try_get(0)?,
                    model: row.try_get(1)?,
                    ability: row.try_get(2)?,
                    outcome: row.try_get(3)?,
                })
            })
            .await
    }
}

/// That something was tried in a verification.
pub(super) fn tried(verification: String, tried: TriedBefore) -> Statement {
    let TriedBefore { provider, model, ability, outcome } = tried;
    let sql = "INSERT INTO tries (verification, provider, model, ability, outcome) VALUES (?, ?, ?, ?, ?) \
               ON CONFLICT (verification, provider, model, ability) DO UPDATE SET outcome = excluded.outcome";
    Statement::new(sql).with(verification).with(provider).with(model).with(ability).with(outcome)
}

//! What probes found: by model and ability, with the models that are kept out of plans, and how far a verification has come.
//!
//! Abilities and outcomes are names here, and a wish is JSON; what they mean is the caller's business. What belongs to one
//! step is written together or not at all.

mod statements;
mod verifications;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::database::Statement;
use crate::{Database, StoreFailed};

use statements::{found, kept_out, released_now};
pub use verifications::{TriedBefore, Unfinished};

/// What was found of one ability of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFinding {
    /// The provider.
    pub provider: String,
    /// The model.
    pub model: String,
    /// The ability, by its name.
    pub ability: String,
    /// Whether the model has it.
    pub holds: bool,
    /// Why not; empty where it has.
    pub why: String,
    /// When that was found, in seconds since 1970.
    pub found_at: i64,
}

/// A model that is kept out of plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptQuarantine {
    /// The provider.
    pub provider: String,
    /// The model.
    pub model: String,
    /// Why, in a few words.
    pub why: String,
    /// Whether a client that ends it by hand has to confirm that.
    pub confirm: bool,
    /// Since when, in seconds since 1970.
    pub began_at: i64,
    /// Until when; `None`: it does not end by itself.
    pub ends_at: Option<i64>,
}

/// All that one step of a verification found.
#[derive(Debug, Clone, Default)]
pub struct Noted {
    /// The verification, what was tried (provider, model and ability), and what came of it.
    pub tried: Option<(String, TriedBefore)>,
    /// What was found, if anything was.
    pub finding: Option<KeptFinding>,
    /// What begins for it.
    pub quarantine: Option<KeptQuarantine>,
    /// Of which model one ends: by provider and model.
    pub released: Option<(String, String)>,
}

/// The findings of one database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Findings(Arc<Database>);

impl Findings {
    /// The findings of a database.
    #[must_use]
    pub fn of(database: Arc<Database>) -> Self {
        Self(database)
    }

    /// Keeps what a step found; on the disk when it resolves.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn note(&self, noted: Noted) -> Result<(), StoreFailed> {
        let Noted { tried, finding, quarantine, released } = noted;
        let mut statements = Vec::new();
        if let Some((provider, model)) = released {
            statements.push(released_now(provider, model));
        }
        statements.extend(finding.map(found));
        statements.extend(quarantine.map(kept_out));
        statements.extend(tried.map(|(verification, tried)| verifications::tried(verification, tried)));
        if statements.is_empty() {
            return Ok(());
        }
        self.0.write(statements).await.map(drop)
    }

    /// Ends a model's quarantine and forgets what was refuted of it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn pardon(&self, provider: &str, model: &str) -> Result<(), StoreFailed> {
        let forgotten = Statement::new("DELETE FROM findings WHERE provider = ? AND model = ? AND holds = 0");
        let forgotten = forgotten.with(provider).with(model);
        self.0.write(vec![released_now(provider.to_owned(), model.to_owned()), forgotten]).await.map(drop)
    }

    /// All that was found.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn all(&self) -> Result<(Vec<KeptFinding>, Vec<KeptQuarantine>), StoreFailed> {
        let findings = Statement::new("SELECT provider, model, ability, holds, why, found_at FROM findings");
        let findings = self.0.read(findings, |row| {
            Ok(KeptFinding {
                provider: row.try_get(0)?,
                model: row.try_get(1)?,
                ability: row.try_get(2)?,
                holds: row.is_set(3)?,
                why: row.try_get(4)?,
                found_at: row.try_get(5)?,
            })
        });
        let findings = findings.await?;
        let quarantines = Statement::new("SELECT provider, model, why, confirm, began_at, ends_at FROM quarantines");
        let quarantines = self.0.read(quarantines, |row| {
            Ok(KeptQuarantine {
                provider: row.try_get(0)?,
                model: row.try_get(1)?,
                why: row.try_get(2)?,
                confirm: row.is_set(3)?,
                began_at: row.try_get(4)?,
                ends_at: row.try_get(5)?,
            })
        });
        Ok((findings, quarantines.await?))
    }
}

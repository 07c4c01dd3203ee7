//! Keys of providers that are kept: sealed in the database, opened only to be sent.
//!
//! What opens them is a master key outside of it ([`MasterPlace`]). A key that no master key opens is listed as such and
//! never handed out. Which provider takes which key is the caller's business.

mod failure;
mod kept;
mod master;
mod rotate;
mod seal;
mod states;
#[cfg(test)]
mod tests;

pub use failure::KeyFailed;
pub use kept::{KeptKey, ListedKey};
pub use master::{MasterKeys, MasterPlace, NoMasterKey};
pub use rotate::Rotated;
pub use seal::MasterKey;
pub use states::{KeptKeyState, KeyStates};

use std::sync::Arc;

use crate::database::{Database, Statement, StoreFailed};
use kept::{place_of, tail};

/// The keys of one database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ProviderKeys {
    database: Arc<Database>,
    place: MasterPlace,
}

/// Said with every change, so that a server that runs takes it up.
const CHANGED: &str = "UPDATE revisions SET number = number + 1 WHERE subject = 'provider_keys'";

impl ProviderKeys {
    /// The keys of a database, with the place of what opens them.
    #[must_use]
    pub fn of(database: Arc<Database>, place: MasterPlace) -> Self {
        Self { database, place }
    }

    /// How keys stood, in the same database.
    #[must_use]
    pub fn states(&self) -> KeyStates {
        KeyStates::of(self.database.clone())
    }

    /// How often keys were changed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn revision(&self) -> Result<i64, StoreFailed> {
        self.database.revision("provider_keys").await
    }

    /// Keeps a key; it is on the disk when this resolves.
    ///
    /// # Errors
    /// When it is kept already, there is no master key and none can be made, or the database cannot be written.
    pub async fn add(
        &self,
        id: &str,
        provider: &str,
        secret: &str,
        label: &str,
        now: i64,
    ) -> Result<ListedKey, KeyFailed> {
        let kept = self.all().await?;
        if let Some(same) =
            kept.iter().find(|key| key.listed.provider == provider && key.secret.as_deref() == Some(secret))
        {
            return Err(KeyFailed::Known(same.listed.id.clone()));
        }
        let master = self.master(&kept)?;
        let sealed = master.seal(secret, &place_of(id, provider)).ok_or(KeyFailed::NoChance)?;
        let tail = tail(secret);
        let sql = "INSERT INTO provider_keys (id, provider, label, sealed, tail, created_at) VALUES (?, ?, ?, ?, ?, ?)";
        let row = Statement::new(sql).with(id).with(provider).with(label).with(sealed).with(tail.clone()).with(now);
        self.database.write(vec![row, Statement::new(CHANGED)]).await?;
        let (id, provider, label) = (id.to_owned(), provider.to_owned(), label.to_owned());
        Ok(ListedKey { id, provider, label, tail, is_disabled: false, created_at: now, wants_master: None })
    }

    /// What new keys are sealed with. Where others are kept that no master key here opens, none is made in silence.
    fn master(&self, kept: &[KeptKey]) -> Result<MasterKey, KeyFailed> {
        let masters = self.place.read()?;
        if let Some(master) = masters.next.or(masters.current) {
            return Ok(master);
        }
        match kept.iter().find_map(|key| key.listed.wants_master.clone()) {
            Some(id) => Err(KeyFailed::OtherMaster(id)),
            None => Ok(self.place.make()?),
        }
    }

    /// Seals a secret of another table for its place, as keys are.
    ///
    /// # Errors
    /// When there is no master key and none can be made.
    pub(crate) async fn seal(&self, secret: &str, place: &str) -> Result<Vec<u8>, KeyFailed> {
        let master = self.master(&self.all().await?)?;
        master.seal(secret, place).ok_or(KeyFailed::NoChance)
    }

    /// Opens a secret of another table; `None`: no master key here does.
    ///
    /// # Errors
    /// When the place of the master key cannot be read.
    pub(crate) fn open(&self, sealed: &[u8], place: &str) -> Result<Option<String>, NoMasterKey> {
        Ok(self.place.read()?.open(sealed, place))
    }

    /// Forgets a key. Gives whether there was one of this id.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn remove(&self, id: &str) -> Result<bool, StoreFailed> {
        self.change(Statement::new("DELETE FROM provider_keys WHERE id = ?").with(id)).await
    }

    /// Has a key left out for now, or used again.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn disable(&self, id: &str, is_disabled: bool) -> Result<bool, StoreFailed> {
        let statement = Statement::new("UPDATE provider_keys SET is_disabled = ? WHERE id = ?");
        self.change(statement.with(i64::from(is_disabled)).with(id)).await
    }

    /// Calls a key something else.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn label(&self, id: &str, label: &str) -> Result<bool, StoreFailed> {
        let statement = Statement::new("UPDATE provider_keys SET label = ? WHERE id = ?");
        self.change(statement.with(label).with(id)).await
    }

    async fn change(&self, statement: Statement) -> Result<bool, StoreFailed> {
        let changed = self.database.write(vec![statement, Statement::new(CHANGED)]).await?;
        Ok(changed.first().is_some_and(|rows| *rows > 0))
    }
}

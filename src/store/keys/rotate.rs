//! Another master key in the place of the one in use.
//!
//! The new key is on the disk first; then all keys are sealed anew in one transaction; then the new file takes the name of
//! the old one. Wherever this ends too soon, every key can still be opened, by one of the two, and the same command goes
//! on from there.

use super::kept::place_of;
use super::{CHANGED, KeyFailed, ProviderKeys};
use crate::database::Statement;
use crate::google::resealed;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// The id of the master key in use from now on.
    pub master: String,
    /// How many keys were sealed anew.
    pub keys: usize,
    /// Keys that no master key here opens; they stay as they are.
    pub unopened: Vec<String>,
}

impl ProviderKeys {
    /// Seals all keys with another master key, or goes on where that was interrupted.
    ///
    /// # Errors
    /// When the new key cannot be written, or the database cannot; then everything is as before.
    pub async fn rotate_master(&self) -> Result<Rotated, KeyFailed> {
        let next = self.place.make_next()?;
        let kept = self.all().await?;
        let mut statements = vec![Statement::new(CHANGED)];
        let mut unopened = Vec::new();
        for key in kept {
            let Some(secret) = key.secret else {
                unopened.push(key.listed.id);
                continue;
            };
            let place = place_of(&key.listed.id, &key.listed.provider);
            let sealed = next.seal(&secret, &place).ok_or(KeyFailed::NoChance)?;
            let sql = "UPDATE provider_keys SET sealed = ? WHERE id = ?";
            statements.push(Statement::new(sql).with(sealed).with(key.listed.id));
        }
        let keys = statements.len() - 1;
        statements.extend(resealed(&self.database, &self.place.read()?, &next).await?);
        self.database.write(statements).await?;
        self.place.promote()?;
        Ok(Rotated { master: next.id(), keys, unopened })
    }
}

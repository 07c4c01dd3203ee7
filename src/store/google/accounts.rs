//! Accounts as they are kept: one of each owner.

use std::sync::Arc;

use crate::database::{Database, Statement, StoreFailed};
use crate::keys::{KeyFailed, MasterKey, MasterKeys, ProviderKeys};

/// An account that is connected.
#[derive(Clone, PartialEq, Eq)]
pub struct GoogleAccount {
    /// Whose account at Google's; empty where that did not tell it.
    pub email: String,
    /// What is allowed.
    pub scopes: Vec<String>,
    /// Its tokens; `None`: no master key here opens them.
    pub tokens: Option<String>,
    /// One more with each change.
    pub version: i64,
    /// Whether its tokens are not good any more.
    pub is_ended: bool,
    /// When it was connected, in seconds since 1970.
    pub created_at: i64,
    /// Its tokens as they lie there. Versions begin anew with an account that was forgotten; what is sealed is never the same twice.
    sealed: Vec<u8>,
}

impl std::fmt::Debug for GoogleAccount {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("GoogleAccount");
        shown.field("scopes", &self.scopes).field("version", &self.version).finish_non_exhaustive()
    }
}

/// The accounts of one database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct GoogleAccounts {
    database: Arc<Database>,
    keys: ProviderKeys,
}

/// What a sealed account is bound to: it opens nowhere else.
fn place_of(owner: &[u8]) -> String {
    let digits: String = owner.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("google_accounts\n{digits}")
}

impl GoogleAccounts {
    /// The accounts of a database, sealed by the master key of its keys.
    #[must_use]
    pub fn of(database: Arc<Database>, keys: ProviderKeys) -> Self {
        Self { database, keys }
    }

    /// The account of an owner.
    ///
    /// # Errors
    /// When the database or the place of the master key cannot be read.
    pub async fn get(&self, owner: &[u8]) -> Result<Option<GoogleAccount>, KeyFailed> {
        let sql = "SELECT email, scopes, sealed, version, is_ended, created_at FROM google_accounts WHERE owner = ?";
        let rows = self.database.read(Statement::new(sql).with(owner.to_vec()), |row| {
            let scopes: String = row.try_get(1)?;
            Ok(GoogleAccount {
                email: row.try_get(0)?,
                scopes: scopes.split_whitespace().map(str::to_owned).collect(),
                tokens: None,
                version: row.try_get(3)?,
                is_ended: row.is_set(4)?,
                created_at: row.try_get(5)?,
                sealed: row.try_get(2)?,
            })
        });
        let Some(account) = rows.await?.pop() else { return Ok(None) };
        let tokens = self.keys.open(&account.sealed, &place_of(owner))?;
        Ok(Some(GoogleAccount { tokens, ..account }))
    }

    /// Keeps an account in the place of the one that there was; on the disk when this resolves.
    ///
    /// # Errors
    /// When it cannot be sealed or written.
    pub async fn put(
        &self,
        owner: &[u8],
        email: &str,
        scopes: &[String],
        tokens: &str,
        now: i64,
    ) -> Result<(), KeyFailed> {
        let sealed = self.keys.seal(tokens, &place_of(owner)).await?;
        let sql = "INSERT INTO google_accounts (owner, email, scopes, sealed, version, is_ended, created_at) \
                   VALUES (?, ?, ?, ?, 1, 0, ?) ON CONFLICT (owner) DO UPDATE SET email = excluded.email, \
                   scopes = excluded.scopes, sealed = excluded.sealed, version = google_accounts.version + 1, is_ended = 0, \
                   created_at = excluded.created_at";
        let row = Statement::new(sql).with(owner.to_vec()).with(email).with(scopes.join(" ")).with(sealed).with(now);
        self.database.write(vec![row]).await?;
        Ok(())
    }

    /// Keeps new tokens of an account that is still as it was read. Gives whether it was.
    ///
    /// # Errors
    /// When they cannot be sealed or written.
    pub async fn renew(&self, owner: &[u8], read: &GoogleAccount, tokens: &str) -> Result<bool, KeyFailed> {
        let sealed = self.keys.seal(tokens, &place_of(owner)).await?;
        let sql = "UPDATE google_accounts SET sealed = ?, version = version + 1 WHERE owner = ? AND version = ? AND sealed = ?";
        let statement = Statement::new(sql).with(sealed).with(owner.to_vec()).with(read.version);
        Ok(self.change(statement.with(read.sealed.clone())).await?)
    }

    /// Notes that the tokens of an account are not good any more, if it is still as it was read.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn end(&self, owner: &[u8], read: &GoogleAccount) -> Result<bool, StoreFailed> {
        let sql = "UPDATE google_accounts SET is_ended = 1, version = version + 1 WHERE owner = ? AND version = ? AND sealed = ?";
        self.change(Statement::new(sql).with(owner.to_vec()).with(read.version).with(read.sealed.clone())).await
    }

    /// Forgets the account of an owner. Gives whether there was one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn remove(&self, owner: &[u8]) -> Result<bool, StoreFailed> {
        self.change(Statement::new("DELETE FROM google_accounts WHERE owner = ?").with(owner.to_vec())).await
    }

    async fn change(&self, statement: Statement) -> Result<bool, StoreFailed> {
        let changed = self.database.write(vec![statement]).await?;
        Ok(changed.first().is_some_and(|rows| *rows > 0))
    }
}

/// What seals all accounts anew that open, by another master key.
pub(crate) async fn resealed(
    database: &Database,
    masters: &MasterKeys,
    next: &MasterKey,
) -> Result<Vec<Statement>, KeyFailed> {
    let all = database.read(Statement::new("SELECT owner, sealed FROM google_accounts"), |row| {
        Ok((row.try_get::<Vec<u8>, _>(0)?, row.try_get::<Vec<u8>, _>(1)?))
    });
    let mut statements = Vec::new();
    for (owner, sealed) in all.await? {
        let place = place_of(&owner);
        // One that does not open is connected anew.
        let Some(tokens) = masters.open(&sealed, &place) else { continue };
        let anew = next.seal(&tokens, &place).ok_or(KeyFailed::NoChance)?;
        // One that was renewed meanwhile is sealed already by what is in force.
        let sql = "UPDATE google_accounts SET sealed = ? WHERE owner = ? AND sealed = ?";
        statements.push(Statement::new(sql).with(anew).with(owner).with(sealed));
    }
    Ok(statements)
}

//! Keys as they are kept and listed, and as they are opened: where a master key does.

use super::seal::sealed_by;
use super::{KeyFailed, MasterKeys, NoMasterKey, ProviderKeys};
use crate::database::{Statement, StoreFailed};

/// A key as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// What it is known by.
    pub id: String,
    /// Whose it is.
    pub provider: String,
    /// What people call it.
    pub label: String,
    /// Its last four characters; empty where that would tell too much.
    pub tail: String,
    /// Whether it is not to be used for now.
    pub is_disabled: bool,
    /// Seconds since 1970.
    pub created_at: i64,
    /// The id of the master key that it wants and that is not here; `None`: it can be opened.
    pub wants_master: Option<String>,
}

/// A key as it is kept, with what it holds where that can be opened.
pub struct KeptKey {
    /// What is told of it.
    pub listed: ListedKey,
    /// The key itself.
    pub secret: Option<String>,
}

impl std::fmt::Debug for KeptKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.listed.fmt(formatter)
    }
}

impl ProviderKeys {
    /// Every key, opened where that can be done.
    ///
    /// # Errors
    /// When the database or the place of the master key cannot be read.
    pub async fn all(&self) -> Result<Vec<KeptKey>, KeyFailed> {
        let masters = self.place.read()?;
        Ok(self.opened(&masters).await?)
    }

    /// The same; a master key that cannot be read opens nothing, and is told.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn all_that_open(&self) -> Result<(Vec<KeptKey>, Option<NoMasterKey>), StoreFailed> {
        match self.place.read() {
            Ok(masters) => Ok((self.opened(&masters).await?, None)),
            Err(error) => Ok((self.opened(&MasterKeys::default()).await?, Some(error))),
        }
    }

    async fn opened(&self, masters: &MasterKeys) -> Result<Vec<KeptKey>, StoreFailed> {
        let all = Statement::new(
            "SELECT id, provider, label, sealed, tail, is_disabled, created_at FROM provider_keys \
             ORDER BY provider, created_at, id",
        );
        self.database
            .read(all, |row| {
                let (id, provider): (String, String) = (row.try_get(0)?, row.try_get(1)?);
                let sealed: Vec<u8> = row.try_get(3)?;
                let place = place_of(&id, &provider);
                let secret = masters.all().find_map(|master| master.open(&sealed, &place));
                let wants = || sealed_by(&sealed).unwrap_or_else(|| "unknown".to_owned());
                let wants_master = secret.is_none().then(wants);
                let (label, tail) = (row.try_get(2)?, row.try_get(4)?);
                let is_disabled = row.is_set(5)?;
                let created_at = row.try_get(6)?;
                let listed = ListedKey { id, provider, label, tail, is_disabled, created_at, wants_master };
                Ok(KeptKey { listed, secret })
            })
            .await
    }
}

/// What a sealed key is bound to: it opens nowhere else.
pub(super) fn place_of(id: &str, provider: &str) -> String {
    format!("provider_keys\n{id}\n{provider}")
}

/// The end of a secret that is long enough not to be told by it.
pub(super) fn tail(secret: &str) -> String {
    const LONG: usize = 16;
    let at = secret.len().checked_sub(4).filter(|_| secret.len() >= LONG && secret.is_ascii());
    at.map_or_else(String::new, |at| secret[at..].to_owned())
}

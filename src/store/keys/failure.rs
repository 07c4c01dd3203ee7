//! How keeping keys fails: each time with what the operator can do.

use thiserror::Error;

use super::NoMasterKey;
use crate::StoreFailed;

/// A key could not be kept or opened.
#[derive(Debug, Error)]
pub enum KeyFailed {
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreFailed),
    /// There is no master key.
    #[error(transparent)]
    Master(#[from] NoMasterKey),
    /// The same key twice would be asked twice.
    #[error("this key is kept already, as {0}")]
    Known(String),
    /// A second master key would leave the first one's keys behind.
    #[error(
        "keys are kept that the master key {0} has sealed, and it is not here; put its file back or name it with \
         [store] master_key_file (or MEDIARY_MASTER_KEY), or remove those keys first"
    )]
    OtherMaster(String),
    /// No secrets without chance.
    #[error("the system gives no random numbers; no key can be sealed")]
    NoChance,
}

//! Turns at bytes, among servers that share a database: one may be about to remove bytes, since its last file with them has
//! gone, while another is about to say that a new file has them.

use std::time::Duration;

use mediary_store::{Files, StoreFailed};
use uuid::Uuid;

use super::super::administration::unix_ms;
use super::{KeptFiles, NoFile};

/// How soon it is asked again for a turn that another server has.
const AGAIN: Duration = Duration::from_millis(50);

/// The turn at some bytes. Given back with [`ContentTurn::over`]; dropped, it is over after two minutes.
#[derive(Debug)]
pub(super) struct ContentTurn(Option<(Files, String, String)>);

impl ContentTurn {
    /// It is over.
    pub(super) async fn over(self) {
        let Some((files, hash, holder)) = self.0 else { return };
        if let Err(error) = files.give_turn(&hash, &holder).await {
            tracing::info!(error.detail = %error, "a turn at the bytes of a file is over in two minutes only");
        }
    }
}

impl KeptFiles {
    /// The turn at these bytes, as soon as no other server has it. A server that is alone has it.
    pub(super) async fn turn_at(&self, hash: &str) -> Result<ContentTurn, StoreFailed> {
        if self.is_alone {
            return Ok(ContentTurn(None));
        }
        let holder = Uuid::now_v7().simple().to_string();
        while !self.rows.take_turn(hash, &holder, unix_ms()).await? {
            tokio::time::sleep(AGAIN).await;
        }
        Ok(ContentTurn(Some((self.rows.clone(), hash.to_owned(), holder))))
    }

    /// The same, if they are there; `None`: they are not, and are to be written again.
    pub(super) async fn turn_if_there(&self, hash: &str) -> Result<Option<ContentTurn>, NoFile> {
        let turn = self.turn_at(hash).await?;
        match self.is_there(hash).await {
            Ok(true) => Ok(Some(turn)),
            Ok(false) => {
                turn.over().await;
                Ok(None)
            }
            Err(failure) => {
                turn.over().await;
                Err(failure.into())
            }
        }
    }
}

//! The routes of a server that is another process.

use bytes::Bytes;
use futures_util::stream;
use mediary_core::provider::BoxFuture;
use mediary_remote::OwnServer;

use crate::mcp::{Answer, Call, Door};

/// A server elsewhere.
#[derive(Debug)]
pub(super) struct FarDoor(OwnServer);

impl FarDoor {
    pub(super) fn of(server: OwnServer) -> Self {
        Self(server)
    }
}

impl Door for FarDoor {
    fn ask(&self, call: Call) -> BoxFuture<'_, Result<Answer, String>> {
        Box::pin(async move {
            // What a client over standard input would carry is its environment's, which the server is asked with already.
            let Call { method, path, headers: _, body } = call;
            let body = body.as_ref().map(|(media_type, bytes)| (media_type.as_str(), bytes.clone()));
            let asked = self.0.ask(method, &path, body).await;
            let answer = asked.map_err(|failure| format!("{failure}. Is it still running? `mediary status` tells."))?;
            let (status, headers) = (answer.status, answer.headers.clone());
            let body = stream::try_unfold(answer, |mut answer| async move {
                let piece: Option<Bytes> = answer.piece().await.map_err(|failure| failure.to_string())?;
                Ok(piece.map(|piece| (piece, answer)))
            });
            Ok(Answer { status, headers, body: Box::pin(body) })
        })
    }
}

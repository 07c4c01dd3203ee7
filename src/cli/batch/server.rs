//! The server that answers commands, as they ask it.

use std::io::Write;

use mediary_remote::{Method, OwnAnswer, OwnServer};
use serde_json::Value;

use super::super::Context;
use super::super::own_server::own_server;

/// No object that a server tells is longer.
const MOST_BYTES: usize = 16 << 20;

/// A server that runs.
#[derive(Debug)]
pub(in crate::cli) struct Server(OwnServer);

impl Server {
    /// The one at an address, else the one that runs here.
    pub(in crate::cli) fn of(context: &Context, address: Option<&str>) -> Result<Self, String> {
        let no_server = "no server runs here; `mediary start` starts one, and --server names another";
        own_server(context, address)?.map(Self).ok_or_else(|| no_server.to_owned())
    }

    /// How a batch stands.
    pub(in crate::cli) async fn batch(&self, id: &str) -> Result<Value, String> {
        self.told(Method::GET, &format!("/v1/batches/{id}"), None).await
    }

    /// Posts an object.
    pub(in crate::cli) async fn posts(&self, path: &str, body: &Value) -> Result<Value, String> {
        self.told(Method::POST, path, Some(("application/json", body.to_string().into_bytes()))).await
    }

    /// Writes the bytes of a file.
    pub(in crate::cli) async fn content(&self, id: &str, out: &mut impl Write) -> Result<(), String> {
        let mut answer = self.ask(Method::GET, &format!("/v1/files/{id}/content"), None).await?;
        while let Some(piece) = answer.piece().await.map_err(|failure| failure.to_string())? {
            out.write_all(&piece).map_err(|error| format!("cannot write: {error}"))?;
        }
        Ok(())
    }

    /// Asks for an object.
    pub(in crate::cli) async fn told(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Result<Value, String> {
        let whole = self.ask(method, path, body).await?.whole(MOST_BYTES).await;
        let whole = whole.map_err(|failure| failure.to_string())?;
        serde_json::from_slice(&whole).map_err(|_| "what answers there is no server of Mediary's".to_owned())
    }

    /// Asks; a refusal is told in the server's words.
    async fn ask(&self, method: Method, path: &str, body: Option<(&str, Vec<u8>)>) -> Result<OwnAnswer, String> {
        let answer = self.0.ask(method, path, body).await.map_err(|failure| failure.to_string())?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let status = answer.status;
        let whole = answer.whole(MOST_BYTES).await.unwrap_or_default();
        let error: Value = serde_json::from_slice(&whole).unwrap_or_default();
        let message = error["error"]["message"].as_str();
        Err(message.map_or_else(|| format!("the server answers with status {status}"), str::to_owned))
    }
}

//! A gateway in this process, for tools where no server runs. What it keeps is gone with it: the user's store is left to the
//! server, which may be started meanwhile.

use std::sync::Arc;

use mediary_store::DatabasePlace;
use tokio::runtime::Runtime;

use super::super::assembled::assembled;
use super::super::context::Context;
use crate::config::Store;
use crate::gateway::{KeptFiles, TemporaryFiles};
use crate::http::{AppState, RouterDoor};
use crate::mcp::Door;
use crate::telemetry;

/// Does something with the routes of a gateway of its own.
pub(super) fn with_gateway(
    context: &Context,
    runtime: &Runtime,
    speak: impl FnOnce(Arc<dyn Door>) -> Result<(), String>,
) -> Result<(), String> {
    let loaded = context.load()?;
    let mut config = loaded.config;
    let _log = telemetry::init(&config.server, context.environment.text("MEDIARY_LOG"))?;
    // Our environment holds keys; other processes of this user have no business in it.
    mediary_convert::confine::keep_to_itself();
    let files = TemporaryFiles::in_folder(&std::env::temp_dir());
    let files =
        files.map_err(|error| format!("no temporary file can be made: {error}; set TMPDIR to another folder"))?;
    // Set once, before the first of them is made.
    let _earlier = tempfile::env::override_temp_dir(files.path());
    // The keys of the server let its clients in; this client has started the process itself.
    config.server.api_keys.clear();
    let stored = context.stored_keys(&config)?;
    config.store = Store { dir: Some(files.path().join("store")), ..Store::default() };
    config.content.dir = Some(files.path().join("content"));
    let models = context.models(Some(&loaded.source))?;
    let gateway = Arc::new(assembled(context, &config, &loaded.source, &stored, &models)?);
    let kept = runtime.block_on(async {
        let database =
            DatabasePlace::Folder(files.path().join("store")).open().await.map_err(|error| error.to_string())?;
        let content = Some(files.path().join("content"));
        KeptFiles::start(Arc::new(database), &config, content).await.map_err(|failure| failure.to_string())
    });
    let kept = match kept {
        Ok(kept) => kept,
        Err(why) => {
            tracing::warn!(error.detail = why, "no files are kept, so what tools make comes along with their results");
            None
        }
    };
    let state = AppState::new(gateway, Arc::new(config)).with_files(kept);
    speak(Arc::new(RouterDoor::new(state)))
}

//! `mediary serve`: the server, until it is told to stop.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::{Context, complain};
use crate::gateway::{Gateway, Parts};
use crate::http::{self, AppState};
use crate::telemetry;

/// Serve chat, embeddings and OCR over HTTP, on 127.0.0.1:8001 or where the configuration says
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary serve\n  \
    mediary serve --port 9000\n  \
    GEMINI_API_KEY=… mediary serve\n  \
    MEDIARY_API_KEY=secret mediary serve --host 0.0.0.0")]
pub(super) struct Serve {
    /// The address to listen on; any other than loopback needs MEDIARY_API_KEY
    #[arg(long)]
    host: Option<String>,
    /// The port to listen on; 0 lets the system choose
    #[arg(long)]
    port: Option<u16>,
}

impl Serve {
    pub(super) fn run(self, mut context: Context) -> ExitCode {
        context.overrides.host = self.host;
        context.overrides.port = self.port;
        match serve(&context) {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => complain(&message),
        }
    }
}

fn serve(context: &Context) -> Result<(), String> {
    let loaded = context.load()?;
    let config = Arc::new(loaded.config);
    let _log = telemetry::init(&config.server, context.environment.text("MEDIARY_LOG"))?;
    let recipe = context.recipe(&loaded.source)?;
    let models = context.models(Some(&loaded.source))?;
    let providers = context.providers(&config, &loaded.source)?;
    let program = super::program()?;
    let parts = Parts {
        config: &config,
        recipe,
        pipelines: context.pipelines(&loaded.source)?,
        ffmpeg: context.ffmpeg().map(|ffmpeg| ffmpeg.launched_by(program.clone())),
        providers,
        models: &models,
        cache_dir: context.cache_dir(&config),
        program,
    };
    let gateway = Arc::new(Gateway::new(parts).map_err(|error| error.to_string())?);
    let state = AppState::new(gateway, config.clone());
    // For the listener only: connections have threads of their own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| format!("cannot start: {error}"))?.block_on(async {
        let address = config.server.host.socket_address(config.server.port);
        let listener = tokio::net::TcpListener::bind(address)
            .await
            .map_err(|error| format!("cannot listen on {address}: {error}; choose another with --port"))?;
        http::serve(listener, state, http::stop_signal()).await.map_err(|error| format!("the server failed: {error}"))
    })
}

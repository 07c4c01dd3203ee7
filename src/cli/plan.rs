//! `mediary plan`: where a request would go and what would be done to its parts, without sending anything.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::{Context, complain};
use crate::http::{AppState, explained};

/// Show which targets a request could go to and what would be done to its parts, spending nothing
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary plan samples/requests/vision.json\n  \
    mediary plan - < request.json\n  \
    mediary plan --json request.json")]
pub(super) struct Plan {
    /// A file with the request, as for POST /v1/plan: that of a chat, or a route and its request; `-` reads standard input
    request: PathBuf,
    /// Print JSON, as POST /v1/plan answers
    #[arg(long)]
    json: bool,
}

impl Plan {
    pub(super) fn run(&self, context: &Context) -> ExitCode {
        match self.plan(context) {
            Ok(text) => match std::io::stdout().write_all(text.as_bytes()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::FAILURE,
            },
            Err(message) => complain(&message),
        }
    }

    fn plan(&self, context: &Context) -> Result<String, String> {
        let body = self.read()?;
        let (gateway, config) = context.gateway()?;
        let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("cannot start: {error}"))?;
        let state = AppState::new(gateway, Arc::new(config));
        let plan = runtime.block_on(explained(&state, body.into())).map_err(|error| match error.param {
            Some(field) if !error.message.starts_with(&field) => format!("{field}: {}", error.message),
            _ => error.message,
        })?;
        if self.json {
            return serde_json::to_string_pretty(&plan).map(|text| text + "\n").map_err(|error| error.to_string());
        }
        Ok(plan.to_string())
    }

    fn read(&self) -> Result<Vec<u8>, String> {
        if self.request.as_os_str() == "-" {
            let mut body = Vec::new();
            std::io::stdin().read_to_end(&mut body).map_err(|error| format!("standard input: {error}"))?;
            return Ok(body);
        }
        std::fs::read(&self.request).map_err(|error| format!("{}: {error}", self.request.display()))
    }
}

//! `mediary batch`: a file of requests is handed to a server that runs, followed until all are answered, and its answers are
//! written down. Interrupted, the batch goes on without it, and is followed again by its id.

mod following;
pub(super) mod server;
mod upload;

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::background::tell;
use super::{Context, complain};
use crate::gateway::batches::HANDOVER_NOTE;
use following::{followed, said};
use server::Server;

/// Have a file of requests answered by a server that runs, when there is room beside other requests
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary batch requests.jsonl --out answers.jsonl\n  \
    mediary batch requests.jsonl --window 2h --detach\n  \
    mediary batch --follow batch_0123 --out answers.jsonl\n  \
    mediary batch requests.jsonl --json\n\n\
    Each line of the file is an object of custom_id, method (POST), url (such as /v1/chat/completions) and body. Answers go\n\
    to --out or standard output, those that are errors to a file beside it (answers.errors.jsonl) or standard error.")]
pub(super) struct Batch {
    /// The file of requests
    #[arg(required_unless_present = "follow")]
    file: Option<PathBuf>,
    /// Follow a batch that was made before, by its id
    #[arg(long, value_name = "ID", conflicts_with = "file")]
    follow: Option<String>,
    /// Where the requests go; unless it is said, to where the first line says
    #[arg(long)]
    endpoint: Option<String>,
    /// Until when they are to be answered: 1h to 168h
    #[arg(long, default_value = "24h")]
    window: String,
    /// Let batches of the providers' own answer where they cost less, which takes up to a day
    #[arg(long, conflicts_with = "follow")]
    handover: bool,
    /// The file that answers are written to
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Do not wait: print the batch's id
    #[arg(long)]
    detach: bool,
    /// The address of the server, instead of the one that runs here
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// Print the batch in JSON; answers are written to --out alone
    #[arg(long)]
    json: bool,
}

impl Batch {
    pub(super) fn run(self, context: &Context) -> ExitCode {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let done = match runtime {
            Ok(runtime) => runtime.block_on(self.carry_out(context)),
            Err(error) => Err(format!("cannot start: {error}")),
        };
        match done {
            Ok(code) => code,
            Err(message) => complain(&message),
        }
    }

    async fn carry_out(&self, context: &Context) -> Result<ExitCode, String> {
        let server = Server::of(context, self.server.as_deref())?;
        let id = match (&self.follow, &self.file) {
            (Some(id), _) => id.clone(),
            (None, Some(file)) => self.make(&server, file).await?,
            (None, None) => return Err("name a file of requests".to_owned()),
        };
        if self.detach {
            let text = format!("{id}\n");
            return Ok(tell(&server.batch(&id).await?, text, self.json, ExitCode::SUCCESS));
        }
        let batch = tokio::select! {
            batch = followed(&server, &id) => batch?,
            _ = tokio::signal::ctrl_c() => {
                return Err(format!("the batch goes on without this; `mediary batch --follow {id}` follows it again"));
            }
        };
        self.write_down(&server, &batch).await
    }

    /// Makes the batch; gives its id.
    async fn make(&self, server: &Server, file: &Path) -> Result<String, String> {
        let endpoint = match &self.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => upload::endpoint_of(file)?,
        };
        let input = upload::uploaded(server, file).await?;
        let note = if self.handover { json!({ HANDOVER_NOTE: "allow" }) } else { json!({}) };
        let body = json!({
            "input_file_id": input, "endpoint": endpoint, "completion_window": self.window, "metadata": note,
        });
        let batch = server.posts("/v1/batches", &body).await?;
        batch["id"].as_str().map(str::to_owned).ok_or_else(|| "the server made no batch".to_owned())
    }

    async fn write_down(&self, server: &Server, batch: &Value) -> Result<ExitCode, String> {
        let file = |name: &str| batch[name].as_str().map(str::to_owned);
        let (output, error) = (file("output_file_id"), file("error_file_id"));
        match &self.out {
            Some(out) => {
                let errors = out.with_extension("errors.jsonl");
                for (id, place) in [(output, out), (error, &errors)] {
                    if let Some(id) = id {
                        let failed = |error: io::Error| format!("cannot write {}: {error}", place.display());
                        let mut file = File::create(place).map_err(failed)?;
                        server.content(&id, &mut file).await?;
                        file.sync_all().map_err(failed)?;
                    }
                }
            }
            None if self.json => {}
            None => {
                if let Some(id) = output {
                    server.content(&id, &mut io::stdout()).await?;
                }
                if let Some(id) = error {
                    server.content(&id, &mut io::stderr()).await?;
                }
            }
        }
        let is_well = batch["status"] == "completed" && batch["request_counts"]["failed"] == 0;
        let code = if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        if self.json {
            return Ok(tell(batch, String::new(), true, code));
        }
        // What is said of it goes beside the answers.
        let _closed = writeln!(io::stderr(), "{}", said(batch));
        Ok(code)
    }
}

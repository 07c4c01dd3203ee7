//! `mediary verify`: models are tried with tiny requests, and what is true of them is written down, without a server.
//!
//! It works on the same database as the server, and so not beside one; what was found can be looked at at any time.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use clap::Args;
use mediary_core::Target;
use mediary_core::capability::Ability;
use mediary_store::{Database, DatabasePlace, StoreFailed};
use serde_json::json;

use super::{Context, complain};
use crate::config;
use crate::gateway::{
    Bounds, Dossier, NotReleased, ProbeOutcome, ProbeStep, ProbeWish, Probes, Resume, Verified, VerifyRequest,
    probe_findings,
};
use crate::protocol::verify::{StepBody, VerifiedBody};

/// How long the last words are waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Try models with tiny requests, and write down what is true of them
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary verify                                   try all that is free\n  \
    mediary verify groq --ability text,tools         these abilities of one provider's models\n  \
    mediary verify openai/gpt-4o --paid --most-usd 0.05\n  \
    mediary verify --resume                          go on with what was left\n  \
    mediary verify --list                            show what was found\n  \
    mediary verify --release groq/llama --confirm    end a quarantine\n\n\
    A server that is running has the database: ask it instead, by POST /v1/models/verify.")]
pub(super) struct Verify {
    /// Providers and targets; left out: all models that are asked without being named
    #[arg(value_name = "NAME")]
    models: Vec<String>,
    /// Only these abilities: text, image, pdf, audio, video, tools, schema, embedding, rerank, moderation, transcription,
    /// speech, image_generation
    #[arg(long, value_name = "ABILITY", value_delimiter = ',', value_parser = ability)]
    ability: Vec<Ability>,
    /// How many models are tried at once
    #[arg(short = 'j', long, value_name = "N", default_value_t = ProbeWish::default().concurrency)]
    jobs: u32,
    /// Try models that cost as well, or of which that is not known
    #[arg(long)]
    paid: bool,
    /// Spend no more than so many US dollars; what costs an unknown sum is not tried then
    #[arg(long, value_name = "USD")]
    most_usd: Option<f64>,
    /// Make pictures as well, the dearest of all probes
    #[arg(long)]
    images: bool,
    /// Leave alone what was tried within so many hours
    #[arg(long, value_name = "HOURS")]
    older_than: Option<u32>,
    /// Go on with a verification that did not come to its end: the last one, or the one of this id
    #[arg(long, value_name = "ID", num_args = 0..=1, default_missing_value = "last")]
    resume: Option<String>,
    /// Show what was found, and try nothing
    #[arg(long, conflicts_with = "release")]
    list: bool,
    /// End the quarantine of this target, and forget what was refuted of it
    #[arg(long, value_name = "TARGET")]
    release: Option<Target>,
    /// Confirm that there is quota or credit again, where the quarantine is for that
    #[arg(long, requires = "release")]
    confirm: bool,
    /// Print a line of JSON for each step, and one at the end
    #[arg(long)]
    json: bool,
}

fn ability(name: &str) -> Result<Ability, String> {
    let known = || Ability::ALL.map(Ability::name).join(", ");
    Ability::named(name).ok_or_else(|| format!("there is {}", known()))
}

impl Verify {
    pub(super) fn run(&self, context: &Context) -> ExitCode {
        match self.done(context) {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => complain(&message),
        }
    }

    fn done(&self, context: &Context) -> Result<(), String> {
        let wish = self.wish();
        if let Some((field, why)) = wish.problem() {
            let flag = if field == "concurrency" { "--jobs" } else { "--most-usd" };
            return Err(format!("{flag} {why}"));
        }
        let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("cannot start: {error}"))?;
        if self.list {
            return runtime.block_on(self.listed(context.store_place(&context.load()?.config)));
        }
        let (gateway, config) = context.gateway()?;
        let place = context.store_place(&config);
        runtime.block_on(async {
            let database = Arc::new(database(place).await?);
            // Nothing is tried but what is asked for here.
            let settings = config::Probes { every: None, ..config.probes };
            let probes = Probes::start(gateway, database, settings).await.map_err(|error| error.to_string())?;
            let done = match &self.release {
                Some(target) => self.released(&probes, target).await,
                None => self.verified(&probes, wish).await,
            };
            probes.settle(PATIENCE).await;
            done
        })
    }

    fn wish(&self) -> ProbeWish {
        ProbeWish {
            models: self.models.clone(),
            abilities: self.ability.clone(),
            concurrency: self.jobs,
            paid: self.paid,
            most_usd: self.most_usd,
            images: self.images || self.ability.iter().any(|ability| ability.makes_pictures()),
            older_than_hours: self.older_than,
        }
    }

    async fn verified(&self, probes: &Probes, wish: ProbeWish) -> Result<(), String> {
        let resume = match self.resume.as_deref() {
            None => Resume::Anew,
            Some("last") => Resume::Last,
            Some(id) => Resume::Of(id.to_owned()),
        };
        // A user who says `--paid` here has said that it may cost.
        let bounds = Bounds { allows_paid: self.paid, ..Bounds::default() };
        let steps = std::sync::Mutex::new(());
        let on_step = |step: &ProbeStep| {
            // A line at a time, whichever thread it comes from.
            let _turn = steps.lock().unwrap_or_else(PoisonError::into_inner);
            print(&if self.json { json!(StepBody::new(step)).to_string() } else { line(step) });
        };
        let request = VerifyRequest { wish, resume, bounds };
        let verified = Box::pin(probes.verify(request, &on_step)).await.map_err(|error| error.to_string())?;
        print(&match self.json {
            true => json!(VerifiedBody::new(verified, Vec::new())).to_string(),
            false => summary(&verified),
        });
        Ok(())
    }

    async fn released(&self, probes: &Probes, target: &Target) -> Result<(), String> {
        match probes.release(target, self.confirm).await {
            Ok(()) => {
                print(&format!("{target} is asked again"));
                Ok(())
            }
            Err(NotReleased::None) => {
                Err(format!("{target} is in no quarantine; `mediary verify --list` names those that are"))
            }
            Err(why @ NotReleased::WantsConfirmation) => Err(format!("{target}: {why}; say --confirm")),
            Err(NotReleased::Store(error)) => Err(error.to_string()),
        }
    }

    /// Shows what is kept, beside a server or without one.
    async fn listed(&self, place: Option<DatabasePlace>) -> Result<(), String> {
        let Some(place) = place.filter(DatabasePlace::is_there) else { return Ok(()) };
        let database = place.open_beside().await.map_err(|error| error.to_string())?;
        let all = probe_findings(Arc::new(database)).await.map_err(|error| error.to_string())?;
        for (target, dossier) in all.into_iter().filter(|(target, _)| self.is_meant(target)) {
            print(&if self.json { dossier_json(&target, &dossier) } else { dossier_lines(&target, &dossier) });
        }
        Ok(())
    }

    fn is_meant(&self, target: &Target) -> bool {
        let is_named = |name: &String| *name == target.to_string() || name == target.provider.as_str();
        self.models.is_empty() || self.models.iter().any(is_named)
    }
}

/// Writes a line. A reader that went away has seen enough.
fn print(line: &str) {
    let _closed = writeln!(io::stdout().lock(), "{line}");
}

/// A step on a line: `[3/12] groq/m tools: refuted, it answered, and did not call the function`.
fn line(step: &ProbeStep) -> String {
    let ProbeStep { target, ability, outcome, done, total, .. } = step;
    let why = outcome.why().map(|why| format!(", {why}")).unwrap_or_default();
    let then = match (&step.quarantined, step.released) {
        (Some(_), _) => "; in quarantine from now on",
        (None, true) => "; its quarantine is over",
        (None, false) => "",
    };
    let took = match outcome {
        ProbeOutcome::Skipped(_) => String::new(),
        _ => format!(" ({} ms)", step.took.as_millis()),
    };
    format!("[{done}/{total}] {target} {}: {}{why}{then}{took}", ability.name(), outcome.name())
}

fn summary(verified: &Verified) -> String {
    let counts = verified.counts;
    let cost = verified.cost.map_or_else(|| "an unknown sum".to_owned(), |cost| format!("{cost} USD"));
    let before = match verified.tried_before {
        0 => String::new(),
        before => format!(", {before} tried before"),
    };
    format!(
        "{} proven, {} refuted, {} unclear, {} skipped{before}; {} in quarantine from now on; it cost {cost}",
        counts.proven,
        counts.refuted,
        counts.unclear,
        counts.skipped,
        verified.quarantined.len()
    )
}

fn dossier_lines(target: &Target, dossier: &Dossier) -> String {
    let that = |holds: bool| {
        let those = dossier.found.iter().filter(|(_, found)| found.holds == holds);
        those.map(|(ability, _)| ability.name()).collect::<Vec<_>>().join(", ")
    };
    let parts = [("proven", that(true)), ("refuted", that(false))];
    let found = parts.iter().filter(|(_, names)| !names.is_empty()).map(|(what, names)| format!("{what}: {names}"));
    let kept = dossier.quarantine.as_ref().map(|kept| format!("quarantine: {}", kept.why));
    format!("{target}  {}", found.chain(kept).collect::<Vec<_>>().join("; "))
}

fn dossier_json(target: &Target, dossier: &Dossier) -> String {
    let found: serde_json::Map<_, _> = dossier
        .found
        .iter()
        .map(|(ability, found)| {
            (ability.name().to_owned(), json!({ "holds": found.holds, "why": found.why, "at": found.at }))
        })
        .collect();
    let kept = dossier.quarantine.as_ref();
    let kept = kept.map(|kept| json!({ "why": kept.why, "ends_at": kept.ends_at, "wants_confirmation": kept.confirm }));
    json!({ "target": target.to_string(), "found": found, "quarantine": kept }).to_string()
}

/// The database of what was found.
async fn database(place: Option<DatabasePlace>) -> Result<Database, String> {
    let place = place.ok_or("there is no folder to keep what is found in; name one as [store] dir")?;
    place.open().await.map_err(|error| match error {
        StoreFailed::InUse(_) | StoreFailed::Taken(_) => {
            format!("{error}; ask the server that has it instead: POST /v1/models/verify does the same there")
        }
        error => error.to_string(),
    })
}

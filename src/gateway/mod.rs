//! The gateway: what knows every part of the house and puts them to work for one request.
//!
//! Three rooms, each owning what it needs: [`Router`] (which target carries a task out), [`Reader`] (documents become
//! text) on top of it, [`Treatments`] (one medium becomes another) on top of both; the tasks that clients ask for stand on
//! all three. Knows nothing of HTTP, statuses or wire formats; `http/`, `protocol/` and `cli/` sit on top.

mod administration;
mod admission;
mod answer_cache;
pub(crate) mod archive;
pub mod batches;
pub(crate) mod blocking;
mod body_log;
mod build;
mod clients;
mod content;
mod daemon;
mod documents;
mod engines;
mod execution;
mod forks;
pub mod google;
mod installed;
mod intake;
mod jobs;
mod kept_files;
mod kept_ledger;
mod kept_responses;
mod limits;
mod live_responses;
mod pooling;
mod probes;
pub mod projects;
pub mod queue;
mod readiness;
pub mod realtime;
mod recipe_file;
mod redaction;
pub mod reminders;
mod renewed;
mod request_log;
mod routing;
mod safety;
mod speaking_engines;
mod spool;
mod tasks;
mod temporary;
pub mod threads;
mod treatments;
pub mod web;

pub use administration::{
    Administration, BadPassword, NotAdmitted, NotKept, NumberedSettings, Session, new_id, unix_seconds,
};
pub use admission::{Admission, HeldBytes, InUse};
pub use answer_cache::{CacheNote, CacheOutcome, CacheWish};
pub use body_log::{Bodies, Body, BodyLog, Excerpt};
pub use build::{GatewayError, Parts};
pub use clients::{
    Admitted, BadRules, Budget, Client, Clients, KeptClients, KeyDigest, LimitNumber, LimitStanding, NewKey, Refused,
    Rules, Spent, day_name,
};
pub use content::{CONTENT_PATH, Contents, FoundContent, NoContent};
pub use daemon::{Daemon, Passage};
pub use documents::{
    Attached, Attempt, EngineChoice, FigureChoice, OnPage, Outcome, PageOutcome, Painter, Progress, ReadOptions,
    ReadStatus, Reader, Reading, Reason, Recipe, Step, figures_of,
};
pub use engines::EngineInfo;
pub use execution::{measure, tune};
pub use forks::{Criterion, FUSION, Fork, ForkWish, Judged, Member, Unanswered};
pub use intake::{FetchedFile, Unfetched};
pub use jobs::{NewVideo, NoJob, VideoFile, VideoJob, VideoJobs, VideoProgress, WebhookSecret, signature};
pub use kept_files::{KeptFiles, NewFile, NewUpload, NoFile};
pub use kept_ledger::KeptLedger;
pub use kept_responses::{KeptResponses, MemoryRoom};
pub use live_responses::{Heard, Teller, Told};
pub use pooling::Pooling;
pub use probes::{
    Counts as ProbeCounts, NotReleased, NotVerified, Outcome as ProbeOutcome, ProbeWish, Probes, Resume,
    Step as ProbeStep, Verified, VerifyRequest, probe_findings,
};
pub use readiness::Readiness;
pub use recipe_file::BadRecipe;
pub use renewed::Renewal;
pub use request_log::{Ended, Noted, RequestLog};
pub use routing::{
    Account, Announced, Answer, AtProvider, Bounds, CallError, Charge, Deferred, Dossier, Exhausted, Findings, Found,
    KeyCheck, KeyHealth, KeyRecord, KeyStanding, KeyStats, Known, Listing, Pace, Planned, Quarantine, Reclassified,
    Record, Route, Router, TaskRequest, TreatmentNote, Tried, quota_left, total,
};
pub use spool::Spool;
pub use tasks::{Answered, Counted, Drawing, Drawn, Embedded, Growing, Made, Speaking, Stage, WholeAnswer};
pub use temporary::TemporaryFiles;
pub(crate) use treatments::fence::mark_of as fence_mark;
pub use treatments::{Pipelines, Treatments};

use std::sync::Arc;

use mediary_convert::pdf::PdfWorkers;
use mediary_core::capability::Abilities;
use mediary_local::Local;

use crate::config::Fusion;
use answer_cache::AnswerCache;
use intake::Intake;
use safety::Safety;
use web::Web;

/// The rooms of the gateway.
#[derive(Debug)]
pub struct Gateway {
    /// Carries tasks out.
    pub router: Arc<Router>,
    /// Reads documents.
    pub reader: Arc<Reader>,
    /// Turns one medium into another.
    pub treatments: Arc<Treatments>,
    /// Keeps files for clients to fetch.
    pub content: Contents,
    /// Who holds a key of this server, and what each may do.
    pub clients: Arc<Clients>,
    /// What live conversations share.
    pub realtime: Arc<realtime::Realtime>,
    admission: Admission,
    /// Answers that are given again.
    answers: AnswerCache,
    /// Who sits on the panel of the fusion.
    fusion: Fusion,
    /// Where pictures are looked at.
    desk: tasks::Desk,
    intake: Intake,
    safety: Arc<Safety>,
    web: Web,
    daemon: Option<Daemon>,
    local: Arc<Local>,
    rows: Arc<[Abilities]>,
    engines: Arc<[EngineInfo]>,
    pdf: Arc<PdfWorkers>,
}

//! Mediary: one local endpoint for every medium.
//!
//! # The house, ground floor first
//!
//! | floor | what is there |
//! |---|---|
//! | [`mediary_core`] | words, judgements and contracts: media and their classification, documents, tasks and replies, the capability matrix, the plan, failures and what follows from them, what a provider and an engine must be able to do. Data and pure functions |
//! | [`mediary_layout`] | lines on a page become columns, blocks, tables and Markdown; pure |
//! | [`mediary_convert`] | media in, media out: pictures here, PDF pages, files of an office, video and foreign pictures in child processes, searchable PDFs |
//! | [`mediary_local`] | [`mediary_local::Local`], a provider over the engines of this process: OCR and embeddings on ONNX Runtime, each behind a worker pool |
//! | [`mediary_remote`] | [`mediary_remote::Remote`], a provider over any dialect; the errand client, and files fetched by their address, under guard |
//! | [`mediary_store`] | what outlives a request: a bounded cache on disk, files for clients behind signed links, and a database |
//! | [`config`], [`models`] | what the operator wrote; which libraries and weights there are |
//! | [`providers`] | which providers can be called, with which keys, and what their models accept: catalogs, configuration and environment in one |
//! | [`gateway`] | knows all of the above: [`gateway::Router`] carries tasks out, [`gateway::Reader`] reads documents, [`gateway::Treatments`] turns one medium into another |
//! | [`protocol`] | client-facing wire formats, pure translation |
//! | [`mcp`] | tools and files for agents, each a request to our own routes |
//! | [`http`], [`cli`] | the two doors |
//! | [`telemetry`] | logs and metrics |
//!
//! Layout, convert, local, remote and store know core, not each other. `protocol` has no I/O, `http` no decisions but
//! which status tells the truth.
//!
//! # The walk of a task
//!
//! A request (`POST /v1/chat/completions`, `POST /v1/embeddings`) passes the guard ([`http`]) and is decoded by its
//! [`protocol::Protocol`] into a [`mediary_core::task::Task`]; media that came inside are classified at once, media that
//! are only named are fetched. The model's name is resolved, the parts are measured, and [`mediary_core::plan::plan`]
//! orders the targets, each with what must be done to every part for it. Local engines are rows of the matrix like any
//! other.
//!
//! What the target at the head of the plan has said to the same request before may be given again, and requests that ask the
//! same at the same time share a call (`gateway/answer_cache`).
//!
//! The attempt loop (`gateway/routing/attempts.rs`) is the only loop that calls targets: chats, pages, transcripts,
//! descriptions and embeddings all run through it. For each candidate the task at hand is prepared (for chats by
//! `gateway/treatments`, once per part however many candidates want it), a [`mediary_core::provider::Provider`] is
//! called, and the reply is judged: an answer, doubted (kept in case that no other candidate has a better one), or a
//! failure. What follows from a failure is one table ([`mediary_core::FailureKind::consequence`]); cooldowns are kept by
//! the ledger. Frames of a provider that speaks the client's own format pass as they came; others become events and are
//! written anew. After the first word a failure is told in the stream, never papered over.
//!
//! # The walk of a document
//!
//! `POST /v1/ocr/process` is spooled as it arrives ([`gateway::Spool`]) and classified by its bytes
//! ([`mediary_core::classify`]). [`gateway::Reader::read`] opens a PDF in a worker process; for each page the worker
//! judges the page's own text and renders the page only if that is not to be trusted. While page k is recognised page
//! k+1 is rendered. Which targets read, and when a result is believed, is the recipe's business ([`gateway::Recipe`]):
//! each page is a task of its own. What was read, and by which attempts, is remembered by the bytes' hash and encoded in
//! the form the client prefers ([`protocol::process`], [`protocol::mistral`]).
//!
//! # What a new one of each kind touches
//!
//! | new | files | which |
//! |---|---|---|
//! | OpenAI-compatible provider | 1 and a line | its catalog in `models/providers/`, its line in `providers/catalog.rs` if it is to be embedded |
//! | dialect | a folder and 2 lines | `remote/NAME/`, its name in `remote/names.rs`, its `mod` in `remote/lib.rs` |
//! | protocol | a folder and a route | `protocol/NAME/`, its `mod`, its handler in `http/tasks/` and line in `http/router.rs` |
//! | task | 2, and an arm in 11 | its struct in `core/task/` and what its answer must be in `gateway/tasks/`; arms in `core/plan/demand.rs`, `gateway/routing/{billing,sending}.rs`, `gateway/tasks/{mod,explain,cached}.rs`, `gateway/answer_cache/{cache,canon}.rs`, `gateway/redaction/task.rs`, `remote/remote/provider.rs` and the `mod.rs` of each dialect; then the protocol that asks for it and the engines that do it. The compiler names each of these |
//! | local engine | a folder and 4 | `local/NAME/`, its `mod` in `local/lib.rs`, its card in `models/local/` (and the line in `models/catalog.rs`), its files in `gateway/installed.rs`, its entry in `gateway/engines.rs` |
//!
//! `tests/house.rs` holds these against the sources.
//!
//! # Invariants
//!
//! - Core never awaits, opens a file or reads a clock.
//! - PDFium never runs in the server's process.
//! - Nothing is decoded, and nothing kept, before its limit is checked.
//! - Every queue is bounded and refuses when full.
//! - Dropping a request's future ends its work: queued jobs are skipped, running ones told, workers killed.
//! - Targets are called by one loop only.
//! - Only `http/error.rs` chooses statuses; only [`config`] reads the environment.
//! - No part of a request is dropped: it is forwarded, transcoded, extracted, or the target is passed over.
//! - A stream that broke never claims to be complete; another target continues it only where the operator or the client
//!   asked for that, and with a visible seam.
//! - Vectors of one answer are of one family, and fallback stays within it.
//! - Bodies, file names, passwords and keys are never logged; a provider's words reach a client only when the fault is
//!   the client's.

pub mod cli;
pub mod config;
pub mod gateway;
pub mod http;
pub mod mcp;
pub mod models;
pub mod protocol;
pub mod providers;
pub mod telemetry;

//! Mediary: one local endpoint for every medium.
//!
//! # The house, ground floor first
//!
//! | floor | what is there |
//! |---|---|
//! | [`mediary_core`] | words and judgements: media and their classification, documents, failures, what an engine is. Data and pure functions |
//! | [`mediary_convert`] | media in, media out: pictures to pixels here, PDF pages in child processes, searchable PDFs |
//! | [`mediary_local`] | engines in this process: ONNX Runtime, OCR, the pools they run in |
//! | [`mediary_remote`] | what lies beyond this machine: documents fetched by their address, under guard |
//! | [`mediary_store`] | what outlives a request: a bounded cache on disk |
//! | [`config`], [`models`] | what the operator wrote; which libraries and weights there are |
//! | [`providers`] | who can be called, with which keys, and what their models accept: catalogs, configuration and environment in one |
//! | [`gateway`] | knows all of the above and reads a document with them |
//! | [`protocol`] | client-facing wire formats, pure translation |
//! | [`http`], [`cli`] | the two doors |
//! | [`telemetry`] | logs |
//!
//! Convert, local, remote and store know core, not each other. `protocol` has no I/O, `http` no decisions but which
//! status tells the truth.
//!
//! # The walk of one request
//!
//! `POST /v1/ocr/process` passes the guard ([`http`]), is spooled as it arrives ([`gateway::Spool`]) and
//! classified by its bytes ([`mediary_core::classify`]). [`gateway::Gateway::read`] opens a PDF in a worker
//! process; for each page the worker judges the page's own text and renders the page only if that is not
//! to be trusted. While page k is recognised page k+1 is rendered. Who recognises, and when a result is
//! believed, is the recipe's business ([`gateway::Recipe`]): engine after engine, until one is sure enough; within
//! `local/paddleocr` ([`mediary_local::PaddleOcr`]) line after line in the same way. What was read, and who tried
//! what, is remembered by the bytes' hash and encoded in the form the client prefers ([`protocol::process`],
//! [`protocol::mistral`]).
//!
//! # Invariants
//!
//! - Core never awaits, opens a file or reads a clock.
//! - PDFium never runs in the server's process.
//! - Nothing is decoded, and nothing kept, before its limit is checked.
//! - Every queue is bounded and refuses when full.
//! - Dropping a request's future ends its work: queued jobs are skipped, running ones told, workers killed.
//! - Only `http/error.rs` chooses statuses; only [`config`] reads the environment.
//! - Bodies, file names, passwords and keys are never logged.

pub mod cli;
pub mod config;
pub mod gateway;
pub mod http;
pub mod models;
pub mod protocol;
pub mod providers;
pub mod telemetry;

//! Mediary: one local endpoint for every medium.
//!
//! # The house, ground floor first
//!
//! | floor | what is there |
//! |---|---|
//! | [`mediary_core`] | words and judgements: media and their classification, documents, chats and replies, the capability matrix, the plan, failures and what follows from them. Data and pure functions |
//! | [`mediary_layout`] | lines on a page become columns, blocks, tables and Markdown. Pure functions |
//! | [`mediary_convert`] | media in, media out: pictures here, PDF pages, sound and film in child processes, searchable PDFs |
//! | [`mediary_local`] | engines in this process: ONNX Runtime, OCR, the pools they run in |
//! | [`mediary_remote`] | what lies beyond this machine: providers, each in its dialect, and files fetched by their address, under guard |
//! | [`mediary_store`] | what outlives a request: a bounded cache on disk |
//! | [`config`], [`models`] | what the operator wrote; which libraries and weights there are |
//! | [`providers`] | which providers can be called, with which keys, and what their models accept: catalogs, configuration and environment in one |
//! | [`gateway`] | knows all of the above: reads documents, answers chats, treats media on the way |
//! | [`protocol`] | client-facing wire formats, pure translation |
//! | [`http`], [`cli`] | the two doors |
//! | [`telemetry`] | logs |
//!
//! Layout, convert, local, remote and store know core, not each other. `protocol` has no I/O, `http` no decisions but which
//! status tells the truth.
//!
//! # The walk of one request
//!
//! `POST /v1/ocr/process` passes the guard ([`http`]), is spooled as it arrives ([`gateway::Spool`]) and
//! classified by its bytes ([`mediary_core::classify`]). [`gateway::Gateway::read`] opens a PDF in a worker
//! process; for each page the worker judges the page's own text and renders the page only if that is not
//! to be trusted. While page k is recognised page k+1 is rendered. Which engine recognises, and when a result is
//! believed, is the recipe's business ([`gateway::Recipe`]): engine after engine, until one is confident enough; within
//! `local/paddleocr` ([`mediary_local::PaddleOcr`]) line after line in the same way. What was read, and which
//! engine tried what, is remembered by the bytes' hash and encoded in the form the client prefers ([`protocol::process`],
//! [`protocol::mistral`]).
//!
//! # The walk of a chat
//!
//! `POST /v1/chat/completions` is decoded by its protocol ([`protocol::openai`]); media that came inside are classified
//! at once and keep the base64 they came in, media that are only named are fetched. The model's name is resolved, the
//! parts are measured, and [`mediary_core::plan::plan`] orders the targets, each with what must be done to every part
//! for it. The attempt loop (`gateway/chat/attempts.rs`) prepares the chat for one candidate after the other
//! (`gateway/treat`, once per part however many want it), has [`mediary_remote::Remote`] write it in the provider's
//! dialect, and waits for the first word. What follows from a failure is one table
//! ([`mediary_core::FailureKind::consequence`]); cooldowns are kept in the ledger. Frames of a provider that speaks
//! the client's own format pass as they came; others become events and are written anew. After the first word a failure
//! is told in the stream, never papered over.
//!
//! # Invariants
//!
//! - Core and layout never await, open a file or read a clock.
//! - PDFium never runs in the server's process.
//! - Nothing is decoded, and nothing kept, before its limit is checked.
//! - Every queue is bounded and refuses when full.
//! - Dropping a request's future ends its work: queued jobs are skipped, running ones told, workers killed.
//! - Only `http/error.rs` chooses statuses; only [`config`] reads the environment.
//! - No part of a request is dropped: it is forwarded, transcoded, extracted, or the target is passed over.
//! - A stream that broke never claims to be complete, and is never continued by another target.
//! - Bodies, file names, passwords and keys are never logged; a provider's words reach a client only when the fault is
//!   the client's.

pub mod cli;
pub mod config;
pub mod gateway;
pub mod http;
pub mod models;
pub mod protocol;
pub mod providers;
pub mod telemetry;

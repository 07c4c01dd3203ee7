//! The whole gateway from outside: over real sockets, as a program, on the real engines and on hostile input.
//!
//! One binary, so that all tests share one loaded engine. Nothing here looks into the house; what only the inside can
//! tell is tested beside the code. `make test` fetches the libraries and weights that are read here.

mod access;
mod answers;
mod bad_files;
mod bad_requests;
mod boxes;
mod cascade;
mod chat_attempts;
mod chat_dialects;
mod chat_faults;
mod chat_media;
mod chat_plain;
mod chat_refusals;
mod chat_routing;
mod chat_stage;
mod chat_sticky;
mod chat_streams;
mod chat_talk;
mod chat_tongues;
mod chat_treated;
mod chat_words;
mod cli;
mod cli_serve;
mod client;
mod craft;
mod docs;
mod docs_commands;
mod docs_pages;
mod documents;
mod faults;
mod fields;
mod hostile;
mod kinds;
mod limits;
mod mistral;
mod ocrs;
mod orientation;
mod outputs;
mod pdf;
mod proxies;
mod queues;
mod recipe;
mod requests;
mod samples;
mod score;
mod searchable;
mod server;
mod service;
mod shared_data;
mod site;
mod toy;
mod transport;
mod upstream;

//! One connection: requests in, answers out, and an end that neither side has to guess at.
//!
//! A client that never finishes its header is told so and let go; one that leaves takes its request's future with it,
//! which is how work is cancelled. Slow bodies are the handlers' affair. `serve` starts one of these per connection.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::IntoResponse;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::error::ApiError;

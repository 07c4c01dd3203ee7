//! The forms of batches that vendors have of their own, as pure translation: what is asked, and what is read of the answers.
//!
//! Nothing is sent from here: jobs are begun, asked about and ended in `remote/batches`.

mod anthropic;
mod files;
mod gemini;

use std::fmt;

use bytes::Bytes;
use mediary_core::Failure;
use mediary_core::batch::{BatchJob, BatchReport, BatchResult, BatchedCall};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{HttpCall, JobCall, blame, videos};

pub(crate) use anthropic::MESSAGES;
pub(crate) use files::{MISTRAL, OPENAI};
pub(crate) use gemini::GENERATIONS;

/// What a job's name is kept as among what its vendor notes of it.
const NAME: &str = "mediary_job";

/// How the lines of a job get to its vendor.
#[derive(Debug)]
pub enum LinesUpload {
    /// They go with what begins the job.
    WithJob,
    /// By this request, whose answer names their file.
    Request(HttpCall),
    /// As a file of this media type, in pieces.
    InPieces(&'static str),
}

/// How a vendor's batches are asked for and read.
pub trait BatchDialect: Send + Sync + fmt::Debug {
    /// Headers that go with each of these requests.
    fn headers(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Whether a call can be a line.
    fn takes(&self, _call: &BatchedCall) -> bool {
        true
    }

    /// Writes a call as a line.
    fn line(&self, name: &str, call: &BatchedCall) -> Vec<u8>;

    /// What stands between two lines.
    fn between(&self) -> &'static str {
        "\n"
    }

    /// How a job's lines get there.
    ///
    /// # Errors
    /// When the lines cannot be read.
    fn upload(&self, job: &BatchJob) -> Result<LinesUpload, Failure>;

    /// What begins a job whose lines were uploaded as this file.
    ///
    /// # Errors
    /// When the lines cannot be read.
    fn begin(&self, job: &BatchJob, file: Option<&str>) -> Result<HttpCall, Failure>;

    /// The id of a job that has begun.
    ///
    /// # Errors
    /// Garbled when it has none that can stand in a path.
    fn begun(&self, body: &[u8]) -> Result<String, Failure> {
        id_in(body)
    }

    /// The path of the vendor's list of jobs, the newest first, behind this place in it.
    fn list(&self, after: Option<&str>) -> String;

    /// Reads the so-manieth page of that list, from 0.
    ///
    /// # Errors
    /// Garbled when it is none.
    fn listed(&self, body: &[u8], number: usize) -> Result<BatchPage, Failure>;

    /// The path at which a job is asked about.
    fn state(&self, id: &str) -> String;

    /// Reads how it stands.
    ///
    /// # Errors
    /// Garbled when it does not say.
    fn report(&self, body: &[u8]) -> Result<BatchReport, Failure>;

    /// What asks for its end.
    fn cancel(&self, id: &str) -> JobCall;

    /// Reads a line of results.
    fn result(&self, line: &[u8]) -> Option<BatchResult>;
}

/// A job of a vendor's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedBatch {
    /// Its id there.
    pub id: String,
    /// Our name of it, where the vendor notes it.
    pub name: Option<String>,
    /// When it began, where that is a number.
    pub created_at: Option<i64>,
    /// How many lines it has.
    pub lines: u64,
    /// Whether it has ended.
    pub is_over: bool,
}

/// A page of a vendor's list of jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchPage {
    /// The jobs.
    pub jobs: Vec<ListedBatch>,
    /// Where the next page begins, if there may be one.
    pub next: Option<String>,
}

/// The id of what was made.
///
/// # Errors
/// Garbled when it has none that can stand in a path.
pub(crate) fn id_in(body: &[u8]) -> Result<String, Failure> {
    #[derive(Deserialize)]
    struct Made {
        id: String,
    }
    let Made { id } = serde_json::from_slice(body).map_err(blame::shapeless)?;
    checked(id)
}

/// An id, if it can stand in a path.
fn checked(id: String) -> Result<String, Failure> {
    match videos::is_name(&id) {
        true => Ok(id),
        false => Err(blame::garbled("it gives a batch or a file no name")),
    }
}

/// A value as the bytes of its JSON.
fn raw(value: &RawValue) -> Bytes {
    Bytes::copy_from_slice(value.get().as_bytes())
}

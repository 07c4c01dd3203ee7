//! Batches that providers have of their own: many calls in one job, answered within a day for less.
//!
//! One method is one step, and nothing is repeated here: when a job is asked about, and what follows from a failure, is the
//! caller's affair. A job has a name of its caller's, by which it is found again when its provider's id was not heard.

use bytes::Bytes;

use crate::provider::{BoxFuture, Call, Keep, ReplyStream};
use crate::{Blob, Failure};

/// The batches of a provider.
pub trait Batching: Send + Sync {
    /// Writes a call as it goes into a batch.
    ///
    /// # Errors
    /// When it has no form there, or needs more than one request.
    fn write(&self, call: &Call<'_>) -> Result<BatchedCall, Failure>;

    /// What a call was answered, from the body that the results hold.
    ///
    /// # Errors
    /// When it is no good answer.
    fn read(&self, call: &Call<'_>, body: Bytes) -> Result<Box<dyn ReplyStream>, Failure>;

    /// Writes a call as a line of a job, by this name.
    fn line(&self, name: &str, call: &BatchedCall) -> Vec<u8>;

    /// What stands between two lines.
    fn between(&self) -> &'static str;

    /// Begins a job; gives the provider's id of it.
    ///
    /// # Errors
    /// As any call. Where no answer came, it may have begun all the same.
    fn begin<'a>(&'a self, job: &'a BatchJob, key: Option<&'a str>) -> BoxFuture<'a, Result<String, Failure>>;

    /// Looks for a job that may have begun.
    ///
    /// # Errors
    /// As any call.
    fn find<'a>(&'a self, job: &'a BatchSought, key: Option<&'a str>) -> BoxFuture<'a, Result<BatchFound, Failure>>;

    /// How a job stands.
    ///
    /// # Errors
    /// As any call.
    fn report<'a>(&'a self, id: &'a str, key: Option<&'a str>) -> BoxFuture<'a, Result<BatchReport, Failure>>;

    /// Reads a file of results.
    ///
    /// # Errors
    /// As any call, and what `keep` gave.
    fn results<'a>(
        &'a self,
        place: &'a str,
        key: Option<&'a str>,
        keep: Keep<'a>,
    ) -> BoxFuture<'a, Result<(), Failure>>;

    /// Reads a line of such a file; `None`: it says nothing of a call.
    fn result(&self, line: &[u8]) -> Option<BatchResult>;

    /// Asks for a job's end; what was answered by then is in its results.
    ///
    /// # Errors
    /// As any call.
    fn cancel<'a>(&'a self, id: &'a str, key: Option<&'a str>) -> BoxFuture<'a, Result<(), Failure>>;

    /// Removes what lies at the provider of a job whose results were read.
    ///
    /// # Errors
    /// As any call.
    fn remove<'a>(&'a self, report: &'a BatchReport, key: Option<&'a str>) -> BoxFuture<'a, Result<(), Failure>>;
}

/// A call as it goes into a batch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BatchedCall {
    /// Where it would go by itself, below the base URL.
    pub path: String,
    /// The model, as its provider calls it.
    pub model: String,
    /// Headers that it wants.
    pub headers: Vec<(&'static str, String)>,
    /// Its body, which is JSON.
    pub body: Bytes,
}

/// A job to be begun. All of its calls go to one path, to one model, with the same headers.
#[derive(Debug, Clone)]
pub struct BatchJob {
    /// The caller's name of it.
    pub name: String,
    /// Where its calls would go by themselves.
    pub path: String,
    /// Their model.
    pub model: String,
    /// Headers that they want.
    pub headers: Vec<(&'static str, String)>,
    /// Their lines.
    pub lines: Blob,
}

/// A job that may have begun.
#[derive(Debug, Clone)]
pub struct BatchSought {
    /// The caller's name of it, with which the names of its lines begin.
    pub name: String,
    /// How many lines it has.
    pub lines: u64,
    /// When it was to begin, in seconds since 1970.
    pub at: i64,
}

/// Whether a job was found that may have begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchFound {
    /// It has this id.
    Job(String),
    /// One of several may be it, and which is not told before they have ended.
    NotYet,
    /// There is none.
    None,
}

/// How a job stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchReport {
    /// Whether nothing more comes.
    pub is_over: bool,
    /// Where its results are.
    pub results: Vec<String>,
    /// What can be removed when they were read.
    pub remains: Vec<String>,
    /// Why it was not taken, where it was not.
    pub fault: Option<String>,
}

/// What came of a call in a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchResult {
    /// The name of its line.
    pub name: String,
    /// What it was answered; `None`: it was not answered well.
    pub body: Option<Bytes>,
}

//! Anthropic's message batches: their requests go with what begins them, and each result is a line at one place.
//!
//! They are told nothing of a batch as a whole; what is ours is found again by the names of its requests, which are in its
//! results. Source: Anthropic's API reference (message batches).

use mediary_core::Failure;
use mediary_core::batch::{BatchJob, BatchReport, BatchResult, BatchedCall};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::{BatchDialect, BatchPage, LinesUpload, ListedBatch, checked, raw};
use crate::{HttpCall, JobCall, Method, Payload, blame};

/// Anthropic's message batches.
pub(crate) static MESSAGES: MessageBatches = MessageBatches;

const PLACE: &str = "/messages/batches";
const VERSION: &str = "2023-06-01";
/// So many are listed at once.
const PAGE: usize = 100;

/// Message batches.
#[derive(Debug)]
pub(crate) struct MessageBatches;

#[derive(Debug, Deserialize)]
struct Job {
    id: String,
    processing_status: String,
    #[serde(default)]
    request_counts: Counts,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Counts {
    processing: u64,
    succeeded: u64,
    errored: u64,
    canceled: u64,
    expired: u64,
}

impl Job {
    fn is_over(&self) -> bool {
        self.processing_status == "ended"
    }
}

impl BatchDialect for MessageBatches {
    fn headers(&self) -> Vec<(&'static str, String)> {
        vec![("anthropic-version", VERSION.to_owned())]
    }

    fn line(&self, name: &str, call: &BatchedCall) -> Vec<u8> {
        let mut line = json!({ "custom_id": name }).to_string().into_bytes();
        // The body is JSON already, and stays as it was written.
        line.pop();
        line.extend_from_slice(b",\"params\":");
        line.extend_from_slice(&call.body);
        line.push(b'}');
        line
    }

    fn between(&self) -> &'static str {
        ","
    }

    fn upload(&self, _job: &BatchJob) -> Result<LinesUpload, Failure> {
        Ok(LinesUpload::WithJob)
    }

    fn begin(&self, job: &BatchJob, _file: Option<&str>) -> Result<HttpCall, Failure> {
        let mut body = Payload::from(&b"{\"requests\":["[..]);
        let gone = |_| Failure::broken("the lines of a batch are gone from this machine");
        body.push_file(&job.lines).map_err(gone)?;
        body.push(&b"]}"[..]);
        Ok(HttpCall { body, headers: job.headers.clone(), ..HttpCall::json(PLACE, Vec::new()) })
    }

    fn list(&self, after: Option<&str>) -> String {
        let after = after.map(|after| format!("&after_id={after}")).unwrap_or_default();
        format!("{PLACE}?limit={PAGE}{after}")
    }

    fn listed(&self, body: &[u8], _number: usize) -> Result<BatchPage, Failure> {
        #[derive(Deserialize)]
        struct Listed {
            data: Vec<Job>,
        }
        let Listed { data } = serde_json::from_slice(body).map_err(blame::shapeless)?;
        let listed = |job: Job| {
            let Counts { processing, succeeded, errored, canceled, expired } = job.request_counts;
            Ok(ListedBatch {
                is_over: job.is_over(),
                name: None,
                created_at: None,
                lines: processing + succeeded + errored + canceled + expired,
                id: checked(job.id)?,
            })
        };
        let jobs = data.into_iter().map(listed).collect::<Result<Vec<ListedBatch>, Failure>>()?;
        let next = jobs.last().filter(|_| jobs.len() >= PAGE).map(|last| last.id.clone());
        Ok(BatchPage { jobs, next })
    }

    fn state(&self, id: &str) -> String {
        format!("{PLACE}/{id}")
    }

    fn report(&self, body: &[u8]) -> Result<BatchReport, Failure> {
        let job: Job = serde_json::from_slice(body).map_err(blame::shapeless)?;
        let is_over = job.is_over();
        let id = checked(job.id)?;
        let results = if is_over { vec![format!("{PLACE}/{id}/results")] } else { Vec::new() };
        Ok(BatchReport { is_over, results, remains: vec![format!("{PLACE}/{id}")], fault: None })
    }

    fn cancel(&self, id: &str) -> JobCall {
        JobCall::of(Method::POST, format!("{PLACE}/{id}/cancel"))
    }

    fn result(&self, line: &[u8]) -> Option<BatchResult> {
        #[derive(Deserialize)]
        struct Line<'a> {
            custom_id: String,
            #[serde(borrow)]
            result: Outcome<'a>,
        }
        #[derive(Deserialize)]
        struct Outcome<'a> {
            #[serde(rename = "type")]
            kind: String,
            #[serde(borrow, default)]
            message: Option<&'a RawValue>,
        }
        let Line { custom_id, result } = serde_json::from_slice(line).ok()?;
        let body = result.message.filter(|_| result.kind == "succeeded").map(raw);
        Some(BatchResult { name: custom_id, body })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use mediary_core::Blob;

    use super::*;

    #[test]
    fn requests_stand_in_what_begins_a_batch() {
        let call = BatchedCall {
            path: "/messages".to_owned(),
            model: "m".to_owned(),
            headers: Vec::new(),
            body: Bytes::from_static(br#"{"max_tokens": 9}"#),
        };
        let lines = [MESSAGES.line("j-1", &call), MESSAGES.line("j-2", &call)].join(MESSAGES.between().as_bytes());
        let headers = vec![("anthropic-beta", "x".to_owned())];
        let job = BatchJob {
            name: "j".to_owned(),
            path: call.path.clone(),
            model: call.model.clone(),
            headers: headers.clone(),
            lines: Blob::in_memory(lines),
        };
        let begun = MESSAGES.begin(&job, None).unwrap();
        let body = String::from_utf8(begun.body.read_all().unwrap()).unwrap();
        let expected = r#"{"requests":[{"custom_id":"j-1","params":{"max_tokens": 9}},{"custom_id":"j-2","params":{"max_tokens": 9}}]}"#;
        assert_eq!((begun.path.as_str(), body.as_str(), begun.headers), (PLACE, expected, headers));
    }

    #[test]
    fn a_batch_is_over_when_it_has_ended_and_its_results_are_read() {
        let running = br#"{"id":"msgbatch_1","processing_status":"canceling","request_counts":{"processing":2}}"#;
        assert!(!MESSAGES.report(running).unwrap().is_over);
        let over = br#"{"id":"msgbatch_1","processing_status":"ended","request_counts":{"succeeded":1,"errored":1}}"#;
        let report = MESSAGES.report(over).unwrap();
        assert_eq!((report.is_over, report.results), (true, vec![format!("{PLACE}/msgbatch_1/results")]));
        let list = format!(r#"{{"data":[{}]}}"#, std::str::from_utf8(over).unwrap());
        let listed = MESSAGES.listed(list.as_bytes(), 0).unwrap().jobs;
        assert_eq!((listed[0].lines, listed[0].is_over, listed[0].name.clone()), (2, true, None));
        let good = br#"{"custom_id":"j-1","result":{"type":"succeeded","message":{"id": "m"}}}"#;
        assert_eq!(MESSAGES.result(good).unwrap().body, Some(Bytes::from_static(br#"{"id": "m"}"#)));
        let bad = br#"{"custom_id":"j-2","result":{"type":"expired"}}"#;
        assert_eq!(MESSAGES.result(bad).unwrap(), BatchResult { name: "j-2".to_owned(), body: None });
    }
}

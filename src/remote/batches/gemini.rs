//! Gemini's batches: their lines are uploaded as a file, in pieces, and their results are a file.
//!
//! Only `generateContent` is asked in them: embeddings go to Gemini several in a request, of which a line there holds one.
//! A batch is an operation, whose state has had two families of names, of which the end is the same. Source: Google's
//! reference of the Gemini API (batch API, files).

use mediary_core::Failure;
use mediary_core::batch::{BatchJob, BatchReport, BatchResult, BatchedCall};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::{BatchDialect, BatchPage, LinesUpload, ListedBatch, checked, raw};
use crate::{HttpCall, JobCall, Method, blame};

/// Gemini's batches.
pub(crate) static GENERATIONS: GeneratedBatches = GeneratedBatches;

const PLACE: &str = "/batches";
const FILES: &str = "files/";
/// What lines are asked for by themselves, and in a batch.
const ALONE: &str = ":generateContent";
const TOGETHER: &str = ":batchGenerateContent";
/// So many are listed at once.
const PAGE: usize = 100;

/// Batches of generated content.
#[derive(Debug)]
pub(crate) struct GeneratedBatches;

/// A batch as an operation.
#[derive(Debug, Deserialize)]
struct Operation {
    name: String,
    #[serde(default)]
    done: bool,
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    response: Option<Output>,
    #[serde(default)]
    error: Option<Trouble>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metadata {
    display_name: String,
    state: String,
    batch_stats: Stats,
    input_config: Input,
    output: Option<Output>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Input {
    file_name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Output {
    responses_file: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Stats {
    /// A number in a text, as all of 64 bits.
    request_count: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Trouble {
    #[serde(default)]
    message: String,
}

impl Operation {
    fn id(&self) -> Result<String, Failure> {
        checked(self.name.strip_prefix("batches/").unwrap_or_default().to_owned())
    }

    fn is_over(&self) -> bool {
        let ends = ["_SUCCEEDED", "_FAILED", "_CANCELLED", "_EXPIRED"];
        self.done || ends.iter().any(|end| self.metadata.state.ends_with(end))
    }
}

/// The id of a file that is named so.
fn file_id(name: &str) -> Result<String, Failure> {
    checked(name.rsplit_once(FILES).map(|(_, id)| id).unwrap_or_default().to_owned())
}

impl BatchDialect for GeneratedBatches {
    fn takes(&self, call: &BatchedCall) -> bool {
        call.path.ends_with(ALONE)
    }

    fn line(&self, name: &str, call: &BatchedCall) -> Vec<u8> {
        let mut line = json!({ "key": name }).to_string().into_bytes();
        // The body is JSON already, and stays as it was written.
        line.pop();
        line.extend_from_slice(b",\"request\":");
        line.extend_from_slice(&call.body);
        line.push(b'}');
        line
    }

    fn upload(&self, _job: &BatchJob) -> Result<LinesUpload, Failure> {
        Ok(LinesUpload::InPieces("application/jsonl"))
    }

    fn begin(&self, job: &BatchJob, file: Option<&str>) -> Result<HttpCall, Failure> {
        let file = file.ok_or_else(|| Failure::broken("a batch was begun before its lines were uploaded"))?;
        let file = format!("{FILES}{}", file_id(file)?);
        let batch = json!({ "displayName": job.name, "inputConfig": { "fileName": file } });
        let path = job.path.replace(ALONE, TOGETHER);
        Ok(HttpCall::json(path, json!({ "batch": batch }).to_string().into_bytes()))
    }

    fn begun(&self, body: &[u8]) -> Result<String, Failure> {
        serde_json::from_slice::<Operation>(body).map_err(blame::shapeless)?.id()
    }

    fn list(&self, after: Option<&str>) -> String {
        let escaped = |after: &str| url::form_urlencoded::byte_serialize(after.as_bytes()).collect::<String>();
        let after = after.map(|after| format!("&pageToken={}", escaped(after))).unwrap_or_default();
        format!("{PLACE}?pageSize={PAGE}{after}")
    }

    fn listed(&self, body: &[u8], _number: usize) -> Result<BatchPage, Failure> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Listed {
            #[serde(default)]
            operations: Vec<Operation>,
            #[serde(default)]
            next_page_token: Option<String>,
        }
        let Listed { operations, next_page_token } = serde_json::from_slice(body).map_err(blame::shapeless)?;
        let listed = |operation: Operation| {
            Ok(ListedBatch {
                id: operation.id()?,
                is_over: operation.is_over(),
                lines: operation.metadata.batch_stats.request_count.and_then(|count| count.parse().ok()).unwrap_or(0),
                name: Some(operation.metadata.display_name),
                created_at: None,
            })
        };
        let jobs = operations.into_iter().map(listed).collect::<Result<Vec<ListedBatch>, Failure>>()?;
        Ok(BatchPage { jobs, next: next_page_token.filter(|token| !token.is_empty()) })
    }

    fn state(&self, id: &str) -> String {
        format!("{PLACE}/{id}")
    }

    fn report(&self, body: &[u8]) -> Result<BatchReport, Failure> {
        let operation: Operation = serde_json::from_slice(body).map_err(blame::shapeless)?;
        let (id, is_over) = (operation.id()?, operation.is_over());
        let Operation { metadata, response, error, .. } = operation;
        let output = response.into_iter().chain(metadata.output).find_map(|output| output.responses_file);
        let output = output.as_deref().map(file_id).transpose()?;
        let input = metadata.input_config.file_name.as_deref().map(file_id).transpose()?;
        let mut remains: Vec<String> = input.iter().chain(&output).map(|file| format!("/{FILES}{file}")).collect();
        remains.push(format!("{PLACE}/{id}"));
        Ok(BatchReport {
            is_over,
            results: output.iter().map(|file| format!("/{FILES}{file}:download?alt=media")).collect(),
            remains,
            fault: error.map(|error| error.message).filter(|message| !message.is_empty()),
        })
    }

    fn cancel(&self, id: &str) -> JobCall {
        JobCall::of(Method::POST, format!("{PLACE}/{id}:cancel"))
    }

    fn result(&self, line: &[u8]) -> Option<BatchResult> {
        #[derive(Deserialize)]
        struct Line<'a> {
            key: String,
            #[serde(borrow, default)]
            response: Option<&'a RawValue>,
        }
        let Line { key, response } = serde_json::from_slice(line).ok()?;
        Some(BatchResult { name: key, body: response.map(raw) })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use mediary_core::Blob;

    use super::*;

    fn call(path: &str) -> BatchedCall {
        BatchedCall {
            path: path.to_owned(),
            model: "m".to_owned(),
            headers: Vec::new(),
            body: Bytes::from_static(br#"{"contents": []}"#),
        }
    }

    #[test]
    fn lines_are_a_file_that_a_job_names() {
        let call = call("/models/m:generateContent");
        assert!(GENERATIONS.takes(&call) && !GENERATIONS.takes(&self::call("/models/m:batchEmbedContents")));
        assert_eq!(GENERATIONS.line("j-1", &call), br#"{"key":"j-1","request":{"contents": []}}"#);
        let job = BatchJob {
            name: "j".to_owned(),
            path: call.path.clone(),
            model: call.model.clone(),
            headers: Vec::new(),
            lines: Blob::in_memory(b"{}".to_vec()),
        };
        assert!(matches!(GENERATIONS.upload(&job), Ok(LinesUpload::InPieces("application/jsonl"))));
        let begun = GENERATIONS.begin(&job, Some("https://host.example/v1beta/files/abc")).unwrap();
        let body = String::from_utf8(begun.body.read_all().unwrap()).unwrap();
        let expected = r#"{"batch":{"displayName":"j","inputConfig":{"fileName":"files/abc"}}}"#;
        assert_eq!((begun.path.as_str(), body.as_str()), ("/models/m:batchGenerateContent", expected));
        assert!(GENERATIONS.begin(&job, None).is_err());
        assert!(GENERATIONS.begin(&job, Some("https://host.example/v1beta/files/../x")).is_err());
    }

    #[test]
    fn a_batch_is_over_by_either_family_of_names() {
        let said = |state: &str, rest: &str| {
            let body = format!(
                r#"{{"name":"batches/b1","metadata":{{"displayName":"j","state":"{state}","inputConfig":{{"fileName":"files/in"}},
                "batchStats":{{"requestCount":"3"}}}}{rest}}}"#
            );
            (GENERATIONS.report(body.as_bytes()).unwrap(), body)
        };
        for state in ["BATCH_STATE_PENDING", "BATCH_STATE_RUNNING", "JOB_STATE_PENDING"] {
            assert!(!said(state, "").0.is_over, "{state}");
        }
        for state in ["BATCH_STATE_SUCCEEDED", "JOB_STATE_FAILED", "BATCH_STATE_CANCELLED", "JOB_STATE_EXPIRED"] {
            assert!(said(state, "").0.is_over, "{state}");
        }
        let (report, body) = said("BATCH_STATE_SUCCEEDED", r#","done":true,"response":{"responsesFile":"files/out"}"#);
        assert_eq!(report.results, ["/files/out:download?alt=media"]);
        assert_eq!(report.remains, ["/files/in", "/files/out", "/batches/b1"]);
        let failed = said("BATCH_STATE_FAILED", r#","done":true,"error":{"code":3,"message":"No such model."}"#).0;
        assert_eq!(failed.fault.as_deref(), Some("No such model."));
        let list = format!(r#"{{"operations":[{body}],"nextPageToken":"a b"}}"#);
        let BatchPage { jobs, next } = GENERATIONS.listed(list.as_bytes(), 0).unwrap();
        assert_eq!((jobs[0].id.as_str(), jobs[0].name.as_deref(), jobs[0].lines), ("b1", Some("j"), 3));
        assert_eq!(GENERATIONS.list(next.as_deref()), "/batches?pageSize=100&pageToken=a+b");
        assert_eq!(GENERATIONS.listed(b"{}", 0).unwrap(), BatchPage { jobs: Vec::new(), next: None });
        assert!(GENERATIONS.report(br#"{"name":"batches/../x","done":true}"#).is_err());
    }

    #[test]
    fn results_are_good_answers_or_none() {
        let good = GENERATIONS.result(br#"{"key":"j-1","response":{"candidates": []}}"#).unwrap();
        assert_eq!(good.body, Some(Bytes::from_static(br#"{"candidates": []}"#)));
        let bad = GENERATIONS.result(br#"{"key":"j-2","error":{"code":400}}"#).unwrap();
        assert_eq!(bad, BatchResult { name: "j-2".to_owned(), body: None });
        assert_eq!(GENERATIONS.result(b"nonsense"), None);
    }
}

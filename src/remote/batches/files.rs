//! Batches whose lines are uploaded as a file, and whose results are files: OpenAI's, and Mistral's after their model.
//!
//! Source: OpenAI's API reference (batches, files), Mistral's API specification (batch jobs).

use mediary_core::Failure;
use mediary_core::batch::{BatchJob, BatchReport, BatchResult, BatchedCall};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{BatchDialect, BatchPage, LinesUpload, ListedBatch, NAME, checked, raw};
use crate::form::Form;
use crate::{HttpCall, JobCall, Method, blame};

/// OpenAI's batches.
pub(crate) static OPENAI: FileBatches = FileBatches(Vendor::OpenAi);
/// Mistral's.
pub(crate) static MISTRAL: FileBatches = FileBatches(Vendor::Mistral);

/// How long a file of lines is left at its vendor that was forgotten there: longer than a job may take.
const FILE_SECONDS: &str = "259200";
/// So many jobs are listed at once.
const PAGE: usize = 100;

/// Batches of files.
#[derive(Debug)]
pub(crate) struct FileBatches(Vendor);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Vendor {
    OpenAi,
    Mistral,
}

/// A job as its vendor shows it.
#[derive(Debug, Deserialize)]
struct Job {
    id: String,
    status: String,
    #[serde(default)]
    metadata: Option<Value>,
    #[serde(default)]
    created_at: Option<i64>,
    #[serde(default)]
    request_counts: Option<Counts>,
    #[serde(default)]
    total_requests: Option<u64>,
    #[serde(default)]
    input_file_id: Option<String>,
    #[serde(default)]
    output_file_id: Option<String>,
    #[serde(default)]
    error_file_id: Option<String>,
    #[serde(default)]
    input_files: Vec<String>,
    #[serde(default)]
    output_file: Option<String>,
    #[serde(default)]
    error_file: Option<String>,
    #[serde(default)]
    errors: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
struct Counts {
    #[serde(default)]
    total: u64,
}

impl Job {
    fn is_over(&self) -> bool {
        let ends = ["completed", "failed", "expired", "cancelled", "success", "timeout_exceeded"];
        ends.iter().any(|end| self.status.eq_ignore_ascii_case(end))
    }

    /// Why it was not taken.
    fn fault(&self) -> Option<String> {
        let first = |errors: &Value| match errors {
            Value::Array(all) => all.first().cloned(),
            Value::Object(fields) => fields.get("data")?.as_array()?.first().cloned(),
            _ => None,
        };
        let error = first(self.errors.as_ref()?)?;
        error.get("message")?.as_str().map(str::to_owned)
    }
}

impl FileBatches {
    /// Where jobs are.
    fn place(&self) -> &'static str {
        match self.0 {
            Vendor::OpenAi => "/batches",
            Vendor::Mistral => "/batch/jobs",
        }
    }

    /// What a path is called in a job, where it stands below the host.
    fn endpoint(path: &str) -> String {
        format!("/v1{path}")
    }
}

impl BatchDialect for FileBatches {
    fn line(&self, name: &str, call: &BatchedCall) -> Vec<u8> {
        let named = match self.0 {
            Vendor::OpenAi => json!({ "custom_id": name, "method": "POST", "url": Self::endpoint(&call.path) }),
            Vendor::Mistral => json!({ "custom_id": name }),
        };
        let mut line = named.to_string().into_bytes();
        // The body is JSON already, and stays as it was written.
        line.pop();
        line.extend_from_slice(b",\"body\":");
        line.extend_from_slice(&call.body);
        line.push(b'}');
        line
    }

    fn upload(&self, job: &BatchJob) -> Result<LinesUpload, Failure> {
        let mut form = Form::new();
        form.field("purpose", "batch")?;
        if self.0 == Vendor::OpenAi {
            form.field("expires_after[anchor]", "created_at")?;
            form.field("expires_after[seconds]", FILE_SECONDS)?;
        }
        form.file("file", &format!("{}.jsonl", job.name), "application/jsonl", &job.lines)?;
        Ok(LinesUpload::Request(form.end("/files")))
    }

    fn begin(&self, job: &BatchJob, file: Option<&str>) -> Result<HttpCall, Failure> {
        let file = file.ok_or_else(|| Failure::broken("a batch was begun before its lines were uploaded"))?;
        let (endpoint, metadata) = (Self::endpoint(&job.path), json!({ NAME: job.name }));
        let body = match self.0 {
            Vendor::OpenAi => json!({
                "input_file_id": file, "endpoint": endpoint, "completion_window": "24h", "metadata": metadata,
            }),
            Vendor::Mistral => json!({
                "input_files": [file], "endpoint": endpoint, "model": job.model, "timeout_hours": 24,
                "metadata": metadata,
            }),
        };
        Ok(HttpCall::json(self.place(), body.to_string().into_bytes()))
    }

    fn list(&self, after: Option<&str>) -> String {
        let place = self.place();
        match self.0 {
            Vendor::OpenAi => {
                let after = after.map(|after| format!("&after={after}")).unwrap_or_default();
                format!("{place}?limit={PAGE}{after}")
            }
            Vendor::Mistral => format!("{place}?page_size={PAGE}&page={}", after.unwrap_or("0")),
        }
    }

    fn listed(&self, body: &[u8], number: usize) -> Result<BatchPage, Failure> {
        #[derive(Deserialize)]
        struct Listed {
            #[serde(default)]
            data: Option<Vec<Job>>,
        }
        let Listed { data } = serde_json::from_slice(body).map_err(blame::shapeless)?;
        let listed = |job: Job| {
            let name = job.metadata.as_ref().and_then(|noted| noted.get(NAME)?.as_str().map(str::to_owned));
            Ok(ListedBatch {
                is_over: job.is_over(),
                name: Some(name.unwrap_or_default()),
                created_at: job.created_at,
                lines: job.request_counts.map(|counts| counts.total).or(job.total_requests).unwrap_or(0),
                id: checked(job.id)?,
            })
        };
        let jobs = data.unwrap_or_default().into_iter().map(listed).collect::<Result<Vec<ListedBatch>, Failure>>()?;
        let next = jobs.last().filter(|_| jobs.len() >= PAGE).map(|last| match self.0 {
            Vendor::OpenAi => last.id.clone(),
            Vendor::Mistral => (number + 1).to_string(),
        });
        Ok(BatchPage { jobs, next })
    }

    fn state(&self, id: &str) -> String {
        format!("{}/{id}", self.place())
    }

    fn report(&self, body: &[u8]) -> Result<BatchReport, Failure> {
        let job: Job = serde_json::from_slice(body).map_err(blame::shapeless)?;
        let (is_over, fault) = (job.is_over(), job.fault());
        let results = [job.output_file_id, job.error_file_id, job.output_file, job.error_file];
        let results = results.into_iter().flatten().map(checked).collect::<Result<Vec<String>, Failure>>()?;
        let asked = job.input_file_id.into_iter().chain(job.input_files).map(checked);
        let asked = asked.collect::<Result<Vec<String>, Failure>>()?;
        let place = |id: &String| format!("/files/{id}");
        Ok(BatchReport {
            is_over,
            remains: asked.iter().chain(&results).map(place).collect(),
            results: results.iter().map(|id| format!("/files/{id}/content")).collect(),
            fault,
        })
    }

    fn cancel(&self, id: &str) -> JobCall {
        JobCall::of(Method::POST, format!("{}/{id}/cancel", self.place()))
    }

    fn result(&self, line: &[u8]) -> Option<BatchResult> {
        #[derive(Deserialize)]
        struct Line<'a> {
            custom_id: String,
            #[serde(borrow, default)]
            response: Option<Answer<'a>>,
        }
        #[derive(Deserialize)]
        struct Answer<'a> {
            status_code: u16,
            #[serde(borrow, default)]
            body: Option<&'a RawValue>,
        }
        let Line { custom_id, response } = serde_json::from_slice(line).ok()?;
        let good = response.filter(|answer| (200..300).contains(&answer.status_code));
        Some(BatchResult { name: custom_id, body: good.and_then(|answer| answer.body).map(raw) })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use mediary_core::Blob;

    use super::*;

    fn job() -> BatchJob {
        BatchJob {
            name: "j1".to_owned(),
            path: "/chat/completions".to_owned(),
            model: "m".to_owned(),
            headers: Vec::new(),
            lines: Blob::in_memory(b"{}".to_vec()),
        }
    }

    #[test]
    fn a_line_holds_its_body_as_it_was_written() {
        let call = BatchedCall {
            path: "/chat/completions".to_owned(),
            model: "m".to_owned(),
            headers: Vec::new(),
            body: Bytes::from_static(br#"{"model": "m", "n":1.0}"#),
        };
        let line = |batches: &FileBatches| String::from_utf8(batches.line("j1-7", &call)).unwrap();
        let expected =
            r#"{"custom_id":"j1-7","method":"POST","url":"/v1/chat/completions","body":{"model": "m", "n":1.0}}"#;
        assert_eq!(line(&OPENAI), expected);
        assert_eq!(line(&MISTRAL), r#"{"custom_id":"j1-7","body":{"model": "m", "n":1.0}}"#);
    }

    #[test]
    fn jobs_are_begun_in_each_vendors_words() {
        let begun = |batches: &FileBatches| {
            let call = batches.begin(&job(), Some("file-1")).unwrap();
            (call.path, String::from_utf8(call.body.read_all().unwrap()).unwrap())
        };
        let openai = r#"{"input_file_id":"file-1","endpoint":"/v1/chat/completions","completion_window":"24h","metadata":{"mediary_job":"j1"}}"#;
        assert_eq!(begun(&OPENAI), ("/batches".to_owned(), openai.to_owned()));
        let mistral = r#"{"input_files":["file-1"],"endpoint":"/v1/chat/completions","model":"m","timeout_hours":24,"metadata":{"mediary_job":"j1"}}"#;
        assert_eq!(begun(&MISTRAL), ("/batch/jobs".to_owned(), mistral.to_owned()));
        assert!(OPENAI.begin(&job(), None).is_err());
        let LinesUpload::Request(form) = OPENAI.upload(&job()).unwrap() else { panic!("a form") };
        let form = String::from_utf8(form.body.read_all().unwrap()).unwrap();
        for said in ["name=\"purpose\"\r\n\r\nbatch\r\n", "[seconds]\"\r\n\r\n259200\r\n", "filename=\"j1.jsonl\""] {
            assert!(form.contains(said), "{form}");
        }
    }

    #[test]
    fn a_report_says_whether_it_is_over_and_where_its_results_are() {
        let running = br#"{"id":"b","status":"in_progress","input_file_id":"file-1","output_file_id":null}"#;
        let report = OPENAI.report(running).unwrap();
        assert_eq!(
            (report.is_over, report.results.len(), report.remains),
            (false, 0, vec!["/files/file-1".to_owned()])
        );
        let over = br#"{"id":"b","status":"completed","input_file_id":"i","output_file_id":"o","error_file_id":"e"}"#;
        let report = OPENAI.report(over).unwrap();
        assert!(report.is_over);
        assert_eq!(report.results, ["/files/o/content", "/files/e/content"]);
        assert_eq!(report.remains, ["/files/i", "/files/o", "/files/e"]);
        let failed = br#"{"id":"b","status":"failed","errors":{"data":[{"message":"No such model."}]}}"#;
        assert_eq!(OPENAI.report(failed).unwrap().fault.as_deref(), Some("No such model."));
        let mistral = br#"{"id":"b","status":"SUCCESS","input_files":["i"],"output_file":"o","error_file":null}"#;
        let report = MISTRAL.report(mistral).unwrap();
        assert_eq!(
            (report.is_over, report.results, report.remains.len()),
            (true, vec!["/files/o/content".to_owned()], 2)
        );
        // An id goes into a path.
        assert!(OPENAI.report(br#"{"id":"b","status":"completed","output_file_id":"../x"}"#).is_err());
        assert!(OPENAI.report(b"[]").is_err());
    }

    #[test]
    fn jobs_are_found_by_what_was_noted_of_them() {
        let list = br#"{"data":[{"id":"b2","status":"validating","metadata":null},{"id":"b1","status":"expired",
            "created_at":5,"metadata":{"mediary_job":"j1"},"request_counts":{"total":3,"completed":1,"failed":0}}]}"#;
        let BatchPage { jobs: listed, next } = OPENAI.listed(list, 0).unwrap();
        let named: Vec<_> =
            listed.iter().map(|job| (job.id.as_str(), job.name.as_deref(), job.lines, job.is_over)).collect();
        assert_eq!(named, [("b2", Some(""), 0, false), ("b1", Some("j1"), 3, true)]);
        assert_eq!((next, OPENAI.list(Some("b1"))), (None, "/batches?limit=100&after=b1".to_owned()));
        assert_eq!(MISTRAL.list(None), "/batch/jobs?page_size=100&page=0");
    }

    #[test]
    fn results_are_good_answers_or_none() {
        let result = |line: &str| OPENAI.result(line.as_bytes()).map(|result| (result.name, result.body));
        let good = r#"{"id":"r","custom_id":"j-1","response":{"status_code":200,"request_id":"x","body":{"a": 1}},"error":null}"#;
        assert_eq!(result(good), Some(("j-1".to_owned(), Some(Bytes::from_static(br#"{"a": 1}"#)))));
        let bad = r#"{"custom_id":"j-2","response":{"status_code":400,"body":{}},"error":null}"#;
        let expired = r#"{"custom_id":"j-3","response":null,"error":{"code":"batch_expired"}}"#;
        assert_eq!((result(bad), result(expired)), (Some(("j-2".to_owned(), None)), Some(("j-3".to_owned(), None))));
        assert_eq!(result("nonsense"), None);
    }
}

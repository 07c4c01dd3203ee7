//! The names of all metrics, and one function per thing that is counted.
//!
//! Serves nothing itself; `http/` shows what [`recorder`] collected. The door counts requests, the gateway and the
//! engine pools count their work. Labels are names of ours or of a closed list, never what a client wrote.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{OnceLock, PoisonError, RwLock};
use std::time::Duration;

use mediary_core::Target;
use mediary_core::capability::Usd;
use mediary_core::task::Usage;
use metrics::{
    Counter, Gauge, Histogram, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Requests answered, by `path` (the route), `method` and `status`.
pub const HTTP_REQUESTS: &str = "mediary_http_requests_total";
/// Seconds from a request's arrival to the head of its answer, by `path`, `method` and `status`.
pub const HTTP_DURATION: &str = "mediary_http_request_duration_seconds";
/// Requests being worked on.
pub const HTTP_IN_FLIGHT: &str = "mediary_http_requests_in_flight";
/// Pages read, by `source` (text_layer, ocr, mixed, …) and `engine`.
pub const PAGES: &str = "mediary_pages_total";
/// Seconds an engine took for one page, by `engine`.
pub const OCR_DURATION: &str = "mediary_ocr_page_duration_seconds";
/// Workers that died or were ended with work in hand, and were replaced, by `worker`.
pub const WORKER_RESTARTS: &str = "mediary_worker_restarts_total";
/// Calls to providers, by `target` and `outcome` (`answered`, or what went wrong).
pub const PROVIDER_CALLS: &str = "mediary_provider_calls_total";
/// Seconds to a provider's first token, by `target`.
pub const PROVIDER_FIRST_TOKEN: &str = "mediary_provider_first_token_seconds";
/// Tokens, by `target` and `side` (prompt, completion).
pub const TOKENS: &str = "mediary_tokens_total";
/// Millionths of a US dollar that calls to providers cost, by `target`.
pub const COST: &str = "mediary_cost_micro_usd_total";
/// Calls of which it is not known what they cost, by `target`.
pub const UNPRICED: &str = "mediary_unpriced_calls_total";
/// Jobs that wait in an engine's queue, by `engine`.
pub const QUEUE_DEPTH: &str = "mediary_queue_depth";
/// What requests hold of the rooms they are admitted to, by `room` (bytes, pixels, children).
pub const ADMISSION: &str = "mediary_admission_in_use";

/// Requests that the cache of answers had to do with, by `outcome` (hit, alike, shared, miss, refresh).
pub const CACHE_ANSWERS: &str = "mediary_cache_answers_total";
/// Millionths of a US dollar that kept answers would have cost.
pub const CACHE_SAVED: &str = "mediary_cache_saved_micro_usd_total";

/// Rows of the request log that were lost: the disk did not keep up, or did not take them.
pub const LOG_ROWS_DROPPED: &str = "mediary_log_rows_dropped_total";

/// Requests and calls that this server counted alone, since the counters that servers share were away.
pub const COUNTED_ALONE: &str = "mediary_counted_alone_total";

/// From an answer out of memory to a book on a slow machine.
const SECONDS: [f64; 14] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0];

/// The process's recorder; the first call installs it, so that several gateways in one process share one.
pub fn recorder() -> PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(install).clone()
}

fn install() -> PrometheusHandle {
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .expect("there are buckets")
        .build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::warn!("another metrics recorder is installed; /metrics will be empty");
    }
    describe_counter!(HTTP_REQUESTS, "Requests answered.");
    describe_counter!(COST, "Millionths of a US dollar that calls to providers cost.");
    describe_counter!(UNPRICED, "Calls to providers of which it is not known what they cost.");
    describe_histogram!(HTTP_DURATION, "Seconds from a request's arrival to the head of its answer.");
    describe_gauge!(HTTP_IN_FLIGHT, "Requests being worked on.");
    describe_counter!(PAGES, "Pages read.");
    describe_histogram!(OCR_DURATION, "Seconds an engine took for one page.");
    describe_counter!(WORKER_RESTARTS, "Workers that died or were ended with work in hand, and were replaced.");
    describe_counter!(PROVIDER_CALLS, "Calls to providers.");
    describe_histogram!(PROVIDER_FIRST_TOKEN, "Seconds to a provider's first token.");
    describe_counter!(TOKENS, "Tokens of requests and replies.");
    describe_gauge!(QUEUE_DEPTH, "Jobs that wait in an engine's queue.");
    describe_gauge!(ADMISSION, "What requests hold of the rooms they are admitted to.");
    describe_counter!(CACHE_ANSWERS, "Requests that the cache of answers had to do with.");
    describe_counter!(CACHE_SAVED, "Millionths of a US dollar that kept answers would have cost.");
    describe_counter!(
        COUNTED_ALONE,
        "Requests and calls counted by this server alone, though their limits are shared."
    );
    handle
}

/// What is recorded with every request is kept: to look a series up by its name and labels costs more than to count.
/// There are as many as routes and targets, each with the few methods and statuses it has.
type Kept<S> = OnceLock<RwLock<HashMap<String, Vec<S>>>>;

/// The series of `name` for which `is_it` holds, made if there is none.
fn kept<S: Clone>(all: &Kept<S>, name: &str, is_it: impl Fn(&S) -> bool, make: impl FnOnce() -> S) -> S {
    // A series that was made before the recorder was there would never be shown.
    recorder();
    let all = all.get_or_init(RwLock::default);
    let found = all
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(name)
        .and_then(|of| of.iter().find(|s| is_it(s)).cloned());
    found.unwrap_or_else(|| {
        let made = make();
        all.write().unwrap_or_else(PoisonError::into_inner).entry(name.to_owned()).or_default().push(made.clone());
        made
    })
}

/// The series of requests to one route with one method and status.
#[derive(Clone)]
struct OfRequests {
    method: &'static str,
    status: u16,
    answered: Counter,
    took: Histogram,
}

/// The series of one target's answers.
#[derive(Clone)]
struct OfAnswers {
    answered: Counter,
    first: Histogram,
    prompt: Counter,
    completion: Counter,
}

/// Requests that are worked on, as `mediary status` asks.
static UNDER_WAY: AtomicU64 = AtomicU64::new(0);

/// A request has arrived; [`request_ended`] must follow.
pub fn request_began() {
    UNDER_WAY.fetch_add(1, Ordering::Relaxed);
    in_flight().increment(1);
}

/// How many requests are worked on now.
pub fn requests_under_way() -> u64 {
    UNDER_WAY.load(Ordering::Relaxed)
}

fn in_flight() -> &'static Gauge {
    static IN_FLIGHT: OnceLock<Gauge> = OnceLock::new();
    recorder();
    IN_FLIGHT.get_or_init(|| gauge!(HTTP_IN_FLIGHT))
}

/// A request was answered with `status`, or given up by its client.
pub fn request_ended(path: &str, method: &'static str, status: u16, took: Duration) {
    static REQUESTS: Kept<OfRequests> = OnceLock::new();
    UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
    in_flight().decrement(1);
    let is_it = |of: &OfRequests| of.method == method && of.status == status;
    let of = kept(&REQUESTS, path, is_it, || {
        let labels = [("path", path.to_owned()), ("method", method.to_owned()), ("status", status.to_string())];
        let (answered, took) = (counter!(HTTP_REQUESTS, &labels), histogram!(HTTP_DURATION, &labels));
        OfRequests { method, status, answered, took }
    });
    of.answered.increment(1);
    of.took.record(took);
}

/// A page was read: from its text layer (`engine` then names what read it) or by an OCR engine.
pub fn page_read(source: &'static str, engine: &str) {
    counter!(PAGES, "source" => source, "engine" => engine.to_owned()).increment(1);
}

/// An engine has finished with a page.
pub fn ocr_took(engine: &str, took: Duration) {
    histogram!(OCR_DURATION, "engine" => engine.to_owned()).record(took);
}

/// So many workers of a kind have been replaced since the start.
pub fn worker_restarts(worker: &'static str, since_start: u64) {
    counter!(WORKER_RESTARTS, "worker" => worker).absolute(since_start);
}

/// So many jobs wait in the queue of `engine` now.
pub fn queue_depth(engine: &str, jobs: usize) {
    // A queue is bounded far below the numbers that a float cannot hold exactly.
    let jobs = u32::try_from(jobs).unwrap_or(u32::MAX);
    gauge!(QUEUE_DEPTH, "engine" => engine.to_owned()).set(jobs);
}

/// So much of a room is taken now.
pub fn admission_in_use(room: &'static str, taken: u64) {
    // The gauge is a float; no room is so large that this would matter.
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    gauge!(ADMISSION, "room" => room).set(taken as f64);
}

/// A request or call was held to limits that this server counts alone, though they are shared.
pub fn counted_alone() {
    counter!(COUNTED_ALONE).increment(1);
}

/// The cache of answers had to do with a request. `saved`: what the call would have cost that was not made.
pub fn cache_answered(outcome: &'static str, saved: Option<Usd>) {
    counter!(CACHE_ANSWERS, "outcome" => outcome).increment(1);
    if let Some(usd) = saved {
        // Counters are whole; a millionth of a dollar is their unit.
        counter!(CACHE_SAVED).increment((usd.number() * 1e6).round() as u64);
    }
}

/// So many rows of the request log were lost.
pub fn log_rows_dropped(rows: u64) {
    counter!(LOG_ROWS_DROPPED).increment(rows);
}

/// A provider answered; its first token took `first`.
pub fn provider_answered(target: &Target, first: Duration, usage: Usage) {
    static ANSWERS: Kept<OfAnswers> = OnceLock::new();
    let target = target.to_string();
    let of = kept(
        &ANSWERS,
        &target,
        |_| true,
        || {
            let tokens = |side| tokens(&target, side);
            OfAnswers {
                answered: counter!(PROVIDER_CALLS, "target" => target.clone(), "outcome" => "answered"),
                first: histogram!(PROVIDER_FIRST_TOKEN, "target" => target.clone()),
                prompt: tokens("prompt"),
                completion: tokens("completion"),
            }
        },
    );
    of.answered.increment(1);
    of.first.record(first);
    of.prompt.increment(usage.prompt_tokens);
    of.completion.increment(usage.completion_tokens);
}

/// A client left in the middle of a provider's answer.
pub fn provider_left(target: &Target, usage: Usage) {
    let target = target.to_string();
    counter!(PROVIDER_CALLS, "target" => target.clone(), "outcome" => "client_gone").increment(1);
    tokens(&target, "prompt").increment(usage.prompt_tokens);
    tokens(&target, "completion").increment(usage.completion_tokens);
}

fn tokens(target: &str, side: &'static str) -> Counter {
    counter!(TOKENS, "target" => target.to_owned(), "side" => side)
}

/// A call to a provider was billed; `None`: how much is not known.
pub fn provider_billed(target: &Target, usd: Option<Usd>) {
    let target = target.to_string();
    match usd {
        // Counters are whole; a millionth of a dollar is their unit.
        Some(usd) => counter!(COST, "target" => target).increment((usd.number() * 1e6).round() as u64),
        None => counter!(UNPRICED, "target" => target).increment(1),
    }
}

/// A call to a provider failed.
pub fn provider_failed(target: &Target, kind: &'static str) {
    counter!(PROVIDER_CALLS, "target" => target.to_string(), "outcome" => kind).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_report_shows_under_its_name_and_labels() {
        let handle = recorder();
        page_read("ocr", "test/one");
        ocr_took("test/one", Duration::from_millis(30));
        worker_restarts("test-pdf", 2);
        queue_depth("test/one", 7);
        admission_in_use("test", 3);
        request_began();
        request_ended("/test/metrics", "GET", 204, Duration::from_millis(3));
        let text = handle.render();
        let rows = [
            r#"mediary_pages_total{source="ocr",engine="test/one"} 1"#,
            r#"mediary_ocr_page_duration_seconds_bucket{engine="test/one",le="0.05"} 1"#,
            r#"mediary_ocr_page_duration_seconds_bucket{engine="test/one",le="0.025"} 0"#,
            r#"mediary_worker_restarts_total{worker="test-pdf"} 2"#,
            r#"mediary_queue_depth{engine="test/one"} 7"#,
            r#"mediary_admission_in_use{room="test"} 3"#,
            r#"mediary_http_requests_total{path="/test/metrics",method="GET",status="204"} 1"#,
            "# HELP mediary_http_requests_in_flight ",
        ];
        for row in rows {
            assert!(text.contains(row), "{row} is missing in\n{text}");
        }
    }

    #[test]
    fn the_recorder_is_installed_once_and_shared() {
        let (one, other) = (recorder(), recorder());
        page_read("text_layer", "test/shared");
        assert!(one.render().contains("test/shared"));
        assert!(other.render().contains("test/shared"));
    }
}

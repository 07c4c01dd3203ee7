//! Traces and metrics for a collector, in OpenTelemetry's words for generative AI, over OTLP (HTTP with protobuf).
//!
//! Made of what is told of a request when it has ended, so that nothing is done for it on the way; without a collector
//! nothing at all is. Threads of the library gather and send, through our guarded client ([`sender`]). What requests and
//! answers say is in none of it.

mod sender;
mod spans;

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Histogram, MeterProvider as _};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{MetricExporter, Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

use super::work::{CallDone, WorkDone};
use crate::config::Telemetry;
use sender::Sender;

/// Where histograms of tokens and of seconds are cut, as the conventions have it.
const TOKEN_BOUNDS: [f64; 14] = [
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1_024.0,
    4_096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];
const SECOND_BOUNDS: [f64; 14] =
    [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];

/// What is told to a collector.
#[derive(Debug)]
pub struct Otlp {
    spans: SdkTracerProvider,
    tracer: SdkTracer,
    meters: SdkMeterProvider,
    tokens: Histogram<u64>,
    duration: Histogram<f64>,
    at_work: TaskTracker,
}

impl Otlp {
    /// Tells a collector from now on, where one is named. What is sent goes over this runtime.
    ///
    /// # Errors
    /// When the library does not take what is configured.
    pub fn start(telemetry: &Telemetry, runtime: &Handle) -> Result<Option<Arc<Self>>, String> {
        let Some(endpoint) = &telemetry.otlp else { return Ok(None) };
        let at_work = TaskTracker::new();
        let sender = Sender::new(telemetry, runtime.clone(), at_work.clone());
        let failed =
            |error: opentelemetry_otlp::ExporterBuildError| format!("`otlp` in [telemetry] cannot be used: {error}");
        let spans = SpanExporter::builder()
            .with_http()
            .with_http_client(sender.clone())
            .with_endpoint(format!("{endpoint}/v1/traces"))
            .with_protocol(Protocol::HttpBinary)
            .build()
            .map_err(failed)?;
        let metrics = MetricExporter::builder()
            .with_http()
            .with_http_client(sender)
            .with_endpoint(format!("{endpoint}/v1/metrics"))
            .with_protocol(Protocol::HttpBinary)
            .build()
            .map_err(failed)?;
        let resource = Resource::builder()
            .with_service_name("mediary")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .with_attribute(KeyValue::new("service.instance.id", uuid::Uuid::now_v7().to_string()))
            .build();
        let spans = SdkTracerProvider::builder().with_resource(resource.clone()).with_batch_exporter(spans).build();
        let reader = PeriodicReader::builder(metrics).with_interval(telemetry.every).build();
        let meters = SdkMeterProvider::builder().with_resource(resource).with_reader(reader).build();
        let (tracer, meter) = (spans.tracer("mediary"), meters.meter("mediary"));
        let tokens = meter.u64_histogram("gen_ai.client.token.usage").with_unit("{token}");
        let tokens = tokens.with_boundaries(TOKEN_BOUNDS.to_vec()).build();
        let duration = meter.f64_histogram("gen_ai.client.operation.duration").with_unit("s");
        let duration = duration.with_boundaries(SECOND_BOUNDS.to_vec()).build();
        Ok(Some(Arc::new(Self { spans, tracer, meters, tokens, duration, at_work })))
    }

    /// Tells of a request that has ended.
    pub fn tell(&self, work: &WorkDone) {
        spans::tell(&self.tracer, work);
        if work.task.is_empty() {
            return;
        }
        for call in &work.calls {
            self.measure(work, call);
        }
        let Some((provider, model)) = &work.target else { return };
        let attributes = |kind: &'static str| {
            let mut all = about(work.task, provider, model);
            all.push(KeyValue::new("gen_ai.token.type", kind));
            all
        };
        let (input, _, output) = work.tokens;
        if input > 0 {
            self.tokens.record(input, &attributes("input"));
        }
        if output > 0 {
            self.tokens.record(output, &attributes("output"));
        }
    }

    /// A call that failed took its time until it had; the one that answered, until its answer had ended.
    fn measure(&self, work: &WorkDone, call: &CallDone) {
        let mut attributes = about(work.task, &call.provider, &call.model);
        let took = match call.outcome {
            "answered" => spans::end(work, call).duration_since(call.began).unwrap_or(call.took),
            outcome => {
                attributes.push(KeyValue::new("error.type", outcome));
                call.took
            }
        };
        self.duration.record(took.as_secs_f64(), &attributes);
    }

    /// Sends what waits, and ends.
    pub async fn settle(self: &Arc<Self>, patience: Duration) {
        let own = self.clone();
        // The library waits for its threads, which send over a runtime that must not wait for them.
        let ended = self.at_work.spawn_blocking(move || {
            let spans = own.spans.shutdown_with_timeout(patience);
            let metrics = own.meters.shutdown_with_timeout(patience);
            spans.is_ok() && metrics.is_ok()
        });
        if !matches!(tokio::time::timeout(patience, ended).await, Ok(Ok(true))) {
            tracing::warn!("the collector was not told of everything");
        }
    }
}

/// What every span and number of a call says.
fn about(task: &'static str, provider: &str, model: &str) -> Vec<KeyValue> {
    vec![
        KeyValue::new("gen_ai.operation.name", operation(task)),
        KeyValue::new("gen_ai.provider.name", provider.to_owned()),
        KeyValue::new("gen_ai.request.model", model.to_owned()),
    ]
}

/// A task in the words of the conventions, where they have one.
fn operation(task: &'static str) -> &'static str {
    match task {
        "completion" => "text_completion",
        "embedding" => "embeddings",
        other => other,
    }
}

//! Traces and metrics for a collector, in OpenTelemetry's words for generative AI, over OTLP (HTTP with protobuf).
//!
//! Made of what is told of a request when it has ended, so that nothing is done for it on the way; without a collector
//! nothing at all is. Threads of the library gather and send, through our guarded client ([`sender`]). What requests and
//! answers say is in none of it.

mod measures;
mod sender;
mod spans;

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{MetricExporter, Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

use super::work::WorkDone;
use crate::config::Telemetry;
use measures::Measures;
use sender::Sender;

/// What is told to a collector.
#[derive(Debug)]
pub struct Otlp {
    spans: SdkTracerProvider,
    tracer: SdkTracer,
    meters: SdkMeterProvider,
    measures: Measures,
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
        let measures = Measures::of(&meter);
        Ok(Some(Arc::new(Self { spans, tracer, meters, measures, at_work })))
    }

    /// Tells of a request that has ended.
    pub fn tell(&self, work: &WorkDone) {
        spans::tell(&self.tracer, work);
        self.measures.tell(work);
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

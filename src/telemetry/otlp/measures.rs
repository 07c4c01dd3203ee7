//! The numbers that a collector is told: tokens and times, in the words of the conventions.

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Histogram, Meter};

use super::super::work::{CallDone, WorkDone};
use super::spans;

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

/// What is measured.
#[derive(Debug)]
pub(super) struct Measures {
    tokens: Histogram<u64>,
    duration: Histogram<f64>,
}

impl Measures {
    pub(super) fn of(meter: &Meter) -> Self {
        let tokens = meter.u64_histogram("gen_ai.client.token.usage").with_unit("{token}");
        let duration = meter.f64_histogram("gen_ai.client.operation.duration").with_unit("s");
        Self {
            tokens: tokens.with_boundaries(TOKEN_BOUNDS.to_vec()).build(),
            duration: duration.with_boundaries(SECOND_BOUNDS.to_vec()).build(),
        }
    }

    /// Counts a request that has ended.
    pub(super) fn tell(&self, work: &WorkDone) {
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
}

/// What every span and number of a call says.
pub(super) fn about(task: &'static str, provider: &str, model: &str) -> Vec<KeyValue> {
    vec![
        KeyValue::new("gen_ai.operation.name", operation(task)),
        KeyValue::new("gen_ai.provider.name", provider.to_owned()),
        KeyValue::new("gen_ai.request.model", model.to_owned()),
    ]
}

/// A task in the words of the conventions, where they have one.
pub(super) fn operation(task: &'static str) -> &'static str {
    match task {
        "completion" => "text_completion",
        "embedding" => "embeddings",
        other => other,
    }
}

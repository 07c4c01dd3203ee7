//! A span for each request, with its treatments as events and its calls as spans below it.

use std::collections::HashMap;
use std::time::SystemTime;

use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{Span as _, SpanKind, Status, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracer;

use super::super::work::{CallDone, WorkDone};
use super::measures::{about, operation};

/// Makes the spans of a request that ends now.
pub(super) fn tell(tracer: &SdkTracer, work: &WorkDone) {
    let ended = SystemTime::now();
    let began = ended.checked_sub(work.total).unwrap_or(ended);
    let mut attributes = vec![
        KeyValue::new("http.request.method", "POST"),
        KeyValue::new("http.route", work.route.clone()),
        KeyValue::new("http.response.status_code", i64::from(work.status)),
        KeyValue::new("mediary.request.id", work.id.clone()),
        KeyValue::new("mediary.cost_usd", work.usd),
    ];
    if !work.task.is_empty() {
        attributes.push(KeyValue::new("gen_ai.operation.name", operation(work.task)));
        attributes.push(KeyValue::new("gen_ai.request.model", work.asked.clone()));
    }
    if !work.client.is_empty() {
        attributes.push(KeyValue::new("mediary.client.id", work.client.clone()));
    }
    if let Some((provider, model)) = &work.target {
        attributes.push(KeyValue::new("gen_ai.provider.name", provider.clone()));
        attributes.push(KeyValue::new("gen_ai.response.model", model.clone()));
    }
    attributes.extend(usage(work));
    if let Some(first) = work.first {
        attributes.push(KeyValue::new("mediary.first_byte_seconds", first.as_secs_f64()));
    }
    let builder = tracer.span_builder(format!("POST {}", work.route));
    let builder = builder.with_kind(SpanKind::Server).with_start_time(began).with_attributes(attributes);
    let mut span = builder.start_with_context(tracer, &parent(work));
    for treatment in &work.treatments {
        span.add_event_with_timestamp(
            "mediary.treatment",
            began,
            vec![KeyValue::new("mediary.treatment", treatment.clone())],
        );
    }
    if work.status >= 500 {
        span.set_status(Status::error(""));
    }
    let context = Context::new().with_remote_span_context(span.span_context().clone());
    for call in &work.calls {
        below(tracer, &context, work, call);
    }
    span.end_with_timestamp(ended);
}

/// The span of a call.
fn below(tracer: &SdkTracer, context: &Context, work: &WorkDone, call: &CallDone) {
    let mut attributes = about(work.task, &call.provider, &call.model);
    let has_answered = call.outcome == "answered";
    if has_answered {
        attributes.push(KeyValue::new("gen_ai.response.model", call.model.clone()));
        attributes.extend(usage(work));
    } else {
        attributes.push(KeyValue::new("error.type", call.outcome));
    }
    let builder = tracer.span_builder(format!("{} {}", operation(work.task), call.model));
    let builder = builder.with_kind(SpanKind::Client).with_start_time(call.began).with_attributes(attributes);
    let mut span = builder.start_with_context(tracer, context);
    if !has_answered {
        span.set_status(Status::error(call.outcome));
    }
    span.end_with_timestamp(end(work, call));
}

/// When a call had ended. An answer goes on until that of the request ends, which is now.
pub(super) fn end(work: &WorkDone, call: &CallDone) -> SystemTime {
    let is_the_answer = call.outcome == "answered"
        && work.target.as_ref().is_some_and(|(provider, model)| (provider, model) == (&call.provider, &call.model));
    if is_the_answer { SystemTime::now() } else { call.began.checked_add(call.took).unwrap_or(call.began) }
}

fn usage(work: &WorkDone) -> Vec<KeyValue> {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let (input, cached, output) = work.tokens;
    let all = [
        ("gen_ai.usage.input_tokens", input),
        ("gen_ai.usage.cache_read.input_tokens", cached),
        ("gen_ai.usage.output_tokens", output),
    ];
    let told = all.into_iter().filter(|(_, tokens)| *tokens > 0);
    told.map(|(name, tokens)| KeyValue::new(name, number(tokens))).collect()
}

/// The span that the client named, if it named one.
fn parent(work: &WorkDone) -> Context {
    let Some(parent) = &work.parent else { return Context::new() };
    let headers = HashMap::from([("traceparent".to_owned(), parent.clone())]);
    TraceContextPropagator::new().extract_with_context(&Context::new(), &headers)
}

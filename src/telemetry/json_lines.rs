//! One JSON object a line: the event's fields on its top level, those of the request's span below `span`.
//!
//! The library's own JSON format reads a span's fields back out of their JSON for every event in it, which costs more
//! than everything else a short request logs; here that JSON is copied as it is. `logs` sets it up.

use std::fmt;

use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Writes events as JSON lines. Fields of spans must be formatted as JSON objects.
#[derive(Debug, Clone, Copy)]
pub(super) struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let metadata = event.metadata();
        out.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut out)?;
        write!(out, "\",\"level\":\"{}\"", metadata.level())?;
        let mut fields = Fields { out: out.by_ref(), written: Ok(()) };
        event.record(&mut fields);
        fields.written?;
        write!(out, ",\"target\":\"{}\"", metadata.target())?;
        if let Some(span) = context.lookup_current() {
            write!(out, ",\"span\":{{\"name\":\"{}\"", span.name())?;
            let extensions = span.extensions();
            let formatted = extensions.get::<FormattedFields<N>>().map(|fields| fields.fields.as_str());
            let inner = formatted.and_then(|fields| fields.strip_prefix('{')?.strip_suffix('}'));
            if let Some(inner) = inner.filter(|inner| !inner.is_empty()) {
                write!(out, ",{inner}")?;
            }
            out.write_char('}')?;
        }
        out.write_str("}\n")
    }
}

/// Writes an event's fields, each with a comma before it.
struct Fields<'w> {
    out: Writer<'w>,
    written: fmt::Result,
}

impl Fields<'_> {
    fn write(&mut self, field: &Field, value: impl fmt::Display) {
        if self.written.is_ok() {
            // Names of fields are identifiers and dots.
            self.written = write!(self.out, ",\"{}\":{value}", field.name());
        }
    }
}

impl Visit for Fields<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no infinity; `Value` writes null for it.
        self.write(field, Value::from(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.write(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.write(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.write(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.write(field, Value::from(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.write(field, Value::from(format!("{value:?}")));
    }
}

//! One JSON object a line: the event's fields on its top level, those of the request's span below `span`.
//!
//! The library's own JSON format gathers fields in a map before it writes them, and reads a span's back out of their
//! JSON for every event in it, which costs more than everything else a short request logs; here fields are written as
//! they come, and those of a span copied as they are. `logs` sets it up.

use std::fmt::{self, Write as _};

use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::span::Record;
use tracing::{Event, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Writes events as JSON lines, and the fields of spans as they stand in those, each with a comma before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JsonLines;

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
            if let Some(formatted) = span.extensions().get::<FormattedFields<N>>() {
                out.write_str(&formatted.fields)?;
            }
            out.write_char('}')?;
        }
        out.write_str("}\n")
    }
}

impl<'writer> FormatFields<'writer> for JsonLines {
    fn format_fields<R: RecordFields>(&self, out: Writer<'writer>, fields: R) -> fmt::Result {
        let mut fields_of = Fields { out, written: Ok(()) };
        fields.record(&mut fields_of);
        fields_of.written
    }

    /// Fields that a span is given later stand behind those it had.
    fn add_fields(&self, current: &'writer mut FormattedFields<Self>, fields: &Record<'_>) -> fmt::Result {
        self.format_fields(current.as_writer(), fields)
    }
}

/// Writes fields, each with a comma before it.
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

    fn write_text(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        if self.written.is_ok() {
            self.written = write!(self.out, ",\"{}\":\"", field.name())
                .and_then(|()| Quoted(&mut self.out).write_fmt(value))
                .and_then(|()| self.out.write_char('"'));
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
        self.write_text(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.write_text(field, format_args!("{value:?}"));
    }
}

/// What is written to it stands within a JSON string.
struct Quoted<'q, 'w>(&'q mut Writer<'w>);

impl fmt::Write for Quoted<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(|letter: char| letter == '"' || letter == '\\' || letter < ' ') {
            let (plain, special) = rest.split_at(at);
            self.0.write_str(plain)?;
            match special.as_bytes()[0] {
                b'\n' => self.0.write_str("\\n")?,
                letter @ (b'"' | b'\\') => write!(self.0, "\\{}", char::from(letter))?,
                letter => write!(self.0, "\\u{letter:04x}")?,
            }
            rest = &special[1..];
        }
        self.0.write_str(rest)
    }
}

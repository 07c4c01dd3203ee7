//! Sets up the log: for people on a terminal, one JSON object per line everywhere else, always on standard error.
//!
//! It reads no environment; the filter directive is handed in. `main` calls it once, before anything is logged.

use std::io::IsTerminal;

use thiserror::Error;
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::gathered::Log;
use super::json_lines::JsonLines;
use crate::config::{LogFormat, LogLevel, Server};

/// Why the log could not be set up.
#[derive(Debug, Error)]
pub enum LogSetupError {
    /// The filter directive cannot be read.
    #[error(
        "the log filter `{filter}` cannot be read: {reason}; write it like `info` or `info,mediary::gateway=debug`"
    )]
    Filter {
        /// The directive as given.
        filter: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The thread that writes cannot be started.
    #[error("the log cannot be started: {0}")]
    Thread(#[from] std::io::Error),
    /// A log is already set up in this process.
    #[error("the log is already set up")]
    SetUpBefore,
}

impl From<LogSetupError> for String {
    /// The command line complains in sentences.
    fn from(error: LogSetupError) -> Self {
        error.to_string()
    }
}

/// Logs to standard error from now on, panics included. `filter` (as in `MEDIARY_LOG`) wins over the configured level.
/// The log is to be kept to the end of the process.
///
/// # Errors
/// When the filter is invalid, when no thread can be started, or when a log was set up before.
pub fn init(server: &Server, filter: Option<&str>) -> Result<Log, LogSetupError> {
    let filter = self::filter(server.log_level, filter)?;
    let terminal = std::io::stderr().is_terminal();
    let style = Style::choose(server.log_format, terminal);
    let log = Log::start(std::io::stderr())?;
    let subscriber = subscriber(style, filter, log.lines());
    tracing::subscriber::set_global_default(subscriber).map_err(|_| LogSetupError::SetUpBefore)?;
    log_panics();
    Ok(log)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Coloured,
    Plain,
    Json,
}

impl Style {
    fn choose(format: LogFormat, terminal: bool) -> Self {
        match (format, terminal) {
            (LogFormat::Json, _) | (LogFormat::Auto, false) => Self::Json,
            (LogFormat::Human, false) => Self::Plain,
            (LogFormat::Human | LogFormat::Auto, true) => Self::Coloured,
        }
    }
}

fn filter(level: LogLevel, directive: Option<&str>) -> Result<EnvFilter, LogSetupError> {
    let directive = match (directive, level) {
        (Some(directive), _) => directive.to_owned(),
        // ONNX Runtime's binding tells of every session and node at `info`, which is of use only for debugging it.
        (None, LogLevel::Info) => "info,ort=warn".to_owned(),
        (None, level) => level.as_str().to_owned(),
    };
    let filter = EnvFilter::builder()
        .parse(&directive)
        .map_err(|error| LogSetupError::Filter { reason: error.to_string(), filter: directive })?;
    // The library that speaks the Model Context Protocol tells of whole messages, which are prompts and documents.
    let Ok(silent) = "rmcp=off".parse() else { return Ok(filter) };
    Ok(filter.add_directive(silent))
}

fn subscriber<W>(style: Style, filter: EnvFilter, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    match style {
        // Colours are left to the library here, so that NO_COLOR keeps its meaning.
        Style::Coloured => Box::new(builder.finish()),
        Style::Plain => Box::new(builder.with_ansi(false).finish()),
        Style::Json => Box::new(builder.fmt_fields(JsonLines).event_format(JsonLines).finish()),
    }
}

/// Sends the messages of panics through the log, so that a JSON log stays JSON.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let message = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(panic.place = place, panic.message = message, "panicked");
    }));
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn logged(style: Style, level: LogLevel, directive: Option<&str>) -> String {
        let sink = Sink::default();
        let writer = sink.clone();
        let subscriber = subscriber(style, filter(level, directive).unwrap(), move || writer.clone());
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::info_span!("request", request.id = "r-1");
            let _inside = span.enter();
            tracing::info!(pages = 3, name = "a \"b\"\n", share = 0.5, done = true, path = ?"\t\\ü", "read");
            tracing::info!(target: "ort", "chatter");
            tracing::debug!("detail");
        });
        let bytes = sink.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_format_follows_the_terminal_unless_it_is_chosen() {
        let rows = [
            (LogFormat::Auto, true, Style::Coloured),
            (LogFormat::Auto, false, Style::Json),
            (LogFormat::Human, true, Style::Coloured),
            (LogFormat::Human, false, Style::Plain),
            (LogFormat::Json, true, Style::Json),
            (LogFormat::Json, false, Style::Json),
        ];
        for (format, terminal, expected) in rows {
            assert_eq!(Style::choose(format, terminal), expected, "{format:?}, terminal: {terminal}");
        }
    }

    #[test]
    fn a_json_line_holds_the_fields_of_the_event_and_of_its_span() {
        let text = logged(Style::Json, LogLevel::Info, None);
        let line: serde_json::Value = serde_json::from_str(text.trim()).unwrap();
        assert_eq!(line["message"], "read");
        assert_eq!(line["pages"], 3);
        assert_eq!((&line["name"], &line["share"], &line["done"]), (&"a \"b\"\n".into(), &0.5.into(), &true.into()));
        assert_eq!(line["path"], r#""\t\\ü""#);
        assert_eq!(line["span"]["name"], "request");
        assert_eq!(line["span"]["request.id"], "r-1");
    }

    #[test]
    fn a_human_line_has_no_colours_away_from_a_terminal() {
        let text = logged(Style::Plain, LogLevel::Info, None);
        assert!(text.contains("read pages=3"), "{text}");
        assert!(!text.contains('\u{1b}'), "{text:?}");
    }

    #[test]
    fn the_level_and_the_filter_choose_what_is_logged() {
        let rows: &[(LogLevel, Option<&str>, usize)] = &[
            (LogLevel::Off, None, 0),
            (LogLevel::Error, None, 0),
            (LogLevel::Info, None, 1),
            (LogLevel::Debug, None, 3),
            (LogLevel::Info, Some("info"), 2),
            (LogLevel::Info, Some("off,ort=info"), 1),
            (LogLevel::Off, Some("debug"), 3),
        ];
        for (level, directive, lines) in rows {
            assert_eq!(logged(Style::Plain, *level, *directive).lines().count(), *lines, "{level:?} {directive:?}");
        }
    }

    #[test]
    fn an_invalid_filter_is_refused_with_an_example() {
        for directive in ["=", "mediary=loud", "info,[", "a=b=c"] {
            let message = filter(LogLevel::Info, Some(directive)).unwrap_err().to_string();
            assert!(message.contains(directive) && message.contains("write it like"), "{message}");
        }
    }
}

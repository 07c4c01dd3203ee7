//! What `mediary ocr` says in the end: the text where it is wanted, complaints, the exit code.

use std::fs::File;
use std::io::{self, Read};
use std::process::ExitCode;

use super::{Done, Ocr, complain, output};
use crate::gateway::{ReadStatus, Reading};
use crate::protocol::process::{Form, Output};

/// Some files or pages were read and some were not.
pub(super) const SOME_FAILED: u8 = 3;

impl Ocr {
    /// Writes the result and says how it went.
    pub(super) fn report(&self, done: &[Done], form: &Form) -> ExitCode {
        for Done { name, result, .. } in done {
            if let Err(message) = result {
                complain(&format!("{name}: {message}"));
            } else if let Ok(reading) = result {
                warn_of_failed_pages(name, reading);
            }
        }
        let failed = done.iter().filter(|done| done.result.is_err()).count();
        if failed == done.len() && form.output != Output::Json {
            // Nothing was read, so an older result stays as it is.
            return ExitCode::FAILURE;
        }
        let text;
        let mut source: Box<dyn Read + '_> = match done {
            [Done { pdf: Some(pdf), .. }] => Box::new(pdf),
            _ => {
                text = output::rendered(done, form);
                Box::new(text.as_bytes())
            }
        };
        let written = match &self.out {
            Some(path) => File::create(path)
                .and_then(|mut file| io::copy(&mut source, &mut file))
                .map_err(|error| format!("cannot write {}: {error}", path.display())),
            // A reader that has seen enough closes the pipe; that is not a failure.
            None => match io::copy(&mut source, &mut io::stdout()) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot write: {error}")),
                _ => Ok(0),
            },
        };
        if let Err(message) = written {
            return complain(&message);
        }
        if failed == done.len() {
            ExitCode::FAILURE
        } else if done.iter().any(Done::is_incomplete) {
            ExitCode::from(SOME_FAILED)
        } else {
            ExitCode::SUCCESS
        }
    }
}

fn warn_of_failed_pages(name: &str, reading: &Reading) {
    if reading.status() == ReadStatus::NoText {
        complain(&format!(
            "{name}: there is something on the page but no text was found in it; if it does show text, try a sharper or \
             larger picture, or a higher --dpi"
        ));
    }
    for outcome in &reading.pages {
        if let Err(failure) = &outcome.page {
            complain(&format!("{name}: {}", failure.detail));
        }
    }
}

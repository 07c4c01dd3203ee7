//! One recogniser on all threads: a page and boxes in, their lines of text out.
//!
//! Each session has a thread and takes the next batch of lines when it is done with one. Which lines are
//! worth reading is decided by the caller.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use mediary_core::document::Quad;
use mediary_core::engine::Cancel;
use mediary_core::{Failure, Raster};

use super::calibration::Profile;
use super::crop::LineCrop;
use super::ctc::ReadLine;
use super::dictionary::Dictionary;
use super::recognise::{self, Recogniser};
use super::settings::{OcrSettings, RecogniserFiles};
use super::shapes::OcrShapes;
use crate::runtime::Runtime;

/// An opened recogniser.
#[derive(Debug)]
pub(super) struct Reader {
    sessions: Vec<Recogniser>,
    dictionary: Dictionary,
    profile: Profile,
    shapes: OcrShapes,
}

impl Reader {
    /// Opens a session for each of the engine's threads, ready for all of these shapes where `settings` say so.
    pub(super) fn open(
        runtime: &Runtime,
        files: &RecogniserFiles,
        settings: &OcrSettings,
        shapes: OcrShapes,
        profile: Profile,
    ) -> Result<Self, Failure> {
        let dictionary = Dictionary::read(&files.dictionary)?;
        let open = |_| Recogniser::open(runtime, files, &dictionary);
        let sessions = (0..settings.workers.max(1)).map(open).collect::<Result<_, _>>()?;
        let mut reader = Self { sessions, dictionary, profile, shapes };
        if settings.warm && runtime.compiles_shapes() {
            let Self { sessions, shapes, .. } = &mut reader;
            on_all(sessions, |session| session.warm(shapes))?;
        }
        Ok(reader)
    }

    /// Reads the boxes of a page; one line for each, in their order.
    pub(super) fn read(&mut self, page: &Raster, quads: &[Quad], cancel: &Cancel) -> Result<Vec<ReadLine>, Failure> {
        let crops: Vec<LineCrop> = quads.iter().map(|quad| LineCrop::new(*quad, self.profile.squeeze)).collect();
        let batches = recognise::batches(&crops, &self.shapes);
        let next = AtomicUsize::new(0);
        let lines = Mutex::new(vec![ReadLine::default(); crops.len()]);
        let (dictionary, profile) = (&self.dictionary, &self.profile);
        on_all(&mut self.sessions, |recogniser| {
            while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
                cancel.check()?;
                let read = recogniser.read(page, &crops, batch, dictionary, profile)?;
                let mut lines = lines.lock().map_err(|_| crashed())?;
                for (index, line) in batch.crops.iter().zip(read) {
                    lines[*index] = line;
                }
            }
            Ok(())
        })?;
        lines.into_inner().map_err(|_| crashed())
    }
}

/// Does the same with all sessions, each on a thread of its own.
fn on_all(
    sessions: &mut [Recogniser],
    work: impl Fn(&mut Recogniser) -> Result<(), Failure> + Sync,
) -> Result<(), Failure> {
    let work = &work;
    std::thread::scope(|scope| {
        let threads: Vec<_> = sessions.iter_mut().map(|session| scope.spawn(move || work(session))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| Err(crashed())))
    })
}

fn crashed() -> Failure {
    Failure::broken("a recogniser crashed")
}

//! The cascade of recognisers: a line that one of them doubts is read again by the next.
//!
//! Confidences are calibrated for each recogniser, so that two readings of one line can be compared:
//! the likelier one stands.

use mediary_core::document::Quad;
use mediary_core::engine::Cancel;
use mediary_core::{Failure, FailureKind, Raster};

use super::calibration::Profile;
use super::ctc::{ReadLine, visible};
use super::reader::Reader;
use super::settings::{Level, OcrFiles, OcrSettings, RecogniserFiles};
use super::suspicion;
use super::verdict;
use crate::runtime::Runtime;

/// So many lines of a page are always read twice, the least likely ones: whether the recognisers agree on
/// those tells whether the fast one knows the page's script at all.
const SAMPLE: usize = 2;
/// With so many doubtful lines, every line is read twice: of the lines with a high confidence too many are wrong there, and
/// the accurate reading stands (measured on noisy pages: word F1 0.968 without this, 0.972 with it).
const HARD_SHARE: f32 = 0.25;
/// If they agree less than this, every line is read twice.
const PAGE_IS_HARD: f32 = 0.5;
/// A line less likely than this is odd.
const ODD: f32 = 0.3;

/// The recognisers, cheapest first.
#[derive(Debug)]
pub(super) struct Cascade {
    runtime: Runtime,
    settings: OcrSettings,
    fast: Reader,
    accurate: Option<LazyReader>,
    scripts: Vec<LazyReader>,
}

/// A recogniser that is opened when it is first needed.
#[derive(Debug)]
struct LazyReader {
    files: RecogniserFiles,
    profile: Profile,
    reader: Option<Reader>,
}

impl LazyReader {
    fn new(files: RecogniserFiles, profile: Profile) -> Self {
        Self { files, profile, reader: None }
    }

    fn reader(&mut self, runtime: &Runtime, settings: &OcrSettings) -> Result<&mut Reader, Failure> {
        match &mut self.reader {
            Some(reader) => Ok(reader),
            empty => {
                let shapes = settings.shapes.accurate();
                Ok(empty.insert(Reader::open(runtime, &self.files, settings, shapes, self.profile.clone())?))
            }
        }
    }
}

impl Cascade {
    pub(super) fn open(runtime: Runtime, files: OcrFiles, settings: OcrSettings) -> Result<Self, Failure> {
        let fast = Reader::open(&runtime, &files.fast, &settings, settings.shapes.clone(), Profile::FAST)?;
        let accurate = files.accurate.map(|files| LazyReader::new(files, Profile::ACCURATE));
        let scripts = files.scripts.into_iter().map(|files| LazyReader::new(files, Profile::OTHER)).collect();
        Ok(Self { runtime, settings, fast, accurate, scripts })
    }

    /// The recogniser that reads every line of a page.
    pub(super) fn first(&mut self, level: Level) -> Result<&mut Reader, Failure> {
        match (level, &mut self.accurate) {
            (Level::Fast | Level::Auto, _) => Ok(&mut self.fast),
            (Level::Accurate, Some(lazy)) => lazy.reader(&self.runtime, &self.settings),
            (Level::Accurate, None) => Err(Failure::new(
                FailureKind::NotInstalled,
                "the recogniser of level accurate is not installed; run `mediary models pull paddleocr`",
            )),
        }
    }

    /// Reads doubtful lines again with other recognisers. Gives the share of the text, from 0 to 1, that is of
    /// a script none of them knows.
    pub(super) fn reread_doubtful(
        &mut self,
        page: &Raster,
        quads: &[Quad],
        read: &mut [ReadLine],
        level: Level,
        cancel: &Cancel,
    ) -> Result<f32, Failure> {
        let mut unknown = vec![false; read.len()];
        match level {
            Level::Fast => return Ok(0.0),
            Level::Auto if self.accurate.is_none() => {}
            Level::Auto => {
                suspicion::mark(read);
                let first = self.doubtful(read);
                let is_hard = first.len() == read.len();
                let agreement =
                    self.compare_with(Level::Accurate, page, quads, &first, is_hard, read, &mut unknown, cancel)?;
                if agreement < PAGE_IS_HARD {
                    let rest: Vec<usize> = (0..read.len()).filter(|index| !first.contains(index)).collect();
                    self.compare_with(Level::Accurate, page, quads, &rest, true, read, &mut unknown, cancel)?;
                }
            }
            Level::Accurate => {
                let odd: Vec<usize> =
                    (0..read.len()).filter(|&index| read[index].confidence < ODD || read[index].is_sparse()).collect();
                self.compare_with(Level::Fast, page, quads, &odd, true, read, &mut unknown, cancel)?;
            }
        }
        self.try_scripts(page, quads, read, &mut unknown, cancel)?;
        let characters = |index: &usize| visible(&read[*index].text) as f32;
        let all: f32 = (0..read.len()).map(|index| characters(&index)).sum();
        let unknown_characters: f32 =
            (0..read.len()).filter(|&index| unknown[index]).map(|index| characters(&index)).sum();
        Ok(if all > 0.0 { unknown_characters / all } else { 0.0 })
    }

    /// The lines that are less likely to be right than they should be, and in any case the few least likely;
    /// all lines of a page that has many of them.
    fn doubtful(&self, read: &[ReadLine]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..read.len()).collect();
        // The fast recogniser lacks kana and some traditional characters, and cannot doubt what it does not know.
        let is_suspect = |line: &ReadLine| line.is_wide() || line.is_suspect;
        let doubt = |index: usize| if is_suspect(&read[index]) { 0.0 } else { read[index].confidence };
        order.sort_by(|&a, &b| doubt(a).total_cmp(&doubt(b)));
        let doubtful = order.iter().take_while(|&&index| doubt(index) < self.settings.read_again_below).count();
        if (doubtful as f32) < HARD_SHARE * read.len() as f32 {
            order.truncate(doubtful.max(SAMPLE));
        }
        order
    }

    /// Reads lines with the other recogniser and keeps the better readings. Gives how far both agreed.
    #[expect(clippy::too_many_arguments, reason = "the page, its boxes and two lists of one length")]
    fn compare_with(
        &mut self,
        other: Level,
        page: &Raster,
        quads: &[Quad],
        which: &[usize],
        is_hard: bool,
        read: &mut [ReadLine],
        unknown: &mut [bool],
        cancel: &Cancel,
    ) -> Result<f32, Failure> {
        if which.is_empty() {
            return Ok(1.0);
        }
        let boxes: Vec<Quad> = which.iter().map(|&index| quads[index]).collect();
        let again = self.first(other)?.read(page, &boxes, cancel)?;
        let (mut agreed, mut weight) = (0.0, 0.0);
        for (&index, again) in which.iter().zip(again) {
            let before = std::mem::take(&mut read[index]);
            let verdict = match other {
                Level::Fast => verdict::between(again, before, is_hard),
                Level::Auto | Level::Accurate => verdict::between(before, again, is_hard),
            };
            let characters = visible(&verdict.line.text) as f32;
            agreed += verdict.agreement * characters;
            weight += characters;
            (read[index], unknown[index]) = (verdict.line, verdict.unknown_script);
        }
        Ok(if weight > 0.0 { agreed / weight } else { 1.0 })
    }

    /// Gives lines that no recogniser has read well to those of further scripts.
    fn try_scripts(
        &mut self,
        page: &Raster,
        quads: &[Quad],
        read: &mut [ReadLine],
        unknown: &mut [bool],
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        for lazy in &mut self.scripts {
            let which: Vec<usize> =
                (0..read.len()).filter(|&index| unknown[index] || read[index].confidence < ODD).collect();
            if which.is_empty() {
                break;
            }
            let boxes: Vec<Quad> = which.iter().map(|&index| quads[index]).collect();
            let again = lazy.reader(&self.runtime, &self.settings)?.read(page, &boxes, cancel)?;
            for (index, line) in which.into_iter().zip(again) {
                if line.confidence > read[index].confidence && !line.is_sparse() {
                    (read[index], unknown[index]) = (line, false);
                }
            }
        }
        Ok(())
    }
}

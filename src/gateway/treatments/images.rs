//! Pictures as text: what is written in them, and what they show where little is written.

use std::sync::Arc;

use mediary_convert::image::{self, Fit};
use mediary_core::capability::{Abilities, Acceptance, PartShape};
use mediary_core::document::Page;
use mediary_core::task::PartPath;
use mediary_core::{Failure, FailureKind, Media, MediaFormat};

use super::super::blocking;
use super::super::documents::{EngineChoice, ReadOptions, Reading};
use super::Treatments;
use super::available::{IMAGE_TO_FRAMES, IMAGE_TO_TEXT};
use super::description::{Description, Scene, description};
use super::documents::{self, fit_for};
use super::extract::{Extract, Section};
use super::jobs::Job;
use super::made::{Made, Piece};
use super::memo::{self, Memo};

/// What did a picture that nothing here opens.
const UNOPENED: &str = "nothing";

impl Treatments {
    /// The text of a picture.
    pub(super) async fn picture_text(&self, media: &Media, memo: &Memo) -> Result<Arc<Extract>, Failure> {
        let recipe = &self.pipelines.image_to_text;
        let key = memo::key(media, IMAGE_TO_TEXT, recipe, &memo.bounds).await;
        self.remembered.or_read(key, Box::pin(self.seen(media, memo))).await
    }

    async fn seen(&self, media: &Media, memo: &Memo) -> Result<Extract, Failure> {
        let recipe = &self.pipelines.image_to_text;
        let read = match self.installed.ocr {
            // Engines elsewhere would be asked about every photograph; a target that describes repeats what is written.
            true => {
                let options = ReadOptions { engine: EngineChoice::Local, ..ReadOptions::default() };
                self.reader.read(media.clone(), &options, &|_, _| {}).await
            }
            false => Err(Failure::new(FailureKind::NotInstalled, "no engine that reads pictures is installed")),
        };
        let written = match read {
            Ok(reading) => {
                let extract = documents::extract(&reading, &self.pipelines.document_to_text);
                let written = Written { characters: characters(&reading), doubted: reading.needs_ocr(), extract };
                if written.characters >= recipe.little_text && !written.doubted {
                    return Ok(written.extract);
                }
                Ok(written)
            }
            // What cannot be decoded cannot be seen by any target.
            Err(failure) if matches!(failure.kind, FailureKind::Unreadable | FailureKind::TooLarge) => {
                return Err(failure);
            }
            Err(failure) => Err(failure),
        };
        let scene = Scene::Picture(media);
        let described = description(self, &recipe.describe, &memo.bounds, scene).await;
        match (put_together(written, described), self.reader.missing_for(media.format)) {
            // A conversation goes on without a picture that cannot be opened here, and both sides are told.
            (Err(_), Some(missing)) => {
                let text = format!("(this picture could not be opened, and nothing of it is known: {missing})");
                Ok(Extract { settled: false, ..Extract::plain(text, UNOPENED) })
            }
            (made, _) => made,
        }
    }

    /// A picture as a target takes it; `None` where it takes none of ours.
    pub(super) async fn picture_for(&self, media: &Media, row: &Abilities) -> Result<Option<Media>, Failure> {
        let place = PartPath::Content { message: 0, part: 0 };
        let shape = PartShape {
            side_pixels: image::longest_side(media),
            has_metadata: image::has_metadata(media),
            ..PartShape::of(place, media.format, media.blob.len_bytes())
        };
        let fits = |taken: &&Acceptance| taken.misfit(&shape, 1).is_none() && !taken.is_better_redrawn(&shape);
        if row.acceptance(media.format).filter(fits).is_some() {
            return Ok(Some(media.clone()));
        }
        let Some(taken) = row.acceptance(MediaFormat::Jpeg) else { return Ok(None) };
        let jpeg = self.pipelines.image_to_image.jpeg;
        let fit = jpeg.fit(side_px(taken), taken.bytes, false);
        self.fitted(media, fit).await.map(Some)
    }
}

impl Treatments {
    /// The picture as it is but for its metadata, where that is all that keeps a target from being given it.
    pub(super) async fn bare(&self, job: Job<'_>) -> Result<Option<Media>, Failure> {
        let Some(taken) = job.abilities.acceptance(job.media.format) else { return Ok(None) };
        let place = PartPath::Content { message: 0, part: 0 };
        let shape = PartShape {
            side_pixels: image::longest_side(job.media),
            ..PartShape::of(place, job.media.format, job.media.blob.len_bytes())
        };
        if !image::has_metadata(job.media) || taken.misfit(&shape, 1).is_some() || taken.is_better_redrawn(&shape) {
            return Ok(None);
        }
        let media = job.media.clone();
        let bare = blocking::run(move || Ok(image::stripped(&media))).await?;
        bare.map(|media| self.reader.kept(media)).transpose()
    }

    /// An animation as some of its pictures, each with its time.
    pub(super) async fn stills(&self, job: Job<'_>) -> Result<Made, Failure> {
        let recipe = &self.pipelines.image_to_frames;
        let fit = fit_for(job, &recipe.jpeg);
        let most = recipe.frames.min(job.files).max(1) as usize;
        let pictures = self.reader.pictures(job.media).await?;
        let (media, limits) = (job.media.clone(), self.reader.image_limits());
        let stills = self.reader.with_picture(&pictures, 0, move |_, _hold| image::stills(&media, &limits, most, &fit));
        let (stills, length) = stills.await?;
        let (count, seconds) = (stills.len(), length.as_secs_f32());
        let shown = if count == 1 { "the first picture is" } else { &format!("{count} pictures are") };
        let mut pieces = vec![Piece::Note(format!("it is an animation of {seconds:.1} s, of which {shown} shown"))];
        for image::Still { at, picture } in stills {
            pieces.push(Piece::Note(format!("at {:.1} s", at.as_secs_f32())));
            pieces.push(Piece::Media(self.reader.kept(picture)?));
        }
        Ok(Made { pieces, by: IMAGE_TO_FRAMES.to_owned(), hidden: Vec::new(), pages: u32::try_from(count).ok() })
    }

    /// The first picture of a file, made to fit, with room for what it takes.
    pub(super) async fn fitted(&self, media: &Media, fit: Fit) -> Result<Media, Failure> {
        let pictures = self.reader.pictures(media).await?;
        let fitted = self.reader.with_picture(&pictures, 0, move |pictures, _hold| pictures.fitted(0, &fit)).await?;
        self.reader.kept(fitted)
    }
}

/// The longer side of a picture for a target, where it minds.
pub(super) fn side_px(taken: &Acceptance) -> Option<u32> {
    [taken.side_pixels, taken.best_side_pixels].into_iter().flatten().min()
}

/// What an engine here read.
struct Written {
    characters: usize,
    /// Whether a better reader might find more.
    doubted: bool,
    extract: Extract,
}

/// How many characters other than white space were read.
fn characters(reading: &Reading) -> usize {
    let pages = reading.pages.iter().filter_map(|outcome| outcome.page.as_ref().ok());
    pages.map(Page::text).map(|text| text.chars().filter(|c| !c.is_whitespace()).count()).sum()
}

/// What is written and what is described, or an honest word where there is neither.
fn put_together(written: Result<Written, Failure>, described: Description) -> Result<Extract, Failure> {
    let mut sections = Vec::new();
    let mut by = Vec::new();
    let mut settled = true;
    let found_text = written.as_ref().is_ok_and(|written| written.characters > 0);
    let failed = match written {
        Ok(Written { characters, doubted, extract }) => {
            settled &= extract.settled;
            by.push(extract.by);
            if characters > 0 {
                let text: Vec<String> = extract.sections.into_iter().map(|section| section.text).collect();
                let title = if doubted { "what is written in it, read with doubt" } else { "what is written in it" };
                sections.push(Section::new(title, text.join("\n\n")));
            }
            None
        }
        Err(failure) => Some(failure),
    };
    match (described, failed) {
        (Description::Text { text, by: target }, _) => {
            sections.push(Section::new(format!("what it shows, as {target} describes it"), text));
            by.push(target);
        }
        (Description::NoTarget | Description::Failed, Some(failure)) => return Err(failure),
        (Description::NoTarget, None) if !found_text => {
            sections.push(Section { title: None, text: "(no text was found in this picture)".to_owned() });
        }
        (Description::Failed, None) => {
            settled = false;
            let text = if found_text {
                "(what else it shows could not be described)"
            } else {
                "(no text was found in this picture, and what it shows could not be described)"
            };
            sections.push(Section { title: None, text: text.to_owned() });
        }
        (Description::NoTarget, None) => {}
    }
    let by = if by.is_empty() { IMAGE_TO_TEXT.to_owned() } else { by.join("+") };
    Ok(Extract { sections, by, hidden: Vec::new(), pages: None, settled })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Written, Failure> {
        let extract = Extract::plain(text.to_owned(), "local/paddleocr");
        Ok(Written { characters: text.len(), doubted: false, extract })
    }

    fn by_eye() -> Description {
        Description::Text { text: "a red boat".to_owned(), by: "far/eye".to_owned() }
    }

    #[test]
    fn neither_text_nor_description_is_said_and_never_made_up() {
        let busy = || Err(Failure::new(FailureKind::NotInstalled, "no engine"));
        type Row =
            (Result<Written, Failure>, Description, Result<(Vec<&'static str>, &'static str, bool), &'static str>);
        let rows: Vec<Row> = vec![
            (read("EXIT"), by_eye(), Ok((vec!["EXIT", "a red boat"], "local/paddleocr+far/eye", true))),
            (read(""), by_eye(), Ok((vec!["a red boat"], "local/paddleocr+far/eye", true))),
            (
                read(""),
                Description::NoTarget,
                Ok((vec!["(no text was found in this picture)"], "local/paddleocr", true)),
            ),
            (read("EXIT"), Description::NoTarget, Ok((vec!["EXIT"], "local/paddleocr", true))),
            (
                read("EXIT"),
                Description::Failed,
                Ok((vec!["EXIT", "(what else it shows could not be described)"], "local/paddleocr", false)),
            ),
            (busy(), by_eye(), Ok((vec!["a red boat"], "far/eye", true))),
            (busy(), Description::NoTarget, Err("no engine")),
            (busy(), Description::Failed, Err("no engine")),
        ];
        for (written, described, expected) in rows {
            let made = put_together(written, described);
            let made = made.as_ref().map(|extract| {
                let texts: Vec<&str> = extract.sections.iter().map(|section| section.text.as_str()).collect();
                (texts, extract.by.as_str(), extract.settled)
            });
            assert_eq!(made.map_err(|failure| failure.detail.as_str()), expected);
        }
    }
}

//! Pictures that the operator does not want to pass: each is sorted into five coarse classes by an engine here.
//!
//! Off unless it is configured. Where it is on and cannot look, nothing passes. What is refused is a content refusal, which
//! is not taken to another target.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use mediary_core::task::{Chat, MediaPart, Part, PartPath};
use mediary_core::{ContentHash, Failure, FailureKind, Media, MediaKind};
use mediary_local::{ExecutionProvider, PictureClasses, PictureSorter, Runtime};

use quick_cache::sync::Cache;

use super::blocking;
use super::documents::Reader;
use super::installed;
use crate::config;
use crate::models::Models;

/// So many pictures that passed are remembered.
const MOST_REMEMBERED: usize = 1_000;

/// Which way a picture goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// To a target.
    In,
    /// To the client.
    Out,
}

/// The filter.
#[derive(Debug)]
pub(super) struct Safety {
    wishes: config::Safety,
    files: Result<Files, Failure>,
    /// What passed before: agents send a picture again with every turn.
    passed: Cache<ContentHash, ()>,
    /// Opened with the first picture. A standard mutex: a picture takes milliseconds.
    sorter: Arc<Mutex<Option<PictureSorter>>>,
}

#[derive(Debug, Clone)]
struct Files {
    library: PathBuf,
    model: PathBuf,
}

impl Safety {
    /// The filter as it is configured. Nothing is opened yet.
    pub(super) fn new(wishes: config::Safety, models: &Models, provider: ExecutionProvider) -> Self {
        let library = installed::library(models, provider);
        let files = library.and_then(|library| Ok(Files { library, model: installed::picture_safety_file(models)? }));
        if let (true, Err(failure)) = (wishes.pictures_in || wishes.pictures_out, &files) {
            tracing::warn!(error.detail = %failure, "pictures are to be looked at, and cannot be: none will pass");
        }
        Self { wishes, files, passed: Cache::new(MOST_REMEMBERED), sorter: Arc::default() }
    }

    /// Whether pictures that go this way are looked at.
    pub(super) fn looks(&self, way: Way) -> bool {
        match way {
            Way::In => self.wishes.pictures_in,
            Way::Out => self.wishes.pictures_out,
        }
    }

    /// Looks at a picture, if those that go this way are looked at.
    ///
    /// # Errors
    /// `ContentRefused` for what is too much; why it cannot be looked at.
    pub(super) async fn check(&self, reader: &Reader, media: &Media, way: Way) -> Result<(), Failure> {
        if !self.looks(way) {
            return Ok(());
        }
        blocking::hashed(&media.blob).await;
        let hash = media.blob.hash();
        if self.passed.get(&hash).is_some() {
            return Ok(());
        }
        let (files, sorter) = (self.files.clone()?, self.sorter.clone());
        let pictures = reader.pictures(media).await?;
        let sort = move |pictures: &mediary_convert::image::Pictures, _hold| {
            let raster = pictures.decode(0)?;
            let mut sorter = sorter.lock().unwrap_or_else(PoisonError::into_inner);
            if sorter.is_none() {
                // The library is the process's one; its own kernels do for so small a network.
                let runtime = Runtime::load(&files.library, ExecutionProvider::Cpu)?;
                *sorter = Some(PictureSorter::load(&runtime, &files.model)?);
            }
            sorter.as_mut().map_or_else(|| Ok(PictureClasses::default()), |sorter| sorter.classes(&raster))
        };
        let classes = reader.with_picture(&pictures, 0, sort).await?;
        judged(&self.wishes, &classes, way)?;
        self.passed.insert(hash, ());
        Ok(())
    }

    /// Looks at the pictures of a chat, if those that come in are looked at.
    ///
    /// # Errors
    /// As [`Safety::check`], with the part.
    pub(super) async fn check_chat(&self, reader: &Reader, chat: &Chat) -> Result<(), Failure> {
        for (message, said) in chat.messages.iter().enumerate().filter(|_| self.looks(Way::In)) {
            for (part, its) in said.parts.iter().enumerate() {
                let Part::Media(MediaPart { media, .. }) = its else { continue };
                if media.kind() == MediaKind::Image {
                    let looked_at = Box::pin(self.check(reader, media, Way::In)).await;
                    looked_at.map_err(|failure| failure.at(PartPath::Content { message, part }))?;
                }
            }
        }
        Ok(())
    }
}

/// What follows from the classes of a picture.
fn judged(wishes: &config::Safety, classes: &PictureClasses, way: Way) -> Result<(), Failure> {
    let shares = [
        ("porn", classes.porn, wishes.porn),
        ("hentai", classes.hentai, wishes.hentai),
        ("sexy", classes.sexy, wishes.sexy),
    ];
    let Some((class, ..)) = shares.into_iter().find(|(_, share, most)| share > most) else { return Ok(()) };
    let which = match way {
        Way::In => "this picture",
        Way::Out => "the picture that was made",
    };
    Err(Failure::new(
        FailureKind::ContentRefused,
        format!("{which} was refused by this server's safety filter, to which it looks like `{class}`"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_refused_by_its_class() {
        let wishes = config::Safety { pictures_in: true, pictures_out: true, porn: 0.5, hentai: 0.5, sexy: 1.0 };
        let classes = PictureClasses { drawing: 0.1, hentai: 0.0, neutral: 0.2, porn: 0.0, sexy: 0.7 };
        let rows = [
            (classes, None),
            (PictureClasses { porn: 0.5, ..classes }, None),
            (PictureClasses { porn: 0.51, ..classes }, Some("porn")),
            (PictureClasses { hentai: 0.9, ..classes }, Some("hentai")),
        ];
        for (classes, expected) in rows {
            let failure = judged(&wishes, &classes, Way::Out).err();
            assert_eq!(
                failure.as_ref().map(|failure| failure.kind.clone()),
                expected.map(|_| FailureKind::ContentRefused)
            );
            assert_eq!(
                failure.is_some_and(|failure| failure.detail.contains(expected.unwrap_or("?"))),
                expected.is_some()
            );
        }
    }
}

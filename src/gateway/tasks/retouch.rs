//! What is done to a picture that a target gave: fetched if it is elsewhere, looked at, brought to the size and the format
//! that were asked for.
//!
//! No more than two pictures are decoded at once, however many are being made (see `desk` next door).

use mediary_convert::image::{Finish, FinishedPicture};
use mediary_core::task::{ImageSize, PartPath, Picture, PicturePlace};
use mediary_core::{Blob, Claim, Failure, FailureKind, Media, MediaFormat, MediaKind, classify};

use super::super::routing::TreatmentNote;
use super::super::safety::Way;
use super::super::{Gateway, Spool};
use super::draw::note;
use super::drawing::Made;

/// How a picture is wanted.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) size: Option<ImageSize>,
    /// The ratio of its sides, where no size is wanted.
    pub(super) ratio: Option<ImageSize>,
    pub(super) format: Option<MediaFormat>,
    /// Of what loses some, 0 to 100.
    pub(super) quality: Option<u8>,
    /// A picture of another size or ratio is none.
    pub(super) strict: bool,
}

impl Gateway {
    /// A picture that a target gave, as it is wanted.
    ///
    /// # Errors
    /// Garbled when it is no picture or cannot be decoded or fetched, empty when all of it has one colour.
    pub(super) async fn retouched(&self, picture: Picture, wanted: &Wanted) -> Result<Made, Failure> {
        let blob = match picture.place {
            PicturePlace::Here(blob) => blob,
            PicturePlace::Address(url) => self.fetched_picture(&url).await?,
        };
        let none = |what: &str| Failure::new(FailureKind::Garbled, format!("the provider's picture is {what}"));
        let media = classify(blob, Claim::default()).map_err(|_| none("none: nothing is known of its bytes"))?;
        if media.kind() != MediaKind::Image {
            return Err(none(&format!("none: it is {}", media.format)));
        }
        let finish = Finish {
            size: wanted.size.map(|size| (size.width, size.height)),
            ratio: wanted.ratio,
            format: wanted.format,
            quality: wanted.quality,
        };
        let FinishedPicture { media: finished, width, height, size, is_plain } =
            self.finished(&media, finish).await.map_err(theirs)?;
        if is_plain {
            return Err(Failure::new(FailureKind::EmptyAnswer, "the provider's picture has one colour only"));
        }
        self.safety.check(&self.reader, &media, Way::Out).await?;
        let came = ImageSize::new(width, height);
        let size = ImageSize::new(size.0, size.1);
        let field = if wanted.size.is_some() { "size" } else { "aspect_ratio" };
        if size != came && wanted.strict {
            let was_to_be = match (wanted.size, wanted.ratio) {
                (None, Some(ratio)) => format!("{}:{}", ratio.width, ratio.height),
                _ => size.to_string(),
            };
            let detail = format!("the provider's picture is {came}, and was to be {was_to_be}");
            return Err(Failure::new(FailureKind::Unacceptable, detail).at(PartPath::Field(field)));
        }
        let mut notes: Vec<TreatmentNote> = Vec::new();
        if size != came {
            notes.push(note(field, came.to_string()));
        }
        if finished.format != media.format {
            notes.push(note("output_format", media.format.name()));
        }
        let media = self.spooled(finished)?;
        Ok(Made { media, width: size.width, height: size.height, revised_prompt: picture.revised_prompt, notes })
    }

    /// Looks at a stage of a picture, which is seen before the picture is.
    ///
    /// # Errors
    /// When it is none, is refused, or cannot be looked at.
    pub(super) async fn stage_checked(&self, blob: Blob) -> Result<Media, Failure> {
        let none = || Failure::new(FailureKind::Garbled, "a stage of the provider's picture is no picture");
        let media = classify(blob, Claim::default()).map_err(|_| none())?;
        if media.kind() != MediaKind::Image {
            return Err(none());
        }
        if self.safety.looks(Way::Out) {
            self.safety.check(&self.reader, &media, Way::Out).await.map_err(theirs)?;
        }
        Ok(media)
    }

    /// A picture of a request as a PNG, for targets that do not take it as it is.
    pub(super) async fn as_png(&self, source: &Media) -> Result<Media, Failure> {
        let finish = Finish { format: Some(MediaFormat::Png), ..Finish::default() };
        let finished = self.finished(source, finish).await?;
        self.spooled(finished.media)
    }

    async fn finished(&self, media: &Media, finish: Finish) -> Result<FinishedPicture, Failure> {
        let _place = self.desk.place().await?;
        let pictures = self.reader.pictures(media).await?;
        let hold = self.reader.room_for_pixels(pictures.weight(0) + finish.weight()).await?;
        let work = move || {
            let finished = pictures.finished(&finish);
            drop(hold);
            finished
        };
        self.desk.run(work).await
    }

    /// What was made here does not stay in memory until its client has read it.
    fn spooled(&self, media: Media) -> Result<Media, Failure> {
        let Some(bytes) = media.blob.source().bytes() else { return Ok(media) };
        let mut spool = Spool::new(0);
        spool.write(bytes)?;
        Ok(Media { blob: spool.finish(), ..media })
    }

    /// A picture that a provider only named. What is wrong with its address is the provider's fault.
    async fn fetched_picture(&self, url: &str) -> Result<Blob, Failure> {
        let mut spool = Spool::new(0);
        let fetched = self.intake.fetcher().fetch(url, &mut |chunk| spool.write(chunk)).await;
        fetched.map_err(|failure| {
            Failure::new(FailureKind::Garbled, format!("the provider's picture cannot be fetched: {}", failure.detail))
        })?;
        Ok(spool.finish())
    }
}

/// A picture that cannot be used is the provider's fault, unless there is no room for it here.
fn theirs(failure: Failure) -> Failure {
    use FailureKind::{TooLarge, Unknown, Unreadable, UnsupportedMedium};
    // What a client is told to do with a file of its own helps with none of these.
    if failure.kind == Unreadable {
        return Failure::new(FailureKind::Garbled, "the provider's picture is damaged or not whole");
    }
    if !matches!(failure.kind, Unreadable | TooLarge | UnsupportedMedium | Unknown) {
        return failure;
    }
    Failure::new(FailureKind::Garbled, format!("the provider's picture cannot be used: {}", failure.detail))
}

//! Reading pictures: each page of the file is decoded when its turn comes, never all at once.

use std::sync::Arc;

use mediary_convert::image::Pictures;
use mediary_core::{Failure, Media};

use super::super::blocking;
use super::Reader;
use super::engine::Picture;
use super::figures::FigureNumbers;
use super::options::ReadOptions;
use super::page_reader::PageReader;
use super::pdf::settle;
use super::read::{OnPage, Progress};
use super::reading::{AttemptLog, PageOutcome};

/// A picture of which nothing but its own text is wanted.
pub(super) fn no_text_layer() -> Failure {
    Failure::malformed("a picture has no text of its own; leave `text_layer_only` out to have it recognised")
}

impl Reader {
    pub(super) async fn read_pictures(
        &self,
        media: &Media,
        options: &ReadOptions,
        on_page: OnPage<'_>,
        reader: &mut PageReader<'_>,
        attempts: &mut AttemptLog,
    ) -> Result<(usize, Vec<PageOutcome>), Failure> {
        if options.text_layer_only {
            return Err(no_text_layer());
        }
        let pictures = self.pictures(media).await?;
        let total = pictures.pages();
        let indices = options.pages.indices(total).map_err(|error| Failure::malformed(error.to_string()))?;
        let limit = self.limits.image.pages as usize;
        if indices.len() > limit {
            return Err(Failure::too_large(format!(
                "{} pages are more than the limit of {limit}; select some with `pages`, for example 1-{limit}, or raise \
                 [limits.image] pages",
                indices.len()
            )));
        }
        let (mut outcomes, mut numbers) = (Vec::with_capacity(indices.len()), FigureNumbers::default());
        for &index in &indices {
            let mut outcome = match reader.cannot_read(index, attempts) {
                Some(outcome) => outcome,
                None => self.read_picture(&pictures, index, options.words, reader, attempts).await?,
            };
            numbers.number(&mut outcome);
            outcomes.push(outcome);
            on_page(&outcomes[outcomes.len() - 1], Progress { done: outcomes.len(), total: indices.len() });
        }
        settle(&mut outcomes);
        Ok((total, outcomes))
    }

    async fn read_picture(
        &self,
        pictures: &Arc<Pictures>,
        index: usize,
        words: bool,
        reader: &mut PageReader<'_>,
        attempts: &mut AttemptLog,
    ) -> Result<PageOutcome, Failure> {
        let hold = self.room_for_picture(pictures, index).await?;
        // Refused before anything is decoded, if the engine has no place. Not sooner: what waits for room must not keep
        // places from others.
        reader.take_place()?;
        let source = pictures.clone();
        match blocking::run(move || Ok(source.decode(index).map(|raster| raster.held(hold)))).await? {
            Ok(raster) => {
                let picture =
                    Picture { raster: Arc::new(raster), index, dpi: pictures.dpi(index), words, is_whole: true };
                reader.page(&picture, attempts).await
            }
            Err(failure) => Ok(PageOutcome::failed(index, failure)),
        }
    }
}

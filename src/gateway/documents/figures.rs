//! Figures of a reading: which of their places count, their numbers, and their pictures, cut out of their pages.
//!
//! A reading holds no pixels. Pictures of figures are made when they are asked for, from pages that are drawn anew, and no
//! more of them than an answer can bear.

use bytes::Bytes;
use mediary_core::Failure;
use mediary_core::document::{BlockKind, Page, Rect, Turn};
use mediary_layout::with_figures;

use super::Reader;
use super::options::ReadOptions;
use super::reading::{PageOutcome, Reading};

/// The most bytes that the pictures of one reading have together, as JPEG.
const MOST_BYTES: usize = 24 * 1024 * 1024;

/// Which figures are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FigureChoice {
    /// No more than this, from the first on.
    pub most: Option<usize>,
    /// None whose width or height, in pixels of its page, is less.
    pub least_side_px: u32,
}

impl FigureChoice {
    /// Whether a figure is wanted after so many others.
    #[must_use]
    pub fn takes(&self, place: &Rect, before: usize) -> bool {
        let least = self.least_side_px as f32;
        self.most.is_none_or(|most| before < most) && place.width() >= least && place.height() >= least
    }
}

/// The figures of a page that have a place, in reading order, with their numbers.
pub fn figures_of(page: &Page) -> impl Iterator<Item = (usize, Rect)> {
    page.blocks.iter().filter_map(|block| match block.kind {
        BlockKind::Figure { number: Some(number), .. } => Some((number, block.bbox)),
        _ => None,
    })
}

/// Puts figures among what was read of a page, which has the places of both.
pub(super) fn illustrated(mut outcome: PageOutcome, figures: &[Rect], turn: Turn) -> PageOutcome {
    if let Ok(page) = &mut outcome.page
        && !figures.is_empty()
    {
        let (width, height) = (page.width_px as f32, page.height_px as f32);
        let upright = turn.done_in(std::mem::take(&mut page.blocks), width, height);
        let places: Vec<Rect> = figures.iter().map(|place| turn.done(*place, width, height)).collect();
        page.blocks = turn.undone_in(with_figures(upright, &places), width, height);
    }
    outcome
}

/// Numbers the figures of pages that come one after another.
#[derive(Debug, Default)]
pub(super) struct FigureNumbers(usize);

impl FigureNumbers {
    pub(super) fn number(&mut self, outcome: &mut PageOutcome) {
        let Ok(page) = &mut outcome.page else { return };
        for block in &mut page.blocks {
            if let BlockKind::Figure { number, .. } = &mut block.kind
                && block.bbox != Rect::default()
            {
                *number = Some(self.0);
                self.0 += 1;
            }
        }
    }

    /// Numbers those of a document that came with another, and of what came with it.
    pub(super) fn number_all(&mut self, reading: &mut Reading) {
        reading.pages.iter_mut().for_each(|outcome| self.number(outcome));
        let attached = reading.attachments.iter_mut().filter_map(|attached| attached.result.as_mut().ok());
        attached.for_each(|attached| self.number_all(attached));
    }
}

impl Reading {
    /// This and all documents that came with it, in the order in which they are told.
    #[must_use]
    pub fn documents(&self) -> Vec<&Self> {
        let attached = self.attachments.iter().filter_map(|attached| attached.result.as_ref().ok());
        std::iter::once(self).chain(attached.flat_map(Self::documents)).collect()
    }
}

impl Reader {
    /// The pictures of a reading's figures, as JPEG, in the order of their numbers: one for each that is wanted; `None`
    /// where it cannot be made, or where all together would be too much. The bytes carry their permit.
    pub async fn figure_pictures(
        &self,
        reading: &Reading,
        options: &ReadOptions,
        choice: FigureChoice,
    ) -> Vec<Option<Bytes>> {
        let (mut pictures, mut bytes) = (Vec::new(), 0);
        for document in reading.documents() {
            let mut wanted: Vec<(&Page, Vec<Rect>)> = Vec::new();
            let mut before = pictures.len();
            for page in document.pages.iter().filter_map(|outcome| outcome.page.as_ref().ok()) {
                let mut places = Vec::new();
                for (_, place) in figures_of(page) {
                    if choice.takes(&place, before) {
                        places.push(place);
                        before += 1;
                    }
                }
                wanted.extend((!places.is_empty()).then_some((page, places)));
            }
            if let Err(failure) = self.cut(document, options, &wanted, (&mut pictures, &mut bytes)).await {
                tracing::info!(failure.kind = failure.kind.name(), "pictures of figures could not be made");
            }
            pictures.resize(before, None);
        }
        pictures
    }

    async fn cut(
        &self,
        document: &Reading,
        options: &ReadOptions,
        wanted: &[(&Page, Vec<Rect>)],
        (pictures, bytes): (&mut Vec<Option<Bytes>>, &mut usize),
    ) -> Result<(), Failure> {
        if wanted.is_empty() || *bytes >= MOST_BYTES {
            return Ok(());
        }
        let mut painter = self.painter(&document.media, options).await?;
        for (page, places) in wanted {
            for jpeg in painter.cut(page, places.clone()).await? {
                let fits = *bytes + jpeg.len() <= MOST_BYTES;
                *bytes += if fits { jpeg.len() } else { 0 };
                pictures.push(fits.then_some(jpeg));
            }
        }
        painter.close().await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_chosen_by_number_and_size() {
        let place =
            |width: f32, height: f32| Rect { left: 10.0, top: 10.0, right: 10.0 + width, bottom: 10.0 + height };
        let choice = FigureChoice { most: Some(2), least_side_px: 50 };
        assert!(choice.takes(&place(50.0, 80.0), 1));
        assert!(!choice.takes(&place(50.0, 80.0), 2), "two were there before");
        assert!(!choice.takes(&place(300.0, 49.0), 0), "it is too low");
        assert!(FigureChoice::default().takes(&place(1.0, 1.0), 1_000));
    }
}

//! `pictures=true`: beside what was read on a page the address of its picture, which is kept for a while.
//!
//! While a document is read its pages are painted as they are finished, if a worker is free for that, and the rest when
//! the reading is over. A page that cannot be painted has been read all the same: it comes without a picture.

use std::collections::HashSet;

use mediary_core::{Failure, Media, MediaFormat, MediaKind};

use crate::gateway::{Painter, ReadOptions, Reader, Reading};
use crate::protocol::process::{PageBody, ReadingBody};

/// The pictures of one reading.
#[derive(Debug)]
pub(super) struct Album<'r> {
    reader: &'r Reader,
    media: Media,
    options: ReadOptions,
    /// The id of the answer.
    id: String,
    /// How links begin.
    base: String,
    painter: Option<Painter<'r>>,
    painted: HashSet<usize>,
}

impl<'r> Album<'r> {
    /// Without pictures; `None` where the medium has none.
    pub(super) fn of(reader: &'r Reader, media: &Media, options: &ReadOptions, id: &str, base: &str) -> Option<Self> {
        let has_pages = media.format == MediaFormat::Pdf || media.kind() == MediaKind::Image;
        has_pages.then(|| Self {
            reader,
            media: media.clone(),
            options: options.clone(),
            id: id.to_owned(),
            base: base.to_owned(),
            painter: None,
            painted: HashSet::new(),
        })
    }

    /// Paints a page that was just read, if that can be done without holding up the reading.
    pub(super) async fn add(&mut self, page: &mut PageBody) {
        if self.painter.is_none() {
            self.painter = self.reader.painter_if_free(&self.media, &self.options).await;
        }
        if self.painter.is_some() {
            self.paint(page).await;
        }
    }

    /// Paints the pages that are left, and links to all of them.
    pub(super) async fn complete(mut self, body: &mut ReadingBody) {
        for page in body.pages.iter_mut().filter(|page| page.error.is_none()) {
            if self.painted.contains(&page.index) {
                page.image_url = Some(self.link(page.index));
                continue;
            }
            if self.painter.is_none() {
                match self.reader.painter(&self.media, &self.options).await {
                    Ok(painter) => self.painter = Some(painter),
                    Err(failure) => return told(&failure),
                }
            }
            self.paint(page).await;
        }
        if let Some(painter) = self.painter {
            painter.close().await;
        }
    }

    async fn paint(&mut self, page: &mut PageBody) {
        let Some(painter) = &mut self.painter else { return };
        let kept = match painter.jpeg(page.index, page.dpi).await {
            Ok(jpeg) => {
                let pages = vec![(page.index, jpeg)];
                self.reader.keep_drawings(&self.options.client, self.id.clone(), pages).await
            }
            Err(failure) => Err(failure),
        };
        match kept {
            Ok(()) => {
                self.painted.insert(page.index);
                page.image_url = Some(self.link(page.index));
            }
            Err(failure) => told(&failure),
        }
    }

    fn link(&self, index: usize) -> String {
        format!("{}/v1/ocr/images/{}/{index}", self.base, self.id)
    }
}

/// Adds the pictures of a reading that is over to its answer.
pub(super) async fn pictured(
    reader: &Reader,
    reading: &Reading,
    options: &ReadOptions,
    base: &str,
    body: &mut ReadingBody,
) {
    if let Some(album) = Album::of(reader, &reading.media, options, &body.id, base) {
        album.complete(body).await;
    }
}

fn told(failure: &Failure) {
    tracing::info!(failure.kind = failure.kind.name(), "a page was read and its picture could not be made");
}

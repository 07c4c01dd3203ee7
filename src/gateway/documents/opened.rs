//! Opening documents and decoding pictures with the permits that this takes.
//!
//! The order in which they are taken is said in `admission`.

use std::sync::Arc;

use mediary_convert::image::{Foreign, Pictures};
use mediary_convert::pdf::{OpenPdf, PageOrder, PageReply, Rendering};
use mediary_core::{Blob, Failure, Hold, Media, MediaFormat, Raster};

use super::super::admission::Permit;
use super::super::blocking;
use super::Reader;

impl Reader {
    /// Opens a PDF in a worker, waiting for one and for the child's permit if need be.
    ///
    /// # Errors
    /// Busy when there is no room in time; else as the document is.
    pub(in super::super) async fn open(&self, blob: &Blob, password: Option<&str>) -> Result<OpenPdf, Failure> {
        let place = self.pdf.place().await?;
        let child = self.admission.child().await?;
        self.pdf.open(place, child, blob, password).await
    }

    /// Opens a PDF if a worker is free this moment; `None` also where the document does not open.
    pub(in super::super) async fn open_if_free(&self, blob: &Blob, password: Option<&str>) -> Option<OpenPdf> {
        let place = self.pdf.free_place()?;
        let child = self.admission.children.take_now(1).ok()?.hold();
        self.pdf.open(place, child, blob, password).await.ok()
    }

    /// Room for so many pages as they come from a worker.
    ///
    /// # Errors
    /// Busy when there is no room in time.
    pub(in super::super) async fn room_for_pages(&self, count: usize) -> Result<Permit, Failure> {
        let room = &self.admission.pixels;
        // Where there is no room for so many at once, all of it is for these; what a page really takes is known later.
        let each = self.recipe.render.most_pixels();
        let wanted = each.saturating_mul(count as u64);
        room.take(if count > 1 { wanted.min(room.all().max(each)) } else { wanted }).await
    }

    /// Room for a sheet that takes so many pixels, and for copies of it, and how it is rendered within that. No
    /// pixels are held while it is waited for.
    ///
    /// # Errors
    /// Busy when there is no room in time.
    pub(in super::super) async fn room_for_sheet(
        &self,
        pixels: u32,
        copies: usize,
    ) -> Result<(Permit, Rendering), Failure> {
        let (room, copies) = (&self.admission.pixels, copies.max(1) as u64);
        let each = Rendering::with_rounding(pixels).min(room.all() / copies);
        Ok((room.take(each * copies).await?, self.recipe.render.up_to(each)))
    }

    /// The same as far as there is room at once.
    pub(in super::super) fn room_for_sheet_now(&self, pixels: u32) -> Option<(Permit, Rendering)> {
        let each = Rendering::with_rounding(pixels);
        let permit = self.admission.pixels.take_now(each).ok()?;
        Some((permit, self.recipe.render.up_to(each)))
    }

    /// A page of a document, in the room that was taken for it. What it does not take is given back at once.
    ///
    /// # Errors
    /// For this page only.
    pub(in super::super) async fn page(
        document: &mut OpenPdf,
        order: PageOrder,
        mut room: Permit,
    ) -> Result<(PageReply, Option<Raster>), Failure> {
        let (reply, raster) = document.page(order).await?;
        let raster = raster.map(|raster| {
            room.shrink_to(u64::from(raster.width()) * u64::from(raster.height()));
            raster.held(room.hold())
        });
        Ok((reply, raster))
    }

    /// Works on a picture of a file on a blocking thread, with room for its pixels. The room is given back when the work
    /// is over and the pictures that it gives are gone, whether or not the caller still waits.
    ///
    /// # Errors
    /// Busy when there is no room in time; else what the work gives.
    pub(in super::super) async fn with_picture<T: Send + 'static>(
        &self,
        pictures: &Arc<Pictures>,
        index: usize,
        work: impl FnOnce(&Pictures, Hold) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let hold = self.room_for_picture(pictures, index).await?;
        let pictures = pictures.clone();
        blocking::run(move || work(&pictures, hold)).await
    }

    /// Room for a picture of a file while it is decoded, which may take more than four bytes a pixel.
    ///
    /// # Errors
    /// Busy when there is no room in time, too large when there never is.
    pub(in super::super) async fn room_for_picture(&self, pictures: &Pictures, index: usize) -> Result<Hold, Failure> {
        self.room_for_pixels(pictures.weight(index)).await
    }

    /// Room for so many pixels.
    ///
    /// # Errors
    /// As [`Reader::room_for_picture`].
    pub(in super::super) async fn room_for_pixels(&self, pixels: u64) -> Result<Hold, Failure> {
        Ok(self.admission.pixels.take(pixels).await?.hold())
    }

    /// The header of a picture file, held against the limits. What nothing in this process decodes is made plain first,
    /// by a child with room for its pixels.
    ///
    /// # Errors
    /// As [`mediary_convert::image::open`] and [`Foreign::plain`].
    pub(in super::super) async fn pictures(&self, media: &Media) -> Result<Arc<Pictures>, Failure> {
        let limits = self.image_limits();
        let media = match Foreign::is_foreign(media.format) {
            false => media.clone(),
            true => {
                let weight = Foreign::weight(media, &limits)?;
                let _child = self.child().await?;
                let _pixels = self.admission.pixels.take(weight).await?;
                self.kept(self.foreign.plain(media, &limits).await?)?
            }
        };
        blocking::run(move || mediary_convert::image::open(&media, &limits).map(Arc::new)).await
    }

    /// What is missing here to open a picture of this format, as a sentence; `None`: nothing.
    pub(in super::super) fn missing_for(&self, format: MediaFormat) -> Option<&'static str> {
        self.foreign.missing(format)
    }

    /// A permit for a child process that is no PDF worker.
    ///
    /// # Errors
    /// Busy when there is no room in time.
    pub(in super::super) async fn child(&self) -> Result<Hold, Failure> {
        self.admission.child().await
    }

    /// Room for a sound that is not made yet, and how many bytes it may have.
    ///
    /// # Errors
    /// Busy when there is no room.
    pub(in super::super) fn room_for_sound(&self, most_bytes: u64) -> Result<(Permit, u64), Failure> {
        let room = &self.admission.bytes;
        let most = most_bytes.min(room.all() / 4);
        Ok((room.take_now(most)?, most))
    }

    /// The same medium, with a permit for its bytes in memory.
    ///
    /// # Errors
    /// Busy when there is no more room.
    pub(in super::super) fn kept(&self, media: Media) -> Result<Media, Failure> {
        let hold = self.admission.holding(media.blob.len_bytes())?;
        Ok(Media { blob: media.blob.held(hold), ..media })
    }
}

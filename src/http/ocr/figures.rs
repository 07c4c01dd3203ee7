//! `images=true`, and `include_image_base64` in Mistral's format: the pictures of a reading's figures in its answer.
//!
//! They are cut out of the pages when all has been read. A picture that cannot be made, or would be too much for one
//! answer, is left out, and its figure keeps its place.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::gateway::{FigureChoice, ReadOptions, Reader, Reading};
use crate::protocol::process::{Encoder, ImageBody, ReadingBody};

/// The pictures of the figures that are wanted, in their order, as data URLs.
pub(super) async fn data_urls(
    reader: &Reader,
    reading: &Reading,
    options: &ReadOptions,
    choice: FigureChoice,
) -> Vec<Option<String>> {
    let pictures = reader.figure_pictures(reading, options, choice).await;
    let url = |jpeg: bytes::Bytes| format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg));
    pictures.into_iter().map(|picture| picture.map(url)).collect()
}

/// Adds the figures of a reading to its answer, each with its picture.
pub(super) async fn add(reader: &Reader, reading: &Reading, options: &ReadOptions, body: &mut ReadingBody) {
    let pictures = data_urls(reader, reading, options, FigureChoice::default()).await;
    Encoder::add_images(reading, body);
    for (image, picture) in images_of(body).into_iter().zip(pictures) {
        image.image_base64 = picture;
    }
}

/// The images of an answer and of those within it, in the order of their numbers.
fn images_of(body: &mut ReadingBody) -> Vec<&mut ImageBody> {
    let own = body.pages.iter_mut().flat_map(|page| &mut page.images);
    own.chain(body.attachments.iter_mut().flat_map(images_of)).collect()
}

//! The picture that a video starts from, made once into a file that all targets read.

use mediary_core::{Failure, Media};

use super::Treatments;

/// Videos are no larger than this; more pixels would be thrown away at the target.
const LONGEST_SIDE_PX: u32 = 2048;

impl Treatments {
    /// A picture upright, without what else is in its file, as JPEG, or as PNG where its transparency counts.
    ///
    /// # Errors
    /// When it is no picture, cannot be decoded or is too large.
    pub(in crate::gateway) async fn start_picture(&self, media: &Media) -> Result<Media, Failure> {
        let fit = self.pipelines.image_to_image.jpeg.fit(Some(LONGEST_SIDE_PX), None, true);
        self.fitted(media, fit).await
    }
}

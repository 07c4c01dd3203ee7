//! A reading as a searchable PDF: the document's own pages, with what was read behind them, invisible.
//!
//! A PDF keeps everything it has and gets text on the pages that were recognised; pictures become the pages of a new
//! PDF. The result is written to a temporary file, whatever its size.

use std::fs::File;
use std::io::{BufWriter, Seek};

use mediary_convert::pdf::{PageLayer, PicturePdf};
use mediary_core::document::{Page, Source};
use mediary_core::{Failure, MediaFormat, MediaKind};

use super::super::blocking;
use super::Reader;
use super::options::ReadOptions;
use super::reading::Reading;

impl Reader {
    /// Writes the document with its text behind its pages. The file stands at its beginning.
    ///
    /// All pages of a PDF are there, whichever were selected; of a file of pictures, those that were selected.
    ///
    /// # Errors
    /// When the medium has no pages, or the PDF cannot be written anew.
    pub async fn searchable(&self, reading: &Reading, options: &ReadOptions) -> Result<File, Failure> {
        let recognised: Vec<PageLayer> =
            reading.pages.iter().filter_map(|outcome| outcome.page.as_ref().ok()).filter_map(layer_of).collect();
        match reading.media.kind() {
            MediaKind::Document if reading.media.format == MediaFormat::Pdf => {
                let document = self.open(&reading.media.blob, options.password.as_deref()).await?;
                let mut file = tokio::fs::File::from_std(temporary()?);
                document.write_searchable(recognised, &mut file).await?;
                rewound(file.into_std().await)
            }
            MediaKind::Image => {
                let pictures = self.pictures(&reading.media).await?;
                let mut pdf = blocking::run(|| PicturePdf::begin(BufWriter::new(temporary()?))).await?;
                for index in reading.pages.iter().map(|outcome| outcome.index) {
                    let layer = recognised.iter().find(|layer| layer.index == index).cloned();
                    let added = self.with_picture(&pictures, index, move |pictures, _hold| {
                        pdf.add(pictures, index, layer.as_ref())?;
                        Ok(pdf)
                    });
                    pdf = added.await?;
                }
                blocking::run(|| rewound(pdf.finish()?.into_inner().map_err(|error| unwritable(error.error()))?)).await
            }
            MediaKind::Document | MediaKind::Text | MediaKind::Audio | MediaKind::Video => {
                Err(Failure::malformed(format!(
                    "{} ({}) has no pages to make searchable; use another `output` than pdf",
                    reading.media.kind(),
                    reading.media.format
                )))
            }
        }
    }
}

/// What is to be written on a page: what was recognised, not what the page says itself.
fn layer_of(page: &Page) -> Option<PageLayer> {
    let mut layer = PageLayer::of(page);
    match page.source {
        Source::TextLayer => return None,
        Source::Ocr => {}
        Source::Mixed => layer.lines.retain(|line| line.confidence.is_some()),
    }
    (!layer.is_empty()).then_some(layer)
}

fn temporary() -> Result<File, Failure> {
    tempfile::tempfile().map_err(|error| unwritable(&error))
}

fn rewound(mut file: File) -> Result<File, Failure> {
    file.rewind().map_err(|error| unwritable(&error))?;
    Ok(file)
}

fn unwritable(error: &std::io::Error) -> Failure {
    Failure::broken(format!("the searchable PDF cannot be written to the temporary folder: {error}"))
}

//! Pages of the web, read: what they are about, as blocks. PDFs and pictures behind addresses are read as documents are.

use mediary_convert::office::{PageFacts, WebPage};
use mediary_core::document::Hidden;
use mediary_core::{Claim, Failure, FailureKind, MediaKind, classify};

use super::super::Gateway;
use super::super::documents::{ReadOptions, Reading};

/// A page of the web that was read.
#[derive(Debug)]
pub struct WebReading {
    /// The address that answered.
    pub url: String,
    /// What it says of itself.
    pub facts: PageFacts,
    /// What is on it.
    pub reading: Reading,
}

impl WebReading {
    /// Why text that it carries was left out, each reason once.
    #[must_use]
    pub fn hidden(&self) -> Vec<Hidden> {
        self.reading.hidden()
    }
}

impl Gateway {
    /// Fetches what lies at an address, and reads it. `main_part`: of pages only what they are about, where that can be told.
    ///
    /// # Errors
    /// When the address may not be fetched or does not answer; when what is there cannot be read.
    pub async fn read_page(&self, url: &str, main_part: bool, options: ReadOptions) -> Result<WebReading, Failure> {
        let fetched = self.fetch_named(&[url.to_owned()]).await.map_err(|unfetched| unfetched.failure)?;
        let file = fetched.into_values().next();
        let file = file.ok_or_else(|| Failure::broken("a page that was fetched is not there"))?;
        let claim = Claim { mime: file.media_type.as_deref(), file_name: file.name.as_deref() };
        let media = classify(file.blob, claim).map_err(|refusal| Failure::unsupported(refusal.to_string()))?;
        if matches!(media.kind(), MediaKind::Audio | MediaKind::Video) {
            let detail = format!(
                "at this address there is {} ({}), which is not read; send it to /v1/audio/transcriptions as `url`",
                media.kind(),
                media.format
            );
            return Err(Failure::new(FailureKind::UnsupportedMedium, detail));
        }
        let page = Some(WebPage { base: file.url.clone(), main_part });
        let reading = self.reader.read(media, &ReadOptions { page, ..options }, &|_, _| ()).await?;
        let facts = reading.facts.clone().unwrap_or_default();
        Ok(WebReading { url: file.url, facts, reading })
    }
}

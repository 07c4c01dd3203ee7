//! The server's part of a searchable PDF: has a worker lay text over pages, and passes on what it saves.
//!
//! Holds a part of the document at a time. Where it goes is the caller's choice: a file, or memory.

use mediary_core::{Failure, FailureKind};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::pool::OpenPdf;
use super::searchable::PageLayer;

/// A document that grows beyond so many times its length, and so many bytes on top, is a bomb.
const MOST_GROWTH: u64 = 16;
const MOST_GROWTH_BYTES: u64 = 256 * 1024 * 1024;

impl OpenPdf {
    /// Writes the document with invisible text over the pages that have a layer, and says how many bytes it is long.
    ///
    /// All pages are written, whether they have a layer or not, with links, outline, page labels and forms; an
    /// encrypted document stays encrypted, with the password it has. The worker is given back.
    ///
    /// # Errors
    /// `Unreadable` and `TimedOut` for a page that takes no text, `TooLarge` for a document that grows beyond reason,
    /// `Broken` when the output cannot be written. What was written by then is no document.
    pub async fn write_searchable(
        mut self,
        layers: impl IntoIterator<Item = PageLayer>,
        output: &mut (impl AsyncWrite + Unpin),
    ) -> Result<u64, Failure> {
        let limit = self.page_time();
        let mut worker = self.take_worker().await?;
        for layer in layers {
            if layer.is_empty() {
                continue;
            }
            let number = layer.index + 1;
            match timeout(limit, worker.stamp(layer)).await {
                Ok(Ok(Ok(()))) => {}
                Ok(Ok(Err(reason))) => {
                    let failure = Failure::unreadable(format!("page {number} cannot be made searchable: {reason}"));
                    self.return_worker(worker);
                    self.close().await;
                    return Err(failure);
                }
                Ok(Err(_)) => {
                    self.note_loss();
                    return Err(Failure::unreadable(format!(
                        "making page {number} searchable crashed the PDF library or ran it out of memory; leave the page \
                         out with `pages`"
                    )));
                }
                Err(_) => {
                    self.note_loss();
                    return Err(self.too_slow(&format!("making page {number} searchable")));
                }
            }
        }
        let most = self.len_bytes().saturating_mul(MOST_GROWTH).saturating_add(MOST_GROWTH_BYTES);
        let unsaved = || {
            Failure::unreadable(
                "the PDF cannot be written anew: it is too damaged or takes too much memory; save it with another \
                 program and send that",
            )
        };
        let (mut part, mut written) = (Vec::new(), 0);
        match timeout(limit, worker.save()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => {
                self.note_loss();
                return Err(unsaved());
            }
            Err(_) => {
                self.note_loss();
                return Err(self.too_slow("writing the PDF anew"));
            }
        }
        loop {
            match timeout(limit, worker.part(&mut part)).await {
                Ok(Ok(Some(()))) => {}
                Ok(Ok(None)) => break,
                Ok(Err(_)) => {
                    self.note_loss();
                    return Err(unsaved());
                }
                Err(_) => {
                    self.note_loss();
                    return Err(self.too_slow("writing the PDF anew"));
                }
            }
            written += part.len() as u64;
            if written > most {
                self.note_loss();
                return Err(Failure::too_large(format!(
                    "the PDF grows beyond {most} bytes when it is written anew; save it with another program and send that"
                )));
            }
            output.write_all(&part).await.map_err(unwritable)?;
        }
        output.flush().await.map_err(unwritable)?;
        self.return_worker(worker);
        self.close().await;
        Ok(written)
    }

    fn too_slow(&self, what: &str) -> Failure {
        let seconds = self.page_time().as_secs_f32();
        Failure::new(
            FailureKind::TimedOut,
            format!("{what} took longer than {seconds} s; raise [limits.document] page_seconds"),
        )
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn unwritable(error: std::io::Error) -> Failure {
    Failure::broken(format!("the searchable PDF cannot be written: {error}"))
}

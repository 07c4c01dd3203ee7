//! Files that come with a document or stand in an archive: read one by one, each with its own outcome.

use futures_util::future::BoxFuture;
use mediary_convert::KeptFile;
use mediary_convert::office::PageFacts;
use mediary_core::document::PageSelection;
use mediary_core::{Claim, Failure, FailureKind, Media, classify};

use super::super::archive::Archive;
use super::super::blocking;
use super::Reader;
use super::options::ReadOptions;
use super::reading::{PageOutcome, Reading};

/// Letters within letters, archives within archives: so deep.
const MAX_NESTED: usize = 3;

/// What a document holds.
pub(super) struct Contents {
    pub(super) total_pages: usize,
    pub(super) pages: Vec<PageOutcome>,
    /// Files that come with it, not yet read.
    pub(super) files: Vec<ComesAlong>,
    /// What a page of the web says of itself.
    pub(super) facts: Option<PageFacts>,
}

/// A file that comes with a document, as far as it was taken out.
pub(super) enum ComesAlong {
    File(KeptFile),
    /// What it is called, and why it is not there.
    Lost(String, Failure),
}

impl From<(usize, Vec<PageOutcome>)> for Contents {
    fn from((total_pages, pages): (usize, Vec<PageOutcome>)) -> Self {
        Self { total_pages, pages, files: Vec::new(), facts: None }
    }
}

/// A file that comes with a document or stands in an archive.
#[derive(Debug)]
pub struct Attached {
    /// Its name; in an archive its path.
    pub name: String,
    /// What it says, or why it was not read.
    pub result: Result<Reading, Failure>,
}

impl Reader {
    /// Reads the files of a document.
    ///
    /// # Errors
    /// When all has to stop: there is no room, or the client has left. What else goes wrong is said of its file.
    pub(super) async fn read_attached(
        &self,
        files: Vec<ComesAlong>,
        options: &ReadOptions,
        depth: usize,
    ) -> Result<Vec<Attached>, Failure> {
        let mut all = Vec::with_capacity(files.len());
        for file in files {
            all.push(match file {
                ComesAlong::File(file) => self.read_one_attached(file, options, depth).await?,
                ComesAlong::Lost(name, failure) => Attached { name, result: Err(failure) },
            });
        }
        Ok(all)
    }

    /// Reads the files of an archive, one after another: none is unpacked before its turn.
    ///
    /// # Errors
    /// When it is no archive, holds too much or nothing, or all has to stop.
    pub(super) async fn read_archive(
        &self,
        media: &Media,
        options: &ReadOptions,
        depth: usize,
    ) -> Result<Vec<Attached>, Failure> {
        if options.pages != PageSelection::default() {
            return Err(Failure::malformed("an archive has no pages; leave `pages` out, or send its files one by one"));
        }
        let (blob, limits) = (media.blob.clone(), self.limits.archive.clone());
        let mut archive = blocking::run(move || Archive::open(&blob, limits.bytes.get())).await?;
        let (count, most) = (archive.names().len(), limits.files as usize);
        if count == 0 {
            return Err(Failure::unreadable("the archive holds no files; check that it was packed whole"));
        }
        if count > most {
            return Err(Failure::too_large(format!(
                "the archive holds {count} files and the limit is {most}; send fewer at once, raise [limits.archive] files, or \
                 read it with `mediary ocr ARCHIVE -o out.jsonl`"
            )));
        }
        let mut all = Vec::with_capacity(count);
        for index in 0..count {
            let spool = self.admission.spool();
            let (unpacked, returned) = blocking::run(move || Ok((archive.unpack(index, spool), archive))).await?;
            archive = returned;
            let name = archive.names()[index].clone();
            match unpacked {
                Ok(blob) => all.push(self.read_one_attached(KeptFile { name, blob }, options, depth).await?),
                // What passes the limit on all of them together does so for those that follow too.
                Err(failure) if failure.kind == FailureKind::TooLarge => return Err(failure),
                Err(failure) => all.push(Attached { name, result: Err(failure) }),
            }
        }
        Ok(all)
    }

    /// Reading reads what is within: here the circle is closed.
    fn read_within<'a>(
        &'a self,
        media: Media,
        options: &'a ReadOptions,
        depth: usize,
    ) -> BoxFuture<'a, Result<Reading, Failure>> {
        Box::pin(async move { self.read_nested(media, options, &|_, _| (), depth).await })
    }

    async fn read_one_attached(
        &self,
        KeptFile { name, blob }: KeptFile,
        options: &ReadOptions,
        depth: usize,
    ) -> Result<Attached, Failure> {
        let result = async {
            if depth >= MAX_NESTED {
                return Err(Failure::unreadable(format!(
                    "it lies within more than {MAX_NESTED} files that hold others; send it by itself"
                )));
            }
            let claim = Claim { mime: None, file_name: Some(&name) };
            let media = classify(blob, claim).map_err(|refusal| Failure::unsupported(refusal.to_string()))?;
            let options = ReadOptions { pages: PageSelection::default(), ..options.clone() };
            self.read_within(media, &options, depth + 1).await
        };
        match result.await {
            Err(failure) if matches!(failure.kind, FailureKind::Busy { .. } | FailureKind::ClientGone) => Err(failure),
            result => Ok(Attached { name, result }),
        }
    }
}

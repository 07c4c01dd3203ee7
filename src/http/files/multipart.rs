//! Forms with files, part by part as they arrive.
//!
//! The parser keeps whatever it has not made sense of yet and looks through all of it again with each chunk. So it is
//! fed chunk by chunk, and no more than a little beyond what it has parsed: what stands before the first part, and the
//! headers of a part, are short.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use mediary_core::Failure;

use super::super::body::BodyError;
use super::super::error::ApiError;
use super::UploadedFile;
use crate::gateway::Admission;

/// A field that is not a file has no business being longer.
const MAX_FIELD_BYTES: usize = 64 * 1024;
/// More files than this in one request are a mistake.
const MAX_FILES: usize = 100;
/// More parts of any kind than this as well.
const MAX_PARTS: usize = 1_000;
/// What stands before a part, its headers included, is shorter.
const MAX_UNPARSED_BYTES: usize = 64 * 1024;

/// Whether a field of this name is one for files, where only those are.
pub(super) fn is_the_file(name: &str, _has_name: bool) -> bool {
    matches!(name, "file" | "file[]" | "files" | "files[]")
}

/// The files of a form; what else is in it is added to `fields`, as pairs of a name and a value.
pub(super) async fn files(
    stream: impl Stream<Item = Result<Bytes, BodyError>> + Send + 'static,
    boundary: String,
    admission: &Admission,
    fields: &mut Vec<(String, String)>,
    is_file: impl Fn(&str, bool) -> bool,
) -> Result<Vec<UploadedFile>, ApiError> {
    let unparsed = Arc::new(AtomicUsize::new(0));
    let parsed = || unparsed.store(0, Ordering::Relaxed);
    let mut multipart = multer::Multipart::new(fed(Box::pin(stream), unparsed.clone()), boundary);
    let mut files = Vec::new();
    let mut count = 0;
    while let Some(mut field) = multipart.next_field().await.map_err(multipart_failed)? {
        parsed();
        count += 1;
        if count > MAX_PARTS {
            return Err(Failure::too_large(format!("the form has more than {MAX_PARTS} parts")).into());
        }
        let name = field.name().unwrap_or_default().to_owned();
        if !is_file(&name, field.file_name().is_some()) {
            let mut value = Vec::new();
            while let Some(chunk) = field.chunk().await.map_err(multipart_failed)? {
                parsed();
                value.extend_from_slice(&chunk);
                if value.len() > MAX_FIELD_BYTES {
                    let text = format!("the field `{name}` is longer than {MAX_FIELD_BYTES} bytes");
                    return Err(Failure::too_large(text).into());
                }
            }
            fields.push((name, String::from_utf8_lossy(&value).into_owned()));
            continue;
        }
        if files.len() == MAX_FILES {
            let text = format!("there are more than {MAX_FILES} files; send them in several requests");
            return Err(Failure::too_large(text).into());
        }
        let mut spool = admission.spool();
        while let Some(chunk) = field.chunk().await.map_err(multipart_failed)? {
            parsed();
            spool.write(&chunk)?;
        }
        files.push(UploadedFile {
            field: name,
            mime: field.content_type().map(ToString::to_string),
            name: field.file_name().map(str::to_owned),
            blob: spool.finish(),
        });
    }
    Ok(files)
}

/// An error of ours comes back from the multipart parser in its wrapping.
fn multipart_failed(error: multer::Error) -> ApiError {
    match error {
        multer::Error::StreamReadFailed(inner) => match inner.downcast::<BodyError>() {
            Ok(ours) => (*ours).into(),
            Err(other) => Failure::malformed(format!("the request body broke off: {other}")).into(),
        },
        other => Failure::malformed(format!("the multipart body is malformed: {other}")).into(),
    }
}

/// The chunks of a stream, one each time the parser asks. It ends with a complaint where the parser has been given too
/// much since `unparsed` was set to nothing.
fn fed(
    mut stream: impl Stream<Item = Result<Bytes, BodyError>> + Unpin,
    unparsed: Arc<AtomicUsize>,
) -> impl Stream<Item = Result<Bytes, BodyError>> {
    let mut has_given = false;
    futures_util::stream::poll_fn(move |context| {
        // The parser takes all that is ready before it looks at any of it.
        if std::mem::take(&mut has_given) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if unparsed.load(Ordering::Relaxed) > MAX_UNPARSED_BYTES {
            return Poll::Ready(Some(Err(BodyError::NoPart(MAX_UNPARSED_BYTES))));
        }
        let next = stream.poll_next_unpin(context);
        if let Poll::Ready(Some(Ok(chunk))) = &next {
            unparsed.fetch_add(chunk.len(), Ordering::Relaxed);
            has_given = true;
        }
        next
    })
}

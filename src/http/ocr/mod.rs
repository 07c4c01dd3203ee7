//! Reading documents over HTTP: our own route, Mistral's, and pictures of pages.
//!
//! Nothing is decided here: bytes are spooled and classified, the gateway reads, the answer is encoded as the client
//! prefers it.

mod accept;
mod album;
mod answer;
mod apart;
mod drawing;
mod events;
mod figures;
pub(super) mod mistral;
mod process;
mod source;
mod upload;

use axum::body::Bytes;
use mediary_core::Media;
use uuid::Uuid;

pub(super) use apart::parts;
pub(super) use drawing::{__path_drawing, drawing};
pub(super) use process::{__path_process, process};

use super::error::ApiError;
use super::files::{self, UploadedFile};
use crate::gateway::{Admission, ReadOptions};
use crate::protocol::process::{Fields, Output};

/// The document of a JSON body, as `POST /v1/ocr/process` takes it, and how it is to be read.
pub(super) async fn document(body: &Bytes, admission: &Admission) -> Result<(Media, ReadOptions), ApiError> {
    let mut fields = Fields::default();
    let file = upload::json_file(body, admission, &mut fields, None).await?;
    let form = fields.decode(Output::default())?;
    Ok((file.classified()?, form.options))
}

/// The recording of a JSON body and the model that is to transcribe it; fields beside them are not looked at.
pub(super) async fn recording(body: &Bytes, admission: &Admission) -> Result<(Media, String), ApiError> {
    #[derive(serde::Deserialize)]
    struct WithFile<'a> {
        #[serde(borrow)]
        file_data: std::borrow::Cow<'a, str>,
        file_name: Option<String>,
        mime_type: Option<String>,
        #[serde(default)]
        model: String,
    }
    let request: WithFile<'_> = crate::protocol::from_json(body, "a request with a file")?;
    let file = files::inline("file_data", &request.file_data, admission).await?;
    let file = UploadedFile { mime: request.mime_type.or(file.mime), name: request.file_name, ..file };
    Ok((file.classified()?, request.model))
}

fn new_id() -> String {
    format!("ocr-{}", Uuid::now_v7())
}

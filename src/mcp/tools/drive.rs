//! `drive_search`, `drive_read` and `drive_upload`: files of the Google Drive that the key has connected.

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::arguments::{joined, read, result, schema};
use super::super::desk::{self, Desk};
use super::super::form::Form;
use super::super::media::{Medium, Source};
use super::super::outcome::Outcome;
use super::super::trouble::Trouble;
use super::google::{Page, Reading, Searching, Text, asked, page, read_one, text};
use super::{Effect, Offer, Reach};

const ROUTE: &str = "/v1/google/drive";
// It is there where the operator has set it up: such a list is refused before anything is asked, and so is an empty upload.
const LISTED: Option<&str> = Some("/v1/google/drive?limit=0");
const UPLOADED: Option<&str> = Some("POST /v1/google/drive");

pub(super) static SEARCH: Offer = Offer {
    name: "drive_search",
    title: "Find files of Google Drive",
    description: "Files of the user's Google Drive, the newest first or by words. drive_read reads one; other tools take it as \
                  `url` drive:ID where they take an address of a document.",
    input: |_| schema::<Searching>(),
    output: result::<Page>,
    effect: Effect::Reads,
    reach: Reach::Beyond,
    wants: LISTED,
    run: |desk, arguments| Box::pin(drive_search(desk, arguments)),
};

pub(super) static READ: Offer = Offer {
    name: "drive_read",
    title: "Read a file of Google Drive",
    description: "What a file of the user's Google Drive says, as Markdown: documents, tables, slides, PDFs, pictures, texts.",
    input: |_| schema::<Reading>(),
    output: result::<Text>,
    effect: Effect::Reads,
    reach: Reach::Beyond,
    wants: LISTED,
    run: |desk, arguments| Box::pin(read_one(desk, arguments, "drive")),
};

pub(super) static UPLOAD: Offer = Offer {
    name: "drive_upload",
    title: "Put a file into Google Drive",
    description: "Makes a file in the user's Google Drive of a `text`, or of a file by `file_id` or `data`. It replaces none: a \
                  second of the same name stands beside the first.",
    input: |is_here| {
        let mut source = Source::schema(is_here);
        if let Some(properties) = source.get_mut("properties").and_then(|properties| properties.as_object_mut()) {
            // Drive is given what is here, not what lies elsewhere.
            properties.remove("url");
        }
        joined(schema::<Uploading>(), &source)
    },
    output: result::<Uploaded>,
    effect: Effect::Makes,
    reach: Reach::Beyond,
    wants: UPLOADED,
    run: |desk, arguments| Box::pin(drive_upload(desk, arguments)),
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Uploading {
    /// What it is called there, with its ending, such as notes.md
    name: String,
    /// What it says, where it is a text
    text: Option<String>,
    /// Such as text/csv; of a text else text/plain
    mime_type: Option<String>,
    /// The id of the folder that it goes into; else the first
    folder: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Uploaded {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    /// Other tools take it as `url`
    reference: String,
}

async fn drive_search(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Searching { query, limit, page_token } = read(arguments)?;
    let pairs = [("q", query), ("limit", limit.map(|limit| limit.to_string())), ("page_token", page_token)];
    let body = desk.get(&asked(ROUTE, &pairs)).await?;
    Ok(page(&body, "files", &["id", "name", "mime_type", "modified_at"]))
}

async fn drive_upload(desk: &Desk<'_>, mut arguments: JsonObject) -> Result<Outcome, Trouble> {
    let source = Source::take(&mut arguments)?;
    let Uploading { name, text: words, mime_type, folder } = read(arguments)?;
    let form = Form::new().field("name", &name).maybe("folder", folder.as_deref());
    let form = match words {
        Some(_) if source.names_something() => {
            return Err(Trouble::new("Several things are named: give a `text`, or a file, but not both."));
        }
        Some(words) => form.file("file", &name, mime_type.as_deref().unwrap_or("text/plain"), words.as_bytes()),
        None if !source.names_something() => {
            return Err(Trouble::new("Nothing is named to put there: give a `text`, a `file_id` or `data`."));
        }
        None => match source.medium(desk).await? {
            Medium::There(_) => {
                return Err(Trouble::new(
                    "Drive is given no addresses: read what lies there with another tool, and give its `file_id` or a `text`.",
                ));
            }
            Medium::Kept(id) if mime_type.is_none() => form.field("file_id", &id),
            Medium::Kept(_) => {
                return Err(Trouble::new("`mime_type` is that of the file by `file_id` already; leave it out."));
            }
            Medium::Bytes(bytes, _) => {
                form.file("file", &name, mime_type.as_deref().unwrap_or("application/octet-stream"), &bytes)
            }
        },
    };
    let (_, body) = desk.fill_in(ROUTE, form).await?;
    let body = desk::json(&body)?;
    let told = |name: &str| text(&body, name).unwrap_or_default();
    let made = Uploaded { id: told("id"), name: told("name"), link: text(&body, "link"), reference: told("reference") };
    let words = format!("{} is in Drive: {}", made.name, made.link.as_deref().unwrap_or(&made.reference));
    Ok(Outcome::new(words, &made))
}

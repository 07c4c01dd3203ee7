//! Drive: files are found, read and put there.

use bytes::Bytes;
use http::header::{CONTENT_RANGE, HeaderName, HeaderValue, LOCATION};
use http::{Method, Request, Response};
use mediary_core::{Failure, FailureKind};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::asking::{GooglePlaces, asked, lenient, read, saying, to_url};
use super::refusal::google_refusal;
use crate::blame;

/// What begins the name of a file of Drive in a request; its id follows.
const REFERENCE: &str = "drive:";
/// What is told of each file.
const FIELDS: &str = "id,name,mimeType,size,modifiedTime,webViewLink,shortcutDetails(targetId)";
/// Google's own kinds of files.
const OWN: &str = "application/vnd.google-apps.";
/// Longer ids are none.
const MOST_ID_CHARS: usize = 200;

/// The id of the file of Drive that a reference means; `None`: it is none.
#[must_use]
pub fn drive_reference(text: &str) -> Option<&str> {
    text.trim().strip_prefix(REFERENCE).filter(|id| is_id(id))
}

fn is_id(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= MOST_ID_CHARS
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Which files are looked for.
#[derive(Debug, Clone, Default)]
pub struct DriveQuery {
    /// Words that they have in their names or in their texts.
    pub words: Option<String>,
    /// The folder that they are in.
    pub folder: Option<String>,
    /// So many at most.
    pub most: u32,
    /// Where the page before ended.
    pub page: Option<String>,
}

/// A file of Drive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriveFile {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its media type; Google's own kinds have types of their own.
    pub mime: String,
    /// How long it is; Google's own kinds are of no length.
    pub bytes: Option<u64>,
    /// When it was changed last.
    pub modified: Option<String>,
    /// Where it is seen in a browser.
    pub link: Option<String>,
    /// The file that it only points to.
    pub target: Option<String>,
}

/// Some of the files that were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrivePage {
    /// The files.
    pub files: Vec<DriveFile>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// How the bytes of a file are had.
#[derive(Debug)]
pub struct DriveContent {
    /// What is asked.
    pub request: Request<Bytes>,
    /// The media type of what comes.
    pub mime: String,
    /// What it is called: the name of what was exported has its ending.
    pub name: String,
}

/// A file that is to be put there.
#[derive(Debug, Clone)]
pub struct Upload<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its media type.
    pub mime: &'a str,
    /// The folder that it goes into.
    pub folder: Option<&'a str>,
    /// How long it is.
    pub bytes: u64,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ToldFile {
    id: String,
    name: String,
    mime_type: String,
    #[serde(deserialize_with = "lenient")]
    size: Option<String>,
    #[serde(deserialize_with = "lenient")]
    modified_time: Option<String>,
    #[serde(deserialize_with = "lenient")]
    web_view_link: Option<String>,
    #[serde(deserialize_with = "lenient")]
    shortcut_details: Option<Shortcut>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shortcut {
    target_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToldPage {
    #[serde(default)]
    files: Vec<ToldFile>,
    #[serde(default, deserialize_with = "lenient")]
    next_page_token: Option<String>,
}

impl From<ToldFile> for DriveFile {
    fn from(told: ToldFile) -> Self {
        let ToldFile { id, name, mime_type, size, modified_time, web_view_link, shortcut_details } = told;
        let bytes = size.and_then(|size| size.parse().ok());
        let target = shortcut_details.map(|shortcut| shortcut.target_id);
        Self { id, name, mime: mime_type, bytes, modified: modified_time, link: web_view_link, target }
    }
}

/// A text between quotes of Drive's own language for searches.
fn quoted(text: &str) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control()).collect();
    format!("'{}'", clean.replace('\\', "\\\\").replace('\'', "\\'"))
}

impl GooglePlaces {
    /// Looks for files.
    ///
    /// # Errors
    /// When an id is none.
    pub fn drive_files(&self, query: &DriveQuery) -> Result<Request<Bytes>, Failure> {
        let mut conditions = vec!["trashed = false".to_owned()];
        if let Some(words) = &query.words {
            let words = quoted(words);
            conditions.push(format!("(name contains {words} or fullText contains {words})"));
        }
        if let Some(folder) = &query.folder {
            conditions.push(format!("{} in parents", quoted(checked(folder)?)));
        }
        let mut pairs = vec![
            ("q", conditions.join(" and ")),
            ("pageSize", query.most.to_string()),
            ("fields", format!("nextPageToken,files({FIELDS})")),
            ("supportsAllDrives", "true".to_owned()),
            ("includeItemsFromAllDrives", "true".to_owned()),
        ];
        // What is searched for in texts comes in an order of its own, and with another is refused.
        if query.words.is_none() {
            pairs.push(("orderBy", "modifiedTime desc".to_owned()));
        }
        pairs.extend(query.page.clone().map(|page| ("pageToken", page)));
        asked(Method::GET, &self.api_url, &["drive", "v3", "files"], &pairs)
    }

    /// Asks what is known of a file.
    ///
    /// # Errors
    /// When the id is none.
    pub fn drive_file(&self, id: &str) -> Result<Request<Bytes>, Failure> {
        let pairs = [("fields", FIELDS.to_owned()), ("supportsAllDrives", "true".to_owned())];
        asked(Method::GET, &self.api_url, &["drive", "v3", "files", checked(id)?], &pairs)
    }

    /// Asks for the bytes of a file; Google's own kinds are exported in a format that can be read here.
    ///
    /// # Errors
    /// When there are no bytes of its kind.
    pub fn drive_content(&self, file: &DriveFile) -> Result<DriveContent, Failure> {
        let id = checked(&file.id)?;
        let Some(own) = file.mime.strip_prefix(OWN) else {
            let pairs = [("alt", "media".to_owned()), ("supportsAllDrives", "true".to_owned())];
            let request = asked(Method::GET, &self.api_url, &["drive", "v3", "files", id], &pairs)?;
            return Ok(DriveContent { request, mime: file.mime.clone(), name: file.name.clone() });
        };
        let office = "application/vnd.openxmlformats-officedocument.";
        let (mime, ending) = match own {
            "document" => (format!("{office}wordprocessingml.document"), ".docx"),
            "spreadsheet" => (format!("{office}spreadsheetml.sheet"), ".xlsx"),
            "presentation" => (format!("{office}presentationml.presentation"), ".pptx"),
            "drawing" => ("application/pdf".to_owned(), ".pdf"),
            "folder" => {
                let detail = "this is a folder of Drive; list what is in it (`folder`), and name one of its files";
                return Err(Failure::new(FailureKind::UnsupportedMedium, detail));
            }
            other => {
                let detail =
                    format!("a file of Drive of the kind `{}` has nothing that could be read", shortened(other));
                return Err(Failure::new(FailureKind::UnsupportedMedium, detail));
            }
        };
        let pairs = [("mimeType", mime.clone())];
        let request = asked(Method::GET, &self.api_url, &["drive", "v3", "files", id, "export"], &pairs)?;
        Ok(DriveContent { request, mime, name: format!("{}{ending}", file.name) })
    }

    /// Begins to put a file there.
    ///
    /// # Errors
    /// When the id of the folder is none.
    pub fn drive_upload(&self, upload: &Upload<'_>) -> Result<Request<Bytes>, Failure> {
        const KIND: HeaderName = HeaderName::from_static("x-upload-content-type");
        const LENGTH: HeaderName = HeaderName::from_static("x-upload-content-length");
        let pairs = [
            ("uploadType", "resumable".to_owned()),
            ("fields", FIELDS.to_owned()),
            ("supportsAllDrives", "true".to_owned()),
        ];
        let mut about = json!({ "name": upload.name });
        if let Some(folder) = upload.folder {
            about["parents"] = json!([checked(folder)?]);
        }
        let request = asked(Method::POST, &self.api_url, &["upload", "drive", "v3", "files"], &pairs)?;
        let mut request = saying(request, "application/json; charset=utf-8", about.to_string());
        let kind = HeaderValue::try_from(upload.mime);
        request.headers_mut().insert(KIND, kind.unwrap_or(HeaderValue::from_static("application/octet-stream")));
        request.headers_mut().insert(LENGTH, upload.bytes.into());
        Ok(request)
    }

    /// Where the pieces of an upload go: to the same host, and no other, as they go with the account's token.
    ///
    /// # Errors
    /// When it was refused, or leads elsewhere.
    pub fn upload_place(&self, answer: &Response<Bytes>) -> Result<String, Failure> {
        if !answer.status().is_success() {
            return Err(google_refusal(answer.status().as_u16(), answer.headers(), answer.body()));
        }
        let odd = || blame::garbled("Google does not say where an upload goes");
        let place = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()).ok_or_else(odd)?;
        let (place, own) = (Url::parse(place).map_err(|_| odd())?, Url::parse(&self.api_url).map_err(|_| odd())?);
        if place.origin() != own.origin() {
            return Err(odd());
        }
        Ok(place.into())
    }
}

impl Upload<'_> {
    /// A piece of it.
    ///
    /// # Errors
    /// When its place is none.
    pub fn piece(&self, place: &str, at: u64, bytes: Bytes) -> Result<Request<Bytes>, Failure> {
        let mut request = to_url(Method::PUT, place)?;
        let range = match bytes.len() as u64 {
            0 => format!("bytes */{}", self.bytes),
            length => format!("bytes {at}-{}/{}", at + length - 1, self.bytes),
        };
        let range = HeaderValue::try_from(range).map_err(|_| Failure::broken("a range is no header"))?;
        request.headers_mut().insert(CONTENT_RANGE, range);
        *request.body_mut() = bytes;
        Ok(request)
    }

    /// How it stands after a piece: the file, if that was the last; else how much of it is there.
    ///
    /// # Errors
    /// When it was refused.
    pub fn standing(answer: &Response<Bytes>) -> Result<Result<DriveFile, u64>, Failure> {
        if answer.status().as_u16() != 308 {
            return read::<ToldFile>(answer).map(|told| Ok(told.into()));
        }
        let range = answer.headers().get("range").and_then(|value| value.to_str().ok());
        let last = range.and_then(|range| range.rsplit('-').next()).and_then(|last| last.trim().parse::<u64>().ok());
        Ok(Err(last.map_or(0, |last| last.saturating_add(1))))
    }
}

impl DrivePage {
    /// What was found.
    ///
    /// # Errors
    /// When it was refused.
    pub fn read(answer: &Response<Bytes>) -> Result<Self, Failure> {
        let ToldPage { files, next_page_token } = read(answer)?;
        Ok(Self { files: files.into_iter().map(DriveFile::from).collect(), next: next_page_token })
    }
}

impl DriveFile {
    /// What is known of a file.
    ///
    /// # Errors
    /// When it was refused.
    pub fn read(answer: &Response<Bytes>) -> Result<Self, Failure> {
        read::<ToldFile>(answer).map(Self::from)
    }
}

fn checked(id: &str) -> Result<&str, Failure> {
    if is_id(id) {
        return Ok(id);
    }
    Err(Failure::malformed("this is no id of a file of Drive: those have letters, digits, `-` and `_`"))
}

fn shortened(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.')).take(40).collect()
}

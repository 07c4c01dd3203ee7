//! OpenAI's files and uploads in parts: fields of their forms, and objects as OpenAI writes them.

use mediary_store::{FileList, FileRow, UploadPart, UploadRow};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::from_json;
use super::super::process::BadField;

/// Files in one page of a list.
const MOST_LISTED: u32 = 10_000;
/// Longer purposes are none.
const MOST_PURPOSE_CHARS: usize = 64;
/// A longer name is cut.
const MOST_NAME_CHARS: usize = 255;
/// Ten years.
const LONGEST_SECONDS: i64 = 315_360_000;
/// What a file is for whose client does not say it.
const PURPOSE: &str = "user_data";

/// What is said of a file that comes in a form.
#[derive(Debug, PartialEq, Eq)]
pub struct FileFields {
    /// What it is wanted for.
    pub purpose: String,
    /// How long it is to be kept, in seconds.
    pub life: Option<i64>,
}

impl FileFields {
    /// Understands the fields of a form beside its file.
    ///
    /// # Errors
    /// The first field that has a value it cannot have.
    pub fn of(fields: Vec<(String, String)>) -> Result<Self, BadField> {
        let mut its = Self { purpose: PURPOSE.to_owned(), life: None };
        for (name, value) in fields {
            match name.as_str() {
                "purpose" => its.purpose = purpose(&value)?,
                "expires_after[anchor]" => anchored(&value)?,
                "expires_after[seconds]" => {
                    its.life = Some(life(value.trim().parse().ok())?);
                }
                other => {
                    let other: String = other.chars().take(80).collect();
                    let message =
                        format!("`{other}` is no field of a file; use file, purpose and expires_after[seconds]");
                    return Err(bad(&other, message));
                }
            }
        }
        Ok(its)
    }
}

/// A name as it is kept.
#[must_use]
pub fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|letter| !letter.is_control()).take(MOST_NAME_CHARS).collect()
}

fn purpose(text: &str) -> Result<String, BadField> {
    let text = text.trim();
    let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    match !text.is_empty() && text.len() <= MOST_PURPOSE_CHARS && text.bytes().all(may_stand) {
        true => Ok(text.to_owned()),
        false => {
            Err(bad("purpose", "`purpose` says what the file is for: user_data, vision, batch, ocr, …".to_owned()))
        }
    }
}

fn anchored(anchor: &str) -> Result<(), BadField> {
    match anchor.trim() {
        "created_at" => Ok(()),
        _ => Err(bad("expires_after.anchor", "`expires_after` counts from created_at".to_owned())),
    }
}

fn life(seconds: Option<i64>) -> Result<i64, BadField> {
    let fits = seconds.filter(|seconds| (1..=LONGEST_SECONDS).contains(seconds));
    let message = || format!("`seconds` is a whole number from 1 to {LONGEST_SECONDS}");
    fits.ok_or_else(|| bad("expires_after.seconds", message()))
}

/// Which files a query asks for.
///
/// # Errors
/// The first parameter that has a value it cannot have.
pub fn file_list(query: &str) -> Result<FileList, BadField> {
    let mut list = FileList { limit: MOST_LISTED, ..FileList::default() };
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "purpose" => list.purpose = Some(value.into_owned()),
            "after" => list.after = Some(value.into_owned()),
            "order" => match &*value {
                "asc" => list.is_ascending = true,
                "desc" => list.is_ascending = false,
                _ => return Err(bad("order", "`order` is asc or desc".to_owned())),
            },
            "limit" => {
                let limit = value.parse().ok().filter(|limit| (1..=MOST_LISTED).contains(limit));
                let message = || format!("`limit` is a whole number from 1 to {MOST_LISTED}");
                list.limit = limit.ok_or_else(|| bad("limit", message()))?;
            }
            _ => {}
        }
    }
    Ok(list)
}

/// A file.
#[must_use]
pub fn file_json(file: &FileRow) -> Value {
    json!({
        "id": file.id,
        "object": "file",
        "bytes": file.bytes,
        "created_at": file.created_at,
        "expires_at": file.expires_at,
        "filename": file.name,
        "purpose": file.purpose,
        "status": "processed",
        "status_details": null,
    })
}

/// A page of a list.
#[must_use]
pub fn files_json(files: &[FileRow], has_more: bool) -> Value {
    let id = |file: Option<&FileRow>| file.map(|file| file.id.clone());
    json!({
        "object": "list",
        "data": files.iter().map(file_json).collect::<Vec<_>>(),
        "first_id": id(files.first()),
        "last_id": id(files.last()),
        "has_more": has_more,
    })
}

/// A file that was removed.
#[must_use]
pub fn file_removed(id: &str) -> Value {
    json!({ "id": id, "object": "file", "deleted": true })
}

/// A file that is to come in parts, as it is announced.
#[derive(Debug, PartialEq, Eq)]
pub struct AnnouncedFile {
    /// What it is to be called.
    pub name: String,
    /// The media type that is claimed.
    pub mime: String,
    /// What it is wanted for.
    pub purpose: String,
    /// How long it will be.
    pub bytes: u64,
    /// How long it is to be kept, in seconds.
    pub life: Option<i64>,
}

impl AnnouncedFile {
    /// Understands a JSON body.
    ///
    /// # Errors
    /// The first field that has a value it cannot have.
    pub fn of_json(body: &[u8]) -> Result<Self, BadField> {
        #[derive(Deserialize)]
        struct Body {
            filename: String,
            #[serde(default)]
            purpose: Option<String>,
            bytes: u64,
            #[serde(default)]
            mime_type: String,
            #[serde(default)]
            expires_after: Option<After>,
        }
        #[derive(Deserialize)]
        struct After {
            #[serde(default)]
            anchor: Option<String>,
            #[serde(default)]
            seconds: Option<i64>,
        }
        let Body { filename, purpose: its, bytes, mime_type, expires_after } = from_json(body, "an upload")?;
        let life = match expires_after {
            Some(After { anchor, seconds }) => {
                anchor.as_deref().map_or(Ok(()), anchored)?;
                Some(life(seconds)?)
            }
            None => None,
        };
        if bytes == 0 {
            return Err(bad("bytes", "`bytes` says how long the whole file is, and is not 0".to_owned()));
        }
        let purpose = its.map_or_else(|| Ok(PURPOSE.to_owned()), |its| purpose(&its))?;
        Ok(Self { name: file_name(&filename), mime: mime_type, purpose, bytes, life })
    }
}

/// The parts that make a file, in their order.
///
/// # Errors
/// When the body names none, or asks for what is not done.
pub fn part_ids(body: &[u8]) -> Result<Vec<String>, BadField> {
    #[derive(Deserialize)]
    struct Body {
        part_ids: Vec<String>,
        #[serde(default)]
        md5: Option<String>,
    }
    let Body { part_ids, md5 } = from_json(body, "the parts of an upload")?;
    match md5.is_some_and(|md5| !md5.is_empty()) {
        true => Err(bad("md5", "sums are not checked here; leave `md5` out".to_owned())),
        false => Ok(part_ids),
    }
}

/// An upload as it stands, with the file that it has become.
#[must_use]
pub fn upload_json(upload: &UploadRow, file: Option<&FileRow>) -> Value {
    json!({
        "id": upload.id,
        "object": "upload",
        "bytes": upload.bytes,
        "created_at": upload.created_at,
        "expires_at": upload.expires_at,
        "filename": upload.name,
        "purpose": upload.purpose,
        "status": upload.status.name(),
        "file": file.map(file_json),
    })
}

/// A part that was taken.
#[must_use]
pub fn part_json(part: &UploadPart, upload: &str, now: i64) -> Value {
    json!({ "id": part.id, "object": "upload.part", "created_at": now, "upload_id": upload })
}

fn bad(field: &str, message: String) -> BadField {
    BadField { field: field.to_owned(), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_form_are_understood_and_others_refused() {
        let of = |fields: &[(&str, &str)]| {
            FileFields::of(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
        };
        let its = |purpose: &str, life| Ok(FileFields { purpose: purpose.to_owned(), life });
        assert_eq!(of(&[]), its("user_data", None));
        assert_eq!(
            of(&[("purpose", "batch"), ("expires_after[anchor]", "created_at"), ("expires_after[seconds]", "3600")]),
            its("batch", Some(3600))
        );
        for (field, value, named) in [
            ("purpose", "", "purpose"),
            ("purpose", "a b", "purpose"),
            ("expires_after[seconds]", "0", "expires_after.seconds"),
            ("expires_after[seconds]", "soon", "expires_after.seconds"),
            ("expires_after[anchor]", "last_active_at", "expires_after.anchor"),
            ("colour", "red", "colour"),
        ] {
            assert_eq!(of(&[(field, value)]).unwrap_err().field, named, "{field}={value}");
        }
    }

    #[test]
    fn names_are_those_of_files_and_no_paths() {
        let rows = [("a.pdf", "a.pdf"), ("/etc/passwd", "passwd"), ("..\\b.txt", "b.txt"), ("a\r\nb", "ab"), ("", "")];
        for (name, kept) in rows {
            assert_eq!(file_name(name), kept);
        }
    }

    #[test]
    fn an_upload_is_announced_with_its_length() {
        let whole = br#"{"filename":"x/long.jsonl","purpose":"batch","bytes":9,"mime_type":"text/plain",
            "expires_after":{"anchor":"created_at","seconds":60}}"#;
        let announced = AnnouncedFile {
            name: "long.jsonl".to_owned(),
            mime: "text/plain".to_owned(),
            purpose: "batch".to_owned(),
            bytes: 9,
            life: Some(60),
        };
        assert_eq!(AnnouncedFile::of_json(whole), Ok(announced));
        assert_eq!(AnnouncedFile::of_json(br#"{"filename":"a","bytes":0}"#).unwrap_err().field, "bytes");
        assert!(AnnouncedFile::of_json(br#"{"filename":"a"}"#).is_err());
        assert_eq!(part_ids(br#"{"part_ids":["a","b"]}"#), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(part_ids(br#"{"part_ids":["a"],"md5":"0"}"#).unwrap_err().field, "md5");
    }

    #[test]
    fn a_list_is_asked_for_in_pages() {
        let list = file_list("purpose=vision&limit=2&order=asc&after=file-1").unwrap();
        let expected = FileList {
            purpose: Some("vision".to_owned()),
            after: Some("file-1".to_owned()),
            is_ascending: true,
            limit: 2,
            ..FileList::default()
        };
        assert_eq!(list, expected);
        assert_eq!(file_list("limit=0").unwrap_err().field, "limit");
        assert_eq!(file_list("order=up").unwrap_err().field, "order");
    }
}

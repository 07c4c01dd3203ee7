//! OpenAI's video jobs: requests as JSON or as forms, jobs as OpenAI writes them, with what is known here beside.
//!
//! `POST /v1/videos/generations`, the predecessors' name, takes the same.

use mediary_core::MediaFormat;
use mediary_core::task::GenerateVideo;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::media::KEPT_FILE;
use super::super::process::BadField;
use super::super::{ErrorFields, Errors, Open, Protocol, from_json};
use super::{CHAT, OpenAiChat};
use crate::gateway::{VideoJob, VideoProgress};

/// More words than this describe no video.
const MOST_CHARS: usize = 20_000;
/// No target makes longer ones at once.
const MOST_SECONDS: u32 = 3_600;
/// Jobs in one page of a list.
const MOST_LISTED: u32 = 100;
const USUALLY_LISTED: u32 = 20;

/// `POST /v1/videos` and what belongs to it.
#[derive(Debug, Clone, Copy)]
pub struct OpenAiVideos;

impl Errors for OpenAiVideos {
    fn error(&self, error: &ErrorFields) -> Value {
        CHAT.error(error)
    }
}

impl Protocol for OpenAiVideos {
    fn wire_format(&self) -> &'static str {
        OpenAiChat::WIRE_FORMAT
    }
}

/// A request for a video.
#[derive(Debug)]
pub struct VideoRequest {
    /// What it is to be, without the picture that it starts from.
    pub video: GenerateVideo,
    /// The model that was asked for; empty if none was.
    pub model: String,
    /// Where the picture is that it starts from: an address or a data URL.
    pub start: Option<String>,
    /// Where its end is to be told.
    pub webhook_url: Option<String>,
    /// How long to wait for it, for requests that wait.
    pub wait_seconds: Option<u32>,
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    prompt: Option<String>,
    #[serde(default, alias = "duration")]
    seconds: Option<Number>,
    #[serde(default)]
    size: Option<String>,
    #[serde(default)]
    aspect_ratio: Option<String>,
    #[serde(default)]
    resolution: Option<String>,
    #[serde(default, alias = "generate_audio", alias = "with_audio")]
    audio: Option<Flag>,
    #[serde(default, alias = "image", alias = "image_url", alias = "input_image")]
    input_reference: Option<Start>,
    #[serde(default)]
    webhook_url: Option<String>,
    #[serde(default)]
    wait_seconds: Option<Number>,
}

/// A number, or a text that is one: OpenAI has `seconds` as a text.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a whole number, or a text that is one")]
enum Number {
    Number(u32),
    Text(String),
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected true or false")]
enum Flag {
    Flag(bool),
    Text(String),
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected an address, a data URL, or an object with one as `image_url` or `url`")]
enum Start {
    Address(String),
    File {
        file_id: String,
    },
    Object {
        #[serde(alias = "url")]
        image_url: Inner,
    },
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected an address or a data URL")]
enum Inner {
    Address(String),
    Object { url: String },
}

impl VideoRequest {
    /// Understands a body of JSON.
    ///
    /// # Errors
    /// The first field that is wrong, by its path.
    pub fn of_json(body: &[u8]) -> Result<Self, BadField> {
        Self::of(from_json(body, "a request for a video")?)
    }

    /// Understands the fields of a form, other than its files.
    ///
    /// # Errors
    /// As [`VideoRequest::of_json`].
    pub fn of_form(fields: Vec<(String, String)>) -> Result<Self, BadField> {
        // A form knows texts only; those that are JSON objects are meant as such.
        let value = |text: String| match text.trim_start().starts_with('{') {
            true => serde_json::from_str(&text).unwrap_or(Value::String(text)),
            false => Value::String(text),
        };
        let fields: Map<String, Value> = fields.into_iter().map(|(name, text)| (name, value(text))).collect();
        let body = serde_json::to_vec(&fields).unwrap_or_default();
        Self::of_json(&body)
    }

    fn of(body: Open<Body>) -> Result<Self, BadField> {
        let Open { known: body, others } = body;
        let Body { model, prompt, seconds, size, aspect_ratio, resolution, audio, input_reference, .. } = body;
        let prompt = checked_prompt(prompt)?;
        let auto = |text: &String| !text.trim().is_empty() && !text.trim().eq_ignore_ascii_case("auto");
        let size = size.filter(auto).map(|size| {
            size.parse().map_err(|()| bad("size", "`size` is width and height in pixels, such as 1280x720".to_owned()))
        });
        let aspect = aspect_ratio.filter(auto).map(|ratio| {
            ratio.parse().map_err(|()| bad("aspect_ratio", "`aspect_ratio` is a ratio such as 16:9".to_owned()))
        });
        let lines = resolution.filter(auto).map(|text| {
            let lines = text.trim().trim_end_matches(['p', 'P']).parse().ok().filter(|lines| *lines > 0);
            lines.ok_or_else(|| bad("resolution", "`resolution` is a number of lines such as 720p".to_owned()))
        });
        let seconds = seconds.map(|seconds| seconds.within("seconds", MOST_SECONDS)).transpose()?;
        let wait_seconds = body.wait_seconds.map(|seconds| seconds.within("wait_seconds", MOST_SECONDS)).transpose()?;
        let mut extras = others.without_nulls();
        extras.remove("user");
        let video = GenerateVideo {
            prompt,
            start: None,
            start_url: None,
            seconds,
            size: size.transpose()?,
            aspect: aspect.transpose()?,
            lines: lines.transpose()?,
            audio: audio.map(Flag::read).transpose()?,
            remixes: None,
            extras,
        };
        let filled = |text: &String| !text.trim().is_empty();
        Ok(Self {
            video,
            model: model.unwrap_or_default(),
            start: input_reference.map(Start::address).transpose()?.filter(filled),
            webhook_url: body.webhook_url.filter(filled),
            wait_seconds,
        })
    }
}

impl Number {
    fn within(self, field: &str, most: u32) -> Result<u32, BadField> {
        let number = match self {
            Self::Number(number) => Some(number),
            Self::Text(text) => text.trim().parse().ok(),
        };
        let wrong = || bad(field, format!("`{field}` is a whole number from 1 to {most}"));
        number.filter(|number| (1..=most).contains(number)).ok_or_else(wrong)
    }
}

impl Flag {
    fn read(self) -> Result<bool, BadField> {
        match self {
            Self::Flag(flag) => Ok(flag),
            Self::Text(text) => text.trim().parse().map_err(|_| bad("audio", "`audio` is true or false".to_owned())),
        }
    }
}

impl Start {
    fn address(self) -> Result<String, BadField> {
        match self {
            Self::Address(address) | Self::Object { image_url: Inner::Address(address) } => Ok(address),
            Self::Object { image_url: Inner::Object { url } } => Ok(url),
            Self::File { file_id } => Ok(format!("{KEPT_FILE}{file_id}")),
        }
    }
}

/// The words of a request to remix a video.
///
/// # Errors
/// When there are none, or too many.
pub fn remix_prompt(body: &[u8]) -> Result<String, BadField> {
    #[derive(Deserialize)]
    struct Body {
        #[serde(default)]
        prompt: Option<String>,
    }
    let body: Body = from_json(body, "a request to remix a video")?;
    checked_prompt(body.prompt)
}

fn checked_prompt(prompt: Option<String>) -> Result<String, BadField> {
    let Some(prompt) = prompt else {
        return Err(bad("prompt", "`prompt` is missing; say what the video is to show".to_owned()));
    };
    if prompt.trim().is_empty() {
        return Err(bad("prompt", "`prompt` is empty; say what the video is to show".to_owned()));
    }
    let length = prompt.chars().count();
    match length > MOST_CHARS {
        true => Err(bad("prompt", format!("`prompt` has {length} characters; send at most {MOST_CHARS}"))),
        false => Ok(prompt),
    }
}

/// Which page of a list of jobs is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoPage {
    /// How many.
    pub limit: u32,
    /// Behind which job.
    pub after: Option<String>,
    /// In which order.
    pub newest_first: bool,
}

impl VideoPage {
    /// Understands the query of a list.
    ///
    /// # Errors
    /// The first parameter that is wrong.
    pub fn of_query(query: &str) -> Result<Self, BadField> {
        let mut page = Self { limit: USUALLY_LISTED, after: None, newest_first: true };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "limit" => page.limit = Number::Text(value.into_owned()).within("limit", MOST_LISTED)?,
                "after" => page.after = Some(value.into_owned()).filter(|after| !after.is_empty()),
                "order" => {
                    page.newest_first = match &*value {
                        "desc" => true,
                        "asc" => false,
                        _ => return Err(bad("order", "`order` is asc or desc".to_owned())),
                    }
                }
                _ => {}
            }
        }
        Ok(page)
    }
}

/// A job as OpenAI writes it; `address` is where its video can be fetched, once it is there.
#[must_use]
pub fn video_json(job: &VideoJob, address: impl FnOnce(&str) -> String) -> Value {
    let (status, file, error) = match &job.progress {
        VideoProgress::Queued => ("queued", None, None),
        VideoProgress::Running => ("in_progress", None, None),
        VideoProgress::Completed(file) => ("completed", Some(file), None),
        VideoProgress::Failed { code, message } => ("failed", None, Some(json!({ "code": code, "message": message }))),
    };
    let tried = job.tried.iter().map(|(target, kind, why)| json!({ "target": target, "kind": kind, "message": why }));
    json!({
        "id": job.id,
        "object": "video",
        "model": job.target.as_deref().unwrap_or(&job.model),
        "status": status,
        "progress": job.percent,
        "created_at": job.created_at,
        "completed_at": job.completed_at,
        "expires_at": file.map(|file| file.expires_at),
        "prompt": job.prompt,
        "size": job.size,
        "seconds": job.seconds.map(|seconds| seconds.to_string()),
        "remixed_from_video_id": job.remixes,
        "error": error,
        "url": file.map(|file| address(&file.token)),
        "bytes": file.map(|file| file.bytes),
        "mediary": {
            "requested_model": job.model,
            "changed": job.changed,
            "dropped": job.dropped,
            "tried": tried.collect::<Vec<_>>(),
        },
    })
}

/// A page of a list of jobs.
#[must_use]
pub fn video_list(jobs: &[Value], has_more: bool) -> Value {
    let id = |job: Option<&Value>| job.and_then(|job| job.get("id")).cloned();
    let (first, last) = (id(jobs.first()), id(jobs.last()));
    json!({ "object": "list", "data": jobs, "first_id": first, "last_id": last, "has_more": has_more })
}

/// What answers the removal of a job.
#[must_use]
pub fn video_removed(id: &str) -> Value {
    json!({ "id": id, "object": "video.deleted", "deleted": true })
}

/// What a video is called that is sent in this format.
#[must_use]
pub fn video_file_name(id: &str, format: MediaFormat) -> String {
    format!("{id}.{}", format.name())
}

fn bad(field: &str, message: String) -> BadField {
    BadField { field: field.to_owned(), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &Value) -> Result<VideoRequest, BadField> {
        VideoRequest::of_json(body.to_string().as_bytes())
    }

    #[test]
    fn json_and_forms_say_the_same() {
        let json = of(&json!({
            "model": "sora-2", "prompt": "A cat", "seconds": 8, "size": "1280x720", "audio": true,
            "webhook_url": "https://a.example/hook", "seed": "1", "user": "u",
            "input_reference": { "image_url": "https://a.example/cat.png" },
        }))
        .unwrap();
        let fields = [
            ("model", "sora-2"),
            ("prompt", "A cat"),
            ("seconds", "8"),
            ("size", "1280x720"),
            ("audio", "true"),
            ("webhook_url", "https://a.example/hook"),
            ("seed", "1"),
            ("user", "u"),
            ("input_reference", r#"{"image_url":"https://a.example/cat.png"}"#),
        ];
        let form = VideoRequest::of_form(fields.map(|(name, text)| (name.to_owned(), text.to_owned())).into()).unwrap();
        assert_eq!(format!("{json:?}"), format!("{form:?}"));
        assert_eq!((json.video.seconds, json.start.as_deref()), (Some(8), Some("https://a.example/cat.png")));
        assert!(!json.video.extras.contains_key("user"));
    }

    #[test]
    fn other_spellings_are_understood() {
        let request = of(&json!({
            "prompt": "p", "duration": "5", "aspect_ratio": "9:16", "resolution": "720p", "generate_audio": false,
            "image": { "url": { "url": "data:image/png;base64,AA==" } }, "size": "auto",
        }))
        .unwrap();
        assert_eq!(
            (request.video.seconds, request.video.lines, request.video.audio),
            (Some(5), Some(720), Some(false))
        );
        assert_eq!((request.video.aspect.unwrap().to_string(), request.video.size), ("9:16".to_owned(), None));
        assert_eq!(request.start.as_deref(), Some("data:image/png;base64,AA=="));
    }

    #[test]
    fn a_field_that_cannot_be_is_named() {
        let rows = [
            (json!({ "prompt": " " }), "prompt"),
            (json!({ "seconds": 4 }), "prompt"),
            (json!({ "prompt": "p", "input_reference": { "file_id": 1 } }), "input_reference"),
            (json!({ "prompt": "p", "seconds": 0 }), "seconds"),
            (json!({ "prompt": "p", "seconds": "soon" }), "seconds"),
            (json!({ "prompt": "p", "size": "big" }), "size"),
            (json!({ "prompt": "p", "size": "0x9" }), "size"),
            (json!({ "prompt": "p", "aspect_ratio": "wide" }), "aspect_ratio"),
            (json!({ "prompt": "p", "resolution": "p" }), "resolution"),
            (json!({ "prompt": "p", "audio": "loud" }), "audio"),
        ];
        for (body, field) in rows {
            assert_eq!(of(&body).unwrap_err().field, field, "{body}");
        }
        assert_eq!(remix_prompt(b"{}").unwrap_err().field, "prompt");
        assert!(VideoPage::of_query("limit=0").is_err() && VideoPage::of_query("order=up").is_err());
        let page = VideoPage { limit: 2, after: Some("video_1".to_owned()), newest_first: false };
        assert_eq!(VideoPage::of_query("limit=2&after=video_1&order=asc").unwrap(), page);
    }
}

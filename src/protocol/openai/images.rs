//! Requests for OpenAI's pictures: a prompt or a form with files in.
//!
//! They come as JSON or as forms; both mean the same. How pictures are told is in `drawn` next door.

use bytes::Bytes;
use mediary_core::task::{Attachment, ImageJob, ImageSize, ImageWork, Task};
use mediary_core::{Media, MediaFormat};
use serde_json::{Map, Value, json};

use super::super::media::KEPT_FILE;
use super::super::process::BadField;
use super::super::{ErrorFields, Errors, Protocol, from_json};
use super::{CHAT, OpenAiChat};

/// More pictures than this are made in several requests.
const MOST_PICTURES: u64 = 10;
/// No target begins with more.
pub const MOST_SOURCES: usize = 16;
/// A longer prompt is a mistake.
const MOST_CHARS: usize = 32_000;

/// `POST /v1/images/generations`, `/v1/images/edits` and `/v1/images/variations`.
#[derive(Debug, Clone, Copy)]
pub struct OpenAiImages;

impl Errors for OpenAiImages {
    fn error(&self, error: &ErrorFields) -> Value {
        CHAT.error(error)
    }
}

impl Protocol for OpenAiImages {
    fn wire_format(&self) -> &'static str {
        OpenAiChat::WIRE_FORMAT
    }
}

/// A request for pictures, but for the pictures that it begins with.
#[derive(Debug)]
pub struct ImageRequest {
    /// What is to be done, without its sources.
    pub job: ImageJob,
    /// The model that was asked for; empty if none was.
    pub model: String,
    /// Whether links are wanted instead of the pictures.
    pub as_links: bool,
    /// Pictures of a JSON request by their addresses or in data URLs, each with the field that it is in.
    pub images: Vec<(String, String)>,
    /// The mask of a JSON request likewise.
    pub mask: Option<String>,
}

impl ImageRequest {
    /// Understands a JSON request.
    ///
    /// # Errors
    /// The first field that is wrong, by its name.
    pub fn of_json(body: &Bytes) -> Result<Self, BadField> {
        let fields: Map<String, Value> = from_json(body, "a request for pictures")?;
        Self::of(fields.into_iter().filter(|(_, value)| !value.is_null()))
    }

    /// Understands the fields of a form that are not files. A field that was left empty was not filled in.
    ///
    /// # Errors
    /// As [`ImageRequest::of_json`].
    pub fn of_form(fields: Vec<(String, String)>) -> Result<Self, BadField> {
        let mut values: Map<String, Value> = Map::new();
        for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
            // One that came several times is a list.
            match values.get_mut(&name) {
                Some(Value::Array(all)) => all.push(value.into()),
                Some(one) => *one = json!([one.take(), value]),
                None => {
                    values.insert(name, value.into());
                }
            }
        }
        Self::of(values)
    }

    fn of(fields: impl IntoIterator<Item = (String, Value)>) -> Result<Self, BadField> {
        let job = ImageJob::of("");
        let mut request = Self { job, model: String::new(), as_links: false, images: Vec::new(), mask: None };
        let (mut streams, mut partials) = (false, None);
        for (name, value) in fields {
            match name.as_str() {
                "stream" => streams = truth(&name, &value)?,
                "partial_images" => partials = Some(whole(&name, &value, 0..=3)?),
                _ => request.take(name, value)?,
            }
        }
        request.job.partial_images = streams.then(|| partials.unwrap_or(0) as u8);
        Ok(request)
    }

    fn take(&mut self, name: String, value: Value) -> Result<(), BadField> {
        let job = &mut self.job;
        match name.as_str() {
            "model" => self.model = text(&name, value)?,
            "prompt" => {
                job.prompt = text(&name, value)?;
                let length = job.prompt.chars().count();
                if length > MOST_CHARS {
                    return Err(bad(&name, format!("`prompt` has {length} characters; send at most {MOST_CHARS}")));
                }
            }
            "n" => job.count = whole(&name, &value, 1..=MOST_PICTURES)? as u32,
            "size" => match sides(&name, value, "as 1024x1024 or, for the ratio alone, as 16:9")? {
                // A ratio is no size; one that has its own field counts for more.
                Some((ratio, Written::Ratio)) => job.ratio = job.ratio.or(Some(ratio)),
                Some((size, Written::Pixels)) => job.size = Some(size),
                None => {}
            },
            "aspect_ratio" => {
                let written = sides(&name, value, "as 16:9")?;
                job.ratio = written.map(|(ratio, _)| ratio).or(job.ratio);
            }
            "quality" => job.quality = Some(text(&name, value)?),
            "style" => job.style = Some(text(&name, value)?),
            "background" => job.background = Some(text(&name, value)?),
            "output_format" => job.format = Some(format(&name, &text(&name, value)?)?),
            "output_compression" => job.compression = Some(whole(&name, &value, 0..=100)? as u8),
            "seed" => job.seed = Some(integer(&name, &value)?),
            "response_format" => {
                self.as_links = match text(&name, value)?.as_str() {
                    "url" => true,
                    "b64_json" | "base64" => false,
                    _ => return Err(bad(&name, "`response_format` is b64_json or url".to_owned())),
                }
            }
            "image" | "image[]" | "images" | "images[]" => self.named_pictures(&name, value)?,
            "mask" => self.mask = Some(address(&name, &value)?),
            _ => {
                job.extras.insert(name, value);
            }
        }
        Ok(())
    }

    fn named_pictures(&mut self, name: &str, value: Value) -> Result<(), BadField> {
        let all = match value {
            Value::Array(all) => all,
            one => vec![one],
        };
        for (index, one) in all.iter().enumerate() {
            let place = format!("{name}[{index}]");
            self.images.push((place.clone(), address(&place, one)?));
        }
        Ok(())
    }

    /// Whether no more pictures are sent, as files and in its JSON, than such a request may begin with.
    ///
    /// # Errors
    /// There are too many.
    pub fn can_begin_with(&self, files: usize, most: usize) -> Result<(), BadField> {
        let count = files + self.images.len();
        let message = || match most {
            1 => "variations are made of one picture; send one".to_owned(),
            _ => format!("there are {count} pictures; send at most {most}"),
        };
        if count > most { Err(bad("image", message())) } else { Ok(()) }
    }

    /// A request for pictures from words.
    ///
    /// # Errors
    /// When it has no words.
    pub fn generation(self) -> Result<(Task, String), BadField> {
        needs_prompt(&self.job)?;
        can_be_transparent(&self.job)?;
        Ok((Task::Image(self.job), self.model))
    }

    /// A request to change these pictures.
    ///
    /// # Errors
    /// When there are none, or no words.
    pub fn edit(
        self,
        sources: Vec<Media>,
        mask: Option<Media>,
        attachments: Vec<Attachment>,
    ) -> Result<(Task, String), BadField> {
        needs_prompt(&self.job)?;
        can_be_transparent(&self.job)?;
        if sources.is_empty() {
            let message =
                "there is no picture to edit; send one as the file `image`, or `images: [{\"image_url\": …}]`";
            return Err(bad("image", message.to_owned()));
        }
        let job = ImageJob { work: ImageWork::Edit { sources, mask }, attachments, ..self.job };
        Ok((Task::Image(job), self.model))
    }

    /// A request for variations of this picture.
    #[must_use]
    pub fn variation(self, source: Media, attachments: Vec<Attachment>) -> (Task, String) {
        let job = ImageJob { work: ImageWork::Variation(source), attachments, ..self.job };
        (Task::Image(job), self.model)
    }
}

fn needs_prompt(job: &ImageJob) -> Result<(), BadField> {
    match job.prompt.trim().is_empty() {
        true => Err(bad("prompt", "`prompt` is missing or empty; say what is to be seen".to_owned())),
        false => Ok(()),
    }
}

fn can_be_transparent(job: &ImageJob) -> Result<(), BadField> {
    match job.background.as_deref() == Some("transparent") && job.format == Some(MediaFormat::Jpeg) {
        true => {
            let message = "a jpeg is never transparent; ask for `output_format` png or webp, or another `background`";
            Err(bad("background", message.to_owned()))
        }
        false => Ok(()),
    }
}

/// Where a picture of a JSON request is: an address, a data URL, or an object that holds one.
fn address(name: &str, value: &Value) -> Result<String, BadField> {
    if let Some(id) = value.get("file_id").filter(|id| !id.is_null()) {
        let id = id.as_str().ok_or_else(|| bad(name, format!("`{name}` has a `file_id` that is no text")))?;
        return Ok(format!("{KEPT_FILE}{id}"));
    }
    let url = value.as_str().or_else(|| value.get("image_url")?.as_str());
    let url = url.or_else(|| value.pointer("/image_url/url")?.as_str()).or_else(|| value.get("url")?.as_str());
    let url = url.ok_or_else(|| bad(name, format!("`{name}` is to be {{\"image_url\": \"data:… or https:…\"}}")))?;
    match url.starts_with('/') {
        true => {
            let message = format!(
                "`{name}` is the path {}, which says nothing of the server that it is on; send a whole address, or the \
                 picture in a data URL",
                url.chars().take(80).collect::<String>()
            );
            Err(bad(name, message))
        }
        false => Ok(url.to_owned()),
    }
}

fn text(name: &str, value: Value) -> Result<String, BadField> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(bad(name, format!("`{name}` is a text"))),
    }
}

/// How two sides are written.
enum Written {
    Pixels,
    Ratio,
}

/// Two sides, and how they are written; `None`: they are left to the target. `form` says how they are to be written.
fn sides(name: &str, value: Value, form: &str) -> Result<Option<(ImageSize, Written)>, BadField> {
    let written = text(name, value)?;
    if written.trim().eq_ignore_ascii_case("auto") {
        return Ok(None);
    }
    let how = if written.contains(':') { Written::Ratio } else { Written::Pixels };
    match written.parse() {
        Ok(sides) => Ok(Some((sides, how))),
        Err(_) => Err(bad(name, format!("`{name}` is written {form}, or is auto"))),
    }
}

fn format(name: &str, written: &str) -> Result<MediaFormat, BadField> {
    match written {
        "png" => Ok(MediaFormat::Png),
        "jpeg" | "jpg" => Ok(MediaFormat::Jpeg),
        "webp" => Ok(MediaFormat::Webp),
        _ => Err(bad(name, format!("`{name}` is png, jpeg or webp"))),
    }
}

fn integer(name: &str, value: &Value) -> Result<i64, BadField> {
    let number = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok());
    number.ok_or_else(|| bad(name, format!("`{name}` is a whole number")))
}

fn whole(name: &str, value: &Value, range: std::ops::RangeInclusive<u64>) -> Result<u64, BadField> {
    let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
    let (least, most) = (range.start(), range.end());
    let message = || format!("`{name}` is a whole number from {least} to {most}");
    number.filter(|number| range.contains(number)).ok_or_else(|| bad(name, message()))
}

/// Forms have texts for truths.
fn truth(name: &str, value: &Value) -> Result<bool, BadField> {
    let told = value.as_bool().or_else(|| match value.as_str()?.trim().to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    });
    told.ok_or_else(|| bad(name, format!("`{name}` is true or false")))
}

fn bad(field: &str, message: String) -> BadField {
    BadField { field: field.to_owned(), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json_request(body: &Value) -> Result<ImageRequest, BadField> {
        ImageRequest::of_json(&Bytes::from(body.to_string()))
    }

    #[test]
    fn json_and_forms_mean_the_same() {
        let from_json = json_request(&json!({
            "prompt": "a fox", "model": "m", "n": 3, "size": "1024x1536", "quality": "high", "style": "vivid",
            "background": "opaque", "output_format": "jpg", "output_compression": 70, "response_format": "url",
            "seed": 7, "stream": true, "partial_images": 2, "user": "u", "aspect_ratio": "auto", "mask": null,
        }));
        let fields = [
            ("prompt", "a fox"),
            ("model", "m"),
            ("n", "3"),
            ("size", "1024x1536"),
            ("quality", "high"),
            ("style", "vivid"),
            ("background", "opaque"),
            ("output_format", "jpeg"),
            ("output_compression", "70"),
            ("response_format", "url"),
            ("seed", "7"),
            ("stream", "True"),
            ("partial_images", "2"),
            ("user", "u"),
            ("mask", ""),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let from_form = ImageRequest::of_form(fields.into());
        assert_eq!(format!("{:?}", from_json.unwrap()), format!("{:?}", from_form.unwrap()));
    }

    #[test]
    fn a_ratio_is_no_size_wherever_it_stands() {
        let rows = [
            (json!({ "size": "1024x768" }), Some("1024x768"), None),
            (json!({ "size": "16:9" }), None, Some("16x9")),
            (json!({ "size": "1:1", "aspect_ratio": "4:3" }), None, Some("4x3")),
            (json!({ "aspect_ratio": "4:3", "size": "1:1" }), None, Some("4x3")),
            (json!({ "aspect_ratio": "1024x768" }), None, Some("1024x768")),
            (json!({ "size": "auto", "aspect_ratio": "auto" }), None, None),
        ];
        for (fields, size, ratio) in rows {
            let job = json_request(&fields).unwrap().job;
            let told = |sides: Option<ImageSize>| sides.map(|sides| sides.to_string());
            assert_eq!((told(job.size).as_deref(), told(job.ratio).as_deref()), (size, ratio), "{fields}");
        }
    }

    #[test]
    fn a_jpeg_is_never_transparent() {
        let asked = |format: &str| {
            let fields = json!({ "prompt": "p", "background": "transparent", "output_format": format });
            json_request(&fields).unwrap().generation().map_err(|bad| bad.field)
        };
        assert_eq!(asked("jpeg").unwrap_err(), "background");
        assert!(asked("png").is_ok() && asked("webp").is_ok());
    }

    #[test]
    fn unknown_fields_pass_as_they_came() {
        let fields = [("steps", "4"), ("loras[]", "a"), ("loras[]", "b"), ("prompt", "p")];
        let form =
            ImageRequest::of_form(fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into()).unwrap();
        assert_eq!(json!(form.job.extras), json!({ "steps": "4", "loras[]": ["a", "b"] }));
        let body = json_request(&json!({ "prompt": "p", "steps": 4, "nested": { "a": [1] } })).unwrap();
        assert_eq!(json!(body.job.extras), json!({ "steps": 4, "nested": { "a": [1] } }));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let rows = [
            (json!({ "n": 0 }), "n"),
            (json!({ "n": 11 }), "n"),
            (json!({ "n": "many" }), "n"),
            (json!({ "size": "huge" }), "size"),
            (json!({ "size": 7 }), "size"),
            (json!({ "output_format": "gif" }), "output_format"),
            (json!({ "output_compression": 101 }), "output_compression"),
            (json!({ "response_format": "file" }), "response_format"),
            (json!({ "partial_images": 4 }), "partial_images"),
            (json!({ "stream": "perhaps" }), "stream"),
            (json!({ "prompt": "x".repeat(MOST_CHARS + 1) }), "prompt"),
            (json!({ "images": [{ "file_id": 7 }] }), "images[0]"),
            (json!({ "images": [{ "image_url": "/api/v1/files/7/content" }] }), "images[0]"),
            (json!({ "mask": 7 }), "mask"),
        ];
        for (body, field) in rows {
            assert_eq!(json_request(&body).unwrap_err().field, field, "{body}");
        }
        let empty = json_request(&json!({ "prompt": " " })).unwrap().generation().unwrap_err();
        assert_eq!(empty.field, "prompt");
        let none = json_request(&json!({ "prompt": "p" })).unwrap().edit(Vec::new(), None, Vec::new()).unwrap_err();
        assert_eq!(none.field, "image");
    }

    #[test]
    fn pictures_of_json_edits_are_found_in_every_spelling() {
        let body = json!({ "images": [
            { "image_url": "data:a" }, { "image_url": { "url": "https://b" } }, "https://c", { "url": "https://d" },
        ], "mask": { "image_url": "data:m" }, "prompt": "p" });
        let request = json_request(&body).unwrap();
        let urls: Vec<&str> = request.images.iter().map(|(_, url)| url.as_str()).collect();
        assert_eq!(urls, ["data:a", "https://b", "https://c", "https://d"]);
        assert_eq!(request.mask.as_deref(), Some("data:m"));
    }
}

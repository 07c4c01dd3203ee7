//! `generate_image` and `edit_image`: pictures out of words, and changed as words say.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::arguments::{read, result, schema};
use super::super::desk::{Desk, KeptFile, header};
use super::super::media::Source;
use super::super::outcome::Outcome;
use super::super::trouble::Trouble;
use super::chat::with_media;
use super::{Effect, Offer, Reach};

pub(super) static GENERATE: Offer = Offer {
    name: "generate_image",
    title: "Make a picture",
    description: "Makes pictures of a description. The result is a file_id for other tools and a link, kept for a day; with \
                  `show` small pictures come along.",
    input: |_| schema::<Generating>(),
    output: result::<Pictures>,
    effect: Effect::Makes,
    reach: Reach::Beyond,
    wants: None,
    run: |desk, arguments| Box::pin(generate_image(desk, arguments)),
};

pub(super) static EDIT: Offer = Offer {
    name: "edit_image",
    title: "Change a picture",
    description: "Changes one picture, or makes one of several, as the prompt says. With a `mask` only its transparent places \
                  change. The result is a file_id and a link.",
    input: |is_here| {
        let mut input = with_media(schema::<Editing>(), is_here);
        let mask = Value::Object(Source::schema(is_here));
        if let Some(described) = input.get_mut("properties").and_then(|properties| properties.get_mut("mask")) {
            described["properties"] = mask["properties"].clone();
        }
        input
    },
    output: result::<Pictures>,
    effect: Effect::Makes,
    reach: Reach::Beyond,
    wants: None,
    run: |desk, arguments| Box::pin(edit_image(desk, arguments)),
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Generating {
    /// What the picture shows
    prompt: String,
    /// Such as 1024x1024; else the model's own
    size: Option<String>,
    /// How many, 1 to 4
    count: Option<u8>,
    /// low, medium or high
    quality: Option<String>,
    /// A target, or auto
    model: Option<String>,
    /// Send small pictures along as well
    #[serde(default)]
    show: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Editing {
    /// What is to change
    prompt: String,
    /// The picture, or several to be joined
    pictures: Vec<Source>,
    /// Transparent where the picture may change; of its size
    mask: Option<Source>,
    /// Such as 1024x1024; else the model's own
    size: Option<String>,
    /// How many, 1 to 4
    count: Option<u8>,
    /// A target, or auto
    model: Option<String>,
    /// Send small pictures along as well
    #[serde(default)]
    show: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Pictures {
    /// Which target made them
    model: String,
    pictures: Vec<Made>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Made {
    mime_type: String,
    bytes: u64,
    /// The prompt as the model changed it
    #[serde(skip_serializing_if = "Option::is_none")]
    revised_prompt: Option<String>,
    /// The picture; absent where this server keeps no files
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<KeptFile>,
}

async fn generate_image(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Generating { prompt, size, count, quality, model, show } = read(arguments)?;
    let request = request(&prompt, model, count, [("size", size), ("quality", quality)])?;
    made(desk, "/v1/images/generations", &request, show).await
}

async fn edit_image(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Editing { prompt, pictures, mask, size, count, model, show } = read(arguments)?;
    let mut request = request(&prompt, model, count, [("size", size), ("quality", None)])?;
    if pictures.is_empty() {
        return Err(Trouble::new("`pictures` is empty: name the picture that is to change."));
    }
    let mut images = Vec::new();
    for (index, source) in pictures.into_iter().enumerate() {
        let medium = source.medium(desk).await.map_err(|why| Trouble::new(format!("`pictures[{index}]`: {why}")))?;
        images.push(medium.picture());
    }
    request["images"] = images.into();
    if let Some(mask) = mask {
        let medium = mask.medium(desk).await.map_err(|why| Trouble::new(format!("`mask`: {why}")))?;
        request["mask"] = medium.picture();
    }
    made(desk, "/v1/images/edits", &request, show).await
}

fn request(
    prompt: &str,
    model: Option<String>,
    count: Option<u8>,
    wishes: [(&str, Option<String>); 2],
) -> Result<Value, Trouble> {
    let count = count.unwrap_or(1);
    if !(1..=4).contains(&count) {
        return Err(Trouble::new("`count` is how many pictures are made: from 1 to 4."));
    }
    let model = model.unwrap_or_else(|| "auto".to_owned());
    let mut request = json!({ "prompt": prompt, "model": model, "n": count, "response_format": "b64_json" });
    for (name, value) in wishes {
        if let Some(value) = value {
            request[name] = value.into();
        }
    }
    Ok(request)
}

async fn made(desk: &Desk<'_>, route: &str, request: &Value, show: bool) -> Result<Outcome, Trouble> {
    let (headers, body) = desk.post(route, request).await?;
    let mut made = Vec::new();
    for picture in body["data"].as_array().map_or(&[][..], Vec::as_slice) {
        let data = picture["b64_json"].as_str().unwrap_or_default();
        let bytes =
            STANDARD.decode(data).map_err(|_| Trouble::new("The target gave no picture. Try another `model`."))?;
        let (mime_type, ending) = kind(&bytes);
        let file = desk.keep(&format!("picture.{ending}"), mime_type, &bytes).await?;
        let revised_prompt = picture["revised_prompt"].as_str().map(str::to_owned);
        made.push((Made { mime_type: mime_type.to_owned(), bytes: bytes.len() as u64, revised_prompt, file }, bytes));
    }
    let names = made.iter().filter_map(|(made, _)| made.file.as_ref()).map(|file| file.file_id.as_str());
    let names: Vec<&str> = names.collect();
    let words = match names.as_slice() {
        [] => "Made; what was made is sent along, since this server keeps no files.".to_owned(),
        names => format!("Made: {}, kept for a day. Other tools take it as `file_id`.", names.join(", ")),
    };
    let model = header(&headers, "x-routed-via").unwrap_or_default().to_owned();
    let (pictures, bytes): (Vec<Made>, Vec<Vec<u8>>) = made.into_iter().unzip();
    let pictures = Pictures { model, pictures };
    let mut outcome = Outcome::new(words, &pictures);
    for (made, bytes) in pictures.pictures.iter().zip(&bytes) {
        outcome = Desk::hand_over(outcome, made.file.as_ref(), (&made.mime_type, bytes), show)?;
    }
    Ok(outcome)
}

/// The media type and the ending of a picture's file, by its first bytes.
fn kind(bytes: &[u8]) -> (&'static str, &'static str) {
    match bytes {
        [0xff, 0xd8, ..] => ("image/jpeg", "jpg"),
        [b'R', b'I', b'F', b'F', ..] => ("image/webp", "webp"),
        [b'G', b'I', b'F', ..] => ("image/gif", "gif"),
        _ => ("image/png", "png"),
    }
}

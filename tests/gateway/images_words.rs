//! What tests of pictures share: pictures, providers that make them, and requests.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use mediary_core::{Blob, Claim, MediaFormat, classify};
use serde_json::{Value, json};

use super::chat_talk::over;
use super::chat_words::answers;
use super::client::{Answer, Request};
use super::server::TestServer;
use super::upstream::{Act, Upstream};

/// A file of this format, with more than one colour.
pub(crate) fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    // Its pixels repeat nowhere, so that it is longer than what is kept as it is.
    let pixel = |x: u32, y: u32| Rgb([(x * 7 + y * 3) as u8, (x * y) as u8, (x * x + y) as u8]);
    coded(&DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, pixel)), format)
}

/// A picture all of one colour.
pub(crate) fn plain() -> Vec<u8> {
    coded(&DynamicImage::ImageRgb8(RgbImage::from_pixel(64, 64, Rgb([9, 9, 9]))), ImageFormat::Png)
}

/// A file whose header claims so many pixels a side.
pub(crate) fn claiming(side: u32) -> Vec<u8> {
    let mut file = picture(8, 8, ImageFormat::Bmp);
    file[18..22].copy_from_slice(&side.to_le_bytes());
    file[22..26].copy_from_slice(&side.to_le_bytes());
    file
}

/// A mask whose left half is transparent.
pub(crate) fn mask(width: u32, height: u32) -> Vec<u8> {
    let pixel = |x: u32, _| Rgba([0, 0, 0, if x < width / 2 { 0 } else { 255 }]);
    coded(&DynamicImage::ImageRgba8(RgbaImage::from_fn(width, height, pixel)), ImageFormat::Png)
}

pub(crate) fn coded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).expect("it can be written");
    file.into_inner()
}

pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    picture(width, height, ImageFormat::Png)
}

pub(crate) fn encoded(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A provider's answer in OpenAI's shape, with these pictures inside.
pub(crate) fn gives(pictures: &[Vec<u8>]) -> Act {
    let data: Vec<Value> = pictures.iter().map(|bytes| json!({ "b64_json": encoded(bytes) })).collect();
    answers(200, &json!({ "created": 1, "data": data, "usage": { "input_tokens": 4, "output_tokens": 1000 } }))
}

/// The entry of a provider whose one model makes pictures.
pub(crate) fn painter(up: &Upstream, id: &str, fields: Value) -> Value {
    let model = json!({ "id": "m", "tasks": ["image_generation"], "streaming": false });
    up.entry(id, json!({ "models": [over(model, fields)] }))
}

/// The entry of a provider whose one model changes pictures as well.
pub(crate) fn editor(up: &Upstream, id: &str, fields: Value) -> Value {
    let more = json!({ "tasks": ["image_generation", "image_edit"], "images": { "sources": 4, "mask": "alpha" } });
    painter(up, id, over(more, fields))
}

/// A request for a picture, with these fields.
pub(crate) fn asked(fields: Value) -> Request {
    let body = over(json!({ "model": "gpt-image-1", "prompt": "a fox" }), fields);
    Request::new("POST", "/v1/images/generations").body("application/json", body.to_string())
}

pub(crate) fn drawn(server: &TestServer, fields: Value) -> Answer {
    asked(fields).send(server)
}

/// The bytes of an answer's pictures.
pub(crate) fn pictures(answer: &Answer) -> Vec<Vec<u8>> {
    let body = answer.ok();
    let data = body["data"].as_array().expect("it holds pictures");
    data.iter()
        .map(|one| STANDARD.decode(one["b64_json"].as_str().expect("it is base64")).expect("it is base64"))
        .collect()
}

/// The data of an answer's events.
pub(crate) fn events(answer: &Answer) -> Vec<Value> {
    let data = |event: &str| event.lines().find_map(|line| line.strip_prefix("data: ")).map(str::to_owned);
    let texts = answer.text().split("\n\n").filter_map(data);
    texts.map(|text| serde_json::from_str(&text).expect("events are JSON")).collect()
}

/// What a picture is: its format and its sides.
pub(crate) fn kind(bytes: &[u8]) -> (MediaFormat, (u32, u32)) {
    let media = classify(Blob::in_memory(bytes.to_vec()), Claim::default()).expect("it is a picture");
    let decoded = image::load_from_memory(bytes).expect("it can be decoded");
    (media.format, (decoded.width(), decoded.height()))
}

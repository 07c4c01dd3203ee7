//! Pictures of every kind and videos, from both sides: what was sent, and what the provider saw.

use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::{Delay, Frame, ImageEncoder, Rgba, RgbaImage};
use mediary_convert::Program;
use mediary_convert::av::Ffmpeg;
use serde_json::{Value, json};

use super::chat_talk::{with_ffmpeg, with_providers};
use super::chat_words::says;
use super::client::Request;
use super::server::{TestServer, sample};
use super::upstream::Upstream;

const PATHS: &str = "/usr/bin:/usr/local/bin:/opt/homebrew/bin";

fn ffmpeg() -> Ffmpeg {
    Ffmpeg::find(Some(PATHS.as_ref())).expect("these tests need ffmpeg")
}

fn about(mime: &str, bytes: &[u8]) -> Value {
    let url = format!("data:{mime};base64,{}", STANDARD.encode(bytes));
    let parts = [json!({ "type": "text", "text": "What is it?" }), json!({ "type": "image_url", "image_url": url })];
    json!({ "messages": [{ "role": "user", "content": parts }] })
}

/// An eye that takes what is named, within limits.
#[expect(clippy::needless_pass_by_value, reason = "tests write it where it is handed in")]
fn eye(up: &Upstream, accepts: &[&str], limits: Value) -> Value {
    let accepts: Vec<&str> = ["text"].iter().chain(accepts).copied().collect();
    up.with_model("eye", json!({ "accepts": accepts, "limits": { "image": limits } }))
}

/// The bytes in a data URL.
fn bytes_of(url: &str) -> Vec<u8> {
    let (_, base64) = url.split_once(',').expect("it is a data URL");
    STANDARD.decode(base64).expect("it is base64")
}

/// The texts and the pictures that the provider saw.
fn seen(up: &Upstream) -> (String, Vec<Vec<u8>>) {
    let body = up.last().json();
    let (mut texts, mut pictures) = (String::new(), Vec::new());
    for part in body["messages"][0]["content"].as_array().into_iter().flatten() {
        match part["image_url"]["url"].as_str() {
            Some(url) => pictures.push(bytes_of(url)),
            None => texts.push_str(part["text"].as_str().unwrap_or_default()),
        }
        texts.push('\n');
    }
    (texts + body["messages"][0]["content"].as_str().unwrap_or_default(), pictures)
}

fn shown(server: &TestServer, up: &Upstream, mime: &str, bytes: &[u8]) -> (String, Vec<Vec<u8>>) {
    let answer = server.chat(about(mime, bytes));
    assert_eq!(answer.said(), "Done", "{answer}");
    seen(up)
}

#[test]
fn drawings_are_drawn_without_what_they_name() {
    let up = Upstream::doing([says("Done")]);
    let server = with_providers(&[eye(&up, &["png", "jpeg"], json!({}))]);
    let svg =
        br#"<?xml version="1.0"?><!-- a drawing --><svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">
        <script>fetch("http://127.0.0.1:1/")</script><rect width="40" height="20" fill="lime"/>
        <image width="40" height="20" href="file:///etc/hostname"/></svg>"#;
    let (_, pictures) = shown(&server, &up, "image/svg+xml", svg);
    let picture = image::load_from_memory(&pictures[0]).unwrap().into_rgb8();
    assert_eq!(picture.dimensions(), (1024, 512));
    assert!(picture.get_pixel(500, 250).0[1] > 240);
}

#[test]
fn pictures_are_opened_by_other_programs_or_a_sentence_stands_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let run = |program: &str, arguments: &[&str]| {
        let ran = Command::new(program).args(arguments).current_dir(&folder).stdin(Stdio::null()).output();
        assert!(ran.as_ref().is_ok_and(|ran| ran.status.success()), "{program}: {ran:?}");
    };
    let source = ["-v", "error", "-f", "lavfi", "-i", "color=blue:s=96x64", "-frames:v", "1"];
    run("ffmpeg", &[&source[..], &["-c:v", "libaom-av1", "-still-picture", "1", "a.avif"]].concat());
    let up = Upstream::doing([says("Done")]);
    let providers = [eye(&up, &["png", "jpeg"], json!({}))];
    let blue = |pictures: &[Vec<u8>]| {
        let picture = image::load_from_memory(&pictures[0]).unwrap().into_rgb8();
        assert_eq!(picture.dimensions(), (96, 64));
        assert!(picture.get_pixel(40, 30).0[2] > 230 && picture.get_pixel(40, 30).0[0] < 30);
    };
    let avif = std::fs::read(file("a.avif")).unwrap();
    let server = with_ffmpeg(ffmpeg(), &providers);
    blue(&shown(&server, &up, "image/avif", &avif).1);
    // Without ffmpeg the conversation goes on, and everybody knows.
    let without = with_providers(&providers);
    let (told, pictures) = shown(&without, &up, "image/avif", &avif);
    assert!(pictures.is_empty() && told.contains("could not be opened") && told.contains("ffmpeg"), "{told}");
    // A photograph needs a program that not every machine has.
    let heic = match Program::find("heif-enc", Some(PATHS.as_ref())) {
        Some(_) => {
            run("ffmpeg", &[&source[..], &["a.png"]].concat());
            run("heif-enc", &["a.png", "-o", "a.heic"]);
            std::fs::read(file("a.heic")).unwrap()
        }
        None => [b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".as_slice(), &[0; 64]].concat(),
    };
    let (told, pictures) = match Program::find("heif-convert", Some(PATHS.as_ref())) {
        Some(_) if heic.len() < 100 => return,
        _ => shown(&server, &up, "image/heic", &heic),
    };
    match pictures.as_slice() {
        [] => assert!(told.contains("heif-convert"), "{told}"),
        _ => blue(&pictures),
    }
}

#[test]
fn animations_are_shown_as_some_of_their_pictures_or_as_the_first() {
    let mut gif = Vec::new();
    let mut encoder = GifEncoder::new(&mut gif);
    for index in 0..20 {
        let picture = RgbaImage::from_pixel(64, 48, Rgba([index * 10, 0, 0, 255]));
        encoder.encode_frame(Frame::from_parts(picture, 0, 0, Delay::from_numer_denom_ms(100, 1))).unwrap();
    }
    drop(encoder);
    for (limits, expected, words) in [
        (json!({}), 6, "an animation of 2.0 s, of which 6 pictures are shown"),
        (json!({ "count": 1 }), 1, "of which the first picture is shown"),
    ] {
        let up = Upstream::doing([says("Done")]);
        let server = with_providers(&[eye(&up, &["image"], limits)]);
        let (told, pictures) = shown(&server, &up, "image/gif", &gif);
        assert_eq!(pictures.len(), expected, "{told}");
        assert!(told.contains(words) && told.contains("at 0.0 s"), "{told}");
    }
    let up = Upstream::doing([says("Done")]);
    let server = with_providers(&[eye(&up, &["image"], json!({ "animated": true }))]);
    assert_eq!(shown(&server, &up, "image/gif", &gif).1, [gif], "a target that sees them is given them");
}

#[test]
fn photographs_are_sent_upright_without_metadata_and_as_large_as_they_are_of_use() {
    let written = |orientation: u8| {
        // A TIFF block with an orientation and a description of twelve letters.
        let mut exif = b"II*\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0x0e, 1, 2, 0, 12, 0, 0, 0, 38, 0, 0, 0, 0, 0, 0, 0]);
        exif.extend(b"48.85N 2.35E");
        let mut jpeg = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 90);
        encoder.set_exif_metadata(exif).unwrap();
        let picture = image::RgbImage::from_pixel(600, 400, image::Rgb([9, 200, 9]));
        encoder.write_image(&picture, 600, 400, image::ExtendedColorType::Rgb8).unwrap();
        jpeg
    };
    let rows =
        [(1, json!({}), (600, 400)), (6, json!({}), (400, 600)), (1, json!({ "best_side_pixels": 300 }), (300, 200))];
    for (orientation, limits, expected) in rows {
        let up = Upstream::doing([says("Done")]);
        let server = with_providers(&[eye(&up, &["image"], limits)]);
        let answer = server.chat(about("image/jpeg", &written(orientation)));
        assert_eq!(
            answer.header("x-mediary-treatments"),
            Some(r#""messages[0].content[1]";do=transcode;by="image-to-image""#)
        );
        let pictures = seen(&up).1;
        let picture = image::load_from_memory(&pictures[0]).unwrap();
        assert_eq!((picture.width(), picture.height()), expected);
        assert!(!pictures[0].windows(6).any(|window| window == b"48.85N"));
    }
}

#[test]
fn a_page_in_the_place_of_a_picture_is_refused() {
    let up = Upstream::doing([says("Done")]);
    let server = with_providers(&[eye(&up, &["image"], json!({}))]);
    let answer = server.chat(about("image/png", b"<!DOCTYPE html><html><body>Please sign in</body></html>"));
    assert_eq!(answer.status, 400, "{answer}");
    let message = answer.json()["error"]["message"].to_string();
    assert!(message.contains("html") && message.contains("called an image"), "{message}");
    assert_eq!(up.calls(), 0);
}

#[test]
fn a_picture_is_described_on_the_route_for_it() {
    let up = Upstream::doing([says("A sign at a platform")]);
    let server =
        with_providers(&[up.with_model("eye", json!({ "accepts": ["text", "image"], "tiers": { "vision": 1 } }))]);
    let body = json!({ "image_data": STANDARD.encode(sample("sign.png")) });
    let answer = Request::new("POST", "/v1/interpret").body("application/json", body.to_string()).send(&server);
    assert_eq!(answer.json()["description"], "A sign at a platform", "{answer}");
    assert_eq!(answer.header("x-routed-via"), Some("eye/m"));
    assert_eq!(seen(&up).1, [sample("sign.png")]);
}

#[test]
fn a_video_is_shown_by_its_scenes_to_a_target_that_sees() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.mp4");
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-f", "lavfi", "-i", "color=red:s=320x240:d=3:r=10"]);
    command.args(["-f", "lavfi", "-i", "color=blue:s=320x240:d=3:r=10", "-filter_complex", "[0][1]concat=n=2[v]"]);
    assert!(
        command
            .args(["-map", "[v]", "-pix_fmt", "yuv420p"])
            .arg(&file)
            .stdin(Stdio::null())
            .status()
            .unwrap()
            .success()
    );
    let video = std::fs::read(&file).unwrap();
    for part in [
        json!({ "type": "video_url", "video_url": format!("data:video/mp4;base64,{}", STANDARD.encode(&video)) }),
        json!({ "type": "input_video", "input_video": { "data": STANDARD.encode(&video), "format": "mp4" } }),
        json!({ "inline_data": { "mime_type": "video/mp4", "data": STANDARD.encode(&video) } }),
        json!({ "type": "file", "file": { "filename": "a.mp4", "file_data": STANDARD.encode(&video) } }),
    ] {
        let up = Upstream::doing([says("Done")]);
        let server = with_ffmpeg(ffmpeg(), &[eye(&up, &["image"], json!({ "count": 4 }))]);
        let answer = server.chat(json!({ "messages": [{ "role": "user", "content": [part] }] }));
        assert_eq!(answer.said(), "Done", "{answer}");
        let (told, pictures) = seen(&up);
        assert_eq!(pictures.len(), 4, "{told}");
        assert!(told.contains("of 0:06 4 moments are shown") && told.contains("at 0:03"), "{told}");
        // Without ffmpeg it is refused, with what to do.
        let without = with_providers(&[eye(&up, &["image"], json!({}))]);
        let refused = without.chat(about("video/mp4", &video));
        assert_eq!(refused.status, 422, "{refused}");
        assert!(refused.json()["error"]["message"].to_string().contains("ffmpeg"), "{refused}");
    }
}

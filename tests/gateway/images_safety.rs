//! The safety filter, with a network that takes redness for pornography; and without one, where nothing passes.

use std::os::unix::fs::symlink;
use std::path::Path;

use image::{DynamicImage, Rgb, RgbImage};
use mediary::models::{Locations, Models};
use mediary_local::graph::{Attribute, Dim, Element, Graph, Initializer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::chat_talk::{asking, configure};
use super::chat_words::says;
use super::client::Answer;
use super::images_edits::{file, form, text};
use super::images_words::{coded, drawn, encoded, gives, painter};
use super::server::{TestServer, checkout};
use super::upstream::{Act, Step, Upstream};

/// Five shares of a picture, that of `porn` by how red it is.
fn network() -> Vec<u8> {
    let mut graph = Graph::new("redness");
    let picture = graph.input("picture", Element::F32, &[1, 3, 224, 224].map(Dim::Fixed));
    let mean = graph.node("GlobalAveragePool", &[&picture], &[]);
    let colours = graph.node("Flatten", &[&mean], &[]);
    let mut weights = vec![0.0; 15];
    // Red to the fourth class, green and blue to the third.
    (weights[3], weights[5 + 2], weights[10 + 2]) = (20.0, 10.0, 10.0);
    let weights = graph.constant(Initializer::floats(&[3, 5], weights));
    let scores = graph.node("MatMul", &[&colours, &weights], &[]);
    let shares = graph.node("Softmax", &[&scores], &[("axis", Attribute::Int(1))]);
    graph.output("shares", &shares, Element::F32, &[Dim::Fixed(1), Dim::Fixed(5)]);
    let mut bytes = Vec::new();
    graph.write(&mut bytes).expect("it fits");
    bytes
}

/// The models of the checkout, with that network or without any.
fn models(home: &Path, has_network: bool) -> Models {
    let weights = home.join("weights");
    std::fs::create_dir_all(weights.join("picture-safety")).expect("the folder is the test's own");
    for card in ["onnxruntime", "paddleocr", "pdfium"] {
        symlink(checkout().join("models/weights").join(card), weights.join(card))
            .expect("the folder is the test's own");
    }
    if has_network {
        let network = network();
        std::fs::write(weights.join("picture-safety/model.onnx"), &network).expect("the folder is the test's own");
        let sum: String = Sha256::digest(&network).iter().map(|byte| format!("{byte:02x}")).collect();
        let card = format!(
            "name = \"picture-safety\"\nkind = \"weights\"\npurpose = \"Sorts\"\nlicence = \"MIT\"\noptional = true\n\
             [source]\npackage = \"toy\"\nversion = \"1\"\nform = \"wheel\"\n[platforms.any]\narchive_bytes = 1\n\
             [[platforms.any.files]]\npath = \"m\"\nname = \"model.onnx\"\nsize_bytes = {}\nsha256 = \"{sum}\"\n",
            network.len()
        );
        std::fs::create_dir_all(home.join("models/local")).expect("the folder is the test's own");
        std::fs::write(home.join("models/local/picture-safety.toml"), card).expect("the folder is the test's own");
    }
    let home = Some(home.to_owned());
    let locations = Locations { home: home.clone(), cwd: home.clone().unwrap_or_default(), config_dir: home };
    Models::open(&locations).expect("the card is sound")
}

/// A server whose filter looks at what comes in, what goes out, or both.
fn filtering(
    providers: &[Value],
    has_network: bool,
    [pictures_in, pictures_out]: [bool; 2],
) -> (tempfile::TempDir, TestServer) {
    let home = tempfile::tempdir().expect("the folder is the test's own");
    let server = TestServer::with_models(&models(home.path(), has_network), |config| {
        configure(config, providers);
        (config.safety.pictures_in, config.safety.pictures_out) = (pictures_in, pictures_out);
    });
    (home, server)
}

/// A picture in this colour, with a few pixels in another.
fn picture(colour: [u8; 3]) -> Vec<u8> {
    let pixel = |x, y| if x + y < 4 { Rgb([128; 3]) } else { Rgb(colour) };
    coded(&DynamicImage::ImageRgb8(RgbImage::from_fn(64, 48, pixel)), image::ImageFormat::Png)
}

fn red() -> Vec<u8> {
    picture([250, 5, 5])
}

fn blue() -> Vec<u8> {
    picture([5, 5, 250])
}

fn seeing(up: &Upstream) -> Value {
    up.entry("far", json!({ "models": [{ "id": "m", "accepts": ["text", "png"] }] }))
}

fn about(picture: &[u8]) -> Value {
    let url = format!("data:image/png;base64,{}", encoded(picture));
    let parts =
        json!([{ "type": "text", "text": "What is it?" }, { "type": "image_url", "image_url": { "url": url } }]);
    json!({ "messages": [{ "role": "user", "content": parts }] })
}

#[track_caller]
fn is_refused(answer: &Answer) {
    answer.refused(400, "content_policy_violation", "`porn`");
}

#[test]
fn what_comes_in_is_looked_at_where_that_is_wanted() {
    let up = Upstream::doing([says("A fox.")]);
    let (_home, server) = filtering(&[seeing(&up)], true, [true, false]);
    let refused = asking(about(&red())).send(&server);
    is_refused(&refused);
    assert_eq!(refused.json()["error"]["param"], "messages[0].content[1]", "{refused}");
    assert_eq!(up.calls(), 0);
    for picture in [blue(), blue()] {
        assert_eq!(asking(about(&picture)).send(&server).status, 200);
    }
    let (_home, open) = filtering(&[seeing(&up)], true, [false, true]);
    assert_eq!(asking(about(&red())).send(&open).status, 200);
    // Pictures to edit likewise.
    let editor = Upstream::doing([gives(&[red()])]);
    let edits = json!({ "tasks": ["image_generation", "image_edit"] });
    let (_home, server) = filtering(&[painter(&editor, "far", edits)], true, [true, false]);
    let edit =
        |bytes: &[u8]| form("/v1/images/edits", &[text("prompt", "at night"), file("image", bytes)]).send(&server);
    is_refused(&edit(&red()));
    assert_eq!((edit(&blue()).status, editor.calls()), (200, 1));
}

#[test]
fn what_was_made_is_looked_at_and_a_refusal_is_not_taken_elsewhere() {
    let (up, second) = (Upstream::doing([gives(&[red()]), gives(&[blue()])]), Upstream::doing([gives(&[blue()])]));
    let providers = [painter(&up, "far", json!({})), painter(&second, "next", json!({}))];
    let (_home, server) = filtering(&providers, true, [false, true]);
    is_refused(&drawn(&server, json!({})));
    assert_eq!((up.calls(), second.calls()), (1, 0));
    assert_eq!(drawn(&server, json!({})).status, 200);
    // A stage is seen before the picture is.
    let stage =
        json!({ "type": "image_generation.partial_image", "b64_json": encoded(&red()), "partial_image_index": 0 });
    let up = Upstream::doing([Act::Stream(vec![Step::Data(stage.to_string())])]);
    let (_home, server) = filtering(&[painter(&up, "far", json!({ "streaming": true }))], true, [false, true]);
    let answer = drawn(&server, json!({ "stream": true, "partial_images": 1 }));
    assert!(
        answer.text().contains("content_policy_violation") && !answer.text().contains(&encoded(&red())[..80]),
        "{answer}"
    );
}

#[test]
fn where_pictures_cannot_be_looked_at_none_passes() {
    let up = Upstream::doing([says("A fox.")]);
    let (_home, server) = filtering(&[seeing(&up)], false, [true, true]);
    asking(about(&blue())).send(&server).refused(503, "engine_not_installed", "mediary models pull picture-safety");
    assert_eq!(up.calls(), 0);
    assert_eq!(asking(json!({})).send(&server).status, 200, "words pass");
    let painting = Upstream::doing([gives(&[blue()])]);
    let (_home, server) = filtering(&[painter(&painting, "far", json!({}))], false, [false, true]);
    let made = drawn(&server, json!({}));
    assert!(made.status >= 500 && !made.text().contains("b64_json"), "{made}");
}

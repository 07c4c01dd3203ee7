//! Levels, confidences and scripts: which recogniser reads a line, and how confident an answer is of it.

use std::os::unix::fs::symlink;

use mediary::config::Config;
use mediary::models::{Locations, Models};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::score::character_accuracy;
use super::server::{TestServer, checkout, sample, shared, truth};
use super::toy;

fn confidence(answer: &Value) -> f64 {
    answer["pages"][0]["confidence"].as_f64().expect("a read page has a confidence")
}

#[test]
fn each_level_says_its_name_and_auto_reads_what_only_the_accurate_one_can() {
    let rows = [
        ("local/paddleocr:fast", "japanese", 0.0),
        ("local/paddleocr", "japanese", 0.95),
        ("local/paddleocr:accurate", "japanese", 0.95),
        ("auto", "japanese", 0.95),
        ("local/paddleocr:accurate", "cjk", 0.97),
        ("local/paddleocr:accurate", "receipt", 0.97),
    ];
    for (engine, name, least) in rows {
        let file = if name == "receipt" { "receipt.jpg".to_owned() } else { format!("{name}.png") };
        let answer = shared().read(sample(&file), &format!("output=text&engine={engine}")).ok();
        let expected = if engine == "auto" { "local/paddleocr" } else { engine };
        assert_eq!(answer["pages"][0]["engine"], expected);
        let text = answer["content"].as_str().unwrap();
        let accuracy = character_accuracy(&truth(&format!("{name}.txt")), text);
        assert!(accuracy >= least, "{engine}, {name}: {accuracy:.3}\n{text}");
    }
}

#[test]
fn what_was_read_wrongly_is_doubted_and_what_was_read_well_is_not() {
    let fast = shared().read(sample("japanese.png"), "engine=local/paddleocr:fast").ok();
    assert!(confidence(&fast) < 0.3, "{fast:#}");
    assert_eq!(fast["pages"][0]["reasons"], json!(["low_confidence"]));
    assert_eq!((&fast["status"], &fast["needs_ocr"]), (&json!("partial"), &json!(true)));
    let auto = shared().read(sample("japanese.png"), "").ok();
    assert!(confidence(&auto) > 0.6, "{auto:#}");
    assert_eq!((&auto["status"], &auto["needs_ocr"]), (&json!("ocr_success"), &json!(false)));
}

#[test]
fn a_script_that_no_recogniser_knows_is_named_as_the_reason() {
    for engine in ["auto", "local/paddleocr", "local/paddleocr:accurate"] {
        let answer = shared().read(sample("cyrillic.png"), &format!("engine={engine}&detail=words")).ok();
        let page = &answer["pages"][0];
        assert_eq!(answer["needs_ocr"], true, "{engine}: {answer:#}");
        let reasons = page["reasons"].as_array().expect("a doubtful page says why");
        assert!(reasons.contains(&json!("script")), "{engine}: {page:#}");
        assert!(confidence(&answer) < 0.3, "{engine}: {page:#}");
        let lines = page["blocks"].as_array().unwrap().iter().flat_map(|block| block["lines"].as_array().unwrap());
        for word in lines.flat_map(|line| line["words"].as_array().unwrap()) {
            assert!(word["confidence"].as_f64().unwrap() < 0.5, "no word is surer than its line: {word}");
        }
    }
}

#[test]
fn a_card_adds_a_recogniser_for_another_script() {
    let home = tempfile::tempdir().unwrap();
    let weights = home.path().join("weights");
    std::fs::create_dir_all(weights.join("toy")).unwrap();
    for card in ["onnxruntime", "paddleocr", "pdfium"] {
        symlink(checkout().join("models/weights").join(card), weights.join(card)).unwrap();
    }
    let model = toy::recogniser();
    std::fs::write(weights.join("toy/rec.onnx"), &model).unwrap();
    std::fs::write(weights.join("toy/dict.txt"), toy::DICTIONARY).unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let sum: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        format!(
            "[[platforms.any.files]]\npath = \"{name}\"\nname = \"{name}\"\nsize_bytes = {}\nsha256 = \"{sum}\"\n",
            bytes.len()
        )
    };
    let card = format!(
        "name = \"toy\"\nkind = \"weights\"\npurpose = \"Reads darkness\"\nlicence = \"MIT\"\noptional = true\n\
         [recogniser]\nscripts = [\"Cyrillic\"]\nmodel = \"rec.onnx\"\ndictionary = \"dict.txt\"\n\
         [source]\npackage = \"toy\"\nversion = \"1\"\nform = \"wheel\"\n[platforms.any]\narchive_bytes = 1\n{}{}",
        file("rec.onnx", &model),
        file("dict.txt", toy::DICTIONARY.as_bytes()),
    );
    std::fs::create_dir_all(home.path().join("models/local")).unwrap();
    std::fs::write(home.path().join("models/local/toy.toml"), card).unwrap();
    let locations = Locations {
        home: Some(home.path().to_owned()),
        cwd: home.path().to_owned(),
        config_dir: Some(home.path().to_owned()),
    };
    let models = Models::open(&locations).expect("the card is sound");
    let server = TestServer::with_models(&models, |_: &mut Config| ());
    let answer = server.read(sample("cyrillic.png"), "output=text").ok();
    let text = answer["content"].as_str().unwrap();
    assert!(text.chars().filter(|&c| c == 'Ж' || c == 'Й').count() > 20, "{answer:#}");
    assert_eq!(answer["pages"][0].get("reasons"), None, "the script is known now: {answer:#}");
    // What the others know stays theirs.
    assert_eq!(server.read(sample("sign.png"), "").content(), "Platform 9 closes at 21:45");
}

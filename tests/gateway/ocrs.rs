//! `local/ocrs`: says what is missing, and reads where its detector has been imported.

use std::os::unix::fs::symlink;
use std::path::Path;

use mediary::models::{Locations, Models};

use super::craft::png_claiming;
use super::score::word_f1;
use super::server::{TestServer, checkout, sample, shared, truth};

#[test]
fn without_its_files_it_says_which_command_brings_them() {
    // Other engines' files are there, but a checkout has no detector of ocrs.
    let home = home();
    let server = server(home.path());
    let refused = server.read(sample("sign.png"), "engine=local/ocrs");
    refused.refused(503, "engine_not_installed", "mediary models import ocrs");
    // Told before anything is decoded: nothing of this picture could be.
    let broken = server.read(png_claiming(3_000, 3_000), "engine=local/ocrs");
    broken.refused(503, "engine_not_installed", "mediary models import ocrs");
    let listed = server.get("/v1/models/local/ocrs").ok();
    assert_eq!(listed["installed"], false);
    assert!(listed["note"].as_str().unwrap().contains("mediary models import ocrs"), "{listed:#}");
    assert_eq!(server.get("/readyz").ok()["status"], "ready", "nothing else needs it");
}

#[test]
fn it_reads_with_its_own_detector_where_that_is_at_hand() {
    let given = checkout().join("../shared/models");
    if !given.join("text-detection.rten").exists() {
        return;
    }
    let home = home();
    let program = env!("CARGO_BIN_EXE_mediary");
    let done = std::process::Command::new(program)
        .args(["models", "import", "ocrs"])
        .arg(&given)
        .env("MEDIARY_HOME", home.path())
        .output()
        .expect("the program runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let server = server(home.path());
    let answer = server.read(sample("letter.tiff"), "engine=local/ocrs&output=text&pages=1").ok();
    assert_eq!(answer["pages"][0]["engine"], "local/ocrs");
    let letter = truth("letter.txt");
    let first = letter.split('\u{c}').next().expect("a page");
    let content = answer["content"].as_str().expect("a text");
    assert!(word_f1(first, content) >= 0.95, "{content}");
}

/// A home with the weights of the checkout, and none of ocrs.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a temporary folder");
    let weights = home.path().join("weights");
    std::fs::create_dir(&weights).expect("a new folder");
    for card in ["onnxruntime", "paddleocr", "pdfium"] {
        symlink(checkout().join("models/weights").join(card), weights.join(card)).expect("a new link");
    }
    home
}

fn server(home: &Path) -> TestServer {
    let locations = Locations { home: Some(home.to_owned()), cwd: home.to_owned(), config_dir: None };
    TestServer::with_models(&Models::open(&locations).expect("the cards are sound"), |_| ())
}

#[test]
fn the_engine_is_named_among_the_others() {
    shared().read(sample("sign.png"), "engine=local/ocr").refused(404, "not_found", "local/ocrs");
}

//! Documents and pictures from elsewhere, where the machine has them beside the checkout: nothing of it is ever our fault.

use std::fs;
use std::path::PathBuf;

use super::score::word_f1;
use super::server::{TestServer, checkout, shared};

/// The files of a folder of the shared data, by name; `None` and a printed reason where there is none.
#[expect(clippy::print_stdout, reason = "a test that was skipped has to say so")]
fn files(folder: &str) -> Option<Vec<PathBuf>> {
    let folder = checkout().join("../shared/data").join(folder);
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("skipped: there is no {}", folder.display());
        return None;
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    files.sort();
    Some(files)
}

fn all_are_answered(server: &TestServer, folder: &str) {
    let mut complaints = Vec::new();
    for file in files(folder).unwrap_or_default() {
        let answer = server.read(fs::read(&file).expect("it can be read"), "detail=words");
        if ![200, 415, 422].contains(&answer.status) {
            complaints.push(format!("{}: {answer}", file.display()));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    server.assert_reads_on();
}

#[test]
fn every_document_is_read_or_refused() {
    all_are_answered(shared(), "documents");
}

#[test]
fn every_picture_is_read_or_refused() {
    all_are_answered(shared(), "images");
}

#[test]
fn every_recording_is_refused() {
    for file in files("audio").unwrap_or_default() {
        let expected = if file.extension().is_some_and(|name| name == "txt") { 200 } else { 415 };
        let answer = shared().read(fs::read(&file).expect("it can be read"), "");
        assert_eq!(answer.status, expected, "{}: {answer}", file.display());
    }
}

#[test]
fn pictures_of_prose_are_read_nearly_without_error() {
    let Some(files) = files("images") else { return };
    let truths: Vec<&PathBuf> =
        files.iter().filter(|file| file.extension().is_some_and(|name| name == "txt")).collect();
    assert!(!truths.is_empty(), "no picture has its truth beside it");
    for truth in truths {
        let picture = fs::read(truth.with_extension("png")).expect("the picture of the truth");
        let content = shared().read(picture, "").content();
        let score = word_f1(&fs::read_to_string(truth).expect("UTF-8"), &content);
        assert!(score >= 0.9, "{}: {score:.3}\n{content}", truth.display());
    }
}

#[test]
fn one_page_in_many_kinds_of_colour_reads_the_same() {
    let Some(files) = files("documents") else { return };
    let is_variant =
        |file: &&PathBuf| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("baiona"));
    let read = |file: &PathBuf| shared().read(fs::read(file).expect("it can be read"), "output=text").content();
    let texts: Vec<(&PathBuf, String)> = files.iter().filter(is_variant).map(|file| (file, read(file))).collect();
    let (_, first) = texts.first().expect("there is at least one");
    for (file, text) in &texts {
        let score = word_f1(first, text);
        assert!(score >= 0.8, "{}: {score:.3}\n{text}", file.display());
    }
}

//! The engine as a whole, with toy models made here: a detector that takes bright pixels for text, and recognisers
//! that read every bright column as the letter A. They show that shapes, orders and scales fit; not how well it reads.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use mediary_core::document::{Line, Quad};
use mediary_core::engine::Cancel;
use mediary_core::task::Read;
use mediary_core::{FailureKind, Raster};

use super::toy;
use super::{Ocrs, OcrsFiles, OcrsRecogniser};

/// A black page with white bars for words: left, top, width, height.
fn page(width: u32, height: u32, bars: &[(u32, u32, u32, u32)]) -> Raster {
    let lit = |x: u32, y: u32| bars.iter().any(|&(l, t, w, h)| (l..l + w).contains(&x) && (t..t + h).contains(&y));
    let bgr = (0..height).flat_map(|y| (0..width).flat_map(move |x| [if lit(x, y) { 255 } else { 0 }; 3])).collect();
    Raster::from_bgr(width, height, bgr).unwrap()
}

fn read(engine: &mut Ocrs, raster: Raster) -> Vec<(Quad, Line)> {
    let page = Read { raster: Arc::new(raster), picture: None, words: true };
    engine.read(&page, &Cancel::default()).unwrap()
}

struct Files {
    _dir: tempfile::TempDir,
    detector: PathBuf,
    ocrs: OcrsRecogniser,
    paddleocr: OcrsRecogniser,
}

fn files() -> Files {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let ocrs = OcrsRecogniser::Ocrs { model: write("own.onnx", &toy::ocrs_recogniser(97, 45)) };
    let paddleocr = OcrsRecogniser::PaddleOcr {
        model: write("paddle.onnx", &toy::paddleocr_recogniser(4, 1)),
        dictionary: write("dictionary.json", br#"["A", "B"]"#),
    };
    Files { detector: write("detector.onnx", &toy::detector()), _dir: dir, ocrs, paddleocr }
}

#[test]
fn lines_are_found_and_read_by_either_recogniser_on_pages_of_one_tile_and_of_many() {
    let files = files();
    for recogniser in [&files.ocrs, &files.paddleocr] {
        let loaded = OcrsFiles { detector: files.detector.clone(), recogniser: recogniser.clone() };
        let mut engine = Ocrs::load(&loaded).unwrap();
        for (width, height) in [(600, 800), (2400, 1700)] {
            let bars = [(40, 60, 200, 30), (280, 60, 200, 30), (40, height - 100, 200, 30)];
            let read = read(&mut engine, page(width, height, &bars));
            let name = format!("{} {width}×{height}", engine.description());
            assert_eq!(read.len(), 2, "{name}: {read:?}");
            for (_, line) in &read {
                assert!(line.text.chars().all(|letter| "A ".contains(letter)), "{name}: {line:?}");
                assert!(line.confidence.is_some_and(|confidence| confidence > 0.9), "{name}: {line:?}");
            }
            let first = read[0].1.bbox;
            let near = |found: f32, expected: f32| (found - expected).abs() <= 12.0;
            let placed =
                near(first.left, 40.0) && near(first.right, 480.0) && near(first.top, 60.0) && near(first.bottom, 90.0);
            assert!(placed, "{name}: {first:?}");
        }
    }
}

#[test]
fn a_blank_page_has_no_lines() {
    let files = files();
    let mut engine = Ocrs::load(&OcrsFiles { detector: files.detector, recogniser: files.paddleocr }).unwrap();
    for (width, height) in [(1, 1), (300, 40), (1654, 2339)] {
        assert!(read(&mut engine, page(width, height, &[])).is_empty(), "{width}×{height}");
    }
}

#[test]
fn cancelled_work_ends_before_its_next_step() {
    let files = files();
    let mut engine = Ocrs::load(&OcrsFiles { detector: files.detector, recogniser: files.paddleocr }).unwrap();
    let cancel = Cancel::default();
    cancel.cancel();
    let image = Read { raster: Arc::new(page(600, 800, &[])), picture: None, words: false };
    assert_eq!(engine.read(&image, &cancel).unwrap_err().kind, FailureKind::ClientGone);
}

#[test]
fn files_that_do_not_fit_are_told_apart() {
    let Files { _dir: dir, detector, paddleocr, .. } = files();
    let junk = dir.path().join("junk.rten");
    fs::write(&junk, b"not a model").unwrap();
    let few = dir.path().join("few.onnx");
    fs::write(&few, toy::ocrs_recogniser(7, 3)).unwrap();

    let load = |detector: &PathBuf, recogniser: OcrsRecogniser| {
        Ocrs::load(&OcrsFiles { detector: detector.clone(), recogniser })
    };
    let absent = load(&dir.path().join("absent.rten"), paddleocr.clone()).unwrap_err();
    assert!(absent.kind == FailureKind::NotInstalled && absent.detail.contains("absent.rten"), "{absent}");
    let broken = load(&junk, paddleocr).unwrap_err();
    assert!(broken.kind == FailureKind::Broken && broken.detail.contains("junk.rten"), "{broken}");
    let other = Ocrs::check_recogniser(&few).unwrap_err();
    assert!(other.detail.contains("7 classes"), "{other}");
    let other = load(&detector, OcrsRecogniser::Ocrs { model: few }).unwrap_err();
    assert!(other.detail.contains("7 classes"), "{other}");
}

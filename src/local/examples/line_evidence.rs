//! Reads pages and prints, as a line of JSON for each line of text, what its confidence rests on.
//!
//! `benches/calibrate.py` runs this and fits the constants of `ocr/calibration.rs` on what it prints;
//! `benches/pairings.py` compares detectors and their parameters with it:
//! `line_evidence LIBRARY WEIGHTS LEVEL DETECTOR SIDE,PIXEL,BOX,UNCLIP PAGE.ppm…`, pages as binary PPM, level
//! `fast`, `auto` or `accurate`, the detector a file.

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use mediary_core::Raster;
use mediary_local::{
    BoxSettings, DetectorSettings, ExecutionProvider, Level, OcrFiles, OcrSettings, OcrShapes, PaddleOcr, PageImage,
    RecogniserFiles, Runtime,
};

/// Those of the engine's card, and as large ones for other detectors.
const PAGES: [[u32; 2]; 9] = [
    [768, 1280],
    [896, 1280],
    [1088, 1280],
    [1280, 1280],
    [1280, 1088],
    [1280, 896],
    [1280, 768],
    [640, 640],
    [1600, 1600],
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = |what: &str| arguments.next().ok_or(format!("{what} is missing"));
    let library = PathBuf::from(argument("the ONNX Runtime library")?);
    let weights = PathBuf::from(argument("the folder of the weights")?);
    let level = match argument("the level")?.as_str() {
        "fast" => Level::Fast,
        "auto" => Level::Auto,
        "accurate" => Level::Accurate,
        other => return Err(format!("there is no level {other}").into()),
    };
    let detector_file = PathBuf::from(argument("the detector")?);
    let parameters: Vec<f32> =
        argument("the detector's parameters")?.split(',').map(str::parse).collect::<Result<_, _>>()?;
    let [longest_side, pixel_threshold, box_threshold, unclip_ratio] = parameters[..] else {
        return Err("the detector has four parameters".into());
    };
    let recogniser = |size: &str| RecogniserFiles {
        model: weights.join(format!("{size}-rec.onnx")),
        dictionary: weights.join(format!("{size}-char_dict.json")),
    };
    let files = OcrFiles {
        detector: detector_file,
        fast: recogniser("tiny"),
        accurate: Some(recogniser("small")),
        scripts: Vec::new(),
    };
    let boxes = BoxSettings { pixel_threshold, box_threshold, unclip_ratio, max_boxes: 3_000 };
    let detector = DetectorSettings { longest_side: longest_side as u32, boxes };
    let lines = (1..=100).map(|width| [1, 32 * width]).collect();
    let shapes = OcrShapes { pages: PAGES.to_vec(), lines, accurate_lines: Vec::new() };
    let settings = OcrSettings { workers: 2, detector, read_again_below: 0.7, shapes, warm: false };
    let runtime = Runtime::load(&library, ExecutionProvider::Cpu)?;
    let mut engine = PaddleOcr::load(&runtime, &files, &settings).map_err(|failure| failure.to_string())?;
    let mut out = std::io::stdout().lock();
    for path in arguments {
        let raster = Arc::new(read_ppm(Path::new(&path))?);
        let page = PageImage { raster, words: false, level };
        let started = Instant::now();
        let lines = engine.evidence(&page).map_err(|failure| failure.to_string())?;
        let page_ms = started.elapsed().as_millis();
        for (quad, text, evidence) in lines {
            let bounds = quad.bounds();
            let line = serde_json::json!({
                "page": path,
                "page_ms": page_ms as u64,
                "box": [bounds.left, bounds.top, bounds.right, bounds.bottom],
                "text": text,
                "log_probability": evidence.log_probability,
                "weakest": evidence.weakest,
                "glyphs": evidence.glyphs,
                "mean": evidence.probability / evidence.glyphs.max(1) as f32,
            });
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

/// A binary PPM as Pillow writes it: no comments, 255 levels, RGB.
fn read_ppm(path: &Path) -> Result<Raster, Box<dyn Error>> {
    let bytes = std::fs::read(path)?;
    let header: Vec<&[u8]> = bytes.splitn(4, |byte| byte.is_ascii_whitespace()).collect();
    let [b"P6", width, height, rest] = header[..] else { return Err("not a binary PPM".into()) };
    let number = |digits: &[u8]| -> Result<u32, Box<dyn Error>> { Ok(std::str::from_utf8(digits)?.parse()?) };
    let pixels = rest.strip_prefix(b"255\n").ok_or("not of 255 levels")?;
    let bgr = pixels.chunks_exact(3).flat_map(|rgb| [rgb[2], rgb[1], rgb[0]]).collect();
    Raster::from_bgr(number(width)?, number(height)?, bgr).ok_or_else(|| "the picture is cut".into())
}

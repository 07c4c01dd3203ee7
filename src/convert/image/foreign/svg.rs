//! SVG as a PNG, drawn by resvg in a worker process: no scripts, nothing from outside of the file, so much memory and
//! processor time.
//!
//! resvg knows no scripts and no network. What a drawing names (other files, addresses) is not looked for; pictures that
//! it holds itself, as data URLs, are drawn.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use mediary_core::{Failure, FailureKind};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{ImageHrefResolver, Options, Tree};

use crate::child;
use crate::on_disk::OnDisk;
use crate::{Program, confine};

/// The longer side of a drawing as a picture: as large as it says it is, between these.
const SIDES_PX: (f32, f32) = (1024.0, 2048.0);
/// The most that can come of [`SIDES_PX`].
pub(super) const MOST_PIXELS: u64 = 2048 * 2048;
const MEMORY_BYTES: u64 = 1 << 30;
const TIME: Duration = Duration::from_secs(15);

/// The server's end.
pub(super) async fn drawn(program: &Path, input: &OnDisk, most_bytes: u64) -> Result<Vec<u8>, Failure> {
    let (memory, seconds) = (MEMORY_BYTES.to_string(), TIME.as_secs().to_string());
    let fixed = ["worker", "svg", "--memory-bytes", &memory, "--seconds", &seconds, "--"];
    let mut arguments: Vec<OsString> = fixed.into_iter().map(OsString::from).collect();
    arguments.push(input.path().into());
    let command = Program::at(program.to_owned()).command(MEMORY_BYTES, TIME);
    let run = child::run(command, "the worker for drawings", arguments, Stdio::null(), most_bytes, TIME).await;
    let late = |failure: Failure| match failure.kind {
        FailureKind::TimedOut => {
            Failure::unreadable("the svg takes too long to draw; simplify it, or send a PNG of it")
        }
        _ => failure,
    };
    let run = run.map_err(late)?;
    if !run.ok || run.output.is_empty() {
        return Err(Failure::unreadable(
            "the svg is damaged or takes too much to draw; check that it opens in a browser, or send a PNG of it",
        ));
    }
    Ok(run.output)
}

/// The worker's end: limits itself, draws the file, writes a PNG.
///
/// # Errors
/// When the file is no drawing or cannot be drawn.
pub fn run_svg_worker(path: &Path, memory_bytes: u64, time: Duration, output: &mut dyn Write) -> io::Result<()> {
    confine::for_good(memory_bytes, confine::Sockets::None);
    confine::processor_time(time);
    let svg = std::fs::read(path)?;
    output.write_all(&png(&svg)?)?;
    output.flush()
}

fn png(svg: &[u8]) -> io::Result<Vec<u8>> {
    let mut options = Options {
        image_href_resolver: ImageHrefResolver {
            resolve_data: ImageHrefResolver::default_data_resolver(),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    // Looking for fonts takes longer than drawing.
    if svg.windows(5).any(|window| window == b"<text" || window == b":text") {
        options.fontdb_mut().load_system_fonts();
    }
    let tree = Tree::from_data(svg, &options).map_err(io::Error::other)?;
    let size = tree.size();
    let longer = size.width().max(size.height());
    let scale = longer.clamp(SIDES_PX.0, SIDES_PX.1) / longer;
    let side = |side: f32| ((side * scale).round() as u32).clamp(1, SIDES_PX.1 as u32);
    let (width, height) = (side(size.width()), side(size.height()));
    let mut pixmap = Pixmap::new(width, height).ok_or_else(|| io::Error::other("it has no size"))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Adaptive)
        .write_image(&pixmap.take_demultiplied(), width, height, ExtendedColorType::Rgba8)
        .map_err(io::Error::other)?;
    Ok(png)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing(inside: &str) -> Vec<u8> {
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="20">
            {inside}</svg>"#
        )
        .into_bytes()
    }

    fn pixel(inside: &str) -> [u8; 4] {
        let picture = image::load_from_memory(&png(&drawing(inside)).unwrap()).unwrap().into_rgba8();
        assert_eq!(picture.dimensions(), (1024, 512));
        picture.get_pixel(512, 256).0
    }

    #[test]
    fn what_a_drawing_holds_is_drawn_and_what_it_names_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let outside = dir.path().join("outside.png");
        image::RgbImage::from_pixel(8, 8, image::Rgb([255, 0, 0])).save(&outside).unwrap();
        let file = outside.display();
        let red = r#"<rect width="40" height="20" fill="red"/>"#;
        let rows = [
            (red.to_owned(), [255, 0, 0, 255]),
            (format!("<script>document.documentElement.innerHTML='{red}'</script>"), [0; 4]),
            (format!(r#"<image width="40" height="20" xlink:href="file://{file}"/>"#), [0; 4]),
            (format!(r#"<image width="40" height="20" href="{file}"/>"#), [0; 4]),
            (r#"<image width="40" height="20" href="http://127.0.0.1:1/a.png"/>"#.to_owned(), [0; 4]),
            (format!(r#"<use href="file://{file}#a"/>"#), [0; 4]),
            (format!(r#"<foreignObject width="40" height="20"><img src="{file}"/></foreignObject>"#), [0; 4]),
        ];
        for (inside, expected) in rows {
            assert_eq!(pixel(&inside), expected, "{inside}");
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        let laughs: String =
            (1..12).map(|n| format!("<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10))).collect();
        let bomb =
            format!("<!DOCTYPE svg [<!ENTITY a0 \"ha\">{laughs}]><svg xmlns='http://www.w3.org/2000/svg'>&a11;</svg>");
        for file in
            [b"<svg".to_vec(), b"<svg xmlns='http://www.w3.org/2000/svg' width='0'/>".to_vec(), bomb.into_bytes()]
        {
            assert!(png(&file).is_err(), "{}", String::from_utf8_lossy(&file[..20]));
        }
    }

    #[test]
    fn sizes_stay_between_what_is_seen_and_what_is_too_much() {
        for (width, height, expected) in
            [(24, 24, (1024, 1024)), (90_000, 30_000, (2048, 683)), (1500, 300, (1500, 300))]
        {
            let svg = format!(r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"/>"#);
            let picture = image::load_from_memory(&png(svg.as_bytes()).unwrap()).unwrap();
            assert_eq!((picture.width(), picture.height()), expected);
        }
    }
}

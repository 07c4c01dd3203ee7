//! Written PDFs, read back with PDFium: where the words are, and that the rest is as it was.
//!
//! PDFium runs in this process here, for the documents are our own. `make test` fetches it.

use std::path::Path;
use std::sync::OnceLock;

use image::{ExtendedColorType, ImageEncoder};
use mediary_core::document::{LayerTrust, Line, Rect, Word};
use mediary_core::{Blob, Claim, Raster, classify};
use pdf_writer::types::{ActionType, AnnotationType};
use pdf_writer::{Finish, Name, Pdf, Ref, Str, TextStr};
use pdfium_render::prelude::*;

use super::super::facts::Facts;
use super::*;
use crate::image::{ImageLimits, open};
use crate::pdf::page::read;
use crate::pdf::wire::{PageOrder, Rendering, TextPolicy};

/// Nothing is off and nothing stands in for anything.
const PLAIN: Facts = Facts { hides_layers: false, is_xfa: false };
/// Words in reading order, upright or turned with the page.
const WORDS: [&str; 3] = ["Größe", "価格", "мир"];

fn pdfium() -> &'static Pdfium {
    static PDFIUM: OnceLock<Pdfium> = OnceLock::new();
    PDFIUM.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/weights/pdfium");
        let library = Pdfium::pdfium_platform_library_name_at_path(&folder);
        Pdfium::new(Pdfium::bind_to_library(library).expect("`make models` fetches PDFium"))
    })
}

/// A line of three words across the middle of the page as it is read, with boxes on the page as it is seen.
fn layer(index: usize, (width_px, height_px): (u32, u32), rotation_deg: u16) -> PageLayer {
    let turn = place::turn_by(rotation_deg);
    let (width, height) = (width_px as f32, height_px as f32);
    let (across, down) = if rotation_deg.is_multiple_of(180) { (width, height) } else { (height, width) };
    let (each, top) = (across / 4.0, down / 2.0);
    let words = (0_u8..).zip(WORDS).map(|(place, text)| {
        let left = each * (f32::from(place) + 0.5);
        let upright = Rect { left, top, right: left + each * 0.9, bottom: top + each * 0.35 };
        Word { text: text.into(), bbox: turn.undone(upright, width, height), confidence: None }
    });
    let words: Vec<Word> = words.collect();
    let bbox = Rect::around(words.iter().map(|word| word.bbox)).unwrap();
    let lines = vec![Line { text: WORDS.join(" "), bbox, confidence: None, words }];
    PageLayer { index, width_px, height_px, rotation_deg, lines }
}

/// The page's own text at 72 dpi, and its pixels.
fn look(document: &PdfDocument<'_>, index: usize) -> (Vec<Line>, Raster) {
    let order = |text| {
        let (trust, rendering) = (LayerTrust::default(), Rendering::default());
        PageOrder { index, dpi: Some(72), text, trust, rendering }
    };
    let lines = read(document, PLAIN, (&[], None), &order(TextPolicy::Only)).unwrap().0.layer.lines;
    let lines = lines.into_iter().map(|set| set.line).collect();
    (lines, read(document, PLAIN, (&[], None), &order(TextPolicy::Ignore)).unwrap().1.unwrap())
}

fn saved(document: &PdfDocument<'_>) -> Vec<u8> {
    document.save_to_bytes().unwrap()
}

/// A page for each way to turn it, cropped to 300 × 200, with a link each, an outline and page labels.
fn original() -> Vec<u8> {
    let mut pdf = Pdf::new();
    let number = Ref::new;
    let mut catalog = pdf.catalog(number(1));
    catalog.pages(number(2)).outlines(number(3));
    catalog.page_labels().nums().insert(0, number(5));
    catalog.finish();
    pdf.indirect(number(5)).dict().pair(Name(b"S"), Name(b"r"));
    pdf.outline(number(3)).first(number(4)).last(number(4)).count(1);
    pdf.outline_item(number(4)).parent(number(3)).title(TextStr("Start")).dest().page(number(10)).fit();
    pdf.pages(number(2)).kids([10, 20, 30, 40].map(number)).count(4);
    for (first, degrees) in [(10, 0), (20, 90), (30, 180), (40, 270)] {
        let mut page = pdf.page(number(first));
        page.parent(number(2)).rotate(degrees).contents(number(first + 1)).annotations([number(first + 2)]);
        page.media_box(pdf_writer::Rect::new(-50.0, 20.0, 400.0, 500.0));
        page.crop_box(pdf_writer::Rect::new(30.0, 60.0, 330.0, 260.0));
        page.resources();
        page.finish();
        // What is drawn leaves its scale and a clip behind, as careless programs do.
        pdf.stream(number(first + 1), b"2 0 0 2 7 9 cm 20 30 40 50 re W n 0 1 0 rg 25 35 60 20 re f");
        let mut link = pdf.annotation(number(first + 2));
        link.subtype(AnnotationType::Link).rect(pdf_writer::Rect::new(40.0, 70.0, 90.0, 90.0));
        link.action().action_type(ActionType::Uri).uri(Str(b"http://localhost/"));
    }
    pdf.finish()
}

fn distance(a: Rect, b: Rect) -> f32 {
    let edges = |rect: Rect| [rect.left, rect.top, rect.right, rect.bottom];
    edges(a).into_iter().zip(edges(b)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn words_are_where_they_were_read_on_pages_turned_and_cropped_and_nothing_else_changes() {
    let original = original();
    for rotation in [0, 90, 180, 270] {
        let before = pdfium().load_pdf_from_byte_slice(&original, None).unwrap();
        let mut document = pdfium().load_pdf_from_byte_slice(&original, None).unwrap();
        let size = |index: usize| if index.is_multiple_of(2) { (600, 400) } else { (400, 600) };
        for index in 0..4 {
            stamp(pdfium(), &mut document, &layer(index, size(index), rotation)).unwrap();
        }
        let bytes = saved(&document);
        let after = pdfium().load_pdf_from_byte_slice(&bytes, None).unwrap();
        for index in 0..4 {
            let (lines, pixels) = look(&after, index);
            let case = format!("page turned by {} read turned by {rotation}: {lines:?}", index * 90);
            assert_eq!(pixels, look(&before, index).1, "{case}");
            let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
            assert_eq!(texts, [WORDS.join(" ")], "{case}");
            for (word, wanted) in lines[0].words.iter().zip(&layer(index, size(index), rotation).lines[0].words) {
                // Where the line is written whole, words may be a little shorter than their boxes.
                let tolerance = if place::turn_by(rotation) == Turn::None { 2.0 } else { 20.0 };
                assert!(distance(word.bbox, wanted.bbox.scaled(0.5)) <= tolerance, "{wanted:?} {case}");
            }
            let page = after.pages().get(index.try_into().unwrap()).unwrap();
            assert_eq!(page.links().len(), 1, "{case}");
            assert_eq!(page.label(), before.pages().get(index.try_into().unwrap()).unwrap().label(), "{case}");
        }
        assert_eq!(after.bookmarks().root().and_then(|item| item.title()).as_deref(), Some("Start"));
    }
}

#[test]
fn a_page_without_text_is_left_alone_and_a_page_that_is_not_there_is_refused() {
    let original = original();
    let mut document = pdfium().load_pdf_from_byte_slice(&original, None).unwrap();
    let before = saved(&document);
    stamp(pdfium(), &mut document, &PageLayer { lines: Vec::new(), ..layer(0, (600, 400), 0) }).unwrap();
    assert_eq!(saved(&document).len(), before.len());
    assert!(stamp(pdfium(), &mut document, &layer(4, (600, 400), 0)).is_err());
}

/// A picture of 300 × 200 with a dark corner at the top left, and a bar; in colour, grey, or black and white.
fn picture(bar: [u8; 3]) -> Raster {
    let pixel = |place: usize| match (place % 300, place / 300) {
        (0..40, 0..30) => [0; 3],
        (50..250, 150..170) => bar,
        _ => [255; 3],
    };
    Raster::from_bgr(300, 200, (0..300 * 200).flat_map(pixel).collect()).unwrap()
}

fn written(file: Vec<u8>) -> Vec<u8> {
    let media = classify(Blob::in_memory(file), Claim::default()).unwrap();
    let pictures = open(&media, &ImageLimits::default()).unwrap();
    let mut pdf = PicturePdf::begin(Vec::new()).unwrap();
    pdf.add(&pictures, 0, Some(&layer(0, (300, 200), 0))).unwrap();
    pdf.finish().unwrap()
}

#[test]
fn pictures_keep_their_pixels_and_have_their_words() {
    for (bar, what) in [([0; 3], "black and white"), ([90; 3], "grey"), ([10, 200, 90], "colour")] {
        let picture = picture(bar);
        let rgb: Vec<u8> = picture.bgr().chunks(3).flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect();
        let (mut png, mut bmp) = (Vec::new(), Vec::new());
        image::codecs::png::PngEncoder::new(&mut png).write_image(&rgb, 300, 200, ExtendedColorType::Rgb8).unwrap();
        image::codecs::bmp::BmpEncoder::new(&mut bmp).encode(&rgb, 300, 200, ExtendedColorType::Rgb8).unwrap();
        for file in [png, bmp] {
            let pdf = written(file);
            let document = pdfium().load_pdf_from_byte_slice(&pdf, None).unwrap();
            let order = PageOrder {
                index: 0,
                dpi: Some(96),
                text: TextPolicy::Ignore,
                trust: LayerTrust::default(),
                rendering: Rendering::default(),
            };
            let raster = read(&document, PLAIN, (&[], None), &order).unwrap().1.unwrap();
            assert_eq!((raster.width(), raster.height()), (300, 200), "{what}");
            assert_eq!(raster, picture, "{what}");
            assert_eq!(look(&document, 0).0[0].text, WORDS.join(" "), "{what}");
        }
    }
}

#[test]
fn a_turned_photograph_stands_upright_with_its_own_bytes() {
    let stored = picture([0; 3]);
    let mut jpeg = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new(&mut jpeg);
    // EXIF orientation 6: turned clockwise to be upright, so the dark corner comes to the top right.
    encoder.set_exif_metadata(b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec()).unwrap();
    encoder.encode(stored.bgr(), 300, 200, ExtendedColorType::Rgb8).unwrap();
    let pdf = written(jpeg.clone());
    assert!(pdf.windows(jpeg.len()).any(|bytes| bytes == jpeg));
    let document = pdfium().load_pdf_from_byte_slice(&pdf, None).unwrap();
    let raster = look(&document, 0).1;
    assert!(raster.width() < raster.height());
    let at = |x: u32, y: u32| raster.row(y as usize)[x as usize * Raster::CHANNELS];
    assert!(at(raster.width() - 5, 5) < 60 && at(5, 5) > 200);
}

//! Every kind of page the bench measures, made here from the letter, each held to an accuracy of its own.

use image::{GrayImage, ImageFormat, Luma};

use super::craft::png_of;
use super::score::{character_accuracy, collapsed, word_f1};
use super::server::{sample, shared, truth};

fn letter() -> (GrayImage, String) {
    // The first page; the truth has a form feed between the pages.
    let tiff = image::load_from_memory_with_format(&sample("letter.tiff"), ImageFormat::Tiff);
    let first = truth("letter.txt").split('\u{c}').next().expect("a page").to_owned();
    (tiff.expect("the sample is a TIFF").to_luma8(), first)
}

fn sent(page: &GrayImage) -> Vec<u8> {
    png_of(&image::DynamicImage::from(page.clone()).to_rgb8())
}

/// The page turned about its middle, on white.
fn skewed(page: &GrayImage, degrees: f64) -> GrayImage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (x0, y0) = (f64::from(page.width()) / 2.0, f64::from(page.height()) / 2.0);
    GrayImage::from_fn(page.width(), page.height() + 200, |x, y| {
        let (dx, dy) = (f64::from(x) - x0, f64::from(y) - 100.0 - y0);
        let (u, v) = (x0 + dx * cos + dy * sin, y0 - dx * sin + dy * cos);
        let at = |u: f64, v: f64| match (u, v) {
            (u, v) if u < 0.0 || v < 0.0 => 255.0,
            (u, v) => page.get_pixel_checked(u as u32, v as u32).map_or(255.0, |pixel| f64::from(pixel.0[0])),
        };
        let (fu, fv) = (u - u.floor(), v - v.floor());
        let above = at(u, v) * (1.0 - fu) + at(u + 1.0, v) * fu;
        let below = at(u, v + 1.0) * (1.0 - fu) + at(u + 1.0, v + 1.0) * fu;
        Luma([(above * (1.0 - fv) + below * fv) as u8])
    })
}

/// The page on grey paper, with noise that is the same each time.
fn noisy(page: &GrayImage) -> GrayImage {
    let mut state = 7_u32;
    GrayImage::from_fn(page.width(), page.height(), |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (state >> 24) as i32 - 128;
        let grey = 70 + i32::from(page.get_pixel(x, y).0[0]) * 130 / 255 + noise / 3;
        Luma([grey.clamp(0, 255) as u8])
    })
}

/// The page in black and white with specks.
fn faxed(page: &GrayImage) -> GrayImage {
    GrayImage::from_fn(page.width(), page.height(), |x, y| {
        let speck = (x * 7_919 + y * 104_729) % 9_973 < 4;
        Luma([if page.get_pixel(x, y).0[0] < 140 || speck { 0 } else { 255 }])
    })
}

#[test]
fn worn_pages_are_read_nearly_as_well_as_clean_ones() {
    let (page, expected) = letter();
    let rows = [
        ("clean", page.clone(), 0.99),
        ("skewed by 4°", skewed(&page, 4.0), 0.98),
        ("skewed by −11°", skewed(&page, -11.0), 0.97),
        ("noisy", noisy(&page), 0.97),
        ("faxed", faxed(&page), 0.97),
    ];
    for (name, page, least) in rows {
        let read = shared().read(sent(&page), "output=text").content();
        let (words, characters) = (word_f1(&expected, &read), character_accuracy(&expected, &read));
        assert!(words >= least && characters >= least, "{name}: {words:.3}, {characters:.3}\n{read}");
    }
}

#[test]
fn columns_are_read_one_after_the_other() {
    let (page, expected) = letter();
    let gap = 120;
    // Twice the same text side by side: order shows in the characters.
    let both = GrayImage::from_fn(page.width() * 2 + gap, page.height(), |x, y| {
        let column = if x >= page.width() + gap { x - page.width() - gap } else { x };
        page.get_pixel_checked(column, y).copied().unwrap_or(Luma([255]))
    });
    let read = shared().read(sent(&both), "output=text").content();
    let accuracy = character_accuracy(&format!("{expected} {expected}"), &read);
    assert!(accuracy >= 0.98, "{accuracy:.3}\n{read}");
}

#[test]
fn the_rows_of_a_scanned_table_are_whole() {
    let answer = shared().read(sample("invoice-scan.pdf"), "output=json").ok();
    let blocks = answer["pages"][0]["blocks"].as_array().expect("blocks");
    let table = blocks.iter().find(|block| block["kind"] == "table").expect("the invoice has a table");
    let rows: Vec<String> = table["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| {
            row.as_array().expect("entries").iter().filter_map(|entry| entry.as_str()).collect::<Vec<_>>().join(" ")
        })
        .map(|row| collapsed(&row))
        .collect();
    assert!(rows.iter().any(|row| row.contains("lantern") && row.ends_with("296.00")), "{rows:#?}");
    assert!(rows.iter().any(|row| row.contains("Lamp oil") && row.ends_with("33.75")), "{rows:#?}");
}

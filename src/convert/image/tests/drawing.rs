//! Pages drawn onto their pictures.

use mediary_core::document::{Block, BlockKind, Line, Page, Rect, Source, Table, Word};

use super::*;
use crate::image::{draw_boxes, encode_png};

const GREY: [u8; 3] = [200; 3];
const GREEN: [u8; 3] = [0, 150, 60];
const RED: [u8; 3] = [200, 0, 0];
const BLUE: [u8; 3] = [0, 114, 178];

fn page(width_px: u32, height_px: u32, blocks: Vec<Block>) -> Page {
    Page {
        index: 0,
        source: Source::Ocr,
        engine: "test".to_owned(),
        confidence: None,
        width_px,
        height_px,
        dpi: Some(75),
        rotation_deg: 0,
        blocks,
    }
}

fn rect(left: f32, top: f32, right: f32, bottom: f32) -> Rect {
    Rect { left, top, right, bottom }
}

/// A block of one line of one word, each as large as it.
fn block(kind: BlockKind, bbox: Rect, confidence: Option<f32>) -> Block {
    let text = "word".to_owned();
    let word = Word { text: text.clone(), bbox, confidence };
    Block { kind, bbox, lines: vec![Line { text, bbox, confidence, words: vec![word] }], links: Vec::new() }
}

fn sheet() -> Raster {
    Raster::filled(200, 100, GREY)
}

fn rgb(picture: &Raster, x: usize, y: usize) -> [u8; 3] {
    let pixel = &picture.row(y)[x * Raster::CHANNELS..(x + 1) * Raster::CHANNELS];
    [pixel[2], pixel[1], pixel[0]]
}

#[test]
fn words_lines_and_blocks_are_framed_outwards() {
    let sure = block(BlockKind::Text, rect(50.0, 30.0, 150.0, 60.0), Some(1.0));
    let drawn = draw_boxes(&sheet(), &page(200, 100, vec![sure]));
    let rows = [
        (100, 45, GREY, "inside"),
        (100, 30, GREEN, "the word's upper edge"),
        (100, 29, GREEN, "the line's upper edge"),
        (100, 28, GREY, "between line and block"),
        (100, 27, BLUE, "the block's upper edge"),
        (100, 26, GREY, "above"),
        (100, 62, BLUE, "the block's lower edge"),
        (100, 63, GREY, "below"),
        (47, 55, BLUE, "the block's left edge"),
        (46, 55, GREY, "left of it, below the number"),
        (152, 45, BLUE, "the block's right edge"),
        (153, 45, GREY, "right of it"),
    ];
    for (x, y, colour, place) in rows {
        assert_eq!(rgb(&drawn, x, y), colour, "{place}");
    }
}

#[test]
fn boxes_are_scaled_to_the_picture() {
    let block = || block(BlockKind::Text, rect(20.0, 20.0, 60.0, 40.0), None);
    let small = draw_boxes(&sheet(), &page(200, 100, vec![block()]));
    assert_eq!((rgb(&small, 40, 17), rgb(&small, 160, 39)), (BLUE, GREY));
    // Twice as wide, as high: the pen goes by the larger.
    let large = draw_boxes(&Raster::filled(400, 100, GREY), &page(200, 100, vec![block()]));
    assert_eq!(rgb(&large, 80, 20 - 6), BLUE);
    assert_eq!(rgb(&large, 120 + 5, 30), BLUE);
}

#[test]
fn confidence_goes_from_green_to_red() {
    let line = |confidence| {
        let page = page(200, 100, vec![block(BlockKind::Text, rect(50.0, 30.0, 150.0, 60.0), confidence)]);
        rgb(&draw_boxes(&sheet(), &page), 100, 29)
    };
    let rows = [
        (Some(1.0), GREEN),
        (Some(0.75), [230, 170, 0]),
        (Some(0.5), RED),
        (Some(0.0), RED),
        (Some(f32::INFINITY), GREEN),
        (None, [120; 3]),
    ];
    for (confidence, colour) in rows {
        assert_eq!(line(confidence), colour, "{confidence:?}");
    }
    assert!(line(Some(0.9))[0] < line(Some(0.8))[0], "less red when surer");
}

#[test]
fn every_kind_has_its_own_colour() {
    let kinds = [
        BlockKind::Text,
        BlockKind::Heading { level: 1 },
        BlockKind::List(Vec::new()),
        BlockKind::Table(Table::default()),
        BlockKind::KeyValue(Vec::new()),
        BlockKind::Header,
        BlockKind::Footer,
    ];
    let mut colours = kinds.map(|kind| {
        let page = page(200, 100, vec![block(kind, rect(50.0, 30.0, 150.0, 60.0), None)]);
        rgb(&draw_boxes(&sheet(), &page), 100, 27)
    });
    colours.sort_unstable();
    assert!(colours.windows(2).all(|pair| pair[0] != pair[1]), "{colours:?}");
    assert!(!colours.contains(&GREY));
}

#[test]
fn blocks_are_numbered_in_their_order() {
    let blocks = (0..23).map(|_| block(BlockKind::Text, rect(80.0, 30.0, 150.0, 90.0), None)).collect();
    let drawn = draw_boxes(&sheet(), &page(200, 100, blocks));
    // The last is on top: two digits of 2 × 2 dots on a plate that ends at the block's frame and begins 27 above.
    let (left, top) = (77 - 9 * 2, 27);
    let row = |y: usize| {
        let dots = (0..9).map(|x| rgb(&drawn, left + x * 2, top + y * 2));
        dots.map(|colour| {
            if colour == [255; 3] {
                '#'
            } else if colour == BLUE {
                '.'
            } else {
                '?'
            }
        })
        .collect::<String>()
    };
    let rows: Vec<String> = (0..7).map(row).collect();
    assert_eq!(rows, [".........", ".###.###.", "...#...#.", ".###..##.", ".#.....#.", ".###.###.", "........."]);
}

#[test]
fn a_number_stays_on_the_picture() {
    let corners = [rect(0.0, 0.0, 20.0, 20.0), rect(190.0, 95.0, 260.0, 130.0), rect(-90.0, -90.0, -50.0, -50.0)];
    for corner in corners {
        let drawn = draw_boxes(&sheet(), &page(200, 100, vec![block(BlockKind::Text, corner, None)]));
        let white = drawn.bgr().chunks(3).filter(|pixel| **pixel == [255; 3]).count();
        // Eight dots make the digit 1.
        assert_eq!(white, 8 * 4, "{corner:?}");
    }
}

#[test]
fn boxes_beyond_the_edge_or_without_number_do_no_harm() {
    let values = [0.0, -1e9, 1e9, f32::MAX, f32::MIN, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 50.0];
    for left in values {
        for right in values {
            let boxes = [rect(left, left, right, right), rect(left, right, right, left)];
            let blocks = boxes.map(|bbox| block(BlockKind::Footer, bbox, Some(f32::NAN))).into();
            for size in [(200, 100), (1, 1), (u32::MAX, 1), (0, 0)] {
                let drawn = draw_boxes(&sheet(), &page(size.0, size.1, Vec::clone(&blocks)));
                assert_eq!((drawn.width(), drawn.height()), (200, 100));
            }
        }
    }
    let nowhere = Page { dpi: None, ..page(1, 1, vec![block(BlockKind::Text, rect(0.0, 0.0, 1.0, 1.0), None)]) };
    assert_eq!(draw_boxes(&Raster::filled(1, 1, GREY), &nowhere).width(), 1);
}

#[test]
fn an_empty_page_is_its_picture() {
    let picture = sheet();
    assert_eq!(draw_boxes(&picture, &page(200, 100, Vec::new())), picture);
}

#[test]
fn a_png_holds_the_same_pixels() {
    for (width, height) in [(1, 1), (31, 17)] {
        let picture = Raster::from_bgr(width, height, bgr_of(&pattern(width, height))).unwrap();
        let file = encode_png(&picture).unwrap();
        assert_eq!(decode(MediaFormat::Png, &file).unwrap(), picture);
    }
}

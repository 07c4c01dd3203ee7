//! What must hold of any page at all.

use super::arrange_ruled;
use super::*;
use mediary_core::document::{Rules, Segment};

/// Each text is one word found nowhere else.
fn words_of(text: &str) -> Vec<&str> {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    words.sort_unstable();
    words
}

fn random_boxes(random: &mut Random, count: usize, spread: f32) -> Vec<(Quad, Line)> {
    let texts = ["", "•", "1.", "(a)", "12.50", "Name:", "漢字", "שלום", "-"];
    (0..count)
        .map(|index| {
            let (left, top) = (random.between(-50.0, spread), random.between(-50.0, spread));
            let (width, height) = (random.between(0.0, 400.0), random.between(0.0, 60.0));
            let angle = random.between(-0.4, 0.4);
            let quad = Quad::upright(left, top, left + width, top + height).map(|point| point.rotated(angle));
            let text = format!("{}w{index}", texts[random.below(texts.len())]);
            (quad, Line { text, bbox: quad.bounds(), confidence: Some(0.5), words: Vec::new() })
        })
        .collect()
}

#[test]
fn every_text_appears_once_whatever_the_page() {
    let mut random = Random(2024);
    for (count, spread) in [(1, 10.0), (2, 50.0), (7, 300.0), (60, 900.0), (300, 1500.0), (3000, 4000.0)] {
        for _ in 0..(600 / count).clamp(2, 40) {
            let boxes = random_boxes(&mut random, count, spread);
            let input = boxes.iter().map(|(_, line)| line.text.clone()).collect::<Vec<String>>().join(" ");
            let lines: Vec<Line> = boxes.iter().map(|(_, line)| line.clone()).collect();
            let arranged = to_text(&arrange(boxes, WIDTH_PX, HEIGHT_PX));
            assert_eq!(words_of(&arranged), words_of(&input), "{count} boxes");
            let layer = to_text(&arrange_plain(lines));
            assert_eq!(words_of(&layer), words_of(&input), "{count} lines");
        }
    }
}

#[test]
fn every_text_appears_once_whatever_the_rules() {
    let mut random = Random(31);
    for (count, lines) in [(1, 2), (7, 6), (60, 12), (60, 60), (300, 30), (1000, 200)] {
        for _ in 0..(600 / count).clamp(2, 40) {
            let mut boxes = random_boxes(&mut random, count, 1500.0);
            for (quad, line) in boxes.iter_mut().filter(|(_, line)| line.text.len() % 2 == 0) {
                let word = Word { text: line.text.clone(), bbox: quad.bounds(), confidence: None };
                let other = Word { text: format!("{}x", word.text), ..word.clone() };
                line.text = format!("{} {}", word.text, other.text);
                line.words = vec![word, Word { bbox: other.bbox.moved(random.between(0.0, 300.0), 0.0), ..other }];
            }
            let rules = random_rules(&mut random, lines);
            let input = boxes.iter().map(|(_, line)| line.text.clone()).collect::<Vec<String>>().join(" ");
            let arranged = to_text(&arrange_ruled(boxes, &rules, WIDTH_PX, HEIGHT_PX));
            assert_eq!(words_of(&arranged), words_of(&input), "{count} boxes, {lines} lines");
        }
    }
}

/// Lines between a few places, so that many of them meet; some askew, some of no use at all.
fn random_rules(random: &mut Random, count: usize) -> Rules {
    let mut rules = Rules::default();
    for index in 0..count {
        let mut place = || 100.0 * random.below(16) as f32;
        let (at, from, to) = (place(), place(), place());
        let tilt = random.between(-5.0, 5.0);
        let odd = [f32::NAN, f32::INFINITY, f32::MAX, at];
        let at = if random.below(40) == 0 { odd[random.below(4)] } else { at };
        if index % 2 == 0 {
            rules.horizontal.push(Segment { start: Point::new(from, at), end: Point::new(to, at + tilt) });
        } else {
            rules.vertical.push(Segment { start: Point::new(at, from), end: Point::new(at + tilt, to) });
        }
    }
    rules
}

#[test]
fn markdown_holds_every_word_of_the_page() {
    let mut random = Random(77);
    for _ in 0..20 {
        let boxes: Vec<(Quad, Line)> = random_boxes(&mut random, 120, 1500.0);
        let letters = |text: &str| {
            let mut letters: Vec<char> = text.chars().filter(|character| character.is_alphanumeric()).collect();
            letters.sort_unstable();
            letters.into_iter().collect::<String>()
        };
        let input: String = boxes.iter().map(|(_, line)| line.text.as_str()).collect();
        let markdown = to_markdown(&arrange(boxes, WIDTH_PX, HEIGHT_PX)).replace("<br>", "");
        assert_eq!(letters(&markdown), letters(&input));
    }
}

#[test]
fn the_order_of_the_boxes_does_not_matter() {
    let mut random = Random(5);
    let boxes = random_boxes(&mut random, 200, 1500.0);
    let expected = to_text(&arrange(boxes.clone(), WIDTH_PX, HEIGHT_PX));
    let reversed: Vec<(Quad, Line)> = boxes.into_iter().rev().collect();
    assert_eq!(to_text(&arrange(reversed, WIDTH_PX, HEIGHT_PX)), expected);
}

#[test]
fn boxes_without_extent_or_number_do_no_harm() {
    for value in [0.0, f32::NAN, f32::INFINITY, f32::MAX] {
        let quad = Quad([Point::new(value, value); 4]);
        let line =
            |text: &str| Line { text: text.to_owned(), bbox: quad.bounds(), confidence: None, words: Vec::new() };
        let boxes: Vec<(Quad, Line)> = (0..20).map(|index| (quad, line(&format!("w{index}")))).collect();
        let arranged = to_text(&arrange(boxes, 0, 0));
        assert_eq!(arranged.split_whitespace().count(), 20, "{value}");
    }
}

#[test]
fn a_block_holds_its_lines_and_their_confidence() {
    let sheet = Sheet::new().row(&[(150.0, "left"), (230.0, "right")]).lines(&["second"]);
    for block in sheet.arranged(3.0) {
        for line in &block.lines {
            assert_eq!(block.bbox.union(line.bbox), block.bbox);
            assert!(line.confidence.is_some_and(|confidence| (confidence - 0.9).abs() < 1e-3), "{line:?}");
        }
    }
}

//! What must hold of points, boxes and turns whatever their size and place.
//!
//! Coordinates are whole quarters of a pixel, so that sums and differences are exact and so are the comparisons.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::Raster;

/// The same cases on every run and every machine, and no files left behind.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(2024), ..ProptestConfig::default() }
}

const TURNS: [Turn; 4] = [Turn::None, Turn::Quarter, Turn::Half, Turn::ThreeQuarters];

fn turn() -> impl Strategy<Value = Turn> {
    proptest::sample::select(&TURNS)
}

/// The turn that brings a page back, by way of its degrees.
fn inverse(turn: Turn) -> Turn {
    TURNS.into_iter().find(|back| (turn.degrees() + back.degrees()).is_multiple_of(360)).unwrap()
}

/// How large a page is once it is turned.
fn turned_size(turn: Turn, (width, height): (f32, f32)) -> (f32, f32) {
    if turn.degrees().is_multiple_of(180) { (width, height) } else { (height, width) }
}

fn coordinate() -> impl Strategy<Value = f32> {
    (-30_000_i16..30_000).prop_map(|quarters| f32::from(quarters) / 4.0)
}

fn size() -> impl Strategy<Value = (f32, f32)> {
    let side = || (1_u16..60_000).prop_map(|quarters| f32::from(quarters) / 4.0);
    (side(), side())
}

fn point() -> impl Strategy<Value = Point> {
    (coordinate(), coordinate()).prop_map(|(x, y)| Point::new(x, y))
}

fn rect() -> impl Strategy<Value = Rect> {
    (point(), size()).prop_map(|(Point { x, y }, (width, height))| Rect {
        left: x,
        top: y,
        right: x + width,
        bottom: y + height,
    })
}

/// Four corners anywhere.
fn quad() -> impl Strategy<Value = Quad> {
    [point(), point(), point(), point()].prop_map(Quad)
}

/// A box of text: a rectangle turned by any angle.
fn tilted() -> impl Strategy<Value = Quad> {
    (rect(), -3.2_f32..3.2).prop_map(|(rect, radians)| {
        Quad::upright(rect.left, rect.top, rect.right, rect.bottom).map(|corner| corner.rotated(radians))
    })
}

fn blocks() -> impl Strategy<Value = Vec<Block>> {
    let word = rect().prop_map(|bbox| Word { text: "word".to_owned(), bbox, confidence: Some(0.5) });
    let line = (rect(), proptest::collection::vec(word, 0..3)).prop_map(|(bbox, words)| Line {
        text: "line".to_owned(),
        bbox,
        confidence: Some(0.25),
        words,
    });
    let block = (rect(), proptest::collection::vec(line, 0..3)).prop_map(|(bbox, lines)| Block {
        kind: BlockKind::Heading { level: 2 },
        bbox,
        lines,
        links: Vec::new(),
    });
    proptest::collection::vec(block, 0..3)
}

fn boxes(blocks: &[Block]) -> Vec<Rect> {
    let lines = blocks.iter().flat_map(|block| &block.lines);
    let words = lines.clone().flat_map(|line| &line.words).map(|word| word.bbox);
    blocks.iter().map(|block| block.bbox).chain(lines.map(|line| line.bbox)).chain(words).collect()
}

fn holds(outer: Rect, inner: Rect) -> bool {
    outer.left <= inner.left && outer.top <= inner.top && outer.right >= inner.right && outer.bottom >= inner.bottom
}

fn around(point: Point) -> Rect {
    Rect { left: point.x, top: point.y, right: point.x, bottom: point.y }
}

fn is_clockwise(Quad([a, b, _, d]): Quad) -> bool {
    (b.x - a.x) * (d.y - a.y) > (b.y - a.y) * (d.x - a.x)
}

/// What single precision may lose on a page of this size.
fn near(left: Point, right: Point) -> bool {
    left.distance(right) < 0.05
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_turn_and_the_turn_back_leave_a_box_where_it_was(turn in turn(), rect in rect(), size in size()) {
        let turned = turned_size(turn, size);
        let on_the_turned_page = inverse(turn).undone(rect, turned.0, turned.1);
        prop_assert_eq!(turn.undone(on_the_turned_page, size.0, size.1), rect);
    }

    #[test]
    fn four_quarters_are_no_turn(rect in rect(), (width, height) in size()) {
        let mut turned = rect;
        for (width, height) in [(width, height), (height, width), (width, height), (height, width)] {
            turned = Turn::Quarter.undone(turned, width, height);
        }
        prop_assert_eq!(turned, rect);
        let twice = Turn::Quarter.undone(Turn::Quarter.undone(rect, height, width), width, height);
        prop_assert_eq!(twice, Turn::Half.undone(rect, width, height));
    }

    #[test]
    fn a_turn_keeps_sizes_and_what_holds_what(turn in turn(), one in rect(), two in rect(), size in size()) {
        let undone = |rect| turn.undone(rect, size.0, size.1);
        let turned = undone(one);
        prop_assert_eq!((turned.width(), turned.height()), turned_size(turn, (one.width(), one.height())));
        prop_assert_eq!(undone(one.union(two)), undone(one).union(undone(two)));
        let page = |(right, bottom)| Rect { left: 0.0, top: 0.0, right, bottom };
        prop_assert_eq!(undone(page(turned_size(turn, size))), page(size));
    }

    #[test]
    fn all_boxes_of_all_blocks_are_turned_and_nothing_else(turn in turn(), blocks in blocks(), size in size()) {
        let undone = turn.undone_in(blocks.clone(), size.0, size.1);
        let expected: Vec<Rect> = boxes(&blocks).into_iter().map(|rect| turn.undone(rect, size.0, size.1)).collect();
        prop_assert_eq!(boxes(&undone), expected);
        let turned = turned_size(turn, size);
        prop_assert_eq!(inverse(turn).undone_in(undone, turned.0, turned.1), blocks);
    }

    #[test]
    fn a_box_follows_its_pixels(turn in turn(), (width, height) in (1_usize..12, 1_usize..12), at in any::<[u8; 4]>()) {
        let [x, y, right, bottom] = at.map(usize::from);
        let (x, y) = (x % width, y % height);
        let (right, bottom) = (x + 1 + right % (width - x), y + 1 + bottom % (height - y));
        let mut bgr = vec![0; width * height * Raster::CHANNELS];
        for y in y..bottom {
            bgr[(y * width + x) * Raster::CHANNELS..(y * width + right) * Raster::CHANNELS].fill(255);
        }
        let page = Raster::from_bgr(width as u32, height as u32, bgr).unwrap();
        let turned = page.turned(turn);
        let white = (0..turned.height()).flat_map(|y| (0..turned.width()).map(move |x| (x, y)));
        let white = white.filter(|&(x, y)| turned.row(y as usize)[x as usize * Raster::CHANNELS] == 255);
        let found = Rect::around(white.map(|(x, y)| {
            let (left, top) = (x as f32, y as f32);
            Rect { left, top, right: left + 1.0, bottom: top + 1.0 }
        }));
        let painted = [x, y, right, bottom].map(|edge| edge as f32);
        let [left, top, right, bottom] = painted;
        let back = turn.undone(found.unwrap(), width as f32, height as f32);
        prop_assert_eq!(back, Rect { left, top, right, bottom });
        prop_assert_eq!(turned.turned(inverse(turn)), page);
    }

    #[test]
    fn bounds_hold_every_corner_and_no_more(quad in quad()) {
        let bounds = quad.bounds();
        prop_assert!(quad.0.iter().all(|corner| holds(bounds, around(*corner))));
        prop_assert_eq!(Rect::around(quad.0.map(around)), Some(bounds));
    }

    #[test]
    fn a_part_of_a_quad_lies_within_it(quad in quad(), from in 0.0_f32..=1.0, to in 0.0_f32..=1.0) {
        let Rect { left, top, right, bottom } = quad.bounds();
        let bounds = Rect { left: left - 0.05, top: top - 0.05, right: right + 0.05, bottom: bottom + 0.05 };
        prop_assert!(holds(bounds, quad.between(from, to).bounds()));
        let whole = quad.between(0.0, 1.0);
        prop_assert!(quad.0.into_iter().zip(whole.0).all(|(corner, same)| near(corner, same)));
    }

    #[test]
    fn parts_of_a_tilted_box_add_up_to_it(quad in tilted(), share in 0.0_f32..=1.0) {
        let (left, right) = (quad.between(0.0, share), quad.between(share, 1.0));
        prop_assert!((left.width() + right.width() - quad.width()).abs() < 0.05);
        prop_assert!((left.height() - quad.height()).abs() < 0.05 && (right.height() - quad.height()).abs() < 0.05);
        prop_assert!(near(left.0[1], right.0[0]) && near(left.0[2], right.0[3]));
    }

    #[test]
    fn a_quad_twice_upside_down_is_itself(quad in tilted()) {
        let over = quad.upside_down();
        prop_assert_eq!(over.upside_down(), quad);
        prop_assert_eq!(over.bounds(), quad.bounds());
        prop_assert_eq!((over.width(), over.height()), (quad.width(), quad.height()));
        prop_assert!(near(over.centre(), quad.centre()));
        // Only where the edges are long enough for their angles to be more than noise.
        if quad.width() > 100.0 && quad.height() > 100.0 {
            prop_assert!(is_clockwise(quad) && is_clockwise(over), "mirrored");
            let half_turns = (over.angle() - quad.angle()).abs() / std::f32::consts::PI;
            prop_assert!((half_turns - 1.0).abs() < 0.01, "{}", half_turns);
        }
    }

    #[test]
    fn the_rectangle_around_some_holds_each_and_no_more(rects in proptest::collection::vec(rect(), 1..8)) {
        let outer = Rect::around(rects.clone()).unwrap();
        prop_assert!(rects.iter().all(|rect| holds(outer, *rect)));
        prop_assert_eq!(Rect::around(rects.iter().rev().copied()), Some(outer));
        let touched = |edge: fn(&Rect) -> f32| rects.iter().any(|rect| edge(rect) == edge(&outer));
        prop_assert!(touched(|r| r.left) && touched(|r| r.top) && touched(|r| r.right) && touched(|r| r.bottom));
    }

    #[test]
    fn a_scaled_box_is_the_same_place_of_a_larger_page(one in rect(), two in rect(), power in -3_i32..=3) {
        // A power of two, so that nothing is rounded.
        let factor = 2_f32.powi(power);
        let scaled = one.scaled(factor);
        prop_assert_eq!((scaled.width(), scaled.height()), (one.width() * factor, one.height() * factor));
        prop_assert_eq!(scaled.scaled(1.0 / factor), one);
        prop_assert_eq!(one.union(two).scaled(factor), scaled.union(two.scaled(factor)));
    }

    #[test]
    fn to_turn_and_to_turn_back_is_to_stay(point in point(), other in point(), radians in -6.3_f32..6.3) {
        prop_assert!(near(point.rotated(radians).rotated(-radians), point));
        let turned = point.rotated(radians).distance(other.rotated(radians));
        prop_assert!((turned - point.distance(other)).abs() < 0.05);
        prop_assert_eq!(point.distance(other), other.distance(point));
        prop_assert!(near(point.towards(other, 0.5), other.towards(point, 0.5)));
    }
}

//! Painted maps and the boxes that must come out of them.

use super::*;

const SETTINGS: BoxSettings =
    BoxSettings { pixel_threshold: 0.2, box_threshold: 0.4, unclip_ratio: 1.4, max_boxes: 100 };

struct Map {
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl Map {
    fn new(width: usize, height: usize) -> Self {
        Self { width, height, values: vec![0.0; width * height] }
    }

    /// Paints a bar around a centre, turned clockwise.
    fn bar(mut self, centre: (f32, f32), along: f32, across: f32, degrees: f32, value: f32) -> Self {
        for y in 0..self.height {
            for x in 0..self.width {
                let point = Point::new(x as f32 + 0.5 - centre.0, y as f32 + 0.5 - centre.1);
                let turned = point.rotated(-degrees.to_radians());
                if turned.x.abs() <= along / 2.0 && turned.y.abs() <= across / 2.0 {
                    self.values[y * self.width + x] = value;
                }
            }
        }
        self
    }

    fn boxes(&self) -> Vec<Quad> {
        from_map(&self.values, self.width, self.height, &SETTINGS)
    }
}

#[test]
fn a_bar_gives_one_grown_box_at_its_angle() {
    for degrees in [0.0, 5.0, -12.0, 40.0] {
        let quads = Map::new(400, 300).bar((200.0, 150.0), 200.0, 20.0, degrees, 0.9).boxes();
        assert_eq!(quads.len(), 1, "{degrees}°");
        let quad = quads[0];
        // 200 × 20 over a circumference of 440, times 1.4, on each side.
        let growth = 2.0 * 200.0 * 20.0 * 1.4 / 440.0;
        assert!((quad.width() - 200.0 - growth).abs() < 3.5, "{degrees}° {quad:?}");
        assert!((quad.height() - 20.0 - growth).abs() < 3.5, "{degrees}° {quad:?}");
        assert!((quad.angle().to_degrees() - degrees).abs() < 1.0, "{degrees}° {quad:?}");
        assert!(quad.centre().distance(Point::new(200.0, 150.0)) < 1.5, "{degrees}° {quad:?}");
    }
}

#[test]
fn a_standing_bar_gives_a_standing_box() {
    let quads = Map::new(100, 300).bar((50.0, 150.0), 20.0, 200.0, 0.0, 0.9).boxes();
    assert_eq!(quads.len(), 1);
    assert!(quads[0].height() > quads[0].width() * 4.0);
    assert!(quads[0].angle().abs() < 0.01);
}

#[test]
fn what_touches_is_one_region_and_what_does_not_is_two() {
    let apart = Map::new(300, 100).bar((75.0, 50.0), 100.0, 20.0, 0.0, 0.9).bar((225.0, 50.0), 100.0, 20.0, 0.0, 0.9);
    assert_eq!(apart.boxes().len(), 2);
    let joined = apart.bar((150.0, 50.0), 60.0, 6.0, 0.0, 0.9);
    assert_eq!(joined.boxes().len(), 1);
    let mut corners = Map::new(40, 40).bar((10.0, 10.0), 20.0, 20.0, 0.0, 0.9).bar((30.0, 30.0), 20.0, 20.0, 0.0, 0.9);
    assert_eq!(corners.boxes().len(), 1, "pixels that touch at a corner belong together");
    corners.values[19 * 40 + 19] = 0.0;
    assert_eq!(corners.boxes().len(), 2);
}

#[test]
fn specks_and_faint_regions_are_dropped() {
    assert!(Map::new(100, 100).bar((50.0, 50.0), 40.0, 2.0, 0.0, 0.9).boxes().is_empty(), "a hairline");
    assert!(Map::new(100, 100).bar((50.0, 50.0), 40.0, 20.0, 0.0, 0.3).boxes().is_empty(), "below the box threshold");
    assert!(Map::new(100, 100).bar((50.0, 50.0), 40.0, 20.0, 0.0, 0.1).boxes().is_empty(), "below the pixel threshold");
    assert!(Map::new(64, 64).boxes().is_empty(), "nothing");
}

#[test]
fn boxes_stay_on_the_map() {
    let quads = Map::new(200, 60).bar((100.0, 30.0), 400.0, 100.0, 0.0, 0.9).boxes();
    assert_eq!(quads, [Quad::upright(0.0, 0.0, 200.0, 60.0)]);
}

#[test]
fn noise_gives_no_more_boxes_than_allowed() {
    let mut map = Map::new(400, 400);
    for speck in 0..1_600 {
        let (left, top) = (speck % 40 * 10, speck / 40 * 10);
        for y in top..top + 6 {
            map.values[y * 400 + left..y * 400 + left + 6].fill(0.9);
        }
    }
    assert_eq!(map.boxes().len(), SETTINGS.max_boxes);
}

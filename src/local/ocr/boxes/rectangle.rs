//! The rectangle of least area around points, at any angle.
//!
//! One of its sides lies on a side of the convex hull (Freeman and Shapira, 1975), so trying each
//! hull side finds it.

use mediary_core::document::{Point, Quad};

/// A rectangle: its centre, the direction of its text, and its length along and across it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rectangle {
    centre: Point,
    /// Angle of the long way of upright text against the horizontal, within ±45°.
    radians: f32,
    along: f32,
    across: f32,
}

impl Rectangle {
    /// The smallest rectangle around the points; `None` if they lie on a line or there are none.
    pub(super) fn around(points: &[Point]) -> Option<Self> {
        let hull = convex_hull(points);
        if hull.len() < 3 {
            return None;
        }
        let sides = (0..hull.len()).map(|index| (hull[index], hull[(index + 1) % hull.len()]));
        let fits = sides.map(|(a, b)| Self::at_angle(&hull, (b.y - a.y).atan2(b.x - a.x)));
        fits.min_by(|a, b| (a.along * a.across).total_cmp(&(b.along * b.across)))
    }

    fn at_angle(hull: &[Point], radians: f32) -> Self {
        use std::f32::consts::{FRAC_PI_2, FRAC_PI_4};
        let quarter_turns = ((radians + FRAC_PI_4) / FRAC_PI_2).floor();
        let radians = radians - quarter_turns * FRAC_PI_2;
        let mut low = Point::new(f32::INFINITY, f32::INFINITY);
        let mut high = Point::new(f32::NEG_INFINITY, f32::NEG_INFINITY);
        for point in hull {
            let turned = point.rotated(-radians);
            low = Point::new(low.x.min(turned.x), low.y.min(turned.y));
            high = Point::new(high.x.max(turned.x), high.y.max(turned.y));
        }
        let centre = Point::new((low.x + high.x) / 2.0, (low.y + high.y) / 2.0).rotated(radians);
        Self { centre, radians, along: high.x - low.x, across: high.y - low.y }
    }

    /// The shorter of its sides.
    pub(super) fn short_side(&self) -> f32 {
        self.along.min(self.across)
    }

    /// Grown on every side by its area over its circumference, times `ratio`.
    pub(super) fn grown(self, ratio: f32) -> Self {
        let distance = self.along * self.across * ratio / (2.0 * (self.along + self.across));
        Self { along: self.along + 2.0 * distance, across: self.across + 2.0 * distance, ..self }
    }

    /// Its corners, clockwise from the upper left of upright text.
    pub(super) fn quad(&self) -> Quad {
        let (x, y) = (self.along / 2.0, self.across / 2.0);
        Quad::upright(-x, -y, x, y).map(|corner| {
            let turned = corner.rotated(self.radians);
            Point::new(self.centre.x + turned.x, self.centre.y + turned.y)
        })
    }
}

/// The convex hull (Andrew's monotone chain, 1979).
fn convex_hull(points: &[Point]) -> Vec<Point> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    sorted.dedup();
    let mut hull = half_hull(sorted.iter());
    let mut other = half_hull(sorted.iter().rev());
    // Each half ends where the other begins.
    hull.pop();
    other.pop();
    hull.extend(other);
    hull
}

fn half_hull<'a>(points: impl Iterator<Item = &'a Point>) -> Vec<Point> {
    let mut half: Vec<Point> = Vec::new();
    for &point in points {
        while let [.., a, b] = half.as_slice()
            && (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x) <= 0.0
        {
            half.pop();
        }
        half.push(point);
    }
    half
}

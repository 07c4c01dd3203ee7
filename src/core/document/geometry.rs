//! Points, upright rectangles and four-cornered boxes in page pixels: x to the right, y downwards.

use serde::{Deserialize, Serialize};

/// A place on a page, in pixels from its top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

impl Point {
    /// A point at the given place.
    #[must_use]
    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    /// How far it is to another point.
    #[must_use]
    pub fn distance(self, other: Self) -> f32 {
        (other.x - self.x).hypot(other.y - self.y)
    }

    /// The point at `share` of the way to another.
    #[must_use]
    pub fn towards(self, other: Self, share: f32) -> Self {
        Self::new(self.x + (other.x - self.x) * share, self.y + (other.y - self.y) * share)
    }

    /// Turned around the origin, clockwise as the page is seen.
    #[must_use]
    pub fn rotated(self, radians: f32) -> Self {
        let (sin, cos) = radians.sin_cos();
        Self::new(self.x * cos - self.y * sin, self.x * sin + self.y * cos)
    }
}

/// An upright rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Rect {
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Lower edge.
    pub bottom: f32,
}

impl Rect {
    /// Width, never negative.
    #[must_use]
    pub fn width(&self) -> f32 {
        (self.right - self.left).max(0.0)
    }

    /// Height, never negative.
    #[must_use]
    pub fn height(&self) -> f32 {
        (self.bottom - self.top).max(0.0)
    }

    /// The smallest rectangle around both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// The smallest rectangle around all of them; `None` of none.
    #[must_use]
    pub fn around(rects: impl IntoIterator<Item = Self>) -> Option<Self> {
        rects.into_iter().reduce(Self::union)
    }

    /// The area that both cover.
    #[must_use]
    pub fn shared(&self, other: &Self) -> f32 {
        let width = self.right.min(other.right) - self.left.max(other.left);
        let height = self.bottom.min(other.bottom) - self.top.max(other.top);
        width.max(0.0) * height.max(0.0)
    }

    /// Width times height.
    #[must_use]
    pub fn area(&self) -> f32 {
        self.width() * self.height()
    }

    /// The same rectangle, so far to the right and down.
    #[must_use]
    pub fn moved(self, right: f32, down: f32) -> Self {
        Self { left: self.left + right, top: self.top + down, right: self.right + right, bottom: self.bottom + down }
    }

    /// The same place on a page that is `factor` times as large.
    #[must_use]
    pub fn scaled(self, factor: f32) -> Self {
        Self {
            left: self.left * factor,
            top: self.top * factor,
            right: self.right * factor,
            bottom: self.bottom * factor,
        }
    }
}

/// A box with four corners, clockwise from the top left corner of the text in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quad(pub [Point; 4]);

impl Quad {
    /// The upright box with these edges.
    #[must_use]
    pub fn upright(left: f32, top: f32, right: f32, bottom: f32) -> Self {
        Self([Point::new(left, top), Point::new(right, top), Point::new(right, bottom), Point::new(left, bottom)])
    }

    /// Length along the text: the longer of the upper and the lower edge.
    #[must_use]
    pub fn width(&self) -> f32 {
        let [a, b, c, d] = self.0;
        a.distance(b).max(d.distance(c))
    }

    /// Height of the text: the longer of the left and the right edge.
    #[must_use]
    pub fn height(&self) -> f32 {
        let [a, b, c, d] = self.0;
        a.distance(d).max(b.distance(c))
    }

    /// The angle of the upper edge against the horizontal, in radians, clockwise.
    #[must_use]
    pub fn angle(&self) -> f32 {
        let [a, b, ..] = self.0;
        (b.y - a.y).atan2(b.x - a.x)
    }

    /// The middle.
    #[must_use]
    pub fn centre(&self) -> Point {
        let [a, b, c, d] = self.0;
        Point::new((a.x + b.x + c.x + d.x) / 4.0, (a.y + b.y + c.y + d.y) / 4.0)
    }

    /// The upright rectangle around it.
    #[must_use]
    pub fn bounds(&self) -> Rect {
        let [a, b, c, d] = self.0;
        Rect {
            left: a.x.min(b.x).min(c.x).min(d.x),
            top: a.y.min(b.y).min(c.y).min(d.y),
            right: a.x.max(b.x).max(c.x).max(d.x),
            bottom: a.y.max(b.y).max(c.y).max(d.y),
        }
    }

    /// The part between two shares of its length, 0 at the left edge and 1 at the right.
    #[must_use]
    pub fn between(&self, from: f32, to: f32) -> Self {
        let [a, b, c, d] = self.0;
        Self([a.towards(b, from), a.towards(b, to), d.towards(c, to), d.towards(c, from)])
    }

    /// The same box for text that stands on its head in it.
    #[must_use]
    pub fn upside_down(&self) -> Self {
        let [a, b, c, d] = self.0;
        Self([c, d, a, b])
    }

    /// Each corner passed through a mapping.
    #[must_use]
    pub fn map(self, mapping: impl FnMut(Point) -> Point) -> Self {
        Self(self.0.map(mapping))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_tilted_quad_keeps_its_tilt() {
        let quad = Quad::upright(0.0, 0.0, 100.0, 20.0).map(|point| point.rotated(0.1));
        let part = quad.between(0.25, 0.5);
        assert!((part.width() - 25.0).abs() < 1e-3, "{part:?}");
        assert!((part.height() - 20.0).abs() < 1e-3, "{part:?}");
        assert!((part.angle() - quad.angle()).abs() < 1e-5, "{part:?}");
    }

    #[test]
    fn bounds_hold_every_corner() {
        let bounds = Quad::upright(-10.0, -2.0, 10.0, 2.0).map(|point| point.rotated(0.5)).bounds();
        assert!(bounds.height() > 9.0 && bounds.width() < 20.0, "{bounds:?}");
    }

    #[test]
    fn nothing_has_no_rectangle_around_it() {
        assert_eq!(Rect::around([]), None);
    }
}

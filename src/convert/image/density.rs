//! The dots per inch that a file claims, along the width and down the page, and what follows from unequal ones.
//!
//! Where a file says so is the business of its format: see `header` and `tiff`.

/// Dots per inch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Density {
    pub(super) across: u32,
    pub(super) down: u32,
}

impl Density {
    /// `None` where either is nothing.
    pub(super) fn new(across: u32, down: u32) -> Option<Self> {
        (across > 0 && down > 0).then_some(Self { across, down })
    }

    /// The dots per inch of the picture once its dots are square.
    pub(super) fn square(self) -> u32 {
        self.across.max(self.down)
    }

    /// The size of a picture whose dots are made square, if they are so far from it that letters would be
    /// squashed: faxes have half or a quarter of the lines. `None` if they are square, or the claim is absurd.
    pub(super) fn squared(self, width: u32, height: u32) -> Option<(u32, u32)> {
        let (across, down) = (f64::from(self.across), f64::from(self.down));
        let ratio = across.max(down) / across.min(down);
        let stretched = |side: u32| (f64::from(side) * ratio).round() as u32;
        match (1.2..=4.5).contains(&ratio) {
            true if across > down => Some((width, stretched(height))),
            true => Some((stretched(width), height)),
            false => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_made_square_where_letters_would_be_squashed() {
        let rows = [
            ((200, 200), None),
            ((204, 196), None),
            ((204, 98), Some((1728, 2290))),
            ((98, 204), Some((3597, 1100))),
            ((1, 300), None),
        ];
        for ((across, down), expected) in rows {
            assert_eq!(Density { across, down }.squared(1728, 1100), expected, "{across} × {down}");
        }
    }
}

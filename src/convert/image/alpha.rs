//! Pictures with transparency, and the backdrop for those that lose it.
//!
//! The backdrop is white, as on paper, unless that would hide the writing: light writing on a transparent ground
//! gets black. Called for every picture with an alpha channel.

/// A picture with transparency: red, green, blue and coverage, a byte each.
pub(super) struct Clear {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) rgba: Vec<u8>,
}

const WHITE: u8 = 255;
const BLACK: u8 = 0;

/// What is visible counts as light from this mean luminance on.
const LIGHT: u64 = 160;

/// Light content needs a dark ground only where the ground shows: a white page with transparent
/// corners or a window with a soft shadow has less transparency than 1 in this many pixels, writing
/// on nothing has more.
const TRANSPARENT_ONE_IN: u64 = 3;

/// The grey level to lay under the pixels (R, G, B and straight alpha, a byte each).
pub(super) fn backdrop(rgba: &[u8]) -> u8 {
    let (mut visible, mut light) = (0_u64, 0_u64);
    for &[red, green, blue, alpha] in rgba.as_chunks::<4>().0 {
        // ITU-R BT.601 luma in 1/256; the weight of a pixel is how much of it is seen.
        let luma = (77 * u64::from(red) + 150 * u64::from(green) + 29 * u64::from(blue)) >> 8;
        visible += u64::from(alpha);
        light += luma * u64::from(alpha);
    }
    let whole = rgba.len() as u64 / 4 * 255;
    let ground_shows = (whole - visible) * TRANSPARENT_ONE_IN >= whole;
    if visible > 0 && ground_shows && light >= LIGHT * visible { BLACK } else { WHITE }
}

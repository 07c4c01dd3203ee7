//! Pages of which next to nothing is known but their boxes or lines.

use super::*;

/// The blocks of boxes on a page with ruling lines.
pub(super) fn arrange_ruled(boxes: Vec<(Quad, Line)>, rules: &Rules, width_px: u32, height_px: u32) -> Vec<Block> {
    arrange_read(boxes, ReadPage { rules, faces: &[], width_px, height_px }).blocks
}

/// The blocks of a text layer of which only the lines are known.
pub(super) fn arrange_plain(lines: Vec<Line>) -> Vec<Block> {
    let rules = Rules::default();
    let page =
        LayerPage { rules: &rules, shades: &[], outline: &[], tags: None, width_px: WIDTH_PX, height_px: HEIGHT_PX };
    arrange_layer(lines.into_iter().map(SetLine::from).collect(), page).blocks
}

//! Which sides pictures can have at all, whatever the target: what no target makes is refused before anything is called.

use mediary_core::Failure;
use mediary_core::task::{ImageJob, PartPath};

/// Longer sides than this are not asked for …
const MOST_SIDE_PX: u32 = 8192;
/// … nor shorter ones.
const LEAST_SIDE_PX: u32 = 16;
/// Nor pictures that are so many times as long as they are wide.
const MOST_RATIO: u32 = 16;

/// Whether a picture can have the sides that are asked for.
///
/// # Errors
/// When none can.
pub(super) fn are_possible(job: &ImageJob, is_strict: bool) -> Result<(), Failure> {
    let wrong = |field, detail: String| Err(Failure::malformed(detail).at(PartPath::Field(field)));
    if let Some(size) = job.size {
        let (longer, shorter) = (size.width.max(size.height), size.width.min(size.height));
        if longer > MOST_SIDE_PX {
            let detail = format!("a picture of {size} is larger than any target makes; ask for {MOST_SIDE_PX} at most");
            return wrong("size", detail);
        }
        if shorter < LEAST_SIDE_PX {
            let detail = format!(
                "a picture of {size} is smaller than any target makes; ask for {LEAST_SIDE_PX} pixels a side at least, or \
                 for a ratio as {}:{}",
                size.width, size.height
            );
            return wrong("size", detail);
        }
    }
    let Some(ratio) = job.ratio else { return Ok(()) };
    let (width, height) = (ratio.width, ratio.height);
    if width.max(height) > width.min(height).saturating_mul(MOST_RATIO) {
        let detail =
            format!("no target makes pictures of {width}:{height}; ask for {MOST_RATIO}:1 or 1:{MOST_RATIO} at most");
        return wrong("aspect_ratio", detail);
    }
    match job.size.filter(|size| is_strict && !size.has_ratio(ratio)) {
        Some(size) => {
            wrong("aspect_ratio", format!("{size} is not {width}:{height}; send `size` or `aspect_ratio` alone"))
        }
        None => Ok(()),
    }
}

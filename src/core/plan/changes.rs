//! What a target is asked for instead of what was asked: the nearest size, ratio or length that it has.

use super::Demand;
use crate::capability::Abilities;
use crate::task::{GenerateVideo, ImageSize};

/// A field of the request that has another value for a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which field.
    pub field: &'static str,
    /// What the target is asked for.
    pub asked: String,
    /// Whether what comes is made to fit here.
    pub is_made_up_for: bool,
}

/// What is otherwise for a target. Of pictures it is made up for, of videos not.
pub(super) fn changes(row: &Abilities, demand: &Demand) -> Vec<Change> {
    let mut changes = Vec::new();
    if let Some((field, choice)) = sides(row, demand)
        && let Some(asked) = choice.asked.filter(|_| !choice.is_exact)
    {
        let asked = match row.images.goes_by_ratio() {
            true => ratio(asked),
            false => asked.to_string(),
        };
        changes.push(Change { field, asked, is_made_up_for: true });
    }
    if let (Some(video), Some(abilities)) = (&demand.video, &row.video) {
        let (given, changed) = abilities.nearest(video);
        let told = changed.into_iter().filter_map(|field| Some((field, value(&given, field)?)));
        changes.extend(told.map(|(field, asked)| Change { field, asked, is_made_up_for: false }));
    }
    changes
}

/// How long a target's video is, where that is known before.
pub(super) fn shown_seconds(row: &Abilities, demand: &Demand) -> Option<f64> {
    let video = demand.video.as_ref()?;
    let only = || {
        row.video.as_ref().and_then(|abilities| match *abilities.seconds {
            [only] => Some(only),
            _ => None,
        })
    };
    let given = row.video.as_ref().map_or(video.seconds, |abilities| abilities.nearest(video).0.seconds);
    given.or_else(only).map(f64::from)
}

fn sides(row: &Abilities, demand: &Demand) -> Option<(&'static str, crate::capability::SizeChoice)> {
    let by_size = demand.sides.size.map(|size| ("size", row.images.nearest(size)));
    by_size.or_else(|| demand.sides.ratio.map(|ratio| ("aspect_ratio", row.images.nearest_ratio(ratio))))
}

fn ratio(sides: ImageSize) -> String {
    format!("{}:{}", sides.width, sides.height)
}

/// A field of a video as requests have it.
fn value(video: &GenerateVideo, field: &str) -> Option<String> {
    match field {
        "seconds" => video.seconds.map(|seconds| seconds.to_string()),
        "aspect_ratio" => video.proportions().map(|aspect| aspect.to_string()),
        "resolution" => video.resolution().map(|lines| format!("{lines}p")),
        "audio" => video.audio.map(|audio| audio.to_string()),
        // By numbers, or in the words that the target has for them.
        _ => match (video.aspect, video.lines) {
            (None, None) => video.size.map(|size| size.to_string()),
            (aspect, lines) => {
                let aspect = aspect.or_else(|| video.proportions()).map(|aspect| aspect.to_string());
                let lines = lines.or_else(|| video.resolution()).map(|lines| format!("{lines}p"));
                let words: Vec<String> = aspect.into_iter().chain(lines).collect();
                (!words.is_empty()).then(|| words.join(" "))
            }
        },
    }
}

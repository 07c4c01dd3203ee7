//! Plans as data: rows, requests and policies are lines of words, and so is what is expected of them.
//!
//! A row is `gemini/flash p=5 vision:1 image[px=2000,count=2] pdf cools=30`: a target, then words for what it can and how
//! it has been doing. A request is `png pdf[pages=3]! tools out=100`: parts, an exclamation mark for those in the result
//! of a tool, then demands. A plan is `gemini/flash(forward text), groq/llama(text text)`.

mod auto;
mod estimate;
mod notation;
mod order;
mod parts;
mod properties;
mod reasons;
mod resolve;
mod screen;

use notation::planned;

/// The recipes of a machine on which everything runs.
const RECIPES: &[&str] = &[
    "image-to-jpeg image->jpeg",
    "audio-to-mp3 audio->mp3",
    "audio-to-wav audio->wav",
    "pdf-to-images document->png x20",
    "video-to-mp4 video->mp4",
    "video-to-frames video->jpeg x16",
    "read-image image->text",
    "read-document document->text",
    "read-audio audio->text leaves",
    "read-video video->text leaves",
    "quote-text text->text",
];

/// Targets of every kind: reads only text; sees; sees and hears; reads PDF; takes all there is.
const KINDS: &[&str] = &[
    "text/t",
    "sees/s png jpeg webp gif",
    "hears/h png jpeg wav mp3",
    "reads/r png jpeg webp gif pdf[pages=100] toolmedia",
    "all/a image audio video pdf toolmedia",
];

/// The plan for one row, as words.
fn alone(row: &str, recipes: &[&str], request: &str, policy: &str) -> String {
    planned(&[row], recipes, request, policy).words()
}

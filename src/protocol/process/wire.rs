//! The types on the wire.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The JSON form of a request. Every field is optional but for one of `file_data`, `file_id` and `file_url`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JsonRequest<'a> {
    /// The file: base64, or a data URL.
    #[serde(borrow, default)]
    pub file_data: Option<Cow<'a, str>>,
    /// The id of a file that was sent before, in its place.
    pub file_id: Option<String>,
    /// The address of a file that is fetched, likewise.
    pub file_url: Option<String>,
    /// What the sender takes it for. The bytes decide; this only tells texts apart.
    pub mime_type: Option<String>,
    /// Its name, for the same purpose.
    pub file_name: Option<String>,
    /// `auto`, `local` or a target such as `local/paddleocr`.
    pub engine: Option<String>,
    /// `markdown`, `text`, `json`, `hocr`, `alto`, `pdf` or `image`.
    pub output: Option<String>,
    /// Pages counted from 1: `1-3,7`.
    pub pages: Option<String>,
    /// `none`, `lines` or `words`.
    pub detail: Option<String>,
    /// The password of an encrypted PDF.
    pub password: Option<String>,
    /// Read pixels even where the document has text of its own.
    pub force_ocr: Option<bool>,
    /// Never read pixels.
    pub text_layer_only: Option<bool>,
    /// Resolution for rendering pages.
    pub dpi: Option<u32>,
    /// Whether a result from before will do; true unless said otherwise.
    pub cache: Option<bool>,
    /// Whether each page is sent as soon as it is finished.
    pub stream: Option<bool>,
    /// Whether a picture of each page is made, to be fetched for an hour.
    pub pictures: Option<bool>,
    /// Whether the pictures of figures come along.
    pub images: Option<bool>,
}

/// The answer for one file.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadingBody {
    /// An id of this reading.
    pub id: String,
    /// Always `ocr`.
    pub object: &'static str,
    /// `success` (the document's own text), `ocr_success`, `partial`, `blank`; among several files also
    /// `failed`.
    pub status: &'static str,
    /// The text of all pages in the wanted form; absent with `output=json`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Whether a better reader might find more on any page.
    pub needs_ocr: bool,
    /// Whether these bytes were read before with the same options, and the result was remembered.
    pub cached: bool,
    /// What was read; absent if the file failed before that was known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<MediaBody>,
    /// The file's name, if it was sent with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// The selected pages.
    pub pages: Vec<PageBody>,
    /// The files that came with it, or that stand in it where it is an archive. Their text is in `content` too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub attachments: Vec<ReadingBody>,
    /// What was tried.
    pub attempts: Vec<AttemptBody>,
    /// What it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Why the file failed, among several.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub error: Option<serde_json::Value>,
}

/// The answers for several files.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadingList {
    /// Always `list`.
    pub object: &'static str,
    /// One answer per file, in their order.
    pub data: Vec<ReadingBody>,
}

/// What was read.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaBody {
    /// `document`, `image` or `text`.
    pub kind: String,
    /// What the bytes are: `pdf`, `png`, …
    pub format: String,
    /// How many pages the whole document has.
    pub pages: usize,
    /// Size of the file.
    pub size_bytes: u64,
    /// SHA-256 of the file.
    pub sha256: String,
}

/// One page.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageBody {
    /// Place in the document, from 0.
    pub index: usize,
    /// `text_layer`, `ocr` or `mixed`; absent if the page failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<&'static str>,
    /// What read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// From 0 to 1; null for a document's own text.
    pub confidence: Option<f32>,
    /// Width of the page in which boxes are measured.
    pub width_px: u32,
    /// Its height.
    pub height_px: u32,
    /// Its pixels per inch; null if the file does not say.
    pub dpi: Option<u32>,
    /// How the page was turned before reading, clockwise.
    pub rotation_deg: u16,
    /// The page's text as printed.
    pub text: String,
    /// Where its picture can be had for a while: with `output=image` with what was read outlined, with `pictures` as it
    /// was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// With `images`: its figures, which the text names by their ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<ImageBody>,
    /// With `detail=lines` or `words`: paragraphs in reading order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Vec<BlockBody>>,
    /// Whether a better reader might find more on it.
    pub needs_ocr: bool,
    /// Why: `low_confidence`, `script`, `ink_without_text`, `doubtful_text_layer`, `unread_pictures`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<&'static str>,
    /// Why the page was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A figure, its place in pixels of the page, and its picture.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImageBody {
    /// What the text names it by.
    #[schema(example = "img-0.jpeg")]
    pub id: String,
    /// Left.
    pub top_left_x: u32,
    /// Top.
    pub top_left_y: u32,
    /// Right.
    pub bottom_right_x: u32,
    /// Bottom.
    pub bottom_right_y: u32,
    /// A data URL of a JPEG; null if the picture could not be made, or all pictures together would be too much for one
    /// answer.
    pub image_base64: Option<String>,
}

/// Lines that belong together.
#[derive(Debug, Serialize, ToSchema)]
pub struct BlockBody {
    /// What it is: `text`, `heading`, `list`, `table`, `key_value`, `header`, `footer`, `code`,
    /// `figure`, `formula` or `note`.
    pub kind: &'static str,
    /// Of a heading: from 1, the uppermost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    /// Of a table: its entries, row by row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<Vec<Vec<String>>>,
    /// Of a table: the entries that take several places, each of which holds their text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<SpanBody>,
    /// Of a list: its items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<ItemBody>>,
    /// Of a note: by which the text refers to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Of a figure: what the document says of it for those who do not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub described: Option<String>,
    /// Of a figure with a place: what the text and `images` name it by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_id: Option<String>,
    /// Of a formula: whether its text is TeX; otherwise it is its characters in the order in which they were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_tex: Option<bool>,
    /// Of a caption: the place of its table or figure among the page's blocks, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption_of: Option<usize>,
    /// Of a footnote: the place of the block that refers to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footnote_of: Option<usize>,
    /// Where its text leads, of a document's own links.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkBody>,
    /// Left, top, right, bottom, in pixels of the page.
    pub bbox: [f32; 4],
    /// From 0 to 1; null for a document's own text.
    pub confidence: Option<f32>,
    /// In reading order.
    pub lines: Vec<LineBody>,
}

/// An entry of a table that takes several places.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpanBody {
    /// Its uppermost row, from 0.
    pub row: usize,
    /// Its leftmost column, from 0.
    pub column: usize,
    /// How many rows it takes.
    pub rows: usize,
    /// How many columns it takes.
    pub columns: usize,
}

/// An item of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemBody {
    /// How deeply it is nested; 0 for the outermost.
    pub depth: u8,
    /// What it is marked with.
    pub marker: String,
    /// Its text.
    pub text: String,
}

/// A place that leads elsewhere.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkBody {
    /// What it says.
    pub text: String,
    /// The address it leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The label of the note it leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One line.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineBody {
    /// Its characters.
    pub text: String,
    /// Left, top, right, bottom, in pixels of the page.
    pub bbox: [f32; 4],
    /// From 0 to 1; null for a document's own text.
    pub confidence: Option<f32>,
    /// With `detail=words`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<Vec<WordBody>>,
}

/// One word.
#[derive(Debug, Serialize, ToSchema)]
pub struct WordBody {
    /// Its characters.
    pub text: String,
    /// Left, top, right, bottom, in pixels of the page.
    pub bbox: [f32; 4],
    /// From 0 to 1; null for a document's own text.
    pub confidence: Option<f32>,
}

/// One engine's attempt at some pages, with the same outcome for all of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptBody {
    /// `text-layer`, or a target.
    pub engine: String,
    /// `accepted`, `rejected`, `failed` or `skipped`.
    pub outcome: &'static str,
    /// Why, where that is not plain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Which pages, from 0.
    pub pages: Vec<usize>,
    /// Time spent on all of them.
    pub duration_ms: u64,
}

/// What a reading took.
#[derive(Debug, Serialize, ToSchema)]
pub struct Usage {
    /// Pages that were read.
    pub pages_processed: usize,
    /// Size of the file.
    pub doc_size_bytes: u64,
    /// From the classified bytes to the last page.
    pub duration_ms: u64,
}

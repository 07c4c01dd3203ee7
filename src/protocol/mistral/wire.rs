//! The types on the wire, after Mistral's OpenAPI document and its Python client 3.7 (November 2026).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A request to read one document. Every field but `document` is optional.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OcrRequest<'a> {
    /// Whatever Mistral calls its models, or `auto`: what suits; `local` or a target such as `local/paddleocr`.
    #[schema(example = "mistral-ocr-latest")]
    pub model: Option<String>,
    /// The document.
    #[serde(borrow)]
    pub document: OcrDocument<'a>,
    /// Sent by older clients; it changes nothing.
    pub id: Option<String>,
    /// Pages counted from 0: a list of numbers, or a text such as `0-4,7`.
    pub pages: Option<PageNumbers>,
    /// Whether the pictures of figures come along, as data URLs; their places come anyway.
    pub include_image_base64: Option<bool>,
    /// No more figures are named than this, of the whole document.
    pub image_limit: Option<u32>,
    /// No figure is named whose width or height, in pixels of its page, is less.
    pub image_min_size: Option<u32>,
    /// Refused: it needs a language model.
    #[schema(value_type = Option<Object>)]
    pub bbox_annotation_format: Option<serde_json::Value>,
    /// Refused: it needs a language model.
    #[schema(value_type = Option<Object>)]
    pub document_annotation_format: Option<serde_json::Value>,
    /// Refused: it needs a language model.
    pub document_annotation_prompt: Option<String>,
    /// Gives tables apart from the text, which then only names them.
    pub table_format: Option<TableFormat>,
    /// Gives what is printed above the text apart from it.
    pub extract_header: Option<bool>,
    /// Gives what is printed below the text apart from it.
    pub extract_footer: Option<bool>,
    /// Whether to give blocks and their places; true if absent.
    pub include_blocks: Option<bool>,
    /// How closely to tell confidences; absent: not at all.
    pub confidence_scores_granularity: Option<Granularity>,
}

/// Where the document is: exactly one of the three.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OcrDocument<'a> {
    /// `document_url`, `image_url` or `file`.
    pub r#type: Option<String>,
    /// A `https:`, `http:` or base64 `data:` URL.
    #[serde(borrow)]
    pub document_url: Option<UrlText<'a>>,
    /// The name of the file.
    pub document_name: Option<String>,
    /// Likewise a URL, or an object with one. The bytes say whether it is an image.
    #[serde(borrow)]
    pub image_url: Option<ImageUrl<'a>>,
    /// Refused: files are not kept here.
    pub file_id: Option<String>,
}

/// A URL, which may hold a whole document and is not copied if it need not be. Serde borrows a bare `Cow` only where it
/// stands alone, not in an `Option`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct UrlText<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// The two ways to write the URL of an image.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum ImageUrl<'a> {
    /// The URL.
    Text(#[serde(borrow)] UrlText<'a>),
    /// The URL in an object.
    Object {
        /// The URL.
        #[serde(borrow)]
        url: UrlText<'a>,
        /// Meant for vision models; it changes nothing.
        #[serde(default)]
        detail: Option<String>,
    },
}

/// The two ways to write page numbers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum PageNumbers {
    /// Each page.
    List(Vec<usize>),
    /// Pages and ranges.
    Text(String),
}

/// In what form tables are given apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TableFormat {
    /// GitHub's.
    Markdown,
    /// HTML.
    Html,
}

/// How closely confidences are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Granularity {
    /// Of each page.
    Page,
    /// Also of each block.
    Block,
    /// Also of each word.
    Word,
}

/// The answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct OcrResponse {
    /// The selected pages.
    pub pages: Vec<OcrPage>,
    /// What read them: `text-layer`, `local/paddleocr`; with a plus between several.
    pub model: String,
    /// Always null: annotations need a language model.
    pub document_annotation: Option<String>,
    /// What it took.
    pub usage_info: OcrUsage,
}

/// What reading took.
#[derive(Debug, Serialize, ToSchema)]
pub struct OcrUsage {
    /// Pages that were read.
    pub pages_processed: usize,
    /// Size of the file.
    pub doc_size_bytes: u64,
}

/// One page.
#[derive(Debug, Serialize, ToSchema)]
pub struct OcrPage {
    /// Place in the document, from 0.
    pub index: usize,
    /// Its text.
    pub markdown: String,
    /// Its figures, which the text names by their ids.
    pub images: Vec<OcrImage>,
    /// With `table_format`: its tables, which the text names by their ids.
    pub tables: Vec<OcrTable>,
    /// The addresses that its links lead to; of PDFs and pictures none, where links are not looked for.
    pub hyperlinks: Vec<String>,
    /// With `extract_header`: what is printed above the text.
    pub header: Option<String>,
    /// With `extract_footer`: what is printed below the text.
    pub footer: Option<String>,
    /// Its size; null for a text file.
    pub dimensions: Option<OcrDimensions>,
    /// With `confidence_scores_granularity`; null where nothing had to be recognised.
    pub confidence_scores: Option<OcrPageScores>,
    /// With `include_blocks`: its blocks in reading order.
    pub blocks: Option<Vec<OcrBlock>>,
}

/// A figure and its place in pixels of the page.
#[derive(Debug, Serialize, ToSchema)]
pub struct OcrImage {
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
    /// With `include_image_base64`: a data URL of a JPEG; null also where it could not be made.
    pub image_base64: Option<String>,
    /// Always null: annotations need a language model.
    pub image_annotation: Option<String>,
}

/// Size of a page.
#[derive(Debug, Serialize, ToSchema)]
pub struct OcrDimensions {
    /// Pixels per inch; 72 for an image that does not say.
    pub dpi: u32,
    /// In pixels.
    pub height: u32,
    /// In pixels.
    pub width: u32,
}

/// A table that was given apart.
#[derive(Debug, Serialize, ToSchema)]
pub struct OcrTable {
    /// What the text names it by.
    #[schema(example = "tbl-0.html")]
    pub id: String,
    /// The table.
    pub content: String,
    /// Its form.
    pub format: TableFormat,
    /// With granularity `word`: its words; they start where `content` has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub word_confidence_scores: Option<Vec<OcrWordScore>>,
}

/// Confidences of a page, from 0 to 1.
#[derive(Debug, Serialize, ToSchema)]
pub struct OcrPageScores {
    /// Mean over all characters.
    pub average_page_confidence_score: f32,
    /// Of the least certain line, or word.
    pub minimum_page_confidence_score: f32,
    /// With granularity `word`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub word_confidence_scores: Option<Vec<OcrWordScore>>,
}

/// Confidence of a word.
#[derive(Debug, Serialize, ToSchema)]
pub struct OcrWordScore {
    /// The word.
    pub text: String,
    /// From 0 to 1.
    pub confidence: f32,
    /// Where it starts, in characters.
    pub start_index: usize,
}

/// Confidences of a block, from 0 to 1; null where nothing had to be recognised.
#[derive(Debug, Serialize, ToSchema)]
pub struct OcrBlockScores {
    /// Mean over all characters.
    pub average_content_confidence_score: Option<f32>,
    /// Of the least certain line.
    pub minimum_content_confidence_score: Option<f32>,
    /// Always null.
    pub block_type_confidence_score: Option<f32>,
}

/// A block and its place in pixels of the page.
#[derive(Debug, Serialize, ToSchema)]
pub struct OcrBlock {
    /// `text`, `title`, `list`, `table`, `image`, `equation`, `caption`, `code`, `header` or `footer`.
    pub r#type: &'static str,
    /// Its text; a title's without marks.
    pub content: String,
    /// Left.
    pub top_left_x: u32,
    /// Top.
    pub top_left_y: u32,
    /// Right.
    pub bottom_right_x: u32,
    /// Bottom.
    pub bottom_right_y: u32,
    /// Of a table that was given apart: its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_id: Option<String>,
    /// With granularity `block`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence_scores: Option<OcrBlockScores>,
}

/// The body of an error. Mistral has two shapes; clients that know one overlook the fields of the other.
#[derive(Debug, Serialize, ToSchema)]
pub struct MistralError {
    /// Always `error`.
    pub object: &'static str,
    /// A sentence that says what was wrong and what to do.
    pub message: String,
    /// The family of the error.
    pub r#type: &'static str,
    /// The field that is to blame, when it is one.
    pub param: Option<String>,
    /// What programs can tell errors apart by.
    pub code: &'static str,
    /// The same as a list, as clients expect it of status 422.
    pub detail: [MistralErrorDetail; 1],
}

/// One thing that was wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct MistralErrorDetail {
    /// Where in the request.
    pub loc: Vec<String>,
    /// What was wrong.
    pub msg: String,
    /// What programs can tell errors apart by.
    pub r#type: &'static str,
}

impl MistralError {
    /// An error with its family, code, sentence and maybe the field that is to blame.
    #[must_use]
    pub fn new(r#type: &'static str, code: &'static str, message: String, param: Option<String>) -> Self {
        let loc = std::iter::once("body").chain(param.iter().flat_map(|param| param.split('.')));
        let detail = MistralErrorDetail { loc: loc.map(str::to_owned).collect(), msg: message.clone(), r#type: code };
        Self { object: "error", message, r#type, param, code, detail: [detail] }
    }
}

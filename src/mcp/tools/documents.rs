//! `read_document` and `describe_media`: what stands in a document, what a medium shows or says.

use futures_util::StreamExt as _;
use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::arguments::{joined, read, result, schema};
use super::super::desk::{self, Desk, KeptFile};
use super::super::door::Answer;
use super::super::fence::Fence;
use super::super::form::Form;
use super::super::media::{Medium, Source};
use super::super::outcome::Outcome;
use super::super::trouble::Trouble;
use super::chat::{self, Words};
use super::{Effect, Offer, Reach};

/// So much of a text is told where it is not said.
const USUAL_CHARS: usize = 60_000;
const ROUTE: &str = "/v1/ocr/process";

pub(super) static READ: Offer = Offer {
    name: "read_document",
    title: "Read a document",
    description: "Text of a PDF, scan, photo, office file, e-mail or e-book, as Markdown with headings and tables; scans are \
                  recognised on the server. Long texts are cut: ask for `pages`, or take the whole by its file_id.",
    input: |is_here| joined(schema::<Reading>(), &Source::schema(is_here)),
    output: result::<Document>,
    effect: Effect::Reads,
    reach: Reach::Beyond,
    wants: None,
    run: |desk, arguments| Box::pin(read_document(desk, arguments)),
};

pub(super) static DESCRIBE: Offer = Offer {
    name: "describe_media",
    title: "Describe a medium",
    description: "What a picture, recording, video or document shows or says, in words; `question` asks for something of it. \
                  For the exact text of a document take read_document, for that of a recording transcribe.",
    input: |is_here| joined(schema::<Describing>(), &Source::schema(is_here)),
    output: result::<Described>,
    effect: Effect::Reads,
    reach: Reach::Beyond,
    wants: None,
    run: |desk, arguments| Box::pin(describe_media(desk, arguments)),
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Reading {
    /// Pages counted from 1, such as 1-3,7; else all
    pages: Option<String>,
    /// markdown unless said
    output: Option<Shape>,
    /// auto, local, or a target such as local/paddleocr
    engine: Option<String>,
    /// Of an encrypted PDF
    password: Option<String>,
    /// The most characters to return; 60000 unless said
    max_chars: Option<usize>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Shape {
    Markdown,
    Text,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Describing {
    /// What is wanted to know; else a description
    question: Option<String>,
    /// A model or a tier; else one that takes this medium
    model: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Document {
    /// Where the texts come from, and between which marks they stand
    #[serde(skip_serializing_if = "String::is_empty")]
    untrusted: String,
    text: String,
    /// success, ocr_success, partial or blank
    status: String,
    /// What the file is
    format: String,
    /// Pages of the whole document
    pages: u64,
    /// Pages that were read
    pages_read: usize,
    /// Pages, from 1, whose text is doubtful
    #[serde(skip_serializing_if = "Vec::is_empty")]
    doubtful_pages: Vec<u64>,
    /// Characters of the whole text
    characters: usize,
    /// Whether `text` is only its beginning
    truncated: bool,
    /// The whole text, where it is cut
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<KeptFile>,
}

/// What a model says of a medium.
#[derive(Debug, Serialize, JsonSchema)]
struct Described {
    /// Where the text comes from, and between which marks it stands
    untrusted: String,
    #[serde(flatten)]
    words: Words,
}

async fn read_document(desk: &Desk<'_>, mut arguments: JsonObject) -> Result<Outcome, Trouble> {
    let source = Source::take(&mut arguments)?;
    let Reading { pages, output, engine, password, max_chars } = read(arguments)?;
    let medium = source.medium(desk).await?;
    let output = match output.unwrap_or(Shape::Markdown) {
        Shape::Markdown => "markdown",
        Shape::Text => "text",
    };
    let is_told = desk.progress.is_wanted();
    let form = Form::new().field("output", output).maybe("pages", pages.as_deref()).maybe("engine", engine.as_deref());
    let form = form.maybe("password", password.as_deref()).maybe("stream", is_told.then_some("true"));
    let (media_type, body) = medium.within(form, "file_url").finish();
    let answer = desk.ask(axum::http::Method::POST, ROUTE, Some((media_type, body))).await?;
    let body = match is_told {
        true => told(desk, answer).await?,
        false => desk::json(&desk.whole(answer).await?.1)?,
    };
    document(desk, &body, max_chars.unwrap_or(USUAL_CHARS).max(1), output).await
}

/// The answer out of events, with each page told.
async fn told(desk: &Desk<'_>, answer: Answer) -> Result<Value, Trouble> {
    let (mut body, mut unread) = (answer.body, Vec::new());
    while let Some(piece) = body.next().await {
        unread
            .extend_from_slice(&piece.map_err(|why| Trouble::new(format!("The answer broke off: {why}. Try again.")))?);
        while let Some(end) = unread.windows(2).position(|two| two == b"\n\n") {
            let event: Vec<u8> = unread.drain(..end + 2).collect();
            let event = String::from_utf8_lossy(&event);
            let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            let data: Value = serde_json::from_str(field("data:").unwrap_or_default()).unwrap_or_default();
            match field("event:") {
                Some("page") => {
                    let number = |name: &str| data[name].as_f64().unwrap_or_default();
                    let (done, total) = (number("done"), number("total"));
                    desk.progress.tell(done, Some(total), format!("{done} of {total} pages read")).await;
                }
                Some("done") => return Ok(data),
                Some("error") => return Err(Trouble::refused(500, &answer.headers, data.to_string().as_bytes())),
                _ => {}
            }
        }
    }
    Err(Trouble::new("The reading broke off before its end. Try again."))
}

async fn document(desk: &Desk<'_>, body: &Value, most_chars: usize, output: &str) -> Result<Outcome, Trouble> {
    let text = body["content"].as_str().unwrap_or_default();
    let read: &[Value] = body["pages"].as_array().map_or(&[], Vec::as_slice);
    let doubtful = read.iter().filter(|page| page["needs_ocr"] == true || !page["error"].is_null());
    let doubtful_pages: Vec<u64> = doubtful.filter_map(|page| page["index"].as_u64()).map(|index| index + 1).collect();
    let (characters, kept, shown) = cut(desk, text, most_chars, output).await?;
    let fence = Fence::around("was taken from a document", [shown]);
    let is_blank = shown.trim().is_empty();
    let document = Document {
        untrusted: if is_blank { String::new() } else { fence.notice() },
        text: if is_blank { String::new() } else { fence.quoted(shown) },
        status: body["status"].as_str().unwrap_or_default().to_owned(),
        format: body["media"]["format"].as_str().unwrap_or_default().to_owned(),
        pages: body["media"]["pages"].as_u64().unwrap_or_default(),
        pages_read: read.len(),
        doubtful_pages,
        characters,
        truncated: shown.len() < text.len(),
        file: kept,
    };
    let mut words = if is_blank { String::new() } else { fence.told(shown) };
    if document.status == "blank" {
        words.push_str("[The document is blank: it has no text.]");
    }
    if !document.doubtful_pages.is_empty() {
        let pages: Vec<String> = document.doubtful_pages.iter().map(u64::to_string).collect();
        words.push_str(&format!("\n\n[Doubtful pages: {}. Another `engine` may read more.]", pages.join(", ")));
    }
    if document.truncated {
        let told = shown.chars().count();
        words.push_str(&format!("\n\n[Cut after {told} of {characters} characters. "));
        words.push_str(&match &document.file {
            Some(file) => format!("The whole is the file {}; or ask for single `pages`.]", file.file_id),
            None => "Ask for single `pages`, or raise `max_chars`.]".to_owned(),
        });
    }
    let outcome = Outcome::new(words, &document);
    Ok(match &document.file {
        Some(file) => outcome.linking(file),
        None => outcome,
    })
}

/// A text that goes through a model's context: its beginning, and where it is cut the whole as a file.
pub(super) async fn cut<'t>(
    desk: &Desk<'_>,
    text: &'t str,
    most_chars: usize,
    output: &str,
) -> Result<(usize, Option<KeptFile>, &'t str), Trouble> {
    let characters = text.chars().count();
    let Some((end, _)) = text.char_indices().nth(most_chars) else { return Ok((characters, None, text)) };
    let (name, mime) = match output {
        "markdown" => ("document.md", "text/markdown"),
        _ => ("text.txt", "text/plain"),
    };
    let kept = desk.keep(name, mime, text.as_bytes()).await?;
    Ok((characters, kept, &text[..end]))
}

async fn describe_media(desk: &Desk<'_>, mut arguments: JsonObject) -> Result<Outcome, Trouble> {
    let source = Source::take(&mut arguments)?;
    let Describing { question, model } = read(arguments)?;
    let medium: Medium = source.medium(desk).await?;
    let question = question.unwrap_or_else(|| "Describe what this shows or says, with all that matters.".to_owned());
    let part = medium.part(desk).await?;
    let content = json!([{ "type": "text", "text": question }, part]);
    let model = model.unwrap_or_else(|| "multimodal".to_owned());
    let request = json!({ "model": model, "messages": [{ "role": "user", "content": content }] });
    let (mut words, said) = chat::asked(desk, &request).await?;
    // A medium may have told the model what to say.
    let fence = Fence::around("was said of a medium by a model, which may repeat what stands there", [said.as_str()]);
    words.text = fence.quoted(&words.text);
    Ok(Outcome::new(fence.told(&said), &Described { untrusted: fence.notice(), words }))
}

//! Requests become options: where the document is, what is wanted of it, in what form.

use std::borrow::Cow;
use std::str::FromStr;

use mediary_core::Target;
use mediary_core::document::{PageSelection, SelectionError};

use super::encode::OcrEncoder;
use super::wire::{ImageUrl, OcrDocument, OcrRequest, PageNumbers, UrlText};
use crate::gateway::{EngineChoice, FigureChoice, ReadOptions};
use crate::protocol::process::BadField;
use crate::protocol::unescaped;

/// What a request asks for.
#[derive(Debug)]
pub struct OcrForm<'a> {
    /// Where the document is.
    pub source: Source<'a>,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// What is wanted of it.
    pub options: ReadOptions,
    /// In what form.
    pub encoder: OcrEncoder,
    /// Whether the pictures of figures come along.
    pub images: bool,
}

/// Where a document is.
#[derive(Debug, PartialEq, Eq)]
pub enum Source<'a> {
    /// In the request.
    Inline {
        /// The claimed media type.
        mime: Option<String>,
        /// The bytes in base64.
        base64: Cow<'a, str>,
        /// The field it came in.
        field: &'static str,
    },
    /// Elsewhere, under this URL.
    Remote(String),
    /// Here, sent ahead of the request, by its id.
    Kept(String),
}

impl<'a> OcrRequest<'a> {
    /// Understands the request.
    ///
    /// # Errors
    /// The first field that has a value it cannot have, or asks for what cannot be done here.
    pub fn decode(self) -> Result<OcrForm<'a>, BadField> {
        let annotations = [
            ("bbox_annotation_format", self.bbox_annotation_format.is_some()),
            ("document_annotation_format", self.document_annotation_format.is_some()),
            ("document_annotation_prompt", self.document_annotation_prompt.is_some()),
        ];
        if let Some((field, _)) = annotations.into_iter().find(|(_, is_asked_for)| *is_asked_for) {
            let message = "annotations need a language model, which does not read documents here yet; leave the field \
                           out, and ask a model about the text";
            return Err(bad(field, message));
        }
        let figures = FigureChoice {
            most: self.image_limit.map(|most| most as usize),
            least_side_px: self.image_min_size.unwrap_or(0),
        };
        let options = ReadOptions {
            engine: engine(self.model.as_deref())?,
            pages: self.pages.map_or(Ok(PageSelection::all()), pages)?,
            // Tables are found by the places of words.
            words: true,
            ..ReadOptions::default()
        };
        let encoder = OcrEncoder {
            tables: self.table_format,
            header: self.extract_header.unwrap_or(false),
            footer: self.extract_footer.unwrap_or(false),
            blocks: self.include_blocks.unwrap_or(true),
            scores: self.confidence_scores_granularity,
            figures,
        };
        let name = self.document.document_name.clone();
        let images = self.include_image_base64 == Some(true);
        Ok(OcrForm { source: source(self.document)?, name, options, encoder, images })
    }
}

fn bad(field: &str, message: impl Into<String>) -> BadField {
    BadField { field: field.to_owned(), message: message.into() }
}

fn engine(model: Option<&str>) -> Result<EngineChoice, BadField> {
    match model.map(str::trim) {
        None | Some("" | "auto") => Ok(EngineChoice::Auto),
        Some("local") => Ok(EngineChoice::Local),
        Some(name) if name.starts_with("mistral-ocr-") => Ok(EngineChoice::Auto),
        Some(name) => Target::from_str(name).map(EngineChoice::Target).map_err(|_| {
            let advice =
                "use mistral-ocr-latest or auto for whatever suits, local, or a target such as local/paddleocr";
            bad("model", format!("there is no model `{name}` that reads documents; {advice}"))
        }),
    }
}

/// Pages are counted from 0 here, from 1 in the house.
fn pages(numbers: PageNumbers) -> Result<PageSelection, BadField> {
    let text = match numbers {
        PageNumbers::List(numbers) => {
            let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            numbers.join(",")
        }
        PageNumbers::Text(text) => text,
    };
    let wrong = || {
        let message = format!("`{text}` does not select pages; write numbers and ranges counted from 0, such as 0-2,6");
        bad("pages", message)
    };
    let number = |digits: &str| {
        let number = digits.trim().parse::<usize>().ok().and_then(|number| number.checked_add(1));
        number.map(|number| number.to_string()).ok_or_else(wrong)
    };
    let mut counted_from_one = Vec::new();
    for part in text.split(',') {
        counted_from_one.push(match part.split_once('-') {
            Some((first, last)) if last.trim().is_empty() => format!("{}-", number(first)?),
            Some((first, last)) => format!("{}-{}", number(first)?, number(last)?),
            None => number(part)?,
        });
    }
    counted_from_one.join(",").parse().map_err(|_: SelectionError| wrong())
}

fn source(document: OcrDocument<'_>) -> Result<Source<'_>, BadField> {
    let OcrDocument { r#type, document_url, image_url, file_id, .. } = document;
    let image_url = image_url.map(|image| match image {
        ImageUrl::Text(url) | ImageUrl::Object { url, .. } => url,
    });
    let several = "`document` has one of `document_url`, `image_url` and `file_id`";
    if let Some(id) = file_id {
        return match document_url.is_some() || image_url.is_some() {
            true => Err(bad("document", format!("{several}, not two"))),
            false => Ok(Source::Kept(id)),
        };
    }
    if r#type.as_deref() == Some("file") {
        return Err(bad("document.file_id", "a document of type `file` needs the `file_id` of one"));
    }
    let (field, url) = match (document_url, image_url) {
        (Some(UrlText(url)), None) => ("document_url", url),
        (None, Some(UrlText(url))) => ("image_url", url),
        (Some(_), Some(_)) => return Err(bad("document", format!("{several}, not two"))),
        (None, None) => return Err(bad("document", format!("{several}; it has none"))),
    };
    if r#type.as_deref().is_some_and(|name| name != field) {
        return Err(bad("document.type", format!("`type` is document_url, image_url or file, here {field}")));
    }
    source_of_url(field, url)
}

fn source_of_url<'a>(field: &'static str, url: Cow<'a, str>) -> Result<Source<'a>, BadField> {
    let scheme = url.split(':').next().unwrap_or_default().trim().to_ascii_lowercase();
    match scheme.as_str() {
        "http" | "https" => Ok(Source::Remote(url.into_owned())),
        // What follows is judged where it is brought.
        "drive" => Ok(Source::Remote(url.into_owned())),
        "data" => inline(field, url),
        _ => {
            let message =
                format!("`{field}` is neither an http or https address nor a URL like data:application/pdf;base64,…");
            Err(bad(&format!("document.{field}"), message))
        }
    }
}

/// RFC 2397, of which only the base64 form can carry any file.
fn inline<'a>(field: &'static str, url: Cow<'a, str>) -> Result<Source<'a>, BadField> {
    let start = url.find(':').map_or(0, |colon| colon + 1);
    let comma = url.find(',').filter(|&comma| {
        url[start..comma].rsplit(';').next().is_some_and(|last| last.trim().eq_ignore_ascii_case("base64"))
    });
    let Some(comma) = comma else {
        let message = format!("`{field}` is a data: URL that is not base64; write data:application/pdf;base64,…");
        return Err(bad(&format!("document.{field}"), message));
    };
    let mime = url[start..comma].split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let base64 = match url {
        Cow::Borrowed(url) => Cow::Borrowed(&url[comma + 1..]),
        Cow::Owned(mut url) => Cow::Owned(url.split_off(comma + 1)),
    };
    let base64 = match base64.contains('%') {
        true => unescaped(&base64).into_owned().into(),
        false => base64,
    };
    Ok(Source::Inline { mime: (mime.contains('/')).then_some(mime), base64, field })
}

#[cfg(test)]
mod tests {
    use super::super::wire::{Granularity, TableFormat};
    use super::*;

    fn decode(json: &str) -> Result<OcrForm<'_>, BadField> {
        serde_json::from_str::<OcrRequest<'_>>(json).unwrap().decode()
    }

    /// A request for a document elsewhere, with more fields.
    fn with(fields: &str) -> String {
        format!(r#"{{"document":{{"type":"document_url","document_url":"https://a.example/b"}}{fields}}}"#)
    }

    #[test]
    fn documents_are_found_wherever_they_are() {
        let inline = |mime: Option<&str>, base64: &'static str, field| Source::Inline {
            mime: mime.map(str::to_owned),
            base64: base64.into(),
            field,
        };
        let rows = [
            (
                r#"{"type":"document_url","document_url":"https://a.example/b.pdf","document_name":"c.pdf"}"#,
                Source::Remote("https://a.example/b.pdf".to_owned()),
            ),
            (r#"{"document_url":"HTTP://a.example"}"#, Source::Remote("HTTP://a.example".to_owned())),
            (
                r#"{"type":"document_url","document_url":"data:application/PDF;base64,JVBE"}"#,
                inline(Some("application/pdf"), "JVBE", "document_url"),
            ),
            (
                r#"{"type":"image_url","image_url":"data:text/plain;charset=utf-8;BASE64,aGk="}"#,
                inline(Some("text/plain"), "aGk=", "image_url"),
            ),
            (
                r#"{"type":"image_url","image_url":{"url":"data:;base64,aGk=","detail":"auto"}}"#,
                inline(None, "aGk=", "image_url"),
            ),
            (r#"{"image_url":"DATA:image/png;BASE64,aG%2Fk%3d"}"#, inline(Some("image/png"), "aG/k=", "image_url")),
            (r#"{"document_url":"data:image\/png;base64,aG\/k"}"#, inline(Some("image/png"), "aG/k", "document_url")),
        ];
        for (document, expected) in rows {
            let json = format!(r#"{{"model":"mistral-ocr-latest","document":{document}}}"#);
            assert_eq!(decode(&json).unwrap().source, expected, "{document}");
        }
    }

    #[test]
    fn a_document_in_the_request_is_not_copied() {
        for document in [r#"{"document_url":"data:;base64,aGk="}"#, r#"{"image_url":{"url":"data:;base64,aGk="}}"#] {
            let json = format!(r#"{{"document":{document}}}"#);
            let source = decode(&json).unwrap().source;
            assert!(matches!(source, Source::Inline { base64: Cow::Borrowed("aGk="), .. }), "{source:?}");
        }
    }

    #[test]
    fn fields_become_options() {
        let json = with(
            r#","model":"local/paddleocr","id":"x","pages":[0,1,6],"include_image_base64":true,"image_limit":0,
                "image_min_size":50,"table_format":"html","extract_header":true,"extract_footer":true,
                "include_blocks":false,"confidence_scores_granularity":"word","bbox_annotation_format":null"#,
        );
        let form = decode(&json).unwrap();
        assert_eq!(form.options.engine, EngineChoice::Target(Target::local("paddleocr")));
        assert_eq!(form.options.pages.to_string(), "1,2,7");
        assert!(form.options.words);
        let expected = OcrEncoder {
            tables: Some(TableFormat::Html),
            header: true,
            footer: true,
            blocks: false,
            scores: Some(Granularity::Word),
            figures: FigureChoice { most: Some(0), least_side_px: 50 },
        };
        assert_eq!((form.encoder, form.images), (expected, true));
        let json = with(r#","include_image_base64":false,"pages":null,"table_format":null"#);
        let form = decode(&json).unwrap();
        assert_eq!((form.options.engine, form.options.pages), (EngineChoice::Auto, PageSelection::all()));
        let figures = FigureChoice::default();
        let expected = OcrEncoder { tables: None, header: false, footer: false, blocks: true, scores: None, figures };
        assert_eq!((form.encoder, form.images), (expected, false));
    }

    #[test]
    fn models_and_pages_are_named_as_mistral_does() {
        for model in
            ["null", "\"auto\"", "\"\"", "\"mistral-ocr-latest\"", "\"mistral-ocr-4-0\"", "\"mistral-ocr-2512\""]
        {
            let json = with(&format!(r#","model":{model}"#));
            assert_eq!(decode(&json).unwrap().options.engine, EngineChoice::Auto, "{model}");
        }
        let json = with(r#","model":"local""#);
        assert_eq!(decode(&json).unwrap().options.engine, EngineChoice::Local);
        let rows =
            [("[3]", "4"), ("\"0\"", "1"), ("\"0-2\"", "1-3"), ("\"0, 2-4 ,7-\"", "1,3-5,8-"), ("[1,1,0]", "2,2,1")];
        for (pages, expected) in rows {
            let json = with(&format!(r#","pages":{pages}"#));
            assert_eq!(decode(&json).unwrap().options.pages.to_string(), expected, "{pages}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused_with_advice() {
        let rows = [
            (with(r#","model":"gpt-4o""#), "model", "mistral-ocr-latest or auto"),
            (with(r#","pages":"2-1""#), "pages", "counted from 0"),
            (with(r#","pages":"-1""#), "pages", "counted from 0"),
            (with(r#","pages":"a""#), "pages", "counted from 0"),
            (with(r#","pages":[]"#), "pages", "counted from 0"),
            (with(r#","pages":"18446744073709551615""#), "pages", "counted from 0"),
            (with(r#","bbox_annotation_format":{"type":"json_schema"}"#), "bbox_annotation_format", "language model"),
            (with(r#","document_annotation_format":{}"#), "document_annotation_format", "language model"),
            (with(r#","document_annotation_prompt":"x""#), "document_annotation_prompt", "language model"),
            (r#"{"document":{"type":"file"}}"#.to_owned(), "document.file_id", "needs the `file_id`"),
            (r#"{"document":{"type":"document_url"}}"#.to_owned(), "document", "it has none"),
            (r#"{"document":{"document_url":"https://a","image_url":"https://a"}}"#.to_owned(), "document", "not two"),
            (
                r#"{"document":{"type":"image_url","document_url":"https://a"}}"#.to_owned(),
                "document.type",
                "here document_url",
            ),
            (r#"{"document":{"document_url":"file:///etc/passwd"}}"#.to_owned(), "document.document_url", "neither"),
            (r#"{"document":{"document_url":"JVBERi0="}}"#.to_owned(), "document.document_url", "neither"),
            (r#"{"document":{"image_url":"data:text/plain,hi"}}"#.to_owned(), "document.image_url", "not base64"),
            (r#"{"document":{"image_url":"data:text/plain"}}"#.to_owned(), "document.image_url", "not base64"),
        ];
        for (json, field, words) in rows {
            let error = decode(&json).unwrap_err();
            assert_eq!(error.field, field, "{json}");
            assert!(error.message.contains(words), "{json}: {}", error.message);
        }
    }
}

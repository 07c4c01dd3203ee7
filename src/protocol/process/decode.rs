//! Fields of a request, however they were sent, become read options.

use std::str::FromStr;

use mediary_core::Target;
use thiserror::Error;

use crate::gateway::{EngineChoice, ReadOptions};

/// A field that is unknown or has a value it cannot have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct BadField {
    /// Which.
    pub field: String,
    /// What to do about it.
    pub message: String,
}

/// In what form text is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Output {
    /// Markdown.
    #[default]
    Markdown,
    /// Plain text.
    Text,
    /// Structure only.
    Json,
    /// hOCR 1.2, as XHTML.
    Hocr,
    /// ALTO 4.4.
    Alto,
    /// The document as a PDF whose pictures can be searched.
    Pdf,
    /// Pictures of the pages with what was read outlined.
    Image,
}

impl Output {
    /// Whether the form is a document of its own, which cannot be put behind another.
    #[must_use]
    pub fn is_one_file(self) -> bool {
        match self {
            Self::Hocr | Self::Alto | Self::Pdf => true,
            Self::Markdown | Self::Text | Self::Json | Self::Image => false,
        }
    }
}

/// How closely places are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Detail {
    /// Pages only.
    #[default]
    None,
    /// Blocks and lines.
    Lines,
    /// Words too.
    Words,
}

/// The names of all fields besides the file.
pub const FIELDS: [&str; 12] = [
    "engine",
    "output",
    "pages",
    "detail",
    "password",
    "force_ocr",
    "text_layer_only",
    "dpi",
    "cache",
    "stream",
    "pictures",
    "images",
];

/// Resolutions that are accepted.
const DPI: std::ops::RangeInclusive<u32> = 30..=600;

/// Fields as text, in the order in which they came. Later ones win.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    fields: Vec<(String, String)>,
}

/// What the fields ask for.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// What is wanted of the document.
    pub options: ReadOptions,
    /// In what form.
    pub output: Output,
    /// How closely.
    pub detail: Detail,
    /// Whether each page is wanted as soon as it is finished.
    pub stream: bool,
    /// Whether a picture of each page is wanted.
    pub pictures: bool,
    /// Whether the pictures of figures are wanted.
    pub images: bool,
}

impl Fields {
    /// Adds a field.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.fields.push((name.into(), value.into()));
    }

    /// Understands all fields. `output` is what holds where they do not say.
    ///
    /// # Errors
    /// The first field that is unknown or has a value it cannot have.
    pub fn decode(&self, output: Output) -> Result<Form, BadField> {
        let mut form = Form { output, ..Form::default() };
        let mut detail = None;
        for (name, value) in &self.fields {
            let value = value.trim();
            let options = &mut form.options;
            match name.as_str() {
                "engine" => options.engine = engine(value)?,
                "output" => form.output = self::output(value)?,
                "pages" if value.is_empty() => {}
                "pages" => {
                    let wrong = |error: mediary_core::document::SelectionError| bad("pages", error.to_string());
                    options.pages = value.parse().map_err(wrong)?;
                }
                "detail" => detail = Some(self::detail(value)?),
                // A password may begin or end with a space.
                "password" => options.password = self.last("password").filter(|password| !password.is_empty()),
                "force_ocr" => options.force_ocr = boolean("force_ocr", value)?,
                "text_layer_only" => options.text_layer_only = boolean("text_layer_only", value)?,
                "dpi" => options.dpi = Some(dpi(value)?),
                "cache" => options.cache = boolean("cache", value)?,
                "stream" => form.stream = boolean("stream", value)?,
                "pictures" => form.pictures = boolean("pictures", value)?,
                "images" => form.images = boolean("images", value)?,
                other => return Err(unknown(other)),
            }
        }
        if form.options.force_ocr && form.options.text_layer_only {
            return Err(bad(
                "text_layer_only",
                "`force_ocr` and `text_layer_only` exclude each other; send one".into(),
            ));
        }
        if form.stream && form.output == Output::Pdf {
            return Err(bad("stream", "a searchable PDF comes as a whole; leave `stream` out".into()));
        }
        if form.pictures && matches!(form.output, Output::Pdf | Output::Image) {
            return Err(bad("pictures", "`output` is a picture or a PDF already; leave `pictures` out".into()));
        }
        if form.images && matches!(form.output, Output::Pdf | Output::Image) {
            return Err(bad("images", "`output` is a picture or a PDF already; leave `images` out".into()));
        }
        // Structure without lines would be no structure.
        form.detail = detail.unwrap_or(if form.output == Output::Json { Detail::Lines } else { Detail::None });
        // Tables are found by the places of words. Only plain text does without both.
        form.options.words = form.detail == Detail::Words || form.output != Output::Text;
        Ok(form)
    }

    fn last(&self, name: &str) -> Option<String> {
        self.fields.iter().rev().find(|(field, _)| field == name).map(|(_, value)| value.clone())
    }
}

fn bad(field: &str, message: String) -> BadField {
    BadField { field: field.to_owned(), message }
}

fn unknown(field: &str) -> BadField {
    let nearest = FIELDS
        .iter()
        .chain(&["file"])
        .map(|known| (strsim::jaro_winkler(field, known), known))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let advice = match nearest {
        Some((_, known)) => format!("did you mean `{known}`?"),
        None => format!("the fields are file, {}", FIELDS.join(", ")),
    };
    bad(field, format!("there is no field `{field}`; {advice}"))
}

fn engine(value: &str) -> Result<EngineChoice, BadField> {
    match value {
        "" | "auto" => Ok(EngineChoice::Auto),
        "local" => Ok(EngineChoice::Local),
        target => Target::from_str(target)
            .map(EngineChoice::Target)
            .map_err(|error| bad("engine", format!("{error}; or use auto or local"))),
    }
}

fn output(value: &str) -> Result<Output, BadField> {
    match value {
        "markdown" => Ok(Output::Markdown),
        "text" => Ok(Output::Text),
        "json" => Ok(Output::Json),
        "hocr" => Ok(Output::Hocr),
        "alto" => Ok(Output::Alto),
        "pdf" => Ok(Output::Pdf),
        "image" => Ok(Output::Image),
        other => {
            Err(bad("output", format!("`output` is markdown, text, json, hocr, alto, pdf or image, not `{other}`")))
        }
    }
}

fn detail(value: &str) -> Result<Detail, BadField> {
    match value {
        "none" => Ok(Detail::None),
        "lines" => Ok(Detail::Lines),
        "words" => Ok(Detail::Words),
        other => Err(bad("detail", format!("`detail` is none, lines or words, not `{other}`"))),
    }
}

fn boolean(field: &str, value: &str) -> Result<bool, BadField> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" | "" => Ok(false),
        other => Err(bad(field, format!("`{field}` is true or false, not `{other}`"))),
    }
}

fn dpi(value: &str) -> Result<u32, BadField> {
    value.parse().ok().filter(|dpi| DPI.contains(dpi)).ok_or_else(|| {
        bad("dpi", format!("`dpi` is a whole number from {} to {}, not `{value}`", DPI.start(), DPI.end()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(fields: &[(&str, &str)]) -> Result<Form, BadField> {
        let mut all = Fields::default();
        for (name, value) in fields {
            all.push(*name, *value);
        }
        all.decode(Output::default())
    }

    #[test]
    fn fields_become_options() {
        let form = decode(&[
            ("engine", "local/paddleocr:fast"),
            ("output", "text"),
            ("pages", "1-3,7"),
            ("detail", "words"),
            ("password", " s3cret "),
            ("force_ocr", "True"),
            ("dpi", "300"),
        ]);
        let form = form.unwrap();
        assert_eq!(form.options.engine, EngineChoice::Target(Target::local("paddleocr:fast")));
        assert_eq!((form.output, form.detail, form.options.words), (Output::Text, Detail::Words, true));
        assert_eq!(form.options.pages.to_string(), "1-3,7");
        assert_eq!(form.options.password.as_deref(), Some(" s3cret "));
        assert!(form.options.force_ocr && !form.options.text_layer_only);
        assert_eq!(form.options.dpi, Some(300));
    }

    #[test]
    fn without_fields_everything_is_as_documented() {
        let form = decode(&[]).unwrap();
        assert_eq!((form.output, form.detail), (Output::Markdown, Detail::None));
        assert_eq!(form.options.engine, EngineChoice::Auto);
        assert_eq!(decode(&[("output", "json")]).unwrap().detail, Detail::Lines);
        assert!(decode(&[("output", "alto")]).unwrap().options.words);
    }

    #[test]
    fn what_cannot_be_is_refused_with_advice() {
        type Row = (&'static [(&'static str, &'static str)], &'static str, &'static str);
        let rows: [Row; 13] = [
            (&[("engin", "auto")], "engin", "did you mean `engine`?"),
            (&[("files", "x")], "files", "did you mean `file`?"),
            (&[("zzz", "x")], "zzz", "the fields are file, engine"),
            (&[("engine", "paddleocr")], "engine", "provider/model"),
            (&[("output", "doc")], "output", "markdown, text, json, hocr, alto, pdf or image"),
            (&[("output", "pdf"), ("stream", "1")], "stream", "comes as a whole"),
            (&[("cache", "never")], "cache", "true or false"),
            (&[("pages", "0")], "pages", "counted from 1"),
            (&[("detail", "chars")], "detail", "none, lines or words"),
            (&[("force_ocr", "maybe")], "force_ocr", "true or false"),
            (&[("dpi", "5")], "dpi", "30 to 600"),
            (&[("dpi", "many")], "dpi", "30 to 600"),
            (&[("force_ocr", "1"), ("text_layer_only", "1")], "text_layer_only", "exclude each other"),
        ];
        for (fields, field, words) in rows {
            let error = decode(fields).unwrap_err();
            assert_eq!(error.field, field);
            assert!(error.message.contains(words), "{fields:?}: {}", error.message);
        }
    }
}

//! Letters: mail as it travels (`eml`) and as Outlook keeps it (`msg`). Who wrote what to whom and when, the text, and the
//! files that came along, which are read as documents of their own.
//!
//! Where a letter comes as a web page and as plain text, the page counts: it has the structure. Nothing that it names is
//! fetched.

mod letter;
mod outlook;

pub(super) use letter::read as read_letter;
pub(super) use outlook::read as read_outlook;

use super::draft::Draft;
use super::limits::Refusal;
use super::{html, rtf};

/// The head of a letter.
#[derive(Debug, Default)]
struct Head {
    from: String,
    to: String,
    copies: String,
    date: String,
    subject: String,
}

impl Head {
    fn write(self, draft: &mut Draft) {
        let fields = [("From", self.from), ("To", self.to), ("Cc", self.copies), ("Date", self.date)];
        let said = |(name, value): (&str, String)| {
            let value = value.split_whitespace().collect::<Vec<&str>>().join(" ");
            (!value.is_empty()).then(|| (name.to_owned(), value))
        };
        draft.heading(1, self.subject.as_str().into());
        draft.pairs(fields.into_iter().filter_map(said).collect());
    }
}

/// The text of a letter, in one of the forms that it may have.
enum Body<'a> {
    Page(&'a str),
    Plain(&'a str),
    Rich(&'a [u8]),
}

impl Body<'_> {
    fn write(&self, draft: &mut Draft, pictures: &mut html::Pictures<'_>) -> Result<(), Refusal> {
        match self {
            Self::Page(text) => html::write(text, draft, pictures),
            Self::Plain(text) => {
                paragraphs(text, draft);
                Ok(())
            }
            Self::Rich(bytes) => rtf::write(bytes, draft),
        }
    }
}

/// Plain text: what empty lines part are paragraphs.
fn paragraphs(text: &str, draft: &mut Draft) {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().chain([""]) {
        if !line.trim().is_empty() {
            lines.push(line);
        } else if !lines.is_empty() {
            draft.paragraph(lines.join("\n").as_str().into());
            lines.clear();
        }
    }
}

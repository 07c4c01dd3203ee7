//! Mail as it travels (RFC 5322 and MIME), taken apart by `mail-parser`.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Address, Encoding, MessageParser, MessagePart, MimeHeaders, PartType};

use super::super::document::OfficeDocument;
use super::super::draft::Draft;
use super::super::limits::{OfficeLimits, Refusal};
use super::{Body, Head};

/// Reads a letter.
pub(in super::super) fn read(bytes: &[u8], limits: OfficeLimits) -> Result<OfficeDocument, Refusal> {
    let message = MessageParser::default().parse(bytes).ok_or_else(|| Refusal::damaged("it has no head"))?;
    let mut draft = Draft::new(limits);
    let head = Head {
        from: message.from().map(people).unwrap_or_default(),
        to: message.to().map(people).unwrap_or_default(),
        copies: message.cc().map(people).unwrap_or_default(),
        date: message.date().map(mail_parser::DateTime::to_rfc3339).unwrap_or_default(),
        subject: message.subject().unwrap_or_default().to_owned(),
    };
    head.write(&mut draft);
    // Pictures that the text shows are no attachments.
    let mut shown: Vec<usize> = Vec::new();
    let by_id = |source: &str| {
        let id = source.strip_prefix("cid:")?;
        let at = message
            .parts
            .iter()
            .position(|part| part.content_id().is_some_and(|own| own.trim_matches(['<', '>']) == id))?;
        Some((at, message.parts[at].contents().to_vec()))
    };
    let mut pictures = |source: &str| {
        let (at, bytes) = by_id(source)?;
        shown.push(at);
        Some(bytes)
    };
    for part in bodies(&message) {
        match &part.body {
            PartType::Html(text) => Body::Page(text).write(&mut draft, &mut pictures)?,
            PartType::Text(text) => Body::Plain(text).write(&mut draft, &mut pictures)?,
            _ => {}
        }
    }
    for index in &message.attachments {
        let index = *index as usize;
        let Some(part) = message.parts.get(index).filter(|_| !shown.contains(&index)) else { continue };
        let is_forwarded = matches!(part.body, PartType::Message(_));
        let name = part.attachment_name().map(str::to_owned).or_else(|| subject_of(part)).unwrap_or_default();
        let name = if is_forwarded && !name.ends_with(".eml") { format!("{name}.eml") } else { name };
        draft.attach(&name, contents(part, bytes))?;
    }
    draft.finish()
}

/// The parts that are the letter's text: as a page, unless there is none.
fn bodies<'a>(message: &'a mail_parser::Message<'a>) -> Vec<&'a MessagePart<'a>> {
    let parts = |ids: &[u32]| -> Vec<&MessagePart<'a>> {
        ids.iter().filter_map(|id| message.parts.get(*id as usize)).collect()
    };
    let pages = parts(&message.html_body);
    if pages.iter().any(|part| matches!(part.body, PartType::Html(_))) { pages } else { parts(&message.text_body) }
}

/// A file's bytes. What is called text, or nothing at all, and does not decode as text is none: it is taken as it came.
fn contents(part: &MessagePart<'_>, letter: &[u8]) -> Vec<u8> {
    match &part.body {
        PartType::Message(message) => message.raw_message().to_vec(),
        PartType::Text(text) | PartType::Html(text)
            if part.content_type().is_none() || text.contains(['\0', char::REPLACEMENT_CHARACTER]) =>
        {
            let came = letter.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default();
            let decoded = match part.encoding {
                Encoding::None => None,
                Encoding::Base64 => base64_decode(came),
                Encoding::QuotedPrintable => quoted_printable_decode(came),
            };
            decoded.unwrap_or_else(|| came.to_vec())
        }
        _ => part.contents().to_vec(),
    }
}

fn subject_of(part: &MessagePart<'_>) -> Option<String> {
    match &part.body {
        PartType::Message(message) => message.subject().map(str::to_owned),
        _ => None,
    }
}

/// People as a head names them.
fn people(address: &Address<'_>) -> String {
    let one = |person: &mail_parser::Addr<'_>| match (person.name(), person.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (name, address) => name.or(address).unwrap_or_default().to_owned(),
    };
    address.iter().map(one).collect::<Vec<String>>().join(", ")
}

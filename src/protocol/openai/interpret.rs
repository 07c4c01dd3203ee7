//! `POST /v1/interpret`, the predecessors' route: a picture in, a description of it out, by the vision tier.

use mediary_core::MediaKind;
use mediary_core::task::{Chat, Message, Part, Role, Task, WholeReply};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::media::medium;
use super::super::process::BadField;
use super::super::{
    AnswerHead, Decoded, Encode, ErrorFields, Errors, JsonProtocol, Protocol, Sent, from_json, json_bytes,
};
use super::decode::bad;
use super::{CHAT, OpenAiChat};

/// What is asked where the request asks nothing.
const PROMPT: &str =
    "Describe this picture in detail: what it is, what it shows, and every word that is written in it.";
/// The tier that is asked where the request names no model.
const TIER: &str = "vision";

/// `POST /v1/interpret`.
#[derive(Debug, Clone, Copy)]
pub struct Interpret;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, default, alias = "image", alias = "image_url", alias = "url")]
    image_data: std::borrow::Cow<'a, str>,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    prompt: Option<String>,
}

impl Errors for Interpret {
    fn error(&self, error: &ErrorFields) -> Value {
        CHAT.error(error)
    }
}

impl Protocol for Interpret {
    fn wire_format(&self) -> &'static str {
        OpenAiChat::WIRE_FORMAT
    }
}

impl JsonProtocol for Interpret {
    fn decode(&self, sent: &Sent) -> Result<Decoded, BadField> {
        let body = &sent.body;
        let Request { image_data, model, prompt } = from_json(body, "a request to describe a picture")?;
        if image_data.trim().is_empty() {
            return Err(bad(
                "image_data",
                "`image_data` is missing or empty; send a picture as base64, a data URL or an address",
            ));
        }
        let picture = medium(&image_data, None, None, None, "image_data", body)?;
        if let Part::Media(sent) = &picture
            && sent.media.kind() != MediaKind::Image
        {
            let format = sent.media.format;
            return Err(bad("image_data", format!("`image_data` is {format} and no picture; chats take other files")));
        }
        let asked = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let prompt = asked(&prompt).unwrap_or_else(|| PROMPT.to_owned());
        let message = Message { parts: vec![Part::Text(prompt), picture], ..Message::new(Role::User) };
        let task = Task::Chat(Chat { messages: vec![message], ..Chat::default() });
        let model = asked(&model).unwrap_or_else(|| TIER.to_owned());
        Ok(Decoded { task, model, answer: Box::new(Described), dropped: Vec::new() })
    }
}

/// The answer: what the target said, and which it was.
#[derive(Debug)]
struct Described;

impl Encode for Described {
    fn whole(&self, head: AnswerHead, reply: &WholeReply) -> Vec<u8> {
        let description = reply.choices.first().map_or("", |choice| choice.text.trim());
        json_bytes(&json!({ "description": description, "model": head.model }))
    }

    fn passes_raw(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn a_picture_is_asked_about_and_an_empty_one_is_not() {
        let decoded = |body: Value| {
            let decoded = Interpret.decode(&Bytes::from(body.to_string()).into()).map_err(|bad| bad.field)?;
            let Task::Chat(chat) = decoded.task else { panic!("no chat") };
            Ok::<_, String>((decoded.model, chat.messages[0].joined_text(), chat.messages[0].parts.len()))
        };
        let png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAAA=";
        let plain = decoded(json!({ "image_data": png })).unwrap();
        assert_eq!(plain, (TIER.to_owned(), PROMPT.to_owned(), 2));
        let asked = decoded(json!({ "image": png, "model": "far/eye", "prompt": "A dog?" })).unwrap();
        assert_eq!(asked, ("far/eye".to_owned(), "A dog?".to_owned(), 2));
        assert_eq!(decoded(json!({ "image_data": " " })), Err("image_data".to_owned()));
        assert_eq!(decoded(json!({ "image_data": "no base64!" })), Err("image_data".to_owned()));
        assert_eq!(
            decoded(json!({ "image_data": "PGh0bWw+PGJvZHk+aGk8L2JvZHk+PC9odG1sPg==" })),
            Err("image_data".to_owned())
        );
    }
}

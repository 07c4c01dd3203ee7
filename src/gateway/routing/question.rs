//! Questions of ours to a target that chats: to describe, to copy, to write down.

use mediary_core::task::{Chat, MediaPart, Message, Part, ReplyEvent, Role};
use mediary_core::{Failure, Media};

use super::Answer;

/// A question: what is wanted, then what it is about.
pub(in crate::gateway) fn question(prompt: &str, most_tokens: u32, shown: impl IntoIterator<Item = Part>) -> Chat {
    let parts = std::iter::once(Part::Text(prompt.to_owned())).chain(shown);
    let mut chat =
        Chat { messages: vec![Message { parts: parts.collect(), ..Message::new(Role::User) }], ..Chat::default() };
    chat.sampling.max_tokens = Some(most_tokens);
    chat
}

/// A medium as a part of a question.
pub(in crate::gateway) fn shown(media: Media) -> Part {
    Part::Media(MediaPart::new(media))
}

/// The text of the reply to a question.
///
/// # Errors
/// Empty, if there is none.
pub(in crate::gateway) async fn text_of(answer: &mut Answer) -> Result<String, Failure> {
    let (reply, _) = answer.fold(ReplyEvent::is_content).await?;
    let text = reply.choices.into_iter().next().map(|choice| choice.text.trim().to_owned());
    text.filter(|text| !text.is_empty()).ok_or_else(Answer::empty)
}

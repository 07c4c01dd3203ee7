//! A conversation made shorter (`POST /v1/responses/compact`): what the user said stays, everything else becomes a summary.
//!
//! OpenAI's is in cipher and for OpenAI alone. Here a model sums the conversation up, and the summary travels in the place of
//! the cipher, marked as ours; when it comes back in an input it is said in words, to whatever target.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mediary_core::task::{Finish, Message, ReplyFormat, Role, Task, ToolChoice, WholeReply, Written};
use serde_json::{Value, json};

use super::decode::ResponseForm;
use super::history::input_of;
use super::object::counted;
use super::{inside, response_id};
use crate::protocol::process::BadField;
use crate::protocol::{AnswerHead, Decoded, Encode, Sent, from_json, json_bytes};

/// What stands before a summary of ours.
const OURS: &str = "mediary:summary:";
/// What a model is asked for.
const ASKS: &str = "Sum up the conversation so far, for a model that goes on with it and sees nothing else of what the assistant \
                    said and did. Write down what was asked for and how far it is done, every decision with its reason, facts, \
                    names, paths, numbers and results of tools that are still needed, and what comes next. Call no tool. Write \
                    the summary and nothing else.";
/// What stands before a summary where it is told.
const BEFORE: &str = "A summary of the conversation so far, what the assistant said and did in it:";

/// Understands a request; what is to be done is to sum its conversation up.
///
/// # Errors
/// The first field that is wrong, by its path.
pub fn decode_compaction(sent: &Sent) -> Result<Decoded, BadField> {
    let ResponseForm { model, mut chat, .. } = ResponseForm::decode(sent)?;
    let input = input_of(&sent.body)?;
    let items = from_json(input.as_bytes(), "a list of items").map_err(|bad| inside("input", bad))?;
    (chat.tools, chat.withheld_tools, chat.hosted_tools) = (Vec::new(), Vec::new(), Vec::new());
    (chat.tool_choice, chat.parallel_tool_calls) = (ToolChoice::Auto, None);
    (chat.format, chat.stream) = (ReplyFormat::Text, false);
    chat.messages.push(Message { written: Some(Written::at("input")), ..Message::text(Role::User, ASKS) });
    Ok(Decoded { task: Task::Chat(chat), model, answer: Box::new(Compacted { items }), dropped: Vec::new() })
}

/// How the shorter conversation is written.
#[derive(Debug)]
struct Compacted {
    /// The conversation as it came.
    items: Vec<Value>,
}

impl Encode for Compacted {
    fn whole(&self, head: AnswerHead, reply: &WholeReply) -> Vec<u8> {
        let choice = reply.choices.first();
        let is_complete = |finish: Option<Finish>| matches!(finish, Some(Finish::Stop) | None);
        let summary = choice.filter(|choice| choice.refusal.is_none() && is_complete(choice.finish));
        let summary = summary.map(|choice| choice.text.trim()).filter(|text| !text.is_empty());
        let output: Vec<Value> = match summary {
            Some(text) => {
                let said = self.items.iter().filter(|item| item["role"] == "user").cloned();
                let encrypted_content = format!("{OURS}{}", STANDARD.encode(text));
                let id = format!("cmp_{}", head.id);
                said.chain([json!({ "type": "compaction", "id": id, "encrypted_content": encrypted_content })])
                    .collect()
            }
            // A summary that is not all there would lose what it lacks: then nothing is made shorter.
            None => self.items.clone(),
        };
        json_bytes(&json!({
            "id": response_id(&head.id),
            "object": "response.compaction",
            "created_at": head.created,
            "output": output,
            "usage": counted(reply.usage.unwrap_or_default()),
        }))
    }

    fn passes_raw(&self) -> bool {
        false
    }
}

/// The words of a summary of ours; `None`: it is another's.
pub(super) fn told(encrypted_content: &str) -> Option<String> {
    let bytes = STANDARD.decode(encrypted_content.strip_prefix(OURS)?).ok()?;
    Some(format!("{BEFORE}\n\n{}", String::from_utf8(bytes).ok()?))
}

/// The same as an item that every target of this format understands.
pub(super) fn told_item(encrypted_content: &str) -> Option<Value> {
    let part = json!({ "type": "input_text", "text": told(encrypted_content)? });
    Some(json!({ "type": "message", "role": "user", "content": [part] }))
}

#[cfg(test)]
mod tests {
    use mediary_core::task::Choice;

    use super::*;

    fn compacted(choice: Choice) -> Value {
        let items = json!([{ "role": "user", "content": "Hi" },
            { "type": "message", "role": "assistant", "content": "Hello" }, { "role": "user", "content": "And?" }]);
        let sent = Sent::from(bytes::Bytes::from(json!({ "model": "m", "input": items }).to_string()));
        let reply = WholeReply { choices: vec![choice], ..WholeReply::default() };
        let head = AnswerHead { id: "1".into(), ..AnswerHead::default() };
        serde_json::from_slice(&decode_compaction(&sent).unwrap().answer.whole(head, &reply)).unwrap()
    }

    #[test]
    fn what_the_user_said_stays_and_the_rest_is_a_summary_that_can_be_told() {
        let told_back = compacted(Choice { text: "It went well: ü.".into(), ..Choice::default() });
        let output = told_back["output"].as_array().unwrap();
        assert_eq!((output.len(), &output[0]["content"], &output[1]["content"]), (3, &json!("Hi"), &json!("And?")));
        let cipher = output[2]["encrypted_content"].as_str().unwrap();
        assert!(told(cipher).unwrap().ends_with("It went well: ü."));
        assert_eq!((told("gAAAA"), told("mediary:summary:%%")), (None, None));
    }

    #[test]
    fn without_a_whole_summary_nothing_is_lost() {
        for choice in [
            Choice::default(),
            Choice { text: "It w".into(), finish: Some(Finish::Length), ..Choice::default() },
            Choice { text: "No.".into(), refusal: Some("No.".into()), ..Choice::default() },
        ] {
            assert_eq!(compacted(choice)["output"].as_array().map(Vec::len), Some(3));
        }
    }
}

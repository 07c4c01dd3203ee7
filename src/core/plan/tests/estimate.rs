//! Tokens of texts and media, about.

use super::notation::demand;
use crate::MediaFormat;
use crate::plan::{RecipeName, Treatment, estimate_tokens, media_tokens};
use crate::task::{Chat, Completion, Message, Prompt, Reasoning, ReplyFormat, Role, Tool, ToolCall};

fn of_text(text: &str) -> u32 {
    estimate_tokens(&Chat { messages: vec![Message::text(Role::User, text)], ..Chat::default() }) - 4
}

#[test]
fn scripts_have_their_own_rates() {
    let table = [
        ("", 0),
        ("a", 1),
        ("four", 1),
        ("fives", 2),
        ("eight ch", 2),
        ("ñandúes é", 3),
        ("Привет мир", 5),
        ("γειά", 2),
        ("你好世界", 4),
        ("こんにちは", 5),
        ("안녕", 2),
        ("😀", 1),
        ("नमस्ते", 3),
    ];
    for (text, expected) in table {
        assert_eq!(of_text(text), expected, "{text}");
    }
    // The same in chunks as in one.
    assert_eq!(of_text(&"ab你".repeat(4_000)), 6_000);
    assert_eq!(of_text(&"abcd".repeat(4_000)), 4_000);
}

#[test]
fn all_that_is_said_and_offered_is_counted() {
    let long = "word ".repeat(80);
    let plain = Message::new(Role::Assistant);
    let call = ToolCall { id: String::new(), name: "f".to_owned(), arguments: long.clone(), signature: None };
    let thought = Reasoning { text: long.clone(), signature: Some(long.clone()), ..Reasoning::default() };
    let messages = [
        Message::text(Role::Tool, long.clone()),
        Message { tool_calls: vec![call], ..plain.clone() },
        Message { reasoning: Some(thought), ..plain.clone() },
        Message { refusal: Some(long.clone()), ..plain.clone() },
    ];
    for message in messages {
        let tokens = estimate_tokens(&Chat { messages: vec![message.clone()], ..Chat::default() });
        assert!((100..120).contains(&tokens), "{tokens} for {message:?}");
    }
    let schema = serde_json::json!({ "type": "object", "description": long });
    let tool = Tool {
        name: "f".to_owned(),
        description: Some(long.clone()),
        parameters: Some(schema.clone()),
        ..Tool::default()
    };
    let tokens = estimate_tokens(&Chat { tools: vec![tool], ..Chat::default() });
    assert!((200..230).contains(&tokens), "{tokens}");
    let format = ReplyFormat::Schema { name: "s".to_owned(), schema, strict: None };
    let tokens = estimate_tokens(&Chat { format, ..Chat::default() });
    assert!((100..120).contains(&tokens), "{tokens}");
    // Prompts that came as tokens are as many, whatever they would be as text.
    let prompts = vec![Prompt::Tokens(vec![7; 90]), Prompt::Tokens(vec![100_000; 10])];
    let completion = Some(Box::new(Completion { prompts, ..Completion::default() }));
    let messages = vec![Message::new(Role::User), Message::new(Role::User)];
    let tokens = estimate_tokens(&Chat { messages, completion, ..Chat::default() });
    assert_eq!(tokens, 108);
}

#[test]
fn media_count_by_their_treatment() {
    let extract = Treatment::Extract { recipe: RecipeName::new("x") };
    let to = |to| Treatment::Transcode { recipe: RecipeName::new("x"), to };
    let table = [
        ("png", Treatment::Forward, 1, 1_000),
        ("png[px=100]", Treatment::Forward, 1, 300),
        ("png[px=1000]", Treatment::Forward, 1, 1_000),
        ("png[px=4000]", Treatment::Forward, 1, 1_600),
        ("png[px=4294967295]", to(MediaFormat::Jpeg), 1, 1_600),
        ("png", extract.clone(), 1, 330),
        ("pdf[pages=3]", Treatment::Forward, 1, 1_800),
        ("pdf[pages=3]", to(MediaFormat::Png), 3, 3_000),
        ("pdf[pages=3]", extract.clone(), 1, 1_530),
        ("pdf[bytes=250000]", Treatment::Forward, 1, 1_800),
        ("mp3[s=10]", Treatment::Forward, 1, 320),
        ("mp3[s=10]", to(MediaFormat::Wav), 1, 320),
        ("mp3[s=10]", extract.clone(), 1, 70),
        ("mp3[bytes=32000]", Treatment::Forward, 1, 96),
        ("mp4[s=10]", Treatment::Forward, 1, 2_600),
        ("mp4[s=10]", to(MediaFormat::Jpeg), 4, 4_040),
        ("mp4[s=10]", to(MediaFormat::Mp3), 1, 320),
        ("mp4[s=10]", extract.clone(), 1, 130),
        ("mp4[bytes=500000]", Treatment::Forward, 1, 780),
        ("csv[bytes=400]", Treatment::Forward, 1, 100),
        ("csv[bytes=400]", extract, 1, 130),
        ("mp4[s=4294967295]", Treatment::Forward, 1, u32::MAX),
    ];
    for (part, treatment, files, expected) in table {
        let demand = demand(part);
        assert_eq!(media_tokens(&demand.parts[0], &treatment, files), expected, "{part} {treatment:?}");
    }
}

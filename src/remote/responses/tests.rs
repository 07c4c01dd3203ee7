//! Golden tests of the dialect: what is sent, and how answers are understood.

use bytes::Bytes;
use insta::assert_snapshot;
use mediary_core::FailureKind;
use mediary_core::capability::{Abilities, Responses as Answers};
use mediary_core::task::{
    Chat, Effort, FreeText, HostedTool, Message, Original, OwnFields, ReplyFormat, Role, Sampling, Task, Tool,
    ToolCall, ToolChoice,
};
use serde_json::{Value, json};

use super::{Responses, WIRE_FORMAT};
use crate::golden::{
    able, call, conversation, encode, every_medium, extras, form, of, refusals, schema, sent, thoughts, tools,
    understood, understood_as, unfetched,
};
use crate::{Dialect, OpenAi, Quirks};

fn knows_all() -> Abilities {
    let hosted_tools = vec!["web_search".to_owned(), "image_generation".to_owned()];
    Abilities { custom_tools: true, tool_format: WIRE_FORMAT, hosted_tools, ..able("openai/gpt-5") }
}

fn body(chat: &Chat) -> Value {
    let call = encode(&Responses, &knows_all(), chat).unwrap();
    serde_json::from_slice(&call.body.read_all().unwrap()).unwrap()
}

fn left_out(chat: &Chat) -> Vec<String> {
    encode(&Responses, &knows_all(), chat).unwrap().left_out
}

#[test]
fn a_conversation_is_sent_with_its_wishes_and_names_those_without_a_form() {
    assert_snapshot!(sent(&Responses, &able("openai/gpt-5"), &conversation()));
    assert_eq!(left_out(&conversation()), ["stop", "seed", "top_k", "presence_penalty", "frequency_penalty", "store"]);
}

#[test]
fn tools_calls_and_results_are_items_and_media_stand_in_results() {
    let mut chat = tools();
    chat.tool_choice = ToolChoice::Named("lookup".to_owned());
    chat.parallel_tool_calls = Some(false);
    assert_snapshot!(sent(&Responses, &able("openai/gpt-5"), &chat));
}

#[test]
fn tools_of_free_text_are_such_tools_where_they_are_known() {
    let grammar = json!({ "type": "grammar", "grammar": { "syntax": "lark", "definition": "start: /.+/" } });
    let free = FreeText { description: Some("Runs.".to_owned()), format: Some(grammar), ..FreeText::default() };
    let call = ToolCall { id: "c".into(), name: "sh".into(), arguments: r#"{"input":"ls\n"}"#.into(), signature: None };
    let calling = Message { tool_calls: vec![call], ..Message::new(Role::Assistant) };
    let result = Message { tool_call_id: Some("c".to_owned()), ..Message::text(Role::Tool, "a.txt") };
    let tool = Tool { name: "sh".to_owned(), free_text: Some(free), ..Tool::default() };
    let chat = Chat {
        tools: vec![tool],
        tool_choice: ToolChoice::Named("sh".to_owned()),
        ..of(vec![Message::text(Role::User, "List."), calling, result])
    };
    assert_snapshot!(sent(&Responses, &knows_all(), &chat));
    let plain = sent(&Responses, &able("openai/o3"), &chat);
    assert!(!plain.contains("custom") && plain.contains("function_call_output"), "{plain}");
}

#[test]
fn thoughts_go_back_in_cipher_to_the_vendor_that_gave_them() {
    let mut chat = thoughts(Effort::High);
    chat.messages[1].reasoning.as_mut().unwrap().thought_by = Some(WIRE_FORMAT.to_owned());
    let written = body(&chat);
    let items: Vec<&str> =
        written["input"].as_array().unwrap().iter().filter_map(|item| item["type"].as_str()).collect();
    // The second thought is of a vendor that is not known.
    assert_eq!(items, ["message", "reasoning", "message", "message", "function_call", "function_call_output"]);
    let thought = json!({ "type": "reasoning", "encrypted_content": "U0lHMQ==",
        "summary": [{ "type": "summary_text", "text": "2+2" }] });
    assert_eq!(written["input"][1], thought);
    assert_eq!(written["reasoning"], json!({ "effort": "high" }));
    assert_eq!(written["include"], json!(["reasoning.encrypted_content"]));
}

#[test]
fn a_reply_is_bound_to_a_form() {
    assert_snapshot!(sent(&Responses, &able("openai/gpt-5"), &form(schema())));
    assert_eq!(body(&form(ReplyFormat::Json))["text"], json!({ "format": { "type": "json_object" } }));
    let several = Chat { sampling: Sampling { n: 2, ..Sampling::default() }, ..Chat::default() };
    assert_eq!(encode(&Responses, &knows_all(), &several).unwrap_err().kind, FailureKind::Broken);
    let wishes =
        Chat { extras: extras(&json!({ "verbosity": "low", "user": "u", "store": false })), ..Chat::default() };
    let written = body(&wishes);
    assert_eq!(
        (&written["text"]["verbosity"], &written["user"], &written["store"]),
        (&json!("low"), &json!("u"), &json!(false))
    );
    assert_eq!(left_out(&wishes), [""; 0]);
}

/// A chat of a client of this format, with these fields of its own.
fn ours(fields: &Value, messages: Vec<Message>) -> Chat {
    let own = OwnFields { wire_format: WIRE_FORMAT, fields: extras(fields), names: Vec::new() };
    Chat { own: Some(own), ..of(messages) }
}

fn written(role: Role, text: &str, pieces: &[Value]) -> Message {
    let pieces = pieces.iter().map(|piece| Bytes::from(piece.to_string())).collect();
    let original = Original { wire_format: WIRE_FORMAT, pieces, ..Original::default() };
    Message { original: Some(original), ..Message::text(role, text) }
}

#[test]
fn what_a_client_of_the_format_wrote_goes_as_it_is() {
    let own = json!({
        "instructions": "Be brief.", "include": ["file_search_call.results"], "truncation": "auto",
        "max_tool_calls": 3, "reasoning": { "effort": "low", "summary": "auto" },
        "text": { "format": { "type": "text" }, "verbosity": "high" }, "tool_choice": { "type": "web_search" },
        "tools": [{ "type": "image_generation" }, { "type": "shell" }],
    });
    let note = json!({ "type": "web_search_call", "id": "ws_1", "action": { "type": "search", "query": "q" } });
    let asks = json!({ "role": "user", "content": "Hello", "a_field": "of tomorrow" });
    let definition = json!({ "type": "web_search", "filters": { "allowed_domains": ["a.example"] } });
    let hosted = HostedTool { wire_format: WIRE_FORMAT, kind: "web_search".to_owned(), definition };
    let chat = Chat {
        hosted_tools: vec![hosted],
        effort: Some(Effort::Low),
        ..ours(&own, vec![written(Role::System, "Be brief.", &[]), written(Role::User, "Hello", &[note, asks])])
    };
    assert_snapshot!(sent(&Responses, &knows_all(), &chat));
    // Of what was treated the shared words are what is to be sent.
    let mut treated = chat.clone();
    treated.messages[1].is_changed();
    assert_eq!(body(&treated)["input"], json!([{ "type": "message", "role": "user", "content": "Hello" }]));
}

#[test]
fn a_target_of_openais_is_spoken_to_as_it_and_the_client_can() {
    let asks = || Message::text(Role::User, "Hi");
    let plain = Task::Chat(of(vec![asks()]));
    let ours = Task::Chat(ours(&json!({}), vec![asks()]));
    let path = |task: &Task, responses: Answers| {
        let abilities = Abilities { responses, ..able("openai/m") };
        let written = OpenAi.encode(&call(task, &abilities, &[]), &Quirks::default()).unwrap();
        (written.path, OpenAi.wire_format_of(task, &abilities))
    };
    let (chats, responses) = (("/chat/completions".to_owned(), "openai"), ("/responses".to_owned(), WIRE_FORMAT));
    assert_eq!(
        [path(&plain, Answers::None), path(&plain, Answers::Also), path(&ours, Answers::None)],
        [chats.clone(), chats.clone(), chats]
    );
    assert_eq!(
        [path(&plain, Answers::Only), path(&ours, Answers::Also), path(&ours, Answers::Only)],
        [responses.clone(), responses.clone(), responses]
    );
}

#[test]
fn every_medium_has_its_form() {
    assert_snapshot!(every_medium(&Responses, &able("openai/gpt-5"), "/input/0/content/0"));
    assert!(encode(&Responses, &able("openai/gpt-5"), &unfetched()).is_err());
}

const BEGUN: &str = r#"{"type":"response.created","response":{"id":"resp_1","model":"gpt","status":"in_progress"}}"#;

fn ended(status: &str, more: &str) -> String {
    format!(
        r#"{{"type":"response.{status}","response":{{"id":"resp_1","model":"gpt","status":"{status}"{more},"usage":{{"input_tokens":9,"input_tokens_details":{{"cached_tokens":4}},"output_tokens":5,"output_tokens_details":{{"reasoning_tokens":3}},"total_tokens":14}}}}}}"#
    )
}

/// All that a stream may say.
const EVENTS: [&str; 24] = [
    r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]}}"#,
    r#"{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}"#,
    r#"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"Hm.","obfuscation":"x"}"#,
    r#"{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":1,"part":{"type":"summary_text","text":""}}"#,
    r#"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":1,"delta":"Well."}"#,
    r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Hm."},{"type":"summary_text","text":"Well."}],"encrypted_content":"gAAAA"}}"#,
    r#"{"type":"response.output_item.added","output_index":1,"item":{"type":"web_search_call","id":"ws_1","status":"in_progress"}}"#,
    r#"{"type":"response.web_search_call.searching","output_index":1,"item_id":"ws_1"}"#,
    r#"{"type":"response.output_item.done","output_index":1,"item":{"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search","query":"q"}}}"#,
    r#"{"type":"response.output_item.added","output_index":2,"item":{"type":"message","id":"msg_1","role":"assistant","content":[]}}"#,
    r#"{"type":"response.content_part.added","output_index":2,"content_index":0,"part":{"type":"output_text","text":""}}"#,
    r#"{"type":"response.output_text.delta","output_index":2,"content_index":0,"delta":"So","logprobs":[{"token":"So","logprob":-0.5,"bytes":[83,111],"top_logprobs":[]}]}"#,
    r#"{"type":"response.output_text.annotation.added","output_index":2,"annotation_index":0,"annotation":{"type":"url_citation","url":"https://a.example","title":"A","start_index":0,"end_index":2}}"#,
    r#"{"type":"response.refusal.delta","output_index":2,"content_index":1,"delta":"No."}"#,
    r#"{"type":"response.output_item.done","output_index":2,"item":{"type":"message","id":"msg_1","role":"assistant","phase":"commentary","content":[{"type":"output_text","text":"So","annotations":[{"type":"url_citation"}]},{"type":"refusal","refusal":"No."}]}}"#,
    r#"{"type":"response.output_item.added","output_index":3,"item":{"type":"message","id":"msg_2","role":"assistant","content":[]}}"#,
    r#"{"type":"response.output_text.delta","output_index":3,"content_index":0,"delta":"Then."}"#,
    r#"{"type":"response.output_item.done","output_index":3,"item":{"type":"message","id":"msg_2","role":"assistant","content":[{"type":"output_text","text":"Then."}]}}"#,
    r#"{"type":"response.output_item.added","output_index":4,"item":{"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":""}}"#,
    r#"{"type":"response.function_call_arguments.delta","output_index":4,"delta":"{\"q\":1}"}"#,
    r#"{"type":"response.output_item.done","output_index":4,"item":{"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{\"q\":1}"}}"#,
    r#"{"type":"response.output_item.added","output_index":5,"item":{"type":"custom_tool_call","id":"ctc_1","call_id":"c2","name":"sh","input":""}}"#,
    r#"{"type":"response.custom_tool_call_input.delta","output_index":5,"delta":"say \"hi\"\n"}"#,
    r#"{"type":"response.output_item.done","output_index":5,"item":{"type":"custom_tool_call","id":"ctc_1","call_id":"c2","name":"sh","input":"say \"hi\"\n"}}"#,
];

#[test]
fn a_stream_of_everything_is_understood() {
    let end = ended("completed", "");
    let all = [&[BEGUN], &EVENTS[..], &[end.as_str()]].concat();
    assert_snapshot!(understood(&Responses, true, &all));
    let asked = Task::Chat(ours(&json!({}), Vec::new()));
    assert_snapshot!("a_client_of_the_format_is_told_its_items", understood_as(&Responses, &asked, true, &all));
}

#[test]
fn a_whole_response_is_understood() {
    let items = EVENTS.iter().filter_map(|event| {
        let event: Value = serde_json::from_str(event).unwrap();
        (event["type"] == "response.output_item.done").then(|| event["item"].clone())
    });
    let mut items: Vec<Value> = items.collect();
    items.push(json!({ "type": "image_generation_call", "id": "ig_1", "output_format": "webp", "result": "QUJD" }));
    let whole = json!({ "id": "resp_1", "object": "response", "model": "gpt", "status": "completed", "error": null,
        "output": items, "usage": { "input_tokens": 9, "output_tokens": 5, "total_tokens": 14 } });
    assert_snapshot!(understood(&Responses, false, &[&whole.to_string()]));
}

#[test]
fn every_end_is_what_it_says() {
    let word = r#"{"type":"response.output_text.delta","output_index":0,"delta":"Hel"}"#;
    let ends = [
        ("cut", String::new()),
        ("long", ended("incomplete", r#","incomplete_details":{"reason":"max_output_tokens"}"#)),
        ("filtered", ended("incomplete", r#","incomplete_details":{"reason":"content_filter"}"#)),
        ("failed", ended("failed", r#","error":{"code":"server_error","message":"It broke."}"#)),
        ("limited", ended("failed", r#","error":{"code":"rate_limit_exceeded","message":"Slow down."}"#)),
        ("failed without a word", ended("failed", "")),
        ("cancelled", ended("cancelled", "")),
        ("an error", r#"{"type":"error","code":"server_error","message":"It broke.","param":null}"#.to_owned()),
        (
            "an error inside",
            r#"{"type":"error","error":{"type":"server_error","code":null,"message":"It broke."}}"#.to_owned(),
        ),
        ("another error", r#"{"error":{"message":"You exceeded your quota","code":"insufficient_quota"}}"#.to_owned()),
        ("no event", "{".to_owned()),
    ];
    let told = ends.iter().map(|(name, end)| {
        let mut all = vec![BEGUN, word];
        all.extend(Some(end.as_str()).filter(|end| !end.is_empty()));
        format!("{name}\n{}", understood(&Responses, true, &all))
    });
    assert_snapshot!(told.collect::<Vec<_>>().join("\n"));
    let queued = r#"{"id":"resp_1","object":"response","status":"queued","output":[]}"#;
    let none = r#"{"id":"c","object":"chat.completion","choices":[]}"#;
    for whole in [queued, none] {
        assert!(understood(&Responses, false, &[whole]).contains("Garbled"), "{whole}");
    }
}

#[test]
fn refusals_are_openais() {
    let error = |code: &str| {
        json!({ "error": { "message": "It is so.", "type": "t", "param": null, "code": code } }).to_string()
    };
    let rows = [
        (429, "3", &*error("rate_limit_exceeded")),
        (401, "", &*error("invalid_api_key")),
        (400, "", &*error("context_length_exceeded")),
    ];
    let told = refusals(&Responses, &rows);
    for kind in ["RateLimited", "BadKey", "ContextTooLong"] {
        assert!(told.contains(kind), "{told}");
    }
}

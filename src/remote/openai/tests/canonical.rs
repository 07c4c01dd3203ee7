//! Which frames may pass to clients as they came: those in which nothing had to be mended. And what the others say.

use mediary_core::task::{Chat, Message, ReplyEvent, ReplyFrame, Role, Sampling, Task, ToolCall, WholeReply};

use crate::{Dialect, Frame, OpenAi};

/// The frames that may pass as they came (`+`) or not (`-`), and the reply in short: its words, its thoughts in round
/// brackets, its calls, and why it ended.
fn read(stream: bool, frames: &[&[u8]]) -> String {
    read_after(Chat::default(), stream, frames)
}

/// The same in the answer to a chat.
fn read_after(chat: Chat, stream: bool, frames: &[&[u8]]) -> String {
    let mut reader = OpenAi.reader(&Task::Chat(chat), stream);
    let mut whole = WholeReply::default();
    let mut passes = String::new();
    for data in frames {
        let mut into = ReplyFrame::default();
        reader.read(&Frame { event: None, data }, &mut into).unwrap_or_else(|failure| unreachable!("{failure}"));
        passes.push(if into.is_canonical { '+' } else { '-' });
        into.events.into_iter().for_each(|event| whole.push(event));
    }
    let mut into = ReplyFrame::default();
    reader.end(&mut into).unwrap_or_else(|failure| unreachable!("{failure}"));
    into.events.into_iter().for_each(|event: ReplyEvent| whole.push(event));
    let skipped = match reader.skipped() {
        0 => String::new(),
        skipped => format!(" skipped {skipped}"),
    };
    let choice = whole.choices.remove(0);
    let thoughts = choice.reasoning.map_or(String::new(), |thoughts| format!("({})", thoughts.text));
    let calls = choice.tool_calls.iter().map(|call| format!(" {}={}{}", call.id, call.name, call.arguments));
    let finish = choice.finish.expect("it ended").name();
    format!(
        "{passes} {}",
        format!("{thoughts}{}{} {finish}{skipped}", choice.text, calls.collect::<String>()).trim_start()
    )
}

fn delta(delta: &str) -> Vec<u8> {
    format!(r#"{{"id":"1","choices":[{{"index":0,"delta":{delta},"finish_reason":null}}]}}"#).into_bytes()
}

fn finish(reason: &str) -> Vec<u8> {
    format!(r#"{{"id":"1","choices":[{{"index":0,"delta":{{}},"finish_reason":"{reason}"}}]}}"#).into_bytes()
}

/// A piece of the reply's calls.
fn calls(calls: &str) -> Vec<u8> {
    delta(&format!(r#"{{"tool_calls":[{calls}]}}"#))
}

#[test]
fn only_what_needed_no_mending_passes_as_it_came() {
    let open = || delta(r#"{"role":"assistant","content":""}"#);
    let word = |text: &str| delta(&format!(r#"{{"content":"{text}"}}"#));
    let raw = |text: &str| text.as_bytes().to_vec();
    let first = r#"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}"#;
    let usage = |usage: &str| raw(&format!(r#"{{"id":"1","choices":[],"usage":{usage}}}"#));
    let rows: Vec<(&str, Vec<Vec<u8>>, &str)> = vec![
        ("as it should be", vec![open(), word("Hi"), finish("stop")], "+++ Hi stop"),
        ("fields of a vendor's own", vec![delta(r#"{"content":"Hi","x":1}"#), finish("stop")], "++ Hi stop"),
        ("usage in the end", vec![word("Hi"), finish("stop"), usage(r#"{"prompt_tokens":1}"#)], "+++ Hi stop"),
        (
            "a role in each",
            vec![open(), delta(r#"{"role":"assistant","content":"Hi"}"#), finish("stop")],
            "+++ Hi stop",
        ),
        (
            "a message of null beside the delta",
            vec![raw(r#"{"choices":[{"index":0,"delta":{"content":"Hi"},"message":null}]}"#), finish("stop")],
            "++ Hi stop",
        ),
        (
            "message instead of delta",
            vec![raw(
                r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}"#,
            )],
            "- Hi stop",
        ),
        (
            "messages instead of deltas",
            vec![
                raw(r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"H"}}]}"#),
                raw(r#"{"choices":[{"index":0,"message":{"content":"i"},"finish_reason":"stop"}]}"#),
            ],
            "-- Hi stop",
        ),
        (
            "all that was said so far beside each delta",
            vec![
                raw(r#"{"choices":[{"index":0,"delta":{"content":"H"},"message":{"content":"H"}}]}"#),
                raw(r#"{"choices":[{"index":0,"delta":{"content":"i"},"message":{"content":"Hi"}}]}"#),
                raw(r#"{"choices":[{"index":0,"delta":{},"message":{"content":"Hi"},"finish_reason":"stop"}]}"#),
            ],
            "+++ Hi stop",
        ),
        ("no index", vec![raw(r#"{"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}"#)], "- Hi stop"),
        (
            "an index in words",
            vec![raw(r#"{"choices":[{"index":"0","delta":{"content":"Hi"}}]}"#), finish("stop")],
            "-+ Hi stop",
        ),
        ("content as parts", vec![delta(r#"{"content":[{"type":"text","text":"Hi"}]}"#), finish("stop")], "-+ Hi stop"),
        ("content as a number", vec![delta(r#"{"content":7}"#), finish("stop")], "-+ 7 stop"),
        ("thoughts by the usual name", vec![delta(r#"{"reasoning_content":"Hm"}"#), finish("stop")], "++ (Hm) stop"),
        ("thoughts by another name", vec![delta(r#"{"reasoning":"Hm"}"#), finish("stop")], "-+ (Hm) stop"),
        (
            "thoughts by both",
            vec![delta(r#"{"reasoning":"Hm","reasoning_content":"Hm"}"#), finish("stop")],
            "++ (Hm) stop",
        ),
        (
            "no thoughts by another name",
            vec![delta(r#"{"content":"Hi","reasoning":null}"#), finish("stop")],
            "++ Hi stop",
        ),
        ("an odd reason", vec![word("Hi"), finish("eos")], "+- Hi stop"),
        ("another one", vec![word("Hi"), finish("MAX_TOKENS")], "+- Hi length"),
        (
            "a reason that is a truth",
            vec![word("Hi"), raw(r#"{"choices":[{"index":0,"delta":{},"finish_reason":true}]}"#)],
            "+- Hi stop",
        ),
        ("a reason twice", vec![word("Hi"), finish("stop"), finish("stop")], "++- Hi stop"),
        (
            "a reason without a word",
            vec![raw(r#"{"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":""}]}"#), finish("stop")],
            "-+ Hi stop",
        ),
        (
            "calls as they should be",
            vec![calls(first), calls(r#"{"index":0,"function":{"arguments":"{}"}}"#), finish("tool_calls")],
            "+++ a=f{} tool_calls",
        ),
        ("stop beside calls", vec![calls(first), finish("stop")], "+- a=f tool_calls"),
        (
            "two calls at index 0",
            vec![
                calls(r#"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}"#),
                calls(r#"{"index":0,"id":"b","type":"function","function":{"name":"f","arguments":"{}"}}"#),
                finish("tool_calls"),
            ],
            "+-+ a=f{} b=f{} tool_calls",
        ),
        (
            "two calls at index 0 without ids",
            vec![
                calls(r#"{"index":0,"type":"function","function":{"name":"f","arguments":"{}"}}"#),
                calls(r#"{"index":0,"type":"function","function":{"name":"f","arguments":"[]"}}"#),
                finish("tool_calls"),
            ],
            "--+ call_0=f{} call_1=f[] tool_calls",
        ),
        (
            "no index in calls",
            vec![
                calls(r#"{"id":"a","type":"function","function":{"name":"f","arguments":"{\"q\""}}"#),
                calls(r#"{"function":{"arguments":":1}"}}"#),
                calls(r#"{"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}"#),
                finish("tool_calls"),
            ],
            "---+ a=f{\"q\":1} b=g{} tool_calls",
        ),
        (
            "an index of null in calls",
            vec![
                calls(r#"{"index":null,"id":"a","type":"function","function":{"name":"f","arguments":""}}"#),
                calls(r#"{"index":null,"id":null,"function":{"name":null,"arguments":"{}"}}"#),
                finish("tool_calls"),
            ],
            "--+ a=f{} tool_calls",
        ),
        (
            "id and name repeated",
            vec![
                calls(first),
                calls(r#"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{"}}"#),
                calls(r#"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"}"}}"#),
                finish("tool_calls"),
            ],
            "+--+ a=f{} tool_calls",
        ),
        (
            "an empty id and name in a later piece",
            vec![
                calls(first),
                calls(r#"{"index":0,"id":"","function":{"arguments":"{"}}"#),
                calls(r#"{"index":0,"function":{"name":"","arguments":"}"}}"#),
                finish("tool_calls"),
            ],
            "+--+ a=f{} tool_calls",
        ),
        (
            "arguments as an object",
            vec![
                calls(r#"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":{"q":1}}}"#),
                finish("tool_calls"),
            ],
            "-+ a=f{\"q\":1} tool_calls",
        ),
        (
            "a call without an id",
            vec![
                calls(r#"{"index":0,"type":"function","function":{"name":"f","arguments":"{"}}"#),
                calls(r#"{"index":0,"function":{"arguments":"}"}}"#),
                finish("tool_calls"),
            ],
            "-++ call_0=f{} tool_calls",
        ),
        (
            "an id twice",
            vec![
                calls(r#"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}"#),
                calls(r#"{"index":1,"id":"a","type":"function","function":{"name":"g","arguments":"{"}}"#),
                calls(r#"{"index":1,"function":{"arguments":"}"}}"#),
                finish("tool_calls"),
            ],
            "+-++ a=f{} a_2=g{} tool_calls",
        ),
        (
            "a call without a type",
            vec![calls(r#"{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}"#), finish("tool_calls")],
            "-+ a=f{} tool_calls",
        ),
        (
            "a call as it was before there were tools",
            vec![delta(r#"{"function_call":{"name":"f","arguments":"{}"}}"#), finish("function_call")],
            "-- call_0=f{} tool_calls",
        ),
        ("odd numbers in usage", vec![word("Hi"), finish("stop"), usage(r#"{"prompt_tokens":7.0}"#)], "++- Hi stop"),
        ("usage in words", vec![word("Hi"), finish("stop"), usage(r#""none""#)], "++- Hi stop"),
        ("usage below zero", vec![word("Hi"), finish("stop"), usage(r#"{"prompt_tokens":-1}"#)], "++- Hi stop"),
        (
            "usage elsewhere",
            vec![
                word("Hi"),
                raw(
                    r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"x_groq":{"usage":{"prompt_tokens":3}}}"#,
                ),
            ],
            "+- Hi stop",
        ),
        ("a character cut in two", vec![word(r"a\ud83d"), word(r"\ude00b"), finish("stop")], "--+ a😀b stop"),
        ("half a character", vec![word(r"a\ud83d"), word("b"), finish("stop")], "--+ a\u{fffd}b stop"),
        ("half a character in the end", vec![word(r"a\ud83d"), finish("stop")], "-- a\u{fffd} stop"),
        (
            "a character cut between its bytes",
            vec![
                [&b"{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\xf0\x9f\"}}]}"[..]].concat(),
                [&b"{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\x98\x80b\"}}]}"[..]].concat(),
                finish("stop"),
            ],
            "--+ a😀b stop",
        ),
        (
            "a chunk that is none",
            vec![word("H"), raw("{\"choices\": ["), word("i"), finish("stop")],
            "+-++ Hi stop skipped 1",
        ),
        (
            "two that are none",
            vec![raw("x"), word("Hi"), raw(r#"{"choices":7}"#), finish("stop")],
            "-+-+ Hi stop skipped 2",
        ),
    ];
    for (name, frames, expected) in rows {
        let frames: Vec<&[u8]> = frames.iter().map(Vec::as_slice).collect();
        assert_eq!(read(true, &frames), expected, "{name}");
    }
}

#[test]
fn whole_bodies_pass_by_the_same_rule() {
    let whole = |message: &str, finish: &str| {
        format!(r#"{{"id":"1","choices":[{{"index":0,"message":{message},"finish_reason":{finish}}}]}}"#)
    };
    let said = |fields: &str| format!(r#"{{"role":"assistant",{fields}}}"#);
    let called = |call: &str| said(&format!(r#""content":null,"tool_calls":[{call}]"#));
    let right = r#"{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}"#;
    let rows = [
        (whole(&said(r#""content":"Hi""#), r#""stop""#), "+ Hi stop"),
        (whole(&said(r#""content":"Hi","reasoning_content":"Hm""#), r#""stop""#), "+ (Hm)Hi stop"),
        (whole(&said(r#""content":"Hi","reasoning":"Hm""#), r#""stop""#), "- (Hm)Hi stop"),
        (whole(&said(r#""content":[{"type":"text","text":"Hi"}]"#), r#""stop""#), "- Hi stop"),
        (whole(r#"{"content":"Hi"}"#, r#""stop""#), "- Hi stop"),
        (whole(&said(r#""content":"Hi""#), "null"), "- Hi stop"),
        (whole(&said(r#""content":"Hi""#), r#""end_turn""#), "- Hi stop"),
        (whole(&called(right), r#""tool_calls""#), "+ a=f{} tool_calls"),
        (
            whole(&called(&format!("{right},{}", right.replace("\"a\"", "\"b\""))), r#""tool_calls""#),
            "+ a=f{} b=f{} tool_calls",
        ),
        (whole(&called(right), r#""stop""#), "- a=f{} tool_calls"),
        (whole(&called(&format!("{right},{right}")), r#""tool_calls""#), "- a=f{} a_2=f{} tool_calls"),
        (whole(&called(&right.replace(",\"arguments\":\"{}\"", "")), r#""tool_calls""#), "- a=f{} tool_calls"),
        (whole(&called(&right.replace("\"{}\"", "\"\"")), r#""tool_calls""#), "- a=f{} tool_calls"),
        (whole(&said(r#""content":"Hi""#), "true"), "- Hi stop"),
        (whole(&called(&right.replace("\"id\":\"a\",", "")), r#""tool_calls""#), "- call_0=f{} tool_calls"),
        (whole(&called(&right.replace("\"{}\"", "{\"q\":1}")), r#""tool_calls""#), "- a=f{\"q\":1} tool_calls"),
        (whole(&said(r#""content":"a\ud83db""#), r#""stop""#), "- a\u{fffd}b stop"),
        (
            r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}"#
                .to_owned(),
            "- Hi stop",
        ),
    ];
    for (body, expected) in rows {
        assert_eq!(read(false, &[body.as_bytes()]), expected, "{body}");
    }
}

#[test]
fn an_id_that_is_made_up_is_new_to_the_conversation() {
    let call = |id: &str| ToolCall { id: id.into(), name: "f".into(), arguments: "{}".into(), signature: None };
    let before = |ids: &[&str]| {
        let tool_calls = ids.iter().map(|id| call(id)).collect();
        Chat { messages: vec![Message { tool_calls, ..Message::new(Role::Assistant) }], ..Chat::default() }
    };
    let one = r#"{"index":0,"type":"function","function":{"name":"f","arguments":"{}"}}"#;
    let two = format!("{one},{}", one.replace("\"index\":0", "\"index\":1"));
    let message = |calls: &str| {
        let message = format!(r#"{{"role":"assistant","content":null,"tool_calls":[{calls}]}}"#);
        format!(r#"{{"choices":[{{"index":0,"message":{message},"finish_reason":"tool_calls"}}]}}"#)
    };
    let rows = [
        (vec![], one, "call_0=f{}"),
        (vec!["call_0"], one, "call_1=f{}"),
        (vec!["call_0", "call_2"], two.as_str(), "call_1=f{} call_3=f{}"),
    ];
    for (ids, made, expected) in rows {
        let streamed = read_after(before(&ids), true, &[&calls(made), &finish("tool_calls")]);
        assert_eq!(streamed, format!("-+ {expected} tool_calls"), "{ids:?}");
        let whole = read_after(before(&ids), false, &[message(made).as_bytes()]);
        assert_eq!(whole, format!("- {expected} tool_calls"), "{ids:?}");
    }
}

#[test]
fn several_replies_of_a_whole_answer_stay_apart() {
    let rows = [
        (2, ["\"index\":0,", "\"index\":1,"], true, "A|B"),
        (2, ["\"index\":1,", "\"index\":0,"], true, "B|A"),
        (2, ["", ""], false, "A|B"),
        (2, ["\"index\":0,", "\"index\":0,"], false, "A|B"),
        (2, ["\"index\":1,", ""], false, "A|B"),
        (1, ["\"index\":0,", "\"index\":1,"], false, "A"),
        (1, ["\"index\":0,", "\"index\":0,"], false, "A"),
        (1, ["", ""], false, "A"),
    ];
    for (n, [first, second], passes, expected) in rows {
        let choice = |index: &str, text: &str| {
            format!(r#"{{{index}"message":{{"role":"assistant","content":"{text}"}},"finish_reason":"stop"}}"#)
        };
        let body = format!(r#"{{"choices":[{},{}]}}"#, choice(first, "A"), choice(second, "B"));
        let chat = Chat { sampling: Sampling { n, ..Sampling::default() }, ..Chat::default() };
        let mut reader = OpenAi.reader(&Task::Chat(chat), false);
        let (mut into, mut whole) = (ReplyFrame::default(), WholeReply::default());
        let read = reader.read(&Frame { event: None, data: body.as_bytes() }, &mut into);
        assert!(read.is_ok() && reader.end(&mut ReplyFrame::default()).is_ok(), "{body}");
        into.events.into_iter().for_each(|event| whole.push(event));
        let said: Vec<&str> = whole.choices.iter().map(|choice| choice.text.as_str()).collect();
        assert_eq!((into.is_canonical, said.join("|").as_str()), (passes, expected), "{body}");
    }
}

//! Calls of functions as they were before there were tools: at most one a message, and without an id.
//!
//! A request in the old words is a chat like any other; only what goes back to its client is written in the old words,
//! and what comes from it is given the ids that everything else knows calls by.

use mediary_core::task::{Message, Role};
use serde_json::{Value, json};

/// Gives calls without an id, and the results that answer them, one made up for both.
pub(super) fn give_ids(messages: &mut [Message]) {
    let mut open: Vec<(String, String)> = Vec::new();
    let mut made = 0_usize;
    for message in messages {
        for call in message.tool_calls.iter_mut().filter(|call| call.id.is_empty()) {
            call.id = format!("call_{made}");
            made += 1;
            open.push((call.name.clone(), call.id.clone()));
        }
        if message.role == Role::Tool && message.tool_call_id.is_none() {
            let named = open.iter().position(|(name, _)| message.name.as_ref().is_none_or(|its| its == name));
            message.tool_call_id = named.map(|at| open.remove(at).1);
        }
    }
}

/// Rewrites a whole answer.
pub(super) fn whole(body: &mut Value) {
    for choice in body["choices"].as_array_mut().into_iter().flatten() {
        let Some(message) = choice["message"].as_object_mut() else { continue };
        if let Some(calls) = message.remove("tool_calls") {
            message.insert("function_call".into(), calls[0]["function"].clone());
            choice["finish_reason"] = finish(choice["finish_reason"].as_str().unwrap_or_default()).into();
        }
    }
}

/// A piece of a call; `None`: it is of a call too many.
pub(super) fn piece(index: u32, name: Option<&str>, arguments: &str) -> Option<Value> {
    let mut function = json!({ "arguments": arguments });
    if let Some(name) = name {
        function["name"] = name.into();
    }
    (index == 0).then(|| json!({ "function_call": function }))
}

/// Why a reply ended, in the old words.
pub(super) fn finish(reason: &str) -> &str {
    if reason == "tool_calls" { "function_call" } else { reason }
}

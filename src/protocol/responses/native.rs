//! Items as they go to a target of this very format: as their client wrote them, but for what is ours on them. Ids are
//! those of responses that are kept here, a cipher has its maker's name before it, a call its namespace and its signature.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::Value;
use serde_json::value::RawValue;

use super::items::is_of_its_provider;
use super::namespaces::qualified;
use super::wire::Item;
use super::{WIRE_FORMAT, compaction, signed};
use crate::protocol::anthropic::signed::id_back;
use crate::protocol::{from_json, piece};

/// An item as it goes out; `None`: thoughts that this target did not think, or of which nothing came in cipher: it would
/// look for them among what it keeps, which is nothing.
pub(super) fn piece_of(item: &Item<'_>, raw: &RawValue, body: &Bytes) -> Option<Bytes> {
    let kind = item.r#type.as_deref().unwrap_or("message");
    if kind == "compaction"
        && let Some(told) = item.encrypted_content.as_deref().and_then(compaction::told_item)
    {
        return Some(Bytes::from(told.to_string()));
    }
    if is_of_its_provider(kind) {
        return Some(piece(body, raw));
    }
    let mut edits: Vec<(&str, Option<Value>)> = Vec::new();
    if item.id.is_some() {
        edits.push(("id", None));
    }
    if kind == "reasoning" {
        let thought = signed::back(String::new(), item.encrypted_content.clone());
        let cipher = thought.signature_for(WIRE_FORMAT)?.to_owned();
        if item.encrypted_content.as_ref() != Some(&cipher) {
            edits.push(("encrypted_content", Some(cipher.into())));
        }
    }
    if let Some(id) = item.call_id.as_deref() {
        let (plain, signature) = id_back(id);
        if signature.is_some() {
            edits.push(("call_id", Some(plain.into())));
        }
    }
    if let (Some(namespace), Some(name)) = (item.namespace.as_deref(), item.name.as_deref()) {
        edits.push(("name", Some(qualified(Some(namespace), name).into())));
        edits.push(("namespace", None));
    }
    Some(if edits.is_empty() { piece(body, raw) } else { edited(raw, &edits) })
}

/// An object with some fields changed or left out; nothing else of it is looked at.
fn edited(raw: &RawValue, edits: &[(&str, Option<Value>)]) -> Bytes {
    // It has been read before.
    let fields: BTreeMap<String, &RawValue> = from_json(raw.get().as_bytes(), "an item").unwrap_or_default();
    let mut written = String::with_capacity(raw.get().len());
    for (name, value) in &fields {
        let edit = edits.iter().find(|(edited, _)| edited == name).map(|(_, value)| value);
        let value = match edit {
            Some(None) => continue,
            Some(Some(value)) => value.to_string(),
            None => value.get().to_owned(),
        };
        written.push(if written.is_empty() { '{' } else { ',' });
        written.push_str(&Value::from(name.as_str()).to_string());
        written.push(':');
        written.push_str(&value);
    }
    written.push('}');
    written.into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sent(item: &Value) -> Option<Value> {
        let body = Bytes::from(item.to_string());
        let raw: &RawValue = serde_json::from_slice(&body).unwrap();
        let item: Item<'_> = serde_json::from_slice(&body).unwrap();
        piece_of(&item, raw, &body).map(|piece| serde_json::from_slice(&piece).unwrap())
    }

    #[test]
    fn items_lose_nothing_but_what_is_ours() {
        let as_it_is = [
            json!({ "role": "user", "content": [{ "type": "input_text", "text": "Hi", "prompt_cache_breakpoint": {} }] }),
            json!({ "type": "web_search_call", "id": "ws_1", "action": { "type": "search", "query": "q" } }),
            json!({ "type": "function_call_output", "call_id": "c", "output": [] }),
            json!({ "type": "reasoning", "summary": [], "encrypted_content": "gAAAA" }),
        ];
        for item in as_it_is {
            assert_eq!(sent(&item), Some(item.clone()), "{item}");
        }
        let rows = [
            (
                json!({ "type": "message", "id": "msg_1", "role": "assistant", "phase": "final", "content": [] }),
                Some(json!({ "type": "message", "role": "assistant", "phase": "final", "content": [] })),
            ),
            (
                json!({ "type": "function_call", "id": "fc_1", "call_id": "c__signed_U2ln", "namespace": "n", "name": "f",
                    "arguments": "{}" }),
                Some(json!({ "type": "function_call", "call_id": "c", "name": "n__ns__f", "arguments": "{}" })),
            ),
            (
                json!({ "type": "reasoning", "id": "rs_1", "summary": [{ "text": "Hm." }],
                    "encrypted_content": "mediary:openai-responses:gAAAA" }),
                Some(json!({ "type": "reasoning", "summary": [{ "text": "Hm." }], "encrypted_content": "gAAAA" })),
            ),
            (json!({ "type": "reasoning", "summary": [], "encrypted_content": "mediary:gemini:Sig" }), None),
            (json!({ "type": "reasoning", "id": "rs_1", "summary": [{ "text": "Hm." }] }), None),
        ];
        for (item, expected) in rows {
            assert_eq!(sent(&item), expected, "{item}");
        }
    }
}

//! Which protocol is spoken at which route, for what only has a route's name: plans, and requests in the background.

use crate::protocol::anthropic::MESSAGES;
use crate::protocol::gemini::protocol_of as gemini_of;
use crate::protocol::openai::{CHAT, COMPLETIONS, EMBEDDINGS, INTERPRET, MODERATIONS, RERANK};
use crate::protocol::responses::RESPONSES;
use crate::protocol::{JsonProtocol, ollama};

/// The protocol of a route, where its requests are tasks of one JSON body.
pub(in crate::http) fn protocol_of(route: &str) -> Option<&'static dyn JsonProtocol> {
    match route {
        "/v1/chat/completions" => Some(&CHAT),
        "/v1/completions" => Some(&COMPLETIONS),
        "/v1/embeddings" => Some(&EMBEDDINGS),
        "/v1/interpret" => Some(&INTERPRET),
        "/v1/moderations" => Some(&MODERATIONS),
        "/v1/rerank" | "/v2/rerank" => Some(&RERANK),
        "/v1/messages" => Some(&MESSAGES),
        "/v1/responses" => Some(&RESPONSES),
        "/api/chat" => Some(&ollama::CHAT),
        "/api/generate" => Some(&ollama::GENERATE),
        "/api/embed" => Some(&ollama::EMBED),
        "/api/embeddings" => Some(&ollama::EMBED_ONE),
        route => gemini_of(route),
    }
}

//! Whole answers, written in one piece.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::headers;
use super::provider_name::named;
use crate::gateway::WholeAnswer;
use crate::protocol::{AnswerHead, Encode, Protocol, Spelling};

/// A whole answer as its client reads it: as its provider wrote it where that is the same, else written anew.
/// `provider`: what it is called, where that is to stand in the answer.
pub(super) fn in_one_piece(
    protocol: &dyn Protocol,
    encoder: &dyn Encode,
    answer: WholeAnswer,
    provider: Option<&str>,
    spelling: &Spelling,
) -> Response {
    let WholeAnswer { route, reply, raw } = answer;
    let raw = raw.filter(|_| route.wire_format == protocol.wire_format() && encoder.passes_raw());
    let body = raw.unwrap_or_else(|| {
        let (model, wire_format) = (route.target.to_string(), route.wire_format);
        let head = AnswerHead { model, wire_format, ..new_head() };
        encoder.whole(head, &reply).into()
    });
    let body = named(body, provider);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(encoder.media_type()));
    headers::describe_as(&route, spelling, &mut headers);
    headers::count_cut(reply.usage.map_or(0, |usage| usage.cut_tokens), &mut headers);
    headers::price(&route.account, &mut headers);
    (headers, body).into_response()
}

/// What an answer begins with, but for its model.
pub(in crate::http) fn new_head() -> AnswerHead {
    let created = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    AnswerHead { id: uuid::Uuid::now_v7().simple().to_string(), created, ..AnswerHead::default() }
}

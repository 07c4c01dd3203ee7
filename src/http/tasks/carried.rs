//! A request that was understood, carried out: whole or as a stream, as it was asked for. Called by every handler of a task,
//! however its requests are read.

use axum::response::Response;

use super::super::error::ApiError;
use super::super::request_id::RequestId;
use super::super::state::AppState;
use super::{refused, relay, whole};
use crate::gateway::{Answered, Bounds, TaskRequest};
use crate::protocol::{Decoded, Protocol};

/// A request that was understood, with what its headers ask for.
pub(in crate::http) struct Asked {
    pub(in crate::http) decoded: Decoded,
    pub(in crate::http) bounds: Bounds,
    /// What the client is known by.
    pub(in crate::http) client: Vec<u8>,
}

/// Has the gateway do what was asked for, and writes down its answer.
///
/// # Errors
/// When no target can be asked, or none answered, as long as nothing was sent.
pub(in crate::http) async fn carry_out(
    protocol: &'static dyn Protocol,
    state: &AppState,
    request_id: RequestId,
    asked: Asked,
) -> Result<Response, ApiError> {
    let Asked { decoded: Decoded { task, model, answer, dropped }, bounds, client } = asked;
    let wants_stream = task.streams();
    let request = TaskRequest { task, model, bounds, client };
    if wants_stream {
        let wish = relay::Wish { head: whole::new_head(), answer, dropped, request_id };
        return relay::answer(protocol, state, request, wish).await;
    }
    // Boxed, since a future of this size would be copied from layer to layer.
    match Box::pin(state.gateway.answer(request)).await.map_err(refused)? {
        Answered::Whole(mut whole) => {
            dropped.iter().for_each(|name| whole.route.drops(name));
            Ok(whole::in_one_piece(protocol, &*answer, *whole))
        }
        Answered::Stream(_) => Err(ApiError::broken("a stream where a whole answer was asked for")),
    }
}

//! The client's side of a session, as the session sees it: its answers are logged, and what went wrong has the words that
//! any other route has for it.

use mediary_core::live::{LiveError, ResponseState};

use super::super::error::{ApiError, CLIENT_CLOSED_REQUEST};
use super::super::logged::Witnesses;
use super::super::request_id::RequestId;
use super::super::tasks::refused;
use super::SOCKET;
use crate::gateway::realtime::{Door, TurnEnded};
use crate::gateway::{CallError, Ended};

/// The side of one client.
#[derive(Debug)]
pub(super) struct Witness {
    pub(super) witnesses: Option<Witnesses>,
    pub(super) request_id: RequestId,
}

impl Door for Witness {
    fn tell(&self, ended: TurnEnded) {
        let TurnEnded { id, client, state, has_left, first, total, account } = ended;
        let status = match state {
            _ if has_left => CLIENT_CLOSED_REQUEST,
            ResponseState::Failed => 503,
            ResponseState::InProgress
            | ResponseState::Completed
            | ResponseState::Cancelled
            | ResponseState::Interrupted
            | ResponseState::CutOff
            | ResponseState::Filtered => 200,
        };
        if let Some(witnesses) = &self.witnesses {
            let ended = Ended { id, endpoint: SOCKET.to_owned(), client, status, first, total };
            witnesses.tell(ended, Some(&account), None);
        }
    }

    fn explain(&self, error: CallError) -> LiveError {
        let error = refused(error);
        error.log();
        told(error, &self.request_id)
    }
}

/// An error as an event tells it.
fn told(error: ApiError, request: &RequestId) -> LiveError {
    let fields = error.told(request);
    LiveError {
        family: fields.r#type,
        code: fields.code.to_owned(),
        message: fields.message,
        param: fields.param,
        event: None,
    }
}

//! What clients are told where nothing is done with an account of Google's.

use axum::http::StatusCode;
use mediary_core::{Failure, FailureKind};

use super::super::error::ApiError;
use super::super::state::AppState;
use crate::gateway::google::NoGoogle;

/// How the operator sets it up.
pub(super) const HOW: &str = "To set it up, make an OAuth client of the type \"Web application\" in Google's console, register \
     ADDRESS/v1/google/callback there as a redirect URI, and give the client to this server as GOOGLE_CLIENT_ID and \
     GOOGLE_CLIENT_SECRET ([google] in the configuration).";

/// 501: the operator has not set it up.
pub(super) fn not_set_up(state: &AppState) -> ApiError {
    if state.config.google.client.is_some() {
        let message = "This server keeps nothing, so it can keep no account of Google's; the log of its start says why. Name a \
                       folder for its database with [store] dir and start it again.";
        return ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "google_not_kept", message);
    }
    let message = format!("Google is not set up on this server. {HOW}");
    ApiError::new(StatusCode::NOT_IMPLEMENTED, "google_not_set_up", message)
}

/// Why something was not done, for a client.
pub(in crate::http) fn no_google(why: NoGoogle) -> ApiError {
    let message = sentence(&why.to_string());
    match why {
        NoGoogle::FeatureOff(_) => ApiError::new(StatusCode::NOT_IMPLEMENTED, "google_feature_off", message),
        NoGoogle::NotConnected => ApiError::new(StatusCode::CONFLICT, "google_not_connected", message),
        NoGoogle::Ended => ApiError::new(StatusCode::CONFLICT, "google_connection_ended", message),
        NoGoogle::Missing(_) => ApiError::forbidden("google_scope_missing", message),
        NoGoogle::UnknownState => ApiError::new(StatusCode::BAD_REQUEST, "google_unknown_state", message),
        NoGoogle::Declined => ApiError::forbidden("google_consent_declined", message),
        NoGoogle::TooMany => ApiError::new(StatusCode::TOO_MANY_REQUESTS, "google_too_many", message),
        NoGoogle::Unconfirmed => {
            ApiError::new(StatusCode::CONFLICT, "google_not_confirmed", message).about("confirmation")
        }
        NoGoogle::Failed(failure) => failure.into(),
        NoGoogle::Store(detail) => ApiError::broken(detail),
    }
}

/// The same where a request only names a file of Drive: its client is to mend it.
pub(super) fn as_failure(why: NoGoogle) -> Failure {
    match why {
        NoGoogle::Failed(failure) => failure,
        NoGoogle::Store(detail) => Failure::broken(detail),
        NoGoogle::Missing(_) | NoGoogle::FeatureOff(_) => Failure::new(FailureKind::NotAllowed, why.to_string()),
        other => Failure::malformed(other.to_string()),
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

//! The statuses that the routes of sound have in common, for the description of the interface.

use utoipa::IntoResponses;

use super::super::error::ErrorBody;

/// What stands in the way of any work.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "they are described and never made")]
pub(super) enum Refused {
    /// A field is wrong; the message names it, and what it can be
    #[response(status = 400)]
    Malformed(ErrorBody),
    /// A key is missing or wrong
    #[response(status = 401)]
    Unauthorized(ErrorBody),
    /// No such model; near names are suggested
    #[response(status = 404)]
    UnknownModel(ErrorBody),
    /// No target can be asked for this; the message says why, target by target
    #[response(status = 422)]
    Unprocessable(ErrorBody),
    /// Every target's rate limit is reached (see Retry-After)
    #[response(status = 429)]
    TooOften(ErrorBody),
    /// No target answered; `tried` names the calls that failed and why
    #[response(status = 503)]
    Exhausted(ErrorBody),
}

/// What stands in the way of a recording.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "they are described and never made")]
pub(super) enum RefusedFile {
    /// The body stopped arriving
    #[response(status = 408)]
    Stalled(ErrorBody),
    /// A limit was passed; the message names it
    #[response(status = 413)]
    TooLarge(ErrorBody),
    /// Neither sound nor video; the message names what it is
    #[response(status = 415)]
    OtherMedium(ErrorBody),
}

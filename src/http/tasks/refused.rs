//! Why a task was not carried out, as an error of ours with the status that tells the truth.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use mediary_core::Failure;
use mediary_core::capability::TaskKind;
use mediary_core::plan::{PassedOver, Reason, Unplannable};

use super::super::error::{ApiError, whole_seconds};
use crate::gateway::{CallError, Exhausted};
use crate::protocol::TriedBody;

/// More targets that were passed over are counted, not named.
const MOST_NAMED: usize = 8;

/// The error for a task that was not carried out.
#[must_use]
pub fn refused(error: CallError) -> ApiError {
    match error {
        CallError::Failed(failure) => failure.into(),
        CallError::UnknownModel { model, near } => unknown_model(&model, &near),
        CallError::NoProviders { mut keys } => {
            keys.dedup();
            let message = format!(
                "No provider is set up that does this. Set one of {} and start again, or add [[providers]] to the \
                 configuration; the routes under /v1/ocr need none.",
                keys.join(", ")
            );
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "no_providers", message)
        }
        CallError::Unplannable(why) => unplannable(*why),
        CallError::Exhausted(exhausted) => self::exhausted(*exhausted),
    }
}

fn unknown_model(model: &str, near: &[String]) -> ApiError {
    let model: String = model.chars().take(100).collect();
    let hint = match near {
        [] => String::new(),
        near => format!(" Did you mean {}?", near.join(" or ")),
    };
    let message = format!("There is no model `{model}` here.{hint} GET /v1/models lists all of them and the tiers.");
    ApiError::not_found("model_not_found", message).about("model")
}

fn unplannable(why: Unplannable) -> ApiError {
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    match why {
        Unplannable::Part { place, format, hints, passed_over } => {
            let help = match hints.as_slice() {
                [] => "Send it in another format, or set up a provider that reads it.".to_owned(),
                hints => format!("What would help: {}.", hints.join("; or ")),
            };
            let message = format!("No target can be given {place}, which is {format}. {help}{}", named(&passed_over));
            ApiError::new(unprocessable, "unsupported_part", message).about(place.to_string())
        }
        Unplannable::Context { task: TaskKind::Embedding, needs, most, .. } => {
            let message = format!(
                "A text of {needs} tokens or more is in `input`, and no target that may be asked takes more than {most}; \
                 split it into shorter ones."
            );
            ApiError::new(StatusCode::BAD_REQUEST, "context_length_exceeded", message).about("input")
        }
        Unplannable::Context { needs, most, .. } => {
            let message = format!(
                "The request needs about {needs} tokens, and no target that may be asked holds more than {most}; send \
                 less, or ask for the tier long-context."
            );
            ApiError::new(StatusCode::BAD_REQUEST, "context_length_exceeded", message).about("messages")
        }
        Unplannable::NoneFits { passed_over } if hosted_tool(&passed_over).is_some() => {
            let kind = hosted_tool(&passed_over).unwrap_or_default();
            let message = format!(
                "The tool `{kind}` runs at its provider, and no target that may be asked has it; leave it out, or set up a \
                 provider that runs it."
            );
            ApiError::new(StatusCode::BAD_REQUEST, "unsupported_tool", message).about("tools")
        }
        Unplannable::NoneFits { passed_over } => {
            let parameter = passed_over.iter().find_map(|one| match one.reason {
                Reason::Parameter(name) => Some(name),
                Reason::Sources(_) => Some("image"),
                Reason::NeedsPicture => Some("input_reference"),
                _ => None,
            });
            let message = match named(&passed_over) {
                told if told.is_empty() => {
                    "No target that does such work may be asked; look into GET /v1/models, and allow more by `model`, \
                     privacy, cost or providers."
                        .to_owned()
                }
                told => format!("No target can be asked.{told}"),
            };
            let mut others = passed_over.iter().filter(|one| !matches!(one.reason, Reason::OtherTask(_))).peekable();
            let is_not_installed =
                others.peek().is_some() && others.all(|one| matches!(one.reason, Reason::Missing(_)));
            let error = match is_not_installed {
                true => ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "engine_not_installed", message),
                false => ApiError::new(unprocessable, "no_target", message),
            };
            parameter.map_or(error.clone(), |name| error.about(name))
        }
        Unplannable::AllCoolingDown { soonest, passed_over } => {
            exhausted(Exhausted { tried: Vec::new(), passed_over, retry_after: Some(soonest), cools_for_rates: false })
        }
        Unplannable::NoTargets => refused(CallError::NoProviders { keys: Vec::new() }),
    }
}

/// A tool that a target was passed over for, since its provider does not run it.
fn hosted_tool(passed_over: &[PassedOver]) -> Option<&str> {
    passed_over.iter().find_map(|one| match &one.reason {
        Reason::HostedTool(kind) => Some(kind.as_str()),
        _ => None,
    })
}

/// The targets that were passed over and why, those with the same reason together.
fn named(passed_over: &[PassedOver]) -> String {
    let mut by_reason: BTreeMap<String, Vec<String>> = BTreeMap::new();
    // Targets that would never have been asked explain nothing, unless no others were there.
    let explains = |one: &&PassedOver| !matches!(one.reason, Reason::OtherTask(_));
    let are_alone = !passed_over.iter().any(|one| explains(&one));
    for one in passed_over.iter().filter(|one| are_alone || explains(one)) {
        by_reason.entry(one.reason.to_string()).or_default().push(one.target.to_string());
    }
    let mut text = String::new();
    for (reason, targets) in by_reason {
        let more = targets.len().saturating_sub(MOST_NAMED);
        let mut names = targets.into_iter().take(MOST_NAMED).collect::<Vec<_>>().join(", ");
        if more > 0 {
            names.push_str(&format!(" and {more} more"));
        }
        text.push_str(&format!(" {names}: {reason}."));
    }
    text
}

fn exhausted(exhausted: Exhausted) -> ApiError {
    let complaint = exhausted.complaint();
    let param = complaint.and_then(|first| first.place).map(|place| place.to_string());
    let shared = complaint.or(exhausted.tried.first().filter(|_| exhausted.queue_wait().is_some()));
    let shared = shared.map(|first| ApiError::from(Failure::new(first.kind.clone(), "")));
    let (status, code) = match shared {
        Some(shared) => (shared.status, shared.code),
        None if exhausted.only_rates() => (StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded"),
        None => (StatusCode::SERVICE_UNAVAILABLE, "all_providers_failed"),
    };
    let count = exhausted.tried.len();
    let mut message = match count {
        0 => "All targets that could answer have to wait.".to_owned(),
        1 => format!("{} did not answer: {}.", exhausted.tried[0].target, exhausted.tried[0].why),
        _ => format!("None of {count} calls was answered; `tried` names them and says why."),
    };
    if count == 0 {
        message.push_str(&named(&exhausted.passed_over));
    }
    if let Some(wait) = exhausted.retry_after {
        message.push_str(&format!(" Try again in {} s.", whole_seconds(wait)));
    }
    let tried = exhausted.tried.into_iter().map(|tried| TriedBody {
        target: tried.target.to_string(),
        failure: tried.kind.name(),
        message: tried.why,
    });
    let error = ApiError::new(status, code, message);
    ApiError { param, retry_after: exhausted.retry_after, tried: tried.collect(), ..error }
}

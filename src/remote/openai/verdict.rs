//! The table from statuses, codes and words to kinds of failure.
//!
//! What a provider says in a field of its own counts more than its words, and its words more than the status. Words are
//! often the client's: a complaint quotes the name of a tool or a piece of a schema. So words alone never take a key or a
//! model out, and never stop everything; that takes a code, or a status that says so. Codes are
//! OpenAI's, Azure's, Groq's, GitHub's, DashScope's, Moonshot's, Mistral's, Z.ai's (four digits from 1000 to 1313),
//! Cloudflare's (3003 to 5016) and MiniMax's (`base_resp`).

use std::time::Duration;

use mediary_core::FailureKind;

use crate::blame::Complaint;

/// Waits up to this are about a rate, longer ones about a quota, where the words allow both.
const RATE_WAIT: Duration = Duration::from_secs(90);

const CONTEXT_CODES: &str = "context_length_exceeded tokens_limit_reached context_window_exceeded \
    model_context_window_exceeded exceed_context_size_error string_above_max_length base_resp:1039";
const CONTENT_CODES: &str = "content_policy_violation moderation_blocked data_inspection_failed datainspectionfailed \
    content_filter content_filtered responsibleaipolicyviolation content_policy moderation invalid_prompt 1301 \
    base_resp:1026 base_resp:1027";
/// What is wrong with the request itself, so that no target would take it.
const FORM_OF_REQUEST_CODES: &str = "invalid_function_parameters invalid_json_schema missing_required_parameter \
    invalid_type invalid_request_message_order";
const KEY_CODES: &str = "invalid_api_key invalidapikey authentication_error invalid_authentication_error incorrect_api_key \
    invalid_token unauthorized 1000 1001 1002 1003 1004 10000 base_resp:1004 base_resp:2049";
const QUOTA_CODES: &str = "insufficient_quota billing_hard_limit_reached billing_not_active exceeded_current_quota_error \
    insufficient_balance insufficient_credits allocationquota.freetieronly arrearage 1113 1304 3036 base_resp:1008";
const RATE_CODES: &str = "rate_limit_exceeded rate_limit_error rate_limited rate_limit_reached_error \
    too_many_requests 1302 1303 1300 throttling throttling.ratequota throttling.burstrate throttling.allocationquota \
    base_resp:1002";
const MODEL_CODES: &str = "model_not_found model_not_available model_not_supported invalid_model unknown_model \
    model_decommissioned model_terms_required 1211 5007 5016";
const BUSY_CODES: &str = "overloaded_error overloaded server_error internal_server_error api_error service_unavailable \
    engine_overloaded_error capacity_exceeded timeout 1230 1234 1305 3007 3008 3040 base_resp:1000 base_resp:1001 \
    base_resp:1024";
const UNACCEPTABLE_CODES: &str = "unsupported_parameter unsupported_value unknown_parameter extra_forbidden \
    invalid_image invalid_image_url invalid_image_format image_parse_error image_too_large unsupported_image_media_type \
    invalid_base64 unsupported_file_type 3006 base_resp:2013";
/// The model did not keep to a form; another draw or model may.
const FORM_CODES: &str = "json_validate_failed tool_use_failed output_parse_failed";

const CONTEXT_WORDS: [&str; 12] = [
    "context length",
    "context_length",
    "context window",
    "context size",
    "maximum context",
    "too many tokens",
    "too many input tokens",
    "prompt is too long",
    "input is too long",
    "reduce the length",
    "input length",
    "maximum number of tokens",
];
/// What a key lacks, where a refusal is about what it may do at all.
const KEY_WORDS: [&str; 14] = [
    "api key",
    "api_key",
    "apikey",
    "api-key",
    "unauthorized",
    "authentication",
    "token",
    "credentials",
    "permission",
    "account",
    "organization",
    "project",
    "country",
    "region",
];
const DAILY_WORDS: [&str; 12] = [
    "per day",
    "per-day",
    "perday",
    "daily",
    "(rpd)",
    "(tpd)",
    "per month",
    "monthly",
    "insufficient_quota",
    "insufficient balance",
    "credit",
    "billing",
];
const MODEL_WORDS: [&str; 9] = [
    "does not exist",
    "model not found",
    "model not exist",
    "not a valid model",
    "invalid model",
    "unknown model",
    "decommissioned",
    "no longer available",
    "no longer supported",
];
/// How a complaint about the model begins: what stands later may be the client's words.
const MODEL_OPENINGS: [&str; 5] = ["model", "the model", "invalid model", "unknown model", "the requested model"];
const MEDIUM_WORDS: [&str; 14] = [
    "image",
    "picture",
    "file",
    "audio",
    "video",
    "pdf",
    "document",
    "mime",
    "media",
    "modalit",
    "multimodal",
    "vision",
    "attachment",
    "base64",
];
/// What a refusal means. `status` is `None` for an error inside of an answer that does not name one.
pub(super) fn verdict(status: Option<u16>, complaint: &Complaint, delay: Option<Duration>) -> FailureKind {
    let words = Words::of(complaint);
    let overloaded = FailureKind::Overloaded { retry_after: delay };
    // Groq: a single request over the tokens of a minute can never pass.
    if status == Some(413)
        && (words.has(&CONTEXT_WORDS) || words.is_coded(CONTEXT_CODES) || words.text.contains("tokens"))
    {
        return FailureKind::ContextTooLong;
    }
    if let Some(kind) = by_code(&words, delay) {
        return kind;
    }
    match status {
        Some(401) => FailureKind::BadKey,
        Some(402) => FailureKind::QuotaSpent { resets_in: delay },
        Some(403) => forbidden(&words, delay),
        Some(404 | 410) if words.has(&MEDIUM_WORDS) && !words.has(&MODEL_WORDS) => FailureKind::Unacceptable,
        Some(404 | 410) => FailureKind::ModelGone,
        Some(408 | 409 | 425 | 498 | 499) => overloaded,
        Some(429) => too_often(&words, delay),
        Some(400..=499) => complained(&words),
        // Some report the client's faults as their own; only unmistakable words are believed.
        _ if words.has(&CONTEXT_WORDS) => FailureKind::ContextTooLong,
        Some(_) => overloaded,
        None if words.text.contains("rate limit") => too_often(&words, delay),
        None => overloaded,
    }
}

fn by_code(words: &Words<'_>, delay: Option<Duration>) -> Option<FailureKind> {
    let rows = [
        (CONTEXT_CODES, FailureKind::ContextTooLong),
        (CONTENT_CODES, FailureKind::ContentRefused),
        (FORM_OF_REQUEST_CODES, FailureKind::Malformed),
        (QUOTA_CODES, FailureKind::QuotaSpent { resets_in: delay }),
        (KEY_CODES, FailureKind::BadKey),
        (MODEL_CODES, FailureKind::ModelGone),
        (UNACCEPTABLE_CODES, FailureKind::Unacceptable),
        (FORM_CODES, FailureKind::Garbled),
        (BUSY_CODES, FailureKind::Overloaded { retry_after: delay }),
    ];
    let coded = rows.into_iter().find(|(codes, _)| words.is_coded(codes)).map(|(_, kind)| kind);
    coded.or_else(|| words.is_coded(RATE_CODES).then(|| too_often(words, delay)))
}

/// Too many calls: in a minute, or in all.
fn too_often(words: &Words<'_>, delay: Option<Duration>) -> FailureKind {
    let is_brief = delay.is_some_and(|delay| delay <= RATE_WAIT);
    let is_quota = words.has(&DAILY_WORDS) || (words.text.contains("quota") && !is_brief);
    match is_quota {
        true => FailureKind::QuotaSpent { resets_in: delay },
        false => FailureKind::RateLimited { retry_after: delay },
    }
}

/// A refusal to let the key do this, if it says so. What else is forbidden, and by what, is not known.
fn forbidden(words: &Words<'_>, delay: Option<Duration>) -> FailureKind {
    if words.has(&DAILY_WORDS) || words.text.contains("quota") || words.text.contains("balance") {
        FailureKind::QuotaSpent { resets_in: delay }
    } else if words.text.contains("access to model") || words.text.contains("access to the model") {
        FailureKind::ModelGone
    } else if words.complaint.is_structured && words.has(&KEY_WORDS) {
        FailureKind::BadKey
    } else if words.text.contains("model") {
        FailureKind::ModelGone
    } else if words.complaint.is_structured && !words.text.is_empty() {
        FailureKind::Unacceptable
    } else {
        FailureKind::Overloaded { retry_after: delay }
    }
}

/// A complaint about the request: to stop everything takes a code, and there was none. Another target may take it.
fn complained(words: &Words<'_>) -> FailureKind {
    let opens_with = |openings: &[&str]| openings.iter().any(|opening| words.text.starts_with(opening));
    if words.has(&CONTEXT_WORDS) {
        return FailureKind::ContextTooLong;
    }
    let is_about_model = opens_with(&MODEL_OPENINGS) || words.text.contains("is not a valid model");
    match is_about_model && words.has(&MODEL_WORDS) {
        true => FailureKind::ModelGone,
        false => FailureKind::Unacceptable,
    }
}

/// What a complaint says, ready for looking things up.
struct Words<'a> {
    complaint: &'a Complaint,
    /// The message in lower case, without addresses: they hold words such as `billing` for other reasons.
    text: String,
}

impl<'a> Words<'a> {
    fn of(complaint: &'a Complaint) -> Self {
        let kept = complaint.message.split_whitespace().filter(|word| !word.contains("://"));
        let text = kept.collect::<Vec<_>>().join(" ").to_ascii_lowercase();
        Self { complaint, text }
    }

    fn has(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.text.contains(word))
    }

    fn is_coded(&self, codes: &str) -> bool {
        let code = self.complaint.code.replace(' ', ":");
        let class = self.complaint.class.as_str();
        let is = |given: &str| !given.is_empty() && codes.split_whitespace().any(|code| code == given);
        is(&code) || is(class)
    }
}

//! The table of refusals: what providers send, and what is made of it.

use std::time::Duration;

use http::header::HeaderMap;
use mediary_core::FailureKind::{self, *};

use crate::{Dialect, OpenAi};

fn limited(s: u64) -> FailureKind {
    RateLimited { retry_after: (s > 0).then(|| Duration::from_secs(s)) }
}

fn spent(s: u64) -> FailureKind {
    QuotaSpent { resets_in: (s > 0).then(|| Duration::from_secs(s)) }
}

fn busy(s: u64) -> FailureKind {
    Overloaded { retry_after: (s > 0).then(|| Duration::from_secs(s)) }
}

#[test]
fn every_refusal_has_its_kind() {
    let rows: Vec<(u16, &str, &str, FailureKind)> = vec![
        // OpenAI.
        (
            400,
            "",
            r#"{"error":{"message":"too long","type":"invalid_request_error","code":"context_length_exceeded"}}"#,
            ContextTooLong,
        ),
        (400, "", r#"{"error":{"message":"This model's maximum context length is 8192 tokens."}}"#, ContextTooLong),
        (
            400,
            "",
            r#"{"error":{"message":"Your request was rejected by our safety system.","code":"moderation_blocked"}}"#,
            ContentRefused,
        ),
        (
            400,
            "",
            r#"{"error":{"message":"Unsupported parameter: 'max_tokens'","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}"#,
            Unacceptable,
        ),
        (
            400,
            "",
            r#"{"error":{"message":"Invalid image data.","type":"invalid_request_error","param":"messages[0].content[1].image_url","code":null}}"#,
            Unacceptable,
        ),
        (
            400,
            "",
            r#"{"error":{"message":"max_tokens is too large: 100000.","type":"invalid_request_error","param":"max_tokens"}}"#,
            Unacceptable,
        ),
        (
            400,
            "",
            r#"{"error":{"message":"An assistant message with 'tool_calls' must be followed by tool messages","type":"invalid_request_error","param":"messages"}}"#,
            Unacceptable,
        ),
        (
            400,
            "",
            r#"{"error":{"message":"Invalid schema for function 'f': x is no type","type":"invalid_request_error","param":"tools[0].function.parameters","code":"invalid_function_parameters"}}"#,
            Malformed,
        ),
        (
            401,
            "",
            r#"{"error":{"message":"Incorrect API key provided: sk-abcd****wxyz","code":"invalid_api_key"}}"#,
            BadKey,
        ),
        (403, "", r#"{"error":{"message":"Country, region, or territory not supported"}}"#, BadKey),
        (403, "", r#"{"error":{"message":"Project does not have access to model gpt-x"}}"#, ModelGone),
        (
            404,
            "",
            r#"{"error":{"message":"The model `gpt-image-x` does not exist","code":"model_not_found"}}"#,
            ModelGone,
        ),
        (404, "", r#"{"error":{"message":"The model `some-vision` does not exist"}}"#, ModelGone),
        (404, "", "", ModelGone),
        (
            429,
            "retry-after: 20",
            r#"{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}"#,
            limited(20),
        ),
        (
            429,
            "",
            r#"{"error":{"message":"Rate limit reached on tokens per min (TPM). Please try again in 6s. Visit https://platform.example/account/billing","type":"tokens","code":"rate_limit_exceeded"}}"#,
            limited(6),
        ),
        (
            429,
            "",
            r#"{"error":{"message":"Rate limit reached on requests per day (RPD). Please try again in 7m12s.","type":"requests","code":"rate_limit_exceeded"}}"#,
            spent(432),
        ),
        (
            429,
            "",
            r#"{"error":{"message":"You exceeded your current quota, please check your plan","type":"insufficient_quota","code":"insufficient_quota"}}"#,
            spent(0),
        ),
        (429, "", r#"{"error":{"message":"You exceeded your current quota. Please retry in 12s."}}"#, limited(12)),
        (429, "", "", limited(0)),
        (500, "", "", busy(0)),
        (503, "retry-after: 3", "", busy(3)),
        (529, "", "{}", busy(0)),
        (524, "", "<html>", busy(0)),
        (408, "", "", busy(0)),
        (409, "", "", busy(0)),
        (425, "", "", busy(0)),
        // OpenAI-like providers.
        (
            413,
            "",
            r#"{"error":{"message":"Request too large for model x on tokens per minute (TPM): Limit 6000, Requested 9000","type":"tokens","code":"rate_limit_exceeded"}}"#,
            ContextTooLong,
        ),
        (
            413,
            "",
            r#"{"error":{"code":"tokens_limit_reached","message":"Request body too large for x. Max size: 8000 tokens."}}"#,
            ContextTooLong,
        ),
        (413, "", "<html>Request Entity Too Large</html>", Unacceptable),
        (415, "", r#"{"error":"unsupported media type"}"#, Unacceptable),
        (402, "", r#"{"error":{"message":"Insufficient credits","code":402}}"#, spent(0)),
        (
            403,
            "",
            r#"{"error":{"code":403,"message":"x requires moderation on y. Your input was flagged","metadata":{"reasons":["violence"],"flagged_input":"z"}}}"#,
            ContentRefused,
        ),
        (403, "", r#"{"error":{"code":403,"message":"Your input was flagged"}}"#, Unacceptable),
        (403, "", r#"{"error":{"message":"This API key has no access to the endpoint"}}"#, BadKey),
        (403, "", "API key blocked by the firewall", busy(0)),
        (403, "", "", busy(0)),
        // Words of the client in a complaint: a tool, a field, a text.
        (
            400,
            "",
            r#"{"error":{"message":"Invalid schema for function 'get_api_key': 'credentials' is unauthorized","type":"invalid_request_error"}}"#,
            Unacceptable,
        ),
        (
            400,
            "",
            r#"{"error":{"message":"tool 'moderation_check' is flagged by its schema","type":"invalid_request_error"}}"#,
            Unacceptable,
        ),
        (
            400,
            "",
            r#"{"error":{"message":"function 'credit balance' was called; insufficient balance","code":null}}"#,
            Unacceptable,
        ),
        (
            400,
            "",
            r#"{"error":{"message":"tool 'find_model' does not exist","type":"invalid_request_error"}}"#,
            Unacceptable,
        ),
        (
            400,
            "",
            r#"{"error":{"message":"Model Not Exist","type":"invalid_request_error","code":"invalid_request_error"}}"#,
            ModelGone,
        ),
        (400, "", r#"{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}"#, BadKey),
        (
            422,
            "",
            r#"{"detail":[{"loc":["body","tools",0],"msg":"api_key: access token expected","type":"value_error"}]}"#,
            Unacceptable,
        ),
        (404, "", r#"{"error":{"message":"No endpoints found that support image input","code":404}}"#, Unacceptable),
        (
            429,
            "x-ratelimit-reset: 5",
            r#"{"error":{"message":"Rate limit exceeded: free-models-per-day","code":429}}"#,
            spent(5),
        ),
        (400, "", r#"{"error":{"message":"json","code":"tool_use_failed","failed_generation":"x"}}"#, Garbled),
        (
            400,
            "",
            r#"{"code":"data_inspection_failed","message":"Input data may contain inappropriate content."}"#,
            ContentRefused,
        ),
        (
            403,
            "",
            r#"{"error":{"code":"AllocationQuota.FreeTierOnly","message":"The free tier is exhausted"}}"#,
            spent(0),
        ),
        (429, "", r#"{"error":{"code":"1113","message":"no balance"}}"#, spent(0)),
        (429, "", r#"{"error":{"code":"1305","message":"busy"}}"#, busy(0)),
        (429, "", r#"{"error":{"code":"1302","message":"concurrency"}}"#, limited(0)),
        (429, "", r#"{"success":false,"errors":[{"code":3036,"message":"neurons"}]}"#, spent(0)),
        (400, "", r#"{"success":false,"errors":[{"code":5007,"message":"No such model"}]}"#, ModelGone),
        (
            422,
            "",
            r#"{"detail":[{"type":"extra_forbidden","loc":["body","user"],"msg":"Extra inputs are not permitted"}]}"#,
            Unacceptable,
        ),
        (
            422,
            "",
            r#"{"detail":[{"loc":["body","messages",0,"tool_calls"],"msg":"Field required","type":"missing"}]}"#,
            Unacceptable,
        ),
        (
            400,
            "",
            r#"{"object":"error","message":"Expected last role User or Tool but got assistant","type":"invalid_request_message_order","code":"3230"}"#,
            Malformed,
        ),
        (
            400,
            "",
            r#"{"object":"error","message":"Unexpected role 'user' after role 'tool'","type":"invalid_request_error"}"#,
            Unacceptable,
        ),
        (
            400,
            "",
            r#"{"error":{"message":"developer is not one of ['system', 'user']","type":"invalid_request_error"}}"#,
            Unacceptable,
        ),
        (400, "", "Bad Request", Unacceptable),
        (400, "", "", Unacceptable),
        (498, "", r#"{"message":"invalid token"}"#, busy(0)),
        (498, "", "", busy(0)),
        (500, "", r#"{"error":"the request exceeds the available context size"}"#, ContextTooLong),
        (500, "", r#"{"error":{"message":"image service","type":"server_error"}}"#, busy(0)),
    ];
    for (status, header, body, kind) in rows {
        let mut headers = HeaderMap::new();
        if let Some((name, value)) = header.split_once(": ") {
            headers.insert(name.parse::<http::header::HeaderName>().unwrap(), value.parse().unwrap());
        }
        let failure = OpenAi.failure(status, &headers, body.as_bytes());
        assert_eq!(failure.kind, kind, "{status} {header} {body}: {failure}");
        assert!(failure.detail.contains(&format!("({status})")), "{failure}");
    }
}

#[test]
fn a_providers_words_are_shown_only_where_the_fault_is_the_clients() {
    let said = |status: u16, words: &str| {
        let body = serde_json::json!({"error": {"message": words}}).to_string();
        OpenAi.failure(status, &HeaderMap::new(), body.as_bytes()).detail
    };
    let rows = [
        (401, "Organisation acme is blocked", "the provider refused the key (401)"),
        (402, "acme owes 12 EUR", "the quota or credit of the provider's key is spent (402)"),
        (500, "acme broke", "the provider is overloaded or broke down (500)"),
        (404, "acme has no such model", "the provider has no such model, or not for this key (404)"),
        (
            400,
            "prompt is too long: 9 tokens",
            "the request is too long for the model (400): prompt is too long: 9 tokens",
        ),
        (
            400,
            "messages: no content, sent with sk-proj-0123456789",
            "the provider does not take something in the request (400): messages: no content, sent with …",
        ),
    ];
    for (status, words, expected) in rows {
        assert_eq!(said(status, words), expected);
    }
}

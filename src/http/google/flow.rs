//! `/v1/google`: how an account stands, the way to Google's page of consent and back, and the end.

use axum::Json;
use axum::extract::{RawQuery, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use mediary_remote::GoogleFeature;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::error::{ApiError, ErrorBody};
use super::super::landing::base_url;
use super::super::state::AppState;
use super::said::{HOW, no_google};
use super::{asked, body, wrong};
use crate::gateway::google::{Begun, Connected, Parted, Returned};

/// Where Google sends users back to. It is public: the state that comes along is the key.
pub(in crate::http) const CALLBACK: &str = "/v1/google/callback";

/// What an account is to be connected for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Connecting {
    /// drive, drive_upload, calendar, calendar_create, gmail, gmail_send; unless it is said, all that change nothing.
    #[serde(default)]
    #[schema(example = json!(["drive", "gmail"]))]
    features: Option<Vec<String>>,
}

fn names(features: &[GoogleFeature]) -> Vec<&'static str> {
    features.iter().map(|feature| feature.name()).collect()
}

fn account_json(account: &Connected) -> Value {
    json!({
        "email": account.email, "features": names(&account.features), "scopes": account.scopes,
        "connected_at": account.since, "ended": account.is_ended,
    })
}

/// How the account of this key stands.
#[utoipa::path(
    get,
    path = "/v1/google",
    tag = "google",
    responses(
        (status = 200, description = "`configured`: whether the operator has set Google up, else `setup` says how; `features`: \
            what accounts may be connected for; `account`: the one that is connected, or null", body = Object),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
    )
)]
pub(in crate::http) async fn standing(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let is_configured = state.config.google.client.is_some();
    let Ok((google, owner)) = asked(&state, &headers) else {
        let setup = if is_configured { "This server keeps nothing; set [store] dir." } else { HOW };
        return Ok(Json(json!({
            "object": "google", "configured": false, "setup": setup, "redirect_uri": redirect(&state, &headers),
            "features": [], "account": null,
        })));
    };
    let account = google.standing(&owner).await.map_err(no_google)?;
    Ok(Json(json!({
        "object": "google", "configured": true, "setup": null, "redirect_uri": redirect(&state, &headers),
        "features": names(google.features()), "account": account.as_ref().map(account_json),
    })))
}

/// Where Google sends users back to.
fn redirect(state: &AppState, headers: &HeaderMap) -> String {
    let own = || format!("{}{CALLBACK}", base_url(&state.config.server, headers));
    state.config.google.redirect.clone().unwrap_or_else(own)
}

/// Begins to connect an account: gives the address of the page on which its owner consents.
#[utoipa::path(
    post,
    path = "/v1/google/connect",
    tag = "google",
    request_body = Connecting,
    responses(
        (status = 200, description = "`url`: the page of consent, good once and for ten minutes; a user who consents \
            there connects their account with this key", body = Object),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 429, description = "Too many were begun and not ended", body = ErrorBody),
        (status = 501, description = "Google, or a feature, is not set up", body = ErrorBody),
    )
)]
pub(in crate::http) async fn connect(State(state): State<AppState>, request: Request) -> Result<Json<Value>, ApiError> {
    let headers = request.headers().clone();
    let (google, owner) = asked(&state, &headers)?;
    let Connecting { features } = body(request, &state, "what an account is connected for").await?;
    let named = |name: &String| {
        let known = GoogleFeature::ALL.map(GoogleFeature::name).join(", ");
        GoogleFeature::named(name).ok_or_else(|| wrong("features", &format!("a list of {known}")))
    };
    let features = features.filter(|names| !names.is_empty());
    let features = features.map(|names| names.iter().map(named).collect::<Result<Vec<_>, _>>()).transpose()?;
    let redirect = redirect(&state, &headers);
    let Begun { url, expires_at, features } = google.connect(&owner, features, redirect).await.map_err(no_google)?;
    Ok(Json(json!({
        "object": "google_consent", "url": url, "expires_at": expires_at, "features": names(&features),
    })))
}

/// Takes a user in who comes back from Google's page of consent. No key is asked for: the state is one.
#[utoipa::path(
    get,
    path = "/v1/google/callback",
    tag = "google",
    security(()),
    params(
        ("state" = String, Query, description = "out of the address of the page of consent; good once"),
        ("code" = Option<String>, Query, description = "what Google gives where consent was given"),
        ("error" = Option<String>, Query, description = "why it gives none"),
    ),
    responses(
        (status = 200, description = "A page that says that the account is connected", body = String, content_type = "text/html"),
        (status = 400, description = "A page that says that the state is none, or was used", body = String, content_type = "text/html"),
        (status = 403, description = "A page that says that consent was not given", body = String, content_type = "text/html"),
        (status = 501, description = "Google is not set up", body = ErrorBody),
    )
)]
pub(in crate::http) async fn callback(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    // Without headers: whose account it is, the state says.
    let (google, _) = asked(&state, &HeaderMap::new())?;
    let query = query.unwrap_or_default();
    let pair = |name: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
    };
    let (from, code) = (pair("state").unwrap_or_default(), pair("code").filter(|_| pair("error").is_none()));
    Ok(match google.returned(from, code).await {
        Ok(Returned { account, declined }) => {
            let whose = if account.email.is_empty() { "Your account".to_owned() } else { account.email.clone() };
            let allowed = names(&account.features).join(", ");
            let mut text = format!("{whose} is connected for: {allowed}. You can close this page.");
            if !declined.is_empty() {
                text.push_str(&format!(" Not allowed, and not to be used: {}.", names(&declined).join(", ")));
            }
            text.push_str(" If you did not ask for this, take it back at Google's:");
            page(StatusCode::OK, "Connected", &text)
        }
        Err(why) => {
            let error = no_google(why);
            error.log();
            page(error.status, "Not connected", &error.message)
        }
    })
}

/// A page that loads nothing, sends nothing on, and is kept nowhere.
fn page(status: StatusCode, title: &str, text: &str) -> Response {
    let link = "<p><a href=\"https://myaccount.google.com/connections\" rel=\"noreferrer\">myaccount.google.com/connections</a></p>";
    let link = if status.is_success() { link } else { "" };
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Mediary: {title}</title><style>body{{font:1.1rem/1.5 system-ui;max-width:36rem;margin:4rem auto;padding:0 1rem}}\
         </style></head><body><h1>{title}</h1><p>{}</p>{link}</body></html>",
        escaped(text)
    );
    let headers = [
        (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    (status, headers, Html(html)).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Takes back at Google's what was allowed, and forgets the account.
#[utoipa::path(
    delete,
    path = "/v1/google",
    tag = "google",
    responses(
        (status = 200, description = "It is forgotten here; `revoked`: whether Google has taken the tokens back too", body = Object),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 501, description = "Google is not set up", body = ErrorBody),
    )
)]
pub(in crate::http) async fn disconnect(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let (google, owner) = asked(&state, &headers)?;
    let Parted { was_connected, is_revoked } = google.disconnect(&owner).await.map_err(no_google)?;
    let message = match (was_connected, is_revoked) {
        (false, _) => "No account was connected with this key.",
        (true, true) => "The account is forgotten here, and Google has taken the tokens back.",
        (true, false) => {
            "The account is forgotten here. Google was not to be told; take this server's access back at \
             https://myaccount.google.com/connections."
        }
    };
    Ok(Json(json!({
        "object": "google_disconnected", "was_connected": was_connected, "revoked": is_revoked, "message": message,
    })))
}

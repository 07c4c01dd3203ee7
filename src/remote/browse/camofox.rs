//! A camofox server, which the operator has running: asked over its own interface, each client's pages by a user of their own.
//!
//! Where a page leads its browser is guarded by that server; addresses that clients name are judged here first.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, Request};
use mediary_core::{Failure, FailureKind};
use serde_json::{Value, json};
use url::Url;

use super::act::{Action, MOST_WAIT_MS};
use super::seen::{PageLink, SeenPage, TabName};
use crate::blame::shown;
use crate::fetch::Fetcher;

/// A camofox server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Camofox {
    base: String,
    key: Option<HeaderValue>,
    fetcher: Fetcher,
}

impl Camofox {
    /// The server at an address, asked with a key if there is one, by a client that may go there.
    #[must_use]
    pub fn at(base: &str, key: Option<&str>, fetcher: Fetcher) -> Self {
        let bearer = |key: &str| {
            let mut value = HeaderValue::try_from(format!("Bearer {key}")).ok()?;
            value.set_sensitive(true);
            Some(value)
        };
        Self { base: base.trim_end_matches('/').to_owned(), key: key.and_then(bearer), fetcher }
    }

    /// Whether it is there.
    ///
    /// # Errors
    /// When it is not.
    pub async fn health(&self) -> Result<(), Failure> {
        let told = self.ask(Method::GET, "/health", &[], None).await?;
        if told["ok"] == false {
            let detail = "the browser's server runs, and its browser does not; look at its log, or start it again";
            return Err(Failure::new(FailureKind::Overloaded { retry_after: None }, detail));
        }
        Ok(())
    }

    /// Opens a page for a user.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn open(&self, user: &str, url: &str) -> Result<TabName, Failure> {
        let body = json!({ "userId": user, "sessionKey": user, "url": url });
        let opened = self.ask(Method::POST, "/tabs", &[], Some(body)).await?;
        let page = opened["tabId"].as_str().ok_or_else(odd)?.to_owned();
        Ok(TabName { apart: user.to_owned(), page, session: String::new() })
    }

    /// Closes a page.
    pub async fn close(&self, tab: &TabName) {
        // One that is gone is closed.
        let _closed = self.ask(Method::DELETE, &path(tab, ""), &[("userId", tab.apart.as_str())], None).await;
    }

    /// Sees a page: `most` characters from one on.
    ///
    /// # Errors
    /// When it is closed.
    pub async fn see(&self, tab: &TabName, from: usize, most: usize) -> Result<SeenPage, Failure> {
        let offset = from.to_string();
        let pairs = [("userId", tab.apart.as_str()), ("offset", offset.as_str())];
        let seen = self.ask(Method::GET, &path(tab, "/snapshot"), &pairs, None).await?;
        let text: String = seen["snapshot"].as_str().unwrap_or_default().chars().take(most).collect();
        let url = seen["url"].as_str().unwrap_or_default().to_owned();
        let title = self.title(tab).await.unwrap_or_default();
        let refs = usize::try_from(seen["refsCount"].as_u64().unwrap_or(0)).unwrap_or(0);
        let total = seen["totalChars"].as_u64().and_then(|total| usize::try_from(total).ok());
        let total_chars = total.unwrap_or(from + text.chars().count());
        Ok(SeenPage { url, title, text, refs, total_chars, hidden: Vec::new() })
    }

    async fn title(&self, tab: &TabName) -> Option<String> {
        let all = self.ask(Method::GET, "/tabs", &[("userId", tab.apart.as_str())], None).await.ok()?;
        let own = all["tabs"].as_array()?.iter().find(|one| one["tabId"] == tab.page.as_str())?;
        own["title"].as_str().map(str::to_owned)
    }

    /// The links of a page.
    ///
    /// # Errors
    /// When it is closed.
    pub async fn links(&self, tab: &TabName) -> Result<Vec<PageLink>, Failure> {
        let told = self.ask(Method::GET, &path(tab, "/links"), &[("userId", tab.apart.as_str())], None).await?;
        let all = told["links"].as_array().or(told.as_array()).cloned().unwrap_or_default();
        let link = |link: &Value| PageLink {
            text: link["text"].as_str().unwrap_or_default().to_owned(),
            url: link["url"].as_str().or(link["href"].as_str()).unwrap_or_default().to_owned(),
        };
        Ok(all.iter().map(link).filter(|link| !link.url.is_empty()).collect())
    }

    /// A picture of what is in view of a page, as PNG.
    ///
    /// # Errors
    /// When it is closed.
    pub async fn picture(&self, tab: &TabName) -> Result<Vec<u8>, Failure> {
        let bytes = self.bytes(Method::GET, &path(tab, "/screenshot"), &[("userId", tab.apart.as_str())], None).await?;
        if bytes.starts_with(b"\x89PNG") {
            return Ok(bytes.into());
        }
        let told: Value = serde_json::from_slice(&bytes).map_err(|_| odd())?;
        let data = told["screenshot"]["data"].as_str().or(told["screenshot"].as_str()).ok_or_else(odd)?;
        STANDARD.decode(data).map_err(|_| odd())
    }

    /// Does something on a page.
    ///
    /// # Errors
    /// When it is closed, or a reference is none any more.
    pub async fn act(&self, tab: &TabName, action: &Action) -> Result<(), Failure> {
        let user = tab.apart.as_str();
        let (what, mut body) = match action {
            Action::Click { at } => ("/click", json!({ "ref": at })),
            Action::Type { at, text, submit } => {
                ("/type", json!({ "ref": at, "text": text, "clear": true, "submit": submit, "pressEnter": submit }))
            }
            Action::Press { key } => ("/press", json!({ "key": key })),
            Action::Scroll { direction, pixels } => {
                ("/scroll", json!({ "direction": direction.name(), "amount": pixels }))
            }
            Action::Navigate { url } => ("/navigate", json!({ "url": url })),
            Action::Back => ("/back", json!({})),
            Action::Forward => ("/forward", json!({})),
            Action::Reload => ("/refresh", json!({})),
            Action::Wait { ms } => ("/wait", json!({ "timeout": (*ms).min(MOST_WAIT_MS) })),
        };
        body["userId"] = user.into();
        self.ask(Method::POST, &path(tab, what), &[], Some(body)).await.map(drop)
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        pairs: &[(&str, &str)],
        body: Option<Value>,
    ) -> Result<Value, Failure> {
        let bytes = self.bytes(method, path, pairs, body).await?;
        serde_json::from_slice(&bytes).map_err(|_| odd())
    }

    async fn bytes(
        &self,
        method: Method,
        path: &str,
        pairs: &[(&str, &str)],
        body: Option<Value>,
    ) -> Result<Bytes, Failure> {
        let unwritable = || Failure::broken("browser.url cannot be asked");
        let mut url = Url::parse(&format!("{}{path}", self.base)).map_err(|_| unwritable())?;
        if !pairs.is_empty() {
            url.query_pairs_mut().extend_pairs(pairs);
        }
        let mut request = Request::new(body.map(|body| Bytes::from(body.to_string())).unwrap_or_default());
        *request.method_mut() = method;
        *request.uri_mut() = url.as_str().parse().map_err(|_| unwritable())?;
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(key) = &self.key {
            request.headers_mut().insert(AUTHORIZATION, key.clone());
        }
        let answer = self.fetcher.deliver(request).await.map_err(|failure| {
            Failure::new(
                failure.kind,
                "the browser's server cannot be reached; look at browser.url, and whether it runs",
            )
        })?;
        let status = answer.status().as_u16();
        if (200..=299).contains(&status) {
            return Ok(answer.into_body());
        }
        let said: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        let said = shown(said["error"].as_str().unwrap_or_default());
        let said = if said.is_empty() { said } else { format!(": {said}") };
        Err(match status {
            401 | 403 => Failure::new(FailureKind::BadKey, "the browser's server refused the key; look at browser.key"),
            404 | 409 => Failure::new(
                FailureKind::Unknown,
                format!("this page or reference is gone; take a snapshot again{said}"),
            ),
            429 => Failure::new(
                FailureKind::RateLimited { retry_after: None },
                "the browser's server has too many pages open",
            ),
            413 => Failure::too_large("the text is longer than the browser's server takes; write less of it at once"),
            400..=499 => Failure::new(FailureKind::Unacceptable, format!("the browser does not do that{said}")),
            _ => Failure::new(
                FailureKind::Overloaded { retry_after: None },
                format!("the browser's server failed ({status})"),
            ),
        })
    }
}

fn path(tab: &TabName, what: &str) -> String {
    format!("/tabs/{}{what}", tab.page)
}

fn odd() -> Failure {
    Failure::new(FailureKind::Garbled, "the browser's server answers what is not known here")
}

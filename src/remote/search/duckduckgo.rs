//! DuckDuckGo's page for browsers without scripts. There is no interface for programs; a wall against robots holds for an
//! hour or so, so it is not asked again meanwhile.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http::header::{ACCEPT, ACCEPT_LANGUAGE, HeaderName, REFERER, USER_AGENT};
use mediary_core::{Failure, FailureKind};
use scraper::{ElementRef, Html, Selector};
use url::Url;
use url::form_urlencoded::Serializer;

use super::SearchEngine;
use super::clean::Told;
use super::engine::Asking;
use super::query::{FoundPage, SafeSearch, SearchQuery};
use super::refusal::refusal;

/// It refuses longer searches.
const MOST_CHARS: usize = 499;
/// How long the wall against robots stands.
const WALL: Duration = Duration::from_hours(1);
/// A page is much shorter.
const MOST_BYTES: usize = 4_000_000;

pub(super) fn asking(query: &SearchQuery) -> Asking {
    let text: String = query.text.chars().take(MOST_CHARS).collect();
    let mut form = Serializer::new(String::new());
    form.append_pair("q", &text).append_pair("b", "");
    let region = query.language.as_deref().map_or("wt-wt".to_owned(), region);
    form.append_pair("kl", &region);
    if let Some(period) = query.period {
        form.append_pair("df", period.letter());
    }
    if let Some(safe) = query.safe {
        let step = match safe {
            SafeSearch::Strict => "1",
            SafeSearch::Moderate => "-1",
            SafeSearch::Off => "-2",
        };
        form.append_pair("kp", step);
    }
    let headers = [
        (ACCEPT, "text/html"),
        (USER_AGENT, "Mozilla/5.0 (compatible; mediary)"),
        (REFERER, "https://html.duckduckgo.com/"),
        (ACCEPT_LANGUAGE, "en-US,en;q=0.8"),
        (HeaderName::from_static("sec-fetch-mode"), "navigate"),
    ];
    let headers = headers.map(|(name, value)| (name, value.to_owned())).into();
    let body = Some(("application/x-www-form-urlencoded", form.finish()));
    Asking { path: "/html/", headers, body, ..Asking::default() }
}

/// The region in which a language is mostly spoken, as far as it has one of the same name.
fn region(language: &str) -> String {
    match language {
        "en" => "us-en".to_owned(),
        "zh" => "cn-zh".to_owned(),
        "ja" => "jp-jp".to_owned(),
        "ko" => "kr-kr".to_owned(),
        language => format!("{language}-{language}"),
    }
}

pub(super) fn read(answer: &Response<Bytes>) -> Result<Vec<FoundPage>, Failure> {
    let walled = || {
        let detail = "DuckDuckGo takes this server for a robot and does not search for a while; set up another engine under [search]";
        Failure::new(FailureKind::RateLimited { retry_after: Some(WALL) }, detail)
    };
    let status = answer.status().as_u16();
    match status {
        202 | 303 | 403 | 418 | 429 => return Err(walled()),
        200 if answer.body().len() <= MOST_BYTES => {}
        _ => return Err(refusal(SearchEngine::DuckDuckGo, status, answer.headers(), answer.body())),
    }
    let page = Html::parse_document(&String::from_utf8_lossy(answer.body()));
    if page.select(&selector("#challenge-form, .anomaly-modal__modal")).next().is_some() {
        return Err(walled());
    }
    let (title, snippet) = (selector("a.result__a"), selector(".result__snippet"));
    let found = |block: ElementRef<'_>| {
        let link = block.select(&title).next()?;
        let text = |element: ElementRef<'_>| element.text().collect::<String>();
        let snippet = block.select(&snippet).next().map(text).unwrap_or_default();
        let url = target(link.attr("href")?)?;
        Told { title: &text(link), url: &url, snippet: &snippet, ..Told::default() }.page()
    };
    Ok(page.select(&selector(".web-result:not(.result--ad)")).filter_map(found).collect())
}

/// Where a link leads: most go by way of DuckDuckGo's own.
fn target(href: &str) -> Option<String> {
    let base = Url::parse("https://html.duckduckgo.com/").ok()?;
    let url = base.join(href).ok()?;
    if !url.host_str().is_some_and(|host| host == "duckduckgo.com" || host.ends_with(".duckduckgo.com")) {
        return Some(url.into());
    }
    // What leads to its own pages otherwise is an advert.
    (url.path() == "/l/").then(|| url.query_pairs().find(|(name, _)| name == "uddg").map(|(_, to)| to.into_owned()))?
}

fn selector(text: &'static str) -> Selector {
    Selector::parse(text).expect("the selectors written here are selectors")
}

//! `web_search`, `browse` and `youtube_transcript`: what the web has. All of it is what strangers wrote.

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::arguments::{read, result, schema};
use super::super::desk::{Desk, KeptFile};
use super::super::fence::Fence;
use super::super::outcome::Outcome;
use super::super::trouble::Trouble;
use super::documents::cut;
use super::{Effect, Offer, Reach};

/// So much of a page is told where it is not said.
const USUAL_CHARS: usize = 40_000;

pub(super) static SEARCH: Offer = Offer {
    name: "web_search",
    title: "Search the web",
    description: "Pages of the web for some words: title, address and an excerpt of each. To read one, take browse.",
    input: |_| schema::<Searching>(),
    output: result::<Found>,
    effect: Effect::Reads,
    reach: Reach::Beyond,
    wants: Some("/v1/search/web"),
    run: |desk, arguments| Box::pin(web_search(desk, arguments)),
};

pub(super) static BROWSE: Offer = Offer {
    name: "browse",
    title: "Read a web page",
    description: "What a web page says, as Markdown without its menus; PDFs and pictures behind an address are read as well. \
                  For a video of YouTube take youtube_transcript.",
    input: |_| schema::<Browsing>(),
    output: result::<Page>,
    effect: Effect::Reads,
    reach: Reach::Beyond,
    wants: Some("/v1/pages/read"),
    run: |desk, arguments| Box::pin(browse(desk, arguments)),
};

pub(super) static YOUTUBE: Offer = Offer {
    name: "youtube_transcript",
    title: "Transcript of a YouTube video",
    description: "What is said in a video of YouTube, from its captions; where it has none and the server may, from its sound.",
    input: |_| schema::<Watching>(),
    output: result::<Video>,
    effect: Effect::Reads,
    reach: Reach::Beyond,
    wants: Some("/v1/youtube/transcript"),
    run: |desk, arguments| Box::pin(youtube_transcript(desk, arguments)),
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Searching {
    /// The words
    query: String,
    /// How many pages, 1 to 50; 10 unless said
    max_results: Option<u32>,
    /// Of the pages, two letters such as en
    language: Option<String>,
    /// How old they may be
    time_range: Option<Period>,
    /// The one engine to ask, such as searxng; else those that are set up, until one finds something
    backend: Option<String>,
}

#[derive(Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Period {
    Day,
    Week,
    Month,
    Year,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Browsing {
    /// An http(s) address
    url: String,
    /// false: the whole page, not only its article
    main_part: Option<bool>,
    /// Of a PDF: pages from 1, such as 1-3,7
    pages: Option<String>,
    /// The most characters to return; 40000 unless said
    max_chars: Option<usize>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Watching {
    /// The address of the video, or its id
    url: String,
    /// Of captions that will do, the best first, such as en; else any
    #[serde(default)]
    languages: Vec<String>,
    /// The most characters to return; 40000 unless said
    max_chars: Option<usize>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Found {
    /// Where the texts come from, and between which marks they stand
    #[serde(skip_serializing_if = "String::is_empty")]
    untrusted: String,
    results: Vec<Hit>,
    /// Which engine found them
    backend: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Hit {
    title: String,
    url: String,
    snippet: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Page {
    /// Where the texts come from, and between which marks they stand
    #[serde(skip_serializing_if = "String::is_empty")]
    untrusted: String,
    text: String,
    /// The address that answered
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// What it is: html, pdf, …
    format: String,
    /// Characters of the whole text
    characters: usize,
    /// Whether `text` is only its beginning
    truncated: bool,
    /// The whole text, where it is cut
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<KeptFile>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Video {
    /// Where the texts come from, and between which marks they stand
    #[serde(skip_serializing_if = "String::is_empty")]
    untrusted: String,
    text: String,
    title: String,
    author: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// captions, generated_captions or transcription
    source: String,
    /// Whether `text` is only its beginning
    truncated: bool,
    /// The whole text, where it is cut
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<KeptFile>,
}

fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap_or_default().to_owned()
}

async fn web_search(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Searching { query, max_results, language, time_range, backend } = read(arguments)?;
    let mut request = json!({ "query": query });
    let wishes = [
        ("max_results", max_results.map(Value::from)),
        ("language", language.map(Value::from)),
        ("time_range", time_range.map(|period| json!(period))),
        ("backend", backend.map(Value::from)),
    ];
    for (name, value) in wishes {
        if let Some(value) = value {
            request[name] = value;
        }
    }
    let (_, body) = desk.post("/v1/search/web", &request).await?;
    let hit = |hit: &Value| Hit {
        title: text(hit, "title"),
        url: text(hit, "url"),
        snippet: text(hit, "snippet"),
        published: hit["published"].as_str().map(str::to_owned),
    };
    let mut results: Vec<Hit> = body["results"].as_array().map_or(&[][..], Vec::as_slice).iter().map(hit).collect();
    let backend = text(&body, "backend_used");
    if results.is_empty() {
        let words = "Nothing was found; take other words, or another `backend`.";
        return Ok(Outcome::new(words, &Found { untrusted: String::new(), results, backend }));
    }
    let lines = (1..).zip(&results);
    let lines: Vec<String> =
        lines.map(|(number, hit)| format!("{number}. {}\n{}\n{}", hit.title, hit.url, hit.snippet)).collect();
    let words = lines.join("\n\n");
    let fence = Fence::around("was found on the web", [words.as_str()]);
    for hit in &mut results {
        hit.snippet = fence.quoted(&hit.snippet);
    }
    Ok(Outcome::new(fence.told(&words), &Found { untrusted: fence.notice(), results, backend }))
}

async fn browse(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Browsing { url, main_part, pages, max_chars } = read(arguments)?;
    let mut request = json!({ "url": url, "main_part": main_part.unwrap_or(true) });
    if let Some(pages) = pages {
        request["pages"] = pages.into();
    }
    let (_, body) = desk.post("/v1/pages/read", &request).await?;
    let whole = text(&body, "content");
    let (characters, file, shown) = cut(desk, &whole, max_chars.unwrap_or(USUAL_CHARS).max(1), "markdown").await?;
    let (url, title) = (text(&body, "url"), body["title"].as_str().map(str::to_owned));
    let words = format!("{}\n{url}\n\n{shown}", title.as_deref().unwrap_or_default());
    let fence = Fence::around("was taken from a web page", [words.as_str()]);
    let page = Page {
        untrusted: fence.notice(),
        text: fence.quoted(shown),
        url,
        title,
        format: text(&body, "format"),
        characters,
        truncated: shown.len() < whole.len(),
        file,
    };
    let more = more(page.truncated, page.file.as_ref());
    let outcome = Outcome::new(format!("{}{more}", fence.told(words.trim_start())), &page);
    Ok(match &page.file {
        Some(file) => outcome.linking(file),
        None => outcome,
    })
}

async fn youtube_transcript(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Watching { url, languages, max_chars } = read(arguments)?;
    let (_, body) = desk.post("/v1/youtube/transcript", &json!({ "url": url, "languages": languages })).await?;
    let whole = text(&body, "transcript");
    let (_, file, shown) = cut(desk, &whole, max_chars.unwrap_or(USUAL_CHARS).max(1), "text").await?;
    let (title, author, source) = (text(&body, "video_title"), text(&body, "author"), text(&body, "source"));
    let words = format!("{title}, by {author} ({source})\n\n{shown}");
    let fence = Fence::around("is said in a video, or written of it", [words.as_str()]);
    let video = Video {
        untrusted: fence.notice(),
        text: fence.quoted(shown),
        title,
        author,
        language: body["language"].as_str().map(str::to_owned),
        source,
        truncated: shown.len() < whole.len(),
        file,
    };
    let more = more(video.truncated, video.file.as_ref());
    let outcome = Outcome::new(format!("{}{more}", fence.told(&words)), &video);
    Ok(match &video.file {
        Some(file) => outcome.linking(file),
        None => outcome,
    })
}

/// Whether there is more, in words of ours.
fn more(truncated: bool, file: Option<&KeptFile>) -> String {
    match (truncated, file) {
        (false, _) => String::new(),
        (true, Some(file)) => format!("\n\n[Cut; the whole is the file {}.]", file.file_id),
        (true, None) => "\n\n[Cut; raise `max_chars` for more.]".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use axum::http::HeaderMap;
    use bytes::Bytes;
    use futures_util::stream;
    use mediary_core::provider::BoxFuture;

    use super::super::super::door::{Answer, Call, Door};
    use super::super::super::progress::Progress;
    use super::*;

    /// A server that answers this, and remembers what it was asked.
    #[derive(Debug)]
    struct Told {
        answer: Value,
        asked: Mutex<Vec<(String, Value)>>,
    }

    impl Door for Told {
        fn ask(&self, call: Call) -> BoxFuture<'_, Result<Answer, String>> {
            let body = call.body.map(|(_, body)| serde_json::from_slice(&body).unwrap_or_default());
            self.asked.lock().unwrap().push((call.path, body.unwrap_or_default()));
            let body = Bytes::from(self.answer.to_string());
            let body = Box::pin(stream::iter([Ok(body)]));
            Box::pin(async move { Ok(Answer { status: 200, headers: HeaderMap::new(), body }) })
        }
    }

    async fn told(offer: &Offer, arguments: Value, answer: Value) -> (String, Value, (String, Value)) {
        let door = Told { answer, asked: Mutex::default() };
        let desk = Desk { door: &door, carried: HeaderMap::new(), progress: Progress::none(), is_here: false };
        let Value::Object(arguments) = arguments else { unreachable!() };
        let outcome = (offer.run)(&desk, arguments).await.unwrap();
        let result = rmcp::model::CallToolResult::from(outcome);
        let text = result.content[0].as_text().unwrap().text.clone();
        let asked = door.asked.lock().unwrap()[0].clone();
        (text, result.structured_content.unwrap(), asked)
    }

    /// What stands inside the fence of the words, of which the data tell as well.
    fn fenced<'t>(text: &'t str, data: &Value) -> &'t str {
        let (notice, rest) = text.split_once('\n').unwrap();
        assert_eq!(data["untrusted"], notice);
        let (begin, rest) = rest.split_once('\n').unwrap();
        let (inside, end) = rest.rsplit_once('\n').unwrap();
        assert_eq!(begin.replace("begins", "ends"), end, "{text}");
        inside
    }

    #[tokio::test]
    async fn what_the_web_has_is_told_as_what_strangers_wrote() {
        let found = json!({ "backend_used": "searxng", "results": [
            { "title": "Foxes", "url": "https://a.example/", "snippet": "Red.", "source": "searxng" },
        ] });
        let (text, data, asked) = told(&SEARCH, json!({ "query": "fox", "max_results": 3 }), found).await;
        let inside = fenced(&text, &data);
        assert_eq!(inside, "1. Foxes\nhttps://a.example/\nRed.");
        assert_eq!(data["results"][0]["title"], "Foxes");
        assert!(
            text.contains(data["results"][0]["snippet"].as_str().unwrap().lines().next().unwrap()),
            "{text} {data}"
        );
        assert_eq!(asked, ("/v1/search/web".to_owned(), json!({ "query": "fox", "max_results": 3 })));
        let page = json!({ "url": "https://a.example/b", "title": "Foxes", "format": "html", "content": "All of it." });
        let (text, data, asked) = told(&BROWSE, json!({ "url": "https://a.example/" }), page).await;
        assert_eq!(fenced(&text, &data), "Foxes\nhttps://a.example/b\n\nAll of it.");
        assert!(data["text"].as_str().unwrap().contains(" begins]\nAll of it.\n["), "{data}");
        assert_eq!((&data["truncated"], &asked.1["main_part"]), (&json!(false), &json!(true)));
        let video = json!({ "video_title": "T", "author": "A", "source": "captions", "transcript": "Hello.", "language": "en" });
        let (text, data, asked) = told(&YOUTUBE, json!({ "url": "dQw4w9WgXcQ", "languages": ["en"] }), video).await;
        assert_eq!(fenced(&text, &data), "T, by A (captions)\n\nHello.");
        assert_eq!(asked.1, json!({ "url": "dQw4w9WgXcQ", "languages": ["en"] }));
    }
}

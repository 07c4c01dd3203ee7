//! What is asked for by a path: `/v1beta/models/MODEL:METHOD`, or the same under `/v1`. Models' names may hold slashes and
//! colons themselves.

use percent_encoding::percent_decode_str;

use super::embed::{EMBED, EMBED_BATCH};
use super::{ARRAY, EVENTS, GENERATE};
use crate::protocol::JsonProtocol;

/// What stands before a model in every path: some clients ask for the stable version of the API.
const MODELS: [&str; 2] = ["/v1beta/models/", "/v1/models/"];

/// A model and what is to be done with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// The model as its client calls it.
    pub model: String,
    /// What is to be done, such as `generateContent`.
    pub method: String,
}

impl Called {
    /// What a path asks for; `None`: it names no method.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        let path = path.split('?').next().unwrap_or_default();
        let named =
            percent_decode_str(MODELS.iter().find_map(|before| path.strip_prefix(before))?).decode_utf8().ok()?;
        let (model, method) = named.rsplit_once(':')?;
        Some(Self { model: model_of(model).to_owned(), method: method.to_owned() })
    }
}

/// A model's name without the folder that it is listed in.
pub(super) fn model_of(name: &str) -> &str {
    name.trim().trim_start_matches("models/")
}

/// The protocol of a path; `None`: what it asks for is none of the tasks here.
#[must_use]
pub fn protocol_of(path: &str) -> Option<&'static dyn JsonProtocol> {
    let (_, query) = path.split_once('?').unwrap_or((path, ""));
    match Called::of(path)?.method.as_str() {
        "generateContent" => Some(&GENERATE),
        "streamGenerateContent" if query.split('&').any(|one| one == "alt=sse") => Some(&EVENTS),
        "streamGenerateContent" => Some(&ARRAY),
        "embedContent" => Some(&EMBED),
        "batchEmbedContents" => Some(&EMBED_BATCH),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_model_and_a_method() {
        let rows = [
            ("/v1beta/models/gemini-2.5-flash:generateContent", Some(("gemini-2.5-flash", "generateContent"))),
            ("/v1beta/models/a/b/c:8b:countTokens?alt=json", Some(("a/b/c:8b", "countTokens"))),
            ("/v1beta/models/a%2Fb%3Afree:embedContent", Some(("a/b:free", "embedContent"))),
            ("/v1beta/models/models/x:generateContent", Some(("x", "generateContent"))),
            ("/v1beta/models/x", None),
            ("/v1/models/a/x:generateContent", Some(("a/x", "generateContent"))),
            ("/v1/models/x", None),
            ("/v2/models/x:generateContent", None),
            ("/v1beta/models/%ff:generateContent", None),
        ];
        for (path, expected) in rows {
            let found = Called::of(path);
            let found = found.as_ref().map(|called| (called.model.as_str(), called.method.as_str()));
            assert_eq!(found, expected, "{path}");
        }
    }

    #[test]
    fn a_stream_is_events_only_where_they_are_asked_for() {
        let shape = |path: &str| protocol_of(path).map(|protocol| format!("{protocol:?}"));
        let of = |query: &str| shape(&format!("/v1beta/models/x:streamGenerateContent{query}"));
        assert_eq!(of("?a=b&alt=sse"), Some(format!("{EVENTS:?}")));
        assert_eq!(of(""), Some(format!("{ARRAY:?}")));
        assert_eq!(of("?alt=ssed"), Some(format!("{ARRAY:?}")));
        assert_eq!(shape("/v1beta/models/x:predict"), None);
    }
}

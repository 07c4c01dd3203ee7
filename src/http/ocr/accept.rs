//! What form of answer a client prefers (RFC 9110, section 12.5.1).

use axum::http::HeaderValue;

use crate::protocol::process::Output;

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Preference {
    /// The whole answer.
    Json,
    /// The bare text, as this media type.
    Text(&'static str),
    /// A page as a picture, with `output=image`.
    Picture,
}

const PLAIN: &str = "text/plain; charset=utf-8";
const OFFERS: [(&str, Preference); 4] = [
    ("application/json", Preference::Json),
    ("text/plain", Preference::Text(PLAIN)),
    ("text/markdown", Preference::Text("text/markdown; charset=utf-8")),
    ("image/png", Preference::Picture),
];

impl Preference {
    /// What is given to a client that does not say `output`: `Accept: text/plain` means that.
    pub(super) fn output(self) -> Output {
        if self == Self::Text(PLAIN) { Output::Text } else { Output::Markdown }
    }

    /// JSON, unless a text type is wanted more.
    pub(super) fn of<'a>(headers: impl Iterator<Item = &'a HeaderValue>) -> Self {
        let text: Vec<&str> = headers.filter_map(|value| value.to_str().ok()).collect();
        let ranges: Vec<(String, f32)> = text.iter().flat_map(|value| value.split(',')).map(range).collect();
        let mut best = (Self::Json, quality("application/json", &ranges));
        for (mime, offer) in OFFERS {
            let wanted = quality(mime, &ranges);
            if wanted > best.1 {
                best = (offer, wanted);
            }
        }
        best.0
    }
}

fn range(part: &str) -> (String, f32) {
    let mut pieces = part.split(';');
    let mime = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
    let quality = pieces.find_map(|piece| piece.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
    (mime, quality)
}

/// How much a type is wanted: what the most specific range that covers it says.
fn quality(mime: &str, ranges: &[(String, f32)]) -> f32 {
    let kind = mime.split('/').next().unwrap_or_default();
    let covering = |pattern: &str| ranges.iter().find(|(range, _)| range == pattern).map(|(_, quality)| *quality);
    covering(mime).or_else(|| covering(&format!("{kind}/*"))).or_else(|| covering("*/*")).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wanted_form_is_chosen() {
        let plain = Preference::Text(PLAIN);
        let markdown = Preference::Text("text/markdown; charset=utf-8");
        let rows = [
            ("", Preference::Json),
            ("*/*", Preference::Json),
            ("application/json", Preference::Json),
            ("text/plain", plain),
            ("text/markdown", markdown),
            ("text/*", plain),
            ("text/plain;q=0.5, application/json", Preference::Json),
            ("application/json;q=0.5, text/markdown", markdown),
            ("text/plain, */*;q=0.1", plain),
            ("TEXT/PLAIN", plain),
            ("image/png", Preference::Picture),
            ("image/*;q=0.1, */*", Preference::Json),
            ("text/plain;q=nonsense", plain),
        ];
        for (accept, expected) in rows {
            let value = HeaderValue::from_static(accept);
            assert_eq!(Preference::of([&value].into_iter()), expected, "{accept}");
        }
    }
}

//! Videos of YouTube: what its own players ask and are told, as pure translation. There is no interface for captions that
//! needs no account.
//!
//! Nothing is sent here: the gateway sends the requests through the guarded client.

mod captions;
mod player;

pub use captions::{CaptionKind, CaptionTrack, chosen_captions};
pub use player::{VideoFacts, player_request};

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, ACCEPT_LANGUAGE, HeaderValue, USER_AGENT};
use http::{Request, Response};
use mediary_core::{Failure, FailureKind};
use url::Url;

const AGENT: &str = "com.google.android.youtube/20.10.38 (Linux; U; Android 14)";
/// How long an id is.
const ID_CHARS: usize = 11;

/// The id of the video that an address or an id means.
///
/// # Errors
/// Malformed when it is neither.
pub fn video_id(text: &str) -> Result<String, Failure> {
    let text = text.trim();
    let is_id =
        |id: &str| id.len() == ID_CHARS && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if is_id(text) {
        return Ok(text.to_owned());
    }
    let none = || {
        let detail =
            "this is no address of a video of YouTube, as https://www.youtube.com/watch?v=… and https://youtu.be/… are";
        Failure::malformed(detail)
    };
    let url = Url::parse(text).map_err(|_| none())?;
    let host = url.host_str().unwrap_or_default().trim_start_matches("www.").trim_start_matches("m.");
    let mut segments = url.path_segments().into_iter().flatten();
    let id = match host {
        "youtu.be" => segments.next().map(str::to_owned),
        "youtube.com" | "youtube-nocookie.com" | "music.youtube.com" => match segments.next() {
            Some("watch") => url.query_pairs().find(|(name, _)| name == "v").map(|(_, id)| id.into_owned()),
            Some("shorts" | "embed" | "live" | "v") => segments.next().map(str::to_owned),
            _ => None,
        },
        _ => None,
    };
    id.filter(|id| is_id(id)).ok_or_else(none)
}

/// The same request as a player sends it.
fn as_player(mut request: Request<Bytes>) -> Request<Bytes> {
    let headers = request.headers_mut();
    headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
    headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("en-US"));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    request
}

/// What a success says.
fn success(answer: &Response<Bytes>) -> Result<&Bytes, Failure> {
    match answer.status().as_u16() {
        200 => Ok(answer.body()),
        429 => {
            let detail = "YouTube was asked too often from here (429); try again later";
            Err(Failure::new(FailureKind::RateLimited { retry_after: None }, detail))
        }
        400 | 404 => Err(Failure::new(FailureKind::Unknown, "there is no such video, or nothing of it is told")),
        status => Err(Failure::new(FailureKind::Unreachable, format!("YouTube answers {status}; try again later"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn videos_are_known_by_all_their_addresses() {
        let id = "a-b_C0123xy";
        for text in [
            id.to_owned(),
            format!("https://www.youtube.com/watch?v={id}&t=3s"),
            format!("http://m.youtube.com/watch?app=desktop&v={id}"),
            format!(" https://youtu.be/{id}?si=x "),
            format!("https://youtube.com/shorts/{id}"),
            format!("https://www.youtube-nocookie.com/embed/{id}"),
            format!("https://music.youtube.com/watch?v={id}"),
        ] {
            assert_eq!(video_id(&text).as_deref(), Ok(id), "{text}");
        }
        for text in [
            "",
            "short",
            "https://example.org/watch?v=a-b_C0123xy",
            "https://youtube.com.example.org/watch?v=a-b_C0123xy",
            "https://www.youtube.com/watch?v=../../etc/x",
            "https://www.youtube.com/playlist?list=x",
            "https://youtu.be/",
        ] {
            assert!(video_id(text).is_err(), "{text}");
        }
    }
}

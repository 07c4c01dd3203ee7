//! What a player is told of a video: its title, its captions and its sound.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response};
use mediary_core::{Failure, FailureKind};
use serde::Deserialize;
use serde_json::json;

use super::captions::CaptionTrack;
use super::{as_player, success};

/// The player that is answered without an account.
const CLIENT: &str = "ANDROID";
const CLIENT_VERSION: &str = "20.10.38";

/// What is told of a video.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct VideoFacts {
    playability_status: Playability,
    video_details: Details,
    captions: Captions,
    streaming_data: Streaming,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Playability {
    status: String,
    reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Details {
    title: String,
    author: String,
    length_seconds: String,
    is_live: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Captions {
    player_captions_tracklist_renderer: Tracks,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Tracks {
    caption_tracks: Vec<CaptionTrack>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Streaming {
    adaptive_formats: Vec<Format>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Format {
    mime_type: String,
    url: Option<String>,
    bitrate: u64,
}

impl VideoFacts {
    /// Reads what a player is told.
    ///
    /// # Errors
    /// When there is no such video, or it is not told of.
    pub fn read(answer: &Response<Bytes>) -> Result<Self, Failure> {
        let facts: Self = serde_json::from_slice(success(answer)?)
            .map_err(|_| Failure::new(FailureKind::Garbled, "YouTube's answer is not what it should be"))?;
        facts.checked()
    }

    /// Its title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.video_details.title
    }

    /// Whose it is.
    #[must_use]
    pub fn author(&self) -> &str {
        &self.video_details.author
    }

    /// How long it is.
    #[must_use]
    pub fn seconds(&self) -> Option<f64> {
        self.video_details.length_seconds.parse().ok()
    }

    /// Whether it has not ended.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.video_details.is_live
    }

    /// The captions.
    #[must_use]
    pub fn captions(&self) -> &[CaptionTrack] {
        &self.captions.player_captions_tracklist_renderer.caption_tracks
    }

    /// The address of its sound, in the fewest bytes.
    #[must_use]
    pub fn sound(&self) -> Option<&str> {
        let sounds =
            self.streaming_data.adaptive_formats.iter().filter(|format| format.mime_type.starts_with("audio/"));
        let with_address = sounds.filter_map(|format| Some((format.bitrate, format.url.as_deref()?)));
        with_address.min_by_key(|(bitrate, _)| *bitrate).map(|(_, url)| url)
    }

    fn checked(self) -> Result<Self, Failure> {
        let Playability { status, reason } = &self.playability_status;
        let why =
            reason.as_deref().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect::<String>();
        let told = if why.is_empty() { String::new() } else { format!(" ({why})") };
        match status.as_str() {
            "OK" | "LIVE_STREAM_OFFLINE" => Ok(self),
            "LOGIN_REQUIRED" if why.to_lowercase().contains("bot") => {
                let detail =
                    format!("YouTube takes this server for a robot{told}; try again later, or from another network");
                Err(Failure::new(FailureKind::RateLimited { retry_after: None }, detail))
            }
            "LOGIN_REQUIRED" | "AGE_VERIFICATION_REQUIRED" => Err(Failure::new(
                FailureKind::Unknown,
                format!("this video is shown only to those who are signed in{told}"),
            )),
            "ERROR" | "UNPLAYABLE" => Err(Failure::new(FailureKind::Unknown, format!("there is no such video{told}"))),
            _ => Err(Failure::new(FailureKind::Garbled, "YouTube's answer is not what it should be")),
        }
    }
}

/// Asks what there is to know of a video, at the address of the site.
///
/// # Errors
/// Broken when the address is none.
pub fn player_request(site: &str, id: &str) -> Result<Request<Bytes>, Failure> {
    let client = json!({ "clientName": CLIENT, "clientVersion": CLIENT_VERSION, "androidSdkVersion": 34, "hl": "en" });
    let body = json!({ "context": { "client": client }, "videoId": id }).to_string();
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = Method::POST;
    let address = format!("{}/youtubei/v1/player?prettyPrint=false", site.trim_end_matches('/'));
    *request.uri_mut() = address.parse().map_err(|_| Failure::broken("youtube.url cannot be asked"))?;
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(as_player(request))
}

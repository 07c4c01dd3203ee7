//! `GET /v1/audio/voices`: the voices of all targets that speak.

use axum::Json;
use axum::extract::State;
use mediary_core::capability::Gender;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::state::AppState;

/// All voices.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct VoiceList {
    /// Always `list`.
    object: &'static str,
    /// The voices, by their targets.
    data: Vec<VoiceBody>,
}

/// A voice.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct VoiceBody {
    /// Its name, as `voice` takes it.
    #[schema(example = "joe")]
    id: String,
    /// The same.
    name: String,
    /// The target that has it.
    #[schema(example = "local/piper")]
    model: String,
    /// The language it speaks, as a BCP 47 tag; `mul` for many.
    #[schema(example = "en-US")]
    language: String,
    /// How it sounds: `female` or `male`, if that is known.
    #[schema(value_type = Option<String>)]
    gender: Option<Gender>,
    /// How many samples a second its sound has by itself.
    sample_rate: u32,
}

/// Lists the voices of all targets that speak.
#[utoipa::path(
    get,
    path = "/v1/audio/voices",
    tag = "audio",
    responses((status = 200, description = "The voices; OpenAI's names work on every target besides", body = VoiceList))
)]
pub(in super::super) async fn voices(State(state): State<AppState>) -> Json<VoiceList> {
    let voices = state.gateway.voices().into_iter().map(|(target, voice)| VoiceBody {
        id: voice.name.clone(),
        name: voice.name,
        model: target.to_string(),
        language: voice.language,
        gender: voice.gender,
        sample_rate: voice.rate_hz,
    });
    Json(VoiceList { object: "list", data: voices.collect() })
}

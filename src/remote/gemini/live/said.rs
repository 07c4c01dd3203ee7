//! What Gemini's Live API is told.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mediary_core::live::{LiveSaid, LiveSetup, LiveTurn};
use mediary_core::task::Role;
use serde_json::{Map, Value, json};

use super::super::encode::declaration;

/// What is heard, as it is told.
const SOUND: &str = "audio/pcm;rate=16000";

/// Which side tells turns apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detection {
    /// This gateway.
    Ours,
    /// The provider.
    Theirs,
}

/// The first message.
pub(super) fn setup(setup: &LiveSetup, detection: Detection) -> Value {
    let mut generation = Map::new();
    generation.insert("responseModalities".to_owned(), json!([if setup.aloud { "AUDIO" } else { "TEXT" }]));
    if let (Some(voice), true) = (&setup.voice, setup.aloud) {
        let config = json!({ "voiceConfig": { "prebuiltVoiceConfig": { "voiceName": voice } } });
        generation.insert("speechConfig".to_owned(), config);
    }
    if let Some(temperature) = setup.temperature {
        generation.insert("temperature".to_owned(), temperature.into());
    }
    if let Some(most) = setup.max_tokens {
        generation.insert("maxOutputTokens".to_owned(), most.into());
    }
    let name = setup.model.trim_start_matches("models/");
    let mut message = json!({
        "model": format!("models/{name}"),
        "generationConfig": generation,
        "inputAudioTranscription": {},
    });
    if setup.aloud {
        message["outputAudioTranscription"] = json!({});
    }
    if detection == Detection::Ours {
        message["realtimeInputConfig"] = json!({ "automaticActivityDetection": { "disabled": true } });
    }
    let told = told_before(setup);
    if !told.is_empty() {
        message["systemInstruction"] = json!({ "parts": [{ "text": told }] });
    }
    if !setup.tools.is_empty() {
        let functions: Vec<_> = setup.tools.iter().map(declaration).collect();
        message["tools"] = json!([{ "functionDeclarations": functions }]);
    }
    message
}

/// The instructions, and what was said before: a conversation that goes on here has no turns of its own to begin with.
fn told_before(setup: &LiveSetup) -> String {
    if setup.history.is_empty() {
        return setup.instructions.clone();
    }
    let line = |turn: &LiveTurn| {
        let side = if turn.role == Role::Assistant { "You" } else { "The person" };
        format!("{side}: {}", turn.text)
    };
    let said: Vec<String> = setup.history.iter().map(line).collect();
    format!("{}\n\nThis was said in the conversation so far:\n{}", setup.instructions, said.join("\n"))
        .trim()
        .to_owned()
}

/// A message for something that is said; `None`: there is none.
pub(super) fn written(said: LiveSaid) -> Option<Value> {
    Some(match said {
        LiveSaid::Event(_) => return None,
        LiveSaid::Begins => json!({ "realtimeInput": { "activityStart": {} } }),
        LiveSaid::Sound(samples) => {
            json!({ "realtimeInput": { "audio": { "mimeType": SOUND, "data": STANDARD.encode(&samples) } } })
        }
        LiveSaid::Ends => json!({ "realtimeInput": { "activityEnd": {} } }),
        LiveSaid::Words(turns) => {
            let turns: Vec<Value> = turns
                .into_iter()
                .map(|LiveTurn { role, text }| {
                    let role = if role == Role::Assistant { "model" } else { "user" };
                    json!({ "role": role, "parts": [{ "text": text }] })
                })
                .collect();
            json!({ "clientContent": { "turns": turns, "turnComplete": true } })
        }
        LiveSaid::Result { call, name, output } => {
            let parsed: Option<Value> = serde_json::from_str(&output).ok();
            // What a function gives has to be an object here.
            let response = parsed.filter(Value::is_object).unwrap_or_else(|| json!({ "output": output }));
            json!({ "toolResponse": { "functionResponses": [{ "id": call, "name": name, "response": response }] } })
        }
    })
}

/// A time as RFC 3339 has it, from seconds since 1970.
pub(super) fn time(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Civil days by the proleptic Gregorian calendar, counted from 1 March of the year 0.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_796_040_623, "2026-11-30T12:10:23Z"),
            (4_102_444_799, "2099-12-31T23:59:59Z"),
        ] {
            assert_eq!(time(seconds), expected);
        }
    }

    #[test]
    fn each_thing_that_is_said_is_one_message() {
        let result =
            |output: &str| LiveSaid::Result { call: "1".to_owned(), name: "f".to_owned(), output: output.to_owned() };
        let words = LiveTurn { role: Role::User, text: "hi".to_owned() };
        let rows = [
            (LiveSaid::Begins, json!({"realtimeInput": {"activityStart": {}}})),
            (LiveSaid::Ends, json!({"realtimeInput": {"activityEnd": {}}})),
            (
                LiveSaid::Sound(vec![0, 1].into()),
                json!({"realtimeInput": {"audio": {"mimeType": SOUND, "data": "AAE="}}}),
            ),
            (
                LiveSaid::Words(vec![words]),
                json!({"clientContent": {"turns": [{"role": "user", "parts": [{"text": "hi"}]}], "turnComplete": true}}),
            ),
            (
                result("{\"a\":1}"),
                json!({"toolResponse": {"functionResponses": [{"id": "1", "name": "f", "response": {"a": 1}}]}}),
            ),
            (
                result("17 °C"),
                json!({"toolResponse": {"functionResponses": [{"id": "1", "name": "f", "response": {"output": "17 °C"}}]}}),
            ),
        ];
        for (said, expected) in rows {
            assert_eq!(written(said), Some(expected));
        }
    }
}

//! Settings of a session: read over those in force, and written as OpenAI writes them.

use mediary_core::live::{LiveSettings, LiveSound, LiveTranscription, TurnDetection, TurnKind};
use mediary_core::task::{Tool, ToolChoice};
use serde_json::{Map, Value, json};

use super::super::process::BadField;
use super::bad;

/// Silence that ends a turn, by how eager the client wants the answer to be.
const EAGERNESS: [(&str, u32); 4] = [("low", 1_000), ("medium", 500), ("auto", 500), ("high", 300)];
/// Longer silences and beginnings are none.
const MOST_MS: u64 = 20_000;

/// The settings that `session` makes of those in force. What it leaves out stays as it is.
///
/// # Errors
/// The first field that has a value it cannot have.
pub fn settings(session: &Value, now: &LiveSettings) -> Result<LiveSettings, BadField> {
    let fields = session.as_object().ok_or_else(|| bad("session", "`session` must be an object"))?;
    let mut new = now.clone();
    merge(&mut new.written, fields);
    let field = |path: &str| session.pointer(path).filter(|value| !value.is_null());
    let either = |newer: &str, older: &str| field(newer).or_else(|| field(older));
    if let Some(kind) = field("/type") {
        new.only_transcribes = match kind.as_str() {
            Some("realtime") => false,
            Some("transcription") => true,
            _ => return Err(bad("session.type", "`session.type` is realtime or transcription")),
        };
    }
    if let Some(model) = text(session, "/model", "session.model")? {
        new.model = model;
    }
    if let Some(instructions) = text(session, "/instructions", "session.instructions")? {
        new.instructions = instructions;
    }
    if let Some(modalities) = either("/output_modalities", "/modalities") {
        new.aloud = aloud(modalities)?;
    }
    if let Some(form) = either("/audio/input/format", "/input_audio_format") {
        new.input = sound(form, "session.audio.input.format")?;
    }
    if let Some(form) = either("/audio/output/format", "/output_audio_format") {
        new.output = sound(form, "session.audio.output.format")?;
    }
    for path in ["/audio/input/transcription", "/input_audio_transcription"] {
        if let Some(wish) = session.pointer(path) {
            new.transcription = transcription(wish)?;
        }
    }
    for path in ["/audio/input/turn_detection", "/turn_detection"] {
        if let Some(wish) = session.pointer(path) {
            new.turns = turns(wish)?;
        }
    }
    if let Some(voice) = either("/audio/output/voice", "/voice") {
        let name = voice.as_str().or_else(|| voice["id"].as_str()).filter(|name| !name.trim().is_empty());
        let name = name.ok_or_else(|| bad("session.audio.output.voice", "a voice is a name, such as marin"))?;
        new.voice = Some(name.trim().to_owned());
    }
    if let Some(speed) = either("/audio/output/speed", "/speed") {
        let speed = speed.as_f64().filter(|speed| (0.25..=4.0).contains(speed));
        new.speed = speed.ok_or_else(|| bad("session.audio.output.speed", "`speed` is a number from 0.25 to 4"))?;
    }
    if let Some(tools) = field("/tools") {
        new.tools = self::tools(tools)?;
    }
    if let Some(choice) = field("/tool_choice") {
        new.tool_choice = tool_choice(choice)?;
    }
    if let Some(most) = either("/max_output_tokens", "/max_response_output_tokens") {
        new.max_tokens = most_tokens(most)?;
    }
    if let Some(temperature) = field("/temperature") {
        let temperature = temperature.as_f64().filter(|value| (0.0..=2.0).contains(value));
        new.temperature =
            Some(temperature.ok_or_else(|| bad("session.temperature", "`temperature` is a number from 0 to 2"))?);
    }
    Ok(new)
}

/// Lays fields over others, those of objects one by one.
fn merge(below: &mut Map<String, Value>, above: &Map<String, Value>) {
    for (name, value) in above {
        match (below.get_mut(name), value) {
            // How turns are told is one choice: what another kind needs does not stay behind.
            (Some(Value::Object(old)), Value::Object(new)) if name != "turn_detection" => merge(old, new),
            _ => drop(below.insert(name.clone(), value.clone())),
        }
    }
}

fn text(session: &Value, path: &str, name: &str) -> Result<Option<String>, BadField> {
    match session.pointer(path) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(bad(name, format!("`{name}` must be a text"))),
    }
}

fn aloud(modalities: &Value) -> Result<bool, BadField> {
    let names = modalities.as_array().map(|names| names.iter().filter_map(Value::as_str).collect::<Vec<_>>());
    match names.as_deref() {
        Some(["text"]) => Ok(false),
        Some(["audio"] | ["audio", "text"] | ["text", "audio"]) => Ok(true),
        _ => Err(bad("session.output_modalities", "`output_modalities` is [\"audio\"] or [\"text\"]")),
    }
}

fn sound(form: &Value, path: &str) -> Result<LiveSound, BadField> {
    let name = form.as_str().or_else(|| form["type"].as_str()).unwrap_or_default();
    let known =
        LiveSound::named(name).ok_or_else(|| bad(path, "a form of sound is audio/pcm, audio/pcmu or audio/pcma"))?;
    match form.get("rate").and_then(Value::as_u64) {
        Some(rate) if rate != u64::from(known.rate_hz()) => {
            Err(bad(format!("{path}.rate"), format!("{name} comes in {} samples a second here", known.rate_hz())))
        }
        _ => Ok(known),
    }
}

fn transcription(wish: &Value) -> Result<Option<LiveTranscription>, BadField> {
    match wish {
        Value::Null => Ok(None),
        Value::Object(fields) => {
            let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::trim);
            let text = |name: &str| text(name).filter(|text| !text.is_empty()).map(str::to_owned);
            let language = text("language").map(|language| language.to_lowercase());
            Ok(Some(LiveTranscription { model: text("model"), language, prompt: text("prompt") }))
        }
        _ => Err(bad("session.audio.input.transcription", "`transcription` is an object with a model, or null")),
    }
}

fn turns(wish: &Value) -> Result<Option<TurnDetection>, BadField> {
    const PATH: &str = "session.audio.input.turn_detection";
    let usual = TurnDetection::default();
    if wish.is_null() {
        return Ok(None);
    }
    let yes_or_no = |name: &str, usual: bool| match wish.get(name) {
        None | Some(Value::Null) => Ok(usual),
        Some(Value::Bool(value)) => Ok(*value),
        Some(_) => Err(bad(format!("{PATH}.{name}"), format!("`{name}` is true or false"))),
    };
    let kind = match wish["type"].as_str() {
        Some("server_vad") => TurnKind::Silence,
        Some("semantic_vad") => TurnKind::Meaning,
        _ => {
            return Err(bad(
                format!("{PATH}.type"),
                "turns are told by server_vad or semantic_vad; null: by the client",
            ));
        }
    };
    let ms = |name: &str, usual: u32| match wish.get(name) {
        None | Some(Value::Null) => Ok(usual),
        Some(value) => {
            let ms = value.as_u64().filter(|ms| *ms <= MOST_MS).and_then(|ms| u32::try_from(ms).ok());
            ms.ok_or_else(|| {
                bad(format!("{PATH}.{name}"), format!("`{name}` is a number of milliseconds up to {MOST_MS}"))
            })
        }
    };
    let threshold = match wish.get("threshold") {
        None | Some(Value::Null) => usual.threshold,
        Some(value) => {
            let share = value.as_f64().filter(|share| (0.0..=1.0).contains(share));
            share.ok_or_else(|| bad(format!("{PATH}.threshold"), "`threshold` is a number from 0 to 1"))? as f32
        }
    };
    let silence_ms = match kind {
        TurnKind::Silence => ms("silence_duration_ms", usual.silence_ms)?,
        TurnKind::Meaning => {
            let eagerness = wish["eagerness"].as_str().unwrap_or("auto");
            let found = EAGERNESS.iter().find(|(name, _)| *name == eagerness).map(|(_, ms)| *ms);
            found.ok_or_else(|| bad(format!("{PATH}.eagerness"), "`eagerness` is low, medium, high or auto"))?
        }
    };
    Ok(Some(TurnDetection {
        kind,
        threshold,
        prefix_ms: ms("prefix_padding_ms", usual.prefix_ms)?,
        silence_ms,
        creates_response: yes_or_no("create_response", usual.creates_response)?,
        interrupts: yes_or_no("interrupt_response", usual.interrupts)?,
    }))
}

fn tools(tools: &Value) -> Result<Vec<Tool>, BadField> {
    let list = tools.as_array().ok_or_else(|| bad("session.tools", "`tools` is a list"))?;
    let tool = |(at, tool): (usize, &Value)| {
        let path = format!("session.tools[{at}]");
        if tool["type"].as_str().unwrap_or("function") != "function" {
            return Err(bad(format!("{path}.type"), "only functions can be offered here; run other tools yourself"));
        }
        let name = tool["name"].as_str().filter(|name| !name.is_empty());
        Ok(Tool {
            name: name.ok_or_else(|| bad(format!("{path}.name"), "a tool needs a `name`"))?.to_owned(),
            description: tool["description"].as_str().map(str::to_owned),
            parameters: tool.get("parameters").filter(|schema| !schema.is_null()).cloned(),
            ..Tool::default()
        })
    };
    list.iter().enumerate().map(tool).collect()
}

fn tool_choice(choice: &Value) -> Result<ToolChoice, BadField> {
    match (choice.as_str(), choice["name"].as_str()) {
        (Some("auto"), _) => Ok(ToolChoice::Auto),
        (Some("none"), _) => Ok(ToolChoice::None),
        (Some("required"), _) => Ok(ToolChoice::Required),
        (None, Some(name)) => Ok(ToolChoice::Named(name.to_owned())),
        _ => Err(bad("session.tool_choice", "`tool_choice` is auto, none, required or a function by its name")),
    }
}

fn most_tokens(most: &Value) -> Result<Option<u32>, BadField> {
    if *most == "inf" {
        return Ok(None);
    }
    let tokens = most.as_u64().and_then(|tokens| u32::try_from(tokens).ok()).filter(|tokens| *tokens > 0);
    let wrong = || bad("session.max_output_tokens", "`max_output_tokens` is a number of tokens or \"inf\"");
    tokens.map(Some).ok_or_else(wrong)
}

/// Settings as OpenAI writes them.
#[must_use]
pub fn settings_json(settings: &LiveSettings) -> Value {
    let LiveSettings { transcription, turns, .. } = settings;
    let transcription = transcription
        .as_ref()
        .map(|wish| json!({ "model": wish.model, "language": wish.language, "prompt": wish.prompt }));
    let input = json!({
        "format": form(settings.input),
        "transcription": transcription,
        "noise_reduction": null,
        "turn_detection": turns.as_ref().map(turns_json),
    });
    if settings.only_transcribes {
        return json!({ "type": "transcription", "audio": { "input": input }, "include": null });
    }
    json!({
        "type": "realtime",
        "model": settings.model,
        "instructions": settings.instructions,
        "output_modalities": [if settings.aloud { "audio" } else { "text" }],
        "audio": {
            "input": input,
            "output": { "format": form(settings.output), "voice": settings.voice, "speed": settings.speed },
        },
        "tools": settings.tools.iter().map(tool_json).collect::<Vec<_>>(),
        "tool_choice": match &settings.tool_choice {
            ToolChoice::Auto => json!("auto"),
            ToolChoice::None => json!("none"),
            ToolChoice::Required => json!("required"),
            ToolChoice::Named(name) => json!({ "type": "function", "name": name }),
        },
        "max_output_tokens": settings.max_tokens.map_or_else(|| json!("inf"), |most| json!(most)),
        "tracing": null,
        "prompt": null,
        "include": null,
    })
}

fn form(sound: LiveSound) -> Value {
    match sound {
        LiveSound::Pcm => json!({ "type": sound.name(), "rate": sound.rate_hz() }),
        LiveSound::MuLaw | LiveSound::ALaw => json!({ "type": sound.name() }),
    }
}

fn turns_json(turns: &TurnDetection) -> Value {
    let TurnDetection { threshold, prefix_ms, silence_ms, creates_response, interrupts, .. } = turns;
    match turns.kind {
        TurnKind::Silence => json!({
            "type": "server_vad",
            "threshold": threshold,
            "prefix_padding_ms": prefix_ms,
            "silence_duration_ms": silence_ms,
            "idle_timeout_ms": null,
            "create_response": creates_response,
            "interrupt_response": interrupts,
        }),
        TurnKind::Meaning => {
            let eagerness = EAGERNESS.iter().find(|(_, ms)| ms == silence_ms).map_or("auto", |(name, _)| *name);
            json!({
                "type": "semantic_vad",
                "eagerness": eagerness,
                "create_response": creates_response,
                "interrupt_response": interrupts,
            })
        }
    }
}

fn tool_json(tool: &Tool) -> Value {
    json!({
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters.clone().unwrap_or_else(|| json!({ "type": "object", "properties": {} })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_the_same() {
        let written = json!({
            "type": "realtime",
            "model": "gpt-realtime",
            "instructions": "Be brief.",
            "output_modalities": ["text"],
            "audio": {
                "input": {
                    "format": { "type": "audio/pcmu" },
                    "transcription": { "model": "whisper-1", "language": "DE" },
                    "turn_detection": { "type": "server_vad", "threshold": 0.25, "silence_duration_ms": 200, "create_response": false },
                },
                "output": { "format": { "type": "audio/pcm", "rate": 24000 }, "voice": "marin", "speed": 1.5 },
            },
            "tools": [{ "type": "function", "name": "f", "parameters": { "type": "object", "properties": { "a": {} } } }],
            "tool_choice": { "type": "function", "name": "f" },
            "max_output_tokens": 99,
        });
        let read = settings(&written, &LiveSettings::default()).unwrap();
        let again = settings(&settings_json(&read), &LiveSettings::default()).unwrap();
        let bare = |settings: LiveSettings| LiveSettings { written: Map::new(), ..settings };
        assert_eq!(bare(again), bare(read.clone()));
        assert_eq!(read.transcription.unwrap().language.as_deref(), Some("de"));
        assert_eq!((read.input, read.aloud, read.max_tokens), (LiveSound::MuLaw, false, Some(99)));
    }

    #[test]
    fn older_words_mean_the_same() {
        let older = json!({
            "modalities": ["text", "audio"], "input_audio_format": "g711_alaw", "output_audio_format": "pcm16",
            "voice": "alloy", "turn_detection": null, "input_audio_transcription": { "model": "whisper-1" },
            "max_response_output_tokens": "inf",
        });
        let read = settings(&older, &LiveSettings { max_tokens: Some(1), ..LiveSettings::default() }).unwrap();
        assert_eq!((read.aloud, read.input, read.output), (true, LiveSound::ALaw, LiveSound::Pcm));
        assert_eq!((read.voice.as_deref(), read.turns, read.max_tokens), (Some("alloy"), None, None));
        assert_eq!(read.transcription.unwrap().model.as_deref(), Some("whisper-1"));
    }

    #[test]
    fn what_is_left_out_stays_and_what_is_wrong_is_named() {
        let now = LiveSettings { instructions: "kept".to_owned(), turns: None, ..LiveSettings::default() };
        assert_eq!(settings(&json!({ "audio": { "input": {} } }), &now).unwrap().turns, None);
        assert_eq!(settings(&json!({ "voice": "x" }), &now).unwrap().instructions, "kept");
        for (session, field) in [
            (json!({ "type": "chat" }), "session.type"),
            (json!({ "output_modalities": ["video"] }), "session.output_modalities"),
            (
                json!({ "audio": { "input": { "format": { "type": "audio/pcm", "rate": 16000 } } } }),
                "session.audio.input.format.rate",
            ),
            (
                json!({ "audio": { "input": { "turn_detection": { "type": "x" } } } }),
                "session.audio.input.turn_detection.type",
            ),
            (json!({ "audio": { "output": { "speed": 9 } } }), "session.audio.output.speed"),
            (json!({ "tools": [{ "type": "mcp" }] }), "session.tools[0].type"),
            (json!({ "max_output_tokens": 0 }), "session.max_output_tokens"),
            (json!({ "instructions": 1 }), "session.instructions"),
            (json!([]), "session"),
        ] {
            assert_eq!(settings(&session, &now).unwrap_err().field, field, "{session}");
        }
    }
}

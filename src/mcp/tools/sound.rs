//! `transcribe` and `speak`: words out of a recording, and a recording out of words.

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::arguments::{joined, read, result, schema};
use super::super::desk::{self, Desk, KeptFile, header};
use super::super::fence::Fence;
use super::super::form::Form;
use super::super::media::Source;
use super::super::outcome::Outcome;
use super::super::trouble::Trouble;
use super::documents::cut;
use super::{Effect, Offer, Reach};

/// So much of a transcript is told where it is not said.
const USUAL_CHARS: usize = 60_000;

pub(super) static TRANSCRIBE: Offer = Offer {
    name: "transcribe",
    title: "Transcribe a recording",
    description: "What is said in a recording or a video: plain text, timed segments, or subtitles (srt, vtt). `translate` gives \
                  it in English.",
    input: |is_here| joined(schema::<Transcribing>(), &Source::schema(is_here)),
    output: result::<Transcript>,
    effect: Effect::Reads,
    reach: Reach::Beyond,
    wants: None,
    run: |desk, arguments| Box::pin(transcribe(desk, arguments)),
};

pub(super) static SPEAK: Offer = Offer {
    name: "speak",
    title: "Speak a text",
    description: "Makes a sound file of a text. The result is a file_id for other tools and a link; the sound is kept for a day.",
    input: |_| schema::<Speaking>(),
    output: result::<Sound>,
    effect: Effect::Makes,
    reach: Reach::Beyond,
    wants: None,
    run: |desk, arguments| Box::pin(speak(desk, arguments)),
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Transcribing {
    /// The language spoken, such as en; else found out
    language: Option<String>,
    /// text unless said
    format: Option<Format>,
    /// Give it in English
    #[serde(default)]
    translate: bool,
    /// A target, or auto
    model: Option<String>,
    /// Names and terms that occur
    prompt: Option<String>,
    /// The most characters to return; 60000 unless said
    max_chars: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
    Text,
    Segments,
    Srt,
    Vtt,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Speaking {
    /// What to say
    text: String,
    /// A voice by its name
    voice: Option<String>,
    /// Of the text, such as de; else found out
    language: Option<String>,
    /// A target, or auto
    model: Option<String>,
    /// mp3 unless said
    format: Option<SoundFormat>,
    /// 0.25 to 4
    speed: Option<f64>,
    /// Send the sound along as well
    #[serde(default)]
    show: bool,
}

#[derive(Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum SoundFormat {
    Mp3,
    Wav,
    Opus,
    Flac,
    Aac,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Transcript {
    /// Where the texts come from, and between which marks they stand
    #[serde(skip_serializing_if = "String::is_empty")]
    untrusted: String,
    text: String,
    /// Which target heard it
    model: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_seconds: Option<f64>,
    /// With format=segments
    #[serde(skip_serializing_if = "Vec::is_empty")]
    segments: Vec<Segment>,
    /// Characters of the whole text
    characters: usize,
    /// Whether `text` is only its beginning
    truncated: bool,
    /// The whole text, where it is cut
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<KeptFile>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Segment {
    start: f64,
    end: f64,
    text: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Sound {
    /// Which target spoke
    model: String,
    mime_type: String,
    /// The sound; absent where this server keeps no files
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<KeptFile>,
}

fn model_of(headers: &HeaderMap) -> String {
    header(headers, "x-routed-via").unwrap_or_default().to_owned()
}

async fn transcribe(desk: &Desk<'_>, mut arguments: JsonObject) -> Result<Outcome, Trouble> {
    let source = Source::take(&mut arguments)?;
    let Transcribing { language, format, translate, model, prompt, max_chars } = read(arguments)?;
    let medium = source.medium(desk).await?;
    let format = format.unwrap_or(Format::Text);
    let wanted = match format {
        Format::Text | Format::Segments => "verbose_json",
        Format::Srt => "srt",
        Format::Vtt => "vtt",
    };
    let form = Form::new().field("response_format", wanted).field("model", model.as_deref().unwrap_or("auto"));
    let form = form.maybe("language", language.as_deref().filter(|_| !translate)).maybe("prompt", prompt.as_deref());
    let route = if translate { "/v1/audio/translations" } else { "/v1/audio/transcriptions" };
    let (headers, body) = desk.fill_in(route, medium.within(form, "url")).await?;
    let said = match format {
        Format::Srt | Format::Vtt => json!({ "text": String::from_utf8_lossy(&body) }),
        Format::Text | Format::Segments => desk::json(&body)?,
    };
    let text = said["text"].as_str().unwrap_or_default();
    let (characters, file, shown) = cut(desk, text, max_chars.unwrap_or(USUAL_CHARS).max(1), "text").await?;
    let segments = if format == Format::Segments { segments(&said) } else { Vec::new() };
    let is_silent = header(&headers, "x-mediary-status") == Some("no_speech");
    let heard = heard(shown, &segments);
    let fence = Fence::around("was heard in a recording", [shown, heard.as_str()]);
    let transcript = Transcript {
        untrusted: if is_silent { String::new() } else { fence.notice() },
        text: if is_silent { shown.to_owned() } else { fence.quoted(shown) },
        model: model_of(&headers),
        language: said["language"].as_str().map(str::to_owned),
        duration_seconds: said["duration"].as_f64(),
        segments,
        characters,
        truncated: shown.len() < text.len(),
        file,
    };
    let words = match is_silent {
        true => "[There is no speech in this recording.]".to_owned(),
        false => format!("{}{}", fence.told(&heard), more(&transcript)),
    };
    let outcome = Outcome::new(words, &transcript);
    Ok(match &transcript.file {
        Some(file) => outcome.linking(file),
        None => outcome,
    })
}

fn segments(said: &Value) -> Vec<Segment> {
    let all = said["segments"].as_array().map_or(&[][..], Vec::as_slice).iter();
    let seconds = |segment: &Value, name: &str| segment[name].as_f64().unwrap_or_default();
    all.map(|segment| Segment {
        start: seconds(segment, "start"),
        end: seconds(segment, "end"),
        text: segment["text"].as_str().unwrap_or_default().trim().to_owned(),
    })
    .collect()
}

/// What was heard, in words.
fn heard(text: &str, segments: &[Segment]) -> String {
    let line = |segment: &Segment| format!("[{:.1}–{:.1}] {}", segment.start, segment.end, segment.text);
    if segments.is_empty() { text.to_owned() } else { segments.iter().map(line).collect::<Vec<_>>().join("\n") }
}

/// Whether there is more of a transcript, in words of ours.
fn more(transcript: &Transcript) -> String {
    match (transcript.truncated, &transcript.file) {
        (false, _) => String::new(),
        (true, Some(file)) => format!("\n\n[Cut; the whole is the file {}.]", file.file_id),
        (true, None) => "\n\n[Cut; raise `max_chars` for more.]".to_owned(),
    }
}

async fn speak(desk: &Desk<'_>, arguments: JsonObject) -> Result<Outcome, Trouble> {
    let Speaking { text, voice, language, model, format, speed, show } = read(arguments)?;
    let format = format.unwrap_or(SoundFormat::Mp3);
    let mut request = json!({ "input": text, "model": model.as_deref().unwrap_or("auto"), "response_format": format });
    let wishes =
        [("voice", voice.map(Value::from)), ("language", language.map(Value::from)), ("speed", speed.map(Value::from))];
    for (name, value) in wishes {
        if let Some(value) = value {
            request[name] = value;
        }
    }
    let answer = desk.posted("/v1/audio/speech", &request).await?;
    let (headers, bytes) = desk.whole(answer).await?;
    let mime_type = header(&headers, CONTENT_TYPE.as_str()).unwrap_or("audio/mpeg").to_owned();
    let ending = request["response_format"].as_str().unwrap_or("mp3");
    let file = desk.keep(&format!("speech.{ending}"), &mime_type, &bytes).await?;
    let words = match &file {
        Some(file) => {
            format!("Spoken: the file {} ({}, {} bytes), kept for a day.", file.file_id, mime_type, file.bytes)
        }
        None => "Spoken; the sound is sent along, since this server keeps no files.".to_owned(),
    };
    let sound = Sound { model: model_of(&headers), mime_type: mime_type.clone(), file };
    Desk::hand_over(Outcome::new(words, &sound), sound.file.as_ref(), (&mime_type, &bytes), show)
}

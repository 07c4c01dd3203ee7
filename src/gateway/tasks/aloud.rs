//! Chats whose answer is to be heard (`modalities` with `audio`), by models that only write: the text is spoken while it
//! grows, sentence by sentence, by the targets that speak.
//!
//! A model that speaks by itself is asked first and its sound passed on; none of this is needed for it.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::future::{Either, select};
use mediary_convert::audio::wav_lengths;
use mediary_core::plan::Want;
use mediary_core::task::{Chat, Extra, PartPath, ReplyEvent, ReplyFrame, SoundForm, Speak, Task};
use mediary_core::{Failure, Hold, MediaFormat};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::Gateway;
use super::super::routing::{Bounds, CallError, Route, TaskRequest, TreatmentNote};
use super::chat::{Answered, WholeAnswer};
use super::recital::{Recital, SAMPLES, broke_off};
use super::sentences::{has_words, whole_sentences};
use super::words::Words;

/// The field of a chat that says how its answer is to sound.
const AUDIO: &str = "audio";
const MODALITIES: &str = "modalities";
const FORMATS: &str = "wav, mp3, flac, opus, aac or pcm16";
/// A sound inside of an answer has no more bytes; longer ones are for `/v1/audio/speech`.
const MOST_BYTES: usize = 64 << 20;
/// The header of a sound stands in its first bytes.
const HEAD_BYTES: usize = 4 << 10;
/// So long a sound counts as there, as OpenAI has it. None is kept here.
const KEPT_SECONDS: u64 = 3_600;

/// Whether a chat's answer is to be heard.
pub(super) fn is_to_be_heard(chat: &Chat) -> bool {
    let modalities = chat.extras.get(MODALITIES).and_then(Value::as_array);
    modalities.is_some_and(|all| all.iter().any(|one| one == AUDIO)) || chat.extras.contains_key(AUDIO)
}

/// Takes out of a chat how its answer is to sound; what is left is for a model that writes.
///
/// # Errors
/// When a field of it cannot be.
pub(super) fn voice_of(chat: &mut Chat) -> Result<Speak, Failure> {
    chat.extras.remove(MODALITIES);
    let wish = chat.extras.remove(AUDIO).map(Extra::into_value).unwrap_or_default();
    let bad = |field, message: String| Err(Failure::malformed(message).at(PartPath::Field(field)));
    if chat.sampling.n > 1 {
        return bad(
            "n",
            "no target that may be asked speaks by itself, and one reply is spoken at a time; send `n` 1".into(),
        );
    }
    let name = wish.pointer("/voice/id").or(wish.get("voice"));
    let voice = match name {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name.trim().to_owned()).filter(|name| !name.is_empty()),
        Some(_) => return bad("audio.voice", "`audio.voice` is the name of a voice, such as alloy".into()),
    };
    let format = wish.get("format").and_then(Value::as_str).unwrap_or(if chat.stream { "pcm16" } else { "wav" });
    let form = match format {
        "pcm16" | "pcm" => SAMPLES,
        "wav" => SoundForm::File(MediaFormat::Wav),
        "mp3" => SoundForm::File(MediaFormat::Mp3),
        "flac" => SoundForm::File(MediaFormat::Flac),
        "opus" => SoundForm::File(MediaFormat::Opus),
        "aac" => SoundForm::File(MediaFormat::Aac),
        other => {
            let other: String = other.chars().take(40).collect();
            return bad("audio.format", format!("`{other}` is no form of sound; use {FORMATS}"));
        }
    };
    if chat.stream && form != SAMPLES {
        return bad(
            "audio.format",
            "the sound of a stream is pcm16; send that as `audio.format`, or no `stream`".into(),
        );
    }
    Ok(Speak { voice, form, ..Speak::of("") })
}

impl Gateway {
    /// Answers a chat in words, and speaks them.
    ///
    /// # Errors
    /// When no target answers, or none speaks.
    pub(super) async fn chat_aloud(self: &Arc<Self>, mut request: TaskRequest) -> Result<Answered, CallError> {
        let Task::Chat(chat) = &mut request.task else { return Err(Failure::broken("only chats are answered").into()) };
        let how = voice_of(chat)?;
        let bounds = self.bounds_of_voice(&request)?;
        // Before a model is paid it is known that a target speaks, and in this voice.
        let mut trial = Task::Speak(Speak { text: "1".to_owned(), ..how.clone() });
        self.plan_speech(&self.router.fleet(), &mut trial, "", &bounds).map_err(about_voice)?;
        let client = request.client.clone();
        let speech = TaskRequest { task: trial, model: String::new(), bounds, client, held: Hold::default() };
        Ok(match self.chat_in_words(request).await? {
            Answered::Whole(whole) => Answered::Whole(Box::new(self.spoken(*whole, speech, how).await?)),
            Answered::Stream(growing) => {
                let recital = Recital::new(self.clone(), speech, how);
                Answered::Stream(Box::new(growing.aloud(Aloud::new(recital))))
            }
        })
    }

    /// Where the words of an answer may go to be spoken: to whom names a provider's model, no other one is sent them.
    fn bounds_of_voice(&self, request: &TaskRequest) -> Result<Bounds, CallError> {
        let fleet = self.router.fleet();
        let want = self.router.resolve(&fleet, request.task.kind(), &request.model, request.bounds.tier)?;
        let policy = self.router.policy(want, &request.bounds);
        Ok(self.router.help(&fleet, &policy, &request.bounds))
    }

    /// Whether the model's name leaves the choice to the gateway.
    pub(super) fn is_free_to_choose(&self, request: &TaskRequest) -> bool {
        let fleet = self.router.fleet();
        let want = self.router.resolve(&fleet, request.task.kind(), &request.model, request.bounds.tier);
        matches!(want, Ok(Want::Any | Want::Tier(_)))
    }

    /// A whole answer with its sound in place of its text.
    async fn spoken(
        self: &Arc<Self>,
        mut whole: WholeAnswer,
        speech: TaskRequest,
        how: Speak,
    ) -> Result<WholeAnswer, CallError> {
        let Some(choice) = whole.reply.choices.first_mut().filter(|choice| has_words(&choice.text)) else {
            return Ok(whole);
        };
        let speak = Speak { text: choice.text.clone(), ..how };
        let mut speaking = self.speak(TaskRequest { task: Task::Speak(speak), ..speech }).await.map_err(about_voice)?;
        let mut sound = Vec::new();
        while let Some(bytes) = speaking.next().await {
            sound.extend_from_slice(&bytes?);
            if sound.len() > MOST_BYTES {
                let detail =
                    format!("the spoken answer has more than {MOST_BYTES} bytes; ask for mp3 or opus, or for less");
                return Err(Failure::too_large(detail).at(PartPath::Field("audio.format")).into());
            }
        }
        speaking.close().await;
        // It is whole now, and can say how long it is.
        for (place, length) in wav_lengths(&sound[..sound.len().min(HEAD_BYTES)], sound.len() as u64) {
            sound[place..place + length.len()].copy_from_slice(&length);
        }
        let Sounding { id, expires_at } = Sounding::new();
        let transcript = std::mem::take(&mut choice.text);
        let audio =
            json!({ "id": id, "data": STANDARD.encode(&sound), "transcript": transcript, "expires_at": expires_at });
        choice.extras.insert(AUDIO, audio);
        whole.raw = None;
        let by = speaking.route.target.to_string();
        whole.route.join(speaking.route.clone());
        whole.route.treatments.push(spoken_by(by));
        Ok(whole)
    }
}

/// What is admitted of an answer that was spoken.
fn spoken_by(by: String) -> TreatmentNote {
    TreatmentNote { place: PartPath::Field(AUDIO), does: "speak", by, pages: None, hidden: Vec::new() }
}

/// What is wrong with a voice is said of the chat's field for it.
fn about_voice(error: CallError) -> CallError {
    match error {
        CallError::Failed(failure) if failure.place == Some(PartPath::Field("voice")) => {
            CallError::Failed(failure.at(PartPath::Field("audio.voice")))
        }
        other => other,
    }
}

/// What a sound is called, and how long it counts as there.
struct Sounding {
    id: String,
    expires_at: u64,
}

impl Sounding {
    fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self { id: format!("audio_{}", Uuid::now_v7().simple()), expires_at: now + KEPT_SECONDS }
    }
}

/// A growing answer that is spoken sentence by sentence.
pub(super) struct Aloud {
    recital: Recital,
    sounding: Sounding,
    /// Words that are not spoken yet.
    text: String,
    has_begun: bool,
    /// How the words ended, which is told after the last of the sound.
    last: Vec<ReplyEvent>,
    words_are_over: bool,
    is_over: bool,
}

impl Aloud {
    fn new(recital: Recital) -> Self {
        Self {
            recital,
            sounding: Sounding::new(),
            text: String::new(),
            has_begun: false,
            last: Vec::new(),
            words_are_over: false,
            is_over: false,
        }
    }

    /// What a stream's headers admit before it is known who speaks.
    pub(super) fn admit(route: &mut Route) {
        route.treatments.push(spoken_by("speech".to_owned()));
    }

    /// The next frame: of words, or of their sound. Not completing this future loses nothing.
    pub(super) async fn next(&mut self, words: &mut Words) -> Option<Result<ReplyFrame, Failure>> {
        loop {
            if !self.recital.is_busy() {
                if self.words_are_over {
                    return self.end().map(Ok);
                }
                let whole = whole_sentences(&self.text);
                let sentences: String = self.text.drain(..whole).collect();
                self.recital.push(sentences.trim());
            }
            let step = {
                let Self { recital, words_are_over, .. } = self;
                let is_busy = recital.is_busy();
                let sound = async { if is_busy { recital.next().await } else { std::future::pending().await } };
                let more = async { if *words_are_over { std::future::pending().await } else { words.next().await } };
                match select(pin!(sound), pin!(more)).await {
                    Either::Left((sound, _)) => Step::Sound(sound),
                    Either::Right((frame, _)) => Step::Words(frame),
                }
            };
            match step {
                Step::Sound(Some(Ok(bytes))) => return Some(Ok(self.tell(json!({ "data": STANDARD.encode(&bytes) })))),
                Step::Sound(Some(Err(error))) => return Some(Err(broke_off(error))),
                Step::Sound(None) => {}
                Step::Words(Some(Ok(frame))) => {
                    if let Some(frame) = self.hear(frame) {
                        return Some(Ok(frame));
                    }
                }
                Step::Words(Some(Err(failure))) => return Some(Err(failure)),
                Step::Words(None) => {
                    self.words_are_over = true;
                    let rest = std::mem::take(&mut self.text);
                    self.recital.push(rest.trim());
                }
            }
        }
    }

    /// Takes note of words; gives what of them is told now.
    fn hear(&mut self, frame: ReplyFrame) -> Option<ReplyFrame> {
        let mut events = Vec::with_capacity(frame.events.len());
        for event in frame.events {
            match event {
                ReplyEvent::Text { choice: 0, text } if !text.is_empty() => {
                    self.text.push_str(&text);
                    events.extend(self.tell(json!({ "transcript": text })).events);
                }
                ReplyEvent::Finish { .. } => self.last.push(event),
                other => events.push(other),
            }
        }
        // Written anew: as it came it would show text.
        (!events.is_empty()).then(|| ReplyFrame { events, ..ReplyFrame::default() })
    }

    /// A frame with more of the sound, or of what is said in it. The first has its name.
    fn tell(&mut self, mut audio: Value) -> ReplyFrame {
        if !std::mem::replace(&mut self.has_begun, true) {
            audio["id"] = self.sounding.id.as_str().into();
        }
        let event = ReplyEvent::Extra { choice: 0, name: AUDIO, value: audio };
        ReplyFrame { events: vec![event], ..ReplyFrame::default() }
    }

    /// What is told when everything was spoken; once.
    fn end(&mut self) -> Option<ReplyFrame> {
        if std::mem::replace(&mut self.is_over, true) {
            return None;
        }
        let mut frame = match self.has_begun {
            true => self.tell(json!({ "expires_at": self.sounding.expires_at })),
            false => ReplyFrame::default(),
        };
        frame.events.append(&mut self.last);
        Some(frame)
    }
}

/// What came of waiting.
enum Step {
    Sound(Option<Result<Bytes, CallError>>),
    Words(Option<Result<ReplyFrame, Failure>>),
}

impl fmt::Debug for Aloud {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Aloud").field("recital", &self.recital).finish_non_exhaustive()
    }
}

//! How a live conversation is held: who is to answer in which voice, what is heard in which form, when a turn ends.

use serde_json::{Map, Value};

use crate::task::{Tool, ToolChoice};

/// A form of sound on the wire; one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LiveSound {
    /// 24,000 samples a second of 16 bits, little-endian.
    #[default]
    Pcm,
    /// 8,000 samples a second, G.711 µ-law.
    MuLaw,
    /// 8,000 samples a second, G.711 A-law.
    ALaw,
}

impl LiveSound {
    /// Samples in a second.
    #[must_use]
    pub fn rate_hz(self) -> u32 {
        match self {
            Self::Pcm => 24_000,
            Self::MuLaw | Self::ALaw => 8_000,
        }
    }

    /// Its name in OpenAI's realtime interface.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pcm => "audio/pcm",
            Self::MuLaw => "audio/pcmu",
            Self::ALaw => "audio/pcma",
        }
    }

    /// The form of this name, newer or older.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "audio/pcm" | "pcm16" | "pcm" => Some(Self::Pcm),
            "audio/pcmu" | "g711_ulaw" => Some(Self::MuLaw),
            "audio/pcma" | "g711_alaw" => Some(Self::ALaw),
            _ => None,
        }
    }
}

/// How what the person says is written down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveTranscription {
    /// By which model, if that was said.
    pub model: Option<String>,
    /// The language that is spoken, if that was said.
    pub language: Option<String>,
    /// What helps to understand it.
    pub prompt: Option<String>,
}

/// What decides that a turn has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TurnKind {
    /// Silence of a certain length.
    #[default]
    Silence,
    /// What was said, as far as the target can tell; a session of this gateway's goes by silence.
    Meaning,
}

/// How turns are told from the sound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TurnDetection {
    /// What decides.
    pub kind: TurnKind,
    /// How likely speech has to be, 0 to 1.
    pub threshold: f32,
    /// So much before the first sound of speech belongs to it.
    pub prefix_ms: u32,
    /// So much silence ends a turn.
    pub silence_ms: u32,
    /// Whether a turn that ends is answered without being asked for.
    pub creates_response: bool,
    /// Whether a turn that begins ends the answer that is being given.
    pub interrupts: bool,
}

impl Default for TurnDetection {
    fn default() -> Self {
        Self {
            kind: TurnKind::Silence,
            threshold: 0.5,
            prefix_ms: 300,
            silence_ms: 500,
            creates_response: true,
            interrupts: true,
        }
    }
}

/// How a live conversation is held.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveSettings {
    /// The model's name as it was sent; empty if none was.
    pub model: String,
    /// What the model is told beforehand.
    pub instructions: String,
    /// Whether answers are spoken; else they are text.
    pub aloud: bool,
    /// What is heard, and …
    pub input: LiveSound,
    /// … what is given.
    pub output: LiveSound,
    /// How what is said is told to the client in words; `None`: it is not.
    pub transcription: Option<LiveTranscription>,
    /// How turns are told; `None`: the client says where they end.
    pub turns: Option<TurnDetection>,
    /// The voice that answers.
    pub voice: Option<String>,
    /// Its pace; 1 is its own.
    pub speed: f64,
    /// Functions that the model may call.
    pub tools: Vec<Tool>,
    /// Whether it may, must or must not.
    pub tool_choice: ToolChoice,
    /// The most tokens of an answer.
    pub max_tokens: Option<u32>,
    /// How answers are drawn.
    pub temperature: Option<f64>,
    /// Whether nothing is answered, and what is said only written down.
    pub only_transcribes: bool,
    /// All of it as the client wrote it, for a target that speaks the client's own format.
    pub written: Map<String, Value>,
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            model: String::new(),
            instructions: String::new(),
            aloud: true,
            input: LiveSound::Pcm,
            output: LiveSound::Pcm,
            transcription: None,
            turns: Some(TurnDetection::default()),
            voice: None,
            speed: 1.0,
            tools: Vec::new(),
            tool_choice: ToolChoice::Auto,
            max_tokens: None,
            temperature: None,
            only_transcribes: false,
            written: Map::new(),
        }
    }
}

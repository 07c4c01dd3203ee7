//! Where a provider is, how it wants its key, and how it departs from its dialect: data out of its catalog.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::images::ImageForm;
use crate::rerank::RankForm;

/// A provider's address and habits.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Scheme, host and path that every call's path is appended to, without a slash at its end.
    pub base_url: String,
    /// How the key travels.
    pub auth: Auth,
    /// Headers that go with every call.
    pub headers: Vec<(String, String)>,
    /// How it departs from its dialect.
    pub quirks: Quirks,
}

/// How a key travels.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// `Authorization: Bearer …`
    #[default]
    Bearer,
    /// In a header of this name.
    Header(String),
    /// There is none.
    None,
}

/// How a provider departs from its dialect. The defaults are what most OpenAI-compatible providers do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quirks {
    /// The field for the most tokens of the reply is the newer `max_completion_tokens`.
    pub max_completion_tokens: bool,
    /// The role `developer` is known, and reasoning models want it instead of `system`.
    pub developer_role: bool,
    /// `stream_options.include_usage` is known.
    pub stream_usage: bool,
    /// `content: null` beside tool calls is accepted.
    pub null_content: bool,
    /// Content made of texts only is sent as one string.
    pub flat_text: bool,
    /// `reasoning_content` is wanted of every earlier turn, be it empty.
    pub returns_reasoning: bool,
    /// The form of requests for pictures.
    pub images: ImageForm,
    /// Recordings to be transcribed go inside of JSON, as `input_audio`, not as a form.
    pub recordings_in_json: bool,
    /// The version of a client that has to be named.
    pub client_version: Option<String>,
    /// Soft parameters and unknown fields that are refused, by their OpenAI names.
    pub refuses: Vec<String>,
    /// The only soft parameters and fields of messages that are known; none: all may be.
    pub knows: Vec<String>,
    /// Where answers are asked for by their names that are to come later (202).
    pub status_url: Option<String>,
    /// By which requests videos are made.
    pub videos: VideoForm,
    /// By which requests documents are ranked.
    pub ranks: RankForm,
    /// Pages are read by `/layout_parsing`.
    pub layout_parsing: bool,
    /// Where its list of models is: an address, or a path below its own that is not the usual one.
    pub models_url: Option<String>,
    /// What only a right key opens, below its address, where its list of models is everyone's.
    pub key_check: Option<String>,
    /// It can be told which of the functions may be called (`tool_choice` of the type `allowed_tools`).
    pub allowed_tools: bool,
    /// How it is told for how long to think.
    pub effort: EffortForm,
    /// The highest temperature; what is above is sent as this.
    pub most_temperature: Option<u8>,
    /// So many texts that end a reply are taken; more are left out.
    pub most_stops: Option<usize>,
    /// Answers in JSON are asked for in words as well, or they are refused.
    pub says_json: bool,
    /// Names of functions are of letters, digits, `_` and `-`, 64 at most; others are refused, and go out under such names.
    pub plain_tool_names: bool,
    /// Schemas of functions are sent without `$schema` and `additionalProperties`.
    pub plain_schemas: bool,
    /// Recordings in chats go as data URLs.
    pub audio_in_data_url: bool,
    /// How texts to embed are told apart that ask and that answer, where that has to be said.
    pub input_types: Option<InputTypes>,
    /// Models that hold live conversations, the one that is usual first; none: it holds none that are known of.
    pub realtime: Vec<String>,
    /// Files that are sent again are given to it once, and named from then on.
    pub files: bool,
    /// Fields that go with every chat, unless the client sends them itself.
    pub adds: Map<String, Value>,
}

/// How a provider is told for how long to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffortForm {
    /// By `reasoning_effort`, as OpenAI has it.
    #[default]
    ReasoningEffort,
    /// By `thinking`, which is on or off.
    Thinking,
    /// By both.
    ThinkingAndEffort,
    /// By `enable_thinking`.
    EnableThinking,
}

/// The words by which texts that ask are told from texts that answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputTypes {
    /// `query` and `passage`.
    Passage,
    /// `search_query` and `search_document`.
    SearchDocument,
}

/// By which requests a provider of the dialect `openai` makes videos: each is the vendor's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "each is called after its vendor")]
pub enum VideoForm {
    OpenAi,
    OpenRouter,
    Xai,
    Zai,
    SiliconFlow,
    MiniMax,
    Pollinations,
    HuggingFace,
    DashScope,
}

/// The two names under which the most tokens of a reply are asked for.
pub(crate) const LIMITS: [&str; 2] = ["max_tokens", "max_completion_tokens"];

impl Quirks {
    /// The one that is written.
    pub(crate) fn limit(&self) -> &'static str {
        LIMITS[usize::from(self.max_completion_tokens)]
    }

    /// Whether a soft parameter or a field of a message may be sent.
    #[must_use]
    pub fn takes(&self, name: &str) -> bool {
        let is_known = self.knows.is_empty() || self.knows.iter().any(|known| known == name);
        is_known && !self.refuses.iter().any(|refused| refused == name)
    }
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            max_completion_tokens: false,
            developer_role: false,
            stream_usage: true,
            null_content: false,
            flat_text: true,
            returns_reasoning: false,
            images: ImageForm::default(),
            recordings_in_json: false,
            client_version: None,
            refuses: Vec::new(),
            knows: Vec::new(),
            status_url: None,
            videos: VideoForm::OpenAi,
            ranks: RankForm::default(),
            layout_parsing: false,
            models_url: None,
            key_check: None,
            allowed_tools: false,
            effort: EffortForm::default(),
            most_temperature: None,
            most_stops: None,
            says_json: false,
            plain_tool_names: false,
            plain_schemas: false,
            audio_in_data_url: false,
            input_types: None,
            realtime: Vec::new(),
            files: false,
            adds: Map::new(),
        }
    }
}

//! What one target can do.

use serde::{Deserialize, Serialize};

use super::{Acceptance, ImageAbilities, Price, Tier, VectorSpace, VideoAbilities, Voice};
use crate::{MediaFormat, MediaKind, Target};

/// The priority of a provider of which nothing else was said.
pub const USUAL_PRIORITY: u32 = 10;

/// More tokens than this are a matter for models that are made for it.
pub const LONG_TOKENS: u32 = 131_072;

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the field's")]
pub enum TaskKind {
    #[default]
    Chat,
    Completion,
    Embedding,
    Ocr,
    Transcription,
    Translation,
    Speech,
    ImageGeneration,
    ImageEdit,
    ImageVariation,
    VideoGeneration,
    Moderation,
    Rerank,
}

impl TaskKind {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Chat,
        Self::Completion,
        Self::Embedding,
        Self::Ocr,
        Self::Transcription,
        Self::Translation,
        Self::Speech,
        Self::ImageGeneration,
        Self::ImageEdit,
        Self::ImageVariation,
        Self::VideoGeneration,
        Self::Moderation,
        Self::Rerank,
    ];

    /// Its name in configuration and answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Completion => "completion",
            Self::Embedding => "embedding",
            Self::Ocr => "ocr",
            Self::Transcription => "transcription",
            Self::Translation => "translation",
            Self::Speech => "speech",
            Self::ImageGeneration => "image_generation",
            Self::ImageEdit => "image_edit",
            Self::ImageVariation => "image_variation",
            Self::VideoGeneration => "video_generation",
            Self::Moderation => "moderation",
            Self::Rerank => "rerank",
        }
    }

    /// The task of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|task| task.name() == name)
    }
}

/// Where a model is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lifecycle {
    /// In use.
    #[default]
    Active,
    /// May change or go without notice.
    Preview,
    /// Still there, with an end announced. Answers when it is named.
    Deprecated,
    /// Found in its provider's list and described nowhere else: what it costs and can do is little known. Answers when it
    /// is named.
    Listed,
    /// Gone; never called.
    Retired,
}

impl Lifecycle {
    /// Whether it answers when it is named, and not otherwise.
    #[must_use]
    pub fn is_asked_by_name_only(self) -> bool {
        matches!(self, Self::Deprecated | Self::Listed)
    }
}

/// How far replies can be bound to a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Structured {
    /// Not at all.
    #[default]
    None,
    /// Any JSON object.
    Json,
    /// JSON that fits a schema.
    Schema,
}

/// Whether a target answers chats in the format of OpenAI's Responses API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Responses {
    /// It does not.
    #[default]
    None,
    /// It does, beside chat completions.
    Also,
    /// It answers in no other.
    Only,
}

/// Which soft parameters a target takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SoftSupport {
    /// All, known or not, but for these: it speaks OpenAI's wire format.
    AllBut(Vec<String>),
    /// These only, by their OpenAI names.
    Only(Vec<String>),
}

impl SoftSupport {
    /// Whether a parameter of this name is taken.
    #[must_use]
    pub fn takes(&self, name: &str) -> bool {
        match self {
            Self::AllBut(refused) => !refused.iter().any(|refused| refused == name),
            Self::Only(known) => known.iter().any(|known| known == name),
        }
    }
}

/// What one target accepts and does: a row of the matrix.
#[derive(Debug, Clone)]
pub struct Abilities {
    /// Whose abilities these are.
    pub target: Target,
    /// The provider's place in the order; lower is asked first.
    pub priority: u32,
    /// Whether the operator wrote that, rather than a catalog.
    pub priority_is_set: bool,
    /// Whether nothing leaves this machine: an engine of our own, or a server on loopback.
    pub is_local: bool,
    /// What it does.
    pub tasks: Vec<TaskKind>,
    /// What it takes beside plain text.
    pub accepts: Vec<Acceptance>,
    /// The most tokens of request and reply together.
    pub context_tokens: Option<u32>,
    /// The most tokens of a reply.
    pub output_tokens: Option<u32>,
    /// Whether it calls functions.
    pub tools: bool,
    /// Whether it can be told which function to call, or that it must.
    pub tool_choice: bool,
    /// Whether it knows tools whose input is free text, and holds to their formats.
    pub custom_tools: bool,
    /// Whether a tool's result may hold the media it accepts.
    pub media_in_tool_results: bool,
    /// Whether replies come as they grow.
    pub streaming: bool,
    /// How far replies can be bound to a form.
    pub structured: Structured,
    /// Whether it thinks first and can be told for how long.
    pub reasoning: bool,
    /// The tools that its provider runs for it, by the beginnings of their kinds.
    pub hosted_tools: Vec<String>,
    /// The format in which those are defined.
    pub tool_format: &'static str,
    /// Whether it answers in the format of OpenAI's Responses API.
    pub responses: Responses,
    /// Whether it gives log probabilities.
    pub logprobs: bool,
    /// Whether it gives several replies at once.
    pub many_replies: bool,
    /// Whether it answers with sound.
    pub audio_output: bool,
    /// Whether its transcripts say who speaks.
    pub speakers: bool,
    /// Which soft parameters it takes.
    pub soft: SoftSupport,
    /// What it costs.
    pub price: Price,
    /// What a call costs in a batch of its provider's own, in percent of that; `None`: it goes into none.
    pub batch_percent: Option<u8>,
    /// The tiers it serves, each with its rank there; 1 is the best.
    pub ranks: Vec<(Tier, u8)>,
    /// Where it is in its life.
    pub lifecycle: Lifecycle,
    /// The vectors it gives, if it embeds.
    pub vectors: Option<VectorSpace>,
    /// The languages that it hears or speaks, as ISO 639-1 codes; empty: not known, and none is excluded.
    pub languages: Vec<String>,
    /// The voices it speaks with, its usual one first; empty: it does not speak, or they are not known.
    pub voices: Vec<Voice>,
    /// The forms in which it gives a sound or a picture, the best for passing on first; empty: all that OpenAI has.
    pub gives: Vec<MediaFormat>,
    /// Which videos it makes, if it makes any.
    pub video: Option<VideoAbilities>,
    /// The pictures it makes.
    pub images: ImageAbilities,
    /// What is missing on this machine to run it, as a sentence with what to do; `None`: it runs.
    pub missing: Option<String>,
}

impl Abilities {
    /// A target that chats in text and of which nothing else is known.
    #[must_use]
    pub fn chat(target: Target) -> Self {
        Self {
            target,
            priority: USUAL_PRIORITY,
            priority_is_set: false,
            is_local: false,
            tasks: vec![TaskKind::Chat],
            accepts: Vec::new(),
            context_tokens: None,
            output_tokens: None,
            tools: false,
            tool_choice: false,
            custom_tools: false,
            media_in_tool_results: false,
            streaming: true,
            structured: Structured::None,
            reasoning: false,
            hosted_tools: Vec::new(),
            tool_format: "",
            responses: Responses::None,
            logprobs: false,
            many_replies: false,
            audio_output: false,
            speakers: false,
            soft: SoftSupport::AllBut(Vec::new()),
            price: Price::Unknown,
            batch_percent: None,
            ranks: Vec::new(),
            lifecycle: Lifecycle::Active,
            vectors: None,
            languages: Vec::new(),
            voices: Vec::new(),
            gives: Vec::new(),
            video: None,
            images: ImageAbilities::default(),
            missing: None,
        }
    }

    /// A target that does one kind of work and of which nothing else is known.
    #[must_use]
    pub fn of(target: Target, task: TaskKind) -> Self {
        Self { tasks: vec![task], streaming: false, ..Self::chat(target) }
    }

    /// Whether it does this kind of work. What edits a picture also makes variations of it.
    #[must_use]
    pub fn does(&self, task: TaskKind) -> bool {
        self.tasks.contains(&task) || task == TaskKind::ImageVariation && self.tasks.contains(&TaskKind::ImageEdit)
    }

    /// Whether it can do this kind of work by being asked for it in a chat: to copy the text of a page that it sees, to
    /// write down what it hears. Only a recipe that names such a target makes use of it.
    #[must_use]
    pub fn does_by_chat(&self, task: TaskKind) -> bool {
        let takes = |kind| self.accepts.iter().any(|acceptance| acceptance.format.kind() == kind);
        let is_able = match task {
            TaskKind::Ocr => takes(MediaKind::Image),
            TaskKind::Transcription | TaskKind::Translation => takes(MediaKind::Audio),
            TaskKind::Chat
            | TaskKind::Completion
            | TaskKind::Embedding
            | TaskKind::Speech
            | TaskKind::ImageGeneration
            | TaskKind::ImageEdit
            | TaskKind::ImageVariation
            | TaskKind::VideoGeneration
            | TaskKind::Moderation
            | TaskKind::Rerank => false,
        };
        is_able && self.does(TaskKind::Chat)
    }

    /// Whether its provider runs a tool of this kind for it, as a format defines it: vendors call theirs alike.
    #[must_use]
    pub fn runs_tool(&self, format: &str, kind: &str) -> bool {
        self.tool_format == format && self.hosted_tools.iter().any(|beginning| kind.starts_with(beginning.as_str()))
    }

    /// What it says to a format; `None`: it does not take it.
    #[must_use]
    pub fn acceptance(&self, format: MediaFormat) -> Option<&Acceptance> {
        self.accepts.iter().find(|acceptance| acceptance.format == format)
    }

    /// Whether it takes a soft parameter of this OpenAI name. An effort is for models that think.
    #[must_use]
    pub fn takes_soft(&self, name: &str) -> bool {
        if name == "reasoning_effort" { self.reasoning } else { self.soft.takes(name) }
    }

    /// Whether it suits a tier by what it can do, for models that no catalog ranks.
    #[must_use]
    pub fn implies(&self, tier: Tier) -> bool {
        let takes = |kinds: &[MediaKind]| self.accepts.iter().any(|accepted| kinds.contains(&accepted.format.kind()));
        match tier {
            Tier::Auto | Tier::Standard => true,
            // Quickness, and a hand for programs, cannot be seen from outside.
            Tier::Fast | Tier::Code => false,
            Tier::Reasoning => self.reasoning,
            Tier::Agentic => self.tools,
            Tier::Vision => takes(&[MediaKind::Image]),
            Tier::Multimodal => takes(&[MediaKind::Audio, MediaKind::Video, MediaKind::Document]),
            Tier::LongContext => self.context_tokens.is_some_and(|context| context > LONG_TOKENS),
        }
    }

    /// Its rank in a tier, from 1; `None`: it does not serve it.
    #[must_use]
    pub fn rank(&self, tier: Tier) -> Option<u8> {
        self.ranks.iter().find(|(its, _)| *its == tier).map(|(_, rank)| *rank)
    }
}

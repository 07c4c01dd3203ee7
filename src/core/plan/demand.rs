//! What a request demands of a target, as far as a plan depends on it.

use super::estimate::{estimate_tokens, input_tokens, least_input_tokens};
use super::{REPLY_RESERVE_TOKENS, Signs};
use crate::MediaKind;
use crate::capability::{Abilities, ImageQuality, PartShape, PictureKind, Structured, TaskKind};
use crate::task::{
    Chat, Embed, EmbedInput, Extras, GenerateVideo, ImageJob, ImageSize, Moderate, Part, ReplyFormat, Rerank, Speak,
    Task, ToolChoice, Transcribe,
};

/// A request without its contents.
#[derive(Debug, Clone, Default)]
pub struct Demand {
    /// What is to be done.
    pub task: TaskKind,
    /// Its media, in the order of their places.
    pub parts: Vec<PartShape>,
    /// About how many tokens its texts have, tools included.
    pub text_tokens: u32,
    /// How many tokens a target has to hold at once at least, where that is not all of them: the longest of several
    /// texts.
    pub longest_tokens: Option<u32>,
    /// How many characters are to be spoken.
    pub characters: u64,
    /// How many pictures are to be made.
    pub images: u32,
    /// How carefully, if that was said.
    pub quality: Option<ImageQuality>,
    /// Which sides they are to have.
    pub sides: Sides,
    /// The video that is to be made, without its words and its picture.
    pub video: Option<Box<GenerateVideo>>,
    /// How many pages are to be read.
    pub pages: u32,
    /// How many searches are to be made.
    pub searches: u32,
    /// The most tokens of the reply, if the request says so.
    pub output_tokens: Option<u32>,
    /// The language that is spoken or to be spoken, as an ISO 639-1 code, if the request says so.
    pub language: Option<String>,
    /// What must be honoured.
    pub hard: Hard,
    /// The tools that a provider has to run: the format that each is defined in, and its kind.
    pub hosted_tools: Vec<(&'static str, String)>,
    /// Soft parameters that were sent, by their OpenAI names.
    pub soft: Vec<String>,
    /// What the last question looks like; only `auto` asks, see [`Demand::looking_at`].
    pub signs: Signs,
}

/// Which sides pictures are to have, where that is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sides {
    /// Their size.
    pub size: Option<ImageSize>,
    /// Their ratio, where no size is said.
    pub ratio: Option<ImageSize>,
}

/// Parameters that exclude targets which cannot honour them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hard {
    /// Functions are offered.
    pub tools: bool,
    /// The input of one of them is free text that has to follow a grammar.
    pub grammar: bool,
    /// One of them, or any, must be called.
    pub tool_choice: bool,
    /// The form of the reply.
    pub structured: Structured,
    /// Several replies.
    pub many_replies: bool,
    /// Log probabilities.
    pub logprobs: bool,
    /// Sound in the reply.
    pub audio_output: bool,
    /// Vectors of so many dimensions.
    pub dimensions: Option<u32>,
    /// Who speaks in a recording.
    pub speakers: bool,
    /// A mask that says where a picture is to be changed.
    pub mask: bool,
    /// So many pictures that are to be edited together.
    pub sources: u32,
    /// Exactly this size, without making up for it.
    pub size: Option<ImageSize>,
    /// Sides of this ratio likewise.
    pub ratio: Option<ImageSize>,
    /// A video from words alone.
    pub words_alone: bool,
}

/// Parameters with a place of their own in [`Chat`] that a target may do without.
const SOFT_FIELDS: [&str; 8] = [
    "temperature",
    "top_p",
    "seed",
    "presence_penalty",
    "frequency_penalty",
    "top_k",
    "reasoning_effort",
    "parallel_tool_calls",
];

impl Demand {
    /// What a task demands. `parts` are its media, measured by whatever can open them.
    #[must_use]
    pub fn of(task: &Task, parts: Vec<PartShape>) -> Self {
        match task {
            Task::Chat(chat) => Self::of_chat(chat, parts),
            Task::Embed(embed) => Self::of_texts(embed),
            Task::Rerank(rerank) => Self::of_documents(rerank),
            Task::Moderate(moderate) => Self { parts, ..Self::of_inputs(moderate) },
            Task::Transcribe(transcribe) => Self { parts, task: task.kind(), ..Self::of_recording(transcribe) },
            Task::Speak(speak) => Self { parts, ..Self::of_speech(speak) },
            Task::GenerateVideo(video) => {
                let soft = video.extras.keys().cloned().collect();
                let bare = GenerateVideo { prompt: String::new(), start: None, extras: Extras::new(), ..video.clone() };
                let words_alone = video.start.is_none() && video.remixes.is_none();
                let hard = Hard { words_alone, ..Hard::default() };
                Self { task: task.kind(), parts, soft, hard, video: Some(Box::new(bare)), ..Self::default() }
            }
            Task::Image(job) => Self { task: task.kind(), parts, ..Self::of_pictures(job) },
            Task::Read(_) => Self { task: task.kind(), parts, pages: 1, ..Self::default() },
        }
    }

    /// What a recording to transcribe demands.
    fn of_recording(transcribe: &Transcribe) -> Self {
        let Transcribe { language, prompt, temperature, times, extras, .. } = transcribe;
        let sent = [
            ("prompt", prompt.is_some()),
            ("temperature", temperature.is_some()),
            ("timestamp_granularities", times.segments || times.words),
        ];
        let sent = sent.into_iter().filter_map(|(name, is_sent)| is_sent.then_some(name.to_owned()));
        Self {
            language: language.clone(),
            hard: Hard { speakers: times.speakers, ..Hard::default() },
            soft: sent.chain(extras.keys().cloned()).collect(),
            ..Self::default()
        }
    }

    /// What a text to speak demands. The gateway makes up for a target that knows no pace.
    fn of_speech(speak: &Speak) -> Self {
        let sent =
            [("instructions", speak.instructions.is_some()), ("speed", (speak.speed - 1.0).abs() > f64::EPSILON)];
        let sent = sent.into_iter().filter_map(|(name, is_sent)| is_sent.then_some(name.to_owned()));
        Self {
            task: TaskKind::Speech,
            characters: speak.text.chars().count() as u64,
            language: speak.language.clone(),
            soft: sent.chain(speak.extras.keys().cloned()).collect(),
            ..Self::default()
        }
    }

    /// What is known, for their price, of the pictures that a target will be asked for.
    #[must_use]
    pub fn picture(&self, row: &Abilities) -> PictureKind {
        let size = self.sides.size.and_then(|size| row.images.nearest(size).asked);
        let by_ratio = self.sides.ratio.and_then(|ratio| row.images.nearest_ratio(ratio).asked);
        PictureKind { quality: self.quality, size: size.or(by_ratio) }
    }

    /// What pictures to make demand. The gateway makes up for a target that makes another size, another format or fewer at
    /// once.
    fn of_pictures(job: &ImageJob) -> Self {
        let sent = [
            ("quality", job.quality.is_some()),
            ("style", job.style.is_some()),
            ("background", job.background.is_some()),
            ("output_compression", job.compression.is_some()),
            ("seed", job.seed.is_some()),
        ];
        let sent = sent.into_iter().filter_map(|(name, is_sent)| is_sent.then_some(name.to_owned()));
        let sources = u32::try_from(job.work.sources().len()).unwrap_or(u32::MAX);
        Self {
            images: job.count,
            quality: PictureKind::named(job.quality.as_deref(), None).quality,
            sides: Sides { size: job.size, ratio: job.ratio.filter(|_| job.size.is_none()) },
            // Four letters a token, as in most languages of Europe.
            text_tokens: u32::try_from(job.prompt.len().div_ceil(4)).unwrap_or(u32::MAX),
            hard: Hard { mask: job.work.mask().is_some(), sources, ..Hard::default() },
            soft: sent.chain(job.extras.keys().cloned()).collect(),
            ..Self::default()
        }
    }

    /// What texts to embed demand.
    fn of_texts(embed: &Embed) -> Self {
        let tokens = || embed.inputs.iter().map(input_tokens);
        Self {
            task: TaskKind::Embedding,
            text_tokens: tokens().fold(0, u32::saturating_add),
            // An estimate would refuse texts that fit; how many tokens there are is for the target to say.
            // Where texts are cut, none is too long.
            longest_tokens: Some(match embed.cuts_long_texts() {
                true => 0,
                false => embed.inputs.iter().map(least_input_tokens).max().unwrap_or(0),
            }),
            hard: Hard { dimensions: embed.dimensions, ..Hard::default() },
            soft: embed.extras.keys().cloned().collect(),
            ..Self::default()
        }
    }

    /// What documents to rank demand.
    fn of_documents(rerank: &Rerank) -> Self {
        let texts = std::iter::once(&rerank.query).chain(&rerank.documents);
        let tokens = texts.map(|text| input_tokens(&EmbedInput::Text(text.clone())));
        Self {
            task: TaskKind::Rerank,
            text_tokens: tokens.fold(0, u32::saturating_add),
            // Each document is held against the question by itself.
            longest_tokens: Some(0),
            searches: 1,
            soft: rerank.extras.keys().cloned().collect(),
            ..Self::default()
        }
    }

    /// What inputs to judge demand.
    fn of_inputs(moderate: &Moderate) -> Self {
        let texts = moderate.inputs.iter().flatten().map(|part| match part {
            Part::Text(text) => input_tokens(&EmbedInput::Text(text.clone())),
            Part::Media(_) | Part::Remote { .. } => 0,
        });
        Self {
            task: TaskKind::Moderation,
            text_tokens: texts.fold(0, u32::saturating_add),
            longest_tokens: Some(0),
            soft: moderate.extras.keys().cloned().collect(),
            ..Self::default()
        }
    }

    /// The same, with a look at the last question.
    #[must_use]
    pub fn looking_at(self, chat: &Chat) -> Self {
        Self { signs: Signs::of(chat), ..self }
    }

    /// How long all recordings together play; `None` where that is not known of one.
    #[must_use]
    pub fn heard_seconds(&self) -> Option<f64> {
        let heard = self.parts.iter().filter(|part| matches!(part.format.kind(), MediaKind::Audio | MediaKind::Video));
        heard.map(|part| part.seconds.map(f64::from)).sum()
    }

    /// What is kept free for a reply of unknown length.
    pub(super) fn reply_reserve_tokens(&self) -> u32 {
        match self.task {
            TaskKind::Chat | TaskKind::Completion => REPLY_RESERVE_TOKENS,
            TaskKind::Embedding
            | TaskKind::Ocr
            | TaskKind::Transcription
            | TaskKind::Translation
            | TaskKind::Speech
            | TaskKind::ImageGeneration
            | TaskKind::ImageEdit
            | TaskKind::ImageVariation
            | TaskKind::VideoGeneration
            | TaskKind::Moderation
            | TaskKind::Rerank => 0,
        }
    }

    fn of_chat(chat: &Chat, parts: Vec<PartShape>) -> Self {
        let sampling = &chat.sampling;
        let sent = [
            sampling.temperature.is_some(),
            sampling.top_p.is_some(),
            sampling.seed.is_some(),
            sampling.presence_penalty.is_some(),
            sampling.frequency_penalty.is_some(),
            sampling.top_k.is_some(),
            chat.effort.is_some(),
            chat.parallel_tool_calls == Some(false) && !chat.tools.is_empty(),
        ];
        let sampled = SOFT_FIELDS.into_iter().zip(sent).filter_map(|(name, sent)| sent.then_some(name.to_owned()));
        let soft = sampled.chain(chat.extras.keys().filter(|name| !is_hard(name)).cloned()).collect();
        let modalities = chat.extras.get("modalities").and_then(|value| value.as_array());
        let hard = Hard {
            tools: !chat.tools.is_empty(),
            grammar: chat.tools.iter().filter_map(|tool| tool.free_text.as_ref()).any(|free| free.is_bound),
            tool_choice: matches!(chat.tool_choice, ToolChoice::Required | ToolChoice::Named(_)),
            structured: match chat.format {
                ReplyFormat::Text => Structured::None,
                ReplyFormat::Json => Structured::Json,
                ReplyFormat::Schema { .. } => Structured::Schema,
            },
            many_replies: sampling.n > 1,
            logprobs: sampling.logprobs.is_some(),
            audio_output: chat.extras.contains_key("audio")
                || modalities.is_some_and(|all| all.iter().any(|one| one == "audio")),
            ..Hard::default()
        };
        Self {
            task: if chat.completion.is_some() { TaskKind::Completion } else { TaskKind::Chat },
            longest_tokens: None,
            characters: 0,
            images: 0,
            quality: None,
            sides: Sides::default(),
            video: None,
            pages: 0,
            searches: 0,
            language: None,
            parts,
            text_tokens: estimate_tokens(chat),
            output_tokens: sampling.max_tokens,
            hard,
            hosted_tools: chat.hosted_tools.iter().map(|tool| (tool.wire_format, tool.kind.clone())).collect(),
            soft,
            signs: Signs::default(),
        }
    }
}

/// Extras that are demands rather than wishes.
fn is_hard(name: &str) -> bool {
    matches!(name, "modalities" | "audio")
}

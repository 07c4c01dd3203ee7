//! A reply as it grows: what every provider's stream is decoded into, and every protocol's stream is written from.
//!
//! A whole answer is the same events in one go. Several replies (`n` > 1) are told apart by `choice`.

use bytes::Bytes;
use serde_json::Value;

use super::{Judgement, PageText, Picture, Segment, SoundForm};

/// A step of a reply, whatever the task.
#[derive(Debug, Clone, PartialEq)]
pub enum ReplyEvent {
    /// The provider has begun. First, and once, if at all.
    Begun {
        /// Its id of the reply.
        id: Option<String>,
        /// The model as the provider names it.
        model: Option<String>,
    },
    /// From here on another target continues an answer that broke off.
    Continued {
        /// Which target, as it is named.
        by: String,
    },
    /// More text.
    Text {
        /// Of which reply.
        choice: u32,
        /// What to append.
        text: String,
    },
    /// More thoughts.
    Reasoning {
        /// Of which reply.
        choice: u32,
        /// What to append.
        text: String,
        /// What its provider wants back with the thoughts.
        signature: Option<String>,
    },
    /// More of a refusal.
    Refusal {
        /// Of which reply.
        choice: u32,
        /// What to append.
        text: String,
    },
    /// The beginning or more of a call of a function.
    ToolCall {
        /// Of which reply.
        choice: u32,
        /// Which of the reply's calls, from 0.
        index: u32,
        /// In the first event of a call.
        id: Option<String>,
        /// In the first event of a call.
        name: Option<String>,
        /// What to append to the arguments.
        arguments: String,
        /// What its provider wants back with the call.
        signature: Option<String>,
    },
    /// What else a reply carries: `logprobs`, `annotations`, `audio`, `images`, in OpenAI's shape.
    Extra {
        /// Of which reply.
        choice: u32,
        /// The field of OpenAI's delta or choice.
        name: &'static str,
        /// Its value.
        value: Value,
    },
    /// A piece of the answer in words that only its provider's format has, once it is complete; everything else in it
    /// comes as events of its own besides.
    Own {
        /// The format.
        wire_format: &'static str,
        /// What it is there.
        field: &'static str,
        /// Its value.
        value: Value,
    },
    /// A reply is complete.
    Finish {
        /// Which reply.
        choice: u32,
        /// Why it ended.
        finish: Finish,
    },
    /// The text of the page that was to be read.
    Page(Box<PageText>),
    /// A stretch of a transcript; its words come as text besides.
    Segment(Segment),
    /// The vector of an input.
    Vector {
        /// Which input, from 0.
        index: u32,
        /// Its numbers.
        vector: Vec<f32>,
    },
    /// How much a document has to do with the question.
    Ranked {
        /// Which document, from 0.
        index: u32,
        /// How much, mostly 0 to 1.
        score: f64,
    },
    /// What an input shows.
    Judged {
        /// Which input, from 0.
        index: u32,
        /// What.
        judgement: Box<Judgement>,
    },
    /// What is known of a recording beside its words; the last one counts.
    Heard {
        /// The language that is spoken, as an ISO 639-1 code.
        language: Option<String>,
        /// How long it is.
        seconds: Option<f64>,
    },
    /// A picture, or a stage of one.
    Picture(Box<Picture>),
    /// What the bytes that follow are. Before the first of them.
    Sound(SoundForm),
    /// The provider has accepted a job, and works on it.
    Accepted {
        /// Its name of the job.
        job: String,
    },
    /// More of a file that is made.
    Bytes(Bytes),
    /// What it cost so far; the last one counts.
    Usage(Usage),
}

impl ReplyEvent {
    /// The field of an [`ReplyEvent::Own`] that says that the provider has begun to run a tool.
    pub const TOOL_RUNS: &str = "tool_runs";

    /// Which of several replies it belongs to, if it is one's.
    #[must_use]
    pub fn choice(&self) -> Option<u32> {
        match self {
            Self::Text { choice, .. } | Self::Reasoning { choice, .. } | Self::Refusal { choice, .. } => Some(*choice),
            Self::ToolCall { choice, .. } | Self::Extra { choice, .. } | Self::Finish { choice, .. } => Some(*choice),
            Self::Begun { .. } | Self::Continued { .. } | Self::Usage(_) | Self::Own { .. } => None,
            Self::Page(_) | Self::Segment(_) | Self::Vector { .. } | Self::Bytes(_) => None,
            Self::Ranked { .. } | Self::Judged { .. } => None,
            Self::Heard { .. } | Self::Sound(_) | Self::Accepted { .. } | Self::Picture(_) => None,
        }
    }

    /// Whether the client sees something of it: what makes an answer more than an empty one, and what commits us to it.
    #[must_use]
    pub fn is_content(&self) -> bool {
        match self {
            Self::Text { text, .. } | Self::Reasoning { text, .. } | Self::Refusal { text, .. } => !text.is_empty(),
            Self::ToolCall { .. } | Self::Extra { .. } | Self::Accepted { .. } => true,
            Self::Page(_) | Self::Segment(_) | Self::Vector { .. } | Self::Picture(_) => true,
            Self::Ranked { .. } | Self::Judged { .. } => true,
            Self::Bytes(bytes) => !bytes.is_empty(),
            Self::Begun { .. } | Self::Continued { .. } | Self::Finish { .. } | Self::Usage(_) => false,
            // A tool of the provider's is at work.
            Self::Own { field, .. } => *field == Self::TOOL_RUNS,
            Self::Heard { .. } | Self::Sound(_) => false,
        }
    }
}

/// Why a reply ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// It was complete, or met a stop text.
    Stop,
    /// It was as long as allowed.
    Length,
    /// Functions are to be called.
    ToolCalls,
    /// The provider would not say it.
    ContentFilter,
    /// The provider paused in the midst of work of its own, and would go on if it were asked to.
    Paused,
}

impl Finish {
    /// What pausing is called by the vendor that does it, for formats with words of their own for an end.
    pub const PAUSED: &str = "pause_turn";

    /// Its name in OpenAI's wire format.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            // There is no nearer word for an answer that is not all there.
            Self::Length | Self::Paused => "length",
            Self::ToolCalls => "tool_calls",
            Self::ContentFilter => "content_filter",
        }
    }
}

/// Tokens that were used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// All of the request, cached ones included.
    pub prompt_tokens: u64,
    /// All of the reply, thoughts included.
    pub completion_tokens: u64,
    /// Of the request's, those the provider had cached.
    pub cached_tokens: u64,
    /// Of the request's, those the provider wrote into its cache.
    pub written_tokens: u64,
    /// Of the reply's, those it thought.
    pub reasoning_tokens: u64,
    /// Tokens of texts that were cut off because their model takes no more. They are in no other count.
    pub cut_tokens: u64,
    /// Searches that are billed, where work is billed by them; 0: that was not said.
    pub searches: u32,
    /// Whether we counted, the provider having said nothing.
    pub estimated: bool,
}

impl Usage {
    /// Whether it says anything of tokens; some providers tell of searches alone.
    #[must_use]
    pub fn tells_tokens(&self) -> bool {
        !self.estimated || self.prompt_tokens > 0 || self.completion_tokens > 0
    }

    /// What two calls for one answer cost together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            prompt_tokens: self.prompt_tokens.saturating_add(other.prompt_tokens),
            completion_tokens: self.completion_tokens.saturating_add(other.completion_tokens),
            cached_tokens: self.cached_tokens.saturating_add(other.cached_tokens),
            written_tokens: self.written_tokens.saturating_add(other.written_tokens),
            reasoning_tokens: self.reasoning_tokens.saturating_add(other.reasoning_tokens),
            cut_tokens: self.cut_tokens.saturating_add(other.cut_tokens),
            searches: self.searches.saturating_add(other.searches),
            estimated: self.estimated || other.estimated,
        }
    }
}

/// One frame of a provider's stream (a whole body is one as well).
#[derive(Debug, Clone, Default)]
pub struct ReplyFrame {
    /// The frame's data as it came, for clients that speak the same wire format.
    pub raw: Bytes,
    /// Whether it was just as its wire format has it; what had to be mended never passes as it came.
    pub is_canonical: bool,
    /// What it says.
    pub events: Vec<ReplyEvent>,
}

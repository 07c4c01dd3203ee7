//! A chat: messages, and how the reply is wanted.

use super::{Completion, Extras, FreeText, HostedTool, Message, OwnFields, Tool, ToolChoice};

/// One request for the next message of a conversation.
#[derive(Debug, Clone, Default)]
pub struct Chat {
    /// The conversation so far, oldest first.
    pub messages: Vec<Message>,
    /// Functions the model may call.
    pub tools: Vec<Tool>,
    /// Functions that it knows of and may not call this time, each with its place among all of them: for targets that are
    /// told so, which keep what they have read of them. All others are not told of them.
    pub withheld_tools: Vec<(usize, Tool)>,
    /// Tools that its provider has to run.
    pub hosted_tools: Vec<HostedTool>,
    /// Whether it may, must or must not.
    pub tool_choice: ToolChoice,
    /// Whether it may call several at once; `None`: as the provider has it.
    pub parallel_tool_calls: Option<bool>,
    /// The form of the reply.
    pub format: ReplyFormat,
    /// How the reply is drawn.
    pub sampling: Sampling,
    /// How long to think first.
    pub effort: Option<Effort>,
    /// The same in tokens, where that is how it was said.
    pub granted: Option<Granted>,
    /// Whether the client wants the reply as it grows.
    pub stream: bool,
    /// Everything else that was asked for: soft parameters and fields we do not know.
    pub extras: Extras,
    /// What was asked for in words that only the client's own format has.
    pub own: Option<OwnFields>,
    /// Set where its messages are prompts that are to be gone on with.
    pub completion: Option<Box<Completion>>,
}

impl Chat {
    /// What is not said to a target of this wire format, since only the client's own has words for it.
    #[must_use]
    pub fn unsaid_to(&self, wire_format: &str) -> Vec<String> {
        let fields = self.own.iter().filter(|own| own.wire_format != wire_format).flat_map(|own| &own.names);
        let messages = self.messages.iter().filter_map(|message| message.original.as_ref());
        let originals = messages.chain(self.tools.iter().filter_map(|tool| tool.original.as_ref()));
        let lost = originals.flat_map(|original| match original.pieces_for(wire_format) {
            Some(_) => &original.lacks,
            None => &original.names,
        });
        fields.chain(lost).cloned().collect()
    }

    /// All functions, those that may not be called among them.
    #[must_use]
    pub fn all_tools(&self) -> Vec<Tool> {
        let mut all = self.tools.clone();
        for (place, tool) in &self.withheld_tools {
            all.insert((*place).min(all.len()), tool.clone());
        }
        all
    }

    /// The tool of this name, if its input is free text.
    #[must_use]
    pub fn free_text(&self, name: &str) -> Option<&FreeText> {
        self.tools.iter().find(|tool| tool.name == name).and_then(|tool| tool.free_text.as_ref())
    }

    /// Whether it came in a format that a vendor has for itself, with names of models that only it has.
    #[must_use]
    pub fn is_of_a_vendors_format(&self) -> bool {
        self.own.as_ref().is_some_and(|own| !own.wire_format.is_empty())
    }

    /// What is lost of the fields that a target is not sent: how long to think is asked for under three names, and said
    /// by any of them. Thoughts of earlier turns are named by their places.
    #[must_use]
    pub fn lost(&self, dropped: &[String]) -> Vec<String> {
        let is_said = self.effort.is_some() && !dropped.iter().any(|name| name == "reasoning_effort");
        let is_effort_alone = |name: &str| {
            let known: &[&str] = match name {
                "reasoning" => &["effort", "max_tokens", "enabled"],
                "thinking" => &["type", "budget_tokens"],
                _ => return false,
            };
            let fields = self.extras.get(name).and_then(|wish| wish.as_object());
            fields.is_some_and(|fields| fields.keys().all(|field| known.contains(&field.as_str())))
        };
        let has_places =
            self.messages.iter().filter_map(|message| message.reasoning.as_ref()).any(|its| !its.places.is_empty());
        let is_placed = |name: &str| has_places && name == "reasoning_content";
        dropped.iter().filter(|name| !(is_said && is_effort_alone(name) || is_placed(name))).cloned().collect()
    }

    /// Whether anything says how far its provider is to keep the prompt.
    #[must_use]
    pub fn has_cache_marks(&self) -> bool {
        self.messages.iter().any(|message| !message.cache_marks.is_empty())
            || self.tools.iter().any(|tool| tool.cache_control.is_some())
    }
}

/// The form a reply must have.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum ReplyFormat {
    /// Any text.
    #[default]
    Text,
    /// Any JSON object.
    Json,
    /// JSON that fits a schema.
    Schema {
        /// What the schema is called.
        name: String,
        /// The JSON Schema.
        schema: serde_json::Value,
        /// Whether it must fit exactly; `None`: as the provider has it.
        strict: Option<bool>,
    },
}

/// How a reply is drawn. `None` leaves the choice to the provider.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    /// The most tokens of the reply, thinking included.
    pub max_tokens: Option<u32>,
    /// 0 to 2.
    pub temperature: Option<f64>,
    /// 0 to 1.
    pub top_p: Option<f64>,
    /// Only the so many likeliest tokens.
    pub top_k: Option<u32>,
    /// Texts that end the reply.
    pub stop: Vec<String>,
    /// How many replies; 1 unless more were asked for.
    pub n: u32,
    /// For repeatable draws.
    pub seed: Option<i64>,
    /// −2 to 2.
    pub presence_penalty: Option<f64>,
    /// −2 to 2.
    pub frequency_penalty: Option<f64>,
    /// Log probabilities of the tokens, with so many alternatives each.
    pub logprobs: Option<u32>,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            max_tokens: None,
            temperature: None,
            top_p: None,
            top_k: None,
            stop: Vec::new(),
            n: 1,
            seed: None,
            presence_penalty: None,
            frequency_penalty: None,
            logprobs: None,
        }
    }
}

/// Tokens that are granted for thinking. Targets that only know efforts are told the nearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    /// How many.
    pub tokens: u32,
    /// The field that says so, as its client names it.
    pub field: &'static str,
}

impl Granted {
    /// So many tokens of a request; `None`: none, which is an effort.
    #[must_use]
    pub fn of(tokens: Option<u64>, field: &'static str) -> Option<Self> {
        let tokens = tokens.and_then(|tokens| u32::try_from(tokens).ok()).filter(|tokens| *tokens > 0)?;
        Some(Self { tokens, field })
    }
}

/// How long a reasoning model should think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the steps are their names")]
pub enum Effort {
    None,
    Minimal,
    Low,
    Medium,
    High,
    XHigh,
    Max,
}

impl Effort {
    /// All steps, shortest first.
    pub const ALL: [Self; 7] = [Self::None, Self::Minimal, Self::Low, Self::Medium, Self::High, Self::XHigh, Self::Max];

    /// Its name in requests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::XHigh => "xhigh",
            Self::Max => "max",
        }
    }

    /// The step of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effort| effort.name() == name)
    }
}

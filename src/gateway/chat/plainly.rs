//! Questions of our own to one target: a description, a transcript. One call, with whichever of its keys is awake, and
//! the whole text back.
//!
//! Nothing falls back here and nothing is planned; whoever asks has chosen. What happens goes into the same ledger.

use std::time::{Duration, Instant};

use mediary_core::capability::Abilities;
use mediary_core::plan::Privacy;
use mediary_core::task::{Chat, Usage, WholeReply};
use mediary_core::{Failure, FailureKind, Media, Next, Target};
use mediary_remote::{Call, Timeouts};

use super::Chats;
use super::fleet::Member;
use super::ledger::Caller;
use crate::gateway::Gateway;
use crate::telemetry::metrics;

/// What is asked.
#[derive(Clone, Copy)]
enum Question<'a> {
    Chat(&'a Chat),
    Transcript(&'a Media),
    Page(&'a Media),
}

/// What came back.
struct Said {
    text: String,
    /// How sure a reader of pages is.
    confidence: Option<f32>,
    first: Duration,
    usage: Usage,
}

impl Gateway {
    /// Asks one target, and gives the text of its answer.
    ///
    /// # Errors
    /// When it cannot be called now, fails, or answers without a word.
    pub(in crate::gateway) async fn ask_plainly(&self, target: &Target, chat: &Chat) -> Result<String, Failure> {
        Ok(self.chats.ask(target, Question::Chat(chat)).await?.text)
    }

    /// Has one target transcribe a recording. Empty where nobody speaks.
    ///
    /// # Errors
    /// When it cannot be called now, or fails.
    pub(in crate::gateway) async fn transcribe_plainly(
        &self,
        target: &Target,
        recording: &Media,
    ) -> Result<String, Failure> {
        Ok(self.chats.ask(target, Question::Transcript(recording)).await?.text)
    }

    /// Has one target read a picture of a page, as a reader of documents does: Markdown, and how sure it is.
    ///
    /// # Errors
    /// When it cannot be called now, or fails.
    pub(in crate::gateway) async fn read_plainly(
        &self,
        target: &Target,
        page: &Media,
    ) -> Result<(String, Option<f32>), Failure> {
        let said = self.chats.ask(target, Question::Page(page)).await?;
        Ok((said.text, said.confidence))
    }

    /// Where requests may go, as the operator has it.
    pub(in crate::gateway) fn privacy(&self) -> Privacy {
        self.chats.routing.privacy
    }

    /// Whether a target of the matrix could be called this moment.
    pub(in crate::gateway) fn is_awake(&self, target: &Target) -> bool {
        let fleet = self.chats.fleet();
        let row = fleet.matrix.index(target);
        let health = || fleet.health(&self.chats.ledger, Instant::now());
        row.is_some_and(|row| health().of(row).is_none_or(|health| health.rests_for.is_none()))
    }
}

impl Chats {
    async fn ask(&self, target: &Target, question: Question<'_>) -> Result<Said, Failure> {
        let unknown = || Failure::new(FailureKind::Unknown, format!("{target} is not set up here"));
        let fleet = self.fleet();
        let row = fleet.matrix.index(target).ok_or_else(unknown)?;
        let (member, abilities) = (fleet.member(row), &fleet.matrix.rows()[row]);
        let mut tried = Vec::new();
        let mut last = None;
        while let Some(caller) = fleet.caller(row, &self.ledger, &tried, Instant::now()) {
            tried.push(caller.key);
            match self.call(member, abilities, caller, question).await {
                Ok(said) => {
                    self.ledger.succeeded(caller, said.first, said.usage, &[]);
                    metrics::provider_answered(target, said.first, said.usage);
                    return Ok(said);
                }
                Err(failure) => {
                    self.ledger.failed(caller, &failure, &[], Instant::now());
                    metrics::provider_failed(target, failure.kind.name());
                    tracing::info!(%target, failure.kind = failure.kind.name(), "a call for a treatment failed");
                    if failure.kind.consequence().next != Next::Key {
                        return Err(failure);
                    }
                    last = Some(failure);
                }
            }
        }
        let resting =
            || Failure::new(FailureKind::RateLimited { retry_after: None }, format!("all keys of {target} rest"));
        Err(last.unwrap_or_else(resting))
    }

    async fn call(
        &self,
        member: &Member,
        abilities: &Abilities,
        caller: Caller,
        question: Question<'_>,
    ) -> Result<Said, Failure> {
        let routing = &self.routing;
        let first_byte = if abilities.reasoning { routing.reasoning_first_byte } else { routing.first_byte };
        let timeouts = Timeouts { first_byte, stall: routing.stall };
        let (begun, key) = (Instant::now(), member.key(caller.key));
        match question {
            Question::Chat(chat) => {
                let quirks = &member.remote.endpoint().quirks;
                let call = Call { chat, abilities, quirks, dropped: &[] };
                let mut reply = member.remote.chat(&call, key, timeouts).await?;
                let (mut whole, mut first) = (WholeReply::default(), None);
                while let Some(frame) = reply.next().await {
                    let frame = frame?;
                    if frame.events.iter().any(|event| event.is_content()) {
                        first.get_or_insert_with(|| begun.elapsed());
                    }
                    frame.events.into_iter().for_each(|event| whole.push(event));
                }
                let text = whole.choices.first().map(|choice| choice.text.trim()).unwrap_or_default();
                if text.is_empty() {
                    return Err(Failure::new(FailureKind::EmptyAnswer, "the provider answered without a word"));
                }
                let first = first.unwrap_or_else(|| begun.elapsed());
                Ok(Said { text: text.to_owned(), confidence: None, first, usage: whole.usage.unwrap_or_default() })
            }
            Question::Transcript(recording) => {
                let model = abilities.target.model.as_str();
                // The whole recording is listened to before the first word comes back.
                let timeouts = Timeouts { first_byte: routing.reasoning_first_byte, ..timeouts };
                let text = member.remote.transcribe(model, recording, key, timeouts).await?;
                let usage = Usage { estimated: true, ..Usage::default() };
                Ok(Said { text, confidence: None, first: begun.elapsed(), usage })
            }
            Question::Page(page) => {
                let model = abilities.target.model.as_str();
                let pages = member.remote.ocr(model, page, None, key, timeouts).await?;
                let text = pages.iter().map(|page| page.markdown.as_str()).collect::<Vec<_>>().join("\n\n");
                let confidence = pages.first().and_then(|page| page.confidence);
                Ok(Said { text, confidence, first: begun.elapsed(), usage: Usage::default() })
            }
        }
    }
}

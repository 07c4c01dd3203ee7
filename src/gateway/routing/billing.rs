//! What one call is to be charged for, gathered while its answer passes.

use mediary_core::capability::{Abilities, Amount, PictureKind, Price, TaskKind};
use mediary_core::plan::Demand;
use mediary_core::task::{ReplyEvent, Task, Usage};

use super::account::{Account, Charge};

/// What one call is to be charged for.
#[derive(Debug)]
pub(super) struct Billing {
    account: Account,
    price: Price,
    task: TaskKind,
    amount: Amount,
    /// Whether tokens can be told from texts, where the provider does not count them.
    is_of_text: bool,
    /// The pages, pictures and the like that came so far were not counted by us, so something has come.
    has_come: bool,
    is_billed: bool,
}

impl Billing {
    pub(super) fn of(task: &Task, demand: &Demand, row: &Abilities, account: &Account) -> Self {
        let mut amount = Amount::default();
        match task {
            Task::Speak(speak) => amount.characters = speak.text.chars().count() as u64,
            Task::Transcribe(_) => amount.heard_seconds = demand.heard_seconds(),
            Task::GenerateVideo(video) => amount.shown_seconds = video.seconds.map(f64::from),
            Task::Rerank(_) => amount.searches = 1,
            Task::Image(job) => amount.picture = PictureKind::named(job.quality.as_deref(), job.size),
            Task::Chat(_) | Task::Embed(_) | Task::Read(_) | Task::Moderate(_) => {}
        }
        let is_of_text = matches!(task, Task::Chat(_) | Task::Embed(_) | Task::Rerank(_));
        let (task, price) = (task.kind(), account.priced(row.price, row.batch_percent));
        Self { account: account.clone(), price, task, amount, is_of_text, has_come: false, is_billed: false }
    }

    pub(super) fn see(&mut self, event: &ReplyEvent) {
        match event {
            ReplyEvent::Picture(picture) if picture.stage.is_none() => {
                self.amount.images += 1;
                self.amount.picture = picture.kind.or(self.amount.picture);
            }
            ReplyEvent::Usage(usage) if usage.searches > 0 => self.amount.searches = usage.searches,
            ReplyEvent::Page(_) => self.amount.pages += 1,
            ReplyEvent::Heard { seconds: Some(seconds), .. } => self.amount.heard_seconds = Some(*seconds),
            ReplyEvent::Picture(_) | ReplyEvent::Heard { .. } => {}
            ReplyEvent::Text { .. } | ReplyEvent::Reasoning { .. } | ReplyEvent::ToolCall { .. } => {}
            ReplyEvent::Refusal { .. } | ReplyEvent::Begun { .. } | ReplyEvent::Continued { .. } => {}
            ReplyEvent::Extra { .. } | ReplyEvent::Finish { .. } | ReplyEvent::Segment(_) => {}
            ReplyEvent::Sound(_) | ReplyEvent::Accepted { .. } | ReplyEvent::Own { .. } => {}
            ReplyEvent::Vector { .. }
            | ReplyEvent::Ranked { .. }
            | ReplyEvent::Judged { .. }
            | ReplyEvent::Bytes(_)
            | ReplyEvent::Usage(_) => {}
        }
        self.has_come |= event.is_content() || matches!(event, ReplyEvent::Usage(_));
    }

    /// The account that is charged.
    pub(super) fn account(&self) -> &Account {
        &self.account
    }

    /// Whether anything has come that a provider bills.
    pub(super) fn has_come(&self) -> bool {
        self.has_come
    }

    /// Whether the cost is known from the start, and an answer's headers can say it.
    pub(super) fn is_known_at_once(&self) -> bool {
        match self.price {
            Price::Free | Price::Unknown => true,
            Price::Paid(rates) => rates.input_usd.is_none() && self.task == TaskKind::Speech,
        }
    }

    /// Writes the charge into the account, once. `said`: what the provider said of its tokens; else `counted` holds what we
    /// counted.
    pub(super) fn charge(
        &mut self,
        target: &mediary_core::Target,
        said: Option<Usage>,
        counted: Usage,
        has_failed: bool,
    ) -> Option<Charge> {
        if std::mem::replace(&mut self.is_billed, true) {
            return None;
        }
        let usage = said.unwrap_or(counted);
        let amount = Amount {
            prompt_tokens: usage.prompt_tokens,
            cached_tokens: usage.cached_tokens,
            written_tokens: usage.written_tokens,
            completion_tokens: usage.completion_tokens,
            ..self.amount
        };
        let needs_tokens = matches!(self.price, Price::Paid(rates) if rates.input_usd.is_some());
        let is_counted_by_us = needs_tokens && said.is_none_or(|usage| usage.estimated);
        // How many tokens a recording or a picture has is not to be told from here.
        let is_untold = is_counted_by_us && !self.is_of_text;
        // Nor is what a picture costs of which it is not said how carefully it was made.
        let is_unknown = is_untold || !self.price.is_sure(&amount);
        let charge = Charge {
            target: target.clone(),
            task: self.task,
            amount,
            charged: self.price.charged(&amount).filter(|_| !is_unknown),
            is_estimated: is_counted_by_us && !is_unknown,
            has_failed,
        };
        // A budget is held to what it costs at most, where the rate of a cache is not known.
        let as_new = || self.price.charged(&Amount { cached_tokens: 0, written_tokens: 0, ..amount });
        let at_most = charge.charged.clone().or_else(as_new);
        self.account.charge(charge.clone(), at_most.as_deref());
        Some(charge)
    }
}

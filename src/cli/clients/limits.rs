//! The limits of a client key as flags.

use clap::Args;

use crate::gateway::Rules;

/// What a client may ask for, how often, and for how much.
#[derive(Debug, Args)]
pub(super) struct Limits {
    /// End the key after so many days
    #[arg(long)]
    expires_days: Option<u32>,
    /// Requests a minute
    #[arg(long)]
    requests_per_minute: Option<u32>,
    /// Tokens a minute, of requests and replies
    #[arg(long)]
    tokens_per_minute: Option<u32>,
    /// Requests under way at once
    #[arg(long)]
    requests_at_once: Option<u32>,
    /// Dollars a day of UTC
    #[arg(long)]
    usd_per_day: Option<f64>,
    /// Dollars a month of UTC
    #[arg(long)]
    usd_per_month: Option<f64>,
    /// Pages a day, read by targets that count them
    #[arg(long)]
    pages_per_day: Option<u64>,
    /// Pages a month
    #[arg(long)]
    pages_per_month: Option<u64>,
    /// Seconds of recordings and videos a day
    #[arg(long)]
    seconds_per_day: Option<u64>,
    /// Seconds of recordings and videos a month
    #[arg(long)]
    seconds_per_month: Option<u64>,
    /// Pictures a day
    #[arg(long)]
    images_per_day: Option<u64>,
    /// Pictures a month
    #[arg(long)]
    images_per_month: Option<u64>,
    /// A route that may be called, such as /v1/chat/completions or /v1/audio/*; may be given again
    #[arg(long = "endpoint", value_name = "PATH")]
    endpoints: Vec<String>,
    /// A tier that may be asked for; may be given again
    #[arg(long = "tier", value_name = "TIER")]
    tiers: Vec<String>,
    /// A provider or target that may answer, such as groq or groq/llama-3.3-70b; may be given again
    #[arg(long = "target", value_name = "TARGET")]
    targets: Vec<String>,
    /// Let nothing of it leave this machine
    #[arg(long)]
    local_only: bool,
    /// Keep personal data and secrets of its texts here, as the section redaction of the configuration says
    #[arg(long)]
    redact: bool,
    /// What every chat begins with, before whatever the client says
    #[arg(long, value_name = "TEXT")]
    system_prompt: Option<String>,
}

impl Limits {
    /// These limits, and those of `before` of which they say nothing.
    pub(super) fn over(&self, before: Rules) -> Result<Rules, String> {
        let mut rules = before;
        let set = |field: &mut Option<u32>, value: Option<u32>| *field = value.or(*field);
        set(&mut rules.requests_per_minute, self.requests_per_minute);
        set(&mut rules.tokens_per_minute, self.tokens_per_minute);
        set(&mut rules.requests_at_once, self.requests_at_once);
        let count = |field: &mut Option<u64>, value: Option<u64>| *field = value.or(*field);
        count(&mut rules.day.pages, self.pages_per_day);
        count(&mut rules.month.pages, self.pages_per_month);
        count(&mut rules.day.seconds, self.seconds_per_day);
        count(&mut rules.month.seconds, self.seconds_per_month);
        count(&mut rules.day.images, self.images_per_day);
        count(&mut rules.month.images, self.images_per_month);
        rules.day.usd = self.usd_per_day.or(rules.day.usd);
        rules.month.usd = self.usd_per_month.or(rules.month.usd);
        let list = |field: &mut Vec<String>, value: &[String]| {
            if !value.is_empty() {
                *field = value.to_vec();
            }
        };
        list(&mut rules.endpoints, &self.endpoints);
        list(&mut rules.tiers, &self.tiers);
        list(&mut rules.targets, &self.targets);
        rules.local_only |= self.local_only;
        rules.redact |= self.redact;
        rules.system_prompt = self.system_prompt.clone().or(rules.system_prompt);
        rules.checked().map_err(|error| error.to_string())
    }

    /// When the key ends, if that is said; seconds since 1970.
    pub(super) fn expires_at(&self, now: i64) -> Option<i64> {
        self.expires_days.map(|days| now + i64::from(days) * 86_400)
    }
}

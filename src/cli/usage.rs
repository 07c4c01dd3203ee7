//! `mediary usage`: what was used, by days or by what requests have in common, from the request log.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};
use mediary_store::{Requests, Sums, SumsBy, SumsOf};
use serde_json::json;

use super::Context;
use super::clients::print;

/// Show what was used and what it cost, from the request log
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary usage\n  \
    mediary usage --by client --days 7\n  \
    mediary usage --by model --json\n\n\
    Requests are logged where [log] has requests = true.")]
pub(super) struct Usage {
    /// What sums are apart by
    #[arg(long, value_enum, default_value_t = By::Day)]
    by: By,
    /// Of how many days
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// Those of one client's key only, by its id
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// How many minutes your clock is ahead of UTC
    #[arg(long, default_value_t = 0, allow_hyphen_values = true)]
    offset_minutes: i64,
    /// Print a list in JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Hour,
    Day,
    Client,
    Provider,
    Model,
    Task,
    Status,
}

impl Usage {
    pub(super) fn run(&self, context: &Context) -> ExitCode {
        print(self.told(context))
    }

    fn told(&self, context: &Context) -> Result<String, String> {
        let kept = context.kept()?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|error| error.to_string())?;
        let until = i64::try_from(now.as_millis()).unwrap_or(i64::MAX) + 1;
        let of = SumsOf {
            by: match self.by {
                By::Hour => SumsBy::Hour,
                By::Day => SumsBy::Day,
                By::Client => SumsBy::Client,
                By::Provider => SumsBy::Provider,
                By::Model => SumsBy::Model,
                By::Task => SumsBy::Task,
                By::Status => SumsBy::Status,
            },
            since: until - i64::from(self.days) * 86_400_000,
            until,
            offset_minutes: self.offset_minutes,
            client: self.client.clone(),
        };
        let sums = kept.wait(Requests::of(kept.database.clone()).sums(&of))?;
        if self.json {
            return self.as_json(&sums);
        }
        if sums.is_empty() {
            return Ok("nothing was logged; `requests = true` in [log] turns that on\n".to_owned());
        }
        Ok(self.as_table(&sums))
    }

    fn as_json(&self, sums: &[Sums]) -> Result<String, String> {
        let rows = sums.iter().map(|sum| {
            json!({
                "group": sum.group, "requests": sum.requests, "failed": sum.failed,
                "prompt_tokens": sum.prompt_tokens, "cached_tokens": sum.cached_tokens,
                "completion_tokens": sum.completion_tokens, "pages": sum.pages,
                "seconds": sum.milliseconds as f64 / 1e3, "images": sum.images, "cost_usd": sum.cost as f64 / 1e12,
                "unpriced_calls": sum.unpriced,
            })
        });
        let text = serde_json::to_string_pretty(&rows.collect::<Vec<_>>()).map_err(|error| error.to_string())?;
        Ok(format!("{text}\n"))
    }

    fn as_table(&self, sums: &[Sums]) -> String {
        let named: Vec<String> = sums.iter().map(|sum| self.name(&sum.group)).collect();
        let width = named.iter().map(String::len).max().unwrap_or(0).max(5);
        let mut text =
            format!("{:width$}  {:>9}  {:>7}  {:>12}  {:>12}  {:>12}\n", "", "requests", "failed", "in", "out", "usd");
        for (name, sum) in named.iter().zip(sums) {
            // Writing to a text does not fail.
            let _ = writeln!(
                text,
                "{name:width$}  {:>9}  {:>7}  {:>12}  {:>12}  {:>12.6}",
                sum.requests,
                sum.failed,
                sum.prompt_tokens,
                sum.completion_tokens,
                sum.cost as f64 / 1e12
            );
        }
        text
    }

    /// A group as people read it: times as dates of the viewer's clock.
    fn name(&self, group: &str) -> String {
        let at = group.parse::<i64>().ok().map(|begins| begins / 1_000 + self.offset_minutes * 60);
        match (self.by, at) {
            (By::Day, Some(at)) => crate::gateway::day_name(at),
            (By::Hour, Some(at)) => format!("{} {:02}:00", crate::gateway::day_name(at), at.rem_euclid(86_400) / 3_600),
            _ if group.is_empty() || group == "/" => "-".to_owned(),
            _ => group.to_owned(),
        }
    }
}

//! `mediary reminders`: what the key is reminded of, at a server that runs: listed, made, completed and removed.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use mediary_remote::Method;
use serde_json::{Value, json};

use super::Context;
use super::background::tell_answered;
use super::batch::server::Server;
use super::google::{asked, escaped};

/// So many are listed at once.
const PAGE: &str = "1000";

/// List, make, complete and remove reminders at the server that runs
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary reminders list\n  \
    mediary reminders list --due now                    those whose time has come\n  \
    mediary reminders add \"Water the plants\" --due 2026-12-01T09:00:00 --timezone Europe/Madrid --repeats \"FREQ=WEEKLY;BYDAY=MO,TH\"\n  \
    mediary reminders done rem_123\n  \
    mediary reminders remove rem_123\n\n\
    Reminders belong to the key in MEDIARY_API_KEY; how they are told is said in docs/reminders.md.")]
pub(super) struct RemindersArgs {
    /// The address of the server, instead of the one that runs here
    #[arg(long, global = true, value_name = "URL")]
    server: Option<String>,
    /// Print what the server answers, in JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: RemindersCommand,
}

#[derive(Debug, Subcommand)]
enum RemindersCommand {
    /// List reminders, the soonest first: id, time, how much it matters, title, and the rule by which it comes again
    List {
        /// Only those that are due by then: now, or a time such as 2026-12-01T00:00:00Z
        #[arg(long, value_name = "TIME")]
        due: Option<String>,
        /// Only those that are filed under this
        #[arg(long)]
        category: Option<String>,
        /// Those that are completed instead
        #[arg(long)]
        completed: bool,
    },
    /// Make a reminder, and print its id
    Add(Adding),
    /// Complete a reminder; one that comes again is about its next time then
    Done {
        /// Its id
        id: String,
    },
    /// Remove a reminder, and its event in a calendar
    Remove {
        /// Its id
        id: String,
    },
}

#[derive(Debug, Args)]
struct Adding {
    /// What it is about
    title: String,
    /// When: a time with its offset, or one of the clocks of --timezone
    #[arg(long, value_name = "TIME")]
    due: String,
    /// By which clocks, such as Europe/Madrid
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// By which rule it comes again, such as FREQ=DAILY;COUNT=5
    #[arg(long, value_name = "RULE")]
    repeats: Option<String>,
    /// How much it matters: low, normal, high or urgent
    #[arg(long)]
    priority: Option<String>,
    /// What it is filed under
    #[arg(long)]
    category: Option<String>,
    /// What else is said of it
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Make it an event of the connected account's calendar as well
    #[arg(long)]
    calendar: bool,
}

impl RemindersArgs {
    pub(super) fn run(&self, context: &Context) -> ExitCode {
        tell_answered(self.json, self.done(context))
    }

    /// What the server answers, and the same in words.
    async fn done(&self, context: &Context) -> Result<(Value, String), String> {
        let server = Server::of(context, self.server.as_deref())?;
        match &self.command {
            RemindersCommand::List { due, category, completed } => {
                let completed = completed.then_some("true");
                let pairs = [("due", due.as_deref()), ("category", category.as_deref()), ("completed", completed)];
                let path = asked("/v1/reminders", &[&pairs[..], &[("limit", Some(PAGE))]].concat());
                let told = server.told(Method::GET, &path, None).await?;
                let text = table(&told);
                Ok((told, text))
            }
            RemindersCommand::Add(adding) => {
                let told = server.posts("/v1/reminders", &adding.wish()).await?;
                let text = format!("{}\n", words(&told, "id"));
                Ok((told, text))
            }
            RemindersCommand::Done { id } => {
                let told = server.posts(&format!("/v1/reminders/{}/complete", escaped(id)), &json!({})).await?;
                let text = match told["completed"] == true {
                    true => "completed\n".to_owned(),
                    false => format!("completed for this time; due again {}\n", words(&told, "due")),
                };
                Ok((told, text))
            }
            RemindersCommand::Remove { id } => {
                let told = server.told(Method::DELETE, &format!("/v1/reminders/{}", escaped(id)), None).await?;
                let text = match told["calendar_event_deleted"] == false {
                    true => "removed; its event stays in the calendar, whose account is not connected any more\n",
                    false => "removed\n",
                };
                Ok((told, text.to_owned()))
            }
        }
    }
}

impl Adding {
    /// As the server is asked for it: without what was not said.
    fn wish(&self) -> Value {
        let Self { title, due, timezone, repeats, priority, category, description, calendar } = self;
        let mut wish = json!({ "title": title, "due": due });
        let more = [
            ("timezone", timezone),
            ("repeats", repeats),
            ("priority", priority),
            ("category", category),
            ("description", description),
        ];
        for (name, value) in more {
            if let Some(value) = value {
                wish[name] = value.as_str().into();
            }
        }
        if *calendar {
            wish["calendar_event"] = true.into();
        }
        wish
    }
}

fn words<'a>(told: &'a Value, name: &str) -> &'a str {
    told[name].as_str().unwrap_or_default()
}

/// A line for each.
fn table(told: &Value) -> String {
    let mut text = String::new();
    for one in told["data"].as_array().into_iter().flatten() {
        let fields = ["id", "due", "priority", "title", "repeats"];
        let line = fields.map(|field| words(one, field).replace(char::is_control, " "));
        // Writing to a text does not fail.
        let _ = writeln!(text, "{}", line.join("\t").trim_end());
    }
    if told["has_more"] == true {
        text.push_str("…\n");
    }
    text
}

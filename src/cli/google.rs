//! `mediary google`: the account of Google's that is connected with the key, at a server that runs: connected, looked at, used.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use form_urlencoded::Serializer;
use mediary_remote::Method;
use serde_json::{Value, json};

use super::Context;
use super::background::tell_answered;
use super::batch::server::Server;

/// Connect an account of Google's at the server that runs, and use its Drive, Calendar and Gmail
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mediary google connect                              print the page on which the account's owner consents\n  \
    mediary google connect --feature drive,gmail_send   ask for these alone\n  \
    mediary google status\n  \
    mediary google drive list \"annual report\"\n  \
    mediary google drive read 1a2B3c\n  \
    mediary google calendar create \"Quay\" --start 2026-12-01T10:00:00 --timezone Europe/Madrid\n  \
    mediary google gmail send --to ada@a.example --subject Quay --text \"On Friday.\" --yes\n\n\
    The operator sets it up with GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET; the account belongs to the key in MEDIARY_API_KEY.")]
pub(super) struct GoogleArgs {
    /// The address of the server, instead of the one that runs here
    #[arg(long, global = true, value_name = "URL")]
    server: Option<String>,
    /// Print what the server answers, in JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: GoogleCommand,
}

#[derive(Debug, Subcommand)]
enum GoogleCommand {
    /// Show which account is connected, and for what
    Status,
    /// Print the address of the page on which the account's owner consents
    Connect {
        /// What it is connected for: drive, drive_upload, calendar, calendar_create, gmail, gmail_send; left out: all that reads
        #[arg(long, value_name = "FEATURE", value_delimiter = ',')]
        feature: Vec<String>,
    },
    /// Take back at Google's what was allowed, and forget the account
    Disconnect,
    /// Find, read and put files of Drive
    Drive {
        #[command(subcommand)]
        command: DriveCommand,
    },
    /// List and make events
    Calendar {
        #[command(subcommand)]
        command: CalendarCommand,
    },
    /// Find, read and send mails
    Gmail {
        #[command(subcommand)]
        command: GmailCommand,
    },
}

#[derive(Debug, Subcommand)]
enum DriveCommand {
    /// List files, the newest first or by words
    List {
        /// Words that they have in their names or texts
        words: Option<String>,
    },
    /// Print what a file says
    Read {
        /// Its id
        id: String,
    },
    /// Put a file there
    Upload {
        /// The file
        file: PathBuf,
        /// The id of the folder that it goes into
        #[arg(long, value_name = "ID")]
        folder: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
enum CalendarCommand {
    /// List events, the soonest first
    List {
        /// Only those that end after this time; now unless it is said
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// Only those that begin before this time
        #[arg(long, value_name = "TIME")]
        to: Option<String>,
    },
    /// Make an event
    Create {
        /// What it is called
        title: String,
        /// When it begins, or its first day
        #[arg(long, value_name = "TIME")]
        start: String,
        /// When it ends, or its last day
        #[arg(long, value_name = "TIME")]
        end: Option<String>,
        /// By which clocks, such as Europe/Madrid
        #[arg(long, value_name = "ZONE")]
        timezone: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
enum GmailCommand {
    /// List mails
    List {
        /// As in Gmail's own search, such as is:unread
        words: Option<String>,
    },
    /// Print what a mail says
    Read {
        /// Its id
        id: String,
    },
    /// Show a mail, and with --yes send it
    Send {
        /// Whom it goes to; may be said again
        #[arg(long, required = true, value_name = "ADDRESS")]
        to: Vec<String>,
        /// What it is about
        #[arg(long)]
        subject: String,
        /// What it says
        #[arg(long)]
        text: String,
        /// Send it as it is shown
        #[arg(long)]
        yes: bool,
    },
}

impl GoogleArgs {
    pub(super) fn run(&self, context: &Context) -> ExitCode {
        tell_answered(self.json, self.done(context))
    }

    /// What the server answers, and the same in words.
    async fn done(&self, context: &Context) -> Result<(Value, String), String> {
        let server = Server::of(context, self.server.as_deref())?;
        let get = async |path: &str, pairs: &[(&str, Option<&str>)]| {
            server.told(Method::GET, &asked(path, pairs), None).await
        };
        match &self.command {
            GoogleCommand::Status => {
                let told = get("/v1/google", &[]).await?;
                let text = standing(&told);
                Ok((told, text))
            }
            GoogleCommand::Connect { feature } => {
                let wished = if feature.is_empty() { json!({}) } else { json!({ "features": feature }) };
                let told = server.posts("/v1/google/connect", &wished).await?;
                let text = format!("{}\n", words(&told, "url"));
                Ok((told, text))
            }
            GoogleCommand::Disconnect => {
                let told = server.told(Method::DELETE, "/v1/google", None).await?;
                let text = format!("{}\n", words(&told, "message"));
                Ok((told, text))
            }
            GoogleCommand::Drive { command } => match command {
                DriveCommand::List { words } => {
                    let told = get("/v1/google/drive", &[("q", words.as_deref())]).await?;
                    let text = table(&told, "files", &["id", "modified_at", "name"]);
                    Ok((told, text))
                }
                DriveCommand::Read { id } => {
                    let id = escaped(id.trim_start_matches("drive:"));
                    content(get(&format!("/v1/google/drive/{id}"), &[]).await?)
                }
                DriveCommand::Upload { file, folder } => {
                    let (kind, body) = form(file, folder.as_deref())?;
                    let told = server.told(Method::POST, "/v1/google/drive", Some((&kind, body))).await?;
                    let text = format!("{}\n", words(&told, "reference"));
                    Ok((told, text))
                }
            },
            GoogleCommand::Calendar { command } => match command {
                CalendarCommand::List { from, to } => {
                    let told = get("/v1/google/calendar", &[("from", from.as_deref()), ("to", to.as_deref())]).await?;
                    let text = table(&told, "events", &["start", "end", "title"]);
                    Ok((told, text))
                }
                CalendarCommand::Create { title, start, end, timezone } => {
                    let event = json!({ "title": title, "start": start, "end": end, "timezone": timezone });
                    let told = server.posts("/v1/google/calendar", &event).await?;
                    let text = format!("{}\n", words(&told, "id"));
                    Ok((told, text))
                }
            },
            GoogleCommand::Gmail { command } => match command {
                GmailCommand::List { words } => {
                    let told = get("/v1/google/gmail", &[("q", words.as_deref())]).await?;
                    let text = table(&told, "mails", &["id", "date", "from", "subject"]);
                    Ok((told, text))
                }
                GmailCommand::Read { id } => content(get(&format!("/v1/google/gmail/{}", escaped(id)), &[]).await?),
                GmailCommand::Send { to, subject, text, yes } => {
                    let mut mail = json!({ "to": to, "subject": subject, "text": text });
                    let shown = server.posts("/v1/google/gmail/send", &mail).await?;
                    if !yes {
                        let said = format!(
                            "To: {}\nSubject: {subject}\n\n{text}\n\nNothing was sent; say --yes to send it.\n",
                            to.join(", ")
                        );
                        return Ok((shown, said));
                    }
                    mail["confirmation"] = shown["confirmation"].clone();
                    let sent = server.posts("/v1/google/gmail/send", &mail).await?;
                    Ok((sent, "sent\n".to_owned()))
                }
            },
        }
    }
}

fn words<'a>(told: &'a Value, name: &str) -> &'a str {
    told[name].as_str().unwrap_or_default()
}

fn content(told: Value) -> Result<(Value, String), String> {
    let text = format!("{}\n", words(&told, "content").trim_end());
    Ok((told, text))
}

fn standing(told: &Value) -> String {
    let list = |value: &Value| {
        let names = value.as_array().into_iter().flatten().filter_map(Value::as_str);
        names.collect::<Vec<_>>().join(", ")
    };
    if told["configured"] != true {
        return format!("off: {}\n", words(told, "setup"));
    }
    let account = &told["account"];
    if account.is_null() {
        return format!(
            "no account is connected; `mediary google connect` begins that ({})\n",
            list(&told["features"])
        );
    }
    let ended = if account["ended"] == true { "; it has ended, connect it again" } else { "" };
    format!("{}: {}{ended}\n", words(account, "email"), list(&account["features"]))
}

/// A line for each of a list.
fn table(told: &Value, name: &str, fields: &[&str]) -> String {
    let mut text = String::new();
    for one in told[name].as_array().into_iter().flatten() {
        let field = |field: &&str| match &one[*field] {
            Value::Object(time) => time.values().find_map(Value::as_str).unwrap_or_default().to_owned(),
            value => value.as_str().unwrap_or_default().replace(char::is_control, " "),
        };
        // Writing to a text does not fail.
        let _ = writeln!(text, "{}", fields.iter().map(field).collect::<Vec<_>>().join("\t"));
    }
    if told["next_page_token"].is_string() {
        text.push_str("…\n");
    }
    text
}

/// An id in a path.
pub(super) fn escaped(id: &str) -> String {
    form_urlencoded::byte_serialize(id.trim().as_bytes()).collect()
}

/// A path with its query.
pub(super) fn asked(path: &str, pairs: &[(&str, Option<&str>)]) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(pairs.iter().filter_map(|(name, value)| Some((name, (*value)?))));
    match query.finish() {
        none if none.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// The form in which a file goes.
fn form(path: &Path, folder: Option<&str>) -> Result<(String, Vec<u8>), String> {
    const BOUNDARY: &str = "mediary-file-for-drive-7c1d52be";
    let bytes = std::fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().replace(['"', '\r', '\n'], "_");
    let mut body = Vec::new();
    if let Some(folder) = folder {
        let field = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"folder\"\r\n\r\n{folder}\r\n");
        body.extend_from_slice(field.as_bytes());
    }
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: \
         application/octet-stream\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(&bytes);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    Ok((format!("multipart/form-data; boundary={BOUNDARY}"), body))
}

//! A request that names a thread: what of it is new, and what of the thread goes with it.

use std::fmt;
use std::sync::Arc;

use mediary_core::plan::{Privacy, REPLY_RESERVE_TOKENS};
use mediary_core::task::{Chat, Message, Role, Task, WholeReply, Written};
use mediary_store::{MessageRow, ThreadRow};

use super::super::Gateway;
use super::super::routing::{Route, TaskRequest};
use super::context::{Chosen, Sent, chosen, share};
use super::keeping::Said;
use super::mended::mended;
use super::record::{Record, answer_of, role_name};
use super::{NoThread, Threads, media, titles};

/// The most messages that come back with one request.
const MOST_MESSAGES: usize = 2_000;

/// What a request is to its thread, until it is answered.
#[derive(Debug)]
pub struct Remembering {
    threads: Arc<Threads>,
    said: Said,
    note: ThreadNote,
    project: Option<String>,
}

/// What a client is told of its thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadNote {
    id: String,
    turns: usize,
    left_out: usize,
    has_history: bool,
}

/// As a header tells it.
impl fmt::Display for ThreadNote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, turns, left_out, has_history } = self;
        write!(formatter, "{id};turns={turns};left_out={left_out}")?;
        if *has_history { formatter.write_str(";history=sent") } else { Ok(()) }
    }
}

impl Threads {
    /// Has a chat go on with a thread of this owner's: puts the last turns that fit before what its client says. The thread is
    /// made once there is an answer. `reserved`: so many tokens join the chat thereafter.
    ///
    /// # Errors
    /// When there is no room for more, a file that the chat names cannot be fetched, or the database cannot be read.
    pub async fn begin(
        self: &Arc<Self>,
        gateway: &Arc<Gateway>,
        request: &mut TaskRequest,
        (id, owner): (&str, &[u8]),
        reserved: u64,
    ) -> Result<Remembering, NoThread> {
        gateway.make_hashed(request).await.map_err(|error| NoThread::Call(Box::new(error)))?;
        // A client that goes on at once finds what was just said.
        self.settled().await;
        self.has_room()?;
        let thread = self.rows.get(id, owner).await?;
        let marks = match &thread {
            Some(thread) => self.rows.marks(thread.seq).await?,
            None => {
                self.may_have_one_more(owner).await?;
                Vec::new()
            }
        };
        let Task::Chat(chat) = &request.task else {
            return Err(mediary_core::Failure::broken("a thread of no chat").into());
        };
        let sent = sent(chat);
        let share = share(&marks, &sent);
        let new: Vec<Message> = share.new.iter().map(|at| chat.messages[*at].clone()).collect();
        self.may_have_more(thread.as_ref().map_or(0, |thread| thread.messages), new.len())?;
        let all = Chosen { from: marks.len(), turns: 0, left_out: 0 };
        let mut chosen = match &thread {
            Some(_) if !share.has_history && !marks.is_empty() => {
                let goes_on = sent.first().is_some_and(|first| first.role == role_name(Role::Tool));
                let budget = self.budget(gateway, request).await.saturating_sub(reserved);
                chosen(&marks, (budget, MOST_MESSAGES), goes_on)
            }
            _ => all,
        };
        if let (Some(thread), Some(first)) = (&thread, marks.get(chosen.from)) {
            let most = u32::try_from(marks.len() - chosen.from).unwrap_or(u32::MAX);
            let (rows, _) = self.rows.messages(thread.seq, Some(first.seq - 1), true, most).await?;
            let records = read(thread, rows);
            let may_leave = gateway.router.tightened(&request.bounds).privacy != Privacy::Local;
            let (records, withheld) = if may_leave { may_be_told(records) } else { (records, 0) };
            chosen.turns = chosen.turns.saturating_sub(withheld);
            chosen.left_out += withheld;
            let context = self.context(gateway, records).await?;
            if let Task::Chat(chat) = &mut request.task {
                precede(chat, context);
            }
        }
        let note = ThreadNote {
            id: id.to_owned(),
            turns: chosen.turns,
            left_out: chosen.left_out,
            has_history: share.has_history,
        };
        let said = Said {
            id: id.to_owned(),
            owner: owner.to_vec(),
            new,
            answer: None,
            model: String::new(),
            is_incomplete: false,
            // Whether there is such a project is seen to before anything is answered, and so kept.
            project: request.bounds.project.clone().or_else(|| named_project(&request.task)),
            asker: titles::Asker::of(request),
        };
        let project = thread.and_then(|thread| thread.project);
        Ok(Remembering { threads: self.clone(), said, note, project })
    }

    /// Whether an owner may have one more thread.
    ///
    /// # Errors
    /// When it has as many as it may have.
    pub(super) async fn may_have_one_more(&self, owner: &[u8]) -> Result<(), NoThread> {
        let most = self.settings.most;
        if self.rows.count(owner).await? >= u64::from(most) { Err(NoThread::TooMany { most }) } else { Ok(()) }
    }

    /// Whether a thread that has so many messages may have more of them.
    fn may_have_more(&self, messages: i64, new: usize) -> Result<(), NoThread> {
        let most = self.settings.messages;
        let then = messages.saturating_add(i64::try_from(new).unwrap_or(i64::MAX));
        if messages >= i64::from(most) || then > i64::from(most) { Err(NoThread::Long { most }) } else { Ok(()) }
    }

    /// How many tokens of context a request may be given: what the target that is planned for it has left, and no more than is
    /// allowed. Where there is no plan, the request will be told so itself.
    async fn budget(&self, gateway: &Arc<Gateway>, request: &TaskRequest) -> u64 {
        let allowed = u64::from(self.settings.context_tokens);
        let Ok(planned) = Box::pin(gateway.explain(request.clone())).await else { return allowed };
        let Some(first) = planned.plan.candidates.first() else { return allowed };
        let fleet = gateway.router.fleet();
        let row = fleet.matrix.rows().iter().find(|row| row.target == first.target);
        let Some(context) = row.and_then(|row| row.context_tokens) else { return allowed };
        let reply = planned.demand.output_tokens.unwrap_or(REPLY_RESERVE_TOKENS);
        let left = u64::from(context).saturating_sub(first.prompt_tokens).saturating_sub(u64::from(reply));
        left.min(allowed)
    }

    /// Messages of a thread, as a target gets them.
    async fn context(&self, gateway: &Gateway, records: Vec<(String, Record)>) -> Result<Vec<Message>, NoThread> {
        let media = media::wanted(&records);
        let parts = self.parts(gateway, media).await?;
        let messages = records
            .into_iter()
            .map(|(role, record)| record.message(&role, |medium| medium.part(parts.get(&medium.hash)?.clone())));
        Ok(messages.collect())
    }
}

/// Messages of a thread, each with whose it is.
fn read(thread: &ThreadRow, rows: Vec<MessageRow>) -> Vec<(String, Record)> {
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        match serde_json::from_str::<Record>(&row.body) {
            Ok(record) => records.push((row.role, record)),
            Err(error) => {
                tracing::error!(thread.seq = thread.seq, error.detail = %error, "a message cannot be read");
            }
        }
    }
    records
}

/// The turns that may leave this machine, and how many others there were.
fn may_be_told(records: Vec<(String, Record)>) -> (Vec<(String, Record)>, usize) {
    let mut turns: Vec<Vec<(String, Record)>> = Vec::new();
    for one in records {
        match turns.last_mut() {
            Some(turn) if one.0 != role_name(Role::User) => turn.push(one),
            _ => turns.push(vec![one]),
        }
    }
    let all = turns.len();
    turns.retain(|turn| !turn.iter().any(|(_, record)| record.is_local));
    let withheld = all - turns.len();
    (turns.into_iter().flatten().collect(), withheld)
}

/// A request in short, without its instructions: they are the request's, and no part of a thread.
fn sent(chat: &Chat) -> Vec<Sent> {
    let all = chat.messages.iter().enumerate().filter(|(_, message)| message.role != Role::System);
    let short = all.map(|(at, message)| {
        let role = role_name(message.role);
        Sent { at, role, digest: Record::of(message).digest(role) }
    });
    short.collect()
}

/// Puts what was said before into a chat, behind its instructions.
fn precede(chat: &mut Chat, mut context: Vec<Message>) {
    // Its client counts without what comes before.
    for (at, message) in chat.messages.iter_mut().enumerate().filter(|(_, message)| message.written.is_none()) {
        let mut written = Written::at(format!("messages[{at}]"));
        for (part, its) in message.parts.iter().enumerate() {
            written.notes(part, std::slice::from_ref(its), &format!("messages[{at}].content[{part}]"));
        }
        message.written = Some(written);
    }
    for message in &mut context {
        let mut written = Written::at("thread");
        written.notes(0, &message.parts, "thread");
        message.written = Some(written);
    }
    let place = chat.messages.iter().position(|message| message.role != Role::System).unwrap_or(chat.messages.len());
    let answered = chat.messages[place..].iter().take_while(|message| message.role == Role::Tool);
    let answered: Vec<String> = answered.filter_map(|message| message.tool_call_id.clone()).collect();
    chat.messages.splice(place..place, mended(context, &answered));
}

impl Remembering {
    /// The project that its thread belongs to.
    #[must_use]
    pub fn project(&self) -> Option<&str> {
        self.project.as_deref()
    }

    /// What its client is told.
    #[must_use]
    pub fn note(&self) -> &ThreadNote {
        &self.note
    }

    /// Keeps what was said, with a whole answer.
    pub fn answered(self, reply: &WholeReply, route: &Route) {
        self.ended(reply, &route.target.to_string(), route.wire_format, true);
    }

    /// Keeps what was said, with an answer that may have broken off; of one without a word nothing is kept.
    pub(super) fn ended(mut self, reply: &WholeReply, model: &str, wire_format: &str, is_complete: bool) {
        let Some(answer) = reply.choices.first().and_then(|choice| answer_of(choice, wire_format)) else { return };
        self.said.answer = Some(answer);
        self.said.is_incomplete = !is_complete;
        model.clone_into(&mut self.said.model);
        self.threads.keep(self.said);
    }
}

/// The project that the body of a chat names.
#[must_use]
pub fn named_project(task: &Task) -> Option<String> {
    let Task::Chat(chat) = task else { return None };
    chat.extras.get("project_id")?.as_str().map(str::to_owned)
}

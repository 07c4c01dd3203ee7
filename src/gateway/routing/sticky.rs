//! Sticky conversations: the target that answered a conversation so far answers it again, as long as nothing speaks against it.
//!
//! Clients send the whole conversation each time and no name for it. So after each answer its fingerprint, the reply
//! included, is kept; the next request begins with just these messages. It is looked up from the second turn on, and
//! by the client's key, so that clients do not meet each other's conversations.

use std::collections::HashMap;
use std::collections::hash_map::{DefaultHasher, RandomState};
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use mediary_core::task::{Message, Part, ReplyEvent, Role};

/// More conversations than this are not remembered; the oldest are forgotten first.
const MOST: usize = 10_000;

const CONVERSATION: &str = "conversation:";

/// Which target answered which conversation.
#[derive(Debug)]
pub(super) struct Sticky {
    lasts: Duration,
    /// Begins what is hashed, so that none can make two conversations alike on purpose.
    salt: RwLock<Arc<str>>,
    kept: Mutex<HashMap<u64, (usize, Instant)>>,
}

/// What a reply said, as far as a conversation is known by it.
#[derive(Debug, Clone, Default)]
pub(super) struct Spoken {
    text: String,
    /// Names of the functions it called.
    calls: Vec<String>,
}

/// Of a longer reply only the beginning is kept … and its conversation is then not found again.
const LONGEST_SPOKEN_BYTES: usize = 256 * 1024;

impl Spoken {
    /// Appends what an event of the first reply says.
    pub(super) fn hear(&mut self, event: &ReplyEvent) {
        match event {
            ReplyEvent::Text { choice: 0, text } if self.text.len() < LONGEST_SPOKEN_BYTES => self.text.push_str(text),
            ReplyEvent::ToolCall { choice: 0, name: Some(name), .. } => self.calls.push(name.clone()),
            _ => {}
        }
    }
}

/// A conversation that waits for its next reply.
#[derive(Debug, Clone)]
pub(in crate::gateway) struct Prefix(DefaultHasher);

impl Prefix {
    /// The fingerprint that the next request of the conversation will begin with.
    pub(super) fn with(mut self, reply: &Spoken) -> Fingerprint {
        true.hash(&mut self.0);
        // As a client will send it back: nothing said is no text at all.
        if !reply.text.is_empty() {
            reply.text.trim().hash(&mut self.0);
        }
        reply.calls.iter().for_each(|name| name.hash(&mut self.0));
        Fingerprint(self.0.finish())
    }
}

fn hash(message: &Message, hasher: &mut DefaultHasher) {
    (message.role == Role::Assistant).hash(hasher);
    for part in &message.parts {
        match part {
            Part::Text(text) => text.trim().hash(hasher),
            Part::Media(media) => {
                media.media.blob.len_bytes().hash(hasher);
                media.media.blob.head().iter().take(4096).for_each(|byte| byte.hash(hasher));
            }
            Part::Remote { url, .. } => url.hash(hasher),
        }
    }
    message.tool_calls.iter().for_each(|call| call.name.hash(hasher));
}

/// What a conversation is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fingerprint(u64);

impl Fingerprint {
    /// What it is remembered as by all servers.
    pub(super) fn name(self) -> String {
        format!("{CONVERSATION}{:016x}", self.0)
    }

    /// What is remembered by such a name.
    pub(super) fn named(name: &str) -> Option<Self> {
        u64::from_str_radix(name.strip_prefix(CONVERSATION)?, 16).ok().map(Self)
    }
}

impl Sticky {
    pub(super) fn new(lasts: Duration) -> Self {
        let halves = [0, 1].map(|half: u8| RandomState::new().hash_one(half));
        Self { lasts, salt: RwLock::new(format!("{halves:?}").into()), kept: Mutex::default() }
    }

    /// The same conversations with targets whose rows have moved.
    pub(super) fn moved(&self, lasts: Duration, rows: &HashMap<usize, usize>) -> Self {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let stay = kept.iter().filter_map(|(fingerprint, (row, at))| Some((*fingerprint, (*rows.get(row)?, *at))));
        Self { lasts, salt: RwLock::new(self.salt()), kept: Mutex::new(stay.collect()) }
    }

    /// What conversations are known by here.
    pub(super) fn salt(&self) -> Arc<str> {
        self.salt.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on knows conversations by what other servers know them by as well.
    pub(super) fn share(&self, salt: &str) {
        if *self.salt() != *salt {
            *self.salt.write().unwrap_or_else(PoisonError::into_inner) = salt.into();
        }
    }

    /// For how long conversations are known.
    pub(super) fn lasts(&self) -> Duration {
        self.lasts
    }

    /// A conversation as far as it is known before its next reply.
    pub(super) fn prefix(&self, client: &[u8], messages: &[Message]) -> Prefix {
        let mut hasher = DefaultHasher::new();
        self.salt().hash(&mut hasher);
        client.hash(&mut hasher);
        messages.iter().for_each(|message| hash(message, &mut hasher));
        Prefix(hasher)
    }

    /// The fingerprint of a conversation up to what a model said last; `None` in the first turn.
    pub(super) fn before(&self, client: &[u8], messages: &[Message]) -> Option<Fingerprint> {
        let last = messages.iter().rposition(|message| message.role == Role::Assistant)?;
        Some(Fingerprint(self.prefix(client, &messages[..=last]).0.finish()))
    }

    /// Which target answered a conversation.
    pub(super) fn find(&self, fingerprint: Fingerprint, now: Instant) -> Option<usize> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&fingerprint.0).filter(|(_, until)| *until > now).map(|(row, _)| *row)
    }

    /// Conversations that were kept after a time, or all, with the rows that answered them, and until when they are known.
    pub(super) fn kept_after(&self, time: Option<Instant>) -> Vec<(Fingerprint, usize, Instant)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let new = kept.iter().filter(|(_, (_, until))| time.is_none_or(|time| *until > time + self.lasts));
        new.map(|(fingerprint, (row, until))| (Fingerprint(*fingerprint), *row, *until)).collect()
    }

    /// Takes up a conversation that was kept before.
    pub(super) fn recall(&self, fingerprint: Fingerprint, row: usize, until: Instant) {
        if !self.lasts.is_zero() {
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).insert(fingerprint.0, (row, until));
        }
    }

    /// Keeps which target answered a conversation.
    pub(super) fn keep(&self, fingerprint: Fingerprint, row: usize, now: Instant) {
        if self.lasts.is_zero() {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            let mut ends: Vec<Instant> = kept.values().map(|(_, until)| *until).collect();
            let (_, oldest_tenth, _) = ends.select_nth_unstable(MOST / 10);
            let oldest_tenth = (*oldest_tenth).max(now);
            kept.retain(|_, (_, until)| *until > oldest_tenth);
        }
        kept.insert(fingerprint.0, (row, now + self.lasts));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn said(role: Role, text: &str) -> Message {
        Message::text(role, text)
    }

    fn reply(text: &str) -> Spoken {
        Spoken { text: text.to_owned(), calls: Vec::new() }
    }

    #[test]
    fn the_second_turn_finds_who_answered_the_first() {
        let (sticky, now) = (Sticky::new(HOUR), Instant::now());
        let mut messages = vec![said(Role::System, "Be brief."), said(Role::User, "Hello")];
        assert_eq!(sticky.before(b"key", &messages), None);
        sticky.keep(sticky.prefix(b"key", &messages).with(&reply("Hi there\n")), 7, now);
        messages.push(said(Role::Assistant, "Hi there"));
        messages.push(said(Role::User, "And now?"));
        let found = |client: &[u8], messages: &[Message], at| {
            sticky.before(client, messages).and_then(|fingerprint| sticky.find(fingerprint, at))
        };
        assert_eq!(found(b"key", &messages, now), Some(7));
        assert_eq!(found(b"other", &messages, now), None);
        assert_eq!(found(b"key", &messages, now + HOUR), None);
        messages[1] = said(Role::User, "Goodbye");
        assert_eq!(found(b"key", &messages, now), None);
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_go_first() {
        let (sticky, now) = (Sticky::new(HOUR), Instant::now());
        for index in 0..=MOST {
            sticky.keep(Fingerprint(index as u64), index, now + Duration::from_millis(index as u64));
        }
        assert!(sticky.kept.lock().unwrap().len() <= MOST);
        assert_eq!(sticky.find(Fingerprint(0), now), None);
        assert_eq!(sticky.find(Fingerprint(MOST as u64), now), Some(MOST));
    }
}

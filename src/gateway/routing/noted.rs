//! What rests, and which target answers which conversation, as notes that outlive the process.
//!
//! Conversations that servers share are kept where they share them, and not here.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use mediary_store::Note;

use super::super::administration::unix_ms;
use super::Router;
use super::shared::{name_of, rest_of, row_of_text, text_of_row};
use super::sticky::Fingerprint;

/// Begins the names of what rests.
const REST: &str = "rest:";
/// The name of what conversations are known by, …
const SALT: &str = "salt";
/// … which does not end by itself.
const NEVER: i64 = i64::MAX;
/// Of two ends that are nearer, neither is news.
const SAME: Duration = Duration::from_secs(2);

/// What was written down, and when.
#[derive(Debug, Default)]
pub(in crate::gateway) struct KnownNotes {
    rests: BTreeMap<String, Instant>,
    salt: Option<String>,
    /// Up to when conversations were.
    conversations: Option<Instant>,
}

impl Router {
    /// What has changed since it was asked last: notes to write, and names of notes to take away.
    pub(in crate::gateway) fn notes(
        &self,
        known: &mut KnownNotes,
        with_conversations: bool,
    ) -> (Vec<Note>, Vec<String>) {
        let clock = Clock::now();
        let fleet = self.fleet();
        let rests: BTreeMap<String, Instant> = self
            .ledger
            .rests_now(clock.instant)
            .into_iter()
            .filter_map(|(rest, until)| Some((format!("{REST}{}", name_of(&fleet, rest)?), until)))
            .collect();
        let is_news = |name: &str, until: Instant| known.rests.get(name).is_none_or(|noted| until > *noted + SAME);
        let new = rests.iter().filter(|(name, until)| is_news(name, **until));
        let note =
            |name: &str, until: Instant| Note { name: name.to_owned(), said: String::new(), ends_at: clock.at(until) };
        let mut notes: Vec<Note> = new.map(|(name, until)| note(name, *until)).collect();
        // What is over before its time was ended by hand, or by an answer.
        let over = known.rests.iter().filter(|(name, until)| !rests.contains_key(*name) && **until > clock.instant);
        let away = over.map(|(name, _)| name.clone()).collect();
        known.rests = rests;
        if with_conversations && self.shared().is_none() {
            let salt = self.sticky.salt();
            if known.salt.as_deref() != Some(&*salt) {
                notes.push(Note { name: SALT.to_owned(), said: salt.to_string(), ends_at: NEVER });
                known.salt = Some(salt.to_string());
            }
            let new = self.sticky.kept_after(known.conversations.replace(clock.instant));
            notes.extend(new.into_iter().map(|(fingerprint, row, until)| Note {
                name: fingerprint.name(),
                said: text_of_row(&fleet, row),
                ends_at: clock.at(until),
            }));
        }
        (notes, away)
    }

    /// Takes up what was noted before.
    pub(in crate::gateway) fn recall_notes(&self, notes: &[Note], known: &mut KnownNotes) {
        let clock = Clock::now();
        let fleet = self.fleet();
        for note in notes {
            let until = clock.instant_of(note.ends_at);
            if let Some(name) = note.name.strip_prefix(REST) {
                if let Some(rest) = rest_of(&fleet, name) {
                    self.ledger.rest(rest, until);
                    known.rests.insert(note.name.clone(), until);
                }
            } else if note.name == SALT {
                self.sticky.share(&note.said);
                known.salt = Some(note.said.clone());
            } else if let Some(fingerprint) = Fingerprint::named(&note.name)
                && let Some(row) = row_of_text(&fleet, &note.said)
            {
                self.sticky.recall(fingerprint, row, until);
            }
        }
        known.conversations = Some(clock.instant);
    }
}

/// One moment by both clocks.
struct Clock {
    instant: Instant,
    unix_ms: i64,
}

impl Clock {
    fn now() -> Self {
        Self { instant: Instant::now(), unix_ms: unix_ms() }
    }

    fn at(&self, until: Instant) -> i64 {
        let left = until.saturating_duration_since(self.instant).as_millis();
        self.unix_ms.saturating_add(i64::try_from(left).unwrap_or(i64::MAX))
    }

    /// A clock that has gone backwards lets nothing rest for longer than a day.
    fn instant_of(&self, ends_at: i64) -> Instant {
        const LONGEST: Duration = Duration::from_secs(24 * 3600);
        let left = u64::try_from(ends_at.saturating_sub(self.unix_ms)).unwrap_or(0);
        self.instant + Duration::from_millis(left).min(LONGEST)
    }
}

//! Files that providers were given, so that requests name them rather than send them again: remembered for each key, in the
//! database where there is one, for as long as they are there, and removed with what was kept of them here.
//!
//! Whether one is given is the provider's side to say; what follows when it has gone is said here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use mediary_core::provider::{BoxFuture, GivenFiles};
use mediary_core::{ContentHash, Failure, FailureKind, ProviderId};
use mediary_store::{Database, GivenFile};

use super::super::administration::unix_seconds;
use super::Router;
use super::fleet::Member;

/// How long a file is remembered, in seconds: vendors keep them for two days.
const KEPT_SECONDS: i64 = 47 * 3_600;
/// What was sent within this time is sent again.
const AGAIN: Duration = Duration::from_secs(3_600);
/// More files than this are not remembered where there is no database, nor what was sent.
const MOST: usize = 10_000;
/// So many whose time is over are looked for whenever one is given.
const SWEPT: u32 = 8;

/// By provider, key and content.
type Place = (String, String, String);

/// All files that providers were given.
#[derive(Debug, Default)]
pub(super) struct FilesGiven {
    kept: OnceLock<mediary_store::GivenFiles>,
    /// Where there is no database.
    known: Mutex<HashMap<Place, (String, i64)>>,
    /// When what was last sent.
    sent: Mutex<HashMap<Place, Instant>>,
}

impl FilesGiven {
    fn known(&self) -> MutexGuard<'_, HashMap<Place, (String, i64)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn find(&self, place: &Place) -> Option<String> {
        let now = unix_seconds();
        let Some(kept) = self.kept.get() else {
            return self.known().get(place).filter(|(_, until)| *until > now).map(|(name, _)| name.clone());
        };
        let (provider, key, content) = place;
        kept.find((provider, key), content, now).await.unwrap_or_else(|error| {
            tracing::warn!(error.detail = %error, "what a provider was given is not known for now");
            None
        })
    }

    async fn keep(&self, place: Place, name: &str) {
        let until = unix_seconds() + KEPT_SECONDS;
        let Some(kept) = self.kept.get() else {
            let mut known = self.known();
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(place, (name.to_owned(), until));
            return;
        };
        let (provider, key_print, content) = place;
        let file = GivenFile { provider, key_print, content, name: name.to_owned(), until };
        if let Err(error) = kept.keep(file).await {
            tracing::warn!(error.detail = %error, "what a provider was given is not remembered");
        }
    }

    async fn forget(&self, place: &Place) {
        self.known().remove(place);
        let (provider, key, content) = place;
        if let Some(kept) = self.kept.get()
            && let Err(error) = kept.forget(provider, key, content).await
        {
            tracing::warn!(error.detail = %error, "what a provider was given is still remembered");
        }
    }

    fn is_sent_again(&self, place: Place) -> bool {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.len() >= MOST {
            sent.retain(|_, at| at.elapsed() < AGAIN);
            if sent.len() >= MOST {
                sent.clear();
            }
        }
        sent.insert(place, Instant::now()).is_some_and(|before| before.elapsed() < AGAIN)
    }

    /// All files of these bytes.
    async fn of_content(&self, content: &str) -> Vec<GivenFile> {
        let here = self.known().iter().filter(|((.., its), _)| its == content).map(file).collect();
        match self.kept.get() {
            Some(kept) => kept.of_content(content).await.unwrap_or_default(),
            None => here,
        }
    }

    /// Some whose time is over.
    async fn ended(&self) -> Vec<GivenFile> {
        match self.kept.get() {
            Some(kept) => kept.ended(unix_seconds(), SWEPT).await.unwrap_or_default(),
            None => Vec::new(),
        }
    }
}

fn file(((provider, key, content), (name, until)): (&Place, &(String, i64))) -> GivenFile {
    GivenFile {
        provider: provider.clone(),
        key_print: key.clone(),
        content: content.clone(),
        name: name.clone(),
        until: *until,
    }
}

/// The files that a provider was given with one key, as one call sees them.
#[derive(Debug)]
pub(super) struct GivenTo<'a> {
    router: &'a Arc<Router>,
    member: &'a Member,
    key: usize,
    /// What was remembered for this call.
    found: Mutex<Vec<Place>>,
}

impl<'a> GivenTo<'a> {
    pub(super) fn of(router: &'a Arc<Router>, member: &'a Member, key: usize) -> Self {
        Self { router, member, key, found: Mutex::default() }
    }

    fn place(&self, content: &ContentHash) -> Place {
        let key = self.member.fingerprint(self.key).unwrap_or_default();
        (self.member.id().as_str().to_owned(), key, content.to_string())
    }

    /// Whether a call may have failed since files that it names are not there any more. They are forgotten then, and given
    /// anew with the next call.
    pub(super) fn are_gone<'f>(&'f self, failure: &'f Failure) -> BoxFuture<'f, bool> {
        let is_about_files = match failure.kind {
            FailureKind::ModelGone => true,
            FailureKind::Malformed | FailureKind::Unacceptable | FailureKind::Unreadable => {
                failure.detail.to_ascii_lowercase().contains("file")
            }
            _ => false,
        };
        let found = std::mem::take(&mut *self.found.lock().unwrap_or_else(PoisonError::into_inner));
        // On the heap, since few calls come to it, and all would carry the room for it.
        Box::pin(async move {
            if found.is_empty() || !is_about_files {
                return false;
            }
            for place in &found {
                self.router.given.forget(place).await;
            }
            true
        })
    }
}

impl GivenFiles for GivenTo<'_> {
    fn find<'a>(&'a self, content: &'a ContentHash) -> BoxFuture<'a, Option<String>> {
        Box::pin(async move {
            let place = self.place(content);
            let name = self.router.given.find(&place).await?;
            // Where it is found to be gone, it is given anew at once.
            self.router.given.is_sent_again(place.clone());
            self.found.lock().unwrap_or_else(PoisonError::into_inner).push(place);
            Some(name)
        })
    }

    fn is_sent_again(&self, content: &ContentHash) -> bool {
        self.router.given.is_sent_again(self.place(content))
    }

    fn keep<'a>(&'a self, content: &'a ContentHash, name: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            self.router.given.keep(self.place(content), name).await;
            for ended in self.router.given.ended().await {
                self.router.take_away(&ended).await;
                // What could not be removed is not there for ever either.
                self.router.given.forget(&(ended.provider, ended.key_print, ended.content)).await;
            }
        })
    }
}

impl Router {
    /// Remembers what providers are given in a database from now on.
    pub fn remembers_files_in(&self, database: Arc<Database>) {
        // It was told before where this is another router of the same process.
        let _before = self.given.kept.set(mediary_store::GivenFiles::of(database));
    }

    /// Removes files of these bytes wherever providers were given them: they were removed here.
    pub fn forget_given<'a>(&'a self, content: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            for file in self.given.of_content(content).await {
                if self.take_away(&file).await {
                    self.given.forget(&(file.provider, file.key_print, file.content)).await;
                }
            }
        })
    }

    async fn take_away(&self, file: &GivenFile) -> bool {
        let Some(at) = self.at_provider(&ProviderId::new(&file.provider), Some(&file.key_print)) else { return true };
        match at.provider.remove_file(&file.name, at.key()).await {
            Ok(()) => true,
            Err(failure) if failure.kind == FailureKind::ModelGone => true,
            Err(failure) => {
                tracing::info!(provider = file.provider, error.detail = %failure, "a file is left at its provider");
                false
            }
        }
    }
}

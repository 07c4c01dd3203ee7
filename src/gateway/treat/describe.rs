//! Descriptions: a target that sees is asked what there is to see, one after the other until one answers.
//!
//! The request's bounds hold for it. That nobody answers is no failure here; whoever wanted the description says so.

use std::fmt::Debug;

use mediary_convert::av::Frame;
use mediary_core::capability::Abilities;
use mediary_core::task::{Chat, MediaPart, Message, Part, Role};
use mediary_core::{ContentHash, Failure, Media};

use super::super::Gateway;
use super::bench::{Bench, HelpBounds, Key};
use super::recipes::Asking;
use super::{films, help};

/// What is to be described.
#[derive(Clone, Copy)]
pub(super) enum Scene<'a> {
    Picture(&'a Media),
    Film(&'a [Frame]),
}

/// What came of asking for a description.
pub(super) enum Described {
    /// This, by this target.
    As { text: String, by: String },
    /// There is nobody to ask.
    ByNobody,
    /// Nobody answered this time.
    NotNow,
}

/// Where the text of a medium is remembered: by everything it depends on.
pub(super) fn key(media: &Media, name: &str, recipe: &impl Debug, bounds: &HelpBounds) -> Key {
    let depends_on = ContentHash::of(format!("{name} {recipe:?} {bounds:?}").as_bytes());
    (media.blob.hash(), depends_on.to_string())
}

/// A question of ours: what is wanted, then what it is about.
pub(super) fn question(asking: &Asking, shown: impl IntoIterator<Item = Part>) -> Chat {
    let parts = std::iter::once(Part::Text(asking.prompt.clone())).chain(shown);
    let mut chat =
        Chat { messages: vec![Message { parts: parts.collect(), ..Message::new(Role::User) }], ..Chat::default() };
    chat.sampling.max_tokens = Some(asking.most_tokens);
    chat
}

/// A medium as a part of a question.
pub(super) fn shown(media: Media) -> Part {
    Part::Media(MediaPart::new(media))
}

impl Gateway {
    /// Asks for a description.
    pub(super) async fn described(&self, asking: &Asking, bench: &Bench, scene: Scene<'_>) -> Described {
        let known = self.known();
        let seers = help::seers(&known, asking, &bench.bounds);
        if seers.is_empty() {
            return Described::ByNobody;
        }
        let awake = seers.into_iter().filter(|row| self.is_awake(&row.target));
        for row in awake.take(asking.most_asked) {
            let answer = match self.scene_for(scene, row).await {
                Ok(Some(parts)) => self.ask_plainly(&row.target, &question(asking, parts)).await,
                Ok(None) => continue,
                Err(failure) => Err(failure),
            };
            match answer {
                Ok(text) => return Described::As { text, by: row.target.to_string() },
                Err(failure) => {
                    let (target, kind) = (&row.target, failure.kind.name());
                    tracing::debug!(%target, failure.kind = kind, "nothing was described");
                }
            }
        }
        Described::NotNow
    }

    /// What is to be described, as somebody takes it; `None` where they take nothing of it.
    async fn scene_for(&self, scene: Scene<'_>, row: &Abilities) -> Result<Option<Vec<Part>>, Failure> {
        match scene {
            Scene::Picture(picture) => Ok(self.picture_for(picture, row).await?.map(|picture| vec![shown(picture)])),
            Scene::Film(frames) => Ok(films::shown_to(row, frames)),
        }
    }
}

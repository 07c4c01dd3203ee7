//! An answer with the values in place of their names, as it comes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::mem;
use std::task::{Context, Poll};

use mediary_core::Failure;
use mediary_core::provider::{BoxFuture, Quota, ReplyStream};
use mediary_core::task::{ReplyEvent, ReplyFrame};

use super::cover::Cover;
use super::task::texts;

/// Which of an answer's texts grows: of which reply, and what of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Growing {
    Text(u32),
    Reasoning(u32),
    Refusal(u32),
    Arguments(u32, u32),
}

/// An answer that is uncovered.
#[derive(Debug)]
pub(in crate::gateway) struct Restored {
    inner: Box<dyn ReplyStream>,
    cover: Cover,
    /// Whether texts of the answer are JSON.
    is_json: bool,
    /// Ends of texts that may be beginnings of names.
    held: BTreeMap<Growing, String>,
    ended: bool,
}

impl Restored {
    pub(in crate::gateway) fn new(inner: Box<dyn ReplyStream>, cover: Cover, is_json: bool) -> Self {
        Self { inner, cover, is_json, held: BTreeMap::new(), ended: false }
    }

    /// A frame with its events uncovered. What is not just as it came does not pass as it came.
    fn restored(&mut self, frame: ReplyFrame) -> ReplyFrame {
        let ReplyFrame { raw, mut is_canonical, events } = frame;
        let mut all = Vec::with_capacity(events.len());
        for mut event in events {
            // What grew is whole before anything else is said of its reply.
            if let ReplyEvent::Finish { choice, .. } = &event {
                let choice = *choice;
                is_canonical &= !self.let_go(|growing| growing.choice() == choice, &mut all);
            }
            is_canonical &= !self.event(&mut event);
            // All of it is held.
            let is_nothing = match &event {
                ReplyEvent::Text { text, .. } | ReplyEvent::Refusal { text, .. } => text.is_empty(),
                _ => false,
            };
            if !is_nothing {
                all.push(event);
            }
        }
        ReplyFrame { raw, is_canonical, events: all }
    }

    /// Whether an event was changed.
    fn event(&mut self, event: &mut ReplyEvent) -> bool {
        let is_json = self.is_json;
        match event {
            ReplyEvent::Text { choice, text } => self.grown(Growing::Text(*choice), text, is_json),
            ReplyEvent::Reasoning { choice, text, .. } => self.grown(Growing::Reasoning(*choice), text, false),
            ReplyEvent::Refusal { choice, text } => self.grown(Growing::Refusal(*choice), text, false),
            ReplyEvent::ToolCall { choice, index, arguments, .. } => {
                self.grown(Growing::Arguments(*choice, *index), arguments, true)
            }
            ReplyEvent::Segment(segment) => {
                let words = segment.words.iter_mut().map(|word| &mut word.text);
                std::iter::once(&mut segment.text).chain(words).fold(false, |is_changed, text| {
                    match self.cover.uncovered(text, false) {
                        Cow::Borrowed(_) => is_changed,
                        Cow::Owned(uncovered) => {
                            *text = uncovered;
                            true
                        }
                    }
                })
            }
            ReplyEvent::Extra { value, .. } | ReplyEvent::Own { value, .. } => {
                let cover = &self.cover;
                texts(value, &[], &mut |text, _| match cover.uncovered(text, is_json) {
                    Cow::Borrowed(_) => false,
                    Cow::Owned(uncovered) => {
                        *text = uncovered;
                        true
                    }
                })
            }
            _ => false,
        }
    }

    /// More of a text: what was held of it comes first, and what may be a beginning of a name is held.
    fn grown(&mut self, growing: Growing, text: &mut String, is_json: bool) -> bool {
        let before = self.held.remove(&growing).unwrap_or_default();
        let whole = if before.is_empty() { mem::take(text) } else { before.clone() + text };
        let end = Cover::unfinished(&whole);
        if end < whole.len() {
            self.held.insert(growing, whole[end..].to_owned());
        }
        let uncovered = self.cover.uncovered(&whole[..end], is_json);
        let is_changed = !before.is_empty() || end < whole.len() || matches!(uncovered, Cow::Owned(_));
        *text = uncovered.into_owned();
        is_changed
    }

    /// Gives what was held of some texts; whether there was anything.
    fn let_go(&mut self, of: impl Fn(&Growing) -> bool, into: &mut Vec<ReplyEvent>) -> bool {
        let ended: Vec<Growing> = self.held.keys().copied().filter(of).collect();
        for growing in &ended {
            let text = self.held.remove(growing).unwrap_or_default();
            into.push(match *growing {
                Growing::Text(choice) => ReplyEvent::Text { choice, text },
                Growing::Reasoning(choice) => ReplyEvent::Reasoning { choice, text, signature: None },
                Growing::Refusal(choice) => ReplyEvent::Refusal { choice, text },
                Growing::Arguments(choice, index) => {
                    ReplyEvent::ToolCall { choice, index, id: None, name: None, arguments: text, signature: None }
                }
            });
        }
        !ended.is_empty()
    }
}

impl Growing {
    fn choice(self) -> u32 {
        match self {
            Self::Text(choice) | Self::Reasoning(choice) | Self::Refusal(choice) | Self::Arguments(choice, _) => choice,
        }
    }
}

impl ReplyStream for Restored {
    fn poll_frame(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<ReplyFrame, Failure>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        match self.inner.poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => Poll::Ready(Some(Ok(self.restored(frame)))),
            Poll::Ready(None) => {
                self.ended = true;
                // An answer may end without saying so of each reply.
                let mut events = Vec::new();
                match self.let_go(|_| true, &mut events) {
                    true => Poll::Ready(Some(Ok(ReplyFrame { events, ..ReplyFrame::default() }))),
                    false => Poll::Ready(None),
                }
            }
            other => other,
        }
    }

    fn is_stream(&self) -> bool {
        self.inner.is_stream()
    }

    fn quota(&self) -> Option<Quota> {
        self.inner.quota()
    }

    fn left_out(&self) -> &[String] {
        self.inner.left_out()
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        self.inner.close()
    }
}

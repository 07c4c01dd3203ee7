//! Transcripts: what is said in a recording, by a target made for transcribing, or by one that hears and chats. For clients
//! that ask for one, and for models that cannot hear.
//!
//! A reply without words is doubted: that there is no speech is believed when no target hears any, or when an engine of
//! this process says so, which looks for speech before it listens.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

use mediary_core::capability::{Abilities, TaskKind};
use mediary_core::plan::{Candidate, Treatment};
use mediary_core::sound::SampleSource;
use mediary_core::task::{Chat, PartPath, ReplyEvent, ReplyFrame, Task, Times, Transcribe, WholeReply};
use mediary_core::{Failure, FailureKind, language};

use super::super::engines::WORD_TIMES;
use super::super::routing::{Answer, Prepared, TreatmentNote, Verdict, Work, question, shown};
use super::Treatments;
use super::recipes::AudioToText;

/// What a target that chats is told to answer where there is no speech.
const NO_SPEECH: &str = "[no speech]";
/// The parameter that asks for times.
const TIMES: &str = "timestamp_granularities";
/// What is said of an answer to a recording in which nobody speaks.
pub(in super::super) const SILENT: &str = "no_speech";

/// Whether a target can give a transcript, be it only by chatting about what it hears.
pub(super) fn listens(row: &Abilities, task: TaskKind) -> bool {
    row.does(task) || row.does_by_chat(task)
}

/// Whether its transcripts say when words are said. Of an engine of this process it is known whether it tells that of each
/// word.
pub(super) fn tells_times(row: &Abilities, task: TaskKind, of_words: bool) -> bool {
    row.does(task) && row.takes_soft(TIMES) && (!of_words || !row.target.is_local() || row.takes_soft(WORD_TIMES))
}

/// A recording in the attempt loop.
#[derive(Debug)]
pub(in super::super) struct TranscriptWork<'a> {
    pub(in super::super) treatments: &'a Treatments,
    /// What is wanted.
    pub(in super::super) wish: &'a Transcribe,
}

/// What a target heard.
#[derive(Debug)]
pub(in super::super) struct Transcript {
    /// The answer, whose frames are to be read where it is still growing.
    pub(in super::super) answer: Box<Answer>,
    /// All of it; `None`: it is still growing.
    pub(in super::super) heard: Option<WholeReply>,
}

impl Transcript {
    /// The words, where there is nothing more to come.
    pub(in super::super) fn words(&self) -> &str {
        self.heard.as_ref().and_then(|heard| heard.choices.first()).map_or("", |choice| choice.text.as_str())
    }

    /// The answer, with what was heard as its frames.
    pub(in super::super) fn into_answer(self) -> Box<Answer> {
        let Self { mut answer, heard } = self;
        if let Some(heard) = heard {
            let frame = ReplyFrame { events: events_of(heard), ..ReplyFrame::default() };
            answer.begins_with(VecDeque::from([frame]));
        }
        answer
    }
}

impl Work for TranscriptWork<'_> {
    type Answer = Transcript;

    async fn prepare<'a>(&'a self, candidate: &'a Candidate, row: &'a Abilities) -> Result<Prepared<'a>, Failure> {
        let mut notes = Vec::new();
        let recording = match candidate.treatments.first() {
            Some(Treatment::Transcode { to, recipe }) => {
                notes.push(TreatmentNote::new(PartPath::Field("file"), "transcode", recipe));
                Box::pin(self.treatments.encoded(&self.wish.recording, *to, row)).await?
            }
            Some(Treatment::Forward) | None => self.wish.recording.clone(),
            Some(Treatment::Extract { .. }) => return Err(Failure::broken("a recording was to become text twice")),
        };
        let task = match row.does(self.kind()) {
            true => {
                let stream = self.wish.stream && row.streaming;
                let is_engine = candidate.target.is_local();
                let samples =
                    is_engine.then(|| Arc::new(self.treatments.recording(&recording)) as Arc<dyn SampleSource>);
                Task::Transcribe(Transcribe { recording, samples, stream, ..self.wish.clone() })
            }
            false => Task::Chat(self.asked(shown(recording))),
        };
        Ok(Prepared { task: Cow::Owned(task), notes })
    }

    async fn judge(&self, mut answer: Box<Answer>, candidate: &Candidate) -> Result<Verdict<Transcript>, Failure> {
        // A transcript of nothing is a complete reply.
        let ends = |event: &ReplyEvent| event.is_content() || matches!(event, ReplyEvent::Finish { .. });
        let (heard, speaks) = match self.wish.stream && answer.is_stream {
            true => (None, answer.until(ReplyEvent::is_content, ends).await?),
            false => {
                let mut reply = answer.fold(ends).await?.0;
                let speaks = is_spoken(&mut reply);
                (Some(reply), speaks)
            }
        };
        if speaks && heard.as_ref().is_some_and(|heard| lacks_times(heard, self.wish.times)) {
            answer.route.drops(TIMES);
        }
        if !speaks && heard.is_none() {
            answer.route.status = Some(SILENT);
        }
        let transcript = Transcript { answer, heard };
        // The engines of this process look for speech first; a provider may have been too quick.
        Ok(match speaks || candidate.target.is_local() {
            true => Verdict::Answer(transcript),
            false => Verdict::Doubted(transcript),
        })
    }

    /// That one target refuses is no verdict on the recording; only a client that has left ends the search.
    fn is_final(&self, failure: &Failure) -> bool {
        failure.kind == FailureKind::ClientGone
    }
}

impl TranscriptWork<'_> {
    fn kind(&self) -> TaskKind {
        if self.wish.into_english { TaskKind::Translation } else { TaskKind::Transcription }
    }

    /// The question to a target that chats.
    fn asked(&self, recording: mediary_core::task::Part) -> Chat {
        let AudioToText { asking, translating, .. } = self.treatments.audio_to_text();
        let mut prompt = if self.wish.into_english { translating.clone() } else { asking.prompt.clone() };
        if let Some(code) = &self.wish.language {
            let name = language::name(code);
            prompt.push_str(&format!(" The language that is spoken is {name}."));
        }
        if let Some(before) = &self.wish.prompt {
            prompt.push_str(&format!(" These words or names may occur: {before}"));
        }
        question(&prompt, asking.most_tokens, [recording])
    }
}

/// Whether a reply has words; what a target that chats says instead of none is taken out.
fn is_spoken(reply: &mut WholeReply) -> bool {
    let Some(choice) = reply.choices.first_mut() else { return false };
    let text = choice.text.trim();
    choice.text = if text.trim_end_matches('.') == NO_SPEECH { String::new() } else { text.to_owned() };
    !choice.text.is_empty()
}

/// Whether times that are wanted are missing, so that they are estimated.
fn lacks_times(heard: &WholeReply, times: Times) -> bool {
    let lacks_words = || heard.segments.iter().all(|segment| segment.words.is_empty());
    (times.segments || times.words) && heard.segments.is_empty() || times.words && lacks_words()
}

/// A reply as the events it was made of.
pub(super) fn events_of(reply: WholeReply) -> Vec<ReplyEvent> {
    let WholeReply { choices, segments, language, seconds, .. } = reply;
    let text = choices.into_iter().next().map(|choice| choice.text).unwrap_or_default();
    let mut events = vec![ReplyEvent::Heard { language, seconds }];
    events.extend(segments.into_iter().map(ReplyEvent::Segment));
    events.push(ReplyEvent::Text { choice: 0, text });
    events
}

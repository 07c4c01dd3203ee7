//! Transcripts: what is said in a recording, by a target made for transcribing, or by one that hears and chats. A reply
//! without words is doubted: that there is no speech is believed when no target hears any.

use mediary_core::capability::{Abilities, TaskKind};
use mediary_core::plan::{Candidate, Treatment};
use mediary_core::task::{ReplyEvent, Task, Transcribe, WholeReply};
use mediary_core::{Failure, FailureKind, Media, MediaKind};

use super::super::routing::{Answer, Prepared, Verdict, Work, question, shown};
use super::Treatments;
use super::recipes::Asking;

/// What a target that chats is told to answer where there is no speech.
const NO_SPEECH: &str = "[no speech]";

/// Whether a target can give a transcript, be it only by chatting about what it hears.
pub(super) fn listens(row: &Abilities) -> bool {
    let hears = || row.accepts.iter().any(|acceptance| acceptance.format.kind() == MediaKind::Audio);
    row.does(TaskKind::Transcription) || (row.does(TaskKind::Chat) && hears())
}

/// A recording in the attempt loop.
pub(super) struct TranscriptWork<'a> {
    pub(super) treatments: &'a Treatments,
    pub(super) asking: &'a Asking,
    pub(super) recording: &'a Media,
}

/// What a target heard.
#[derive(Debug)]
pub(super) struct Transcript {
    /// The words; empty where there are none.
    pub(super) words: String,
    /// The target.
    pub(super) by: String,
}

impl Work for TranscriptWork<'_> {
    type Answer = Transcript;

    async fn prepare<'a>(&'a self, candidate: &'a Candidate, row: &'a Abilities) -> Result<Prepared<'a>, Failure> {
        let recording = match candidate.treatments.first() {
            Some(Treatment::Transcode { to, .. }) => self.treatments.encoded(self.recording, *to, row).await?,
            Some(Treatment::Forward) | None => self.recording.clone(),
            Some(Treatment::Extract { .. }) => return Err(Failure::broken("a recording was to become text twice")),
        };
        Ok(Prepared::made(match row.does(TaskKind::Transcription) {
            true => Task::Transcribe(Transcribe::of(recording)),
            false => {
                let Asking { prompt, most_tokens, .. } = self.asking;
                Task::Chat(question(prompt, *most_tokens, [shown(recording)]))
            }
        }))
    }

    async fn judge(&self, mut answer: Box<Answer>, _: &Candidate) -> Result<Verdict<Transcript>, Failure> {
        // A transcript of nothing is a complete reply.
        let ends = |event: &ReplyEvent| event.is_content() || matches!(event, ReplyEvent::Finish { .. });
        let (reply, _) = answer.fold(ends).await?;
        let words = words_of(reply);
        let transcript = Transcript { words, by: answer.route.target.to_string() };
        Ok(match transcript.words.is_empty() {
            true => Verdict::Doubted(transcript),
            false => Verdict::Answer(transcript),
        })
    }

    /// That one target refuses is no verdict on the recording; only a client that has left ends the search.
    fn is_final(&self, failure: &Failure) -> bool {
        failure.kind == FailureKind::ClientGone
    }
}

fn words_of(reply: WholeReply) -> String {
    let text = reply.choices.into_iter().next().map(|choice| choice.text).unwrap_or_default();
    let text = text.trim();
    if text.trim_end_matches('.') == NO_SPEECH { String::new() } else { text.to_owned() }
}

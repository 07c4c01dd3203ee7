//! Speech: a text becomes a sound in the form that was asked for, whatever form and pace the target gives. An answer can be
//! heard: silence for a text is none.
//!
//! Another target is asked until the first bytes leave; a sound that breaks off later ends there, and says so.

use std::borrow::Cow;
use std::sync::Arc;

use mediary_core::capability::{Abilities, TaskKind};
use mediary_core::plan::{Candidate, Demand, Want};
use mediary_core::task::{PartPath, SoundForm, Speak, Task};
use mediary_core::{Failure, FailureKind, MediaFormat, Target};
use mediary_local::{language_of, stands_in};

use super::super::Gateway;
use super::super::routing::{
    Answer, Bounds, CallError, Fleet, Planned, Prepared, TaskRequest, TreatmentNote, Verdict, Work,
};
use super::recital::Recital;
use super::speaking::{Speaking, Wanted};
use super::{sentences, voices};

/// The slow engine of this process, and the languages that it is asked for without being named.
const KOKORO: &str = "kokoro";
const KOKORO_LANGUAGES: [&str; 3] = ["es", "fr", "it"];
/// The parameter that is the pace.
const SPEED: &str = "speed";

impl Gateway {
    /// Speaks a text. Dropping the future, or the answer, ends the call to the provider.
    ///
    /// # Errors
    /// When there is nothing to say or no such voice, no target can be asked, or none spoke.
    pub async fn speak(self: &Arc<Self>, request: TaskRequest) -> Result<Speaking, CallError> {
        let router = &self.router;
        router.discover().await;
        let fleet = router.fleet();
        let mut task = request.task.clone();
        let mut planned = self.plan_speech(&fleet, &mut task, &request.model, &request.bounds)?;
        let Task::Speak(speak) = &task else { return Err(other_task().into()) };
        let wanted = Wanted { form: speak.form, ffmpeg: self.treatments.ffmpeg_if_any() };
        wanted.check()?;
        let bytes = speak.text.len() as u64;
        let most = |candidate: &Candidate| fleet.matrix.rows()[candidate.row].acceptance(MediaFormat::Text)?.bytes;
        let too_little = |candidate: &Candidate| most(candidate).filter(|most| bytes > *most);
        if let Some(most) = planned.plan.candidates.first().and_then(too_little) {
            return self.speak_in_pieces(request, wanted, most).await;
        }
        let others_take = planned.plan.candidates.iter().filter_map(too_little).min();
        planned.plan.candidates.retain(|candidate| too_little(candidate).is_none());
        let work = SpeakWork { speak, wanted: wanted.clone() };
        match (Box::pin(router.run(&fleet, &planned, &work)).await?.answered(router, &fleet), others_take) {
            (Err(CallError::Exhausted(_)), Some(most)) => self.speak_in_pieces(request, wanted, most).await,
            (spoken, _) => spoken,
        }
    }

    /// Speaks a text that is longer than its target takes, cut at sentences.
    async fn speak_in_pieces(
        self: &Arc<Self>,
        request: TaskRequest,
        wanted: Wanted,
        most_bytes: u64,
    ) -> Result<Speaking, CallError> {
        let Task::Speak(how) = request.task.clone() else { return Err(other_task().into()) };
        let text = how.text.clone();
        let pieces = sentences::pieces(&text, usize::try_from(most_bytes).unwrap_or(usize::MAX));
        let mut recital = Recital::new(self.clone(), request, how);
        pieces.iter().for_each(|piece| recital.push(piece));
        let mut speaking = Box::pin(Speaking::recited(recital, wanted)).await?;
        speaking.route.treatments.push(TreatmentNote {
            place: PartPath::Field("input"),
            does: "split",
            by: "sentences".to_owned(),
            pages: u32::try_from(pieces.len()).ok(),
            hidden: Vec::new(),
        });
        Ok(speaking)
    }

    /// The plan for a text to speak, whose language is found out where it was not said. Nothing is called.
    pub(super) fn plan_speech(
        &self,
        fleet: &Fleet,
        task: &mut Task,
        model: &str,
        bounds: &Bounds,
    ) -> Result<Planned, CallError> {
        let Task::Speak(speak) = task else { return Err(other_task().into()) };
        if !sentences::has_words(&speak.text) {
            return Err(nothing_to_speak(&speak.text).at(PartPath::Field("input")).into());
        }
        let want = self.router.resolve(fleet, TaskKind::Speech, model, None)?;
        let is_pinned = matches!(want, Want::Targets(_));
        let declared = speak.language.is_some();
        if !declared {
            speak.language = language_of(&speak.text).map(str::to_owned);
        }
        let (voice, language) = (speak.voice.clone(), speak.language.clone());
        let want = match want {
            Want::Targets(targets) => targets,
            Want::Tier(_) | Want::Any => in_order(fleet),
        };
        let mut demand = Demand::of(task, Vec::new());
        if is_pinned && !declared {
            // A target that is named is meant, whatever the text looks like.
            demand.language = None;
        }
        let policy = self.router.policy(Want::Targets(want), bounds);
        let mut planned = self.router.plan(fleet, demand, &policy, &[], bounds)?;
        let rows = fleet.matrix.rows();
        if let Some(voice) = &voice {
            let knows = |candidate: &Candidate| voices::knows(&rows[candidate.row], voice);
            if !planned.plan.candidates.iter().any(knows) {
                let candidates = planned.plan.candidates.iter().map(|candidate| &rows[candidate.row]);
                return Err(voices::unknown(voice, candidates).into());
            }
            planned.plan.candidates.retain(knows);
        }
        let is_meant = |candidate: &Candidate| {
            let row = &rows[candidate.row];
            let is_its = |name: &str| row.voices.iter().any(|voice| voice.name.eq_ignore_ascii_case(name));
            is_usual_for(row, language.as_deref()) || voice.as_deref().is_some_and(is_its)
        };
        if !is_pinned && planned.plan.candidates.iter().any(is_meant) {
            planned.plan.candidates.retain(is_meant);
        }
        Ok(planned)
    }
}

/// The targets that speak, in the order in which they are asked: by priority, and engines of this process in the order in
/// which they are listed, the better-sounding first.
fn in_order(fleet: &Fleet) -> Vec<Target> {
    let mut rows: Vec<&Abilities> = fleet.matrix.rows().iter().filter(|row| row.does(TaskKind::Speech)).collect();
    rows.sort_by_key(|row| (row.target.is_local(), row.priority));
    rows.into_iter().map(|row| row.target.clone()).collect()
}

/// Whether a target is asked for a text of this language without being named: an engine that is slow only for languages
/// in which its voices are the better ones.
fn is_usual_for(row: &Abilities, language: Option<&str>) -> bool {
    !row.target.is_local()
        || row.target.model.as_str() != KOKORO
        || language.is_none_or(|language| KOKORO_LANGUAGES.contains(&language))
}

fn nothing_to_speak(text: &str) -> Failure {
    Failure::malformed(match text.trim().is_empty() {
        true => "`input` is empty; send the text to speak",
        false => "`input` has neither a letter nor a digit, and nothing of it can be spoken; send words",
    })
}

fn other_task() -> Failure {
    Failure::broken("another task was taken for speech")
}

/// A text in the attempt loop.
struct SpeakWork<'a> {
    speak: &'a Speak,
    wanted: Wanted,
}

impl Work for SpeakWork<'_> {
    type Answer = Speaking;

    async fn prepare<'a>(&'a self, candidate: &'a Candidate, row: &'a Abilities) -> Result<Prepared<'a>, Failure> {
        let mut speak = self.speak.clone();
        let mut notes = Vec::new();
        if candidate.dropped.iter().any(|name| name == SPEED) {
            speak.speed = 1.0;
        }
        let (asked, language) = (speak.voice.as_deref(), speak.language.as_deref());
        let is_engine = candidate.target.is_local();
        let instead = match is_engine {
            true => stands_in(candidate.target.model.as_str(), &row.voices, asked, language),
            false => voices::stand_in(row, asked, language),
        };
        match instead {
            Some(voice) => {
                let place = PartPath::Field("voice");
                notes.push(TreatmentNote {
                    place,
                    does: "transcode",
                    by: voice.clone(),
                    pages: None,
                    hidden: Vec::new(),
                });
                speak.voice = Some(voice);
            }
            None if is_engine => {}
            None => speak.voice = speak.voice.and_then(|asked| voices::spelt(row, &asked)),
        }
        if let Some(form) = other_form(row, speak.form) {
            speak.form = form;
        }
        Ok(Prepared { task: Cow::Owned(Task::Speak(speak)), notes })
    }

    async fn judge(&self, mut answer: Box<Answer>, _: &Candidate) -> Result<Verdict<Speaking>, Failure> {
        let dropped = &mut answer.route.dropped;
        let is_paced = !dropped.iter().any(|name| name == SPEED);
        // What the target lacks is made here.
        dropped.retain(|name| name != SPEED);
        let speed = if is_paced { 1.0 } else { self.speak.speed };
        Speaking::begun(answer, self.wanted.clone(), speed).await.map(Verdict::Answer)
    }

    fn is_final(&self, failure: &Failure) -> bool {
        failure.kind == FailureKind::ClientGone
    }
}

/// The form to ask a target for that does not give the one that is wanted.
fn other_form(row: &Abilities, wanted: SoundForm) -> Option<SoundForm> {
    let gives = |format: MediaFormat| row.gives.contains(&format);
    match wanted {
        _ if row.gives.is_empty() => None,
        SoundForm::File(format) if gives(format) => None,
        SoundForm::File(_) | SoundForm::Pcm { .. } => row.gives.first().map(|format| SoundForm::File(*format)),
    }
}

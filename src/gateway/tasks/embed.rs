//! Embeddings: a vector for each text, all from one family of models. An answer has exactly one finite vector for each
//! input, all of one length.
//!
//! Requests with more texts than a target takes at once are split; each piece runs through the attempt loop by itself,
//! and the plan keeps all of them within one family.

use std::borrow::Cow;
use std::ops::Range;

use mediary_core::capability::{Abilities, CapabilityMatrix};
use mediary_core::plan::{Candidate, Demand, Privacy, input_tokens};
use mediary_core::provider::Reservation;
use mediary_core::task::{Embed, EmbedInput, PartPath, ReplyEvent, Task, Usage};
use mediary_core::{Failure, FailureKind, Hold, Target};
use tiktoken_rs::{CoreBPE, cl100k_base_singleton};

use super::super::Gateway;
use super::super::blocking;
use super::super::routing::{
    Answer, Bounds, CallError, Fleet, Planned, Prepared, Route, TaskRequest, TreatmentNote, Verdict, Work,
};

/// Pieces are not smaller than this, whatever a target's limits say.
const FEWEST_INPUTS: usize = 1;

/// Texts that were embedded.
#[derive(Debug)]
pub struct Embedded {
    /// Where the vectors come from.
    pub route: Route,
    /// A vector for each input, in their order.
    pub vectors: Vec<Vec<f32>>,
    /// What it cost.
    pub usage: Usage,
    /// The model as its provider names it.
    pub model: Option<String>,
}

impl Gateway {
    /// Embeds texts.
    ///
    /// # Errors
    /// When an input is empty, no target can be asked, or none answered.
    pub async fn embed(&self, request: TaskRequest) -> Result<Embedded, CallError> {
        let router = &self.router;
        router.discover().await;
        let fleet = router.fleet();
        let mut planned = self.plan_embedding(&fleet, &request)?;
        let Task::Embed(embed) = request.task else { return Err(other_task().into()) };
        let mut whole: Option<Embedded> = None;
        let pieces = pieces(&embed.inputs, &planned, &fleet.matrix);
        if pieces.len() > 1 {
            request.bounds.account.needs_several_calls()?;
        }
        // A request of several pieces is refused before its first, not when half of it is done.
        let reserved = if pieces.len() > 1 { reserve(&fleet, &planned)? } else { None };
        for piece in pieces {
            let inputs = embed.inputs[piece.clone()].to_vec();
            let task = Task::Embed(Embed { inputs, dimensions: embed.dimensions, extras: embed.extras.clone() });
            let work = EmbedWork { task, first: piece.start, reserved: reserved.as_ref() };
            let answer = router.run(&fleet, &planned, &work).await?.answered(router, &fleet)?;
            // The target that answers one piece is the first to be asked for the next.
            let answering = &answer.route.target;
            planned.plan.candidates.sort_by_key(|candidate| candidate.target != *answering);
            whole = Some(match whole {
                None => answer,
                Some(before) => joined(before, answer)?,
            });
        }
        whole.ok_or_else(|| Failure::malformed("`input` is empty; send at least one text").into())
    }

    /// The vectors of texts by an embedding of this process: `input_type` says whether they are asked (`query`) or looked
    /// through (`passage`). They leave this machine in no case, and are no part of what a request costs.
    ///
    /// # Errors
    /// When it does not answer.
    pub(in crate::gateway) async fn vectors_here(
        &self,
        model: &str,
        texts: Vec<String>,
        input_type: &str,
    ) -> Result<Vec<Vec<f32>>, CallError> {
        let extras = [("input_type", input_type), ("truncate", "END")];
        let extras =
            extras.into_iter().map(|(name, value)| (name.to_owned(), serde_json::Value::from(value))).collect();
        let inputs = texts.into_iter().map(EmbedInput::Text).collect();
        let task = Task::Embed(Embed { inputs, dimensions: None, extras });
        let bounds = Bounds { privacy: Privacy::Local, ..Bounds::default() };
        let request = TaskRequest { task, model: model.to_owned(), bounds, client: Vec::new(), held: Hold::default() };
        Ok(Box::pin(self.embed(request)).await?.vectors)
    }

    /// The plan for texts to embed. Nothing is called.
    pub(super) fn plan_embedding(&self, fleet: &Fleet, request: &TaskRequest) -> Result<Planned, CallError> {
        let Task::Embed(embed) = &request.task else { return Err(other_task().into()) };
        check(embed)?;
        let want = self.router.resolve(fleet, request.task.kind(), &request.model, None)?;
        let policy = self.router.policy(want, &request.bounds);
        self.router.plan(fleet, Demand::of(&request.task, Vec::new()), &policy, &[], &request.bounds)
    }
}

/// A place in the queue of the target that is asked first, if it has one.
fn reserve(fleet: &Fleet, planned: &Planned) -> Result<Option<(Target, Reservation)>, Failure> {
    let Some(first) = planned.plan.candidates.first() else { return Ok(None) };
    match fleet.member(first.row).provider.reserve(&fleet.matrix.rows()[first.row]) {
        Ok(reservation) => Ok(reservation.map(|reservation| (first.target.clone(), reservation))),
        // Another target may have room.
        Err(Failure { kind: FailureKind::Busy { .. }, .. }) if planned.plan.candidates.len() > 1 => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn other_task() -> Failure {
    Failure::broken("another task was taken for an embedding")
}

fn check(embed: &Embed) -> Result<(), Failure> {
    if embed.inputs.is_empty() {
        return Err(Failure::malformed("`input` is empty; send at least one text"));
    }
    match embed.inputs.iter().position(EmbedInput::is_empty) {
        Some(index) => {
            let empty = Failure::malformed("there is no text in it; leave it out or send some");
            Err(empty.at(PartPath::Item("input", index)))
        }
        None => Ok(()),
    }
}

/// Ranges of inputs that every candidate takes in one call.
fn pieces(inputs: &[EmbedInput], planned: &Planned, matrix: &CapabilityMatrix) -> Vec<Range<usize>> {
    let spaces =
        || planned.plan.candidates.iter().filter_map(|candidate| matrix.rows()[candidate.row].vectors.as_ref());
    let most_inputs = spaces().filter_map(|space| space.inputs).min().map_or(usize::MAX, |most| most as usize);
    let most_tokens = spaces().filter_map(|space| space.batch_tokens).min().unwrap_or(u32::MAX);
    let mut pieces = Vec::new();
    let (mut start, mut tokens) = (0, 0_u32);
    for (index, input) in inputs.iter().enumerate() {
        let more = input_tokens(input);
        let count = index - start;
        if count >= FEWEST_INPUTS && (count >= most_inputs || tokens.saturating_add(more) > most_tokens) {
            pieces.push(start..index);
            (start, tokens) = (index, 0);
        }
        tokens = tokens.saturating_add(more);
    }
    pieces.push(start..inputs.len());
    pieces
}

/// Two pieces as one. Their vectors are of one family, so they are of one length unless a provider changed its model.
fn joined(mut before: Embedded, after: Embedded) -> Result<Embedded, Failure> {
    if before.vectors[0].len() != after.vectors[0].len() {
        let (one, other) = (&before.route.target, &after.route.target);
        let detail = format!("{one} and {other} gave vectors of different lengths; name one of them as `model`");
        return Err(Failure::new(FailureKind::Garbled, detail));
    }
    before.vectors.extend(after.vectors);
    before.usage.prompt_tokens += after.usage.prompt_tokens;
    before.usage.cut_tokens += after.usage.cut_tokens;
    before.usage.estimated |= after.usage.estimated;
    before.route.join(after.route);
    Ok(before)
}

/// Texts in the attempt loop.
struct EmbedWork<'r> {
    task: Task,
    /// The place of the first text in the request.
    first: usize,
    /// A place in the queue of a target, kept for all pieces.
    reserved: Option<&'r (Target, Reservation)>,
}

impl EmbedWork<'_> {
    fn embed(&self) -> Result<&Embed, Failure> {
        let Task::Embed(embed) = &self.task else { return Err(other_task()) };
        Ok(embed)
    }
}

impl Work for EmbedWork<'_> {
    type Answer = Embedded;

    async fn prepare<'a>(&'a self, _candidate: &'a Candidate, row: &'a Abilities) -> Result<Prepared<'a>, Failure> {
        let embed = self.embed()?;
        if !embed.has_tokens() || row.vectors.as_ref().is_some_and(|space| space.takes_tokens) {
            return Ok(Prepared::as_it_is(&self.task));
        }
        let embed = embed.clone();
        let task = blocking::run(move || Ok(Task::Embed(Embed { inputs: as_texts(embed.inputs)?, ..embed }))).await?;
        let note = TreatmentNote {
            place: PartPath::Field("input"),
            does: "transcode",
            by: "cl100k_base".to_owned(),
            pages: None,
            hidden: Vec::new(),
        };
        Ok(Prepared { task: Cow::Owned(task), notes: vec![note] })
    }

    fn placed(&self, failure: Failure) -> Failure {
        match failure.place {
            Some(PartPath::Item(list, index)) => failure.at(PartPath::Item(list, self.first + index)),
            _ => failure,
        }
    }

    fn reservation(&self, candidate: &Candidate) -> Option<&Reservation> {
        let (target, reservation) = self.reserved?;
        (candidate.target == *target).then_some(reservation)
    }

    async fn judge(&self, mut answer: Box<Answer>, _: &Candidate) -> Result<Verdict<Embedded>, Failure> {
        let embed = self.embed()?;
        let (reply, _) = answer.fold(|event| matches!(event, ReplyEvent::Vector { .. })).await?;
        let vectors = in_order(reply.vectors, embed)?;
        let usage = reply.usage.unwrap_or_default();
        let (route, model) = (answer.route, reply.model);
        Ok(Verdict::Answer(Embedded { route, vectors, usage, model }))
    }
}

/// One vector for each input, or what is wrong with them.
fn in_order(vectors: Vec<(u32, Vec<f32>)>, embed: &Embed) -> Result<Vec<Vec<f32>>, Failure> {
    let garbled = |what: &str| Failure::new(FailureKind::Garbled, format!("the provider's vectors {what}"));
    let mut placed: Vec<Option<Vec<f32>>> = vec![None; embed.inputs.len()];
    for (index, vector) in vectors {
        let place = placed.get_mut(index as usize).ok_or_else(|| garbled("are more than the inputs"))?;
        if place.replace(vector).is_some() {
            return Err(garbled("come twice for one input"));
        }
    }
    let placed: Option<Vec<Vec<f32>>> = placed.into_iter().collect();
    let vectors = placed.ok_or_else(|| garbled("are fewer than the inputs"))?;
    let length = vectors.first().map_or(0, Vec::len);
    if length == 0 || vectors.iter().any(|vector| vector.len() != length) {
        return Err(garbled("are empty or of different lengths"));
    }
    if vectors.iter().flatten().any(|number| !number.is_finite()) {
        return Err(garbled("hold numbers that are not finite"));
    }
    // It is near to nothing, and far from nothing.
    if vectors.iter().any(|vector| vector.iter().all(|number| *number == 0.0)) {
        return Err(garbled("hold one of nothing but zeros"));
    }
    if embed.dimensions.is_some_and(|wanted| wanted as usize != length) {
        return Err(garbled("have other dimensions than were asked for"));
    }
    Ok(vectors)
}

/// Tokens as the texts they stand for, for targets with a tokenizer of their own.
fn as_texts(inputs: Vec<EmbedInput>) -> Result<Vec<EmbedInput>, Failure> {
    let tokenizer: &CoreBPE = cl100k_base_singleton();
    let texts = inputs.into_iter().enumerate().map(|(index, input)| match input {
        EmbedInput::Text(text) => Ok(EmbedInput::Text(text)),
        EmbedInput::Tokens(tokens) => {
            let unknown = |_| {
                let failure = Failure::malformed("it holds numbers that are no tokens of cl100k_base; send the text");
                failure.at(PartPath::Item("input", index))
            };
            let bytes = tokenizer.decode_bytes(&tokens).map_err(unknown)?;
            // A text that was cut between two tokens may end within a character.
            Ok(EmbedInput::Text(String::from_utf8_lossy(&bytes).into_owned()))
        }
    });
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts_of(count: usize) -> Embed {
        let inputs = (0..count).map(|index| EmbedInput::Text(format!("text {index}"))).collect();
        Embed { inputs, ..Embed::default() }
    }

    #[test]
    fn an_answer_has_one_finite_vector_for_each_input() {
        let ok = |index, numbers: &[f32]| (index, numbers.to_vec());
        type Row = (Vec<(u32, Vec<f32>)>, Option<u32>, Result<usize, &'static str>);
        let rows: [Row; 9] = [
            (vec![ok(1, &[0.5, 1.0]), ok(0, &[1.0, 0.0])], None, Ok(2)),
            (vec![ok(0, &[1.0, 0.0])], None, Err("fewer")),
            (vec![ok(0, &[1.0]), ok(0, &[1.0])], None, Err("twice")),
            (vec![ok(0, &[1.0]), ok(2, &[1.0])], None, Err("more")),
            (vec![ok(0, &[1.0]), ok(1, &[1.0, 2.0])], None, Err("different lengths")),
            (vec![ok(0, &[]), ok(1, &[])], None, Err("empty")),
            (vec![ok(0, &[1.0]), ok(1, &[f32::NAN])], None, Err("finite")),
            (vec![ok(0, &[1.0]), ok(1, &[0.0])], None, Err("zeros")),
            (vec![ok(0, &[1.0]), ok(1, &[1.0])], Some(2), Err("dimensions")),
        ];
        for (vectors, dimensions, expected) in rows {
            let embed = Embed { dimensions, ..texts_of(2) };
            match (in_order(vectors, &embed), expected) {
                (Ok(vectors), Ok(length)) => assert_eq!((vectors.len(), vectors[0].len()), (2, length)),
                (Err(failure), Err(words)) => assert!(failure.detail.contains(words), "{failure} lacks: {words}"),
                (outcome, expected) => panic!("{outcome:?} instead of {expected:?}"),
            }
        }
    }

    #[test]
    fn tokens_are_the_texts_they_stand_for() {
        let tokens = cl100k_base_singleton().encode_ordinary("Grüße, world");
        let inputs = vec![EmbedInput::Text("as it is".to_owned()), EmbedInput::Tokens(tokens)];
        let texts = as_texts(inputs).unwrap();
        assert_eq!(texts[1], EmbedInput::Text("Grüße, world".to_owned()));
        let failure = as_texts(vec![EmbedInput::Tokens(vec![u32::MAX])]).unwrap_err();
        assert!(failure.kind == FailureKind::Malformed && failure.to_string().starts_with("input[0]"), "{failure}");
        let piece = EmbedWork { task: Task::Embed(texts_of(1)), first: 7, reserved: None };
        assert!(piece.placed(failure).to_string().starts_with("input[7]"), "counted in the whole request");
    }
}

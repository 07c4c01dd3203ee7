//! Ranking documents by a question: by a target that is made for it, or by how near their vectors lie to the question's,
//! which is an approximation and is called one.
//!
//! An answer ranks no document twice and none that was not sent; what it leaves out is left out.

use mediary_core::capability::{Abilities, TaskKind};
use mediary_core::plan::{Candidate, Demand};
use mediary_core::task::{Embed, EmbedInput, Extras, PartPath, ReplyEvent, Rerank, Task, WholeReply};
use mediary_core::{Failure, Target};
use serde_json::json;

use super::super::Gateway;
use super::super::routing::{Answer, CallError, Fleet, Planned, Prepared, TaskRequest, TreatmentNote, Verdict, Work};
use super::{Answered, Embedded, WholeAnswer};

/// What is done with vectors where no target ranks.
const RANK: &str = "rank";
/// By what they stand in for a target that ranks.
const BY_VECTORS: &str = "embeddings";

impl Gateway {
    /// Ranks documents.
    ///
    /// # Errors
    /// When no target can be asked, or none answered.
    pub(super) async fn rerank(&self, request: TaskRequest) -> Result<Answered, CallError> {
        let router = &self.router;
        router.discover().await;
        let fleet = router.fleet();
        if let Some(target) = stand_in(&fleet, &request) {
            return self.rank_by_vectors(request, &target).await;
        }
        let planned = self.plan_ranking(&fleet, &request)?;
        let Task::Rerank(rerank) = &request.task else { return Err(other_task().into()) };
        let work = RankWork { task: &request.task, rerank };
        Ok(Answered::Whole(Box::new(router.run(&fleet, &planned, &work).await?.answered(router, &fleet)?)))
    }

    /// The plan for documents to rank. Nothing is called.
    pub(super) fn plan_ranking(&self, fleet: &Fleet, request: &TaskRequest) -> Result<Planned, CallError> {
        let Task::Rerank(rerank) = &request.task else { return Err(other_task().into()) };
        if let Some(target) = stand_in(fleet, request) {
            let planned = self.plan_embedding(fleet, &of_documents(rerank, request, &target))?;
            return Ok(Planned { then: Some(RANK), ..planned });
        }
        let want = self.router.resolve(fleet, TaskKind::Rerank, &request.model, None)?;
        let policy = self.router.policy(want, &request.bounds);
        self.router.plan(fleet, Demand::of(&request.task, Vec::new()), &policy, &[], &request.bounds)
    }

    async fn rank_by_vectors(&self, request: TaskRequest, target: &Target) -> Result<Answered, CallError> {
        let Task::Rerank(rerank) = &request.task else { return Err(other_task().into()) };
        let documents = Box::pin(self.embed(of_documents(rerank, &request, target))).await?;
        let question = Box::pin(self.embed(of_question(rerank, &request, target))).await?;
        let Embedded { mut route, vectors: documents, usage, model } = documents;
        route.join(question.route);
        let usage = usage.and(question.usage);
        let Some(query) = question.vectors.first() else { return Err(other_task().into()) };
        let scores = (0..).zip(documents.iter().map(|document| nearness(query, document)));
        let ranked = best(scores.collect(), rerank.top);
        route.treatments.push(TreatmentNote {
            place: PartPath::Field("documents"),
            does: "transcode",
            by: BY_VECTORS.to_owned(),
            pages: None,
            hidden: Vec::new(),
        });
        let own = vec![("mediary", "approximation", json!(BY_VECTORS))];
        let reply = WholeReply { ranked, own, usage: Some(usage), model, ..WholeReply::default() };
        Ok(Answered::Whole(Box::new(WholeAnswer { route, reply, raw: None })))
    }
}

fn other_task() -> Failure {
    Failure::broken("another task was taken for a ranking")
}

/// The target whose vectors stand in: one that embeds and was named; else, where no target ranks and none was named, one
/// of this process.
fn stand_in(fleet: &Fleet, request: &TaskRequest) -> Option<Target> {
    let rows = fleet.matrix.rows();
    let embeds = |row: &&Abilities| row.does(TaskKind::Embedding);
    let named = request.model.parse::<Target>().ok().and_then(|target| fleet.matrix.get(&target));
    let named = named.or_else(|| rows.iter().find(|row| row.target.model.as_str() == request.model));
    if let Some(row) = named {
        return Some(row).filter(|row| !row.does(TaskKind::Rerank)).filter(embeds).map(|row| row.target.clone());
    }
    let is_free_to_choose = matches!(request.model.as_str(), "" | "auto");
    if !is_free_to_choose || rows.iter().any(|row| row.does(TaskKind::Rerank)) {
        return None;
    }
    // One that was named says itself what is missing of it.
    let is_there = |row: &&Abilities| row.target.is_local() && row.missing.is_none();
    rows.iter().filter(is_there).find(embeds).map(|row| row.target.clone())
}

/// The request for the vectors of documents.
fn of_documents(rerank: &Rerank, request: &TaskRequest, target: &Target) -> TaskRequest {
    embedding(rerank.documents.clone(), "passage", request, target)
}

/// The request for the vector of a question.
fn of_question(rerank: &Rerank, request: &TaskRequest, target: &Target) -> TaskRequest {
    embedding(vec![rerank.query.clone()], "query", request, target)
}

/// The request for the vectors of texts that are for something. What is too long is cut, as by models that rank.
fn embedding(texts: Vec<String>, input_type: &str, request: &TaskRequest, target: &Target) -> TaskRequest {
    let inputs = texts.into_iter().map(EmbedInput::Text).collect();
    let mut extras = Extras::new();
    // Others spell these in their own ways, or refuse them.
    if target.is_local() {
        extras.insert("input_type".to_owned(), json!(input_type));
        extras.insert("truncate".to_owned(), json!(true));
    }
    TaskRequest {
        task: Task::Embed(Embed { inputs, extras, ..Embed::default() }),
        model: target.to_string(),
        ..request.clone()
    }
}

/// The cosine of the angle between two vectors, where that says how near they are; those that are apart are not near.
fn nearness(one: &[f32], other: &[f32]) -> f64 {
    let dot = |one: &[f32], other: &[f32]| -> f64 {
        one.iter().zip(other).map(|(one, other)| f64::from(*one) * f64::from(*other)).sum()
    };
    let lengths = (dot(one, one) * dot(other, other)).sqrt();
    if lengths > 0.0 { (dot(one, other) / lengths).clamp(0.0, 1.0) } else { 0.0 }
}

/// The best ones first, and no more of them than are wanted; ties in the order of the documents.
fn best(mut ranked: Vec<(u32, f64)>, top: Option<u32>) -> Vec<(u32, f64)> {
    ranked.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    ranked.truncate(top.map_or(usize::MAX, |top| top as usize));
    ranked
}

/// Documents in the attempt loop.
struct RankWork<'a> {
    task: &'a Task,
    rerank: &'a Rerank,
}

impl Work for RankWork<'_> {
    type Answer = WholeAnswer;

    async fn prepare<'a>(&'a self, _candidate: &'a Candidate, _row: &'a Abilities) -> Result<Prepared<'a>, Failure> {
        Ok(Prepared::as_it_is(self.task))
    }

    async fn judge(&self, mut answer: Box<Answer>, _: &Candidate) -> Result<Verdict<WholeAnswer>, Failure> {
        let (mut reply, _) = answer.fold(|event| matches!(event, ReplyEvent::Ranked { .. })).await?;
        reply.ranked = best(reply.ranked, self.rerank.top);
        Ok(Verdict::Answer(WholeAnswer { route: answer.route, reply, raw: None }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_come_first() {
        let query = [1.0, 0.0];
        let documents = [[0.0, 1.0], [2.0, 0.0], [3.0, 4.0], [-1.0, 0.0]];
        let scores: Vec<(u32, f64)> =
            (0..).zip(documents.iter().map(|document| (nearness(&query, document) * 1e6).round() / 1e6)).collect();
        assert_eq!(scores, [(0, 0.0), (1, 1.0), (2, 0.6), (3, 0.0)]);
        assert_eq!(best(scores.clone(), None).iter().map(|(index, _)| *index).collect::<Vec<_>>(), [1, 2, 0, 3]);
        assert_eq!(best(scores, Some(1)), [(1, 1.0)]);
        assert_eq!(nearness(&[0.0], &[1.0]), 0.0);
    }
}

//! The attempt loop with a toy task and toy engines: what a new kind of work has to say, and that fallback, doubt,
//! ledger and queue places are the loop's affair.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::task::{Context, Poll};

use mediary_core::capability::{Abilities, TaskKind};
use mediary_core::plan::{Candidate, Demand, Want};
use mediary_core::provider::{BoxFuture, Call, Provider, ReplyStream, Reservation};
use mediary_core::task::{Chat, Message, ReplyEvent, ReplyFrame, Role, Task};
use mediary_core::{Failure, FailureKind, Target};

use super::*;

/// Engines that each say one thing, or fail in one way.
#[derive(Debug)]
struct Toys {
    says: Vec<(&'static str, Result<&'static str, FailureKind>)>,
    /// Which were called, and whether in a reserved place.
    called: Mutex<Vec<(String, bool)>>,
}

#[derive(Debug)]
struct ToyReply(VecDeque<ReplyFrame>);

impl ReplyStream for ToyReply {
    fn poll_frame(&mut self, _: &mut Context<'_>) -> Poll<Option<Result<ReplyFrame, Failure>>> {
        Poll::Ready(self.0.pop_front().map(Ok))
    }

    fn is_stream(&self) -> bool {
        true
    }
}

impl Provider for Toys {
    fn wire_format_of(&self, _task: &Task, _abilities: &Abilities) -> &'static str {
        "toys"
    }

    fn call<'a>(&'a self, call: Call<'a>) -> BoxFuture<'a, Result<Box<dyn ReplyStream>, Failure>> {
        let model = call.abilities.target.model.as_str();
        self.called.lock().unwrap().push((model.to_owned(), call.reservation.is_some()));
        let says = self.says.iter().find(|(name, _)| *name == model).map(|(_, says)| says.clone());
        let outcome = says.unwrap().map_err(|kind| Failure::new(kind, "as told")).map(|text| {
            let event = ReplyEvent::Text { choice: 0, text: text.to_owned() };
            let frame = ReplyFrame { events: vec![event], ..ReplyFrame::default() };
            Box::new(ToyReply([frame].into())) as Box<dyn ReplyStream>
        });
        Box::pin(std::future::ready(outcome))
    }
}

/// A toy task: a question to which only "yes" is an answer, and of which anything longer than a word is doubted.
struct IsIt {
    task: Task,
    reservation: Option<Reservation>,
}

impl Work for IsIt {
    type Answer = String;

    async fn prepare<'a>(&'a self, _: &'a Candidate, _: &'a Abilities) -> Result<Prepared<'a>, Failure> {
        Ok(Prepared::as_it_is(&self.task))
    }

    async fn judge(&self, mut answer: Box<Answer>, _: &Candidate) -> Result<Verdict<String>, Failure> {
        match text_of(&mut answer).await?.as_str() {
            "yes" => Ok(Verdict::Answer(answer.route.target.to_string())),
            doubtful if doubtful.contains(' ') => Ok(Verdict::Doubted(doubtful.to_owned())),
            _ => Err(Failure::new(FailureKind::Garbled, "neither yes nor a sentence")),
        }
    }

    fn reservation(&self, _: &Candidate) -> Option<&Reservation> {
        self.reservation.as_ref()
    }
}

fn is_it() -> IsIt {
    let chat = Chat { messages: vec![Message::text(Role::User, "Is it?")], ..Chat::default() };
    IsIt { task: Task::Chat(chat), reservation: None }
}

struct Stage {
    router: Arc<Router>,
    toys: Arc<Toys>,
}

fn stage(says: &[(&'static str, Result<&'static str, FailureKind>)]) -> Stage {
    let toys = Arc::new(Toys { says: says.to_vec(), called: Mutex::default() });
    let rows = says.iter().map(|(model, _)| Abilities::of(Target::local(model), TaskKind::Chat)).collect();
    let router = Router::new(Providers::default(), Routing::default(), toys.clone(), rows);
    Stage { router: Arc::new(router), toys }
}

impl Stage {
    async fn run(&self, work: &IsIt) -> Result<Ran<String>, Failure> {
        let targets = self.toys.says.iter().map(|(model, _)| Target::local(model)).collect();
        let fleet = self.router.fleet();
        let policy = self.router.policy(Want::Targets(targets), &Bounds::default());
        let planned =
            self.router.plan(&fleet, Demand::of(&work.task, Vec::new()), &policy, &[], &Bounds::default()).unwrap();
        self.router.run(&fleet, &planned, work).await
    }

    fn called(&self) -> Vec<String> {
        self.toys.called.lock().unwrap().iter().map(|(model, _)| model.clone()).collect()
    }
}

#[tokio::test]
async fn failures_and_doubts_lead_to_the_next_candidate() {
    let busy = FailureKind::Overloaded { retry_after: None };
    let stage =
        stage(&[("broken", Err(busy)), ("mumbles", Ok("hm")), ("doubts", Ok("I think so")), ("sure", Ok("yes"))]);
    let ran = stage.run(&is_it()).await.unwrap();
    assert_eq!(ran.answer.as_deref(), Some("local/sure"));
    assert_eq!(ran.doubted, ["I think so"]);
    let kinds: Vec<_> = ran.tried.iter().map(|tried| (tried.target.to_string(), tried.kind.name())).collect();
    assert_eq!(kinds, [("local/broken".to_owned(), "overloaded"), ("local/mumbles".to_owned(), "garbled")]);
    assert_eq!(stage.called(), ["broken", "broken", "mumbles", "doubts", "sure"], "what may be over is asked twice");
    // Local targets stand in the ledger like any other.
    let failed: Vec<_> = stage.router.records().into_iter().map(|(target, record)| (target, record.failures)).collect();
    assert_eq!(failed.iter().filter(|(_, failures)| *failures > 0).count(), 2, "{failed:?}");
    let cooling = stage.router.health().0.iter().filter(|health| health.breakdown.is_some()).count();
    assert_eq!(cooling, 2, "both that failed cool down");
}

#[tokio::test]
async fn what_would_fail_anywhere_ends_the_run() {
    let stage = stage(&[("refuses", Err(FailureKind::ContentRefused)), ("sure", Ok("yes"))]);
    assert_eq!(stage.run(&is_it()).await.unwrap_err().kind, FailureKind::ContentRefused);
    assert_eq!(stage.called(), ["refuses"]);
}

#[tokio::test]
async fn without_an_answer_the_doubted_replies_are_left() {
    let stage = stage(&[("one", Ok("may be")), ("other", Ok("may not be"))]);
    let ran = stage.run(&is_it()).await.unwrap();
    assert_eq!((ran.answer, ran.doubted.len(), ran.tried.len()), (None, 2, 0));
}

#[tokio::test]
async fn a_reserved_place_reaches_the_provider() {
    let stage = stage(&[("sure", Ok("yes"))]);
    let work = IsIt { reservation: Some(Reservation::new(())), ..is_it() };
    stage.run(&work).await.unwrap();
    assert_eq!(*stage.toys.called.lock().unwrap(), [("sure".to_owned(), true)]);
}

//! Answers with pictures: gathered to their end, over as many requests as it takes until the pictures are there.
//!
//! Most come at once; where a provider only says that there will be one, it is asked for again, no longer than one call may
//! take. Their pictures are in files, so that gathering takes little memory.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Context, Poll};

use http::Method;
use mediary_core::provider::{BoxFuture, Call, Quota, ReplyStream};
use mediary_core::task::ReplyFrame;
use mediary_core::{Failure, FailureKind};
use tokio::time::{Instant, sleep};

use super::clock::Clock;
use super::{Remote, Reply, request};
use crate::client::Answer;
use crate::frames::{Cutter, Framing};

/// A cutter for an answer that holds pictures, or is one.
pub(super) fn cutter(answer: &Answer, framing: Option<Framing>) -> Cutter {
    match framing {
        Some(framing) => Cutter::stream(framing).lifting(),
        None if request::is_file(answer) => Cutter::file(),
        None => Cutter::whole(answer.content_length()).lifting(),
    }
}

impl Remote {
    /// Gathers an answer and those that follow it.
    ///
    /// # Errors
    /// What the provider says went wrong, or that it took too long.
    pub(super) async fn gather(&self, call: &Call<'_>, first: Reply) -> Result<Box<dyn ReplyStream>, Failure> {
        let deadline = Instant::now() + call.timeouts.first_byte;
        let mut gathered =
            Gathered { frames: VecDeque::new(), quota: first.quota(), left_out: first.left_out().to_vec() };
        let mut reply = first;
        loop {
            while let Some(frame) = poll_fn(|context| reply.poll_frame(context)).await {
                gathered.frames.push_back(frame?);
            }
            let Some(next) = reply.follow_up() else { return Ok(Box::new(gathered)) };
            if Instant::now() + next.after >= deadline {
                let detail = format!("the provider made no picture within {} s", call.timeouts.first_byte.as_secs());
                return Err(Failure::new(FailureKind::TimedOut, detail));
            }
            sleep(next.after).await;
            let request = self.request(Method::GET, &next.path, &[], call.key)?;
            let clock = Clock::start(call.timeouts);
            let answer = self.send(request, &clock, call.key, &[]).await.map_err(|refusal| refusal.failure)?;
            let cutter = cutter(&answer, None);
            reply = Reply::new(answer, cutter, reply.into_reader(), clock, call.key);
        }
    }
}

/// An answer that is here already.
#[derive(Debug)]
pub(super) struct Gathered {
    frames: VecDeque<ReplyFrame>,
    quota: Option<Quota>,
    left_out: Vec<String>,
}

impl Gathered {
    /// An answer of these frames, which came by other ways than one call.
    pub(super) fn of(frames: VecDeque<ReplyFrame>) -> Self {
        Self { frames, quota: None, left_out: Vec::new() }
    }
}

impl ReplyStream for Gathered {
    fn poll_frame(&mut self, _context: &mut Context<'_>) -> Poll<Option<Result<ReplyFrame, Failure>>> {
        Poll::Ready(self.frames.pop_front().map(Ok))
    }

    fn is_stream(&self) -> bool {
        false
    }

    fn quota(&self) -> Option<Quota> {
        self.quota
    }

    fn left_out(&self) -> &[String] {
        &self.left_out
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

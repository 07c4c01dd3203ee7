//! A task as it is sent: what it names is uploaded first, what is refused and can be left out is left out.

use mediary_core::Failure;
use mediary_core::provider::{Call, ReplyStream as _};
use mediary_core::task::{SoundForm, Speak, Task};

use super::clock::Clock;
use super::request::{self, Refusal};
use super::{Remote, Reply, gathered, learned, provider, trouble};
use crate::endpoint::LIMITS;
use crate::frames::{Cutter, Framing};
use crate::{Dialect as _, OpenAi, Quirks};

/// The rate of bare samples of which nothing is said, as most have it that give such.
const SPOKEN_RATE_HZ: u32 = 24_000;

impl Remote {
    /// Sends a task; resolves when the head of a good answer is here. A refusal that names a parameter which can be left out
    /// is no answer yet: the task is sent again without it, and so is every later one to this model.
    ///
    /// # Errors
    /// When the task cannot be written in the dialect, the provider cannot be reached or does not begin in time, or it
    /// refuses.
    pub(super) async fn send_task(&self, call: &Call<'_>) -> Result<Reply, Failure> {
        let model = call.abilities.target.model.as_str();
        let optional = provider::optional(call.task);
        let mut refused: Vec<String> = self.learned.of(model);
        loop {
            let quirks = learned::habits(&self.endpoint.quirks, &refused);
            let is_asked = |name: &&String| optional.contains(name) && !call.dropped.contains(name);
            let mut left_out: Vec<String> = refused.iter().filter(is_asked).cloned().collect();
            let is_limited =
                learned::written(call.task, &quirks, call.dropped).iter().any(|name| name == quirks.limit());
            if is_limited && learned::has_no_limit(&refused) {
                left_out.push(LIMITS[0].to_owned());
            }
            let dropped = [call.dropped, left_out.as_slice()].concat();
            let mut sent: Vec<String> = optional.iter().filter(|name| !dropped.contains(name)).cloned().collect();
            if self.dialect.wire_format_of(call.task, call.abilities) == OpenAi.wire_format() {
                sent.extend(learned::written(call.task, &quirks, &dropped));
            }
            match self.send_once(&Call { dropped: &dropped, ..*call }, &quirks, &sent).await {
                Ok(reply) => {
                    let noted = reply.left_out().iter().filter(|name| !left_out.contains(name)).cloned();
                    let mut all: Vec<String> = left_out.iter().cloned().chain(noted).collect();
                    // What is said in other words is not lost.
                    let lost = call.task.lost(&[call.dropped, all.as_slice()].concat());
                    all.retain(|name| lost.contains(name));
                    return Ok(reply.without(all));
                }
                Err(Refusal { parameter: Some(name), .. }) => {
                    self.learned.add(model, &name);
                    refused.push(name);
                }
                Err(Refusal { failure, parameter: None }) => return Err(failure),
            }
        }
    }

    async fn send_once(&self, call: &Call<'_>, quirks: &Quirks, sent: &[String]) -> Result<Reply, Refusal> {
        let mut written = self.dialect.encode(call, quirks)?;
        let mut left_out = std::mem::take(&mut written.left_out);
        if let Task::Chat(chat) = call.task {
            let unsaid = chat.unsaid_to(self.dialect.wire_format_of(call.task, call.abilities));
            left_out.extend(unsaid.into_iter().filter(|name| !call.dropped.contains(name)));
            let free = chat.tools.iter().filter_map(|tool| tool.free_text.as_ref());
            left_out.extend(free.filter(|_| !call.abilities.custom_tools).filter_map(|free| free.worded.clone()));
        }
        for upload in std::mem::take(&mut written.before) {
            let request = self.carrying(upload, call.key)?;
            self.send(request, &Clock::start(call.timeouts), call.key, &[]).await?;
        }
        let request = self.carrying(written, call.key)?;
        let clock = Clock::start(call.timeouts);
        let answer = self.send(request, &clock, call.key, sent).await?;
        // Its time begins anew once an answer is here that was waited for.
        let (mut answer, clock) = match answer.status() {
            202 => (Box::pin(self.settled(answer, call, sent)).await?, Clock::start(call.timeouts)),
            _ => (answer, clock),
        };
        let framing = match request::framing(&answer) {
            None if matches!(call.task, Task::Chat(chat) if chat.stream) && request::is_plain(&answer) => {
                let beginning = tokio::time::timeout_at(clock.deadline(), answer.look_ahead()).await;
                let beginning =
                    beginning.map_err(|_| clock.timed_out())?.map_err(|error| trouble::broke_off(&error))?;
                request::begins_with_event(beginning).then_some(Framing::Sse)
            }
            framing => framing,
        };
        let gives_files = matches!(call.task, Task::Speak(_) | Task::GenerateVideo(_));
        let is_file = gives_files && request::is_file(&answer);
        let cutter = match (call.task, framing) {
            (Task::Image(_), framing) => gathered::cutter(&answer, framing),
            (_, Some(framing)) => Cutter::stream(framing),
            (_, None) if is_file => Cutter::pieces(),
            (_, None) => Cutter::whole(answer.content_length()),
        };
        // What comes is what it is said to be, whatever was asked for.
        let bare = match call.task {
            Task::Speak(speak) if is_file => request::bare_samples(&answer).map(|rate_hz| {
                let form = SoundForm::Pcm { rate_hz: rate_hz.unwrap_or(SPOKEN_RATE_HZ) };
                Task::Speak(Speak { form, ..speak.clone() })
            }),
            _ => None,
        };
        let reader =
            self.dialect.reader_of(bare.as_ref().unwrap_or(call.task), call.abilities, framing.is_some() || is_file);
        Ok(Reply::new(answer, cutter, reader, clock, call.key).without(left_out))
    }
}

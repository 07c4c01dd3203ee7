//! An answer, told to the client event by event, whatever gives it: words, sound, calls of functions.
//!
//! It also keeps what of it can have been heard so far, for a person who breaks in.

use std::collections::VecDeque;
use std::time::Instant;

use mediary_core::Failure;
use mediary_core::live::{
    Content, Item, ItemKind, ItemState, LiveError, LiveSettings, LiveUsage, Place, ResponseState, ServerEvent,
    SpokenReply,
};
use mediary_core::task::Role;
use serde_json::{Map, Value};

use super::conversation::new_id;
use super::sound::Outlet;

/// What is told to a client.
pub(super) type Out = VecDeque<ServerEvent>;

/// An answer that is being told.
#[derive(Debug)]
pub(super) struct Scribe {
    reply: SpokenReply,
    /// The item that the answer's first one follows.
    after: Option<String>,
    message: Option<Spoken>,
    calls: Vec<Call>,
    outlet: Outlet,
}

/// The words of an answer, and where in its sound they stand.
#[derive(Debug, Clone)]
pub(super) struct Spoken {
    pub(super) item: String,
    output: u32,
    text: String,
    /// Where in the text more of it began, and how much sound there was before, in milliseconds.
    marks: Vec<(usize, f64)>,
    given_ms: f64,
    /// When its first sound was told.
    since: Option<Instant>,
}

#[derive(Debug)]
struct Call {
    index: u32,
    item: String,
    output: u32,
    call: String,
    name: String,
    arguments: String,
}

impl Scribe {
    /// Begins an answer.
    pub(super) fn begin(
        settings: LiveSettings,
        conversation: Option<String>,
        after: Option<String>,
        metadata: Map<String, Value>,
        out: &mut Out,
    ) -> Result<Self, Failure> {
        let outlet = Outlet::new(settings.output)?;
        let reply = SpokenReply {
            id: new_id("resp"),
            state: ResponseState::InProgress,
            failure: None,
            output: Vec::new(),
            settings: Box::new(settings),
            conversation,
            metadata,
            usage: None,
        };
        out.push_back(ServerEvent::ResponseCreated(Box::new(reply.clone())));
        Ok(Self { reply, after, message: None, calls: Vec::new(), outlet })
    }

    pub(super) fn id(&self) -> &str {
        &self.reply.id
    }

    pub(super) fn settings(&self) -> &LiveSettings {
        &self.reply.settings
    }

    /// Whether it becomes a part of the conversation.
    pub(super) fn is_kept(&self) -> bool {
        self.reply.conversation.is_some()
    }

    fn place(&self, item: &str, output: u32) -> Place {
        Place { response: self.reply.id.clone(), item: item.to_owned(), output, content: 0 }
    }

    fn next_output(&self) -> u32 {
        u32::from(self.message.is_some()) + self.calls.len() as u32
    }

    fn added(&mut self, item: Item, output: u32, out: &mut Out) {
        out.push_back(ServerEvent::OutputAdded { response: self.reply.id.clone(), output, item: item.clone() });
        if self.is_kept() {
            let after = self.after.replace(item.id.clone());
            out.push_back(ServerEvent::ItemAdded { item, after });
        }
    }

    fn message(&mut self, out: &mut Out) -> &mut Spoken {
        if self.message.is_none() {
            let (item, output) = (new_id("item"), self.next_output());
            let kind = ItemKind::Message { role: Role::Assistant, content: Vec::new() };
            self.added(Item { id: item.clone(), state: ItemState::InProgress, kind }, output, out);
            let place = self.place(&item, output);
            out.push_back(ServerEvent::PartAdded { place, aloud: self.reply.settings.aloud });
            self.message =
                Some(Spoken { item, output, text: String::new(), marks: Vec::new(), given_ms: 0.0, since: None });
        }
        self.message.as_mut().expect("it was just made")
    }

    /// More words.
    pub(super) fn words(&mut self, words: &str, out: &mut Out) {
        if words.is_empty() {
            return;
        }
        let message = self.message(out);
        message.marks.push((message.text.len(), message.given_ms));
        message.text.push_str(words);
        let (item, output) = (message.item.clone(), message.output);
        let (place, delta) = (self.place(&item, output), words.to_owned());
        out.push_back(match self.reply.settings.aloud {
            true => ServerEvent::WordsDelta { place, delta },
            false => ServerEvent::TextDelta { place, delta },
        });
    }

    /// More sound: 24,000 samples a second of 16 bits.
    ///
    /// # Errors
    /// When it cannot be turned into the client's form.
    pub(super) fn sound(&mut self, samples: &[u8], out: &mut Out) -> Result<(), Failure> {
        let bytes = self.outlet.push(samples)?;
        self.tell_sound(bytes, out);
        Ok(())
    }

    fn tell_sound(&mut self, bytes: Vec<u8>, out: &mut Out) {
        if bytes.is_empty() {
            return;
        }
        let ms = self.outlet.plays_ms(bytes.len());
        let message = self.message(out);
        message.given_ms += ms;
        message.since.get_or_insert_with(Instant::now);
        let (item, output) = (message.item.clone(), message.output);
        out.push_back(ServerEvent::SoundDelta { place: self.place(&item, output), bytes: bytes.into() });
    }

    /// The beginning or more of a call.
    pub(super) fn call(&mut self, index: u32, id: Option<String>, name: Option<String>, more: &str, out: &mut Out) {
        if !self.calls.iter().any(|call| call.index == index) {
            let call = Call {
                index,
                item: new_id("item"),
                output: self.next_output(),
                call: id.unwrap_or_else(|| new_id("call")),
                name: name.unwrap_or_default(),
                arguments: String::new(),
            };
            let item = call.item(ItemState::InProgress);
            let output = call.output;
            self.calls.push(call);
            self.added(item, output, out);
        }
        let Some(call) = self.calls.iter_mut().find(|call| call.index == index) else { return };
        if more.is_empty() {
            return;
        }
        call.arguments.push_str(more);
        let (item, output, id) = (call.item.clone(), call.output, call.call.clone());
        let place = self.place(&item, output);
        out.push_back(ServerEvent::ArgumentsDelta { place, call: id, delta: more.to_owned() });
    }

    /// Whether anything of it was told beyond that it has begun.
    pub(super) fn has_said(&self) -> bool {
        self.message.is_some() || !self.calls.is_empty()
    }

    /// What was said so far.
    pub(super) fn spoken(&self) -> Option<&Spoken> {
        self.message.as_ref()
    }

    /// Ends the answer; gives its items.
    pub(super) fn end(
        mut self,
        state: ResponseState,
        usage: Option<LiveUsage>,
        failure: Option<LiveError>,
        out: &mut Out,
    ) -> Vec<Item> {
        let is_whole = state == ResponseState::Completed;
        if is_whole && let Ok(rest) = self.outlet.finish() {
            self.tell_sound(rest, out);
        }
        let item_state = if is_whole { ItemState::Completed } else { ItemState::Incomplete };
        let aloud = self.reply.settings.aloud;
        let mut items: Vec<(u32, Item)> = Vec::new();
        if let Some(message) = self.message.take() {
            let text = match state {
                // What cannot have been heard was not said.
                ResponseState::Interrupted if aloud => message.heard().to_owned(),
                _ => message.text.clone(),
            };
            let place = || self.place(&message.item, message.output);
            if aloud {
                out.push_back(ServerEvent::SoundDone { place: place() });
                out.push_back(ServerEvent::WordsDone { place: place(), text: text.clone() });
            } else {
                out.push_back(ServerEvent::TextDone { place: place(), text: text.clone() });
            }
            out.push_back(ServerEvent::PartDone { place: place(), aloud, text: text.clone() });
            let content = if aloud { Content::Spoken(text) } else { Content::Written(text) };
            let kind = ItemKind::Message { role: Role::Assistant, content: vec![content] };
            items.push((message.output, Item { id: message.item, state: item_state, kind }));
        }
        for call in std::mem::take(&mut self.calls) {
            if is_whole {
                out.push_back(ServerEvent::ArgumentsDone {
                    place: self.place(&call.item, call.output),
                    call: call.call.clone(),
                    name: call.name.clone(),
                    arguments: call.arguments.clone(),
                });
            }
            items.push((call.output, call.item(item_state)));
        }
        items.sort_by_key(|(output, _)| *output);
        for (output, item) in &items {
            if self.is_kept() {
                out.push_back(ServerEvent::ItemDone { item: item.clone(), after: None });
            }
            let response = self.reply.id.clone();
            out.push_back(ServerEvent::OutputDone { response, output: *output, item: item.clone() });
        }
        let items: Vec<Item> = items.into_iter().map(|(_, item)| item).collect();
        let failure = failure.map(Box::new);
        let done = SpokenReply { state, usage, failure, output: items.clone(), ..self.reply };
        out.push_back(ServerEvent::ResponseDone(Box::new(done)));
        items
    }
}

impl Call {
    fn item(&self, state: ItemState) -> Item {
        let Self { item, call, name, arguments, .. } = self;
        let kind = ItemKind::Call { call: call.clone(), name: name.clone(), arguments: arguments.clone() };
        Item { id: item.clone(), state, kind }
    }
}

impl Spoken {
    /// How much of it can have been played by now, in milliseconds.
    pub(super) fn heard_ms(&self) -> f64 {
        self.since.map_or(0.0, |since| (since.elapsed().as_secs_f64() * 1_000.0).min(self.given_ms))
    }

    /// Whether it is still being played, as far as can be told from here.
    pub(super) fn plays(&self) -> bool {
        self.heard_ms() < self.given_ms
    }

    /// The words that can have been heard by now.
    pub(super) fn heard(&self) -> &str {
        self.until(self.heard_ms())
    }

    /// The words that were begun before so much of it was played.
    pub(super) fn until(&self, ms: f64) -> &str {
        let later = self.marks.iter().find(|(_, begins_ms)| *begins_ms >= ms && *begins_ms > 0.0);
        let end = later.map_or(self.text.len(), |(at, _)| *at);
        if ms <= 0.0 && self.given_ms > 0.0 { "" } else { self.text[..end].trim_end() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scribe(settings: LiveSettings, out: &mut Out) -> Scribe {
        Scribe::begin(settings, Some("conv".to_owned()), Some("before".to_owned()), Map::new(), out).unwrap()
    }

    fn kinds(out: &Out) -> Vec<&'static str> {
        let kind = |event: &ServerEvent| match event {
            ServerEvent::ResponseCreated(_) => "created",
            ServerEvent::OutputAdded { .. } => "output added",
            ServerEvent::ItemAdded { .. } => "item added",
            ServerEvent::PartAdded { .. } => "part added",
            ServerEvent::WordsDelta { .. } => "words",
            ServerEvent::TextDelta { .. } => "text",
            ServerEvent::SoundDelta { .. } => "sound",
            ServerEvent::SoundDone { .. } => "sound done",
            ServerEvent::WordsDone { .. } => "words done",
            ServerEvent::TextDone { .. } => "text done",
            ServerEvent::PartDone { .. } => "part done",
            ServerEvent::ItemDone { .. } => "item done",
            ServerEvent::OutputDone { .. } => "output done",
            ServerEvent::ArgumentsDelta { .. } => "arguments",
            ServerEvent::ArgumentsDone { .. } => "arguments done",
            ServerEvent::ResponseDone(_) => "done",
            _ => "other",
        };
        out.iter().map(kind).collect()
    }

    #[test]
    fn an_answer_is_told_in_the_order_of_the_interface() {
        let mut out = Out::new();
        let mut told = scribe(LiveSettings::default(), &mut out);
        told.words("One.", &mut out);
        told.sound(&[0; 480], &mut out).unwrap();
        told.call(0, Some("c".to_owned()), Some("f".to_owned()), "{}", &mut out);
        let items = told.end(ResponseState::Completed, None, None, &mut out);
        assert_eq!(
            kinds(&out).join(", "),
            "created, output added, item added, part added, words, sound, output added, item added, arguments, sound done, \
             words done, part done, arguments done, item done, output done, item done, output done, done"
        );
        assert_eq!(items.len(), 2);
        assert_eq!(items[0].words(), "One.");
    }

    #[test]
    fn an_answer_in_text_has_no_sound() {
        let mut out = Out::new();
        let mut told = scribe(LiveSettings { aloud: false, ..LiveSettings::default() }, &mut out);
        told.words("One.", &mut out);
        told.end(ResponseState::Completed, None, None, &mut out);
        assert_eq!(
            kinds(&out).join(", "),
            "created, output added, item added, part added, text, text done, part done, item done, output done, done"
        );
    }

    #[test]
    fn only_what_was_begun_has_been_heard() {
        let mut out = Out::new();
        let mut told = scribe(LiveSettings::default(), &mut out);
        for sentence in ["One. ", "Two. ", "Three."] {
            told.words(sentence, &mut out);
            // A second.
            told.sound(&[0; 48_000], &mut out).unwrap();
        }
        let spoken = told.spoken().unwrap();
        let rows = [(0.0, ""), (1.0, "One."), (1_000.0, "One."), (1_001.0, "One. Two."), (9_000.0, "One. Two. Three.")];
        for (ms, heard) in rows {
            assert_eq!(spoken.until(ms), heard, "{ms}");
        }
    }
}

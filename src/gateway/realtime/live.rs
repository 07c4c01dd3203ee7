//! A target that hears and speaks in turns: it is told what is said while it is said, and what it answers is told on.
//!
//! The conversation with it is begun when it is first needed, so that it is set up as the client has it by then; a change of
//! what it was set up with begins it anew, with what was said so far.

use std::collections::{HashSet, VecDeque};
use std::future::pending;

use mediary_core::Failure;
use mediary_core::live::{
    Item, ItemKind, LiveHeard, LiveSaid, LiveSetup, LiveTalk, LiveTurn, ResponseState, ServerEvent,
};

use super::super::routing::LiveTarget;
use super::broken::Broken;
use super::conversation::result_in_words;
use super::ears::Stretch;
use super::replies::{By, Reply};
use super::session::{Behind, Session};
use super::sound::bytes;
use super::turns::KeptTurn;

/// Sound is told in pieces of so many samples: 0.1 s.
const PIECE: usize = 1_600;
/// More bytes are not kept to be told: what was said first goes.
const MOST_UNTOLD: usize = 16 << 20;

/// The conversation with the target.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) target: LiveTarget,
    /// `None`: it has not begun, or is to begin anew.
    talk: Option<Box<dyn LiveTalk>>,
    /// Whether it is to begin anew once nothing is being answered.
    is_outdated: bool,
    /// Up to where a turn was told that is being said, in samples.
    told_to: Option<u64>,
    /// What is to be told before it is to answer.
    untold: Vec<LiveSaid>,
    /// Answers that were broken off and that it has not ended yet, the oldest first: what it says belongs to the first.
    pub(super) broken: VecDeque<Broken>,
    /// Whether it has called a function, and neither was told its result nor has ended its turn.
    pub(super) has_called: bool,
    /// The functions that it has called, by the names of the calls: it takes the results of no others.
    calls: HashSet<String>,
    /// What it understood of the last turn so far.
    pub(super) asked: String,
}

impl Live {
    /// What it says next.
    pub(super) async fn hear(&mut self) -> Option<Result<LiveHeard, Failure>> {
        match &mut self.talk {
            Some(talk) => talk.hear().await,
            None => pending().await,
        }
    }
}

impl Behind {
    /// A target of turns, with which no conversation has begun.
    pub(super) fn waiting(target: LiveTarget) -> Self {
        Self::Live(Box::new(Live {
            target,
            talk: None,
            is_outdated: false,
            told_to: None,
            untold: Vec::new(),
            broken: VecDeque::new(),
            has_called: false,
            calls: HashSet::new(),
            asked: String::new(),
        }))
    }

    pub(super) fn live(&mut self) -> Option<&mut Live> {
        match self {
            Self::Live(live) => Some(live),
            Self::Relay(_) | Self::Chain => None,
        }
    }
}

/// Lets go of what was said first until the rest has so many bytes at most; what was said last stays.
fn shorten(untold: &mut Vec<LiveSaid>, most: usize) {
    let bytes_of = |said: &LiveSaid| match said {
        LiveSaid::Event(event) => event.len(),
        LiveSaid::Sound(samples) => samples.len(),
        LiveSaid::Words(turns) => turns.iter().map(|turn| turn.text.len()).sum(),
        LiveSaid::Result { call, name, output } => call.len() + name.len() + output.len(),
        LiveSaid::Begins | LiveSaid::Ends => 0,
    };
    while untold.iter().map(bytes_of).sum::<usize>() > most {
        // A turn of sound goes as a whole.
        let end = match untold.first() {
            Some(LiveSaid::Begins) => untold.iter().position(|said| *said == LiveSaid::Ends),
            Some(_) | None => Some(0),
        };
        let Some(end) = end.filter(|end| end + 1 < untold.len()) else { break };
        untold.drain(..=end);
    }
}

/// How many turns of words are among these, as a conversation has them; of what is heard the conversation has none yet.
fn words_in(untold: &[LiveSaid]) -> usize {
    let turns = untold.iter().map(|said| match said {
        LiveSaid::Words(turns) => turns.iter().filter(|turn| !turn.text.is_empty()).count(),
        LiveSaid::Result { .. } => 1,
        LiveSaid::Event(_) | LiveSaid::Begins | LiveSaid::Sound(_) | LiveSaid::Ends => 0,
    });
    turns.sum()
}

impl Session {
    /// Tells the target something, to which a conversation is begun if need be.
    async fn say_live(&mut self, said: LiveSaid) {
        let has_begun = self.behind.live().is_some_and(|live| live.talk.is_some());
        if !has_begun && !self.begin_live().await {
            return;
        }
        let Some(talk) = self.behind.live().and_then(|live| live.talk.as_mut()) else { return };
        if let Err(failure) = talk.say(said).await {
            self.falls_over(failure).await;
        }
    }

    /// Begins the conversation with the target; `false`: it failed, and another one stands behind the session now.
    async fn begin_live(&mut self) -> bool {
        let Some(target) = self.behind.live().map(|live| live.target.clone()) else { return false };
        let admitted = self.context.bounds.account.admitted();
        let prompt = admitted.and_then(|admitted| admitted.client().rules.system_prompt.clone());
        let told = [prompt.unwrap_or_default(), self.settings.instructions.clone()];
        let told: Vec<String> = told.into_iter().filter(|text| !text.trim().is_empty()).collect();
        let untold = self.behind.live().map_or(0, |live| words_in(&live.untold));
        let mut history = self.conversation.turns();
        // What is told next is not history yet.
        history.truncate(history.len().saturating_sub(untold));
        let setup = LiveSetup {
            model: target.target.model.as_str().to_owned(),
            instructions: told.join("\n\n"),
            voice: self.settings.voice.clone(),
            aloud: self.settings.aloud,
            tools: self.settings.tools.clone(),
            temperature: self.settings.temperature,
            max_tokens: self.settings.max_tokens,
            history,
        };
        let gateway = self.context.gateway.clone();
        // Of what the conversation before was about to say, nothing comes any more.
        self.settle_broken();
        match gateway.router.begin_live(&gateway.router.fleet(), &target, setup).await {
            Ok(talk) => {
                if let Some(live) = self.behind.live() {
                    (live.talk, live.is_outdated, live.has_called) = (Some(talk), false, false);
                    live.calls.clear();
                }
                true
            }
            Err(failure) => {
                self.falls_over(failure).await;
                false
            }
        }
    }

    /// A turn begins that the target is to answer.
    pub(super) async fn tell_live_beginning(&mut self, from: u64) {
        let Some(live) = self.behind.live() else { return };
        if std::mem::take(&mut live.is_outdated) {
            live.talk = None;
        }
        live.told_to = Some(from);
        live.asked.clear();
        self.say_live(LiveSaid::Begins).await;
    }

    /// Tells the target of a turn that is being said, up to here.
    pub(super) async fn tell_live_sound(&mut self, to: u64) {
        let Some(from) = self.behind.live().and_then(|live| live.told_to) else { return };
        let samples = self.ears.samples(Stretch { from, to }).to_vec();
        for piece in samples.chunks(PIECE) {
            self.say_live(LiveSaid::Sound(bytes(piece).into())).await;
        }
        if let Some(live) = self.behind.live() {
            live.told_to = live.told_to.map(|_| to);
        }
    }

    /// A turn is complete. One that was not told while it was said (`false`) is told when an answer is asked for.
    pub(super) async fn tell_live_turn(&mut self, stretch: Stretch) -> bool {
        let Some(live) = self.behind.live() else { return false };
        if live.told_to.is_some() {
            self.tell_live_sound(stretch.to).await;
            if let Some(live) = self.behind.live() {
                live.told_to = None;
            }
            return true;
        }
        live.untold.push(LiveSaid::Begins);
        let samples = self.ears.samples(stretch);
        live.untold.extend(samples.chunks(PIECE).map(|piece| LiveSaid::Sound(bytes(piece).into())));
        live.untold.push(LiveSaid::Ends);
        shorten(&mut live.untold, MOST_UNTOLD);
        false
    }

    /// An item was added that the target does not know of.
    pub(super) fn live_is_told(&mut self, item: &Item) {
        let said = match &item.kind {
            ItemKind::Message { role, .. } => LiveSaid::Words(vec![LiveTurn { role: *role, text: item.words() }]),
            ItemKind::Result { call, output } => {
                let name = self.conversation.function(call);
                LiveSaid::Result { call: call.clone(), name, output: output.clone() }
            }
            ItemKind::Call { .. } => return,
        };
        if let Some(live) = self.behind.live() {
            live.untold.push(said);
            shorten(&mut live.untold, MOST_UNTOLD);
        }
    }

    /// Has the target answer. `follows`: it was told of the turn while that was said.
    pub(super) async fn ask_live(&mut self, follows: bool) {
        if follows {
            return self.say_live(LiveSaid::Ends).await;
        }
        let Some(live) = self.behind.live() else { return };
        if std::mem::take(&mut live.is_outdated) {
            live.talk = None;
        }
        if live.talk.is_none() && !self.begin_live().await {
            return;
        }
        let Some(live) = self.behind.live() else { return };
        let (untold, calls) = (std::mem::take(&mut live.untold), live.calls.clone());
        let mut words: Vec<LiveTurn> = Vec::new();
        let mut others = Vec::new();
        for said in untold {
            match said {
                LiveSaid::Words(turns) => words.extend(turns),
                // Another target has called it, or this one in a conversation that is over.
                LiveSaid::Result { call, name, output } if !calls.contains(&call) => {
                    words.push(result_in_words(&name, &output));
                }
                other => others.push(other),
            }
        }
        let has_others = !others.is_empty();
        for said in others {
            let is_result = matches!(said, LiveSaid::Result { .. });
            self.say_live(said).await;
            if let Some(live) = self.behind.live().filter(|_| is_result) {
                live.has_called = false;
            }
        }
        // Results and turns of sound are answered by themselves.
        if !words.is_empty() || !has_others {
            self.say_live(LiveSaid::Words(words)).await;
        }
    }

    /// What the target was set up with has changed.
    pub(super) fn live_settings_changed(&mut self) {
        if let Some(live) = self.behind.live() {
            live.is_outdated = live.talk.is_some();
        }
    }

    /// The target says something, or has ended the conversation.
    pub(super) async fn told(&mut self, told: Option<Result<LiveHeard, Failure>>) {
        let heard = match told {
            Some(Ok(heard)) => heard,
            Some(Err(failure)) => return self.falls_over(failure).await,
            None => return self.falls_over(super::standby::ended()).await,
        };
        let Some(heard) = self.told_of_broken(heard) else { return };
        let Some(live) = self.behind.live() else { return };
        match heard {
            LiveHeard::Asked(words) => self.live_asked(&words),
            LiveHeard::Words(words) => {
                self.begin_unasked();
                if let Some(Reply { scribe, .. }) = &mut self.reply {
                    scribe.words(&words, &mut self.out);
                }
            }
            LiveHeard::Sound(samples) => {
                self.begin_unasked();
                let told = self.reply.as_mut().map(|reply| reply.scribe.sound(&samples, &mut self.out));
                if let Some(Err(failure)) = told {
                    self.falls_over(failure).await;
                }
            }
            LiveHeard::Calls(calls) => {
                live.calls.extend(calls.iter().map(|call| call.id.clone()));
                self.begin_unasked();
                if let Some(Reply { scribe, .. }) = &mut self.reply {
                    for (index, call) in (0..).zip(calls) {
                        scribe.call(index, Some(call.id), Some(call.name), &call.arguments, &mut self.out);
                    }
                }
                self.live_over();
                if let Some(live) = self.behind.live() {
                    live.has_called = true;
                }
            }
            LiveHeard::Used(used) => {
                if let Some(reply) = &mut self.reply {
                    reply.usage = Some(used);
                }
            }
            LiveHeard::Interrupted => self.live_interrupted(),
            LiveHeard::Over | LiveHeard::Ended(_) => {
                live.has_called = false;
                self.live_over();
            }
            LiveHeard::Leaves => live.is_outdated = true,
            LiveHeard::Event(_) | LiveHeard::Answers(_) => {}
        }
    }

    /// An answer that was not asked for.
    fn begin_unasked(&mut self) {
        if self.reply.is_none()
            && let Err(error) = self.begin_reply_unasked()
        {
            self.out.push_back(ServerEvent::Failed(error));
            // The rest of it is not told either.
            if let Some(live) = self.behind.live() {
                live.broken.push_back(Broken::default());
            }
            return;
        }
        let target = self.behind.live().map(|live| live.target.target.clone());
        if let Some(target) = target {
            self.is_answered_by(target, "the one before failed");
        }
    }

    /// The target has understood more of what was said.
    fn live_asked(&mut self, words: &str) {
        let Some(live) = self.behind.live() else { return };
        live.asked.push_str(words);
        let whole = live.asked.clone();
        let Some(item) = self.last_turn.as_ref().map(|turn| turn.item.clone()) else { return };
        self.live_hears(item, &whole, words);
    }

    /// The target has understood this more of an item, of which it understood that altogether.
    pub(super) fn live_hears(&mut self, item: String, whole: &str, more: &str) {
        self.conversation.heard(&item, whole.trim());
        if self.settings.transcription.is_some() {
            self.out.push_back(ServerEvent::HeardDelta { item, delta: more.to_owned() });
        }
    }

    /// It understands no more of a turn.
    pub(super) fn live_heard(&mut self, turn: &KeptTurn, words: &str) {
        if self.settings.transcription.is_some() {
            let (item, words) = (turn.item.clone(), words.trim().to_owned());
            self.out.push_back(ServerEvent::Heard { item, words, seconds: turn.seconds() });
        }
    }

    /// Its answer is complete.
    fn live_over(&mut self) {
        let Some(live) = self.behind.live() else { return };
        let (words, target) = (std::mem::take(&mut live.asked), live.target.target.clone());
        let mut heard = None;
        if let Some(turn) = self.last_turn.take() {
            heard = Some(turn.seconds());
            self.live_heard(&turn, &words);
        }
        let is_live = self.reply.as_ref().is_some_and(|reply| matches!(reply.by, By::Live));
        if is_live {
            if let Some(Reply { usage: Some(usage), .. }) = &self.reply {
                let usage = *usage;
                self.charge_reply(&target, &usage, heard);
            }
            self.end_reply(ResponseState::Completed, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediary_core::task::Role;

    #[test]
    fn only_words_that_are_untold_are_left_out_of_what_was_said() {
        let words = |text: &str| LiveSaid::Words(vec![LiveTurn { role: Role::User, text: text.to_owned() }]);
        let sound = || LiveSaid::Sound(vec![0; 2 * PIECE].into());
        let result = LiveSaid::Result { call: "1".to_owned(), name: "f".to_owned(), output: "x".to_owned() };
        assert_eq!(words_in(&[]), 0);
        assert_eq!(words_in(&[LiveSaid::Begins, sound(), sound(), LiveSaid::Ends, words("a"), words(""), result]), 2);
    }

    #[test]
    fn what_waits_to_be_told_is_bounded() {
        let words = |text: &str| LiveSaid::Words(vec![LiveTurn { role: Role::User, text: text.to_owned() }]);
        let turn = || [LiveSaid::Begins, LiveSaid::Sound(vec![0; 60].into()), LiveSaid::Ends];
        let mut untold = [&[words("abc")], &turn()[..], &turn()[..], &[words("d")]].concat();
        shorten(&mut untold, 200);
        assert_eq!(untold.len(), 8);
        shorten(&mut untold, 100);
        assert_eq!(untold, [&turn()[..], &[words("d")]].concat());
        shorten(&mut untold, 0);
        assert_eq!(untold, [words("d")]);
    }
}

//! Answers of a target that hears and speaks in turns that are broken off before it has ended them.
//!
//! The client is told at once. What the target goes on to say until it ends that turn (Google's says that it was interrupted,
//! and then that the turn is complete, in one message or in two) is told to no client, and is none of the next answer's; but
//! what it took is charged to this one, once.

use mediary_core::live::{LiveHeard, LiveUsage, ResponseState};

use super::opening::TurnEnded;
use super::relay::charge;
use super::replies::By;
use super::session::Session;
use super::turns::KeptTurn;

/// An answer that was broken off, until its target ends it.
#[derive(Debug, Default)]
pub(super) struct Broken {
    /// What is told of it when it is over; `None`: nothing of it is accounted for.
    ended: Option<TurnEnded>,
    usage: Option<LiveUsage>,
    /// What it answers.
    turn: Option<KeptTurn>,
    /// What the target understood of that.
    asked: String,
    /// It has said that it was interrupted: what comes once the next answer is asked for is that one's, should the end of the
    /// turn never be told.
    has_stopped: bool,
}

impl Session {
    /// An answer of the target's was broken off.
    pub(super) fn live_breaks_off(&mut self, ended: TurnEnded, usage: Option<LiveUsage>) {
        let turn = self.last_turn.take();
        let Some(live) = self.behind.live() else { return self.context.door.tell(ended) };
        let asked = std::mem::take(&mut live.asked);
        live.broken.push_back(Broken { ended: Some(ended), usage, turn, asked, has_stopped: false });
    }

    /// Keeps what the target says of an answer that was broken off; gives back what belongs to none.
    pub(super) fn told_of_broken(&mut self, heard: LiveHeard) -> Option<LiveHeard> {
        let is_asked = self.reply.as_ref().is_some_and(|reply| matches!(reply.by, By::Live));
        let live = self.behind.live()?;
        let Some(broken) = live.broken.front_mut() else { return Some(heard) };
        match heard {
            LiveHeard::Asked(_) | LiveHeard::Words(_) | LiveHeard::Sound(_) | LiveHeard::Calls(_)
                if is_asked && broken.has_stopped =>
            {
                self.settle_first();
                self.told_of_broken(heard)
            }
            LiveHeard::Over | LiveHeard::Ended(_) => {
                live.has_called = false;
                self.settle_first();
                None
            }
            LiveHeard::Used(used) => {
                broken.usage = Some(used);
                None
            }
            LiveHeard::Asked(words) => {
                broken.asked.push_str(&words);
                let item = broken.turn.as_ref().map(|turn| turn.item.clone())?;
                let whole = broken.asked.clone();
                self.live_hears(item, &whole, &words);
                None
            }
            LiveHeard::Interrupted => {
                broken.has_stopped = true;
                None
            }
            LiveHeard::Words(_) | LiveHeard::Sound(_) | LiveHeard::Calls(_) => None,
            LiveHeard::Leaves | LiveHeard::Event(_) | LiveHeard::Answers(_) => Some(heard),
        }
    }

    /// The target says itself that it was interrupted; that its turn is complete follows.
    pub(super) fn live_interrupted(&mut self) {
        let is_live = self.reply.as_ref().is_some_and(|reply| matches!(reply.by, By::Live));
        let Some(live) = self.behind.live() else { return };
        // Having called a function it has ended its answer, and not its turn: the answer that is waited for is the next one.
        if live.has_called || !is_live {
            live.broken.push_back(Broken::default());
        } else {
            self.end_reply(ResponseState::Interrupted, None);
        }
        if let Some(broken) = self.behind.live().and_then(|live| live.broken.back_mut()) {
            broken.has_stopped = true;
        }
    }

    /// Nothing more is heard of answers that were broken off.
    pub(super) fn settle_broken(&mut self) {
        while self.settle_first() {}
    }

    /// The first answer that was broken off is over; `false`: there is none.
    fn settle_first(&mut self) -> bool {
        let Some(live) = self.behind.live() else { return false };
        let target = live.target.target.clone();
        let Some(Broken { ended, usage, turn, asked, .. }) = live.broken.pop_front() else { return false };
        if let Some(turn) = &turn {
            self.live_heard(turn, &asked);
        }
        if let Some(ended) = ended {
            if let Some(usage) = usage {
                charge(&ended.account, &target, &usage, turn.as_ref().map(KeptTurn::seconds));
            }
            self.context.door.tell(ended);
        }
        true
    }
}

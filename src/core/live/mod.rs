//! Live conversations: sound in, sound out, over one connection that stays open.
//!
//! [`LiveSettings`] say how one is held, [`ClientEvent`] and [`ServerEvent`] are what passes between a client and its
//! session, [`LiveTalk`] is a target that holds such conversations by itself. Nothing here reads or writes a wire format:
//! the protocol does, and the session is the gateway's.

mod event;
mod item;
mod settings;
mod target;

pub use event::{ClientEvent, LiveError, LiveUsage, Place, ResponseState, ResponseWish, ServerEvent, SpokenReply};
pub use item::{Content, Item, ItemKind, ItemState, LivePicture};
pub use settings::{LiveSettings, LiveSound, LiveTranscription, TurnDetection, TurnKind};
pub use target::{LiveForm, LiveHeard, LiveSaid, LiveSetup, LiveTalk, LiveToken, LiveTurn};

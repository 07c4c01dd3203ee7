//! A sound as it is made: what a target gives, in the form and at the pace that was asked for.
//!
//! Bytes are decoded and written anew on a thread of their own while they arrive; those that are in the right form already
//! pass as they came, but are listened to all the same until something can be heard. `speak` next door judges by that, the
//! client reads the rest.

use std::io::{self, Read};
use std::pin::pin;

use bytes::Bytes;
use futures_util::future::{Either, select};
use mediary_convert::audio::{Arriving, Encoder, Encoding, SoundLimits, Stretch};
use mediary_convert::av::Ffmpeg;
use mediary_core::sound::Samples;
use mediary_core::task::{ReplyEvent, ReplyFrame, SoundForm, Usage};
use mediary_core::{Blob, Claim, Failure, FailureKind, MediaFormat, classify};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinSet;

use super::super::blocking;
use super::super::routing::{Answer, CallError, Route};
use super::recital::{Recital, SAMPLES, broke_off};

/// Pieces between a provider and the thread, and between the thread and the client.
const ROOM: usize = 16;
/// What is quieter than this in every sample cannot be heard: −60 dB.
const LEAST_AUDIBLE: f32 = 0.001;
/// The rate of a sound that is written anew.
pub(super) const RATE_HZ: u32 = 24_000;
/// What a text can become at most; no limit of the operator's concerns what is made here.
const MOST_SECONDS: u64 = 86_400;

/// What is wanted of a sound.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) form: SoundForm,
    /// Writes what nothing here does.
    pub(super) ffmpeg: Option<Ffmpeg>,
}

impl Wanted {
    /// Whether it can be written here.
    ///
    /// # Errors
    /// When it cannot; what can is named.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let encoding = Encoding::for_listening(self.form);
        Encoder::new(&encoding, encoding.rate_for(RATE_HZ), self.ffmpeg.as_ref()).map(drop)
    }
}

/// Where the bytes of a sound come from.
#[derive(Debug)]
enum Source {
    /// The answer of one target, and whether what comes is noted as an answer's.
    Target(Box<Answer>, bool),
    /// Several, one after the other.
    Recital(Box<Recital>),
}

/// A sound that has begun.
#[derive(Debug)]
pub struct Speaking {
    /// Where it comes from.
    pub route: Route,
    /// What its bytes are.
    pub form: SoundForm,
    source: Source,
    /// Pieces that wait for the thread.
    waiting: Option<Bytes>,
    /// `None` once the target has said everything.
    into: Option<Sender<Bytes>>,
    out: Receiver<Result<Bytes, Failure>>,
    /// The first bytes, which were waited for.
    first: Option<Bytes>,
    /// What decodes and encodes.
    _at_work: JoinSet<Result<(), Failure>>,
}

impl Speaking {
    /// Waits until something can be heard. `speed` is the pace that is still to be made.
    ///
    /// # Errors
    /// When the target breaks off before, gives no sound, or one that is silent.
    pub(super) async fn begun(mut answer: Box<Answer>, wanted: Wanted, speed: f64) -> Result<Self, Failure> {
        let mut given = None;
        let mut waiting = None;
        while waiting.is_none() {
            let Some(frame) = answer.untapped().await else { return Err(Answer::empty()) };
            let frame = frame?;
            answer.seen(&frame);
            for event in frame.events {
                match event {
                    ReplyEvent::Sound(form) => given = Some(form),
                    ReplyEvent::Bytes(bytes) if !bytes.is_empty() => waiting = Some(joined(waiting, &bytes)),
                    _ => {}
                }
            }
        }
        let given = given.ok_or_else(|| Failure::new(FailureKind::Garbled, "a sound came without its form"))?;
        let route = answer.route.clone();
        let mut speaking = Self::of(Source::Target(answer, false), route, waiting, Written { given, wanted, speed });
        speaking.wait().await?;
        if let Source::Target(answer, is_judged) = &mut speaking.source {
            *is_judged = true;
            answer.begins_with(std::collections::VecDeque::new());
        }
        Ok(speaking)
    }

    /// Waits until something can be heard of texts that are spoken one after the other.
    ///
    /// # Errors
    /// When no target speaks the first of them.
    pub(super) async fn recited(mut recital: Recital, wanted: Wanted) -> Result<Self, CallError> {
        let waiting = recital.next().await.transpose()?;
        let Some(route) = recital.route().cloned() else { return Err(Answer::empty().into()) };
        // Each of them has its pace already.
        let written = Written { given: SAMPLES, wanted, speed: 1.0 };
        let mut speaking = Self::of(Source::Recital(Box::new(recital)), route, waiting, written);
        speaking.wait().await?;
        Ok(speaking)
    }

    fn of(source: Source, route: Route, waiting: Option<Bytes>, written: Written) -> Self {
        let (into, taken) = channel(ROOM);
        let (told, out) = channel(ROOM);
        let form = written.wanted.form;
        // It ends when either side of it does.
        let mut at_work = JoinSet::new();
        at_work.spawn(blocking::run(move || {
            written.run(taken, &told);
            Ok(())
        }));
        Self { route, form, source, waiting, into: Some(into), out, first: None, _at_work: at_work }
    }

    /// Waits for the first bytes.
    async fn wait(&mut self) -> Result<(), Failure> {
        let first = self.next().await.unwrap_or_else(|| Err(Answer::empty()));
        self.first = Some(first?);
        Ok(())
    }

    /// The next bytes; `None` at the end of the whole sound. Nothing follows a failure.
    pub async fn next(&mut self) -> Option<Result<Bytes, Failure>> {
        if let Some(first) = self.first.take() {
            return Some(Ok(first));
        }
        loop {
            let Self { source, waiting, into, out, .. } = self;
            let fed = async {
                let Some(sender) = into else { return std::future::pending().await };
                if waiting.is_some() {
                    let Ok(permit) = sender.reserve().await else { return Fed::Closed };
                    if let Some(bytes) = waiting.take() {
                        permit.send(bytes);
                    }
                    return Fed::Sent;
                }
                source.next().await
            };
            let step = match select(pin!(out.recv()), pin!(fed)).await {
                Either::Left((bytes, _)) => return bytes,
                Either::Right((step, _)) => step,
            };
            match step {
                Fed::Sent => {}
                Fed::Bytes(bytes) => self.waiting = Some(bytes),
                Fed::Failed(failure) => {
                    self.into = None;
                    self.out.close();
                    return Some(Err(failure));
                }
                // What is left comes from the thread.
                Fed::Closed => self.into = None,
            }
        }
    }

    /// What it cost.
    #[must_use]
    pub fn usage(&self) -> Usage {
        match &self.source {
            Source::Target(answer, _) => answer.usage(),
            Source::Recital(recital) => recital.usage(),
        }
    }

    /// Lets go of the provider once the client has been told everything.
    pub async fn close(&mut self) {
        if let Source::Target(answer, _) = &mut self.source {
            answer.close().await;
        }
    }
}

impl Source {
    /// What comes next, once something of the sound does.
    async fn next(&mut self) -> Fed {
        match self {
            Self::Target(answer, is_judged) => loop {
                let frame = match if *is_judged { answer.next().await } else { answer.untapped().await } {
                    Some(Ok(frame)) => frame,
                    Some(Err(failure)) => return Fed::Failed(failure),
                    None => return Fed::Closed,
                };
                if !*is_judged {
                    answer.seen(&frame);
                }
                if let Some(bytes) = bytes_of(frame) {
                    return Fed::Bytes(bytes);
                }
            },
            Self::Recital(recital) => match recital.next().await {
                Some(Ok(bytes)) => Fed::Bytes(bytes),
                Some(Err(error)) => Fed::Failed(broke_off(error)),
                None => Fed::Closed,
            },
        }
    }
}

fn bytes_of(frame: ReplyFrame) -> Option<Bytes> {
    frame.events.into_iter().fold(None, |before, event| match event {
        ReplyEvent::Bytes(bytes) if !bytes.is_empty() => Some(joined(before, &bytes)),
        _ => before,
    })
}

/// What came of waiting for the target.
enum Fed {
    Sent,
    Bytes(Bytes),
    Failed(Failure),
    Closed,
}

fn joined(before: Option<Bytes>, more: &Bytes) -> Bytes {
    before.map_or_else(|| more.clone(), |before| [&before[..], &more[..]].concat().into())
}

/// A sound on its way from one form to another.
struct Written {
    given: SoundForm,
    wanted: Wanted,
    speed: f64,
}

impl Written {
    fn run(self, taken: Receiver<Bytes>, told: &Sender<Result<Bytes, Failure>>) {
        if let Err(failure) = self.write(taken, told) {
            // A client that has left is not told.
            let _left = told.blocking_send(Err(failure));
        }
    }

    fn write(self, mut taken: Receiver<Bytes>, told: &Sender<Result<Bytes, Failure>>) -> Result<(), Failure> {
        let Some(first) = taken.blocking_recv() else { return Err(Answer::empty()) };
        let given = self.really_given(&first);
        let passes = given == self.wanted.form && (self.speed - 1.0).abs() < 0.001;
        let (copies, copied) = std::sync::mpsc::channel();
        let bytes = Arrived { taken, piece: first, copies: passes.then_some(copies) };
        let encoding = Encoding::for_listening(self.wanted.form);
        let rate_hz = encoding.rate_for(RATE_HZ);
        let limits = SoundLimits::of_seconds(MOST_SECONDS);
        let mut samples = Arriving::new(bytes, given, rate_hz, limits).map_err(not_a_sound)?;
        let mut stretch = Stretch::new(rate_hz, self.speed);
        let mut encoder = match passes {
            true => None,
            false => Some(Encoder::new(&encoding, rate_hz, self.wanted.ffmpeg.as_ref())?),
        };
        let mut held = Vec::new();
        let mut is_audible = false;
        let tell = |held: &mut Vec<u8>, is_audible: bool| match held.is_empty() || !is_audible {
            true => Ok(()),
            false => {
                let bytes = Bytes::from(std::mem::take(held));
                told.blocking_send(Ok(bytes)).map_err(|_| Failure::client_gone())
            }
        };
        while let Some(piece) = samples.next().map_err(not_a_sound)? {
            is_audible |= piece.iter().any(|sample| sample.abs() > LEAST_AUDIBLE);
            match &mut encoder {
                Some(encoder) => held.append(&mut encoder.push(&stretch.push(&piece))?),
                None => copied.try_iter().for_each(|bytes: Bytes| held.extend_from_slice(&bytes)),
            }
            tell(&mut held, is_audible)?;
        }
        if !is_audible {
            return Err(Failure::new(FailureKind::EmptyAnswer, "the sound that came back is silent"));
        }
        match encoder {
            Some(mut encoder) => {
                held.append(&mut encoder.push(&stretch.finish())?);
                held.append(&mut encoder.finish()?);
            }
            None => copied.try_iter().for_each(|bytes: Bytes| held.extend_from_slice(&bytes)),
        }
        tell(&mut held, true)
    }

    /// What the bytes are: what they are said to be, unless they show that they are something else.
    fn really_given(&self, first: &Bytes) -> SoundForm {
        let seen = classify(Blob::in_memory(first.to_vec()), Claim { mime: None, file_name: None });
        let seen = seen.ok().map(|media| media.format).filter(|format| is_sound(*format));
        seen.map_or(self.given, SoundForm::File)
    }
}

/// That what a target gave cannot be decoded is its fault, not the request's.
fn not_a_sound(failure: Failure) -> Failure {
    match failure.kind {
        FailureKind::UnsupportedMedium | FailureKind::Unreadable | FailureKind::TooLarge => {
            Failure::new(FailureKind::Garbled, format!("what came back is not the sound that was asked for: {failure}"))
        }
        _ => failure,
    }
}

fn is_sound(format: MediaFormat) -> bool {
    format.kind() == mediary_core::MediaKind::Audio
}

/// Bytes as they arrive, each of them copied for a sound that passes as it came.
struct Arrived {
    taken: Receiver<Bytes>,
    piece: Bytes,
    copies: Option<std::sync::mpsc::Sender<Bytes>>,
}

impl Read for Arrived {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.taken.blocking_recv() {
                Some(piece) => self.piece = piece,
                None => return Ok(0),
            }
        }
        let count = self.piece.len().min(buffer.len());
        let read = self.piece.split_to(count);
        buffer[..count].copy_from_slice(&read);
        if let Some(copies) = &self.copies {
            // The other end is the reader's own.
            let _kept = copies.send(read);
        }
        Ok(count)
    }
}

//! Pictures as they are told: in one body, or as events while they grow. Their bytes are read and written as base64 a piece at
//! a time; links point at the content store.

use std::collections::VecDeque;
use std::io::Read as _;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream;
use mediary_core::task::{ImageJob, ImageSize, Usage};
use mediary_core::{Blob, Failure};

use super::super::content;
use super::super::error::ApiError;
use super::super::request_id::RequestId;
use super::super::state::AppState;
use super::super::tasks::{describe, price};
use super::sent::Wishes;
use crate::gateway::{Drawing, Drawn, Made, Stage, blocking};
use crate::protocol::Protocol as _;
use crate::protocol::openai::{AnswerFacts, BodyPiece, IMAGES, Told, ToldPicture, image_event, images_answer};

/// A file is read in pieces of this: a multiple of three bytes, so that each is base64 on its own.
const PIECE_BYTES: usize = 48 * 1024;

/// Tells pictures to a client.
pub(super) struct Teller {
    pub(super) state: AppState,
    /// The request's headers, by which links begin.
    pub(super) headers: HeaderMap,
    pub(super) wishes: Wishes,
}

impl Teller {
    /// All of them in one body.
    pub(super) async fn whole(self, mut drawing: Drawing) -> Result<Response, ApiError> {
        let mut pictures = Vec::new();
        while let Some(drawn) = drawing.next().await {
            if let Drawn::Picture(made) = drawn? {
                pictures.push(self.told(*made).await?);
            }
        }
        let job = self.wishes.told(&drawing.route);
        let facts = AnswerFacts { created: now(), job: &job, usage: drawing.usage(), changed: Vec::new() };
        let pieces = images_answer(&facts, pictures);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_LENGTH, HeaderValue::from(pieces.iter().map(len_bytes).sum::<u64>()));
        describe(&drawing.route, &mut headers);
        price(&drawing.route.account, &mut headers);
        Ok((headers, body(pieces.into())).into_response())
    }

    /// One event after the other. A failure after the first is told as the last.
    pub(super) fn events(self, drawing: Drawing, request_id: RequestId) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
        describe(&drawing.route, &mut headers);
        let events = Events { teller: self, drawing: Some(drawing), request_id, writing: Writing::default() };
        let body = Body::from_stream(stream::unfold(events, |mut events| async move {
            let piece = events.next().await?;
            Some((piece, events))
        }));
        (headers, body).into_response()
    }

    /// A finished picture as the client wants it.
    async fn told(&self, made: Made) -> Result<ToldPicture, Failure> {
        let Made { media, width, height, revised_prompt, .. } = made;
        let (format, size) = (media.format, Some(ImageSize::new(width, height)));
        let told = match self.wishes.as_links {
            true => {
                let token = self.state.gateway.content.keep(media.blob, format).await?;
                Told::Link(content::address(&self.state.config.server, &self.headers, &token))
            }
            false => Told::Here(media.blob),
        };
        Ok(ToldPicture { told, format, size, revised_prompt })
    }
}

/// An answer that is written as events.
struct Events {
    teller: Teller,
    /// `None` after the last event.
    drawing: Option<Drawing>,
    request_id: RequestId,
    writing: Writing,
}

impl Events {
    /// The next bytes of the body.
    async fn next(&mut self) -> Option<std::io::Result<Bytes>> {
        loop {
            if let Some(bytes) = self.writing.next().await {
                return Some(bytes);
            }
            let drawing = self.drawing.as_mut()?;
            let pieces = match drawing.next().await {
                Some(Ok(drawn)) => {
                    // Of several pictures the last one tells what all of them cost.
                    let usage = if drawing.is_last() { drawing.usage() } else { Usage::default() };
                    let job = self.teller.wishes.told(&drawing.route);
                    event(&self.teller, &job, usage, drawn).await
                }
                Some(Err(failure)) => Err(failure),
                None => {
                    self.drawing = None;
                    return None;
                }
            };
            match pieces {
                Ok(pieces) => self.writing.pieces.extend(pieces),
                Err(failure) => {
                    self.drawing = None;
                    tracing::warn!(failure.kind = failure.kind.name(), "a picture broke off");
                    let mut out = Vec::new();
                    IMAGES.break_off(&ApiError::from(failure).told(&self.request_id), &mut out);
                    return Some(Ok(out.into()));
                }
            }
        }
    }
}

async fn event(teller: &Teller, job: &ImageJob, usage: Usage, drawn: Drawn) -> Result<Vec<BodyPiece>, Failure> {
    let mut facts = AnswerFacts { created: now(), job, usage, changed: Vec::new() };
    match drawn {
        Drawn::Stage(Stage { index, media, size }) => {
            let told = Told::Here(media.blob);
            let picture = ToldPicture { told, format: media.format, size, revised_prompt: None };
            Ok(image_event(&facts, Some(index), picture))
        }
        Drawn::Picture(made) => {
            // The headers have left before the picture came.
            facts.changed = made.notes.iter().map(|note| (note.place.to_string(), note.by.clone())).collect();
            Ok(image_event(&facts, None, teller.told(*made).await?))
        }
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// How long a piece is when it is written.
fn len_bytes(piece: &BodyPiece) -> u64 {
    match piece {
        BodyPiece::Text(text) => text.len() as u64,
        BodyPiece::Base64(blob) => blob.len_bytes().div_ceil(3) * 4,
    }
}

fn body(pieces: VecDeque<BodyPiece>) -> Body {
    let writing = Writing { pieces, file: None };
    Body::from_stream(stream::unfold(writing, |mut writing| async move {
        let piece = writing.next().await?;
        Some((piece, writing))
    }))
}

/// Pieces that are being written, and how far the file is that is at hand.
#[derive(Default)]
struct Writing {
    pieces: VecDeque<BodyPiece>,
    file: Option<(Blob, u64)>,
}

impl Writing {
    async fn next(&mut self) -> Option<std::io::Result<Bytes>> {
        loop {
            if let Some((blob, at)) = self.file.take() {
                if at >= blob.len_bytes() {
                    continue;
                }
                let read = blob.clone();
                let encoded = blocking::through(usize::MAX, move || encoded(&read, at)).await;
                let encoded = encoded.unwrap_or_else(|_| Err(std::io::Error::other("a picture cannot be read back")));
                self.file = Some((blob, at + PIECE_BYTES as u64));
                return Some(encoded.map(Bytes::from));
            }
            match self.pieces.pop_front()? {
                BodyPiece::Text(text) => return Some(Ok(text.into())),
                BodyPiece::Base64(blob) => self.file = Some((blob, 0)),
            }
        }
    }
}

/// A piece of a file as base64.
fn encoded(blob: &Blob, at: u64) -> std::io::Result<String> {
    let mut reader = blob.source().open()?;
    reader.seek(std::io::SeekFrom::Start(at))?;
    let mut piece = Vec::with_capacity(PIECE_BYTES);
    reader.take(PIECE_BYTES as u64).read_to_end(&mut piece)?;
    Ok(STANDARD.encode(piece))
}

//! What is said in videos of YouTube: by their captions; where they have none, by their sound, if the operator allows that.

use std::sync::Arc;

use mediary_core::task::{Segment, Task, Times, Transcribe};
use mediary_core::{Claim, Failure, FailureKind, Hold, classify};
use mediary_remote::{
    CaptionKind, CaptionTrack, FetchPolicy, Fetcher, VideoFacts, chosen_captions, player_request, video_id,
};

use super::super::Gateway;
use super::super::build::fetch_policy;
use super::super::routing::{Bounds, CallError, TaskRequest};
use super::super::tasks::Answered;
use crate::config::Config;

/// What players are told of a video, and captions of many hours, are shorter than this.
const MOST_BYTES: u64 = 16_000_000;

/// Asks for captions and sound.
#[derive(Debug)]
pub(super) struct Videos {
    site: Option<String>,
    transcribes: bool,
    fetcher: Fetcher,
    /// No sound is longer.
    sound_bytes: u64,
}

/// What a client wants of a video.
#[derive(Debug, Clone)]
pub struct TranscriptWish {
    /// Its address or its id.
    pub video: String,
    /// The languages of captions that will do, the best first; none: any.
    pub languages: Vec<String>,
    /// The model that writes down what is said where there are no captions; empty: what is best.
    pub model: String,
    /// Where the sound may go.
    pub bounds: Bounds,
    /// What the client is known by.
    pub client: Vec<u8>,
}

/// What is said in a video.
#[derive(Debug)]
pub struct VideoTranscript {
    /// The video.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Whose it is.
    pub author: String,
    /// How long it is.
    pub seconds: Option<f64>,
    /// The language of the words, as far as it is known.
    pub language: Option<String>,
    /// Where the words come from.
    pub source: TranscriptSource,
    /// The words with their times.
    pub segments: Vec<Segment>,
    /// The captions that it has.
    pub available: Vec<Available>,
}

/// Where the words of a transcript come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TranscriptSource {
    /// Captions.
    Captions(CaptionKind),
    /// The sound, which this target wrote down.
    Sound(String),
}

/// Captions that a video has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Available {
    /// Their language.
    pub language: String,
    /// What they are called.
    pub name: String,
    /// Who made them.
    pub kind: CaptionKind,
}

impl Gateway {
    /// What is said in a video.
    ///
    /// # Errors
    /// When there is no such video, it has no captions in the wanted languages and may not be listened to, or it cannot be.
    pub async fn video_transcript(self: &Arc<Self>, wish: &TranscriptWish) -> Result<VideoTranscript, CallError> {
        let videos = &self.web.videos;
        let id = video_id(&wish.video)?;
        let facts = videos.facts(&id).await?;
        let told = |language: Option<String>, source, segments| VideoTranscript {
            id: id.clone(),
            title: facts.title().to_owned(),
            author: facts.author().to_owned(),
            seconds: facts.seconds(),
            language,
            source,
            segments,
            available: facts.captions().iter().map(Available::of).collect(),
        };
        if let Some(track) = chosen_captions(facts.captions(), &wish.languages) {
            let segments = videos.said(track).await?;
            let source = TranscriptSource::Captions(track.kind());
            return Ok(told(Some(track.language().to_owned()), source, segments));
        }
        let request = self.listening(&facts, wish).await?;
        let Answered::Whole(whole) = Box::pin(self.answer(request)).await? else {
            return Err(Failure::broken("a stream where a whole transcript was asked for").into());
        };
        let mut reply = whole.reply;
        if reply.segments.is_empty() {
            let text = reply.choices.first().map(|choice| choice.text.clone()).unwrap_or_default();
            reply.segments.push(Segment { text, ..Segment::default() });
        }
        Ok(told(reply.language, TranscriptSource::Sound(whole.route.target.to_string()), reply.segments))
    }

    /// The request to write down the sound of a video.
    async fn listening(&self, facts: &VideoFacts, wish: &TranscriptWish) -> Result<TaskRequest, Failure> {
        let videos = &self.web.videos;
        let has = match facts.captions() {
            [] => "this video has no captions".to_owned(),
            tracks => {
                let languages: Vec<&str> = tracks.iter().map(CaptionTrack::language).collect();
                format!("this video has no captions in these languages, but in {}", languages.join(", "))
            }
        };
        let unknown = |detail: String| Failure::new(FailureKind::Unknown, detail);
        if !videos.transcribes {
            return Err(unknown(format!("{has}; `youtube.transcribe = true` lets its sound be written down")));
        }
        if facts.is_live() {
            return Err(unknown(format!("{has}, and it has not ended")));
        }
        let Some(url) = facts.sound() else {
            return Err(unknown(format!("{has}, and its sound is not given out")));
        };
        let mut spool = self.admission().spool();
        let fetcher = videos.fetcher.up_to(videos.sound_bytes);
        let fetched = fetcher.fetch(url, &mut |chunk| spool.write(chunk)).await?;
        let claim = Claim { mime: fetched.media_type.as_deref(), file_name: None };
        let recording = classify(spool.finish(), claim).map_err(|refusal| Failure::unsupported(refusal.to_string()))?;
        let times = Times { segments: true, ..Times::default() };
        let task = Task::Transcribe(Transcribe { times, ..Transcribe::of(recording) });
        let (model, bounds, client) = (wish.model.clone(), wish.bounds.clone(), wish.client.clone());
        Ok(TaskRequest { task, model, bounds, client, held: Hold::default() })
    }
}

impl Videos {
    pub(super) fn new(config: &Config) -> Self {
        let usual = fetch_policy(config);
        let sound_bytes = usual.max_bytes;
        let site = config.youtube.url.clone();
        // The operator names the address.
        let allow = site.iter().fold(usual.allow, |allow, site| allow.and_host_of(site));
        let policy = FetchPolicy { allow, max_bytes: MOST_BYTES, ..usual };
        Self { site, transcribes: config.youtube.transcribe, fetcher: Fetcher::new(policy), sound_bytes }
    }

    fn site(&self) -> Result<&str, Failure> {
        let nowhere = || Failure::new(FailureKind::NotInstalled, "videos are looked up nowhere; write youtube.url");
        self.site.as_deref().ok_or_else(nowhere)
    }

    async fn facts(&self, id: &str) -> Result<VideoFacts, Failure> {
        VideoFacts::read(&self.fetcher.deliver(player_request(self.site()?, id)?).await?)
    }

    async fn said(&self, track: &CaptionTrack) -> Result<Vec<Segment>, Failure> {
        CaptionTrack::read(&self.fetcher.deliver(track.request(self.site()?)?).await?)
    }
}

impl Available {
    fn of(track: &CaptionTrack) -> Self {
        Self { language: track.language().to_owned(), name: track.name(), kind: track.kind() }
    }
}

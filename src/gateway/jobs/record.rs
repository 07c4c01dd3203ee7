//! A job's texts in the database: what was asked, where it runs, what came of it.
//!
//! They outlive the program that wrote them: a field that is added later needs a default.

use mediary_convert::av::VideoFacts;
use mediary_core::capability::Tier;
use mediary_core::plan::{CostPolicy, Privacy};
use mediary_core::task::{Extras, GenerateVideo};
use mediary_core::{Blob, Failure, FailureKind, Media, MediaFormat, ProviderId, Target};
use mediary_store::JobRow;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::super::answer_cache::CacheWish;
use super::super::routing::{Account, Bounds};
use super::super::web::WebWish;

/// The job whose video another one is made of.
#[derive(Debug)]
pub(super) struct Remixed {
    pub(super) id: String,
    /// A fingerprint of the key that made it.
    pub(super) key: Option<String>,
}

/// What was asked.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) model: String,
    pub(super) prompt: String,
    /// The format of the picture that it starts from, whose bytes stand beside.
    pub(super) start: Option<String>,
    pub(super) seconds: Option<u32>,
    pub(super) size: Option<String>,
    pub(super) aspect: Option<String>,
    pub(super) lines: Option<u32>,
    pub(super) audio: Option<bool>,
    /// The job whose video this one is made of: ours, and the provider's name of it.
    pub(super) remixes: Option<(String, String)>,
    /// A fingerprint of the key that made it.
    pub(super) key: Option<String>,
    /// What was made of it before it was sent anywhere, by names of the request's fields.
    pub(super) treated: Vec<String>,
    pub(super) extras: Extras,
    pub(super) strict: bool,
    pub(super) is_local: bool,
    pub(super) is_free: bool,
    #[serde(default)]
    pub(super) free_first: bool,
    #[serde(default)]
    pub(super) allows_paid: bool,
    pub(super) providers: Vec<String>,
    pub(super) tier: Option<String>,
    /// The client that it is charged to.
    #[serde(default)]
    pub(super) client: Option<String>,
}

impl Asked {
    pub(super) fn of(video: &GenerateVideo, model: &str, bounds: &Bounds, remixed: Option<Remixed>) -> Self {
        let (ours, key) = remixed.map_or((None, None), |Remixed { id, key }| (Some(id), key));
        let GenerateVideo { prompt, start, seconds, size, aspect, lines, audio, remixes, extras, .. } = video;
        Self {
            model: model.to_owned(),
            prompt: prompt.clone(),
            start: start.as_ref().map(|picture| picture.format.name().to_owned()),
            seconds: *seconds,
            size: size.map(|size| size.to_string()),
            aspect: aspect.map(|aspect| aspect.to_string()),
            lines: *lines,
            audio: *audio,
            remixes: ours.zip(remixes.clone()),
            key,
            treated: Vec::new(),
            extras: extras.clone(),
            strict: bounds.strict,
            is_local: bounds.privacy == Privacy::Local,
            is_free: bounds.cost == CostPolicy::Free,
            free_first: bounds.cost == CostPolicy::FreeFirst,
            allows_paid: bounds.allows_paid,
            providers: bounds.providers.iter().map(|provider| provider.as_str().to_owned()).collect(),
            tier: bounds.tier.map(|tier| tier.name().to_owned()),
            client: bounds.account.admitted().map(|admitted| admitted.client().id.clone()),
        }
    }

    /// The task, with the picture it starts from.
    pub(super) fn video(&self, start: Option<Vec<u8>>) -> GenerateVideo {
        let format = self
            .start
            .as_deref()
            .and_then(|name| MediaFormat::ALL.iter().find(|format| format.name() == name).copied());
        let start = start.zip(format).map(|(bytes, format)| Media { format, blob: Blob::in_memory(bytes) });
        GenerateVideo {
            prompt: self.prompt.clone(),
            start,
            start_url: None,
            seconds: self.seconds,
            size: self.size.as_deref().and_then(|size| size.parse().ok()),
            aspect: self.aspect.as_deref().and_then(|aspect| aspect.parse().ok()),
            lines: self.lines,
            audio: self.audio,
            remixes: self.remixes.as_ref().map(|(_, theirs)| theirs.clone()),
            extras: self.extras.clone(),
        }
    }

    pub(super) fn bounds(&self) -> Bounds {
        Bounds {
            strict: self.strict,
            privacy: if self.is_local { Privacy::Local } else { Privacy::Any },
            cost: match (self.is_free, self.free_first) {
                (true, _) => CostPolicy::Free,
                (false, true) => CostPolicy::FreeFirst,
                (false, false) => CostPolicy::Any,
            },
            allows_paid: self.allows_paid,
            account: Account::default(),
            providers: self.providers.iter().map(|name| ProviderId::new(name)).collect(),
            tier: self.tier.as_deref().and_then(Tier::named),
            continues: None,
            cache: CacheWish::Off,
            draw: None,
            is_planned: false,
            web: WebWish::None,
            thread: None,
        }
    }
}

/// Where a job runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ticket {
    pub(super) target: String,
    /// The provider's name of the job; none while it is being sent, and for files that came at once.
    #[serde(default)]
    pub(super) job: Option<String>,
    /// A fingerprint of the key.
    #[serde(default)]
    pub(super) key: Option<String>,
    /// What of it is not as it was asked for, by names of the request's fields.
    #[serde(default)]
    pub(super) changed: Vec<String>,
    #[serde(default)]
    pub(super) dropped: Vec<String>,
    #[serde(default)]
    pub(super) seconds: Option<u32>,
    #[serde(default)]
    pub(super) size: Option<String>,
}

impl Ticket {
    /// Where a job is about to be sent.
    pub(super) fn to(target: &Target) -> Self {
        Self {
            target: target.to_string(),
            job: None,
            key: None,
            changed: Vec::new(),
            dropped: Vec::new(),
            seconds: None,
            size: None,
        }
    }
}

impl Ticket {
    /// Holds the file against what it was to be: what the target gave counts.
    pub(super) fn measured(&mut self, facts: Option<VideoFacts>) {
        let Some(facts) = facts else { return };
        let mut differs = |name: &str| {
            if !self.changed.iter().any(|changed| changed == name) {
                self.changed.push(name.to_owned());
            }
        };
        if let Some(length) = facts.length {
            // Files are a few pictures longer or shorter than they are sold as.
            let seconds = length.as_secs_f64();
            let is_off = |asked: u32| (seconds - f64::from(asked)).abs() >= 1.0;
            if self.seconds.is_some_and(is_off) {
                differs("seconds");
            }
            if self.seconds.is_none_or(is_off) {
                self.seconds = Some((seconds.round() as u32).max(1));
            }
        }
        let size = format!("{}x{}", facts.width, facts.height);
        if facts.width > 0 && facts.height > 0 && self.size.as_ref() != Some(&size) {
            if self.size.is_some() {
                differs("size");
            }
            self.size = Some(size);
        }
    }
}

/// What programs tell failures apart by, the same as in the errors of requests.
pub(super) fn code(kind: &str) -> &str {
    if kind == FailureKind::ContentRefused.name() { "content_policy_violation" } else { kind }
}

/// A target that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tried {
    pub(super) target: String,
    pub(super) kind: String,
    pub(super) why: String,
}

impl Tried {
    pub(super) fn of(target: &str, failure: &Failure) -> Self {
        Self { target: target.to_owned(), kind: failure.kind.name().to_owned(), why: failure.to_string() }
    }
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Made {
    /// Under which the content store gives it out.
    pub(super) token: String,
    pub(super) bytes: u64,
    pub(super) format: String,
    pub(super) expires_at: i64,
}

/// Reads a text of a row.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text)
        .map_err(|error| Failure::broken(format!("a job in the database cannot be read: {error}")))
}

/// Writes a text for a row.
pub(super) fn write<T: Serialize>(value: &T) -> String {
    // Plain data with names for keys always has a form in JSON.
    serde_json::to_string(value).unwrap_or_default()
}

/// The targets in a row that failed.
pub(super) fn tried(row: &JobRow) -> Vec<Tried> {
    read(&row.tried).unwrap_or_default()
}

/// Seconds since 1970.
pub(super) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

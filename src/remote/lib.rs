//! What lies beyond this machine: calling providers, and fetching what a request names by its address.
//!
//! Both HTTP clients are made here, and nothing else in the house opens connections to other machines on a request's
//! behalf: `client` has the connections of relayed calls, `errands` sends everything else. [`Remote`] joins a [`Dialect`],
//! which is pure translation, with both, be it for a request or for a [`Talk`] over WebSockets; [`Fetcher`] follows
//! addresses that clients wrote, on the errand client behind a guard. What is called when, and what follows from a
//! failure, is decided by the gateway.

mod anthropic;
mod automatic1111;
mod batches;
mod blame;
mod body;
mod browse;
mod call_ids;
mod cause;
mod citations;
mod client;
mod cloudflare;
mod comfyui;
mod dialect;
mod edge;
mod endpoint;
mod errands;
mod fetch;
mod form;
mod frames;
mod functions;
mod gemini;
#[cfg(test)]
mod golden;
mod google;
mod handover;
mod huggingface;
mod images;
mod listed;
mod live;
mod minimax;
mod mistral;
mod model_path;
mod moderate;
mod moved;
mod names;
mod noted;
mod ollama;
mod openai;
mod own_server;
mod payload;
mod proxy;
mod remote;
mod rerank;
mod responses;
mod schema;
mod search;
mod sentences;
mod talk;
#[cfg(test)]
mod tests;
mod tool_names;
mod trust;
mod unwritable;
mod uploads;
mod vectors;
mod videos;
mod whole;
mod xai;
mod youtube;

pub use anthropic::Anthropic;
pub use automatic1111::Automatic1111;
pub use batches::{BatchDialect, ListedBatch};
pub use browse::{Action, Camofox, Chromium, ChromiumSettings, Direction, PageLink, SeenPage, TabName};
pub use client::{ProviderClient, provider_client};
pub use cloudflare::Cloudflare;
pub use comfyui::ComfyUi;
pub use dialect::{Dialect, FollowUp, Frame, HttpCall, JobCall, Reader};
pub use edge::Edge;
pub use endpoint::{Auth, EffortForm, Endpoint, InputTypes, Quirks, VideoForm};
pub use fetch::{AllowList, FetchPolicy, Fetched, Fetcher, NotAllowable, Resolver, Resolving};
pub use gemini::Gemini;
pub use google::{
    CalendarEvent, Consent, DriveContent, DriveFile, DrivePage, DriveQuery, Errand, ErrandAnswer, EventPage,
    EventQuery, EventTime, GoogleFeature, GooglePlaces, Grant, GrantRefused, Letter, Mail, MailIds, MailQuery,
    NewEvent, Upload, drive_reference, google_refusal,
};
pub use http::Method;
pub use huggingface::HuggingFace;
pub use images::ImageForm;
pub use live::{LiveDialect, LiveWire, TokenCall};
pub use minimax::MiniMax;
pub use mistral::Mistral;
pub use names::DialectName;
pub use ollama::Ollama;
pub use openai::OpenAi;
pub use own_server::{OwnAnswer, OwnServer};
pub use payload::Payload;
pub use proxy::{NotAProxy, Proxy, ProxyRules};
pub use remote::{Passage, Remote, Reply};
pub use responses::Responses;
pub use search::{FoundPage, SafeSearch, SearchEngine, SearchPeriod, SearchPlace, SearchQuery};
pub use talk::{Opening, Said, Talk, Turn};
pub use uploads::FileForm;
pub use xai::Xai;
pub use youtube::{CaptionKind, CaptionTrack, VideoFacts, chosen_captions, player_request, video_id};

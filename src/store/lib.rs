//! What outlives a request: files on this machine's disk or in a bucket, bounded, and a database, SQLite's or PostgreSQL's.
//!
//! The files block, and the gateway calls them from blocking threads; the database has threads of its own. What the
//! stored bytes mean is the caller's business.

mod batches;
mod cache;
mod clients;
mod content;
mod counters;
mod database;
mod files;
mod findings;
mod folder;
mod foreign;
mod given_files;
mod google;
mod home;
mod jobs;
mod journal;
mod keys;
mod lists;
mod notes;
mod projects;
mod queue;
mod quotas;
mod reminders;
mod requests;
mod responses;
mod settings;
mod threads;

pub use batches::{
    BatchEnd, BatchKind, BatchLine, BatchList, BatchRow, BatchState, Batches, HandedJob, HandedLine, LineCounts,
    LineState, NewBatch, NewLine, WaitingLine,
};
pub use cache::{CacheKey, DiskCache};
pub use clients::{ClientKey, ClientKeys, ClientUsage};
pub use content::{
    BadToken, BucketAddress, BucketContent, BucketPlace, ContentFailed, ContentLink, ContentStore, ContentWriter,
    DiskContent, Kept, NotABucket, StoredContent,
};
pub use counters::{
    Ask, Board, Cap, Counters, CountersAddress, CountersAway, Enter, Hold, Lacking, Look, NoCounters, Room, Span,
    SpentIn, Stand, Stands, Sum, UsedIn,
};
pub use database::{Database, DatabasePlace, NotADatabase, ServerAddress, StoreFailed};
pub use files::{FileList, FileRow, Files, UploadPart, UploadRow, UploadStatus, Uploads};
pub use findings::{Findings, KeptFinding, KeptQuarantine, Noted, TriedBefore, Unfinished};
pub use folder::CacheFailed;
pub use foreign::ForeignDatabase;
pub use given_files::{GivenFile, GivenFiles};
pub use google::{GoogleAccount, GoogleAccounts, Ticket, Tickets};
pub use jobs::{DueWebhook, Ended, JobRow, JobState, Jobs, NewJob, OpenJob};
pub use journal::Journal;
pub use keys::{
    KeptKey, KeptKeyState, KeyFailed, KeyStates, ListedKey, MasterKey, MasterKeys, MasterPlace, NoMasterKey,
    ProviderKeys, Rotated,
};
pub use lists::ModelLists;
pub use notes::{Note, Notes};
pub use projects::{
    Counted, FileState, Indexed, NewPassage, Passage, ProjectFile, ProjectList, ProjectRow, Projects, Unindexed, Vector,
};
pub use queue::{ExpectedResult, HandedOut, LeasedWork, NotAQueue, Queue, QueueAddress, QueueAway, QueueBounds};
pub use quotas::{Quotas, UsedQuota};
pub use reminders::{DueNotice, Notice, ReminderFilter, ReminderRow, Reminders};
pub use requests::{
    CacheSums, Latency, LoggedRequest, RequestFilter, RequestPage, Requests, Saved, StatusFilter, Sums, SumsBy, SumsOf,
};
pub use responses::{KeptResponse, Responses};
pub use settings::Settings;
pub use threads::{
    KeptTurn, KeptVector, MessageMark, MessageRow, NewMessage, ThreadFound, ThreadList, ThreadMedium, ThreadNote,
    ThreadRow, Threads, TitledBy, ToEmbed,
};

//! A Google in this process that takes its clients at their word nowhere: codes and states of one use, verifiers, redirects,
//! scopes and tokens are checked, and what expires or is taken back is refused.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use mediary::config::{Config, Secret};
use mediary_remote::AllowList;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::upstream::Seen;
use super::videos_studio::{Reply, Studio};

pub(crate) const CLIENT: (&str, &str) = ("client-of-the-operator", "GOCSPX-secret-of-the-operator");
const SCOPES: &str = "https://www.googleapis.com/auth/";

/// A file that is there.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) mime: &'static str,
    /// What it is, or is exported as.
    pub(crate) bytes: Vec<u8>,
    /// The file that it only points to.
    pub(crate) target: Option<&'static str>,
}

#[derive(Debug, Clone)]
struct Code {
    challenge: String,
    redirect: String,
    scopes: String,
    account: String,
    is_used: bool,
}

#[derive(Debug, Clone)]
struct Token {
    account: String,
    scopes: String,
    /// Of an access token: what it came of.
    refresh: String,
    is_expired: bool,
}

/// What there is.
#[derive(Debug, Default)]
pub(crate) struct World {
    codes: HashMap<String, Code>,
    refresh: HashMap<String, Token>,
    access: HashMap<String, Token>,
    count: usize,
    /// How long access tokens are said to last.
    pub(crate) lasts: u64,
    pub(crate) files: Vec<Stored>,
    /// Mails by their ids, as they came.
    pub(crate) mails: Vec<(&'static str, &'static str)>,
    pub(crate) sent: Vec<Value>,
    pub(crate) events: Vec<Value>,
    /// What was put there: what was said of it, and its bytes.
    pub(crate) uploaded: Vec<(Value, Vec<u8>)>,
    upload: Option<(Value, u64, Vec<u8>)>,
    /// Refuses everything below a path, with this wait.
    pub(crate) limited: Option<(&'static str, u64)>,
    /// Told as allowed beside what was asked for.
    pub(crate) also: &'static str,
    /// A mail that is found, and has gone when it is asked for.
    pub(crate) vanished: Option<&'static str>,
    /// Does not answer where tokens are taken back.
    pub(crate) no_revoking: bool,
}

impl World {
    fn next(&mut self, kind: &str) -> String {
        self.count += 1;
        format!("{kind}-of-chance-{:04}", self.count)
    }

    /// Every access token is too old from now on.
    pub(crate) fn expire(&mut self) {
        self.access.values_mut().for_each(|token| token.is_expired = true);
    }

    /// The user takes everything back.
    pub(crate) fn take_back(&mut self) {
        self.refresh.clear();
        self.access.clear();
    }

    /// How many refresh tokens are good.
    pub(crate) fn connections(&self) -> usize {
        self.refresh.len()
    }
}

pub(crate) struct FakeGoogle {
    studio: Studio,
    world: Arc<Mutex<World>>,
}

impl FakeGoogle {
    pub(crate) fn new() -> Self {
        let world = Arc::new(Mutex::new(World { lasts: 3_600, ..World::default() }));
        let own = world.clone();
        let studio = Studio::new(move |seen, _| {
            let mut world = own.lock().expect("no test panics while it holds it");
            answered(&mut world, seen)
        });
        Self { studio, world }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("no test panics while it holds it")
    }

    /// What it was asked below a path.
    pub(crate) fn asked(&self, path: &str) -> Vec<Seen> {
        self.studio.seen().into_iter().filter(|seen| seen.path.starts_with(path)).collect()
    }

    /// Has a server use it.
    pub(crate) fn set_up(&self, config: &mut Config) {
        let at = |path: &str| format!("http://{}{path}", self.studio.address);
        let (id, secret) = CLIENT;
        config.google.client = Some(mediary::config::GoogleClient { id: Secret::new(id), secret: Secret::new(secret) });
        config.google.places = mediary_remote::GooglePlaces {
            auth_url: at("/auth"),
            token_url: at("/token"),
            revoke_url: at("/revoke"),
            api_url: at(""),
            gmail_url: at(""),
        };
        config.fetch.allow = AllowList::parse(&["127.0.0.1".to_owned()]).expect("it is an address");
    }

    /// A user consents on the page of an address, but for some of what is asked for. Gives where the browser is sent then.
    pub(crate) fn consent(&self, url: &str, account: &str, declined: &[&str]) -> String {
        let (page, query) = url.split_once('?').expect("the page is asked for something");
        assert_eq!(page, format!("http://{}/auth", self.studio.address));
        let pairs = pairs(query.as_bytes());
        let of = |name: &str| pairs.get(name).unwrap_or_else(|| unreachable!("there is no {name}")).clone();
        assert_eq!((of("client_id").as_str(), of("response_type").as_str()), (CLIENT.0, "code"));
        assert_eq!((of("code_challenge_method").as_str(), of("access_type").as_str()), ("S256", "offline"));
        assert!(of("state").len() >= 43 && of("code_challenge").len() == 43, "{url}");
        assert!(!pairs.contains_key("code_verifier") && !url.contains(CLIENT.1), "{url}");
        let redirect = of("redirect_uri");
        assert!(redirect.ends_with("/v1/google/callback"), "{redirect}");
        let is_granted = |scope: &&str| !declined.iter().any(|declined| scope.ends_with(declined));
        let scopes = of("scope").split(' ').filter(is_granted).collect::<Vec<_>>().join(" ");
        let mut world = self.world();
        // What the user has allowed this client before, with whichever key.
        let before: Vec<String> = match pairs.get("include_granted_scopes").map(String::as_str) {
            Some("true") => world
                .refresh
                .values()
                .filter(|token| token.account == account)
                .map(|token| token.scopes.clone())
                .collect(),
            _ => Vec::new(),
        };
        let scopes = [vec![scopes, world.also.to_owned()], before].concat().join(" ").trim().to_owned();
        let code = world.next("4/code");
        let challenge = of("code_challenge");
        let (account, own) = (account.to_owned(), redirect.clone());
        world.codes.insert(code.clone(), Code { challenge, redirect: own, scopes, account, is_used: false });
        let written = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let path = redirect.splitn(4, '/').nth(3).map(|path| format!("/{path}")).expect("it has a path");
        format!("{path}?state={}&code={}&scope={}", written(&of("state")), written(&code), written("openid"))
    }
}

fn pairs(text: &[u8]) -> HashMap<String, String> {
    form_urlencoded::parse(text).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

fn refused(status: u16, reason: &str) -> Reply {
    let told = json!({ "error": { "code": status, "message": "No.", "errors": [{ "reason": reason }] } });
    Reply::Json(status, told)
}

fn answered(world: &mut World, seen: &Seen) -> Reply {
    let (path, query) = seen.path.split_once('?').unwrap_or((&seen.path, ""));
    let query = pairs(query.as_bytes());
    match (seen.method.as_str(), path) {
        ("POST", "/token") => tokens(world, seen),
        ("POST", "/revoke") => revoked(world, seen),
        _ => {
            if let Some((_, wait)) = world.limited.filter(|(below, _)| path.starts_with(below)) {
                let told = json!({ "error": { "code": 429, "message": "Slow down." } }).to_string();
                return Reply::With(429, vec![("retry-after", wait.to_string())], told.into_bytes());
            }
            let Some(token) = world.access.get(seen.key()).filter(|token| !token.is_expired).cloned() else {
                return refused(401, "authError");
            };
            if !world.refresh.contains_key(&token.refresh) {
                return refused(401, "authError");
            }
            let allows = |scopes: &[&str]| {
                token.scopes.split(' ').any(|own| scopes.iter().any(|scope| own == format!("{SCOPES}{scope}")))
            };
            let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
            match (seen.method.as_str(), parts.as_slice()) {
                ("GET", ["drive", "v3", "files", ..]) if !allows(&["drive.readonly"]) => {
                    refused(403, "insufficientPermissions")
                }
                ("GET", ["drive", "v3", "files"]) => listed(world, &query),
                ("GET", ["drive", "v3", "files", id]) => file(world, id, &query),
                ("GET", ["drive", "v3", "files", id, "export"]) => exported(world, id, &query),
                ("POST", ["upload", "drive", "v3", "files"]) if allows(&["drive.file"]) => begun(world, seen, &query),
                ("PUT", ["upload", "drive", "v3", "files"]) if allows(&["drive.file"]) => piece(world, seen, &query),
                ("GET", ["calendar", "v3", "calendars", "primary", "events"])
                    if allows(&["calendar.events.readonly", "calendar.events"]) =>
                {
                    events(world, &query)
                }
                ("POST", ["calendar", "v3", "calendars", "primary", "events"]) if allows(&["calendar.events"]) => {
                    let mut event = seen.json();
                    event["id"] = json!(world.next("event"));
                    world.events.push(event.clone());
                    Reply::Json(200, event)
                }
                (method, ["calendar", "v3", "calendars", "primary", "events", id]) if allows(&["calendar.events"]) => {
                    event(world, method, id, seen)
                }
                ("GET", ["gmail", "v1", "users", "me", "messages"]) if allows(&["gmail.readonly"]) => {
                    mails(world, &query)
                }
                ("GET", ["gmail", "v1", "users", "me", "messages", id]) if allows(&["gmail.readonly"]) => {
                    mail(world, id, &query)
                }
                ("POST", ["gmail", "v1", "users", "me", "messages", "send"]) if allows(&["gmail.send"]) => {
                    world.sent.push(seen.json());
                    let id = world.next("sent").replace('-', "");
                    Reply::Json(200, json!({ "id": id, "threadId": "thread1" }))
                }
                _ => refused(404, "notFound"),
            }
        }
    }
}

fn tokens(world: &mut World, seen: &Seen) -> Reply {
    let form = pairs(&seen.body);
    let of = |name: &str| form.get(name).map_or("", String::as_str);
    if (of("client_id"), of("client_secret")) != CLIENT {
        return Reply::Json(401, json!({ "error": "invalid_client" }));
    }
    let invalid = || Reply::Json(400, json!({ "error": "invalid_grant", "error_description": "Bad Request" }));
    match of("grant_type") {
        "authorization_code" => {
            let Some(code) = world.codes.get_mut(of("code")) else { return invalid() };
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(of("code_verifier").as_bytes()));
            if std::mem::replace(&mut code.is_used, true)
                || challenge != code.challenge
                || of("redirect_uri") != code.redirect
            {
                return invalid();
            }
            let Code { scopes, account, .. } = code.clone();
            let refresh = world.next("1//refresh");
            let token = Token { account: account.clone(), scopes, refresh: String::new(), is_expired: false };
            world.refresh.insert(refresh.clone(), token);
            granted(world, &refresh, true)
        }
        "refresh_token" => match world.refresh.contains_key(of("refresh_token")) {
            true => granted(world, of("refresh_token"), false),
            false => invalid(),
        },
        _ => Reply::Json(400, json!({ "error": "unsupported_grant_type" })),
    }
}

fn granted(world: &mut World, refresh: &str, is_first: bool) -> Reply {
    let Token { account, scopes, .. } = world.refresh[refresh].clone();
    let access = world.next("ya29.access");
    let token =
        Token { account: account.clone(), scopes: scopes.clone(), refresh: refresh.to_owned(), is_expired: false };
    world.access.insert(access.clone(), token);
    let mut told =
        json!({ "access_token": access, "expires_in": world.lasts, "scope": scopes, "token_type": "Bearer" });
    if is_first {
        let claims = URL_SAFE_NO_PAD.encode(json!({ "email": account, "sub": "1" }).to_string());
        told["refresh_token"] = json!(refresh);
        told["id_token"] = json!(format!("e30.{claims}.c2ln"));
    }
    Reply::Json(200, told)
}

fn revoked(world: &mut World, seen: &Seen) -> Reply {
    if world.no_revoking {
        return Reply::Close;
    }
    let token = pairs(&seen.body).remove("token").unwrap_or_default();
    match world.refresh.remove(&token) {
        Some(_) => Reply::Json(200, json!({})),
        None => Reply::Json(400, json!({ "error": "invalid_token" })),
    }
}

fn file_json(file: &Stored) -> Value {
    let mut told =
        json!({ "id": file.id, "name": file.name, "mimeType": file.mime, "modifiedTime": "2026-11-30T10:00:00.000Z" });
    if !file.mime.starts_with("application/vnd.google-apps.") {
        told["size"] = json!(file.bytes.len().to_string());
    }
    if let Some(target) = file.target {
        told["shortcutDetails"] = json!({ "targetId": target });
    }
    told
}

/// Two files on each page.
fn listed(world: &World, query: &HashMap<String, String>) -> Reply {
    let q = query.get("q").map_or("", String::as_str);
    let words = q.split("name contains '").nth(1).and_then(|rest| rest.split("' or fullText").next());
    let words = words.map(|words| words.replace("\\'", "'").replace("\\\\", "\\"));
    if !q.starts_with("trashed = false") {
        return refused(400, "invalid");
    }
    let found: Vec<Value> = world
        .files
        .iter()
        .filter(|file| words.as_ref().is_none_or(|words| file.name.contains(words.as_str())))
        .map(file_json)
        .collect();
    let at =
        match query.get("pageToken").map(|token| token.strip_prefix("page-").and_then(|at| at.parse::<usize>().ok())) {
            None => 0,
            Some(Some(at)) => at,
            Some(None) => return refused(400, "invalid"),
        };
    let most = query["pageSize"].parse::<usize>().expect("it is a number").min(2);
    let page: Vec<Value> = found.iter().skip(at).take(most).cloned().collect();
    let mut told = json!({ "files": page });
    if at + most < found.len() {
        told["nextPageToken"] = json!(format!("page-{}", at + most));
    }
    Reply::Json(200, told)
}

fn file(world: &World, id: &str, query: &HashMap<String, String>) -> Reply {
    let Some(file) = world.files.iter().find(|file| file.id == id) else { return refused(404, "notFound") };
    match query.get("alt").map(String::as_str) {
        None => Reply::Json(200, file_json(file)),
        Some("media") if !file.mime.starts_with("application/vnd.google-apps.") => {
            Reply::File("application/octet-stream", file.bytes.clone())
        }
        Some(_) => refused(403, "fileNotDownloadable"),
    }
}

fn exported(world: &World, id: &str, query: &HashMap<String, String>) -> Reply {
    let file = world.files.iter().find(|file| file.id == id && file.mime.starts_with("application/vnd.google-apps."));
    match (file, query.get("mimeType")) {
        (Some(file), Some(_)) if file.bytes.is_empty() => refused(403, "exportSizeLimitExceeded"),
        (Some(file), Some(_)) => Reply::File("application/octet-stream", file.bytes.clone()),
        _ => refused(403, "badRequest"),
    }
}

fn begun(world: &mut World, seen: &Seen, query: &HashMap<String, String>) -> Reply {
    let length = seen.header("x-upload-content-length").and_then(|length| length.parse().ok());
    let (Some("resumable"), Some(length)) = (query.get("uploadType").map(String::as_str), length) else {
        return refused(400, "invalid");
    };
    world.upload = Some((seen.json(), length, Vec::new()));
    let host = seen.header("host").unwrap_or_default();
    let place = format!("http://{host}/upload/drive/v3/files?uploadType=resumable&upload_id=u1");
    Reply::With(200, vec![("location", place)], Vec::new())
}

fn piece(world: &mut World, seen: &Seen, query: &HashMap<String, String>) -> Reply {
    let Some((about, length, mut bytes)) = world.upload.take().filter(|_| query["upload_id"] == "u1") else {
        return refused(404, "notFound");
    };
    let at = bytes.len();
    let range = match seen.body.len() {
        0 => format!("bytes */{length}"),
        more => format!("bytes {at}-{}/{length}", at + more - 1),
    };
    assert_eq!(seen.header("content-range"), Some(range.as_str()));
    bytes.extend_from_slice(&seen.body);
    if (bytes.len() as u64) < length {
        let last = bytes.len() - 1;
        world.upload = Some((about, length, bytes));
        return Reply::With(308, vec![("range", format!("bytes=0-{last}"))], Vec::new());
    }
    let told = json!({ "id": "new-file", "name": about["name"], "mimeType": "application/octet-stream", "size": length.to_string() });
    world.uploaded.push((about, bytes));
    Reply::Json(200, told)
}

/// One event on each page.
fn events(world: &World, query: &HashMap<String, String>) -> Reply {
    if query.get("singleEvents").map(String::as_str) != Some("true") {
        return refused(400, "invalid");
    }
    let at = query.get("pageToken").and_then(|token| token.parse::<usize>().ok()).unwrap_or(0);
    let mut told = json!({ "items": world.events.iter().skip(at).take(1).collect::<Vec<_>>() });
    if at + 1 < world.events.len() {
        told["nextPageToken"] = json!((at + 1).to_string());
    }
    Reply::Json(200, told)
}

/// An event that was removed is kept, as one that is cancelled.
fn event(world: &mut World, method: &str, id: &str, seen: &Seen) -> Reply {
    let Some(event) = world.events.iter_mut().find(|event| event["id"] == id) else { return refused(404, "notFound") };
    match method {
        "DELETE" if event["status"] == "cancelled" => refused(410, "deleted"),
        "DELETE" => {
            event["status"] = json!("cancelled");
            Reply::With(204, Vec::new(), Vec::new())
        }
        "PATCH" => {
            let fields = event.as_object_mut().expect("events are objects");
            for (name, value) in seen.json().as_object().expect("changes are objects") {
                match value.is_null() {
                    true => fields.remove(name),
                    false => fields.insert(name.clone(), value.clone()),
                };
            }
            Reply::Json(200, event.clone())
        }
        _ => refused(405, "methodNotAllowed"),
    }
}

fn mails(world: &World, query: &HashMap<String, String>) -> Reply {
    let q = query.get("q").map_or("", String::as_str);
    let found = world.mails.iter().filter(|(_, raw)| raw.contains(q));
    let found = found.map(|(id, _)| *id).chain(world.vanished);
    let ids: Vec<Value> = found.map(|id| json!({ "id": id, "threadId": "thread1" })).collect();
    Reply::Json(200, json!({ "messages": ids, "resultSizeEstimate": ids.len() }))
}

fn mail(world: &World, id: &str, query: &HashMap<String, String>) -> Reply {
    let Some((id, raw)) = world.mails.iter().find(|(own, _)| *own == id) else { return refused(404, "notFound") };
    let mut told = json!({ "id": id, "threadId": "thread1", "labelIds": ["UNREAD"], "snippet": "How it begins" });
    match query.get("format").map(String::as_str) {
        Some("raw") => told["raw"] = json!(URL_SAFE.encode(raw)),
        Some("metadata") => {
            let head = raw.split("\r\n\r\n").next().unwrap_or_default();
            let lines = head.lines().filter_map(|line| line.split_once(": "));
            let lines: Vec<Value> = lines.map(|(name, value)| json!({ "name": name, "value": value })).collect();
            told["payload"] = json!({ "headers": lines });
        }
        _ => return refused(400, "invalid"),
    }
    Reply::Json(200, told)
}

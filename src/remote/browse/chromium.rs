//! A Chromium of this machine: started with a profile of its own behind the guard, and ended with everything that it started.

use std::fmt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mediary_core::{Failure, FailureKind};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::guard::Guard;
use super::pipe::Pipe;
use super::seen::TabName;
use crate::fetch::FetchPolicy;

/// How long a start may take.
const START: Duration = Duration::from_secs(40);
/// How long an orderly end may take.
const END: Duration = Duration::from_secs(5);
/// So much of what it complains of is kept.
const MOST_COMPLAINT_BYTES: usize = 16 * 1024;
/// Hands the pipe over as the descriptors that Chromium reads and writes, without a line of unsafe code.
const AS_PIPE: &str = r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null"#;

/// How a Chromium is started.
#[derive(Debug, Clone)]
pub struct ChromiumSettings {
    /// The program.
    pub program: PathBuf,
    /// Whether its own sandbox is used, which is refused where the kernel forbids it.
    pub sandbox: bool,
    /// How many processes show pages.
    pub renderers: usize,
    /// The memory of the scripts of each.
    pub script_megabytes: u32,
    /// Where it may go.
    pub policy: FetchPolicy,
}

/// A running Chromium. Dropping it ends it.
pub struct Chromium {
    pub(super) pipe: Pipe,
    child: Mutex<Option<Child>>,
    _guard: Guard,
    _complaining: JoinSet<()>,
    _profile: TempDir,
}

impl fmt::Debug for Chromium {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Chromium").finish_non_exhaustive()
    }
}

impl Chromium {
    /// Starts one.
    ///
    /// # Errors
    /// Not installed when it cannot be started, or not with its sandbox.
    pub async fn start(settings: &ChromiumSettings) -> Result<Self, Failure> {
        let io = |error: std::io::Error| Failure::broken(format!("a browser cannot be started: {error}"));
        let guard = Guard::listen(Arc::new(settings.policy.clone())).await.map_err(io)?;
        // A socket lies deep below, whose path may have 107 bytes alone.
        let profile = tempfile::Builder::new().prefix("web-").tempdir().map_err(io)?;
        let mut child = Command::new("/bin/sh")
            .args(["-c", AS_PIPE])
            .arg(&settings.program)
            .args(arguments(settings, &guard, &profile))
            // It needs nothing of ours, least of all keys.
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", profile.path())
            .env("TMPDIR", profile.path())
            .env("LANG", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(io)?;
        let missing = || Failure::broken("a browser was started without a pipe");
        let (to, from) = (child.stdin.take().ok_or_else(missing)?, child.stdout.take().ok_or_else(missing)?);
        let complaints: Arc<Mutex<Vec<u8>>> = Arc::default();
        let mut complaining = JoinSet::new();
        if let Some(stderr) = child.stderr.take() {
            complaining.spawn(gather(stderr, complaints.clone()));
        }
        let pipe = Pipe::over(from, to);
        let begun = timeout(START, async {
            pipe.call(None, "Browser.getVersion", json!({})).await?;
            pipe.call(None, "Target.setDiscoverTargets", json!({ "discover": true })).await
        });
        if !matches!(begun.await, Ok(Ok(_))) {
            let _killed = child.start_kill();
            let _ended = timeout(END, child.wait()).await;
            // What it complained of is read to its end, since it has ended.
            let _read = timeout(END, async { while complaining.join_next().await.is_some() {} }).await;
            let said = String::from_utf8_lossy(&complaints.lock().unwrap_or_else(PoisonError::into_inner)).into_owned();
            return Err(not_started(&said));
        }
        let child = Mutex::new(Some(child));
        Ok(Self { pipe, child, _guard: guard, _complaining: complaining, _profile: profile })
    }

    /// Whether it runs.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        self.pipe.is_open() && child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// Ends it in order, with all of its processes.
    pub async fn end(&self) {
        let child = self.child.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut child) = child else { return };
        let _closing = timeout(END, self.pipe.call(None, "Browser.close", json!({}))).await;
        if timeout(END, child.wait()).await.is_err() {
            let _killed = child.start_kill();
            let _ended = timeout(END, child.wait()).await;
        }
    }

    /// Opens an empty page with cookies and a cache of its own.
    ///
    /// # Errors
    /// When the browser has ended.
    pub async fn open(&self) -> Result<TabName, Failure> {
        let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let made = self.pipe.call(None, "Target.createBrowserContext", json!({ "disposeOnDetach": true })).await?;
        let apart = text(&made, "browserContextId");
        let opened = async {
            let denied = json!({ "behavior": "deny", "browserContextId": apart });
            self.pipe.call(None, "Browser.setDownloadBehavior", denied).await?;
            let target = json!({ "url": "about:blank", "browserContextId": apart, "width": 1280, "height": 900 });
            let page = text(&self.pipe.call(None, "Target.createTarget", target).await?, "targetId");
            let attach = json!({ "targetId": page, "flatten": true });
            let session = text(&self.pipe.call(None, "Target.attachToTarget", attach).await?, "sessionId");
            self.pipe.call(Some(&session), "Page.enable", json!({})).await?;
            Ok(TabName { apart: apart.clone(), page, session })
        };
        let opened = opened.await;
        if opened.is_err() {
            self.forget(&apart).await;
        }
        opened
    }

    /// Closes a page, and forgets its cookies.
    pub async fn close(&self, tab: &TabName) {
        self.forget(&tab.apart).await;
    }

    async fn forget(&self, apart: &str) {
        // A browser that has ended has forgotten it.
        let _gone = self.pipe.call(None, "Target.disposeBrowserContext", json!({ "browserContextId": apart })).await;
    }
}

fn arguments(settings: &ChromiumSettings, guard: &Guard, profile: &TempDir) -> Vec<String> {
    let mut all: Vec<String> = [
        "--headless=new",
        "--remote-debugging-pipe",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-component-extensions-with-background-pages",
        "--disable-default-apps",
        "--disable-extensions",
        "--disable-sync",
        "--disable-domain-reliability",
        "--disable-breakpad",
        "--disable-client-side-phishing-detection",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-quic",
        "--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider,AutofillServerCommunication",
        "--metrics-recording-only",
        "--mute-audio",
        "--hide-scrollbars",
        "--no-pings",
        "--password-store=basic",
        "--use-mock-keychain",
        // Everything goes through the guard, names are looked up there, and nothing goes around it.
        "--proxy-bypass-list=<-loopback>",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    ]
    .map(str::to_owned)
    .into();
    all.push(format!("--proxy-server=http://{}", guard.address()));
    all.push(format!("--user-data-dir={}", profile.path().join("profile").display()));
    all.push(format!("--renderer-process-limit={}", settings.renderers.max(1)));
    all.push(format!("--js-flags=--max-old-space-size={}", settings.script_megabytes));
    if !settings.sandbox {
        all.push("--no-sandbox".to_owned());
    }
    all.push("about:blank".to_owned());
    all
}

/// Why it did not start, in words that say what to do.
fn not_started(said: &str) -> Failure {
    let is_sandbox = ["no usable sandbox", "without --no-sandbox", "sandbox_host", "namespace sandbox"]
        .iter()
        .any(|words| said.to_lowercase().contains(words));
    let detail = if is_sandbox {
        "the browser does not start with its sandbox here: run the server as another user than root, allow user namespaces in the \
         kernel, or write `[browser] sandbox = false` if the machine may be lost to a page"
            .to_owned()
    } else if said.contains("Socket path too long") {
        "the browser does not start: the path of the folder for temporary files is too long for its socket; set TMPDIR to a folder with a \
         shorter one, such as that of the system"
            .to_owned()
    } else {
        // What ends it is said before what follows from that.
        let fatal = said.lines().find(|line| line.contains("FATAL"));
        let last = || said.lines().rev().find(|line| !line.trim().is_empty());
        let last = fatal.or_else(last).unwrap_or("it said nothing");
        let last: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
        format!("the browser does not start ({last}); install Chromium, or name it as `[browser] program`")
    };
    Failure::new(FailureKind::NotInstalled, detail)
}

async fn gather(stderr: impl tokio::io::AsyncRead + Unpin, complaints: Arc<Mutex<Vec<u8>>>) {
    let mut stderr = BufReader::new(stderr);
    let mut piece = [0; 4096];
    while let Ok(count @ 1..) = stderr.read(&mut piece).await {
        let mut kept = complaints.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MOST_COMPLAINT_BYTES {
            kept.extend_from_slice(&piece[..count]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_it_from_starting_says_what_to_do() {
        let rows = [
            ("[1:1:ERROR] Running as root without --no-sandbox is not supported.", "sandbox = false"),
            ("FATAL: No usable sandbox! Update your kernel", "sandbox = false"),
            ("/bin/sh: 1: exec: /no/chromium: not found\n", "not found"),
            (
                "[1:1:FATAL:chrome/browser/process_singleton_posix.cc:315] Socket path too long: /a\n[1:1:ERROR] write: Broken pipe (32)",
                "set TMPDIR",
            ),
            ("[1:1:FATAL:a.cc:1] No such thing\n[1:1:ERROR] write: Broken pipe (32)\n", "No such thing"),
            ("", "said nothing"),
        ];
        for (said, words) in rows {
            let failure = not_started(said);
            assert!(failure.detail.contains(words) && failure.kind == FailureKind::NotInstalled, "{failure}");
        }
    }
}

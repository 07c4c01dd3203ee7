//! A page of a Chromium: gone to, seen and acted on.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mediary_core::{Failure, FailureKind};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::act::{Action, Direction, MOST_WAIT_MS, key};
use super::chromium::Chromium;
use super::script::{FOCUS, LINKS, PLACE, SCROLL, SEE, STATE};
use super::seen::{PageLink, SeenPage, TabName};

/// How long a page may take to be there.
const LOAD: Duration = Duration::from_secs(20);
/// How often it is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(50);
/// So long after an action it is seen whether it leads anywhere.
const SETTLE: Duration = Duration::from_millis(150);
/// Links that are told of a page.
const MOST_LINKS: usize = 200;
/// A picture of a whole page is no higher.
const MOST_HEIGHT: f64 = 12_000.0;

impl Chromium {
    /// Goes to an address, and waits for the page.
    ///
    /// # Errors
    /// Unreachable when it does not come, or may not be gone to.
    pub async fn go(&self, tab: &TabName, url: &str) -> Result<(), Failure> {
        let gone = self.pipe.call(Some(&tab.session), "Page.navigate", json!({ "url": url })).await?;
        match gone["errorText"].as_str().filter(|text| !text.is_empty()) {
            Some(error) => Err(unreached(error)),
            None => self.settle(tab).await,
        }
    }

    /// Sees a page: `most` characters from one on.
    ///
    /// # Errors
    /// When it is closed.
    pub async fn see(&self, tab: &TabName, from: usize, most: usize) -> Result<SeenPage, Failure> {
        self.run(tab, SEE, &[json!(from), json!(most)]).await
    }

    /// The links of a page.
    ///
    /// # Errors
    /// When it is closed.
    pub async fn links(&self, tab: &TabName) -> Result<Vec<PageLink>, Failure> {
        self.run(tab, LINKS, &[json!(MOST_LINKS)]).await
    }

    /// A picture of a page as PNG: of what is in view, or of all of it.
    ///
    /// # Errors
    /// When it is closed.
    pub async fn picture(&self, tab: &TabName, is_whole: bool) -> Result<Vec<u8>, Failure> {
        let mut params = json!({ "format": "png" });
        if is_whole {
            let sizes = self.pipe.call(Some(&tab.session), "Page.getLayoutMetrics", json!({})).await?;
            let size = &sizes["cssContentSize"];
            let (width, height) = (size["width"].as_f64().unwrap_or(1280.0), size["height"].as_f64().unwrap_or(900.0));
            params["captureBeyondViewport"] = true.into();
            params["clip"] =
                json!({ "x": 0, "y": 0, "width": width.min(4_000.0), "height": height.min(MOST_HEIGHT), "scale": 1 });
        }
        let shot = self.pipe.call(Some(&tab.session), "Page.captureScreenshot", params).await?;
        let data = shot["data"].as_str().unwrap_or_default();
        STANDARD.decode(data).map_err(|_| Failure::broken("the browser's picture is none"))
    }

    /// Does something on a page.
    ///
    /// # Errors
    /// Unknown when a reference is none any more; malformed when there is no such key.
    pub async fn act(&self, tab: &TabName, action: &Action) -> Result<(), Failure> {
        match action {
            Action::Click { at } => self.click(tab, at).await?,
            Action::Type { at, text, submit } => {
                found(self.run::<Option<Value>>(tab, FOCUS, &[json!(at)]).await?, at)?;
                self.pipe.call(Some(&tab.session), "Input.insertText", json!({ "text": text })).await?;
                if *submit {
                    self.press(tab, "Enter").await?;
                }
            }
            Action::Press { key } => self.press(tab, key).await?,
            Action::Scroll { direction, pixels } => {
                let far = i64::from(*pixels);
                let (x, y) = match direction {
                    Direction::Up => (0, -far),
                    Direction::Down => (0, far),
                    Direction::Left => (-far, 0),
                    Direction::Right => (far, 0),
                };
                let _done: Value = self.run(tab, SCROLL, &[json!(x), json!(y)]).await?;
            }
            Action::Navigate { url } => return self.go(tab, url).await,
            Action::Back => return self.turn(tab, -1).await,
            Action::Forward => return self.turn(tab, 1).await,
            Action::Reload => {
                self.pipe.call(Some(&tab.session), "Page.reload", json!({})).await?;
            }
            Action::Wait { ms } => sleep(Duration::from_millis((*ms).min(MOST_WAIT_MS).into())).await,
        }
        sleep(SETTLE).await;
        self.settle(tab).await
    }

    async fn click(&self, tab: &TabName, at: &str) -> Result<(), Failure> {
        let place = found(self.run::<Option<Value>>(tab, PLACE, &[json!(at), json!(true)]).await?, at)?;
        let (Some(x), Some(y)) = (place["x"].as_f64(), place["y"].as_f64()) else { return Ok(()) };
        for (kind, count) in [("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 1)] {
            let button = if count == 0 { "none" } else { "left" };
            let event = json!({ "type": kind, "x": x, "y": y, "button": button, "clickCount": count });
            self.pipe.call(Some(&tab.session), "Input.dispatchMouseEvent", event).await?;
        }
        Ok(())
    }

    async fn press(&self, tab: &TabName, name: &str) -> Result<(), Failure> {
        let unknown = || {
            Failure::malformed("there is no such key; Enter, Tab, Escape, ArrowDown, PageDown, a and others are known")
        };
        let pressed = key(name).ok_or_else(unknown)?;
        let mut event = json!({ "key": pressed.key, "code": pressed.code, "windowsVirtualKeyCode": pressed.number });
        if let Some(text) = &pressed.text {
            event["text"] = text.as_str().into();
        }
        for kind in ["keyDown", "keyUp"] {
            event["type"] = kind.into();
            self.pipe.call(Some(&tab.session), "Input.dispatchKeyEvent", event.clone()).await?;
        }
        Ok(())
    }

    /// Turns to another page of the history.
    async fn turn(&self, tab: &TabName, by: i64) -> Result<(), Failure> {
        let history = self.pipe.call(Some(&tab.session), "Page.getNavigationHistory", json!({})).await?;
        let at = history["currentIndex"].as_i64().unwrap_or(0) + by;
        let entry = usize::try_from(at).ok().and_then(|at| history["entries"].get(at));
        // The empty page that a tab begins with is none.
        let id = entry.filter(|entry| entry["url"] != "about:blank").and_then(|entry| entry["id"].as_i64());
        let id =
            id.ok_or_else(|| Failure::new(FailureKind::Unacceptable, "there is no such page in this tab's history"))?;
        self.pipe.call(Some(&tab.session), "Page.navigateToHistoryEntry", json!({ "entryId": id })).await?;
        sleep(SETTLE).await;
        self.settle(tab).await
    }

    /// Waits until a page is there; one that takes for ever is seen as it is.
    async fn settle(&self, tab: &TabName) -> Result<(), Failure> {
        let until = Instant::now() + LOAD;
        loop {
            match self.run::<Value>(tab, STATE, &[]).await {
                Ok(told) if told["url"].as_str().is_some_and(|url| url.starts_with("chrome-error:")) => {
                    return Err(unreached("the page did not come"));
                }
                Ok(told) if told["state"] == "complete" => return Ok(()),
                Ok(_) => {}
                // The page is being left for the next one.
                Err(failure) if failure.kind == FailureKind::Unknown || failure.kind == FailureKind::Unacceptable => {}
                Err(failure) => return Err(failure),
            }
            if Instant::now() > until {
                return Ok(());
            }
            sleep(LOOK).await;
        }
    }

    /// Runs a function of ours on a page, in a world of its own.
    async fn run<T: DeserializeOwned>(&self, tab: &TabName, function: &str, arguments: &[Value]) -> Result<T, Failure> {
        let session = Some(tab.session.as_str());
        let world = json!({ "frameId": tab.page, "worldName": "mediary" });
        let world = self.pipe.call(session, "Page.createIsolatedWorld", world).await?;
        let arguments: Vec<Value> = arguments.iter().map(|value| json!({ "value": value })).collect();
        let call = json!({
            "functionDeclaration": function, "executionContextId": world["executionContextId"], "arguments": arguments,
            "returnByValue": true, "awaitPromise": false,
        });
        let ran = self.pipe.call(session, "Runtime.callFunctionOn", call).await?;
        if ran.get("exceptionDetails").is_some() {
            return Err(Failure::new(FailureKind::Garbled, "the page cannot be looked at; load it anew"));
        }
        let value = ran["result"].get("value").cloned().unwrap_or_default();
        serde_json::from_value(value).map_err(|_| Failure::new(FailureKind::Garbled, "the page cannot be looked at"))
    }
}

/// What a reference names, if that is still there.
fn found(place: Option<Value>, at: &str) -> Result<Value, Failure> {
    let at: String = at.chars().filter(|c| c.is_ascii_alphanumeric()).take(12).collect();
    let gone = || {
        Failure::new(FailureKind::Unknown, format!("there is no `{at}` on the page any more; take a snapshot again"))
    };
    place.ok_or_else(gone)
}

/// What a browser says of an address that it does not come to.
fn unreached(error: &str) -> Failure {
    let shown: String = error.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(80).collect();
    let kind = if error.contains("TIMED_OUT") { FailureKind::TimedOut } else { FailureKind::Unreachable };
    Failure::new(
        kind,
        format!("the page cannot be reached ({shown}); check the address, and whether it may be gone to"),
    )
}

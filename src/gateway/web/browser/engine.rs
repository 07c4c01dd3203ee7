//! The browser that is running, whichever it is.

use std::sync::Arc;

use mediary_core::{Failure, FailureKind};
use mediary_remote::{Action, Camofox, Chromium, PageLink, SeenPage, TabName};
use sha2::{Digest, Sha256};

use super::{Browser, Kind, off};

/// A running browser. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) enum Engine {
    Chromium(Arc<Chromium>),
    Camofox(Camofox),
}

impl Browser {
    /// The browser, started if it does not run.
    pub(super) async fn engine(self: &Arc<Self>) -> Result<Engine, Failure> {
        let mut engine = self.engine.lock().await;
        if let Some(running) = engine.as_ref().filter(|engine| engine.is_alive()) {
            return Ok(running.clone());
        }
        if engine.take().is_some() {
            tracing::warn!("the browser has ended; it is started again");
            self.tabs.forget_all();
        }
        let started = match &self.kind {
            Kind::Off => return Err(off("no pages are opened here; `[browser] enabled = true` has them opened")),
            Kind::Missing => {
                return Err(off(
                    "there is no browser here; install Chromium, name it as `[browser] program`, or a camofox server as `[browser] url`",
                ));
            }
            Kind::Camofox(camofox) => Engine::Camofox(camofox.clone()),
            Kind::Chromium(settings) => Engine::Chromium(Arc::new(Chromium::start(settings).await?)),
        };
        *engine = Some(started.clone());
        self.keep_watch();
        Ok(started)
    }

    /// The browser, if it runs.
    pub(super) async fn running(&self) -> Option<Engine> {
        self.engine.lock().await.clone().filter(Engine::is_alive)
    }

    /// How a Chromium stands.
    pub(super) fn chromium_state(&self) -> &'static str {
        match self.engine.try_lock() {
            // It is held for a moment only, but while one starts or makes room for the next.
            Err(_) => "starting",
            Ok(engine) if engine.as_ref().is_some_and(Engine::is_alive) => "ready",
            Ok(_) => "asleep",
        }
    }

    /// Closes pages that are not used, and the browser once there are none; whether it is over.
    pub(super) async fn close_idle(&self) -> bool {
        let idle = self.tabs.idle(self.idle);
        if let Some(engine) = self.running().await {
            for tab in &idle {
                engine.close(tab).await;
            }
        }
        if self.tabs.count() > 0 {
            return false;
        }
        // One that begins now waits for the lock, and starts it anew.
        let mut engine = self.engine.lock().await;
        if self.tabs.count() > 0 {
            return false;
        }
        if let Some(Engine::Chromium(chromium)) = engine.take() {
            chromium.end().await;
        }
        true
    }
}

impl Engine {
    pub(super) fn is_alive(&self) -> bool {
        match self {
            Self::Chromium(chromium) => chromium.is_alive(),
            Self::Camofox(_) => true,
        }
    }

    /// Opens a page for a client, which need not be there yet. Not to be broken off: what was opened then has no name here.
    pub(super) async fn open(&self, client: &[u8], id: &str, url: &str) -> Result<TabName, Failure> {
        match self {
            Self::Chromium(chromium) => chromium.open().await,
            Self::Camofox(camofox) => {
                // Pages share nothing, as with a Chromium; the server learns neither key nor client.
                let user = Sha256::new().chain_update(client).chain_update(id).finalize();
                let user: String = user.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
                camofox.open(&format!("mediary-{user}"), url).await
            }
        }
    }

    /// Waits until a page that was opened is there.
    pub(super) async fn arrive(&self, tab: &TabName, url: &str) -> Result<(), Failure> {
        match self {
            Self::Chromium(chromium) => chromium.go(tab, url).await,
            Self::Camofox(_) => Ok(()),
        }
    }

    pub(super) async fn see(&self, tab: &TabName, from: usize, most: usize) -> Result<SeenPage, Failure> {
        match self {
            Self::Chromium(chromium) => chromium.see(tab, from, most).await,
            Self::Camofox(camofox) => camofox.see(tab, from, most).await,
        }
    }

    pub(super) async fn act(&self, tab: &TabName, action: &Action) -> Result<(), Failure> {
        match self {
            Self::Chromium(chromium) => chromium.act(tab, action).await,
            Self::Camofox(camofox) => camofox.act(tab, action).await,
        }
    }

    pub(super) async fn links(&self, tab: &TabName) -> Result<Vec<PageLink>, Failure> {
        match self {
            Self::Chromium(chromium) => chromium.links(tab).await,
            Self::Camofox(camofox) => camofox.links(tab).await,
        }
    }

    pub(super) async fn picture(&self, tab: &TabName, is_whole: bool) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Chromium(chromium) => chromium.picture(tab, is_whole).await,
            Self::Camofox(_) if is_whole => Err(Failure::new(
                FailureKind::Unacceptable,
                "a camofox server pictures what is in view alone; leave `full_page` out, and scroll",
            )),
            Self::Camofox(camofox) => camofox.picture(tab).await,
        }
    }

    pub(super) async fn close(&self, tab: &TabName) {
        match self {
            Self::Chromium(chromium) => chromium.close(tab).await,
            Self::Camofox(camofox) => camofox.close(tab).await,
        }
    }
}

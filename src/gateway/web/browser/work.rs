//! What clients have done in the browser: pages opened, seen, acted on and closed.

use mediary_core::Failure;
use mediary_remote::{Action, PageLink, SeenPage};

use super::super::super::Gateway;
use super::{Kind, off};

/// A page that was opened.
#[derive(Debug)]
pub struct OpenedPage {
    /// Its id.
    pub id: String,
    /// What is seen of it.
    pub seen: SeenPage,
}

/// What is done on a page.
#[derive(Debug)]
pub enum PageAct {
    /// Something that may change it.
    Do(Action),
    /// It is closed.
    Close,
}

/// How the browser stands.
#[derive(Debug)]
pub struct BrowserHealth {
    /// `off`, `missing`, `asleep` (it starts with the first page), `ready` or `unreachable`.
    pub status: &'static str,
    /// `chromium` or `camofox`; nothing where there is none.
    pub engine: Option<&'static str>,
    /// How many pages are open.
    pub tabs: usize,
    /// What is amiss.
    pub trouble: Option<Failure>,
}

impl Gateway {
    /// Opens a page for a client; gives the first `most` characters of it.
    ///
    /// # Errors
    /// When it may not be gone to or does not come, or there is no browser or too many pages.
    pub async fn open_page(&self, client: &[u8], url: &str, most: usize) -> Result<OpenedPage, Failure> {
        let browser = &self.web.browser;
        let (page, seen) = browser.open(client, url, most).await?;
        Ok(OpenedPage { id: page.kept(), seen })
    }

    /// What is seen of a page that is closed again: its first `most` characters.
    ///
    /// # Errors
    /// As [`Self::open_page`].
    pub async fn look_at_page(&self, client: &[u8], url: &str, most: usize) -> Result<SeenPage, Failure> {
        let (page, seen) = self.web.browser.open(client, url, most).await?;
        page.closed().await;
        Ok(seen)
    }

    /// What is seen of a page: `most` characters from one on.
    ///
    /// # Errors
    /// When it is not open.
    pub async fn see_page(&self, client: &[u8], id: &str, from: usize, most: usize) -> Result<SeenPage, Failure> {
        let tab = self.web.browser.tabs.use_one(client, id).await?;
        self.engine_of_page().await?.see(&tab.name, from, most).await
    }

    /// Does something on a page. Broken off in the middle of it, the page is closed.
    ///
    /// # Errors
    /// When it is not open, or that cannot be done.
    pub async fn act_on_page(&self, client: &[u8], id: &str, act: &PageAct) -> Result<(), Failure> {
        let browser = &self.web.browser;
        if let PageAct::Do(Action::Navigate { url }) = act {
            browser.fetcher.check_name(url).await?;
        }
        let tab = browser.tabs.use_one(client, id).await?;
        let engine = self.engine_of_page().await?;
        match act {
            PageAct::Do(action) => {
                let page = browser.held(&engine, id);
                let done = engine.act(&tab.name, action).await;
                page.kept();
                done
            }
            PageAct::Close => {
                browser.held(&engine, id).closed().await;
                Ok(())
            }
        }
    }

    /// The links of a page.
    ///
    /// # Errors
    /// When it is not open.
    pub async fn links_of_page(&self, client: &[u8], id: &str) -> Result<Vec<PageLink>, Failure> {
        let tab = self.web.browser.tabs.use_one(client, id).await?;
        self.engine_of_page().await?.links(&tab.name).await
    }

    /// A picture of a page as PNG.
    ///
    /// # Errors
    /// When it is not open.
    pub async fn picture_of_page(&self, client: &[u8], id: &str, is_whole: bool) -> Result<Vec<u8>, Failure> {
        let tab = self.web.browser.tabs.use_one(client, id).await?;
        self.engine_of_page().await?.picture(&tab.name, is_whole).await
    }

    /// How the browser stands.
    pub async fn browser_health(&self) -> BrowserHealth {
        let browser = &self.web.browser;
        let (engine, trouble) = match &browser.kind {
            Kind::Off => return BrowserHealth { status: "off", engine: None, tabs: 0, trouble: None },
            Kind::Missing => return BrowserHealth { status: "missing", engine: None, tabs: 0, trouble: None },
            Kind::Camofox(camofox) => ("camofox", camofox.health().await.err()),
            Kind::Chromium(_) => ("chromium", None),
        };
        let status = match (&trouble, browser.running().await) {
            (Some(_), _) => "unreachable",
            (None, Some(_)) => "ready",
            (None, None) => "asleep",
        };
        BrowserHealth { status, engine: Some(engine), tabs: browser.tabs.count(), trouble }
    }

    /// How the browser stands as far as that is known without waiting for it, and which it is: `off`, `missing`, `configured` (a
    /// server elsewhere, which is not asked), `asleep`, `starting` or `ready`.
    #[must_use]
    pub fn browser_state(&self) -> (&'static str, Option<&'static str>) {
        let browser = &self.web.browser;
        match &browser.kind {
            Kind::Off => ("off", None),
            Kind::Missing => ("missing", None),
            Kind::Camofox(_) => ("configured", Some("camofox")),
            Kind::Chromium(_) => (browser.chromium_state(), Some("chromium")),
        }
    }

    async fn engine_of_page(&self) -> Result<super::engine::Engine, Failure> {
        let ended = || off("the browser has ended; open the page again with /v1/browser/open");
        self.web.browser.running().await.ok_or_else(ended)
    }
}

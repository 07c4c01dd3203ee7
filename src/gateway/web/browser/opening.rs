//! Pages whose client may leave at any moment: one is opened to its end all the same, and closed unless it is kept.
//!
//! What a browser has begun cannot be taken back, and a page whose name is lost would stay until the browser ends. So a page is opened
//! by a task of its own, which outlives the request, and what is handed out closes the page when it is dropped.

use std::sync::{Arc, PoisonError};

use mediary_core::Failure;
use mediary_remote::SeenPage;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tracing::Instrument as _;

use super::engine::Engine;
use super::tabs::Reserved;
use super::{Browser, off};

/// A page that is closed when this is dropped, unless it is kept.
#[derive(Debug)]
pub(super) struct Held {
    browser: Arc<Browser>,
    engine: Engine,
    id: String,
    is_kept: bool,
}

/// What is to be opened, and for which client.
struct Wish {
    client: Vec<u8>,
    url: String,
    most: usize,
}

impl Browser {
    /// Opens a page for a client and sees its first `most` characters.
    pub(super) async fn open(
        self: &Arc<Self>,
        client: &[u8],
        url: &str,
        most: usize,
    ) -> Result<(Held, SeenPage), Failure> {
        self.fetcher.check_name(url).await?;
        let place = self.tabs.reserve(client)?;
        let wish = Wish { client: client.to_vec(), url: url.to_owned(), most };
        let (mut tell, told) = oneshot::channel();
        let browser = self.clone();
        self.to_the_end(async move {
            if let Some(opened) = browser.opened(place, &wish, tell.closed()).await {
                // A client that has left meanwhile does not keep it.
                let _left = tell.send(opened);
            }
        });
        told.await.unwrap_or_else(|_| Err(off("the browser ends with this server")))
    }

    /// Opens a page and waits for it; `None`: the client has left before that.
    async fn opened(
        self: &Arc<Self>,
        place: Reserved,
        wish: &Wish,
        left: impl Future<Output = ()>,
    ) -> Option<Result<(Held, SeenPage), Failure>> {
        let begun = async {
            let engine = self.engine().await?;
            let tab = engine.open(&wish.client, &place.id, &wish.url).await?;
            Ok((engine, tab))
        };
        let (engine, tab) = match begun.await {
            Ok(begun) => begun,
            Err(failure) => return Some(Err(failure)),
        };
        let seen = async {
            engine.arrive(&tab, &wish.url).await?;
            engine.see(&tab, 0, wish.most).await
        };
        let seen = tokio::select! {
            seen = seen => Some(seen),
            () = left => None,
        };
        match seen {
            Some(Ok(seen)) => Some(Ok((self.held(&engine, &place.opened(tab)), seen))),
            Some(Err(failure)) => {
                engine.close(&tab).await;
                Some(Err(failure))
            }
            None => {
                engine.close(&tab).await;
                None
            }
        }
    }

    /// A page that is open, to be closed unless it is kept.
    pub(super) fn held(self: &Arc<Self>, engine: &Engine, id: &str) -> Held {
        Held { browser: self.clone(), engine: engine.clone(), id: id.to_owned(), is_kept: false }
    }

    /// Does something to its end, whether or not its client stays.
    fn to_the_end(&self, work: impl Future<Output = ()> + Send + 'static) {
        // Without a runtime the server is ending, and its browser with it.
        let Ok(runtime) = Handle::try_current() else { return };
        let mut at_work = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        while at_work.try_join_next().is_some() {}
        at_work.spawn_on(work.in_current_span(), &runtime);
    }
}

impl Held {
    /// Leaves the page open; gives its id.
    pub(super) fn kept(mut self) -> String {
        self.is_kept = true;
        std::mem::take(&mut self.id)
    }

    /// Closes the page, and waits until it is closed.
    pub(super) async fn closed(mut self) {
        self.is_kept = true;
        // Nothing more is told by one that ends with the server.
        let _closed = self.close().await;
    }

    fn close(&self) -> oneshot::Receiver<()> {
        let (tell, told) = oneshot::channel();
        if let Some(tab) = self.browser.tabs.forget(&self.id) {
            let engine = self.engine.clone();
            self.browser.to_the_end(async move {
                engine.close(&tab).await;
                let _left = tell.send(());
            });
        }
        told
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.is_kept {
            let _told = self.close();
        }
    }
}

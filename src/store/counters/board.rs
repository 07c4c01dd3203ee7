//! What servers tell one another beside what they count: names posted for a while, and texts remembered under a name.

use std::time::Duration;

use redis::Cmd;

use super::{Counters, CountersAway};

/// One board for all servers of these counters; the braces keep it and its mark on one node of a cluster.
const BOARD: [&str; 2] = ["mediary:{board}", "mediary:{board}:mark"];
/// Nothing waits for longer to be told what would only be good to know.
const SOON: Duration = Duration::from_millis(250);

/// What is posted at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// Which board it is: the same for all servers, until it is lost. It is a secret that they share.
    pub mark: String,
    /// Names, and for how many milliseconds each is there.
    pub posted: Vec<(String, u64)>,
}

impl Counters {
    /// Posts names for so many milliseconds each, takes others down, and tells what is posted then. Of two times the longer
    /// one counts.
    ///
    /// # Errors
    /// When the counters are away.
    pub async fn exchange(&self, put: Vec<(String, u64)>, drop: Vec<String>) -> Result<Board, CountersAway> {
        let inner = self.inner.clone();
        let told = self.home.run(async move {
            let asked = serde_json::json!({ "put": put, "drop": drop, "mark": inner.mark });
            let mut invocation = inner.board.prepare_invoke();
            invocation.key(&BOARD).arg(asked.to_string());
            let mut manager = inner.manager.clone();
            let asking = async { invocation.invoke_async::<Vec<String>>(&mut manager).await };
            inner.answered(asking).await
        });
        let told = told.await.unwrap_or_else(|| Err(self.inner.away("its thread has ended")))?;
        let (mark, posts) = told.split_first().map_or((String::new(), &[][..]), |(mark, posts)| (mark.clone(), posts));
        let posted = posts.chunks_exact(2).filter_map(|post| Some((post[0].clone(), post[1].parse().ok()?)));
        Ok(Board { mark, posted: posted.collect() })
    }

    /// Remembers a text under a name, for so many milliseconds. It is not waited for, and lost where they are away.
    pub fn remember(&self, name: &str, text: &str, for_ms: u64) {
        let (inner, command) = (self.inner.clone(), Cmd::pset_ex(named(name), text, for_ms.max(1)));
        self.home.keep(async move {
            let mut manager = inner.manager.clone();
            let telling = async { command.query_async::<()>(&mut manager).await };
            let _lost = inner.answered(telling).await;
        });
    }

    /// The text that is remembered under a name. It is not waited for long.
    ///
    /// # Errors
    /// When they are away, or too slow.
    pub async fn recall(&self, name: &str) -> Result<Option<String>, CountersAway> {
        let (inner, command) = (self.inner.clone(), Cmd::get(named(name)));
        let told = self.home.run(async move {
            let mut manager = inner.manager.clone();
            let asking = async { command.query_async::<Option<String>>(&mut manager).await };
            match tokio::time::timeout(SOON, inner.answered(asking)).await {
                Ok(told) => told,
                Err(_) => Err(inner.away("it took too long")),
            }
        });
        told.await.unwrap_or_else(|| Err(self.inner.away("its thread has ended")))
    }
}

fn named(name: &str) -> String {
    format!("mediary:remembered:{name}")
}

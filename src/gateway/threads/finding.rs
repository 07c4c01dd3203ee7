//! Threads are searched for: by the words of their titles and of what was said, by its meaning, or by both.

use std::collections::HashMap;

use mediary_store::ThreadRow;

use super::{NoThread, Threads, short_owner, words};

/// The most threads that are found.
pub const MOST_FOUND: u32 = 100;
/// What is shown of a message in which something was found.
const SNIPPET_CHARS: usize = 160;
/// The most messages that are looked through for what is shown.
const MOST_LOOKED_THROUGH: u32 = 2_000;
/// Of two orders each is worth the reciprocal of its place beyond this (Cormack and others, 2009).
const SMOOTHING: f32 = 60.0;

/// By what threads are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SearchMode {
    /// Words alone.
    Text,
    /// Meaning alone.
    Meaning,
    /// Both, or words where no meanings are known.
    #[default]
    Both,
}

impl SearchMode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Text, Self::Meaning, Self::Both];

    /// Its name in requests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Meaning => "meaning",
            Self::Both => "both",
        }
    }
}

/// A thread that was found.
#[derive(Debug, Clone)]
pub struct FoundThread {
    /// The thread.
    pub thread: ThreadRow,
    /// What was said there, where words were found in it.
    pub snippet: Option<String>,
    /// How near its nearest message is, where that was compared.
    pub likeness: Option<f32>,
}

impl Threads {
    /// Searches an owner's threads; the best first.
    ///
    /// # Errors
    /// When meanings alone are asked for and none are known, or the database cannot be read.
    pub async fn search(
        &self,
        owner: &[u8],
        question: &str,
        mode: SearchMode,
        limit: u32,
    ) -> Result<Vec<FoundThread>, NoThread> {
        self.settled().await;
        let limit = limit.min(MOST_FOUND);
        let asked = words::asked(question);
        let by_words = match mode {
            SearchMode::Meaning => Vec::new(),
            SearchMode::Text | SearchMode::Both => self.by_words(owner, &asked, limit).await?,
        };
        let by_meaning = match mode {
            SearchMode::Text => Vec::new(),
            SearchMode::Meaning => self.alike(owner, question, limit as usize).await?,
            SearchMode::Both => match self.alike(owner, question, limit as usize).await {
                Err(NoThread::NoMeanings(_)) => Vec::new(),
                found => found?,
            },
        };
        let mut worth: HashMap<i64, f32> = HashMap::new();
        let places = by_words.iter().enumerate().chain(by_meaning.iter().map(|(thread, _)| thread).enumerate());
        for (place, thread) in places {
            let its = 1.0 / (SMOOTHING + place as f32);
            *worth.entry(*thread).or_default() += its;
        }
        let mut order: Vec<(i64, f32)> = worth.into_iter().collect();
        order.sort_by(|(a, its), (b, other)| other.total_cmp(its).then(b.cmp(a)));
        order.truncate(limit as usize);
        let seqs: Vec<i64> = order.into_iter().map(|(thread, _)| thread).collect();
        if seqs.is_empty() {
            return Ok(Vec::new());
        }
        let mut rows: HashMap<i64, ThreadRow> =
            self.rows.some(owner, &seqs).await?.into_iter().map(|row| (row.seq, row)).collect();
        let mut snippets = self.snippets(&seqs, &asked).await?;
        let likeness: HashMap<i64, f32> = by_meaning.into_iter().collect();
        let found = seqs.iter().filter_map(|seq| {
            let thread = rows.remove(seq)?;
            Some(FoundThread { thread, snippet: snippets.remove(seq), likeness: likeness.get(seq).copied() })
        });
        Ok(found.collect())
    }

    /// Threads in whose titles, or in which, words were said: those with all of them alone, if there are any.
    async fn by_words(&self, owner: &[u8], asked: &[String], limit: u32) -> Result<Vec<i64>, NoThread> {
        let mut order = self.rows.titled(owner, asked, limit).await?;
        let found = self.rows.with_words(short_owner(owner), asked, limit).await?;
        let all = i64::try_from(asked.len()).unwrap_or(i64::MAX);
        let has_all = !order.is_empty() || found.first().is_some_and(|first| first.words == all);
        for one in found {
            if (one.words == all || !has_all) && !order.contains(&one.thread) {
                order.push(one.thread);
            }
        }
        Ok(order)
    }

    async fn snippets(&self, threads: &[i64], asked: &[String]) -> Result<HashMap<i64, String>, NoThread> {
        let mut snippets = HashMap::new();
        if asked.is_empty() {
            return Ok(snippets);
        }
        for (thread, said) in self.rows.said(threads, MOST_LOOKED_THROUGH).await? {
            if !snippets.contains_key(&thread)
                && let Some(snippet) = words::around(&said, asked, SNIPPET_CHARS)
            {
                snippets.insert(thread, snippet);
            }
        }
        Ok(snippets)
    }
}

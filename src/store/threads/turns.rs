//! Turns: what came in one request, and its answer, kept together or not at all. Two that come at once follow one another:
//! the thread's row is changed first, and held by the database until the turn is written.

use super::{ThreadRow, Threads};
use crate::database::{Statement, StoreFailed};

/// So many words go into one statement; databases count what goes with one.
const WORDS_TOGETHER: usize = 500;

/// A turn that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptTurn {
    /// By which it is known for a while: of one name only one is kept.
    pub name: String,
    /// The thread as it is made, if it is not there.
    pub thread: ThreadRow,
    /// What was said.
    pub messages: Vec<NewMessage>,
    /// The media in it.
    pub media: Vec<ThreadMedium>,
    /// Its words, and how often each was said.
    pub words: Vec<(String, i64)>,
    /// The short form of its owner.
    pub short_owner: i64,
    /// How many bytes it adds.
    pub bytes: i64,
}

/// A message that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Whose it is.
    pub role: &'static str,
    /// What said it, if a model did.
    pub model: String,
    /// Whether it broke off.
    pub is_incomplete: bool,
    /// About how many tokens it has.
    pub tokens: i64,
    /// By which the same is known when its client sends it again.
    pub digest: Vec<u8>,
    /// The message, as JSON.
    pub body: String,
    /// Its words.
    pub said: String,
    /// Whether it has a meaning that is to be known.
    pub has_meaning: bool,
}

/// A medium in a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadMedium {
    /// By which the content store finds it.
    pub hash: String,
    /// What it is.
    pub mime: String,
    /// How long it is.
    pub bytes: i64,
}

impl Threads {
    /// Keeps a turn, and makes its thread if it is not there; on the disk when it resolves. One that was kept before, though
    /// that was not heard, stays as it is.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn keep(&self, turn: KeptTurn) -> Result<(), StoreFailed> {
        let KeptTurn { name, thread, messages, media, words, short_owner, bytes } = turn;
        let (owner, id, now, model) =
            (thread.owner.clone(), thread.id.clone(), thread.updated_at, thread.model.clone());
        let its = |statement: Statement| statement.with(owner.clone()).with(id.as_str());
        // Of a name that is there already nothing is written.
        let named = Statement::new("INSERT INTO thread_keeps (name, kept_at) VALUES (?, ?)");
        let mut statements = vec![named.with(name.as_str()).with(now), super::rows::made(thread, "")];
        let counted = "UPDATE threads SET turns = turns + 1, changes = changes + 1, messages = messages + ?, bytes = bytes + ?, \
                       updated_at = ?, model = CASE WHEN ? = '' THEN model ELSE ? END WHERE owner = ? AND id = ?";
        let count = i64::try_from(messages.len()).unwrap_or(i64::MAX);
        let counted =
            Statement::new(counted).with(count).with(bytes).with(now).with(model.as_str()).with(model.as_str());
        statements.push(its(counted));
        for message in messages {
            let sql = "INSERT INTO thread_messages (thread, turn, role, model, is_incomplete, created_at, tokens, digest, body, \
                       said, is_embedded) SELECT seq, turns, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM threads WHERE owner = ? AND id = ?";
            let statement = Statement::new(sql).with(message.role).with(message.model);
            let statement = statement.with(i64::from(message.is_incomplete)).with(now).with(message.tokens);
            let statement = statement.with(message.digest).with(message.body).with(message.said);
            statements.push(its(statement.with(i64::from(!message.has_meaning))));
        }
        for medium in media {
            let sql = "INSERT INTO thread_media (thread, hash, mime, bytes) SELECT seq, ?, ?, ? FROM threads \
                       WHERE owner = ? AND id = ? ON CONFLICT (thread, hash) DO NOTHING";
            statements.push(its(Statement::new(sql).with(medium.hash).with(medium.mime).with(medium.bytes)));
        }
        for some in words.chunks(WORDS_TOGETHER) {
            // The thread's number is looked up once a word; it lies in the cache by then.
            let one = "(?, ?, (SELECT seq FROM threads WHERE owner = ? AND id = ?), ?)";
            let rows = vec![one; some.len()].join(", ");
            let sql = format!(
                "INSERT INTO thread_words (owner, word, thread, count) VALUES {rows} \
                 ON CONFLICT (owner, word, thread) DO UPDATE SET count = thread_words.count + excluded.count"
            );
            let statement = some.iter().fold(Statement::built(sql), |statement, (word, count)| {
                its(statement.with(short_owner).with(word.as_str())).with(*count)
            });
            statements.push(statement);
        }
        match self.0.write(statements).await {
            Ok(_) => Ok(()),
            Err(error) => match self.has_kept(name).await {
                Ok(true) => Ok(()),
                Ok(false) | Err(_) => Err(error),
            },
        }
    }

    /// Whether a turn of this name is kept.
    async fn has_kept(&self, name: String) -> Result<bool, StoreFailed> {
        let sql = "SELECT name FROM thread_keeps WHERE name = ?";
        let found = self.0.read(Statement::new(sql).with(name), |row| row.try_get::<String, _>(0)).await?;
        Ok(!found.is_empty())
    }

    /// Forgets the names of turns that were kept before this second: none of them is tried again.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn forget_names(&self, before: i64) -> Result<(), StoreFailed> {
        let sql = "DELETE FROM thread_keeps WHERE kept_at < ?";
        self.0.write(vec![Statement::new(sql).with(before)]).await.map(drop)
    }
}

//! The one task that writes. What waits while it writes goes into the next transaction together, so that many small
//! changes cost one flush of the disk.
//!
//! Each change is a transaction inside of that one: where it fails, only it is undone, and only its sender is told.

use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use super::super::Statement;

/// Changes that may wait; senders beyond them wait themselves.
const QUEUE: usize = 1_024;
/// Of these, the most that go into one transaction.
const MOST_TOGETHER: usize = 256;

type Changed = sqlx::Result<Vec<u64>>;

/// Where changes are sent to.
#[derive(Debug)]
pub(super) struct Writer(mpsc::Sender<Change>);

struct Change {
    statements: Vec<Statement>,
    answer: oneshot::Sender<Changed>,
}

impl Writer {
    /// Starts the task on the runtime at hand. It ends when the writer is dropped and everything is written.
    pub(super) fn start(connection: SqliteConnection) -> Self {
        let (sender, changes) = mpsc::channel(QUEUE);
        #[expect(clippy::disallowed_methods, reason = "it ends by itself, with the last change and the last sender")]
        tokio::spawn(run(connection, changes));
        Self(sender)
    }

    pub(super) async fn write(&self, statements: Vec<Statement>) -> Changed {
        let (answer, answered) = oneshot::channel();
        let ended = || sqlx::Error::WorkerCrashed;
        self.0.send(Change { statements, answer }).await.map_err(|_| ended())?;
        answered.await.map_err(|_| ended())?
    }
}

async fn run(mut connection: SqliteConnection, mut changes: mpsc::Receiver<Change>) {
    let mut together = Vec::new();
    while changes.recv_many(&mut together, MOST_TOGETHER).await > 0 {
        let mut answers = Vec::with_capacity(together.len());
        let committed = commit(&mut connection, together.drain(..), &mut answers).await;
        if let Err(error) = &committed {
            tracing::error!(error.detail = %error, "the database does not keep what it is given");
        }
        for (answer, changed) in answers {
            // A sender that has left does not mind.
            let _left = answer.send(if committed.is_ok() { changed } else { Err(sqlx::Error::WorkerCrashed) });
        }
    }
    if let Err(error) = connection.close().await {
        tracing::warn!(error.detail = %error, "the database was not closed properly; it mends itself at the next start");
    }
}

async fn commit(
    connection: &mut SqliteConnection,
    changes: impl Iterator<Item = Change>,
    answers: &mut Vec<(oneshot::Sender<Changed>, Changed)>,
) -> sqlx::Result<()> {
    // Those that are not begun when this fails are dropped, which their senders see.
    let mut transaction = connection.begin().await?;
    for Change { statements, answer } in changes {
        let changed = apply(&mut transaction, statements).await;
        answers.push((answer, changed));
    }
    transaction.commit().await
}

async fn apply(connection: &mut SqliteConnection, statements: Vec<Statement>) -> Changed {
    let mut savepoint = connection.begin().await?;
    let mut rows = Vec::with_capacity(statements.len());
    for statement in statements {
        rows.push(statement.for_file().execute(&mut *savepoint).await?.rows_affected());
    }
    savepoint.commit().await?;
    Ok(rows)
}

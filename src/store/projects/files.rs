//! Files of projects: added, listed, removed, and claimed to be read.

use super::Projects;
use crate::database::{Row, Statement, StoreFailed};

/// How far a file of a project is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// It is to be read, or is being read.
    Reading,
    /// Its passages are found.
    Ready,
    /// It was read, and there is no text in it.
    NoText,
    /// It could not be read.
    Failed,
}

impl FileState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Reading, Self::Ready, Self::NoText, Self::Failed];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Ready => "ready",
            Self::NoText => "no_text",
            Self::Failed => "failed",
        }
    }

    fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.name() == name).unwrap_or(Self::Failed)
    }
}

/// A file of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectFile {
    /// Its id among files.
    pub id: String,
    /// What its client calls it.
    pub name: String,
    /// Its media type; empty if none is known.
    pub mime: String,
    /// How long it is.
    pub bytes: i64,
    /// Whether it was sent to the project, and goes with it.
    pub is_own: bool,
    /// When it was added, in seconds since 1970.
    pub added_at: i64,
    /// How far it is.
    pub state: FileState,
    /// Why it could not be read, or what of it was not.
    pub reason: Option<String>,
    /// How many pages it has.
    pub pages: i64,
    /// How many passages it was cut into.
    pub passages: i64,
    /// What made its vectors.
    pub model: Option<String>,
}

/// A file that has to be read, or whose vectors are of another model than the one in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unindexed {
    /// The project.
    pub project: String,
    /// Whose it is.
    pub owner: Vec<u8>,
    /// The file.
    pub file: String,
    /// Whether it was read already.
    pub is_read: bool,
}

const SELECTED: &str = "SELECT f.id, f.name, f.mime, f.bytes, k.is_own, k.added_at, k.state, k.reason, k.pages, k.passages, \
    k.model FROM project_files k JOIN files f ON f.id = k.file \
    WHERE k.project = ? AND (f.expires_at IS NULL OR f.expires_at > ?)";

impl Projects {
    /// Adds a file to a project, unless that has so many already. Gives whether it is there now that was not before.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn add_file(
        &self,
        project: &str,
        file: &str,
        is_own: bool,
        most: u32,
        now: i64,
    ) -> Result<bool, StoreFailed> {
        let sql = "INSERT INTO project_files (project, file, is_own, added_at, state) SELECT ?, ?, ?, ?, 'reading' \
                   WHERE (SELECT count(*) FROM project_files WHERE project = ?) < ? \
                   ON CONFLICT (project, file) DO NOTHING";
        let statement = Statement::new(sql).with(project).with(file).with(i64::from(is_own)).with(now);
        let rows = self.0.write(vec![statement.with(project).with(i64::from(most))]).await?;
        Ok(rows.first().is_some_and(|rows| *rows > 0))
    }

    /// A file of a project.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn file(&self, project: &str, file: &str, now: i64) -> Result<Option<ProjectFile>, StoreFailed> {
        let statement = Statement::built(format!("{SELECTED} AND k.file = ?")).with(project).with(now).with(file);
        Ok(self.0.read(statement, read).await?.pop())
    }

    /// Files of a project, the last first, and whether there are more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn files(
        &self,
        project: &str,
        after: Option<&str>,
        limit: u32,
        now: i64,
    ) -> Result<(Vec<ProjectFile>, bool), StoreFailed> {
        let after_it = if after.is_some() { " AND k.file < ?" } else { "" };
        let sql = format!("{SELECTED}{after_it} ORDER BY k.file DESC LIMIT ?");
        let statement = Statement::built(sql).with(project).with(now);
        let statement = after.into_iter().fold(statement, Statement::with);
        let mut found = self.0.read(statement.with(i64::from(limit) + 1), read).await?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = found.len() > most;
        found.truncate(most);
        Ok((found, has_more))
    }

    /// The files that were sent to a project, and go with it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn own_files(&self, project: &str) -> Result<Vec<String>, StoreFailed> {
        let sql = "SELECT file FROM project_files WHERE project = ? AND is_own = 1";
        self.0.read(Statement::new(sql).with(project), |row| row.try_get(0)).await
    }

    /// Takes a file out of a project; gives whether it was in it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn remove_file(&self, project: &str, file: &str) -> Result<bool, StoreFailed> {
        let sql = "DELETE FROM project_files WHERE project = ? AND file = ?";
        let rows = self.0.write(vec![Statement::new(sql).with(project).with(file)]).await?;
        Ok(rows.first().is_some_and(|rows| *rows > 0))
    }

    /// Whether a file is in any project.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn has_file(&self, file: &str) -> Result<bool, StoreFailed> {
        let sql = "SELECT file FROM project_files WHERE file = ? LIMIT 1";
        let found = self.0.read(Statement::new(sql).with(file), |row| row.try_get::<String, _>(0)).await?;
        Ok(!found.is_empty())
    }

    /// Has a file read anew.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn read_anew(&self, project: &str, file: &str) -> Result<bool, StoreFailed> {
        let sql = "UPDATE project_files SET state = 'reading', reason = NULL, claimed_until = 0 \
                   WHERE project = ? AND file = ?";
        let rows = self.0.write(vec![Statement::new(sql).with(project).with(file)]).await?;
        Ok(rows.first().is_some_and(|rows| *rows > 0))
    }

    /// Some of the files that no server works on, and that are to be read or whose vectors are of another model than this.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unindexed(&self, model: Option<&str>, now: i64, limit: u32) -> Result<Vec<Unindexed>, StoreFailed> {
        let sql = "SELECT k.project, p.owner, k.file, k.state FROM project_files k \
                   JOIN projects p ON p.id = k.project JOIN files f ON f.id = k.file \
                   WHERE k.claimed_until <= ? AND (f.expires_at IS NULL OR f.expires_at > ?) AND (k.state = 'reading' \
                   OR (k.state = 'ready' AND ? <> '' AND coalesce(k.model, '') <> ?)) \
                   ORDER BY k.state, k.file LIMIT ?";
        let model = model.unwrap_or_default();
        let statement = Statement::new(sql).with(now).with(now).with(model).with(model).with(i64::from(limit));
        let made = |row: Row<'_>| {
            Ok(Unindexed {
                project: row.try_get(0)?,
                owner: row.try_get(1)?,
                file: row.try_get(2)?,
                is_read: row.try_get::<String, _>(3)? != FileState::Reading.name(),
            })
        };
        self.0.read(statement, made).await
    }

    /// Claims a file for so long, or puts it off. Gives whether no other server has claimed it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn claim(&self, work: &Unindexed, now: i64, until: i64) -> Result<bool, StoreFailed> {
        let sql = "UPDATE project_files SET claimed_until = ? WHERE project = ? AND file = ? AND claimed_until <= ?";
        let statement = Statement::new(sql).with(until).with(work.project.as_str()).with(work.file.as_str()).with(now);
        let rows = self.0.write(vec![statement]).await?;
        Ok(rows.first().is_some_and(|rows| *rows > 0))
    }

    /// Gives a file back that was claimed, to be claimed again from then on.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn put_off(&self, work: &Unindexed, until: i64) -> Result<(), StoreFailed> {
        let sql = "UPDATE project_files SET claimed_until = ? WHERE project = ? AND file = ?";
        let statement = Statement::new(sql).with(until).with(work.project.as_str()).with(work.file.as_str());
        self.0.write(vec![statement]).await.map(drop)
    }

    /// Gives all files back, where no other server works on this database.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn give_all_back(&self) -> Result<(), StoreFailed> {
        if !self.0.is_alone() {
            return Ok(());
        }
        let sql = "UPDATE project_files SET claimed_until = 0 WHERE claimed_until > 0";
        self.0.write(vec![Statement::new(sql)]).await.map(drop)
    }
}

fn read(row: Row<'_>) -> sqlx::Result<ProjectFile> {
    Ok(ProjectFile {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        mime: row.try_get(2)?,
        bytes: row.try_get(3)?,
        is_own: row.is_set(4)?,
        added_at: row.try_get(5)?,
        state: FileState::named(&row.try_get::<String, _>(6)?),
        reason: row.try_get(7)?,
        pages: row.try_get(8)?,
        passages: row.try_get(9)?,
        model: row.try_get(10)?,
    })
}

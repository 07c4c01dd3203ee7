//! Projects as they are made, found, listed, changed and removed.

use std::sync::Arc;

use super::{Counted, ProjectList, ProjectRow, Projects};
use crate::database::{Database, Row, Statement, StoreFailed};

/// A project, and how much it holds of files whose time is not over.
const SELECTED: &str = "SELECT id, owner, name, instructions, color, icon, created_at, updated_at, \
    (SELECT count(*) FROM project_files k JOIN files f ON f.id = k.file \
        WHERE k.project = projects.id AND (f.expires_at IS NULL OR f.expires_at > ?)), \
    (SELECT count(*) FROM project_files k JOIN files f ON f.id = k.file \
        WHERE k.project = projects.id AND k.state = 'reading' AND (f.expires_at IS NULL OR f.expires_at > ?)), \
    (SELECT count(*) FROM project_files k JOIN files f ON f.id = k.file \
        WHERE k.project = projects.id AND k.state = 'failed' AND (f.expires_at IS NULL OR f.expires_at > ?)), \
    (SELECT CAST(coalesce(sum(k.passages), 0) AS BIGINT) FROM project_files k JOIN files f ON f.id = k.file \
        WHERE k.project = projects.id AND (f.expires_at IS NULL OR f.expires_at > ?)), \
    (SELECT CAST(coalesce(sum(f.bytes), 0) AS BIGINT) FROM project_files k JOIN files f ON f.id = k.file \
        WHERE k.project = projects.id AND (f.expires_at IS NULL OR f.expires_at > ?)), \
    (SELECT count(*) FROM threads t WHERE t.owner = projects.owner AND t.project = projects.id) \
    FROM projects";
/// How often it asks for the time.
const TIMES: usize = 5;

/// A selection of projects at a time.
fn selected(further: &str, now: i64) -> Statement {
    (0..TIMES).fold(Statement::built(format!("{SELECTED} {further}")), |statement, _| statement.with(now))
}

impl Projects {
    /// The projects of a database.
    #[must_use]
    pub fn of(database: Arc<Database>) -> Self {
        Self(database)
    }

    /// Makes a project, unless its owner has so many already. Gives whether it was made.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn make(&self, project: ProjectRow, most: u32) -> Result<bool, StoreFailed> {
        let ProjectRow { id, owner, name, instructions, color, icon, created_at, updated_at } = project;
        let sql = "INSERT INTO projects (id, owner, name, instructions, color, icon, created_at, updated_at) \
                   SELECT ?, ?, ?, ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM projects WHERE owner = ?) < ?";
        let statement = Statement::new(sql).with(id).with(owner.clone()).with(name).with(instructions);
        let statement = statement.with(color).with(icon).with(created_at).with(updated_at);
        let rows = self.0.write(vec![statement.with(owner).with(i64::from(most))]).await?;
        Ok(rows.first().is_some_and(|rows| *rows > 0))
    }

    /// A project of this owner's, and how much it holds.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn get(&self, id: &str, owner: &[u8], now: i64) -> Result<Option<(ProjectRow, Counted)>, StoreFailed> {
        let statement = selected("WHERE id = ? AND owner = ?", now).with(id).with(owner.to_vec());
        Ok(self.0.read(statement, read).await?.pop())
    }

    /// Projects of this owner's, and whether there are more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list(
        &self,
        owner: &[u8],
        list: &ProjectList,
        now: i64,
    ) -> Result<(Vec<(ProjectRow, Counted)>, bool), StoreFailed> {
        let mut further = "WHERE owner = ?".to_owned();
        let mut values: Vec<String> = Vec::new();
        if let Some(after) = &list.after {
            further.push_str(" AND id < ?");
            values.push(after.clone());
        }
        if let Some(words) = list.search.as_deref().filter(|words| !words.is_empty()) {
            further.push_str(" AND lower(name) LIKE ? ESCAPE '!'");
            let plain = words.to_ascii_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
            values.push(format!("%{plain}%"));
        }
        further.push_str(" ORDER BY id DESC LIMIT ?");
        let statement = selected(&further, now).with(owner.to_vec());
        let statement = values.into_iter().fold(statement, Statement::with);
        let mut found = self.0.read(statement.with(i64::from(list.limit) + 1), read).await?;
        let most = usize::try_from(list.limit).unwrap_or(usize::MAX);
        let has_more = found.len() > most;
        found.truncate(most);
        Ok((found, has_more))
    }

    /// Changes a project of its owner's; gives whether there is one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn change(&self, project: ProjectRow) -> Result<bool, StoreFailed> {
        let ProjectRow { id, owner, name, instructions, color, icon, created_at: _, updated_at } = project;
        let sql = "UPDATE projects SET name = ?, instructions = ?, color = ?, icon = ?, updated_at = ? \
                   WHERE id = ? AND owner = ?";
        let statement = Statement::new(sql).with(name).with(instructions).with(color).with(icon).with(updated_at);
        let rows = self.0.write(vec![statement.with(id).with(owner)]).await?;
        Ok(rows.first().is_some_and(|rows| *rows > 0))
    }

    /// Removes a project of this owner's with its passages; its threads go on without it. Gives whether there was one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn remove(&self, id: &str, owner: &[u8]) -> Result<bool, StoreFailed> {
        let gone = Statement::new("DELETE FROM projects WHERE id = ? AND owner = ?").with(id).with(owner.to_vec());
        let freed = "UPDATE threads SET project = NULL, changes = changes + 1 WHERE owner = ? AND project = ?";
        let freed = Statement::new(freed).with(owner.to_vec()).with(id);
        let rows = self.0.write(vec![gone, freed]).await?;
        Ok(rows.first().is_some_and(|rows| *rows > 0))
    }

    /// Removes all projects of an owner with their passages. Files stay, as long as they may.
    ///
    /// # Errors
    /// When they cannot be removed.
    pub async fn remove_all(&self, owner: &[u8]) -> Result<u64, StoreFailed> {
        let removed = Statement::new("DELETE FROM projects WHERE owner = ?").with(owner.to_vec());
        Ok(self.0.write(vec![removed]).await?.first().copied().unwrap_or(0))
    }
}

fn read(row: Row<'_>) -> sqlx::Result<(ProjectRow, Counted)> {
    let project = ProjectRow {
        id: row.try_get(0)?,
        owner: row.try_get(1)?,
        name: row.try_get(2)?,
        instructions: row.try_get(3)?,
        color: row.try_get(4)?,
        icon: row.try_get(5)?,
        created_at: row.try_get(6)?,
        updated_at: row.try_get(7)?,
    };
    let counted = Counted {
        files: row.try_get(8)?,
        reading: row.try_get(9)?,
        failed: row.try_get(10)?,
        passages: row.try_get(11)?,
        bytes: row.try_get(12)?,
        threads: row.try_get(13)?,
    };
    Ok((project, counted))
}

//! Passages of files: written when a file was read, looked through when something is asked.

use super::{FileState, Projects, Unindexed};
use crate::database::{Row, Statement, StoreFailed};

/// What came of reading a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Indexed {
    /// How far it is now.
    pub state: FileState,
    /// Why it could not be read, or what of it was not.
    pub reason: Option<String>,
    /// How many pages it has.
    pub pages: i64,
    /// What made the vectors; `None`: there are none.
    pub model: Option<String>,
    /// Its passages, in their order.
    pub passages: Vec<NewPassage>,
}

/// A vector of a passage.
pub type Vector = Vec<f32>;

/// A passage of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPassage {
    /// On which page it stands, from 1; `None`: the file has no pages.
    pub page: Option<i64>,
    /// The headings that it stands under.
    pub heading: String,
    /// What it says.
    pub text: String,
    /// Where it lies among meanings.
    pub vector: Option<Vector>,
}

/// A passage that is looked through.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// The file that it is of.
    pub file: String,
    /// What its client calls that.
    pub name: String,
    /// Its place in the file, from 1.
    pub number: i64,
    /// What made its vector.
    pub model: Option<String>,
    /// What it says.
    pub said: NewPassage,
}

/// So many are written by one statement; neither database takes any number of values.
const TOGETHER: usize = 50;

impl Projects {
    /// Writes down what came of reading a file, in place of what was there. Gives whether it is still in the project.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn index(&self, work: &Unindexed, indexed: Indexed) -> Result<bool, StoreFailed> {
        let Indexed { state, reason, pages, model, passages } = indexed;
        let (project, file) = (work.project.as_str(), work.file.as_str());
        let count = i64::try_from(passages.len()).unwrap_or(i64::MAX);
        let told = "UPDATE project_files SET state = ?, reason = ?, pages = ?, passages = ?, model = ?, claimed_until = 0 \
                    WHERE project = ? AND file = ?";
        let told = Statement::new(told).with(state.name()).with(reason).with(pages).with(count).with(model);
        let gone = "DELETE FROM project_passages WHERE project = ? AND file = ?";
        let mut statements = vec![told.with(project).with(file), Statement::new(gone).with(project).with(file)];
        let mut number = 0_i64;
        let mut passages = passages.into_iter().peekable();
        while passages.peek().is_some() {
            let some: Vec<NewPassage> = passages.by_ref().take(TOGETHER).collect();
            statements.push(inserted((project, file), &mut number, some));
        }
        let rows = self.0.write(statements).await?;
        Ok(rows.first().is_some_and(|rows| *rows > 0))
    }

    /// Gives passages of a file vectors of another model, in their order.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn embed_anew(&self, work: &Unindexed, model: &str, vectors: Vec<Vector>) -> Result<(), StoreFailed> {
        let (project, file) = (work.project.as_str(), work.file.as_str());
        let told = "UPDATE project_files SET model = ?, claimed_until = 0 WHERE project = ? AND file = ?";
        let mut statements = vec![Statement::new(told).with(model).with(project).with(file)];
        for (number, vector) in (1_i64..).zip(vectors) {
            let sql = "UPDATE project_passages SET vector = ? WHERE project = ? AND file = ? AND number = ?";
            statements.push(Statement::new(sql).with(to_bytes(&vector)).with(project).with(file).with(number));
        }
        self.0.write(statements).await.map(drop)
    }

    /// What the passages of a file say, in their order: heading and text.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn texts(&self, work: &Unindexed) -> Result<Vec<(String, String)>, StoreFailed> {
        let sql = "SELECT heading, text FROM project_passages WHERE project = ? AND file = ? ORDER BY number";
        let statement = Statement::new(sql).with(work.project.as_str()).with(work.file.as_str());
        self.0.read(statement, |row| Ok((row.try_get(0)?, row.try_get(1)?))).await
    }

    /// All passages of a project, in the order of its files, but for those of files whose time is over.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn passages(&self, project: &str, now: i64) -> Result<Vec<Passage>, StoreFailed> {
        let sql = "SELECT p.file, f.name, p.number, k.model, p.page, p.heading, p.text, p.vector FROM project_passages p \
                   JOIN project_files k ON k.project = p.project AND k.file = p.file JOIN files f ON f.id = p.file \
                   WHERE p.project = ? AND (f.expires_at IS NULL OR f.expires_at > ?) ORDER BY p.file, p.number";
        self.0.read(Statement::new(sql).with(project).with(now), read).await
    }
}

fn inserted((project, file): (&str, &str), number: &mut i64, passages: Vec<NewPassage>) -> Statement {
    let values = vec!["(?, ?, ?, ?, ?, ?, ?)"; passages.len()].join(", ");
    let sql =
        format!("INSERT INTO project_passages (project, file, number, page, heading, text, vector) VALUES {values}");
    passages.into_iter().fold(Statement::built(sql), |statement, passage| {
        *number += 1;
        let NewPassage { page, heading, text, vector } = passage;
        let vector = vector.map(|vector| to_bytes(&vector));
        statement.with(project).with(file).with(*number).with(page).with(heading).with(text).with(vector)
    })
}

fn to_bytes(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn to_vector(bytes: &[u8]) -> Vector {
    bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect()
}

fn read(row: Row<'_>) -> sqlx::Result<Passage> {
    let vector: Option<Vec<u8>> = row.try_get(7)?;
    Ok(Passage {
        file: row.try_get(0)?,
        name: row.try_get(1)?,
        number: row.try_get(2)?,
        model: row.try_get(3)?,
        said: NewPassage {
            page: row.try_get(4)?,
            heading: row.try_get(5)?,
            text: row.try_get(6)?,
            vector: vector.map(|bytes| to_vector(&bytes)),
        },
    })
}

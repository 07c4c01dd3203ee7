//! Projects are made, changed and removed, and files come into them and leave.

use mediary_store::{Counted, FileRow, ProjectFile, ProjectList, ProjectRow};
use uuid::Uuid;

use super::super::administration::unix_seconds;
use super::super::threads::owner_of_key;
use super::{NoProject, Projects};

/// So many projects are removed together.
const TOGETHER: u32 = 100;

/// A project that is to be made.
#[derive(Debug)]
pub struct NewProject {
    /// Whose it is.
    pub owner: Vec<u8>,
    /// What its client calls it.
    pub name: String,
    /// What its chats begin with; empty: nothing.
    pub instructions: String,
    /// Its colour where it is shown.
    pub color: String,
    /// What stands beside its name; empty: nothing.
    pub icon: String,
}

/// What is to be changed of a project; the rest stays.
#[derive(Debug, Default)]
pub struct ProjectChange {
    /// What its client calls it.
    pub name: Option<String>,
    /// What its chats begin with.
    pub instructions: Option<String>,
    /// Its colour.
    pub color: Option<String>,
    /// What stands beside its name.
    pub icon: Option<String>,
}

impl Projects {
    /// Makes a project.
    ///
    /// # Errors
    /// When its owner has so many already, or it cannot be written.
    pub async fn make(&self, new: NewProject) -> Result<ProjectRow, NoProject> {
        let NewProject { owner, name, instructions, color, icon } = new;
        let (now, most) = (unix_seconds(), self.settings.per_key);
        let id = format!("proj_{}", Uuid::now_v7().simple());
        let project = ProjectRow { id, owner, name, instructions, color, icon, created_at: now, updated_at: now };
        if !self.rows.make(project.clone(), most).await? {
            return Err(NoProject::Full(format!(
                "This key has {most} projects already. Remove one (DELETE /v1/projects/…), or raise `per_key` in [projects]."
            )));
        }
        Ok(project)
    }

    /// A project of this owner's, and how much it holds.
    ///
    /// # Errors
    /// When there is none.
    pub async fn get(&self, id: &str, owner: &[u8]) -> Result<(ProjectRow, Counted), NoProject> {
        self.rows.get(id, owner, unix_seconds()).await?.ok_or(NoProject::Unknown)
    }

    /// Projects of this owner's, and whether there are more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list(
        &self,
        owner: &[u8],
        list: &ProjectList,
    ) -> Result<(Vec<(ProjectRow, Counted)>, bool), NoProject> {
        Ok(self.rows.list(owner, list, unix_seconds()).await?)
    }

    /// Changes a project of this owner's.
    ///
    /// # Errors
    /// When there is none.
    pub async fn change(
        &self,
        id: &str,
        owner: &[u8],
        change: ProjectChange,
    ) -> Result<(ProjectRow, Counted), NoProject> {
        let (before, counted) = self.get(id, owner).await?;
        let ProjectChange { name, instructions, color, icon } = change;
        let project = ProjectRow {
            name: name.unwrap_or(before.name),
            instructions: instructions.unwrap_or(before.instructions),
            color: color.unwrap_or(before.color),
            icon: icon.unwrap_or(before.icon),
            updated_at: unix_seconds(),
            ..before
        };
        if !self.rows.change(project.clone()).await? {
            return Err(NoProject::Unknown);
        }
        Ok((project, counted))
    }

    /// Removes a project of this owner's, with its passages and the files that were sent to it and are in no other. Gives the
    /// hashes of bytes that no file has any more.
    ///
    /// # Errors
    /// When there is none, or it cannot be removed.
    pub async fn remove(&self, id: &str, owner: &[u8]) -> Result<Vec<String>, NoProject> {
        let own = match self.rows.get(id, owner, unix_seconds()).await? {
            Some(_) => self.rows.own_files(id).await?,
            None => return Err(NoProject::Unknown),
        };
        if !self.rows.remove(id, owner).await? {
            return Err(NoProject::Unknown);
        }
        let mut gone = Vec::new();
        for file in own {
            gone.extend(self.remove_unless_used(&file, owner).await?);
        }
        Ok(gone)
    }

    /// Removes all projects of a client's key that has been removed, with their passages and the files that were sent to them.
    /// Gives the hashes of bytes that no file has any more.
    ///
    /// # Errors
    /// When they cannot be removed.
    pub async fn forget_key(&self, key: &str) -> Result<Vec<String>, NoProject> {
        let owner = owner_of_key(key);
        let mut gone = Vec::new();
        loop {
            let list = ProjectList { limit: TOGETHER, ..ProjectList::default() };
            let (projects, has_more) = self.list(&owner, &list).await?;
            for (project, _) in projects {
                match self.remove(&project.id, &owner).await {
                    Ok(some) => gone.extend(some),
                    // It went at once with this.
                    Err(NoProject::Unknown) => {}
                    Err(error) => return Err(error),
                }
            }
            if !has_more {
                return Ok(gone);
            }
        }
    }

    /// Whether one more file may come into a project of this owner's.
    ///
    /// # Errors
    /// When it may not, or there is no such project.
    pub async fn has_room(&self, id: &str, owner: &[u8], bytes: i64) -> Result<(), NoProject> {
        let (_, counted) = self.get(id, owner).await?;
        if counted.files >= i64::from(self.settings.files) {
            return Err(self.too_many_files());
        }
        let most = self.settings.bytes.get();
        if u64::try_from(counted.bytes.saturating_add(bytes)).unwrap_or(u64::MAX) > most {
            return Err(NoProject::Full(format!(
                "The files of a project may have {most} bytes together. Remove some of them, or raise `bytes` in [projects]."
            )));
        }
        Ok(())
    }

    fn too_many_files(&self) -> NoProject {
        NoProject::Full(format!(
            "A project may have {} files. Remove one of them, or raise `files` in [projects].",
            self.settings.files
        ))
    }

    /// Adds a file of this owner's to a project; it is read from then on. `is_own`: it goes when it leaves. One that is there
    /// already stays as it is, unless it could not be read: then it is tried again.
    ///
    /// # Errors
    /// When there is no such project or file, or too much would be in the project.
    pub async fn add(&self, id: &str, owner: &[u8], file: &FileRow, is_own: bool) -> Result<ProjectFile, NoProject> {
        let now = unix_seconds();
        let there = self.rows.file(id, &file.id, now).await?;
        match &there {
            Some(there) if there.state != mediary_store::FileState::Failed => {
                self.get(id, owner).await?;
                return Ok(there.clone());
            }
            Some(_) => {
                self.get(id, owner).await?;
                self.rows.read_anew(id, &file.id).await?;
            }
            None => {
                self.has_room(id, owner, file.bytes).await?;
                if !self.rows.add_file(id, &file.id, is_own, self.settings.files, now).await?
                    && self.rows.file(id, &file.id, now).await?.is_none()
                {
                    return Err(self.too_many_files());
                }
            }
        }
        self.added.notify_one();
        self.rows.file(id, &file.id, now).await?.ok_or(NoProject::UnknownFile)
    }

    /// A file of a project of this owner's.
    ///
    /// # Errors
    /// When there is none.
    pub async fn file(&self, id: &str, owner: &[u8], file: &str) -> Result<ProjectFile, NoProject> {
        self.get(id, owner).await?;
        self.rows.file(id, file, unix_seconds()).await?.ok_or(NoProject::UnknownFile)
    }

    /// Files of a project of this owner's, and whether there are more.
    ///
    /// # Errors
    /// When there is no such project.
    pub async fn files(
        &self,
        id: &str,
        owner: &[u8],
        after: Option<&str>,
        limit: u32,
    ) -> Result<(Vec<ProjectFile>, bool), NoProject> {
        self.get(id, owner).await?;
        Ok(self.rows.files(id, after, limit, unix_seconds()).await?)
    }

    /// Takes a file out of a project of this owner's. Gives the hash of its bytes, where it was sent to the project and no
    /// file has them any more.
    ///
    /// # Errors
    /// When there is none, or it cannot be removed.
    pub async fn remove_file(&self, id: &str, owner: &[u8], file: &str) -> Result<Option<String>, NoProject> {
        let found = self.file(id, owner, file).await?;
        if !self.rows.remove_file(id, file).await? {
            return Err(NoProject::UnknownFile);
        }
        if found.is_own { self.remove_unless_used(file, owner).await } else { Ok(None) }
    }

    /// Removes a file that no project has any more.
    async fn remove_unless_used(&self, file: &str, owner: &[u8]) -> Result<Option<String>, NoProject> {
        if self.rows.has_file(file).await? {
            return Ok(None);
        }
        match self.files.remove(file, owner).await {
            Ok(gone) => Ok(gone),
            // Another request has removed it.
            Err(super::NoFile::Unknown) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

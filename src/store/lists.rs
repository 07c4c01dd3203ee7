//! The last good list of each provider's models, a file each, so that an outage at a start erases nothing.
//!
//! What a list holds is the caller's business. A file that cannot be read counts as none: the next list replaces it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::CacheFailed;
use crate::folder::make_private;

/// The longest list that is read back; the longest known is a tenth of it.
const MOST_BYTES: u64 = 16 << 20;

/// A folder of lists.
#[derive(Debug, Clone)]
pub struct ModelLists {
    folder: PathBuf,
}

impl ModelLists {
    /// The lists in a folder, which is made for this user alone.
    ///
    /// # Errors
    /// When it cannot be made, or others could write to it.
    pub fn open(folder: PathBuf) -> Result<Self, CacheFailed> {
        make_private(&folder)?;
        Ok(Self { folder })
    }

    /// Keeps a list in place of the one before, whole or not at all.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn keep(&self, provider: &str, list: &[u8]) -> Result<(), CacheFailed> {
        let failed = || CacheFailed::disk("write to", &self.folder);
        let mut file = tempfile::NamedTempFile::new_in(&self.folder).map_err(failed())?;
        file.write_all(list).map_err(failed())?;
        file.persist(self.place(provider)).map_err(|error| failed()(error.error))?;
        Ok(())
    }

    /// The list that was kept for a provider; `None` where there is none that could be read.
    #[must_use]
    pub fn recall(&self, provider: &str) -> Option<Vec<u8>> {
        read(&self.place(provider)).ok()
    }

    /// Ids of providers hold no slashes; whatever else stands in one is no part of a path.
    fn place(&self, provider: &str) -> PathBuf {
        let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
        self.folder.join(format!("{}.json", provider.chars().map(plain).collect::<String>()))
    }
}

fn read(place: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(place)?.len() > MOST_BYTES {
        return Err(io::Error::other("too long"));
    }
    fs::read(place)
}

#[cfg(test)]
mod tests {
    use super::ModelLists;

    #[test]
    fn the_last_list_stands_and_strange_names_stay_inside() {
        let home = tempfile::tempdir().unwrap();
        let lists = ModelLists::open(home.path().join("registry")).unwrap();
        assert_eq!(lists.recall("groq"), None);
        for text in ["one", "two"] {
            lists.keep("groq", text.as_bytes()).unwrap();
        }
        assert_eq!(lists.recall("groq").as_deref(), Some(&b"two"[..]));
        lists.keep("../outside", b"x").unwrap();
        assert!(!home.path().join("outside.json").exists());
        assert_eq!(std::fs::read_dir(home.path().join("registry")).unwrap().count(), 2, "no half files stay behind");
    }
}

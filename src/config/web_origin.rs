//! Web addresses as the configuration holds them: an `Origin` as browsers send it, and the public base URL.
//!
//! Brings both into the one spelling that is compared later (lower case, no default port, no trailing slash). It does
//! not fetch or resolve anything. `server` calls it.

/// Reads `https://app.example:8443` as an origin in the spelling browsers use; `None` when it is not an origin.
pub(super) fn origin(text: &str) -> Option<String> {
    let (scheme, authority) = text.split_once("://")?;
    let authority = authority.strip_suffix('/').unwrap_or(authority);
    if !is_scheme(scheme) || !is_authority(authority) {
        return None;
    }
    let scheme = scheme.to_ascii_lowercase();
    let authority = authority.to_ascii_lowercase();
    // Browsers leave the default port out of `Origin`.
    let authority = match scheme.as_str() {
        "http" => authority.strip_suffix(":80").unwrap_or(&authority),
        "https" => authority.strip_suffix(":443").unwrap_or(&authority),
        _ => &authority,
    };
    Some(format!("{scheme}://{authority}"))
}

/// Reads an http or https URL, perhaps with a path, and drops its trailing slashes; `None` when it is not one.
pub(crate) fn base_url(text: &str) -> Option<String> {
    let url = text.trim_end_matches('/');
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split('/').next()?;
    let plain = rest.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '?' | '#'));
    let http = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    (http && plain && is_authority(authority)).then(|| url.to_owned())
}

fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

fn is_authority(authority: &str) -> bool {
    let host_comes_first = !authority.starts_with(':');
    let plain = authority.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']'));
    !authority.is_empty() && host_comes_first && plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_take_the_spelling_of_browsers() {
        let rows: &[(&str, Option<&str>)] = &[
            ("https://App.Example", Some("https://app.example")),
            ("https://app.example/", Some("https://app.example")),
            ("https://app.example:443", Some("https://app.example")),
            ("http://app.example:80", Some("http://app.example")),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("http://[::1]:3000", Some("http://[::1]:3000")),
            ("chrome-extension://abcdef", Some("chrome-extension://abcdef")),
            ("https://app.example/path", None),
            ("https://user@app.example", None),
            ("https://*.example", None),
            ("app.example", None),
            ("https://", None),
            ("null", None),
            ("*", None),
        ];
        for (text, expected) in rows {
            assert_eq!(origin(text).as_deref(), *expected, "{text:?}");
        }
    }

    #[test]
    fn base_urls_keep_their_path_and_lose_the_last_slash() {
        let rows: &[(&str, Option<&str>)] = &[
            ("https://ai.example/", Some("https://ai.example")),
            ("https://ai.example/mediary/", Some("https://ai.example/mediary")),
            ("http://10.0.0.7:8001", Some("http://10.0.0.7:8001")),
            ("ftp://ai.example", None),
            ("https://ai.example?x=1", None),
            ("https:///path", None),
            ("ai.example", None),
            ("https://ai.example/two words", None),
        ];
        for (text, expected) in rows {
            assert_eq!(base_url(text).as_deref(), *expected, "{text:?}");
        }
    }
}

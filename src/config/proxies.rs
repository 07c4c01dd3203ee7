//! The proxies that the environment names, as other programs understand them: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`,
//! `NO_PROXY`, in upper or lower case.
//!
//! Of two spellings the lower one counts, as for curl. Which provider goes through which proxy is decided where catalogs
//! and configuration are joined; a provider's own `proxy` counts for more than these.

use mediary_remote::{Proxy, ProxyRules};

use super::environment::Environment;
use super::problem::{Origin, Problem};

/// The rules that the environment gives; what cannot be read is added to `problems`.
pub(super) fn read(env: &Environment, problems: &mut Vec<Problem>) -> ProxyRules {
    let mut proxy = |name: &str| {
        let (name, text) = value(env, name)?;
        match text.parse::<Proxy>() {
            Ok(proxy) => Some(proxy),
            Err(error) => {
                problems.push(Problem { origin: Origin::Variable(name), key: None, message: error.to_string() });
                None
            }
        }
    };
    let all = proxy("ALL_PROXY");
    let (http, https) = (proxy("HTTP_PROXY"), proxy("HTTPS_PROXY"));
    let no = value(env, "NO_PROXY").map(|(_, text)| text).unwrap_or_default();
    ProxyRules::new(http.or_else(|| all.clone()), https.or(all), no)
}

/// The spelling that is set, and what it holds.
fn value<'e>(env: &'e Environment, name: &str) -> Option<(String, &'e str)> {
    [name.to_ascii_lowercase(), name.to_owned()].into_iter().find_map(|name| {
        let text = env.text(&name)?;
        Some((name, text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variables_are_read_in_either_case() {
        type Row = (&'static [(&'static str, &'static str)], [Option<&'static str>; 2]);
        let rows: [Row; 8] = [
            (&[], [None, None]),
            (&[("HTTPS_PROXY", "http://a:1")], [None, Some("http://a:1")]),
            (&[("https_proxy", "a:1")], [None, Some("http://a:1")]),
            (&[("HTTPS_PROXY", "http://upper:1"), ("https_proxy", "http://lower:1")], [None, Some("http://lower:1")]),
            (&[("HTTP_PROXY", "http://a:1")], [Some("http://a:1"), None]),
            (&[("ALL_PROXY", "socks5://a:1")], [Some("socks5h://a:1"), Some("socks5h://a:1")]),
            (
                &[("all_proxy", "http://all:1"), ("HTTPS_PROXY", "http://ann:word@own:1")],
                [Some("http://all:1"), Some("http://own:1")],
            ),
            (&[("HTTPS_PROXY", "http://a:1"), ("no_proxy", "other.example, api.example")], [None, None]),
        ];
        for (variables, expected) in rows {
            let mut env = Environment::default();
            variables.iter().for_each(|(name, value)| env.set(name, *value));
            let mut problems = Vec::new();
            let rules = read(&env, &mut problems);
            let found = ["http://api.example", "https://api.example"]
                .map(|address| rules.proxy_for(address).map(ToString::to_string));
            assert_eq!(found, expected.map(|proxy| proxy.map(str::to_owned)), "{variables:?}");
            assert_eq!(problems, []);
        }
    }

    #[test]
    fn what_is_no_proxy_is_named_by_its_variable_and_not_repeated() {
        let mut problems = Vec::new();
        read(&Environment::from([("https_proxy", "ftp://ann:hunter2@proxy")]), &mut problems);
        let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(shown.len() == 1 && shown[0].starts_with("$https_proxy: must be the address of a proxy"), "{shown:?}");
        assert!(!shown[0].contains("hunter2"), "{shown:?}");
    }
}

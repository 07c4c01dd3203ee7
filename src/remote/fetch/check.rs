//! What can be said of an address before anything is looked up: its scheme, its credentials, its host.
//!
//! The URL standard's parser does the reading, so that every odd spelling of an IP address (`0x7f.1`, `2130706433`,
//! `127.0.0.1.`) is the address that a connection would be made to.

use mediary_core::Failure;
use url::{Host, Url};

use super::Fetcher;
use super::allow::AllowList;
use super::refusal::Refusal;
use super::resolve::judge;

/// Longer addresses are refused by most servers; signed ones have a few kilobytes.
const MOST_BYTES: usize = 16 * 1024;

/// Reads an address as it stands in a request.
pub(super) fn parse(text: &str) -> Result<Url, Failure> {
    if text.len() > MOST_BYTES {
        let detail = format!("the address of the file has {} bytes, {MOST_BYTES} are allowed", text.len());
        return Err(Failure::malformed(detail));
    }
    Url::parse(text.trim()).map_err(|error| {
        Failure::malformed(format!(
            "the address of the file is not a URL ({error}); it begins with http:// or https://"
        ))
    })
}

/// Whether this address may be gone to, as far as it says so itself.
pub(super) fn check(url: &Url, allow: &AllowList) -> Result<(), Failure> {
    if !matches!(url.scheme(), "http" | "https") {
        let detail = format!("only http and https addresses are fetched, not {}", url.scheme());
        return Err(Failure::malformed(detail));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let detail = "addresses with a user name or a password in them are not fetched; use a signed address, or send \
                      the file itself";
        return Err(Failure::malformed(detail));
    }
    let ip = match url.host() {
        Some(Host::Domain(_)) => return Ok(()),
        Some(Host::Ipv4(ip)) => ip.into(),
        Some(Host::Ipv6(ip)) => ip.into(),
        None => return Err(Failure::malformed("the address of the file names no host")),
    };
    judge(ip, allow).map_or(Ok(()), |why| Err(Refusal::Address { ip, why }.into()))
}

impl Fetcher {
    /// Whether an address may be gone to, as far as it says so itself.
    ///
    /// # Errors
    /// Malformed when it is none, or may not be.
    pub fn check(&self, url: &str) -> Result<(), Failure> {
        check(&parse(url)?, &self.policy.allow)
    }

    /// The same, and whether the name in it leads anywhere that may be gone to.
    ///
    /// # Errors
    /// Malformed when it may not be; unreachable when there is no such host.
    pub async fn check_name(&self, url: &str) -> Result<(), Failure> {
        let url = parse(url)?;
        check(&url, &self.policy.allow)?;
        let Some(Host::Domain(name)) = url.host() else { return Ok(()) };
        super::resolve::check_name(name, &self.policy.allow).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_judged_however_they_are_spelt() {
        let allow = AllowList::parse(["10.1.0.0/16", "nas.example"]).unwrap();
        let rows = [
            ("https://a.example/b.pdf?c=d#e", None),
            ("HTTP://A.EXAMPLE:8080", None),
            ("http://localhost/", None),
            ("http://1.1.1.1/", None),
            ("http://10.1.2.3:9000/x", None),
            ("http://[2606:4700::1111]/", None),
            ("http://10.2.0.1/", Some("the address 10.2.0.1 is private; to let Mediary fetch from it, list it under")),
            ("http://127.0.0.1/", Some("127.0.0.1 is loopback")),
            ("http://127.0.0.1./", Some("127.0.0.1 is loopback")),
            ("http://127.1/", Some("127.0.0.1 is loopback")),
            ("http://0x7f.1/", Some("127.0.0.1 is loopback")),
            ("http://0x7f000001/", Some("127.0.0.1 is loopback")),
            ("http://2130706433/", Some("127.0.0.1 is loopback")),
            ("http://0177.0.0.1/", Some("127.0.0.1 is loopback")),
            ("http://127。0。0。1/", Some("127.0.0.1 is loopback")),
            ("http://１２７.0.0.1/", Some("127.0.0.1 is loopback")),
            ("http://%31%32%37.0.0.1/", Some("127.0.0.1 is loopback")),
            ("http:\\\\127.0.0.1\\", Some("127.0.0.1 is loopback")),
            ("http://0/", Some("0.0.0.0 is unspecified")),
            ("http://[::ffff:7f00:1]/", Some("::ffff:127.0.0.1 is loopback")),
            ("http://[::]/", Some(":: is unspecified")),
            ("http://169.254.169.254/latest/", Some("169.254.169.254 is link-local")),
            ("http://user:secret@a.example/", Some("a user name or a password")),
            ("http://user@a.example/", Some("a user name or a password")),
            ("file:///etc/passwd", Some("only http and https")),
            ("ftp://a.example/", Some("only http and https")),
            ("gopher://a.example/", Some("only http and https")),
            ("a.example/b.pdf", Some("not a URL")),
            ("http://", Some("not a URL")),
            ("http://256.256.256.256/", Some("not a URL")),
            ("", Some("not a URL")),
        ];
        for (text, expected) in rows {
            let found = parse(text).and_then(|url| check(&url, &allow));
            match (&found, expected) {
                (Ok(()), None) => {}
                (Err(failure), Some(words)) => assert!(failure.detail.contains(words), "{text}: {failure}"),
                _ => unreachable!("{text}: {found:?}, not {expected:?}"),
            }
            assert!(!format!("{found:?}").contains("secret"), "{text}");
        }
        assert!(parse(&format!("http://a.example/{}", "x".repeat(MOST_BYTES))).is_err());
    }
}

//! Addresses of proxies as people write them, and the rules of the environment.

use super::*;

#[test]
fn a_proxy_is_read_as_people_write_it_and_shown_without_its_password() {
    let rows = [
        ("http://proxy.example:3128", Some("http://proxy.example:3128")),
        ("proxy.example:3128", Some("http://proxy.example:3128")),
        ("  http://proxy.example/ ", Some("http://proxy.example")),
        ("https://proxy.example", Some("https://proxy.example")),
        ("http://ann:s3cr%40t@proxy.example:3128", Some("http://proxy.example:3128")),
        ("ann:s3cr%40t@proxy.example:3128", Some("http://proxy.example:3128")),
        ("http://[::1]:3128", Some("http://[::1]:3128")),
        ("socks5://ann:s3cr%40t@proxy.example", Some("socks5h://proxy.example:1080")),
        ("socks5h://proxy.example:9050", Some("socks5h://proxy.example:9050")),
        ("socks://127.0.0.1:1080/", Some("socks5h://127.0.0.1:1080")),
        ("socks4://10.0.0.1", Some("socks4a://10.0.0.1:1080")),
        ("", None),
        ("http://", None),
        ("ftp://proxy.example", None),
        ("http://proxy.example/path", None),
        ("http://proxy.example?a=b", None),
        ("http://two words", None),
        ("http://s3cr@t:3128:1", None),
    ];
    for (text, expected) in rows {
        let found = text.parse::<Proxy>();
        assert_eq!(found.as_ref().map(ToString::to_string).ok().as_deref(), expected, "{text}");
        assert!(!format!("{found:?}").contains("s3cr"), "{found:?}");
        if let Ok(proxy) = found {
            assert_eq!(proxy.address().contains("s3cr"), text.contains("s3cr"), "{text}");
        }
    }
}

#[test]
fn addresses_go_through_the_proxy_of_their_scheme_unless_they_are_excepted() {
    let proxy = |host: &str| Some(format!("http://{host}").parse::<Proxy>().unwrap());
    let no = "internal.example, .corp.example,10.0.0.0/8, 192.168.1.7,fd00::/8";
    let rules = ProxyRules::new(proxy("plain"), proxy("secret"), no);
    let rows = [
        ("https://api.example/v1", Some("http://secret")),
        ("http://api.example/v1", Some("http://plain")),
        ("HTTPS://API.EXAMPLE", Some("http://secret")),
        ("https://internal.example:8443/v1", None),
        ("https://below.internal.example", None),
        ("https://notinternal.example", Some("http://secret")),
        ("https://a.corp.example", None),
        ("https://10.1.2.3/v1", None),
        ("https://11.1.2.3/v1", Some("http://secret")),
        ("http://192.168.1.7:9000", None),
        ("http://192.168.1.8:9000", Some("http://plain")),
        ("https://[fd00::5]/v1", None),
        // On this machine, whatever the rules say.
        ("http://localhost:11434/api", None),
        ("http://LOCALHOST.:11434/api", None),
        ("http://models.localhost", None),
        ("http://127.0.0.1:9000/v1", None),
        ("http://127.9.9.9", None),
        ("http://[::1]:9000/v1", None),
        ("http://[::ffff:127.0.0.1]/v1", None),
        ("http://localhost.example", Some("http://plain")),
        ("no address", None),
    ];
    for (address, expected) in rows {
        assert_eq!(rules.proxy_for(address).map(ToString::to_string).as_deref(), expected, "{address}");
    }
    let all = ProxyRules::new(proxy("plain"), None, "*");
    for address in ["https://api.example", "http://api.example"] {
        assert_eq!((all.proxy_for(address), ProxyRules::default().proxy_for(address)), (None, None));
    }
}

//! Keys, origins and hosts over a real socket. The guard has tables of its own; these rows show that it stands at the door.

use mediary::config::Secret;

use super::client::{Request, reading};
use super::server::{TestServer, sample, shared};

type Headers<'a> = &'a [(&'a str, &'a str)];

fn locked() -> TestServer {
    TestServer::with(|config| config.server.api_keys = vec![Secret::new("sk-first"), Secret::new("sk-second")])
}

#[test]
fn a_server_with_keys_asks_for_one_of_them() {
    let server = locked();
    let rows: [(Headers<'_>, u16, &str); 8] = [
        (&[], 401, "missing_api_key"),
        (&[("authorization", "Bearer sk-wrong")], 401, "invalid_api_key"),
        (&[("x-api-key", "sk-firs")], 401, "invalid_api_key"),
        (&[("authorization", "Basic sk-first")], 401, "missing_api_key"),
        (&[("authorization", "Bearer sk-first")], 200, ""),
        (&[("authorization", "bearer sk-second")], 200, ""),
        (&[("x-api-key", "sk-second")], 200, ""),
        (&[("authorization", "Bearer placeholder"), ("x-api-key", "sk-first")], 200, ""),
    ];
    for (headers, status, code) in rows {
        let with_headers =
            |request: Request| headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        for request in
            [reading(sample("note.txt"), ""), Request::new("GET", "/v1/models"), Request::new("GET", "/metrics")]
        {
            let answer = with_headers(request).send(&server);
            assert_eq!(answer.status, status, "{headers:?}: {answer}");
            if status == 401 {
                assert_eq!(answer.error().0, code, "{headers:?}");
                assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
                assert!(answer.error().1.contains("x-api-key"), "{answer}");
            }
        }
    }
}

#[test]
fn a_refused_upload_is_not_taken_in() {
    let server = locked();
    let large = vec![b'a'; 20_000_000];
    reading(large, "").send(&server).refused(401, "missing_api_key", "Authorization: Bearer");
}

#[test]
fn what_shows_nothing_of_the_owners_is_open_without_a_key() {
    let server = locked();
    for path in ["/health", "/livez", "/readyz", "/docs", "/docs/", "/docs/swagger-ui.css", "/openapi.json"] {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
    for path in ["/", "/metrics", "/v1/models", "/v1/models/local/paddleocr:fast", "/nowhere", "/health/more"] {
        assert_eq!(server.get(path).status, 401, "{path}");
    }
}

#[test]
fn a_server_without_keys_answers_to_names_of_this_machine_only() {
    let rows = [
        ("localhost", 200),
        ("127.0.0.1:8001", 200),
        ("[::1]:8001", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("192.168.1.5:8001", 403),
        ("0.0.0.0:8001", 403),
    ];
    for (host, status) in rows {
        let answer = reading(sample("note.txt"), "").header("host", host).send(shared());
        assert_eq!(answer.status, status, "{host}: {answer}");
        if status == 403 {
            answer.refused(403, "host_not_allowed", "MEDIARY_API_KEY");
        }
    }
}

#[test]
fn a_server_without_keys_serves_no_foreign_web_page() {
    let rows: [(Headers<'_>, u16); 7] = [
        (&[("origin", "http://localhost:5173")], 200),
        (&[("origin", "http://127.0.0.1:8001")], 200),
        (&[("origin", "https://evil.example")], 403),
        (&[("origin", "null")], 403),
        (&[("origin", "http://localhost.evil.example")], 403),
        (&[("sec-fetch-site", "cross-site")], 403),
        (&[("sec-fetch-site", "same-origin")], 200),
    ];
    for (headers, status) in rows {
        let request = reading(sample("note.txt"), "");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let answer = request.send(shared());
        assert_eq!(answer.status, status, "{headers:?}: {answer}");
        if status == 403 {
            answer.refused(403, "origin_not_allowed", "cors_origins");
            assert_eq!(answer.header("access-control-allow-origin"), None);
        }
    }
}

#[test]
fn a_web_page_that_the_operator_named_is_let_in() {
    let server = TestServer::with(|config| config.server.cors_origins = vec!["https://app.example".to_owned()]);
    let answer = reading(sample("note.txt"), "").header("origin", "https://app.example").send(&server);
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example"));
    let answer = reading(sample("note.txt"), "").header("origin", "https://other.example").send(&server);
    assert_eq!(answer.status, 403, "{answer}");
    let preflight = Request::new("OPTIONS", "/v1/ocr/process")
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "x-api-key, content-type")
        .send(&server);
    assert_eq!(preflight.status, 200, "{preflight}");
    let allowed = preflight.header("access-control-allow-headers").unwrap_or_default();
    assert!(allowed.contains("x-api-key"), "{allowed}");
}

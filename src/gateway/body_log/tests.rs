//! What of a body is kept, and what is not.

use super::*;
use crate::config::Bytes;

fn kept(media_type: &str, pieces: &[&str], most: usize) -> Body {
    let mut excerpt = Excerpt::new(media_type, most);
    pieces.iter().for_each(|piece| excerpt.pass(piece.as_bytes()));
    excerpt.ended(&[Secret::new("own-secret-of-a-provider")])
}

#[test]
fn keys_are_hidden_wherever_they_stand() {
    let rows = [
        ("my own-secret-of-a-provider!", "my [hidden]!"),
        ("use sk-0123456789abcdef now", "use sk-[hidden] now"),
        ("a task-force and a sk-it", "a task-force and a sk-it"),
        (r#"{"api_key": "abc\"d", "b": "c"}"#, r#"{"api_key": "[hidden]", "b": "c"}"#),
        (r#"{"Authorization":"x"}"#, r#"{"Authorization":"[hidden]"}"#),
        (r#"{"password":"cut in the mid"#, r#"{"password":"[hidden]"#),
        (r#"{"note":"say \"password\": nothing","n":1}"#, r#"{"note":"say \"password\": nothing","n":1}"#),
        ("header Bearer abcdefghijklmnop", "header Bearer [hidden]"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "eyJ[hidden]"),
        ("naïve ünïcode \u{1F600}", "naïve ünïcode \u{1F600}"),
    ];
    for (text, expected) in rows {
        assert_eq!(kept("application/json", &[text], 1_000).text, expected);
    }
}

#[test]
fn media_are_left_out_and_what_follows_them_is_not() {
    let picture = "iVBORw0KGgo".repeat(5_000);
    let (half, other) = picture.split_at(30_001);
    let body = kept(
        "application/json; charset=utf-8",
        &["{\"url\":\"data:image/png;base64,", half, other, "\",\"q\":\"What is it?\"}"],
        200,
    );
    assert_eq!(
        body.text,
        "{\"url\":\"data:image/png;base64,iVBORw0KGgoiVBOR…[55000 characters]\",\"q\":\"What is it?\"}"
    );
    assert_eq!((body.is_cut, body.bytes), (false, 31 + 55_000 + 19));
    let body = kept("multipart/form-data; boundary=x", &["a file"], 200);
    assert_eq!((body.text.as_str(), body.bytes), ("", 6));
    let body = kept("text/plain", &["ä".repeat(150).as_str()], 201);
    assert_eq!((body.text, body.is_cut), ("ä".repeat(100), true));
}

#[tokio::test]
async fn bodies_are_found_by_the_id_of_their_request_until_they_are_too_old() {
    let folder = tempfile::tempdir().unwrap();
    let logging = RequestLogging { bodies_total: Bytes::mega(1), ..RequestLogging::default() };
    let open = |logging: &RequestLogging| BodyLog::start(folder.path().join("bodies"), logging).unwrap();
    let log = open(&logging);
    let say = |text: &str| {
        let mut excerpt = log.excerpt("text/plain");
        excerpt.pass(text.as_bytes());
        excerpt
    };
    log.keep("../an id", say("Hello?"), say("Hello."), &[]);
    log.settle(Duration::from_secs(60)).await;
    let found = log.find("../an id").await.unwrap().unwrap();
    assert_eq!((found.request.text.as_str(), found.response.text.as_str()), ("Hello?", "Hello."));
    assert_eq!(log.find("another").await.unwrap(), None);
    let forgetful = open(&RequestLogging { bodies_age: Duration::ZERO, ..logging });
    assert_eq!(forgetful.find("../an id").await.unwrap(), None);
}

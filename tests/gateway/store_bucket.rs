//! Files for clients in a bucket: made at one server, fetched from another by the same link, and a bucket that is away costs
//! the links, no start and no answer that needs none.

use mediary_servers::Buckets;
use serde_json::{Value, json};

use super::cli_serve::Served;
use super::client::Answer;
use super::images_words::{encoded, gives, painter, png};
use super::keys_providers::Place;
use super::upstream::Upstream;

fn environment(buckets: &Buckets) -> Vec<(&'static str, String)> {
    vec![
        ("MEDIARY_STORE__CONTENT", "s3://pictures/mediary".to_owned()),
        ("MEDIARY_STORE__CONTENT_ENDPOINT", buckets.endpoint()),
        ("AWS_ACCESS_KEY_ID", "AKIATEST".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "hunter2-hunter2".to_owned()),
    ]
}

fn server(place: &Place, environment: &[(&'static str, String)], store: &str) -> Served {
    let store = place.path(store).display().to_string();
    let all = environment.iter().map(|(name, value)| (*name, value.as_str()));
    place.serve(&all.chain([("MEDIARY_STORE__DIR", store.as_str())]).collect::<Vec<_>>())
}

fn draws(served: &Served, format: &str) -> Answer {
    let body = json!({ "model": "m", "prompt": "a hat", "response_format": format }).to_string();
    let head = format!(
        "POST /v1/images/generations HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    served.request(&[head.as_bytes(), body.as_bytes()].concat())
}

/// The path of the link in an answer.
fn path(answer: &Value) -> String {
    let url = answer["data"][0]["url"].as_str().unwrap_or_else(|| unreachable!("no link: {answer}"));
    url[url.find("/content/").expect("it is a link of ours")..].to_owned()
}

#[test]
fn a_picture_made_at_one_server_is_fetched_from_another() {
    let Some(buckets) = Buckets::start() else { return };
    buckets.make("pictures");
    let up = Upstream::doing([gives(&[png(64, 48)])]);
    let place = Place::with(&[painter(&up, "far", json!({}))]);
    let environment = environment(&buckets);
    let servers = ["store-1", "store-2"].map(|store| server(&place, &environment, store));
    let link = path(&draws(&servers[0], "url").ok());
    for served in &servers {
        let whole = served.get(&link, "");
        assert_eq!((whole.status, whole.header("content-type")), (200, Some("image/png")));
        assert_eq!(whole.body, png(64, 48));
        let part = served.get(&link, "range: bytes=10-19\r\n");
        assert_eq!((part.status, &part.body[..]), (206, &png(64, 48)[10..20]));
    }
    assert_eq!(servers[1].get(&format!("{}x", &link[..link.len() - 2]), "").status, 404);
    let listed = buckets.listed("pictures", "list-type=2");
    assert!(listed.contains("<Key>mediary/key</Key>") && listed.contains("<KeyCount>2</KeyCount>"), "{listed}");

    // Away: a link says so, and what needs none is answered.
    drop(buckets);
    let away = draws(&servers[0], "url");
    assert!(away.status >= 500 && away.text().contains("s3://pictures/mediary"), "{away}");
    assert!(!away.text().contains("hunter2") && !away.text().contains("AKIATEST"), "{away}");
    assert!(servers[1].get(&link, "").status >= 500, "it is not said to be gone");
    assert_eq!(draws(&servers[0], "b64_json").ok()["data"][0]["b64_json"], encoded(&png(64, 48)));
    let anew = server(&place, &environment, "store-3");
    assert_eq!(anew.get("/health", "").status, 200);
}

#[test]
fn a_bucket_without_a_key_is_refused_with_what_to_set() {
    let place = Place::with(&[]);
    for (value, told) in [("s3://pictures", "AWS_ACCESS_KEY_ID"), ("pictures", "s3://bucket/folder")] {
        let output = place.run(&["check-config"], "", &[("MEDIARY_STORE__CONTENT", value)]);
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("it is UTF-8")).concat();
        assert!(!output.status.success() && said.contains("store.content") && said.contains(told), "{said}");
    }
}

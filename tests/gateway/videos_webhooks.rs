//! Webhooks of jobs: signed, sent until they are heard, and nowhere they may not go.

use mediary::config::Secret;
use mediary::gateway::{WebhookSecret, signature};
use serde_json::{Value, json};

use super::server::wait_until;
use super::videos_studio::{Reply, Studio, film, filming};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

#[test]
fn a_webhook_is_signed_and_sent_until_it_is_heard() {
    let studio = Studio::quick();
    let listener = Studio::new(|_, before| match before {
        0 => Reply::Json(500, json!({})),
        1 => Reply::Close,
        2 => Reply::Moved("http://127.0.0.1:1/".to_owned()),
        _ => Reply::Json(204, json!({})),
    });
    let folder = tempfile::tempdir().unwrap();
    let server = filming(folder.path(), &[studio.entry("far", "openai", json!({}))], |config| {
        config.jobs.webhook_secret = Some(Secret::new(SECRET));
    });
    let url = format!("http://{}/hook?a=1", listener.address);
    let id = server.filmed(json!({ "webhook_url": url }));
    wait_until("it is heard", || listener.seen().len() == 4);
    let seen = listener.seen();
    let secret = WebhookSecret::read(SECRET);
    for told in &seen {
        let (message, at) = (told.header("webhook-id").unwrap(), told.header("webhook-timestamp").unwrap());
        let body = std::str::from_utf8(&told.body).unwrap();
        let expected = signature(&secret, message, at.parse().unwrap(), body);
        assert_eq!(told.header("webhook-signature"), Some(expected.as_str()));
        assert_eq!((told.method.as_str(), told.path.as_str()), ("POST", "/hook?a=1"));
        assert_eq!(
            (message, body),
            (seen[0].header("webhook-id").unwrap(), std::str::from_utf8(&seen[0].body).unwrap())
        );
    }
    let body: Value = seen[0].json();
    assert_eq!((&body["type"], &body["data"]["id"]), (&json!("video.completed"), &json!(id)));
    // Once it was heard it is not sent again.
    let other = server.filmed(json!({ "webhook_url": url }));
    wait_until("the next one is heard", || listener.seen().len() == 5);
    assert_eq!(listener.seen()[4].json()["data"]["id"], json!(other));
}

#[test]
fn a_webhook_does_not_go_where_it_may_not() {
    let studio = Studio::quick();
    let folder = tempfile::tempdir().unwrap();
    let entries = [studio.entry("far", "openai", json!({}))];
    let server = filming(folder.path(), &entries, |config| {
        config.jobs.webhook_secret = Some(Secret::new(SECRET));
        config.fetch.allow = mediary_remote::AllowList::default();
    });
    for url in ["ftp://a.example/", "http://127.0.0.1/", "http://169.254.169.254/x", "http://u:p@a.example/", "nothing"]
    {
        let answer = film(json!({ "webhook_url": url })).send(&server);
        assert_eq!((answer.status, &answer.json()["error"]["param"]), (400, &json!("webhook_url")), "{url}: {answer}");
    }
    // One whose address only turns out to be private later is not sent, and the job is none the worse.
    let id = server.filmed(json!({ "webhook_url": "http://localhost/" }));
    assert_eq!(server.ended(&id)["status"], "completed");
}

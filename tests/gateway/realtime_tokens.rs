//! Short-lived tokens: of this server's own, for one conversation on it, and of providers', which never tell their keys.

use mediary::config::Secret;
use serde_json::{Value, json};

use super::chat_talk::{serving, with_providers};
use super::chat_words::{answers, streams};
use super::client::{Answer, Request};
use super::realtime_talk::{Manner, Talk, Vendor};
use super::server::TestServer;
use super::upstream::Upstream;

const KEY: &str = "a-long-key-of-the-server";

fn asked(server: &TestServer, path: &str, body: &Value) -> Answer {
    let request = Request::new("POST", path).header("authorization", &format!("Bearer {KEY}"));
    request.body("application/json", body.to_string()).send(server)
}

fn closed_server(up: &Upstream) -> TestServer {
    serving(&[up.entry("a", json!({}))], |config| config.server.api_keys = vec![Secret::new(KEY)])
}

#[test]
fn a_client_secret_opens_one_conversation_held_as_was_asked_for() {
    let up = Upstream::doing([streams(&["Yes."])]);
    let server = closed_server(&up);
    let session =
        json!({ "type": "realtime", "model": "a/m", "instructions": "Be brief.", "output_modalities": ["text"] });
    let given = asked(&server, "/v1/realtime/client_secrets", &json!({ "session": session })).ok();
    let secret = given["value"].as_str().expect("a token").to_owned();
    assert!(secret.starts_with("ek_") && !given.to_string().contains(KEY));
    assert!(given["expires_at"].as_u64().is_some() && given["session"]["instructions"] == "Be brief.");
    // As a browser sends it.
    let protocols = format!("realtime, openai-insecure-api-key.{secret}");
    let talk = Talk::open_with(&server, "", &[("sec-websocket-protocol", &protocols)]);
    let mut talk = talk.unwrap_or_else(|refusal| unreachable!("{refusal:?}"));
    assert_eq!(talk.protocol.as_deref(), Some("realtime"));
    let created = talk.until("session.created");
    assert_eq!(created["session"]["instructions"], "Be brief.");
    assert_eq!(created["session"]["model"], "a/m");
    talk.write("Hello.");
    talk.send(&json!({ "type": "response.create" }));
    talk.until("response.done");
    assert_eq!(up.last().json()["messages"][0]["content"], "Be brief.");
    // It was used.
    let bearer = format!("Bearer {secret}");
    for headers in [[("sec-websocket-protocol", protocols.as_str())], [("authorization", bearer.as_str())]] {
        let (status, body) = Talk::open_with(&server, "", &headers).err().expect("it is refused");
        assert_eq!(status, 401, "{body}");
        assert!(body.contains("invalid_client_secret"), "{body}");
    }
    // It opens nothing else.
    let other = asked(&server, "/v1/realtime/client_secrets", &json!({})).ok();
    let bearer = format!("Bearer {}", other["value"].as_str().expect("a token"));
    let models = Request::new("GET", "/v1/models").header("authorization", &bearer).send(&server);
    assert_eq!(models.status, 401);
    assert_eq!(Talk::open_with(&server, "", &[]).err().map(|(status, _)| status), Some(401));
    assert!(Talk::open_with(&server, "?model=m", &[("authorization", &bearer)]).is_ok());
}

#[test]
fn the_older_routes_say_the_same_in_their_own_words() {
    let up = Upstream::doing([streams(&["Yes."])]);
    let server = closed_server(&up);
    let wish = json!({ "model": "m", "instructions": "Be brief.", "modalities": ["text"], "expires_in_seconds": 60 });
    let given = asked(&server, "/v1/realtime/sessions", &wish).ok();
    assert_eq!((&given["object"], &given["modalities"]), (&json!("realtime.session"), &json!(["text"])));
    let secret = given["client_secret"]["value"].as_str().expect("a token").to_owned();
    let bearer = format!("Bearer {secret}");
    let talk = Talk::open_with(&server, "", &[("authorization", &bearer)]);
    let mut talk = talk.unwrap_or_else(|refusal| unreachable!("{refusal:?}"));
    assert_eq!(talk.until("session.created")["session"]["output_modalities"], json!(["text"]));
    let given = asked(&server, "/v1/realtime/transcription_sessions", &json!({})).ok();
    assert_eq!(given["type"], "transcription");
    asked(&server, "/v1/realtime/sessions", &json!({ "expires_in_seconds": 1 })).refused(
        400,
        "invalid_request",
        "seconds",
    );
    asked(&server, "/v1/realtime/client_secrets", &json!({ "session": { "type": "x" } })).refused(
        400,
        "invalid_request",
        "type",
    );
}

#[test]
fn a_providers_token_comes_without_its_key() {
    let openai = Upstream::doing([answers(
        200,
        &json!({ "value": "ek_theirs", "expires_at": 1_900_000_000, "session": { "type": "realtime" } }),
    )]);
    let gemini = Upstream::doing([answers(200, &json!({ "name": "auth_tokens/theirs" }))]);
    let realtime = |model: &str| json!({ "quirks": { "realtime": [model] } });
    let google = json!({ "dialect": "gemini", "base_url": format!("http://{}/v1beta", gemini.address),
        "auth": { "header": "x-goog-api-key" }, "quirks": { "realtime": ["gemini-live"] } });
    let server = with_providers(&[openai.entry("openai", realtime("gpt-realtime")), gemini.entry("gemini", google)]);
    let session =
        json!({ "type": "realtime", "instructions": "Be brief.", "audio": { "output": { "voice": "marin" } } });
    let given =
        asked(&server, "/v1/realtime/client_secrets", &json!({ "provider": "openai", "session": session })).ok();
    assert_eq!((&given["value"], &given["expires_at"]), (&json!("ek_theirs"), &json!(1_900_000_000)));
    assert!(given["connect_url"].as_str().expect("an address").starts_with("ws://"));
    let sent = openai.last();
    assert_eq!((sent.path.as_str(), sent.key()), ("/v1/realtime/client_secrets", Upstream::key_of("openai").as_str()));
    assert_eq!(sent.json()["session"]["audio"]["output"]["voice"], "marin");
    assert_eq!(sent.json()["session"]["model"], "gpt-realtime");
    // As this server's predecessor was asked.
    let wish =
        json!({ "provider": "google", "instructions": "Be brief.", "voice": "Kore", "response_modalities": ["AUDIO"] });
    let given = asked(&server, "/v1/realtime/sessions", &wish).ok();
    assert_eq!(
        (&given["client_secret"]["value"], &given["provider"]),
        (&json!("auth_tokens/theirs"), &json!("gemini"))
    );
    assert!(given["connect_url"].as_str().expect("an address").ends_with("access_token=auth_tokens/theirs"));
    let sent = gemini.last();
    assert_eq!(sent.path, "/v1alpha/auth_tokens");
    let setup = &sent.json()["bidiGenerateContentSetup"];
    assert_eq!(setup["systemInstruction"]["parts"][0]["text"], "Be brief.");
    assert_eq!(setup["generationConfig"]["speechConfig"]["voiceConfig"]["prebuiltVoiceConfig"]["voiceName"], "Kore");
    assert!(!given.to_string().contains("sk-"), "{given}");
    asked(&server, "/v1/realtime/client_secrets", &json!({ "provider": "none" })).refused(
        403,
        "not_allowed",
        "no provider `none`",
    );
}

#[test]
fn what_was_asked_for_beforehand_is_told_to_a_provider_that_holds_the_conversation() {
    let vendor = Vendor::of(Manner::of(|_, _| Vec::new()));
    let server = with_providers(&[vendor.entry("oa", "openai", "gpt-realtime")]);
    let session = json!({ "type": "realtime", "model": "gpt-realtime", "instructions": "Be brief.", "audio": { "output": { "voice": "marin" } } });
    let given = asked(&server, "/v1/realtime/client_secrets", &json!({ "session": session })).ok();
    let bearer = format!("Bearer {}", given["value"].as_str().expect("a token"));
    let _talk = Talk::open_with(&server, "", &[("authorization", &bearer)]).expect("it is held");
    vendor.sees("it is told", |message| {
        message["type"] == "session.update"
            && message["session"] == json!({ "type": "realtime", "instructions": "Be brief.", "audio": { "output": { "voice": "marin" } } })
    });
}

//! Threads as their owners find them: listed, searched, renamed, exported, and titled once.

use mediary::config::{Redaction, Titles};
use serde_json::{Value, json};

use super::chat_talk::serving;
use super::chat_words::says;
use super::keys_providers::Place;
use super::mcp_talk::{asked, done, failed, inside, stateless, unfenced};
use super::server::{TestServer, wait_until};
use super::threads::{keeping, kept, says_in, send};
use super::upstream::Upstream;

fn ids(server: &TestServer, query: &str) -> Vec<String> {
    let list = server.get(&format!("/v1/threads{query}")).ok();
    let id = |one: &Value| one["id"].as_str().expect("it is there").to_owned();
    list["data"].as_array().expect("it is there").iter().map(id).collect()
}

#[test]
fn threads_are_made_listed_renamed_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing([says("One.")]);
    let server = keeping(folder.path(), &up, |_| ());
    let project = send(&server, "POST", "/v1/projects", &json!({ "name": "Trip" })).json()["id"].clone();
    let fields = json!({ "title": " A  plan ", "metadata": { "x": 1 }, "project_id": project });
    let made = send(&server, "POST", "/v1/threads", &fields);
    assert_eq!(made.status, 201, "{made}");
    let made = made.json();
    let id = made["id"].as_str().unwrap();
    assert!(id.starts_with("thread_"), "{id}");
    assert_eq!((&made["title"], &made["title_by"], &made["project_id"]), (&json!("A plan"), &json!("user"), &project));
    assert_eq!((&made["metadata"], &made["turns"]), (&json!({ "x": 1 }), &json!(0)));
    let again = send(&server, "POST", "/v1/threads", &json!({ "id": id, "title": "Other" }));
    assert_eq!((again.status, &again.json()["title"]), (200, &json!("A plan")), "one that is there stays");
    for number in 0..3 {
        assert_eq!(send(&server, "POST", "/v1/threads", &json!({ "id": format!("t{number}") })).status, 201);
    }
    let first = ids(&server, "?limit=2");
    let rest = ids(&server, &format!("?limit=2&after={}", first[1]));
    assert_eq!((first.len(), rest.len()), (2, 2));
    assert!(first.iter().all(|id| !rest.contains(id)));
    assert_eq!(ids(&server, &format!("?project_id={}", project.as_str().expect("it has an id"))), [id]);
    let path = format!("/v1/threads/{id}");
    let changed = send(&server, "PATCH", &path, &json!({ "title": "Mine", "project_id": null })).ok();
    assert_eq!(
        (&changed["title"], &changed["project_id"], &changed["metadata"]),
        (&json!("Mine"), &Value::Null, &json!({ "x": 1 }))
    );
    says_in(&server, id, "Something else").ok();
    assert_eq!(server.get(&path).ok()["title"], "Mine", "a user's title stays");
    assert_eq!(send(&server, "POST", &path, &json!({ "metadata": {} })).ok()["metadata"], json!({}));
    let rows = [
        ("PATCH", path.as_str(), json!({ "title": "" }), "1 to 300 characters"),
        ("PATCH", &path, json!({ "name": "x" }), "name"),
        ("PATCH", &path, json!({ "metadata": { "x": "y".repeat(20_000) } }), "more than 16384 bytes"),
        ("POST", "/v1/threads", json!({ "id": "no id" }), "must be the id of a thread"),
        ("POST", "/v1/threads", json!({ "project_id": "" }), "1 to 128"),
    ];
    for (method, path, body, words) in rows {
        send(&server, method, path, &body).refused(400, "invalid_request", words);
    }
    for (query, words) in [
        ("limit=0", "1 to 100"),
        ("order=up", "asc or desc"),
        ("mode=text", "of searches"),
        ("query=x&mode=none", "text, meaning or both"),
        ("query=x&after=t1", "no pages"),
        ("colour=red", "no parameter of this route"),
    ] {
        server.get(&format!("/v1/threads?{query}")).refused(400, "invalid_request", words);
    }
    send(&server, "PATCH", "/v1/threads/none", &json!({ "title": "x" })).refused(
        404,
        "thread_not_found",
        "no such thread",
    );
}

#[test]
fn threads_are_found_by_words_in_titles_and_in_what_was_said() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing(["Rome is old.", "Pizza needs flour.", "Flour is milled."].map(says));
    let server = keeping(folder.path(), &up, |_| ());
    for (id, text) in
        [("trip", "Tell me of Rome"), ("pizza", "How is pizza made in Rome?"), ("mill", "¿Qué es la harina?")]
    {
        says_in(&server, id, text).ok();
    }
    let found = |query: &str| ids(&server, &format!("?query={query}"));
    assert_eq!(found("flour"), ["mill", "pizza"]);
    assert_eq!(found("ROME%20pizza"), ["pizza"], "all of the words");
    assert_eq!(found("que%20harin"), ["mill"], "accents and endings do not matter");
    assert_eq!(found("nothing"), [""; 0]);
    assert_eq!(found("%25"), [""; 0]);
    let list = server.get("/v1/threads?query=flour&mode=text").ok();
    assert_eq!(list["data"][0]["snippet"], "Flour is milled.", "{list:#}");
    send(&server, "PATCH", "/v1/threads/trip", &json!({ "title": "Flour power" })).ok();
    assert_eq!(found("flour")[0], "trip", "titles come first");
    server.get("/v1/threads?query=x&mode=meaning").refused(503, "no_meanings", "mode=text");
}

#[test]
fn threads_are_found_by_their_meaning() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing(["Antibiotics help against bacteria.", "Use a torque wrench."].map(says));
    let server = keeping(folder.path(), &up, |config| config.threads.meaning = true);
    says_in(&server, "ill", "The doctor says I have an infection").ok();
    says_in(&server, "car", "How tight are the bolts of my wheels?").ok();
    let found = || ids(&server, "?query=medicine%20for%20a%20sick%20patient&mode=meaning");
    wait_until("both are embedded", || found().len() == 2);
    assert_eq!(found(), ["ill", "car"]);
    let list = server.get("/v1/threads?query=vehicle%20maintenance").ok();
    assert_eq!(list["data"][0]["id"], "car", "{list:#}");
    assert!(list["data"][0]["similarity"].as_f64().is_some_and(|near| near > 0.5), "{list:#}");
    send(&server, "PATCH", "/v1/threads/car", &json!({ "title": "Wheels" })).ok();
    super::client::Request::new("DELETE", "/v1/threads/ill").send(&server).ok();
    assert_eq!(found(), ["car"], "what is removed is not found");
}

#[test]
fn a_model_gives_a_title_once_and_not_over_its_users() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing([says("One."), says("\"Trip to Rome.\""), says("Two."), says("Three.")]);
    let server = keeping(folder.path(), &up, |config| config.threads.titles = Titles::Model("m".to_owned()));
    says_in(&server, "t", "I want to see Rome").ok();
    let title = || server.get("/v1/threads/t").ok()["title"].as_str().unwrap_or_default().to_owned();
    wait_until("it has a title", || title() == "Trip to Rome");
    assert!(up.seen()[1].json()["messages"][1]["content"].as_str().unwrap().contains("I want to see Rome"));
    says_in(&server, "t", "And Naples").ok();
    send(&server, "POST", "/v1/threads", &json!({ "id": "u", "title": "Own" }));
    says_in(&server, "u", "Hello").ok();
    assert_eq!((title().as_str(), up.calls()), ("Trip to Rome", 4), "it is asked for once, and for none that has one");
}

#[test]
fn a_thread_is_exported_whole() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing([says("It is **old**.")]);
    let server = keeping(folder.path(), &up, |_| ());
    says_in(&server, "t", "Tell me of Rome").ok();
    let markdown = server.get("/v1/threads/t/export");
    assert_eq!(markdown.header("content-type"), Some("text/markdown; charset=utf-8"));
    assert_eq!(markdown.header("content-disposition"), Some("attachment; filename=\"t.md\""));
    let text = markdown.text();
    assert!(text.starts_with("# Tell me of Rome\n\n## You · 20"), "{text}");
    assert!(text.contains("\n## a/m · 20") && text.ends_with("\n\nIt is **old**.\n"), "{text}");
    let json = server.get("/v1/threads/t/export?format=json").ok();
    assert_eq!((&json["id"], &json["data"][1]["content"][0]["text"]), (&json!("t"), &json!("It is **old**.")));
    server.get("/v1/threads/t/export?format=pdf").refused(400, "invalid_request", "markdown or json");
}

#[test]
fn agents_search_and_read_threads() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing([says("It is old."), says("Hello.")]);
    let server = keeping(folder.path(), &up, |_| ());
    assert_eq!(asked(&server, "resources/list", json!({}))["resources"], json!([]));
    says_in(&server, "trip:1", "Tell me of Rome").ok();
    let listed = asked(&server, "resources/list", json!({}));
    let one = &listed["resources"][0];
    assert_eq!(
        (&one["uri"], &one["name"]),
        (&json!("mediary://threads/trip:1"), &json!("Tell me of Rome")),
        "{listed:#}"
    );
    let read = asked(&server, "resources/read", json!({ "uri": "mediary://threads/trip:1" }));
    assert_eq!(read["contents"][0]["mimeType"], "text/markdown");
    assert!(read["contents"][0]["text"].as_str().is_some_and(|text| text.ends_with("It is old.\n")), "{read:#}");
    for unknown in ["mediary://threads/none", "mediary://threads/../files", "mediary://threads/"] {
        let answer = stateless("resources/read", json!({ "uri": unknown }), &[]).send(&server).json();
        assert!(answer["error"]["message"].as_str().is_some_and(|text| text.contains("resources/list")), "{answer:#}");
    }
    let templates = asked(&server, "resources/templates/list", json!({}));
    assert_eq!(templates["resourceTemplates"].as_array().map(Vec::len), Some(2), "{templates:#}");
    let (text, data) = done(&server, "search_threads", &json!({ "query": "rome" }));
    assert!(unfenced(&text, &data).0.contains("thread_id trip:1, 2 messages): Tell me of Rome"), "{text}");
    assert_eq!(data["threads"][0]["uri"], "mediary://threads/trip:1");
    assert_eq!(done(&server, "search_threads", &json!({ "query": "nothing" })).0, "No conversation is found.");
    let (text, data) = done(&server, "read_thread", &json!({ "thread_id": "trip:1", "max_chars": 8 }));
    let (told, more) = unfenced(&text, &data);
    assert!(told == "is old." && more.contains("max_chars"), "{text}");
    assert_eq!((inside(data["text"].as_str().unwrap()), &data["truncated"]), ("is old.", &json!(true)));
    assert!(failed(&server, "read_thread", &json!({ "thread_id": "../x" })).contains("no id of a thread"));
    // What an agent's client names in a header is kept as well.
    let request = stateless(
        "tools/call",
        json!({ "name": "ask_model", "arguments": { "prompt": "Hi", "model": "m" } }),
        &[("x-mediary-thread", "agent")],
    );
    assert_eq!(request.send(&server).status, 200);
    assert_eq!(kept(&server, "agent").len(), 2);
}

#[test]
fn the_thread_has_the_clients_own_words_where_providers_get_names() {
    let folder = tempfile::tempdir().unwrap();
    let up = Upstream::doing([says("I wrote to [EMAIL_1]."), says("Again.")]);
    let server = serving(&[up.far_entry("far", json!({}))], |config| {
        config.store.dir = Some(folder.path().join("store"));
        config.threads.meaning = false;
        config.routing.redaction = Redaction { providers: vec!["*".to_owned()], kinds: vec!["email".to_owned()] };
    });
    says_in(&server, "t", "Write to mina.brown@example.org").ok();
    let expected = ["user: Write to mina.brown@example.org", "assistant: I wrote to mina.brown@example.org."];
    assert_eq!(kept(&server, "t"), expected);
    says_in(&server, "t", "Again").ok();
    let seen = String::from_utf8_lossy(&up.last().body).into_owned();
    assert!(seen.contains("[EMAIL_1]") && !seen.contains("mina"), "what comes back is covered as well: {seen}");
}

#[test]
fn with_a_key_goes_what_was_said_with_it() {
    let up = Upstream::doing([says("One."), says("Two.")]);
    let place = Place::with(&[up.entry("a", json!({}))]);
    let served = place.serve(&[]);
    let key = |name: &str| {
        let told = place.told(&["clients", "create", name], "");
        let (key, rest) = told.split_once('\n').expect("two lines");
        let id = rest.trim_start_matches("# ").split(':').next().expect("it begins with the id");
        (id.to_owned(), key.to_owned())
    };
    let ((id, one), (_, two)) = (key("one"), key("two"));
    let ask = |method: &str, path: &str, key: &str, body: &str| {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nauthorization: Bearer {key}\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        served.request(head.as_bytes())
    };
    let chat =
        json!({ "model": "m", "thread_id": "t", "messages": [{ "role": "user", "content": "Hello" }] }).to_string();
    wait_until("a key is asked for", || ask("GET", "/v1/threads", "none", "").status == 401);
    for key in [&one, &two] {
        wait_until("the key is taken", || ask("GET", "/v1/threads", key, "").status == 200);
        assert_eq!(ask("POST", "/v1/chat/completions", key, &chat).status, 200);
        assert!(ask("POST", "/v1/projects", key, r#"{"name":"Trip"}"#).status < 300);
    }
    place.told(&["clients", "remove", &id], "");
    assert_eq!(ask("GET", "/v1/threads/t", &two, "").ok()["messages"], 2, "another's stay");
    drop(served);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("the system gives threads");
    let (owners, projects) = runtime.block_on(async {
        let database = mediary_store::Database::open(&place.path("store")).await.expect("the server has let go of it");
        let database = std::sync::Arc::new(database);
        let owner = mediary::gateway::threads::owner_of_key(&id);
        let list = mediary_store::ProjectList { limit: 9, ..mediary_store::ProjectList::default() };
        let projects = mediary_store::Projects::of(database.clone()).list(&owner, &list, 0).await;
        (mediary_store::Threads::of(database).owners().await, projects)
    });
    assert_eq!(owners.expect("it can be read").len(), 1);
    assert_eq!(projects.expect("they can be read").0.len(), 0);
}

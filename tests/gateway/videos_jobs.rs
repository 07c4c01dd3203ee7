//! `POST /v1/videos` and what belongs to it, with providers that do as they are told, looked at from both sides.

use serde_json::{Value, json};

use super::client::Request;
use super::server::{sample, wait_until};
use super::videos_studio::{Reply, Studio, film, filming, mp4};

#[test]
fn a_job_is_followed_from_its_submission_to_its_file() {
    let studio = Studio::new(|seen, before| match (seen.method.as_str(), seen.path.as_str(), before) {
        ("POST", "/v1/videos", _) => Reply::Json(200, json!({ "id": "job-1", "status": "queued" })),
        ("GET", "/v1/videos/job-1", 0) => Reply::Json(200, json!({ "status": "in_progress", "progress": 40 })),
        ("GET", "/v1/videos/job-1", 1) => Reply::Json(503, json!({ "error": "busy" })),
        ("GET", "/v1/videos/job-1", _) => Reply::Json(200, json!({ "status": "completed" })),
        ("GET", "/v1/videos/job-1/content", 0) => Reply::Close,
        ("GET", "/v1/videos/job-1/content", _) => Reply::File("video/mp4", mp4()),
        _ => Reply::Json(404, json!({})),
    });
    let folder = tempfile::tempdir().unwrap();
    let video = json!({ "seconds": [4, 8], "sizes": ["1280x720"] });
    let server = filming(folder.path(), &[studio.entry("far", "openai", video)], |_| ());
    let made = film(json!({ "seconds": 10, "size": "1280x720", "quality": "high" })).send(&server);
    let made = made.json();
    assert_eq!((&made["object"], &made["status"], &made["progress"]), (&json!("video"), &json!("queued"), &json!(0)));
    let id = made["id"].as_str().unwrap();
    let job = server.ended(id);
    assert_eq!((&job["status"], &job["progress"], &job["error"]), (&json!("completed"), &json!(100), &Value::Null));
    assert_eq!((&job["model"], &job["seconds"], &job["size"]), (&json!("far/m"), &json!("8"), &json!("1280x720")));
    assert_eq!(job["mediary"]["changed"], json!(["seconds"]));
    let sent = studio.seen()[0].json();
    assert_eq!(sent, json!({ "model": "m", "prompt": "A cat", "seconds": "8", "size": "1280x720", "quality": "high" }));
    assert!(studio.seen().iter().all(|seen| seen.key() == "sk-far-0123456789abcdef"));
    assert_eq!(studio.count("POST", "/v1/videos"), 1);
    // The file, whole and in part, with the key and by its link.
    let content = server.content_of(id);
    assert_eq!((content.status, content.header("content-type")), (200, Some("video/mp4")), "{content}");
    assert_eq!(content.body, mp4());
    let part = Request::new("GET", format!("/v1/videos/{id}/content?variant=video")).header("range", "bytes=4-11");
    assert_eq!(part.send(&server).body, b"ftypisom");
    let url = job["url"].as_str().unwrap();
    let path = &url[url.find("/content/").unwrap()..];
    assert_eq!(Request::new("GET", path).send(&server).body, mp4());
    let thumbnail = Request::new("GET", format!("/v1/videos/{id}/content?variant=thumbnail")).send(&server);
    assert_eq!(thumbnail.status, 400, "{thumbnail}");
}

#[test]
fn what_a_provider_gives_becomes_a_file() {
    let url = Studio::new(|_, _| Reply::File("video/mp4", mp4()));
    let address = format!("http://{}/made.mp4", url.address);
    let encoded = base64(&mp4());
    type Row = (&'static str, Vec<Value>, Option<Vec<u8>>);
    let rows: Vec<Row> = vec![
        ("openai", vec![json!({ "id": "j" }), json!({ "status": "completed", "url": address })], None),
        (
            "openai",
            vec![json!({ "id": "j" }), json!({ "status": "completed", "data": [{ "b64_json": encoded }] })],
            None,
        ),
        ("openrouter", vec![json!({ "id": "j" }), json!({ "status": "completed", "unsigned_urls": [address] })], None),
        ("xai", vec![json!({ "request_id": "j" }), json!({ "status": "done", "video": { "url": address } })], None),
        (
            "zai",
            vec![json!({ "id": "j" }), json!({ "task_status": "SUCCESS", "video_result": [{ "url": address }] })],
            None,
        ),
        (
            "siliconflow",
            vec![
                json!({ "requestId": "j" }),
                json!({ "status": "Succeed", "results": { "videos": [{ "url": address }] } }),
            ],
            None,
        ),
        (
            "minimax",
            vec![
                json!({ "task_id": "j", "base_resp": { "status_code": 0 } }),
                json!({ "status": "Success", "file_id": "7", "base_resp": { "status_code": 0 } }),
                json!({ "file": { "download_url": address }, "base_resp": { "status_code": 0 } }),
            ],
            None,
        ),
        (
            "dashscope",
            vec![
                json!({ "request_id": "r", "output": { "task_id": "j", "task_status": "PENDING" } }),
                json!({ "request_id": "r", "output": { "task_id": "j", "task_status": "RUNNING" } }),
                json!({ "request_id": "r", "output": { "task_id": "j", "task_status": "SUCCEEDED", "video_url": address } }),
            ],
            None,
        ),
        ("pollinations", Vec::new(), Some(mp4())),
        ("huggingface", Vec::new(), Some(mp4())),
    ];
    for (form, answers, file) in rows {
        let turn = std::sync::atomic::AtomicUsize::new(0);
        let studio = Studio::new(move |_, _| match &file {
            Some(file) => Reply::File("video/mp4", file.clone()),
            None => {
                let turn = turn.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                Reply::Json(200, answers[turn.min(answers.len() - 1)].clone())
            }
        });
        let folder = tempfile::tempdir().unwrap();
        let server = filming(folder.path(), &[studio.entry("far", form, json!({}))], |_| ());
        let id = server.filmed(json!({}));
        let job = server.ended(&id);
        assert_eq!(job["status"], "completed", "{form}: {job}");
        assert_eq!(server.content_of(&id).body, mp4(), "{form}");
    }
}

#[test]
fn a_task_at_dashscope_is_asked_for_by_a_header_and_ends_with_a_file_or_says_why_not() {
    let files = Studio::new(|_, _| Reply::File("video/mp4", mp4()));
    let address = format!("http://{}/made.mp4", files.address);
    let studio = Studio::new(move |seen, before| {
        let output = match (seen.method.as_str(), seen.path.as_str(), before) {
            ("POST", path, _) if path.ends_with("/video-synthesis") && seen.json()["input"]["prompt"] == "A riot" => {
                json!({ "task_id": "t-2", "task_status": "PENDING" })
            }
            ("POST", path, _) if path.ends_with("/video-synthesis") => {
                json!({ "task_id": "t-1", "task_status": "PENDING" })
            }
            ("GET", "/v1/tasks/t-1", 0) => json!({ "task_id": "t-1", "task_status": "RUNNING" }),
            ("GET", "/v1/tasks/t-1", _) => {
                json!({ "task_id": "t-1", "task_status": "SUCCEEDED", "video_url": address })
            }
            ("GET", "/v1/tasks/t-2", _) => json!({ "task_id": "t-2", "task_status": "FAILED",
                "code": "DataInspectionFailed", "message": "Input data may contain inappropriate content." }),
            _ => return Reply::Json(404, json!({ "code": "NotFound", "message": "no", "request_id": "r" })),
        };
        Reply::Json(200, json!({ "request_id": "r", "output": output }))
    });
    let folder = tempfile::tempdir().unwrap();
    let video = json!({ "seconds": [5, 10], "sizes": ["1280x720", "720x1280"], "audio": true });
    let server = filming(folder.path(), &[studio.entry("far", "dashscope", video)], |_| ());
    let id = server.filmed(json!({ "seconds": 9, "size": "1280x720", "negative_prompt": "dogs", "seed": 7 }));
    let job = server.ended(&id);
    assert_eq!(
        (&job["status"], &job["seconds"], &job["size"]),
        (&json!("completed"), &json!("10"), &json!("1280x720"))
    );
    assert_eq!(server.content_of(&id).body, mp4());
    let sent = &studio.seen()[0];
    assert_eq!(sent.path, "/v1/services/aigc/video-generation/video-synthesis");
    assert_eq!((sent.header("x-dashscope-async"), sent.key()), (Some("enable"), "sk-far-0123456789abcdef"));
    assert_eq!(
        sent.json(),
        json!({ "model": "m", "input": { "prompt": "A cat", "negative_prompt": "dogs" },
            "parameters": { "size": "1280*720", "duration": 10, "seed": 7 } })
    );
    assert_eq!((studio.count("GET", "/v1/tasks/t-1"), files.seen()[0].header("authorization")), (2, None));
    // What is refused for what it shows is said so, and not tried again.
    let refused = server.ended(&server.filmed(json!({ "prompt": "A riot" })));
    let code = &refused["error"]["code"];
    assert_eq!((&refused["status"], code), (&json!("failed"), &json!("content_policy_violation")), "{refused}");
    assert_eq!(studio.count("POST", "/v1/services/aigc/video-generation/video-synthesis"), 2);
}

#[test]
fn a_job_that_fails_goes_to_the_next_target_before_it_is_given_up() {
    let first = Studio::new(|seen, _| match seen.method.as_str() {
        "POST" => Reply::Json(200, json!({ "id": "job-1" })),
        _ => Reply::Json(200, json!({ "status": "failed", "error": { "code": "server_error", "message": "x" } })),
    });
    let busy = Studio::new(|_, _| Reply::Json(503, json!({ "error": "busy" })));
    let last = Studio::quick();
    let folder = tempfile::tempdir().unwrap();
    let entries = [
        first.entry("first", "openai", json!({})),
        busy.entry("busy", "openai", json!({})),
        last.entry("last", "openai", json!({})),
    ];
    let server = filming(folder.path(), &entries, |_| ());
    let job = server.ended(&server.filmed(json!({ "model": "auto" })));
    assert_eq!((&job["status"], &job["model"]), (&json!("completed"), &json!("last/m")), "{job}");
    let tried: Vec<&str> =
        job["mediary"]["tried"].as_array().unwrap().iter().map(|one| one["target"].as_str().unwrap()).collect();
    assert_eq!(tried, ["first/m", "busy/m"]);
    assert_eq!((first.count("POST", "/v1/videos"), busy.count("POST", "/v1/videos")), (1, 1));
    // Of one target alone it is given up, and says why.
    let pinned = server.ended(&server.filmed(json!({ "model": "first/m" })));
    assert_eq!((&pinned["status"], &pinned["error"]["code"]), (&json!("failed"), &json!("overloaded")), "{pinned}");
}

#[test]
fn refused_content_is_not_taken_elsewhere() {
    let by_job = Studio::new(|seen, _| match seen.method.as_str() {
        "POST" => Reply::Json(200, json!({ "id": "job-1" })),
        _ => {
            Reply::Json(200, json!({ "status": "failed", "error": { "code": "moderation_blocked", "message": "no" } }))
        }
    });
    let at_once =
        Studio::new(|_, _| Reply::Json(400, json!({ "error": { "code": "moderation_blocked", "message": "no" } })));
    for studio in [by_job, at_once] {
        let other = Studio::quick();
        let folder = tempfile::tempdir().unwrap();
        let entries = [studio.entry("first", "openai", json!({})), other.entry("other", "openai", json!({}))];
        let server = filming(folder.path(), &entries, |_| ());
        let job = server.ended(&server.filmed(json!({ "model": "auto" })));
        assert_eq!(
            (&job["status"], &job["error"]["code"]),
            (&json!("failed"), &json!("content_policy_violation")),
            "{job}"
        );
        assert!(other.seen().is_empty());
    }
}

#[test]
fn a_submission_of_unknown_outcome_is_never_sent_again() {
    for reply in [Reply::Close, Reply::Json(200, json!({ "odd": true })), Reply::File("text/html", b"<html>".to_vec())]
    {
        let first = Studio::new(move |_, _| reply.clone());
        let other = Studio::quick();
        let folder = tempfile::tempdir().unwrap();
        let entries = [first.entry("first", "openai", json!({})), other.entry("other", "openai", json!({}))];
        let server = filming(folder.path(), &entries, |_| ());
        let job = server.ended(&server.filmed(json!({ "model": "auto" })));
        assert_eq!((&job["status"], &job["error"]["code"]), (&json!("failed"), &json!("unknown_outcome")), "{job}");
        assert_eq!((first.count("POST", "/v1/videos"), other.seen().len()), (1, 0));
    }
}

#[test]
fn what_is_no_video_is_not_given_out() {
    let studio = Studio::new(|seen, before| match seen.method.as_str() {
        "POST" => Reply::Json(200, json!({ "id": "job-1" })),
        _ if !seen.path.ends_with("/content") => Reply::Json(200, json!({ "status": "completed" })),
        _ if before == 0 => Reply::File("video/mp4", b"<!doctype html><html>Sign in</html>".to_vec()),
        _ => Reply::File("video/mp4", mp4()),
    });
    let folder = tempfile::tempdir().unwrap();
    let server = filming(folder.path(), &[studio.entry("far", "openai", json!({}))], |_| ());
    let id = server.filmed(json!({}));
    assert_eq!(server.ended(&id)["status"], "completed");
    assert_eq!((server.content_of(&id).body, studio.count("GET", "/v1/videos/job-1/content")), (mp4(), 2));
    // More than may be kept is given up at once.
    let small =
        filming(tempfile::tempdir().unwrap().path(), &[Studio::quick().entry("far", "openai", json!({}))], |_| ());
    drop(small);
    let studio = Studio::quick();
    let folder = tempfile::tempdir().unwrap();
    let server = filming(folder.path(), &[studio.entry("far", "openai", json!({}))], |config| {
        config.jobs.bytes = mediary::config::Bytes::new(1_000);
    });
    let job = server.ended(&server.filmed(json!({})));
    assert_eq!((&job["status"], &job["error"]["code"]), (&json!("failed"), &json!("too_large")), "{job}");
}

#[test]
fn a_file_elsewhere_is_fetched_without_the_key() {
    let elsewhere = Studio::new(|_, _| Reply::File("video/mp4", mp4()));
    let address = format!("http://{}/signed.mp4", elsewhere.address);
    let studio = Studio::new(move |seen, _| match (seen.method.as_str(), seen.path.as_str()) {
        ("POST", _) => Reply::Json(200, json!({ "id": "job-1" })),
        (_, path) if path.ends_with("/content") => Reply::Moved(address.clone()),
        _ => Reply::Json(200, json!({ "status": "completed" })),
    });
    let folder = tempfile::tempdir().unwrap();
    let server = filming(folder.path(), &[studio.entry("far", "openai", json!({}))], |_| ());
    let id = server.filmed(json!({}));
    assert_eq!(server.ended(&id)["status"], "completed");
    assert_eq!(server.content_of(&id).body, mp4());
    assert_eq!(elsewhere.seen()[0].header("authorization"), None);
}

#[test]
fn jobs_are_listed_and_belong_to_the_key_that_made_them() {
    let studio = Studio::quick();
    let folder = tempfile::tempdir().unwrap();
    let server = filming(folder.path(), &[studio.entry("far", "openai", json!({}))], |config| {
        config.server.api_keys = ["key-one", "key-two"].map(mediary::config::Secret::new).into();
    });
    let with = |request: Request, key: &str| request.header("authorization", &format!("Bearer {key}")).send(&server);
    let ids: Vec<String> = (0..3)
        .map(|_| with(film(json!({})), "key-one").json()["id"].as_str().expect("jobs have ids").to_owned())
        .collect();
    let listed = with(Request::new("GET", "/v1/videos?limit=2"), "key-one").json();
    assert_eq!((&listed["object"], &listed["has_more"]), (&json!("list"), &json!(true)));
    assert_eq!((&listed["data"][0]["id"], &listed["last_id"]), (&json!(ids[2]), &json!(ids[1])));
    let rest = with(Request::new("GET", format!("/v1/videos?after={}", ids[1])), "key-one").json();
    assert_eq!((&rest["data"][0]["id"], &rest["has_more"]), (&json!(ids[0]), &json!(false)));
    assert_eq!(with(Request::new("GET", "/v1/videos"), "key-two").json()["data"], json!([]));
    let path = format!("/v1/videos/{}", ids[0]);
    for request in [
        Request::new("GET", &path),
        Request::new("GET", format!("{path}/content")),
        Request::new("DELETE", &path),
        Request::new("POST", format!("{path}/remix")).body("application/json", r#"{"prompt":"p"}"#),
    ] {
        let answer = with(request, "key-two");
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (404, &json!("no_such_video")), "{answer}");
    }
    assert_eq!(with(Request::new("GET", "/v1/videos?limit=x"), "key-one").status, 400);
    // Behind a job that is none, or another's, there is no page.
    for (after, key) in [("nope", "key-one"), (ids[0].as_str(), "key-two")] {
        let answer = with(Request::new("GET", format!("/v1/videos?after={after}")), key);
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (404, &json!("no_such_video")), "{answer}");
    }
}

#[test]
fn a_removed_job_is_ended_at_its_provider_and_forgotten() {
    let studio = Studio::new(|seen, _| match seen.method.as_str() {
        "POST" => Reply::Json(200, json!({ "id": "job-1" })),
        "DELETE" => Reply::Json(200, json!({ "deleted": true })),
        _ => Reply::Json(200, json!({ "status": "in_progress" })),
    });
    let folder = tempfile::tempdir().unwrap();
    let server = filming(folder.path(), &[studio.entry("far", "openai", json!({}))], |_| ());
    let id = server.filmed(json!({}));
    wait_until("it is asked about", || studio.count("GET", "/v1/videos/job-1") > 0);
    let removed = Request::new("DELETE", format!("/v1/videos/{id}")).send(&server);
    assert_eq!(removed.json(), json!({ "id": id, "object": "video.deleted", "deleted": true }));
    assert_eq!(server.job(&id)["error"]["code"], "no_such_video");
    wait_until("the provider is told", || studio.count("DELETE", "/v1/videos/job-1") == 1);
}

#[test]
fn the_link_of_a_removed_video_ends() {
    let studio = Studio::new(|seen, before| match (seen.method.as_str(), seen.path.as_str()) {
        ("POST", _) => Reply::Json(200, json!({ "id": format!("job-{before}") })),
        (_, path) if path.ends_with("/content") => Reply::File("video/mp4", [mp4(), path.as_bytes().to_vec()].concat()),
        _ => Reply::Json(200, json!({ "status": "completed" })),
    });
    let folder = tempfile::tempdir().unwrap();
    let server = filming(folder.path(), &[studio.entry("far", "openai", json!({}))], |_| ());
    let link = |id: &str| {
        let url = server.ended(id)["url"].as_str().expect("it is completed").to_owned();
        url[url.find("/content/").unwrap()..].to_owned()
    };
    let (id, other) = (server.filmed(json!({})), server.filmed(json!({})));
    let (gone, kept) = (link(&id), link(&other));
    assert_eq!(Request::new("GET", &gone).send(&server).status, 200);
    assert_eq!(Request::new("DELETE", format!("/v1/videos/{id}")).send(&server).status, 200);
    assert_eq!(Request::new("GET", &gone).send(&server).status, 410);
    assert_eq!(Request::new("GET", &kept).send(&server).status, 200, "others stay good");
}

#[test]
fn a_target_that_begins_with_a_picture_is_not_given_words_alone() {
    let studio = Studio::quick();
    let folder = tempfile::tempdir().unwrap();
    let entry = studio.entry("far", "openai", json!({ "needs_picture": true }));
    let server = filming(folder.path(), &[entry], |_| ());
    let refused = film(json!({})).send(&server);
    assert_eq!((refused.status, &refused.json()["error"]["param"]), (422, &json!("input_reference")), "{refused}");
    let url = format!("data:image/png;base64,{}", base64(&sample("sign.png")));
    assert_eq!(server.ended(&server.filmed(json!({ "input_reference": url })))["status"], "completed");
}

#[test]
fn a_target_that_fetches_its_picture_is_told_where_it_is() {
    let studio = Studio::new(|_, _| Reply::File("video/mp4", mp4()));
    let folder = tempfile::tempdir().unwrap();
    let entry = studio.entry("far", "pollinations", json!({ "by_address": true }));
    let url = format!("data:image/png;base64,{}", base64(&sample("sign.png")));
    let server = filming(folder.path(), std::slice::from_ref(&entry), |_| ());
    let refused = film(json!({ "input_reference": url })).send(&server);
    assert!(refused.status >= 400 && refused.text().contains("server.public_url"), "{refused}");
    drop(server);
    let server = filming(folder.path(), &[entry], |config| {
        config.server.public_url = Some("https://gate.example".to_owned());
    });
    assert_eq!(server.ended(&server.filmed(json!({ "input_reference": url })))["status"], "completed");
    let path = studio.seen().remove(0).path;
    let token = path.split("image=https%3A%2F%2Fgate%2Eexample%2Fcontent%2F").nth(1).expect("it is named");
    let token = token.split('&').next().unwrap_or_default().replace("%2D", "-").replace("%5F", "_");
    let picture = Request::new("GET", format!("/content/{token}")).send(&server);
    let kind = picture.header("content-type").unwrap_or_default();
    assert!(picture.status == 200 && kind.starts_with("image/"), "{picture}");
}

#[test]
fn what_a_target_is_not_told_is_not_said_of_its_video() {
    let studio = Studio::new(|_, _| Reply::File("video/mp4", mp4()));
    let folder = tempfile::tempdir().unwrap();
    let server = filming(folder.path(), &[studio.entry("far", "huggingface", json!({ "fixed": true }))], |_| ());
    let job = server.ended(&server.filmed(json!({ "seconds": 9 })));
    assert_eq!((&job["seconds"], &job["mediary"]["changed"]), (&Value::Null, &json!(["seconds"])), "{job}");
}

#[test]
fn a_finished_video_is_remixed_where_its_target_can() {
    let studio = Studio::new(|seen, _| match (seen.method.as_str(), seen.path.as_str()) {
        ("POST", "/v1/videos/job-1/remix") => Reply::Json(200, json!({ "id": "job-2" })),
        ("POST", _) => Reply::Json(200, json!({ "id": "job-1" })),
        (_, path) if path.ends_with("/content") => Reply::File("video/mp4", mp4()),
        _ => Reply::Json(200, json!({ "status": "completed" })),
    });
    let plain = Studio::quick();
    let folder = tempfile::tempdir().unwrap();
    let mut far = studio.entry("far", "openai", json!({ "remixes": true }));
    far["api_keys"] = json!(["sk-far-one-0123456789", "sk-far-two-0123456789"]);
    let entries = [far, plain.entry("plain", "openai", json!({}))];
    let server = filming(folder.path(), &entries, |_| ());
    let remix = |id: &str| {
        let body = json!({ "prompt": "at night" }).to_string();
        Request::new("POST", format!("/v1/videos/{id}/remix")).body("application/json", body).send(&server)
    };
    let id = server.filmed(json!({ "model": "far/m" }));
    server.ended(&id);
    let made = remix(&id).json();
    assert_eq!(made["remixed_from_video_id"], json!(id), "{made}");
    assert_eq!(server.ended(made["id"].as_str().unwrap())["status"], "completed");
    let asked = studio.seen().into_iter().find(|seen| seen.path.ends_with("/remix")).unwrap();
    assert_eq!(asked.json(), json!({ "prompt": "at night" }));
    let first = studio.seen().into_iter().find(|seen| seen.path == "/v1/videos").unwrap();
    assert_eq!(asked.key(), first.key(), "another account does not know the video");
    let other = server.filmed(json!({ "model": "plain/m" }));
    server.ended(&other);
    assert_eq!(remix(&other).status, 422);
}

#[test]
fn a_single_call_waits_for_the_video_but_not_for_ever() {
    let studio = Studio::quick();
    let slow = Studio::new(|seen, _| match seen.method.as_str() {
        "POST" => Reply::Json(200, json!({ "id": "job-1" })),
        _ => Reply::Json(200, json!({ "status": "in_progress", "progress": 5 })),
    });
    let folder = tempfile::tempdir().unwrap();
    let entries = [studio.entry("quick", "openai", json!({})), slow.entry("slow", "openai", json!({}))];
    let server = filming(folder.path(), &entries, |_| ());
    let wait = |fields: Value| {
        Request::new("POST", "/v1/videos/generations").body("application/json", fields.to_string()).send(&server)
    };
    let done = wait(json!({ "model": "quick/m", "prompt": "A cat" }));
    assert_eq!((done.status, &done.json()["status"]), (200, &json!("completed")), "{done}");
    assert!(done.json()["url"].as_str().is_some_and(|url| url.contains("/content/")));
    let late = wait(json!({ "model": "slow/m", "prompt": "A cat", "wait_seconds": 1 }));
    assert_eq!(late.status, 202, "{late}");
    assert!(["queued", "in_progress"].contains(&late.json()["status"].as_str().unwrap()));
}

#[test]
fn a_job_that_takes_too_long_is_given_up() {
    let studio = Studio::new(|seen, _| match seen.method.as_str() {
        "POST" => Reply::Json(200, json!({ "id": "job-1" })),
        _ => Reply::Json(200, json!({ "status": "in_progress" })),
    });
    let folder = tempfile::tempdir().unwrap();
    let server = filming(folder.path(), &[studio.entry("far", "openai", json!({}))], |config| {
        config.jobs.give_up = std::time::Duration::ZERO;
    });
    let job = server.ended(&server.filmed(json!({})));
    assert_eq!((&job["status"], &job["error"]["code"]), (&json!("failed"), &json!("timed_out")), "{job}");
    assert_eq!(studio.count("DELETE", "/v1/videos/job-1"), 1, "it is ended there as well");
}

#[test]
fn a_video_starts_from_a_picture_however_it_is_sent() {
    let studio = Studio::quick();
    let folder = tempfile::tempdir().unwrap();
    let server = filming(folder.path(), &[studio.entry("far", "openai", json!({}))], |_| ());
    let photo = sample("sign.png");
    // As addresses are written, too.
    let url = format!("DATA:image/png;BASE64,{}", base64(&photo).replace('+', "%2B").replace('=', "%3d"));
    server.ended(&server.filmed(json!({ "input_reference": { "image_url": url } })));
    let boundary = "b0undary";
    let mut form = Vec::new();
    for (name, text) in [("model", "m"), ("prompt", "A cat"), ("seconds", "4")] {
        form.extend(
            format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n").bytes(),
        );
    }
    let head =
        "content-disposition: form-data; name=\"input_reference\"; filename=\"a.png\"\r\ncontent-type: image/png";
    form.extend(format!("--{boundary}\r\n{head}\r\n\r\n").bytes());
    form.extend(photo);
    form.extend(format!("\r\n--{boundary}--\r\n").bytes());
    let media_type = format!("multipart/form-data; boundary={boundary}");
    let made = Request::new("POST", "/v1/videos").body(&media_type, form).send(&server);
    assert_eq!(made.status, 200, "{made}");
    server.ended(made.json()["id"].as_str().unwrap());
    let sent: Vec<Value> = studio.seen().iter().filter(|seen| seen.method == "POST").map(|seen| seen.json()).collect();
    assert_eq!(sent.len(), 2);
    for request in &sent {
        let start = request["input_reference"]["image_url"].as_str().unwrap();
        assert!(start.starts_with("data:image/"), "{start:.40}");
    }
    assert_eq!(sent[0]["input_reference"], sent[1]["input_reference"]);
    assert_eq!(sent[1]["seconds"], "4");
}

#[test]
fn bad_requests_are_refused_before_anything_is_kept() {
    let studio = Studio::quick();
    let folder = tempfile::tempdir().unwrap();
    let only = json!({ "seconds": [4], "sizes": ["1280x720"] });
    let server = filming(folder.path(), &[studio.entry("far", "openai", only)], |_| ());
    let rows = [
        (json!({ "prompt": "" }), 400, "prompt"),
        (json!({ "seconds": -1 }), 400, ""),
        (json!({ "size": "huge" }), 400, "size"),
        (json!({ "model": "nothing/like-it" }), 404, "model"),
        (json!({ "input_reference": "data:image/png;base64,!!!" }), 400, "input_reference"),
        (
            json!({ "input_reference": format!("data:image/png;base64,{}", base64(b"<html></html>")) }),
            415,
            "input_reference",
        ),
        (
            json!({ "input_reference": format!("data:image/png;base64,{}", base64(&sample("sign.png")[..90])) }),
            422,
            "input_reference",
        ),
        (json!({ "input_reference": "http://10.0.0.1/cat.png" }), 400, "input_reference"),
        (json!({ "webhook_url": "https://a.example/" }), 400, "webhook_url"),
    ];
    for (fields, status, param) in rows {
        let answer = film(fields.clone()).send(&server);
        assert_eq!(answer.status, status, "{fields}: {answer}");
        let named = answer.json()["error"]["param"].as_str().unwrap_or_default().to_owned();
        assert!(param.is_empty() || named == param, "{fields}: {answer}");
    }
    let strict = film(json!({ "seconds": 9 })).header("x-mediary-strict", "true").send(&server);
    assert_eq!((strict.status, &strict.json()["error"]["param"]), (422, &json!("seconds")), "{strict}");
    assert_eq!(Request::new("GET", "/v1/videos").send(&server).json()["data"], json!([]));
    assert!(studio.seen().is_empty());
    // Without a place for jobs there are none.
    let bare = super::chat_talk::with_providers(&[studio.entry("far", "openai", json!({}))]);
    assert_eq!((film(json!({})).send(&bare).status, studio.seen().len()), (503, 0));
}

#[test]
fn jobs_go_on_where_the_server_before_left_them() {
    let studio = Studio::new(|seen, before| match (seen.method.as_str(), seen.path.as_str()) {
        ("POST", _) => Reply::Json(200, json!({ "id": "job-1" })),
        (_, path) if path.ends_with("/content") => Reply::File("video/mp4", mp4()),
        _ if before < 2 => Reply::Json(200, json!({ "status": "in_progress", "progress": 10 })),
        _ => Reply::Json(200, json!({ "status": "completed" })),
    });
    let folder = tempfile::tempdir().unwrap();
    let entry = studio.entry("far", "openai", json!({}));
    let server = filming(folder.path(), std::slice::from_ref(&entry), |config| {
        config.jobs.poll = std::time::Duration::from_secs(3_600);
    });
    let id = server.filmed(json!({}));
    wait_until("it is accepted", || server.job(&id)["status"] == "in_progress");
    drop(server);
    let server = filming(folder.path(), &[entry], |_| ());
    let job = server.ended(&id);
    assert_eq!((&job["status"], studio.count("POST", "/v1/videos")), (&json!("completed"), 1), "{job}");
    assert_eq!(server.content_of(&id).body, mp4());
}

/// Standard base64.
fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

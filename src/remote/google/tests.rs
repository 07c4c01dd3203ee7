//! What Google is asked, written as it must stand on the wire, and what its answers mean.

use bytes::Bytes;
use http::header::LOCATION;
use http::{HeaderMap, Response};
use mediary_core::FailureKind;
use serde_json::{Value, json};
use url::Url;

use super::*;

fn places() -> GooglePlaces {
    GooglePlaces {
        auth_url: "https://auth.example/o".to_owned(),
        token_url: "https://token.example/token".to_owned(),
        revoke_url: "https://token.example/revoke".to_owned(),
        api_url: "https://api.example/".to_owned(),
        gmail_url: "https://gmail.example".to_owned(),
    }
}

fn answer(status: u16, body: &Value) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(body.to_string()));
    *answer.status_mut() = status.try_into().unwrap();
    answer
}

#[test]
fn consent_is_asked_for_with_the_hash_of_the_verifier() {
    let scopes = ["openid".to_owned(), GoogleFeature::Drive.scope()];
    // The example of RFC 7636, appendix B.
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let consent = Consent { client_id: "me", redirect: "http://h/back?a=b", scopes: &scopes, state: "s&t", verifier };
    let url = Url::parse(&places().consent(&consent).unwrap()).unwrap();
    let pair = |name: &str| url.query_pairs().find(|(own, _)| own == name).unwrap().1.into_owned();
    assert_eq!(pair("code_challenge"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    assert_eq!(
        (pair("state"), pair("redirect_uri"), pair("code_challenge_method")),
        ("s&t".into(), "http://h/back?a=b".into(), "S256".into())
    );
    assert_eq!(pair("scope"), "openid https://www.googleapis.com/auth/drive.readonly");
    assert!(!format!("{consent:?}{url}").contains(verifier));
}

#[test]
fn features_are_allowed_by_their_scope_or_a_wider_one() {
    for feature in GoogleFeature::ALL {
        assert!(feature.is_in([feature.scope().as_str()]), "{feature}");
        assert_eq!(GoogleFeature::named(feature.name()), Some(feature));
    }
    assert!(GoogleFeature::Calendar.is_in([GoogleFeature::CalendarCreate.scope().as_str()]));
    assert!(!GoogleFeature::CalendarCreate.is_in([GoogleFeature::Calendar.scope().as_str()]));
    assert!(!GoogleFeature::Drive.is_in([GoogleFeature::DriveUpload.scope().as_str()]));
    assert!(!GoogleFeature::GmailSend.is_in([GoogleFeature::Gmail.scope().as_str(), "openid"]));
}

#[test]
fn searches_of_drive_cannot_leave_their_quotes() {
    let query = DriveQuery { words: Some("a' or name != '\\".to_owned()), most: 5, ..DriveQuery::default() };
    let uri = places().drive_files(&query).unwrap().uri().to_string();
    let url = Url::parse(&uri).unwrap();
    let q = url.query_pairs().find(|(name, _)| name == "q").unwrap().1.into_owned();
    assert_eq!(
        q,
        r"trashed = false and (name contains 'a\' or name != \'\\' or fullText contains 'a\' or name != \'\\')"
    );
    let folder = DriveQuery { folder: Some("x' in parents".to_owned()), ..DriveQuery::default() };
    assert_eq!(places().drive_files(&folder).unwrap_err().kind, FailureKind::Malformed);
    for id in ["", "../x", "a/b", "a?b", "ä"] {
        assert!(places().drive_file(id).is_err(), "{id}");
        assert_eq!(drive_reference(&format!("drive:{id}")), None);
    }
    assert_eq!(drive_reference(" drive:a-B_9 "), Some("a-B_9"));
    assert_eq!(drive_reference("https://a.example/drive:x"), None);
}

#[test]
fn calendars_are_one_segment_of_a_path() {
    let query = EventQuery { calendar: "a/../b@c d?".to_owned(), most: 1, ..EventQuery::default() };
    let uri = places().events(&query).unwrap().uri().to_string();
    assert!(uri.starts_with("https://api.example/calendar/v3/calendars/a%2F..%2Fb@c%20d%3F/events?"), "{uri}");
}

#[test]
fn googles_own_kinds_are_exported() {
    let file = |kind: &str| DriveFile {
        id: "f1".to_owned(),
        name: "Plan".to_owned(),
        mime: kind.to_owned(),
        bytes: None,
        modified: None,
        link: None,
        target: None,
    };
    let content = places().drive_content(&file("application/vnd.google-apps.document")).unwrap();
    assert!(content.request.uri().path().ends_with("/f1/export"), "{:?}", content.request.uri());
    assert_eq!(content.name, "Plan.docx");
    let content = places().drive_content(&file("application/pdf")).unwrap();
    assert_eq!(
        (content.request.uri().query(), content.name.as_str()),
        (Some("alt=media&supportsAllDrives=true"), "Plan")
    );
    for kind in ["folder", "form", "shortcut"] {
        let refused = places().drive_content(&file(&format!("application/vnd.google-apps.{kind}"))).unwrap_err();
        assert_eq!(refused.kind, FailureKind::UnsupportedMedium);
    }
}

#[test]
fn uploads_stay_with_the_host_that_they_were_begun_at() {
    let mut begun = answer(200, &json!({}));
    assert!(places().upload_place(&begun).is_err());
    begun.headers_mut().insert(LOCATION, "https://evil.example/upload?id=1".parse().unwrap());
    assert!(places().upload_place(&begun).is_err());
    begun.headers_mut().insert(LOCATION, "https://api.example/upload?id=1".parse().unwrap());
    assert_eq!(places().upload_place(&begun).unwrap(), "https://api.example/upload?id=1");
    let upload = Upload { name: "a", mime: "text/plain", folder: None, bytes: 10 };
    let piece = upload.piece("https://api.example/u", 4, Bytes::from_static(b"abc")).unwrap();
    assert_eq!(piece.headers()["content-range"], "bytes 4-6/10");
    let mut more = answer(308, &json!({}));
    assert_eq!(Upload::standing(&more).unwrap(), Err(0));
    more.headers_mut().insert("range", "bytes=0-6".parse().unwrap());
    assert_eq!(Upload::standing(&more).unwrap(), Err(7));
}

#[test]
fn refusals_are_told_apart_by_their_reasons() {
    let reason = |reason: &str| json!({ "error": { "message": "m", "errors": [{ "reason": reason }] } });
    let mut headers = HeaderMap::new();
    headers.insert("retry-after", "7".parse().unwrap());
    type IsKind = fn(&FailureKind) -> bool;
    let rows: [(u16, Value, IsKind); 8] = [
        (401, json!({}), |kind| *kind == FailureKind::BadKey),
        (
            403,
            reason("userRateLimitExceeded"),
            |kind| matches!(kind, FailureKind::RateLimited { retry_after: Some(wait) } if wait.as_secs() == 7),
        ),
        (
            429,
            json!({}),
            |kind| matches!(kind, FailureKind::RateLimited { retry_after: Some(wait) } if wait.as_secs() == 7),
        ),
        (403, reason("exportSizeLimitExceeded"), |kind| *kind == FailureKind::TooLarge),
        (403, reason("accessNotConfigured"), |kind| *kind == FailureKind::NotInstalled),
        (403, reason("forbidden"), |kind| *kind == FailureKind::NotAllowed),
        (404, json!({}), |kind| *kind == FailureKind::Unknown),
        (503, json!({}), |kind| matches!(kind, FailureKind::Overloaded { retry_after: Some(_) })),
    ];
    for (status, body, is_right) in rows {
        let failure = google_refusal(status, &headers, &Bytes::from(body.to_string()));
        assert!(is_right(&failure.kind), "{status} {body}: {failure}");
    }
}

#[test]
fn grants_are_read_and_not_shown() {
    let claims =
        base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, r#"{"email":"ada@a.example"}"#);
    let told = json!({ "access_token": "at-secret", "refresh_token": "rt-secret", "expires_in": 60, "scope": "openid a",
        "id_token": format!("h.{claims}.s") });
    let grant = Grant::read(&answer(200, &told)).unwrap();
    assert_eq!((grant.lasts, grant.scopes.len(), grant.email.as_deref()), (60, 2, Some("ada@a.example")));
    assert!(!format!("{grant:?}").contains("secret"));
    assert!(matches!(Grant::read(&answer(400, &json!({ "error": "invalid_grant" }))), Err(GrantRefused::Ended)));
    for (status, told) in [(401, json!({ "error": "invalid_client" })), (200, json!({})), (500, json!({}))] {
        assert!(matches!(Grant::read(&answer(status, &told)), Err(GrantRefused::Failed(_))), "{told}");
    }
}

#[test]
fn a_letter_is_written_so_that_nothing_of_it_becomes_a_line_of_its_head() {
    let letter = Letter {
        to: vec!["Ada Berg <ada@a.example>".to_owned(), "b@b.example".to_owned()],
        subject: "Grüße".to_owned(),
        text: "Hello\nthere".to_owned(),
        ..Letter::default()
    };
    let text = String::from_utf8(letter.written().unwrap()).unwrap();
    assert!(
        text.starts_with("To: Ada Berg <ada@a.example>,\r\n <b@b.example>\r\nSubject: =?utf-8?B?R3LDvMOfZQ==?=\r\n"),
        "{text}"
    );
    assert!(text.ends_with("\r\n\r\nSGVsbG8NCnRoZXJl\r\n"), "{text}");
    assert_eq!(letter.written(), letter.written());
    let with = |edit: &dyn Fn(&mut Letter)| {
        let mut other = letter.clone();
        edit(&mut other);
        other.written()
    };
    let rows: [&dyn Fn(&mut Letter); 9] = [
        &|letter| letter.to.clear(),
        &|letter| letter.subject = "a\r\nBcc: x@x.example".to_owned(),
        &|letter| letter.subject = "a\nb".to_owned(),
        &|letter| letter.to = vec!["a@a.example\r\nBcc: x@x.example".to_owned()],
        &|letter| letter.cc = vec!["a@a.example, b@b.example".to_owned()],
        &|letter| letter.to = vec!["Ada <a@a.example> <b@b.example>".to_owned()],
        &|letter| letter.bcc = vec!["no address".to_owned()],
        &|letter| letter.in_reply_to = Some("<a@b>\r\nX: y".to_owned()),
        &|letter| letter.in_reply_to = Some("a@b".to_owned()),
    ];
    for (row, edit) in rows.iter().enumerate() {
        assert_eq!(with(*edit).unwrap_err().kind, FailureKind::Malformed, "row {row}");
    }
    let long = with(&|letter| letter.subject = "ü".repeat(200)).unwrap();
    assert!(String::from_utf8(long).unwrap().lines().all(|line| line.len() <= 78));
}

//! The administrator's door: set up once, opened by the right password only, and shut for those that guess.

use std::net::IpAddr;
use std::sync::Arc;

use mediary_store::Database;

use super::*;

const HERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

async fn administration(folder: &std::path::Path) -> Administration {
    let database = Arc::new(Database::open(&folder.join("store")).await.unwrap());
    Administration::new(Settings::of(database.clone()), None, ClientKeys::of(database))
}

#[tokio::test]
async fn the_first_password_wants_the_printed_code_and_is_set_once() {
    let folder = tempfile::tempdir().unwrap();
    let administration = administration(folder.path()).await;
    let code = administration.begin().await.unwrap().unwrap();
    assert!(matches!(administration.set_up(HERE, "guess", "correct horse").await, Err(NotAdmitted::Wrong)));
    assert!(matches!(administration.set_up(HERE, &code, "short").await, Err(NotAdmitted::Bad(_))));
    let session = administration.set_up(HERE, &code, "correct horse").await.unwrap();
    assert_eq!(administration.session(&session.token).unwrap().csrf, session.csrf);
    assert!(matches!(administration.set_up(HERE, &code, "another one").await, Err(NotAdmitted::IsSet)));
    assert!(administration.begin().await.unwrap().is_none(), "no further code is made");
    administration.log_out(&session.token);
    assert!(administration.session(&session.token).is_none());
    let kept = administration.settings.find(PASSWORD).await.unwrap().unwrap();
    assert!(kept.starts_with("argon2id-") && !kept.contains("horse"), "{kept}");
}

#[tokio::test]
async fn guessing_locks_the_address_and_a_new_password_ends_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let administration = administration(folder.path()).await;
    administration.set_password("correct horse").await.unwrap();
    let session = administration.log_in(HERE, "correct horse").await.unwrap();
    for _ in 0..5 {
        assert!(matches!(administration.log_in(HERE, "wrong horse").await, Err(NotAdmitted::Wrong)));
    }
    let locked = administration.log_in(HERE, "correct horse").await;
    assert!(matches!(locked, Err(NotAdmitted::Locked(left)) if left.as_secs() > 200), "{locked:?}");
    let elsewhere = Some("192.0.2.7".parse().unwrap());
    administration.log_in(elsewhere, "correct horse").await.unwrap();
    assert!(administration.session(&session.token).is_some());
    administration.set_password("another horse").await.unwrap();
    assert!(administration.session(&session.token).is_none());
}

#[test]
fn locks_end_and_networks_are_one() {
    let (mut lockout, now) = (Lockout::default(), Instant::now());
    let address = |text: &str| Some(text.parse::<IpAddr>().unwrap());
    for last in 0..5 {
        lockout.failed(address(&format!("2001:db8::{last}")), now);
    }
    assert!(lockout.left(address("2001:db8::ffff"), now).is_some(), "it has the whole network");
    assert!(lockout.left(address("2001:db8:0:1::1"), now).is_none());
    assert!(lockout.left(address("2001:db8::1"), now + Duration::from_mins(5)).is_none());
    for number in 0..50_u8 {
        lockout.failed(address(&format!("198.51.100.{number}")), now);
    }
    assert!(lockout.left(address("203.0.113.1"), now).is_some(), "too many altogether lock the account");
}

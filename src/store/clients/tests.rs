//! Client keys: kept as they were given, replaced without losing their place, and counted in one row a period.

use super::*;
use crate::database::Home;

fn key(id: &str) -> ClientKey {
    ClientKey {
        id: id.to_owned(),
        name: format!("name of {id}"),
        digest: id.as_bytes().to_vec(),
        previous: None,
        tail: "abcd".to_owned(),
        rules: "{}".to_owned(),
        is_admin: false,
        is_disabled: false,
        created_at: 1,
        expires_at: Some(9),
    }
}

#[tokio::test]
async fn keys_are_changed_replaced_and_removed_and_their_history_stays() {
    for home in Home::each() {
        let keys = ClientKeys::of(Arc::new(home.open().await));
        keys.add(key("a")).await.unwrap();
        keys.add(key("b")).await.unwrap();
        assert!(keys.add(ClientKey { digest: b"a".to_vec(), ..key("c") }).await.is_err(), "the same key twice");
        assert_eq!(keys.all().await.unwrap(), [key("a"), key("b")]);
        assert!(keys.rotate("a", b"new".to_vec(), "wxyz", 60).await.unwrap());
        let changed = ClientKey { name: "other".to_owned(), is_disabled: true, expires_at: None, ..key("b") };
        assert!(keys.change(&changed).await.unwrap());
        let all = keys.all().await.unwrap();
        assert_eq!((&all[0].digest[..], all[0].previous.clone()), (&b"new"[..], Some((b"a".to_vec(), 60))));
        assert_eq!(all[1], changed);
        let used = |used: &str| ClientUsage { client: "a".into(), period: "2026-11".into(), used: used.into() };
        keys.keep_usage(vec![used("1")], 1).await.unwrap();
        keys.keep_usage(vec![used("2")], 2).await.unwrap();
        assert!(keys.remove("a").await.unwrap() && !keys.remove("a").await.unwrap());
        assert_eq!(keys.usage(["2026-11-30", "2026-11"]).await.unwrap(), [used("2")]);
        assert_eq!(keys.revision().await.unwrap(), 6);
    }
}

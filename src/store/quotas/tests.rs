//! Used quotas on a disk: the last word counts, and what is old goes.

use super::*;
use crate::database::Home;

fn used(key: &str, model: Option<&str>, used: &str) -> UsedQuota {
    let model = model.map(str::to_owned);
    UsedQuota { provider: "groq".to_owned(), key: key.to_owned(), model, used: used.to_owned() }
}

#[tokio::test]
async fn the_last_word_counts_and_what_is_old_goes() {
    for home in Home::each() {
        let quotas = Quotas::of(Arc::new(home.open().await));
        quotas
            .keep(vec![used("a", None, "1"), used("a", Some("m"), "2"), used("b", Some("m"), "3")], 10)
            .await
            .unwrap();
        quotas.keep(vec![used("a", Some("m"), "4")], 20).await.unwrap();
        let sorted = |mut all: Vec<UsedQuota>| {
            all.sort();
            all
        };
        let all = [used("a", None, "1"), used("a", Some("m"), "4"), used("b", Some("m"), "3")];
        assert_eq!(sorted(quotas.since(5).await.unwrap()), all);
        // Beside the process that has it, and where there is none.
        let place = home.place.clone();
        let peeked = std::thread::spawn(move || Quotas::peek(&place)).join().unwrap();
        assert_eq!(sorted(peeked.unwrap()), all);
        assert_eq!(Quotas::peek(&DatabasePlace::Folder(home.path().join("none"))).unwrap(), []);
        assert_eq!(quotas.since(15).await.unwrap(), [used("a", Some("m"), "4")]);
    }
}

//! Responses on a disk: for their owners alone, and no more than was allowed.

use super::*;
use crate::database::Home;

fn kept(id: &str, owner: u8, created_at: i64, length: usize) -> KeptResponse {
    let (id, response) = (id.to_owned(), "x".repeat(length));
    KeptResponse { id, owner: vec![owner], created_at, is_open: false, input: String::new(), response }
}

#[tokio::test]
async fn they_are_their_owners_alone_and_the_oldest_go_first() {
    for home in Home::each() {
        let responses = Responses::of(Arc::new(home.open().await));
        let all = [("a", 1), ("b", 2), ("c", 3)].map(|(id, created_at)| kept(id, 1, created_at, 40));
        responses.keep(all.to_vec()).await.unwrap();
        assert_eq!(responses.bytes().await.unwrap(), 120);
        responses.forget(0, 100).await.unwrap();
        assert_eq!(responses.get("a", &[1]).await.unwrap(), None, "120 bytes are too many");
        assert_eq!(responses.get("b", &[1]).await.unwrap(), Some(kept("b", 1, 2, 40)));
        assert_eq!(responses.get("b", &[2]).await.unwrap(), None);
        assert!(!responses.remove("b", &[2]).await.unwrap());
        assert!(responses.remove("b", &[1]).await.unwrap());
        responses.forget(4, 100).await.unwrap();
        assert_eq!(responses.bytes().await.unwrap(), 0, "it is too old");
    }
}

#[tokio::test]
async fn one_that_has_ended_stays_as_it_is() {
    for home in Home::each() {
        let responses = Responses::of(Arc::new(home.open().await));
        let open = KeptResponse { is_open: true, ..kept("a", 1, 3, 5) };
        responses.keep(vec![open.clone()]).await.unwrap();
        assert_eq!(responses.open().await.unwrap(), std::slice::from_ref(&open));
        let ended = kept("a", 1, 3, 7);
        responses.keep(vec![ended.clone(), open]).await.unwrap();
        assert_eq!(responses.get("a", &[1]).await.unwrap(), Some(ended));
        assert_eq!((responses.open().await.unwrap(), responses.bytes().await.unwrap()), (vec![], 7));
    }
}

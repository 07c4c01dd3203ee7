//! Notes on a disk: the last word counts until its end, and what is taken away is gone.

use super::*;
use crate::database::Home;

fn note(name: &str, said: &str, ends_at: i64) -> Note {
    Note { name: name.to_owned(), said: said.to_owned(), ends_at }
}

#[tokio::test]
async fn the_last_word_counts_until_its_end() {
    for home in Home::each() {
        let notes = Notes::of(Arc::new(home.open().await));
        notes.keep(vec![note("a", "1", 100), note("b", "2", 50), note("c", "3", 100)], Vec::new(), 0).await.unwrap();
        notes.keep(vec![note("a", "4", 70)], vec!["c".to_owned(), "never there".to_owned()], 10).await.unwrap();
        let all = async |now| {
            let mut all = notes.all(now).await.unwrap();
            all.sort();
            all
        };
        assert_eq!(all(20).await, [note("a", "4", 70), note("b", "2", 50)]);
        assert_eq!(all(50).await, [note("a", "4", 70)]);
        // What has ended does not lie about.
        notes.keep(Vec::new(), Vec::new(), 60).await.unwrap();
        assert_eq!(all(0).await, [note("a", "4", 70)]);
    }
}

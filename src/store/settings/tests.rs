//! Settings: the last word counts, unless the first one was to.

use super::*;
use crate::database::Home;

#[tokio::test]
async fn the_last_word_counts_unless_it_is_set_once() {
    for home in Home::each() {
        let settings = Settings::of(Arc::new(home.open().await));
        assert_eq!(settings.find("a").await.unwrap(), None);
        assert!(settings.set_once("a", "first", 1).await.unwrap());
        assert!(!settings.set_once("a", "second", 2).await.unwrap());
        assert_eq!(settings.find("a").await.unwrap().as_deref(), Some("first"));
        settings.set("a", "third", 3).await.unwrap();
        assert_eq!(settings.find("a").await.unwrap().as_deref(), Some("third"));
    }
}

#[tokio::test]
async fn of_two_that_replace_the_same_the_second_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::of(Arc::new(Database::open(&folder.path().join("store")).await.unwrap()));
    assert!(settings.replace("a", None, "one", 1).await.unwrap());
    assert!(!settings.replace("a", None, "two", 2).await.unwrap());
    assert!(settings.replace("a", Some("one"), "two", 3).await.unwrap());
    assert!(!settings.replace("a", Some("one"), "three", 4).await.unwrap());
    assert_eq!(settings.find("a").await.unwrap().as_deref(), Some("two"));
}

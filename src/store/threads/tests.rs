//! Threads in a database: turns are kept whole and in order, threads are their owner's alone, found by words, titled once,
//! and gone with everything that belongs to them.

use super::*;
use crate::database::Home;

const SHORT: i64 = -7;

fn thread(id: &str, owner: &[u8], now: i64) -> ThreadRow {
    ThreadRow {
        seq: 0,
        owner: owner.to_vec(),
        id: id.to_owned(),
        title: String::new(),
        titled_by: None,
        metadata: "{}".to_owned(),
        project: None,
        model: String::new(),
        created_at: now,
        updated_at: now,
        changes: 0,
        turns: 0,
        messages: 0,
        bytes: 0,
    }
}

fn message(role: &'static str, said: &str) -> NewMessage {
    NewMessage {
        role,
        model: if role == "assistant" { "a/m".to_owned() } else { String::new() },
        is_incomplete: false,
        tokens: 3,
        digest: said.as_bytes().to_vec(),
        body: format!("{{\"said\":\"{said}\"}}"),
        said: said.to_owned(),
        has_meaning: true,
    }
}

fn turn(id: &str, now: i64, said: [&str; 2], words: &[(&str, i64)]) -> KeptTurn {
    KeptTurn {
        name: format!("{id} {now} {}", said.join(" ")),
        thread: ThreadRow { model: "a/m".to_owned(), ..thread(id, b"me", now) },
        messages: vec![message("user", said[0]), message("assistant", said[1])],
        media: vec![ThreadMedium { hash: format!("hash in {id}"), mime: "image/png".to_owned(), bytes: 5 }],
        words: words.iter().map(|(word, count)| ((*word).to_owned(), *count)).collect(),
        short_owner: SHORT,
        bytes: 20,
    }
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[tokio::test]
async fn a_turn_is_kept_once_however_often_it_is_tried() {
    for home in Home::each() {
        let threads = Threads::of(Arc::new(home.open().await));
        let once = turn("t", 10, ["One", "Two"], &[("one", 1)]);
        threads.keep(once.clone()).await.unwrap();
        let first = threads.get("t", b"me").await.unwrap();
        threads.keep(once.clone()).await.unwrap();
        let (again, other) = tokio::join!(
            threads.keep(once.clone()),
            threads.keep(KeptTurn { name: "another".to_owned(), ..turn("u", 10, ["One", "Two"], &[]) })
        );
        assert!(again.is_ok() && other.is_ok());
        let kept = threads.get("t", b"me").await.unwrap();
        assert_eq!(kept, first);
        let seq = kept.unwrap().seq;
        assert_eq!(threads.messages(seq, None, true, 9).await.unwrap().0.len(), 2);
        // The same words said again are another turn.
        threads.keep(KeptTurn { name: "again".to_owned(), ..once.clone() }).await.unwrap();
        assert_eq!(threads.get("t", b"me").await.unwrap().map(|kept| kept.turns), Some(2));
        // Its name is only remembered for a while.
        threads.forget_names(10).await.unwrap();
        threads.keep(once.clone()).await.unwrap();
        assert_eq!(threads.get("t", b"me").await.unwrap().map(|kept| kept.turns), Some(2));
        threads.forget_names(11).await.unwrap();
        threads.keep(once).await.unwrap();
        assert_eq!(threads.get("t", b"me").await.unwrap().map(|kept| kept.turns), Some(3));
    }
}

#[tokio::test]
async fn turns_are_kept_whole_in_their_order_for_their_owner_alone() {
    for home in Home::each() {
        let threads = Threads::of(Arc::new(home.open().await));
        threads.keep(turn("t", 10, ["One", "Two"], &[("one", 1)])).await.unwrap();
        threads.keep(turn("t", 20, ["Three", "Four"], &[("one", 2), ("three", 1)])).await.unwrap();
        let kept = threads.get("t", b"me").await.unwrap().unwrap();
        assert_eq!((kept.turns, kept.messages, kept.bytes, kept.changes), (2, 4, 40, 2));
        assert_eq!((kept.created_at, kept.updated_at, kept.model.as_str()), (10, 20, "a/m"));
        assert_eq!(threads.get("t", b"other").await.unwrap(), None);
        let (messages, has_more) = threads.messages(kept.seq, None, true, 3).await.unwrap();
        let said: Vec<_> = messages.iter().map(|message| (message.turn, message.said.as_str())).collect();
        assert_eq!((said, has_more), (vec![(1, "One"), (1, "Two"), (2, "Three")], true));
        let (last, has_more) = threads.messages(kept.seq, Some(messages[2].seq), true, 3).await.unwrap();
        assert_eq!((last[0].said.as_str(), last.len(), has_more), ("Four", 1, false));
        let (newest, _) = threads.messages(kept.seq, None, false, 1).await.unwrap();
        assert_eq!(newest, last);
        let marks = threads.marks(kept.seq).await.unwrap();
        let roles: Vec<_> = marks.iter().map(|mark| (mark.role.as_str(), mark.digest.as_slice())).collect();
        let expected: [(&str, &[u8]); 4] =
            [("user", b"One"), ("assistant", b"Two"), ("user", b"Three"), ("assistant", b"Four")];
        assert_eq!(roles, expected);
        assert_eq!(threads.said(&[kept.seq], 2).await.unwrap().len(), 2);
        assert_eq!(threads.media(kept.seq).await.unwrap().len(), 1, "media are kept once a thread");
        assert_eq!((threads.bytes().await.unwrap(), threads.count(b"me").await.unwrap()), (40, 1));
    }
}

#[tokio::test]
async fn turns_that_come_at_once_are_all_kept_one_after_the_other() {
    for home in Home::each() {
        let threads = Threads::of(Arc::new(home.open().await));
        let all = (0..8).map(|number| {
            let said = [format!("question {number}"), format!("answer {number}")];
            let threads = threads.clone();
            async move { threads.keep(turn("t", 10, [&said[0], &said[1]], &[("question", 1), ("answer", 1)])).await }
        });
        for kept in futures_util::future::join_all(all).await {
            kept.unwrap();
        }
        let seq = threads.get("t", b"me").await.unwrap().unwrap().seq;
        let (messages, _) = threads.messages(seq, None, true, 99).await.unwrap();
        assert_eq!(messages.len(), 16);
        for (index, pair) in messages.chunks(2).enumerate() {
            let number = pair[0].said.strip_prefix("question ").unwrap();
            assert_eq!(pair[1].said, format!("answer {number}"), "a turn is not torn apart");
            assert_eq!((pair[0].turn, pair[1].turn), (index as i64 + 1, index as i64 + 1));
        }
        let found = threads.with_words(SHORT, &texts(&["question"]), 9).await.unwrap();
        assert_eq!(found, [ThreadFound { thread: seq, words: 1, count: 8 }]);
    }
}

#[tokio::test]
async fn they_are_listed_in_pages_renamed_and_removed_with_all_that_is_theirs() {
    for home in Home::each() {
        let threads = Threads::of(Arc::new(home.open().await));
        for (id, now) in [("a", 10), ("b", 30), ("c", 20), ("d", 20)] {
            assert!(
                threads
                    .make(ThreadRow { project: (id > "b").then(|| "p".to_owned()), ..thread(id, b"me", now) }, "")
                    .await
                    .unwrap()
            );
        }
        assert!(!threads.make(thread("a", b"me", 99), "").await.unwrap(), "it is there");
        assert!(threads.make(thread("a", b"other", 10), "").await.unwrap(), "ids are each owner's own");
        let listed = async |list: ThreadList| {
            let (found, has_more) = threads.list(b"me", &list).await.unwrap();
            (found.into_iter().map(|thread| thread.id).collect::<Vec<_>>().join(" "), has_more)
        };
        let list = |limit| ThreadList { limit, ..ThreadList::default() };
        let id = |id: &str| Some(id.to_owned());
        assert_eq!(listed(list(9)).await, ("b d c a".to_owned(), false));
        assert_eq!(listed(list(2)).await, ("b d".to_owned(), true));
        assert_eq!(listed(ThreadList { after: id("d"), ..list(2) }).await, ("c a".to_owned(), false));
        assert_eq!(
            listed(ThreadList { is_ascending: true, after: id("a"), ..list(9) }).await,
            ("c d b".to_owned(), false)
        );
        assert_eq!(listed(ThreadList { project: id("p"), ..list(9) }).await, ("d c".to_owned(), false));
        assert_eq!(listed(ThreadList { after: id("none"), ..list(9) }).await, (String::new(), false));

        let its = threads.get("a", b"me").await.unwrap().unwrap();
        let (seq, other) = (its.seq, ThreadRow { created_at: its.created_at - 1, ..its.clone() });
        assert!(!threads.entitle(&other, "Late", "", TitledBy::Words).await.unwrap(), "one that has gone has no title");
        assert!(threads.entitle(&its, "First words", " first words ", TitledBy::Words).await.unwrap());
        assert!(!threads.entitle(&its, "Again", "", TitledBy::Words).await.unwrap(), "titles are made once");
        assert!(threads.entitle(&its, "By a model", " by a model ", TitledBy::Model).await.unwrap());
        let named = Some(("Mine", " mine "));
        assert!(threads.change(("a", b"me"), named, Some("{\"x\":1}"), Some(Some("q")), 50).await.unwrap());
        assert!(!threads.entitle(&its, "By a model", "", TitledBy::Model).await.unwrap(), "a user's stays");
        assert!(!threads.change(("a", b"none"), named, None, None, 50).await.unwrap());
        let changed = threads.get("a", b"me").await.unwrap().unwrap();
        assert_eq!((changed.title.as_str(), changed.titled_by), ("Mine", Some(TitledBy::User)));
        assert_eq!(
            (changed.project.as_deref(), changed.metadata.as_str(), changed.updated_at),
            (Some("q"), "{\"x\":1}", 50)
        );
        assert!(threads.change(("a", b"me"), None, None, Some(None), 60).await.unwrap());
        assert_eq!(threads.get("a", b"me").await.unwrap().unwrap().project, None);
        assert_eq!(threads.titled(b"me", &texts(&["mi"]), 9).await.unwrap(), [seq]);
        assert_eq!(threads.titled(b"me", &texts(&["mi", "%"]), 9).await.unwrap(), [0; 0]);

        threads.keep(turn("a", 70, ["One", "Two"], &[("one", 1)])).await.unwrap();
        threads.noted(vec![ThreadNote { thread: seq, vault: "v".to_owned(), changes: 4 }]).await.unwrap();
        assert_eq!(threads.notes(b"me").await.unwrap().len(), 1);
        assert_eq!(threads.older(20, 9).await.unwrap(), [(b"other".to_vec(), "a".to_owned())]);
        assert_eq!(threads.owners().await.unwrap().len(), 2);
        assert_eq!(threads.remove("a", b"none").await.unwrap(), None);
        let media = threads.remove("a", b"me").await.unwrap().unwrap();
        assert_eq!(media.len(), 1);
        assert!(!threads.has_bytes(&media[0].hash).await.unwrap());
        assert_eq!(threads.messages(seq, None, true, 9).await.unwrap().0, []);
        assert_eq!(threads.with_words(SHORT, &texts(&["one"]), 9).await.unwrap(), []);
        assert_eq!(threads.notes(b"me").await.unwrap(), []);
        assert_eq!(threads.remove("a", b"me").await.unwrap(), None);
        assert_eq!(threads.remove_all(b"me").await.unwrap(), 3);
        assert_eq!((threads.count(b"me").await.unwrap(), threads.count(b"other").await.unwrap()), (0, 1));
    }
}

#[tokio::test]
async fn words_and_vectors_are_found() {
    for home in Home::each() {
        let threads = Threads::of(Arc::new(home.open().await));
        threads.keep(turn("a", 10, ["One", "Two"], &[("apple", 1), ("pie", 1)])).await.unwrap();
        threads.keep(turn("b", 10, ["One", "Two"], &[("apple", 5), ("apples", 1)])).await.unwrap();
        let seq = async |id: &str| threads.get(id, b"me").await.unwrap().unwrap().seq;
        let (a, b) = (seq("a").await, seq("b").await);
        let found = async |words: &[&str]| {
            let found = threads.with_words(SHORT, &texts(words), 9).await.unwrap();
            found.into_iter().map(|found| found.thread).collect::<Vec<_>>()
        };
        assert_eq!(found(&["apple", "pie"]).await, [a, b], "the one with both words is first");
        assert_eq!(found(&["app"]).await, [b, a], "the last word may be a beginning");
        assert_eq!(found(&["app", "pie"]).await, [a], "no other may");
        assert_eq!(threads.with_words(SHORT + 1, &texts(&["apple"]), 9).await.unwrap(), []);
        let wanted = threads.to_embed(3).await.unwrap();
        assert_eq!(
            wanted.iter().map(|one| (one.thread, one.said.as_str())).collect::<Vec<_>>(),
            [(a, "One"), (a, "Two"), (b, "One")]
        );
        let vector = |message: &ToEmbed| KeptVector {
            message: message.message,
            thread: message.thread,
            short_owner: SHORT,
            vector: vec![1, 255],
        };
        let vectors: Vec<_> = wanted.iter().map(vector).collect();
        threads.keep_vectors(vectors.clone()).await.unwrap();
        threads.keep_vectors(vectors.clone()).await.unwrap();
        assert_eq!(threads.vectors(SHORT, 0, 9).await.unwrap(), vectors);
        assert_eq!(threads.vectors(SHORT, vectors[0].message, 1).await.unwrap(), [vectors[1].clone()]);
        assert_eq!(threads.to_embed(9).await.unwrap().len(), 1);
        threads.remove("a", b"me").await.unwrap();
        assert_eq!(threads.vectors(SHORT, 0, 9).await.unwrap(), [vectors[2].clone()]);
    }
}

//! Files in a database: their owner's alone, in pages, until their time is over; and uploads that become files once.

use super::*;
use crate::database::Home;

fn file(id: &str, owner: &[u8], purpose: &str, expires_at: Option<i64>) -> FileRow {
    FileRow {
        id: id.to_owned(),
        owner: owner.to_vec(),
        name: format!("{id}.txt"),
        mime: "text/plain".to_owned(),
        purpose: purpose.to_owned(),
        bytes: 7,
        hash: format!("hash of {id}"),
        created_at: 10,
        expires_at,
    }
}

fn upload(id: &str) -> UploadRow {
    UploadRow {
        id: id.to_owned(),
        owner: b"me".to_vec(),
        name: "long.txt".to_owned(),
        mime: String::new(),
        purpose: "batch".to_owned(),
        bytes: 14,
        created_at: 10,
        expires_at: 100,
        expires_after: Some(5),
        status: UploadStatus::Pending,
        file: None,
    }
}

#[tokio::test]
async fn files_are_their_owners_alone_and_listed_in_pages_until_their_time_is_over() {
    for home in Home::each() {
        let files = Files::of(Arc::new(home.open().await));
        for number in 0..7 {
            let purpose = if number % 2 == 0 { "vision" } else { "batch" };
            files.keep(file(&format!("f{number}"), b"me", purpose, (number == 3).then_some(50))).await.unwrap();
        }
        files.keep(file("g", b"other", "vision", None)).await.unwrap();
        assert_eq!(files.get("f3", b"me", 49).await.unwrap(), Some(file("f3", b"me", "batch", Some(50))));
        assert_eq!(files.get("f3", b"me", 50).await.unwrap(), None, "its time is over");
        assert_eq!(files.get("g", b"me", 0).await.unwrap(), None);
        let listed = async |list: FileList| {
            let (found, has_more) = files.list(b"me", &list, 60).await.unwrap();
            (found.into_iter().map(|file| file.id).collect::<Vec<_>>().join(" "), has_more)
        };
        let list = |limit| FileList { limit, ..FileList::default() };
        let id = |id: &str| Some(id.to_owned());
        assert_eq!(listed(list(10)).await, ("f6 f5 f4 f2 f1 f0".to_owned(), false));
        assert_eq!(listed(list(2)).await, ("f6 f5".to_owned(), true));
        assert_eq!(listed(FileList { after: id("f5"), ..list(2) }).await, ("f4 f2".to_owned(), true));
        assert_eq!(listed(FileList { before: id("f2"), ..list(2) }).await, ("f5 f4".to_owned(), true));
        assert_eq!(
            listed(FileList { is_ascending: true, after: id("f2"), ..list(9) }).await,
            ("f4 f5 f6".to_owned(), false)
        );
        assert_eq!(listed(FileList { purpose: id("batch"), ..list(9) }).await, ("f5 f1".to_owned(), false));
        assert_eq!(files.bytes(49).await.unwrap(), 8 * 7);
        assert_eq!(files.bytes(50).await.unwrap(), 7 * 7, "what has ended takes no room");
        assert_eq!(files.ended(50).await.unwrap(), [file("f3", b"me", "batch", Some(50))]);
        assert_eq!(files.remove("f0", b"other").await.unwrap(), None);
        assert_eq!(files.remove("f0", b"me").await.unwrap(), Some(file("f0", b"me", "vision", None)));
        assert!(!files.has_bytes("hash of f0").await.unwrap());
        assert!(files.has_bytes("hash of f1").await.unwrap());
    }
}

#[tokio::test]
async fn an_upload_becomes_a_file_once_or_none() {
    for home in Home::each() {
        let database = Arc::new(home.open().await);
        let (files, uploads) = (Files::of(database.clone()), Uploads::of(database));
        let part = |id: &str| UploadPart { id: id.to_owned(), bytes: 7, hash: format!("hash of {id}") };
        uploads.begin(upload("u")).await.unwrap();
        uploads.add("u", part("p2")).await.unwrap();
        uploads.add("u", part("p1")).await.unwrap();
        assert!(uploads.add("none", part("p3")).await.is_err());
        assert_eq!(uploads.get("u", b"other").await.unwrap(), None);
        assert_eq!(uploads.parts("u").await.unwrap(), [part("p1"), part("p2")]);
        assert_eq!((files.bytes(99).await.unwrap(), files.has_bytes("hash of p1").await.unwrap()), (14, true));
        assert_eq!(files.bytes(100).await.unwrap(), 0, "its time is over");
        assert!(uploads.complete("u", file("f", b"me", "batch", None)).await.unwrap());
        let whole = UploadRow { status: UploadStatus::Completed, file: Some("f".to_owned()), ..upload("u") };
        assert_eq!(uploads.get("u", b"me").await.unwrap(), Some(whole));
        assert_eq!(uploads.parts("u").await.unwrap(), []);
        assert!(!uploads.cancel("u").await.unwrap());
        uploads.begin(upload("v")).await.unwrap();
        assert!(uploads.cancel("v").await.unwrap());
        assert_eq!(uploads.ended(99).await.unwrap(), []);
        assert_eq!(uploads.ended(100).await.unwrap().len(), 2);
        uploads.remove("v").await.unwrap();
        assert_eq!(uploads.get("v", b"me").await.unwrap(), None);
    }
}

#[tokio::test]
async fn one_at_a_time_has_the_turn_at_bytes() {
    for home in Home::each() {
        let files = Files::of(Arc::new(home.open().await));
        assert!(files.take_turn("h", "one", 1_000).await.unwrap());
        assert!(!files.take_turn("h", "other", 2_000).await.unwrap(), "it is one's");
        assert!(files.take_turn("g", "other", 2_000).await.unwrap(), "of other bytes it is not");
        files.give_turn("h", "other").await.unwrap();
        assert!(!files.take_turn("h", "other", 3_000).await.unwrap(), "it was not its to give");
        files.give_turn("h", "one").await.unwrap();
        assert!(files.take_turn("h", "other", 3_000).await.unwrap());
        assert!(files.take_turn("h", "one", 1_000_000).await.unwrap(), "one that was killed has it no more");
    }
}

//! Files whose time is over: they take no room from then on, and their bytes go without anything else being done.

use tempfile::TempDir;

use super::*;

/// Files that have room for so many bytes.
async fn kept(folder: &TempDir, bytes: u64) -> Arc<KeptFiles> {
    let mut config = Config::default();
    config.files.bytes = crate::config::Bytes::new(bytes);
    let database = Arc::new(Database::open(&folder.path().join("store")).await.unwrap());
    KeptFiles::start(database, &config, Some(folder.path().join("content"))).await.unwrap().unwrap()
}

fn new(text: &str, life: Option<i64>) -> NewFile {
    NewFile {
        id: None,
        owner: Vec::new(),
        blob: Blob::in_memory(text.as_bytes().to_vec()),
        name: "a.txt".to_owned(),
        mime: "text/plain".to_owned(),
        purpose: "user_data".to_owned(),
        life,
    }
}

#[tokio::test]
async fn what_has_ended_takes_no_room_though_it_was_not_removed_yet() {
    let folder = tempfile::tempdir().unwrap();
    let files = kept(&folder, 10).await;
    // Having just looked for what has ended, it does not look again for a while.
    let ended = files.keep(new("12345678", Some(0))).await.unwrap();
    assert!(matches!(files.get(&ended.id, &[]).await, Err(NoFile::Unknown)));
    let other = files.keep(new("abcdefgh", None)).await.unwrap();
    assert!(files.is_there(&ended.hash).await.unwrap(), "it was not removed yet");
    assert!(matches!(files.keep(new("one more", None)).await, Err(NoFile::Full { most_bytes: 10 })));
    assert_eq!(files.get(&other.id, &[]).await.unwrap(), other);
}

#[tokio::test]
async fn what_has_ended_goes_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let files = kept(&folder, 100).await;
    let [ended, stays] = [new("ended", Some(0)), new("stays", Some(3_600))].map(|new| files.keep(new));
    let (ended, stays) = (ended.await.unwrap(), stays.await.unwrap());
    let sweeping = TaskTracker::new().spawn(keeping::swept(Arc::downgrade(&files), Duration::ZERO));
    while files.is_there(&ended.hash).await.unwrap() {
        tokio::task::yield_now().await;
    }
    assert!(files.is_there(&stays.hash).await.unwrap());
    drop(files);
    // With the last that keeps them, it ends.
    sweeping.await.unwrap();
}

#[tokio::test]
async fn bytes_that_another_server_removes_at_that_moment_are_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let files = kept(&folder, 100).await;
    let shared = KeptFiles {
        rows: files.rows.clone(),
        uploads: files.uploads.clone(),
        content: files.content.clone(),
        most_bytes: 100,
        is_alone: false,
        life: None,
        turn: Mutex::new(0),
        at_work: TaskTracker::new(),
    };
    let first = shared.keep(new("the same", None)).await.unwrap();
    // Another server has seen that the last file with these bytes is gone, and is about to remove them.
    shared.rows.remove(&first.id, &[]).await.unwrap().unwrap();
    let turn = shared.turn_at(&first.hash).await.unwrap();
    let mut second = Box::pin(shared.keep(new("the same", None)));
    let looks = async {
        for _ in 0..100 {
            shared.rows.bytes(0).await.unwrap();
        }
    };
    tokio::select! {
        kept = &mut second => unreachable!("it is another's turn: {kept:?}"),
        () = looks => {}
    }
    shared.content.remove(&hash_of(&first.hash).unwrap()).unwrap();
    turn.over().await;
    let second = second.await.unwrap();
    assert!(second.hash == first.hash && shared.is_there(&second.hash).await.unwrap());
    // With the last file they go.
    assert_eq!(shared.remove(&second.id, &[]).await.unwrap(), Some(second.hash.clone()));
    assert!(!shared.is_there(&second.hash).await.unwrap());
}

//! The database: what is answered for is there, one process has it, and the future is not opened.

use std::sync::Arc;

use sqlx::Row as _;

use super::schema::{STEPS, version};
use super::*;

fn webhook(job: &str, id: &str) -> Statement {
    Statement::new("INSERT INTO webhooks (id, job, url) VALUES (?, ?, 'http://a.example')").with(id).with(job)
}

fn job(id: &str) -> Statement {
    let sql =
        "INSERT INTO jobs (id, owner, kind, state, created_at, request) VALUES (?, ?, 'video', 'queued', 1, '{}')";
    Statement::new(sql).with(id).with(Vec::new())
}

async fn count(database: &Database) -> i64 {
    let rows = database.read(Statement::new("SELECT count(*) FROM jobs"), |row| row.try_get(0)).await.unwrap();
    rows[0]
}

#[tokio::test]
async fn what_was_written_is_there_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let database = Database::open(&path).await.unwrap();
    assert_eq!(database.write(vec![job("a"), webhook("a", "w")]).await.unwrap(), [1, 1]);
    assert_eq!(count(&database).await, 1);
    drop(database);
    assert_eq!(count(&Database::open(&path).await.unwrap()).await, 1);
}

#[tokio::test]
async fn a_change_is_made_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let database = Arc::new(Database::open(&folder.path().join("store")).await.unwrap());
    let refused = database.write(vec![job("a"), webhook("no such job", "w")]).await.unwrap_err();
    assert!(refused.to_string().contains("FOREIGN KEY"), "{refused}");
    assert_eq!(count(&database).await, 0);
    // One that fails takes none of those with it that are written beside it.
    let mut all = tokio::task::JoinSet::new();
    for number in 0..600 {
        let database = database.clone();
        let id = format!("job {}", if number % 3 == 0 { 0 } else { number });
        all.spawn(async move { database.write(vec![job(&id)]).await.is_ok() });
    }
    let kept = all.join_all().await.into_iter().map(i64::from).sum::<i64>();
    assert_eq!((kept, count(&database).await), (401, 401));
}

#[tokio::test]
async fn a_second_process_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let first = Database::open(&path).await.unwrap();
    let refused = Database::open(&path).await.unwrap_err();
    assert!(matches!(refused, StoreFailed::InUse(_)), "{refused}");
    assert!(refused.to_string().contains("MEDIARY_STORE__DIR"), "{refused}");
    drop(first);
    Database::open(&path).await.unwrap();
}

#[tokio::test]
async fn an_errand_is_done_beside_the_server_that_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let server = Database::open(&path).await.unwrap();
    let beside = Database::open_beside(&path).await.unwrap();
    let mut writes = tokio::task::JoinSet::new();
    let (server, beside) = (Arc::new(server), Arc::new(beside));
    for number in 0..100 {
        let database = if number % 2 == 0 { server.clone() } else { beside.clone() };
        writes.spawn(async move { database.write(vec![job(&format!("job {number}"))]).await.unwrap() });
    }
    writes.join_all().await;
    assert_eq!((count(&server).await, count(&beside).await), (100, 100));
    let older = vec![Statement::new("PRAGMA user_version = 1")];
    let mut connection = SqliteConnectOptions::new().filename(path.join(FILE)).connect().await.unwrap();
    older.into_iter().next().unwrap().query().execute(&mut connection).await.unwrap();
    let refused = Database::open_beside(&path).await.unwrap_err();
    assert!(matches!(refused, StoreFailed::Older(_)), "{refused}");
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_each_step_sets_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    drop(Database::open(&path).await.unwrap());
    let options = SqliteConnectOptions::new().filename(path.join(FILE));
    let mut connection = options.connect().await.unwrap();
    assert_eq!(version(&mut connection).await.unwrap(), STEPS.len() as i64);
    sqlx::query("PRAGMA user_version = 99").execute(&mut connection).await.unwrap();
    let refused = Database::open(&path).await.unwrap_err();
    assert!(matches!(refused, StoreFailed::Newer { found: 99, .. }), "{refused}");
    assert!(refused.to_string().contains("version 99"), "{refused}");
}

#[tokio::test]
async fn what_is_damaged_is_put_aside_and_never_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    folder::make_private(&path).unwrap();
    std::fs::write(path.join(FILE), vec![b'x'; 5_000]).unwrap();
    let refused = Database::open(&path).await.unwrap_err();
    let StoreFailed::Damaged { kept_as, .. } = &refused else { unreachable!("{refused}") };
    assert!(refused.to_string().contains("damaged-"), "{refused}");
    assert_eq!(std::fs::read(kept_as).unwrap(), vec![b'x'; 5_000]);
    assert_eq!(count(&Database::open(&path).await.unwrap()).await, 0, "the next start begins anew");
}

#[tokio::test]
async fn a_backup_is_whole_and_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&folder.path().join("store")).await.unwrap();
    database.write(vec![job("a")]).await.unwrap();
    let copy = folder.path().join("copy");
    folder::make_private(&copy).unwrap();
    let file = copy.join(FILE);
    database.back_up(&file).await.unwrap();
    assert!(database.back_up(&file).await.is_err(), "nothing is written over");
    database.write(vec![job("b")]).await.unwrap();
    assert_eq!(count(&Database::open(&copy).await.unwrap()).await, 1);
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions()) & 0o077, 0);
}

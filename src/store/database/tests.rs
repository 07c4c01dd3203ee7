//! The database: what is answered for is there, one process has it, and the future is not opened.

use std::sync::Arc;

use mediary_servers::Postgres;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

use super::schema::{STEPS, version, version_of_server};
use super::*;
use crate::folder;

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

/// Says that the schema of a closed database is of another version. Gives the one that it was.
async fn set_version(place: &DatabasePlace, number: i64) -> i64 {
    match place {
        DatabasePlace::Folder(folder) => {
            let mut file = SqliteConnectOptions::new().filename(folder.join(FILE)).connect().await.unwrap();
            let before = version(&mut file).await.unwrap();
            let pragma = AssertSqlSafe(format!("PRAGMA user_version = {number}"));
            sqlx::query(pragma).execute(&mut file).await.unwrap();
            before
        }
        DatabasePlace::Server(address) => {
            let mut server = PgConnection::connect_with(&address.0).await.unwrap();
            let before = version_of_server(&mut server).await.unwrap().unwrap();
            sqlx::query("UPDATE mediary_schema SET number = $1").bind(number).execute(&mut server).await.unwrap();
            before
        }
    }
}

#[tokio::test]
async fn what_was_written_is_there_when_it_is_opened_again() {
    for home in Home::each() {
        let database = home.open().await;
        assert_eq!(database.write(vec![job("a"), webhook("a", "w")]).await.unwrap(), [1, 1]);
        assert_eq!(count(&database).await, 1);
        drop(database);
        assert_eq!(count(&home.open().await).await, 1);
    }
}

#[tokio::test]
async fn a_change_is_made_whole_or_not_at_all() {
    for home in Home::each() {
        let database = Arc::new(home.open().await);
        let refused = database.write(vec![job("a"), webhook("no such job", "w")]).await.unwrap_err();
        assert!(refused.to_string().to_lowercase().contains("foreign key"), "{refused}");
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
}

#[tokio::test]
async fn changes_that_stand_in_each_others_way_are_all_made() {
    for home in Home::each() {
        let (database, beside) = (home.open().await, home.place.open_beside().await.unwrap());
        let both = [Arc::new(database), Arc::new(beside)];
        both[0].write((0..8).map(|number| job(&format!("job {number}"))).collect()).await.unwrap();
        let mut all = tokio::task::JoinSet::new();
        for turn in 0..8 {
            let database = both[turn % 2].clone();
            let raised = |number: usize| {
                let sql = "UPDATE jobs SET progress = progress + 1 WHERE id = ?";
                Statement::new(sql).with(format!("job {number}"))
            };
            // Each takes all rows, and one of the two programs the other way round.
            let rows: Vec<_> = if turn % 2 == 0 { (0..8).collect() } else { (0..8).rev().collect() };
            all.spawn(async move { database.write(rows.into_iter().map(raised).collect()).await.unwrap() });
        }
        all.join_all().await;
        let sum = Statement::new("SELECT CAST(sum(progress) AS BIGINT) FROM jobs");
        assert_eq!(both[0].read(sum, |row| row.try_get::<i64, _>(0)).await.unwrap(), [8 * 8]);
    }
}

#[tokio::test]
async fn texts_are_sorted_by_their_bytes_and_hold_any_character() {
    for home in Home::each() {
        let database = home.open().await;
        database.write(["b", "B", "a", "é", "_"].map(job).to_vec()).await.unwrap();
        let ids = Statement::new("SELECT id FROM jobs WHERE id > ? ORDER BY id").with("A");
        let ids: Vec<String> = database.read(ids, |row| row.try_get(0)).await.unwrap();
        assert_eq!(ids, ["B", "_", "a", "b", "é"]);
        database.write(vec![job("nul\0")]).await.unwrap();
    }
}

#[tokio::test]
async fn a_second_process_is_refused_and_told_what_to_do() {
    for home in Home::each() {
        let first = home.open().await;
        let refused = home.place.open().await.unwrap_err();
        let advice = match refused {
            StoreFailed::InUse(_) => "MEDIARY_STORE__DIR",
            _ => "MEDIARY_STORE__URL",
        };
        assert!(matches!(refused, StoreFailed::InUse(_) | StoreFailed::Taken(_)), "{refused}");
        assert!(refused.to_string().contains(advice), "{refused}");
        drop(first);
        home.open().await;
    }
}

#[tokio::test]
async fn an_errand_is_done_beside_the_server_that_has_it() {
    for home in Home::each() {
        let server = home.open().await;
        let beside = home.place.open_beside().await.unwrap();
        let mut writes = tokio::task::JoinSet::new();
        let (server, beside) = (Arc::new(server), Arc::new(beside));
        for number in 0..100 {
            let database = if number % 2 == 0 { server.clone() } else { beside.clone() };
            writes.spawn(async move { database.write(vec![job(&format!("job {number}"))]).await.unwrap() });
        }
        writes.join_all().await;
        assert_eq!((count(&server).await, count(&beside).await), (100, 100));
        set_version(&home.place, 1).await;
        let refused = home.place.open_beside().await.unwrap_err();
        assert!(matches!(refused, StoreFailed::Older(_)), "{refused}");
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_each_step_sets_its_number() {
    for home in Home::each() {
        drop(home.open().await);
        assert_eq!(set_version(&home.place, 99).await, STEPS.len() as i64);
        for refused in [home.place.open().await, home.place.open_beside().await] {
            let refused = refused.unwrap_err();
            assert!(matches!(refused, StoreFailed::Newer { found: 99, .. }), "{refused}");
            assert!(refused.to_string().contains("version 99"), "{refused}");
        }
    }
}

#[tokio::test]
async fn a_server_that_is_away_costs_what_is_asked_meanwhile_and_nothing_else() {
    let Some(server) = Postgres::shared() else { return };
    let url = server.new_database();
    let address: ServerAddress = url.parse().unwrap();
    let database = DatabasePlace::Server(address.clone()).open().await.unwrap();
    database.write(vec![job("a")]).await.unwrap();
    server.allow(&url, false);
    server.hang_up(&url);
    let refused = database.write(vec![job("b")]).await.unwrap_err();
    assert!(refused.to_string().contains("cannot write to the database postgres:///"), "{refused}");
    server.allow(&url, true);
    // Only connections that were already refused may fail yet.
    database.write(vec![job("c")]).await.unwrap();
    assert_eq!(count(&database).await, 2);
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_named_without_a_password() {
    let folder = tempfile::tempdir().unwrap();
    let rows = [
        "postgres://me:hunter2@127.0.0.1:1/mediary".to_owned(),
        format!("postgres://me:hunter2@localhost/mediary?host={}", folder.path().display()),
    ];
    for url in rows {
        let place = DatabasePlace::Server(url.parse().unwrap());
        for refused in [place.open().await, place.open_beside().await] {
            let refused = refused.unwrap_err();
            assert!(matches!(refused, StoreFailed::Unreachable { .. }), "{refused:?}");
            let told = format!("{refused} {refused:?} {place:?}");
            assert!(told.contains("cannot be reached") && told.contains("MEDIARY_STORE__URL"), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
    if let Some(server) = Postgres::shared() {
        let url = server.new_database().replace("mediary@", "mediary:hunter2@");
        let database = DatabasePlace::Server(url.parse().unwrap()).open().await.unwrap();
        assert!(!format!("{database:?}").contains("hunter2"), "{database:?}");
    }
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
    for home in Home::each() {
        let database = home.open().await;
        database.write(vec![job("a")]).await.unwrap();
        let copy = home.path().join("copy");
        folder::make_private(&copy).unwrap();
        let file = copy.join(FILE);
        let copied = database.back_up(&file).await;
        if let DatabasePlace::Server(_) = home.place {
            let refused = copied.unwrap_err().to_string();
            assert!(refused.contains("pg_dump") && !file.exists(), "{refused}");
            continue;
        }
        copied.unwrap();
        assert!(database.back_up(&file).await.is_err(), "nothing is written over");
        database.write(vec![job("b")]).await.unwrap();
        assert_eq!(count(&Database::open(&copy).await.unwrap()).await, 1);
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions()) & 0o077, 0);
    }
}

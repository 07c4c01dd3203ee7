//! The log: complete where the disk keeps up, counted where it does not, and never waited for.

use mediary_store::{Database, RequestFilter, SumsBy, SumsOf};

use super::*;

fn ended(number: i64) -> Ended {
    Ended {
        id: format!("id-{number}"),
        endpoint: "/v1/chat/completions".to_owned(),
        client: String::new(),
        status: 200,
        first: None,
        total: Duration::from_millis(3),
    }
}

#[tokio::test]
async fn what_fits_is_written_and_what_does_not_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let requests = Requests::of(Arc::new(Database::open(&folder.path().join("store")).await.unwrap()));
    let log = RequestLog::start(requests.clone(), &RequestLogging::default());
    // Nothing is read from the queue while this task does not wait.
    let total = QUEUE as i64 + 100;
    (0..total).for_each(|number| log.log(ended(number), None));
    assert_eq!(log.dropped(), 100);
    log.settle(Duration::from_secs(60)).await;
    let of = SumsOf { by: SumsBy::Task, since: 0, until: now_ms() + 1, offset_minutes: 0, client: None };
    assert_eq!(requests.sums(&of).await.unwrap()[0].requests, QUEUE as i64);
    let newest = requests.page(&RequestFilter::default(), 1).await.unwrap();
    assert_eq!(newest.rows[0].id, format!("id-{}", QUEUE - 1));
}

#[tokio::test]
async fn more_than_fit_beside_one_that_waits_are_written_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let requests = Requests::of(Arc::new(Database::open(&folder.path().join("store")).await.unwrap()));
    let log = RequestLog::start(requests.clone(), &RequestLogging::default());
    log.log(ended(0), None);
    while log.queue.capacity() < QUEUE {
        tokio::task::yield_now().await;
    }
    // The first one waits for others by now, and more of them come than are written at once.
    (1..=300).for_each(|number| log.log(ended(number), None));
    log.settle(Duration::from_secs(60)).await;
    let of = SumsOf { by: SumsBy::Task, since: 0, until: now_ms() + 1, offset_minutes: 0, client: None };
    assert_eq!((requests.sums(&of).await.unwrap()[0].requests, log.dropped()), (301, 0));
}

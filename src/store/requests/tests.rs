//! The request log: pages without gaps, sums that are those of the rows, and a bound to what is kept.

use super::*;
use crate::database::Home;

fn row(number: i64) -> LoggedRequest {
    LoggedRequest {
        id: format!("id-{number}"),
        began_at: number * 1_000,
        ended_at: number * 1_000 + 10,
        client: if number % 3 == 0 { "ck_a".into() } else { "ck_b".into() },
        endpoint: "/v1/chat/completions".into(),
        task: "chat".into(),
        asked: "fast".into(),
        provider: "groq".into(),
        model: if number % 2 == 0 { "m".into() } else { "n".into() },
        status: if number % 5 == 0 { 503 } else { 200 },
        first_ms: Some(4),
        total_ms: 10,
        prompt_tokens: 9,
        completion_tokens: 2,
        cost: 1_000,
        details: "{}".into(),
        ..LoggedRequest::default()
    }
}

async fn log(home: &Home, rows: i64) -> Requests {
    let requests = Requests::of(Arc::new(home.open().await));
    requests.write((1..=rows).map(row).collect()).await.unwrap();
    requests
}

fn ids(page: &RequestPage) -> Vec<i64> {
    page.rows.iter().map(|row| row.seq).collect()
}

#[tokio::test]
async fn pages_follow_each_other_without_gaps_whatever_is_filtered() {
    for home in Home::each() {
        let log = log(&home, 60).await;
        let page = log.page(&RequestFilter::default(), 20).await.unwrap();
        assert_eq!((ids(&page), page.has_more), ((41..=60).rev().collect(), true));
        assert_eq!(page.rows[0], LoggedRequest { seq: 60, ..row(60) });
        let next = RequestFilter { before: Some(41), ..RequestFilter::default() };
        assert_eq!(ids(&log.page(&next, 20).await.unwrap()), (21..=40).rev().collect::<Vec<_>>());
        let none = RequestFilter::default;
        let rows = [
            (RequestFilter { client: Some("ck_a".into()), ..none() }, 20),
            (RequestFilter { provider: Some("groq".into()), model: Some("m".into()), ..none() }, 30),
            (RequestFilter { model: Some("x".into()), ..none() }, 0),
            (RequestFilter { task: Some("chat".into()), endpoint: Some("/v1/chat/completions".into()), ..none() }, 60),
            (RequestFilter { status: Some(StatusFilter::Failed), ..none() }, 12),
            (RequestFilter { status: Some(StatusFilter::Ok), ..none() }, 48),
            (RequestFilter { status: Some(StatusFilter::Is(503)), ..none() }, 12),
            (RequestFilter { status: Some(StatusFilter::Is(499)), ..none() }, 0),
            (RequestFilter { since: Some(50_000), ..none() }, 11),
            (RequestFilter { since: Some(50_000), until: Some(55_000), ..none() }, 5),
            (RequestFilter { since: Some(99_000_000), ..none() }, 0),
        ];
        for (filter, expected) in rows {
            let (mut filter, mut seen) = (filter, 0);
            loop {
                let page = log.page(&filter, 7).await.unwrap();
                seen += page.rows.len();
                filter.before = page.rows.last().map(|row| row.seq);
                if !page.has_more {
                    break;
                }
            }
            assert_eq!(seen, expected, "{filter:?}");
        }
        assert_eq!(log.find("id-7").await.unwrap().unwrap().seq, 7);
        assert!(log.find("id-61").await.unwrap().is_none());
    }
}

#[tokio::test]
async fn sums_are_those_of_the_rows_in_every_time_zone() {
    for home in Home::each() {
        let log = log(&home, 3_600).await;
        let of = |by, offset_minutes| SumsOf { by, since: 0, until: 10_000_000, offset_minutes, client: None };
        let groups = |sums: Vec<Sums>| sums.into_iter().map(|sum| (sum.group, sum.requests)).collect::<Vec<_>>();
        let by_client = groups(log.sums(&of(SumsBy::Client, 0)).await.unwrap());
        assert_eq!(by_client, [("ck_a".into(), 1_200), ("ck_b".into(), 2_400)]);
        let by_hour = groups(log.sums(&of(SumsBy::Hour, 0)).await.unwrap());
        assert_eq!(by_hour, [("0".into(), 3_599), ("3600000".into(), 1)]);
        // In India an hour begins half an hour apart from those of UTC.
        let by_hour = groups(log.sums(&of(SumsBy::Hour, 330)).await.unwrap());
        assert_eq!(by_hour, [("-1800000".into(), 1_799), ("1800000".into(), 1_801)]);
        let by_day = groups(log.sums(&of(SumsBy::Day, -30)).await.unwrap());
        assert_eq!(by_day.iter().map(|(_, requests)| requests).sum::<i64>(), 3_600);
        let whole = log.sums(&of(SumsBy::Provider, 0)).await.unwrap().remove(0);
        assert_eq!((whole.group.as_str(), whole.requests, whole.failed), ("groq", 3_600, 720));
        assert_eq!((whole.prompt_tokens, whole.cost, whole.total_ms), (9 * 3_600, 3_600_000, 36_000));
        let of_one = SumsOf { client: Some("ck_a".into()), ..of(SumsBy::Model, 0) };
        assert_eq!(groups(log.sums(&of_one).await.unwrap()), [("groq/m".into(), 600), ("groq/n".into(), 600)]);
    }
}

#[tokio::test]
async fn what_the_cache_saved_is_summed_by_outcome_and_client() {
    for home in Home::each() {
        let log = Requests::of(Arc::new(home.open().await));
        let saved = |cost| Some(Saved { tokens: 11, cost });
        let rows = [
            LoggedRequest { cache: Some("miss"), ..row(1) },
            LoggedRequest { cache: Some("hit"), saved: saved(Some(500)), ..row(2) },
            LoggedRequest { cache: Some("hit"), saved: saved(None), ..row(2) },
            LoggedRequest { cache: Some("hit"), saved: saved(Some(500)), client: "ck_z".into(), ..row(3) },
            row(4),
        ];
        log.write(rows.to_vec()).await.unwrap();
        let of = SumsOf { by: SumsBy::Day, since: 0, until: 10_000_000, offset_minutes: 0, client: None };
        let of_one = SumsOf { client: Some("ck_z".into()), ..of.clone() };
        let hits = |requests, saved_tokens, saved_cost, unpriced| CacheSums {
            outcome: "hit".into(),
            requests,
            saved_tokens,
            saved_cost,
            unpriced,
        };
        let misses = CacheSums { outcome: "miss".into(), requests: 1, ..CacheSums::default() };
        assert_eq!(log.cache_sums(&of).await.unwrap(), [hits(3, 33, 1_000, 1), misses]);
        assert_eq!(log.cache_sums(&of_one).await.unwrap(), [hits(1, 11, 500, 0)]);
        // What was saved is no cost.
        assert_eq!(log.sums(&of).await.unwrap()[0].cost, 5 * row(1).cost);
    }
}

#[tokio::test]
async fn a_client_that_went_away_is_counted_and_is_no_failure() {
    for home in Home::each() {
        let log = Requests::of(Arc::new(home.open().await));
        let statuses = [200, 499, 499, 404];
        let rows = (1..).zip(statuses).map(|(number, status)| LoggedRequest { status, ..row(number) });
        log.write(rows.collect()).await.unwrap();
        let of = SumsOf { by: SumsBy::Provider, since: 0, until: 10_000_000, offset_minutes: 0, client: None };
        let whole = log.sums(&of).await.unwrap().remove(0);
        assert_eq!((whole.requests, whole.failed), (4, 1));
    }
}

#[tokio::test]
async fn rows_go_by_age_and_number_and_sums_stay() {
    for home in Home::each() {
        let log = log(&home, 100).await;
        assert_eq!(log.prune(11_000, 1_000, 0).await.unwrap(), 10);
        assert_eq!(log.prune(0, 50, 0).await.unwrap(), 40);
        let left = log.page(&RequestFilter::default(), 500).await.unwrap();
        assert_eq!((left.rows.len(), left.rows[0].seq), (50, 100));
        let of = SumsOf { by: SumsBy::Task, since: 0, until: 1_000_000, offset_minutes: 0, client: None };
        assert_eq!(log.sums(&of).await.unwrap()[0].requests, 100);
        log.prune(0, 50, 900_000).await.unwrap();
        assert!(log.sums(&of).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn percentiles_are_times_that_were_taken_at_even_distances() {
    for home in Home::each() {
        let log = log(&home, 0).await;
        // Every tenth failed at once.
        let timed = |number: i64| match number % 10 {
            0 => LoggedRequest { status: 503, total_ms: 1, ..row(number) },
            _ => LoggedRequest { status: 200, total_ms: number, ..row(number) },
        };
        log.write((1..=1_000).map(timed).collect()).await.unwrap();
        let of = |by| SumsOf { by, since: 0, until: 10_000_000, offset_minutes: 330, client: None };
        let all = log.latencies(&of(SumsBy::Task), 5_000).await.unwrap();
        assert_eq!(all, [Latency { group: "chat".into(), p50: 499, p95: 949, p99: 989, of: 900 }]);
        let groups = |all: Vec<Latency>| all.into_iter().map(|one| (one.group, one.p50, one.of)).collect::<Vec<_>>();
        let by_status = groups(log.latencies(&of(SumsBy::Status), 5_000).await.unwrap());
        assert_eq!(by_status, [("200".into(), 499, 900), ("503".into(), 1, 100)]);
        let of_one = SumsOf { client: Some("ck_a".into()), ..of(SumsBy::Model) };
        let by_model = groups(log.latencies(&of_one, 5_000).await.unwrap());
        assert_eq!(
            by_model.iter().map(|(group, _, of)| (group.as_str(), *of)).collect::<Vec<_>>(),
            [("groq/m", 133), ("groq/n", 167)]
        );
        // In India an hour begins half an hour apart from those of UTC, as for the sums.
        assert_eq!(groups(log.latencies(&of(SumsBy::Hour), 5_000).await.unwrap()), [("-1800000".into(), 499, 900)]);
        assert_eq!(groups(log.latencies(&of(SumsBy::Day), 5_000).await.unwrap()), [("-19800000".into(), 499, 900)]);
        // The 1st, the 101st and so on.
        let some = log.latencies(&of(SumsBy::Task), 10).await.unwrap();
        assert_eq!(some, [Latency { group: "chat".into(), p50: 401, p95: 901, p99: 901, of: 10 }]);
        let within = SumsOf { since: 501_000, until: 505_000, ..of(SumsBy::Task) };
        assert_eq!(groups(log.latencies(&within, 3).await.unwrap()), [("chat".into(), 501, 2)]);
        let after = SumsOf { since: 9_000_000, ..of(SumsBy::Task) };
        assert!(log.latencies(&after, 10).await.unwrap().is_empty());
        // What was pruned leaves no gap behind.
        log.prune(0, 100, 0).await.unwrap();
        assert_eq!(log.latencies(&of(SumsBy::Task), 5_000).await.unwrap()[0].of, 90);
    }
}

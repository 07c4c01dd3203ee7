//! Shared counters on a real Redis: nothing passes its limit, and what is taken comes back whatever becomes of its taker.

use std::sync::atomic::{AtomicU64, Ordering};

use mediary_servers::Redis;
use tokio::task::JoinSet;

use super::*;

async fn counters(redis: &Redis) -> Arc<Counters> {
    Arc::new(Counters::open(redis.url().parse().unwrap()).await.unwrap())
}

/// Two that know nothing of each other, as two servers have them.
async fn two(redis: &Redis) -> [Arc<Counters>; 2] {
    [counters(redis).await, counters(redis).await]
}

fn room(limit: u64, least: u64, most: u64) -> Room {
    Room { span: Span::minute("tokens"), limit: Some(limit), least, most, stays: false }
}

fn cap(limit: u128, need: u128) -> Cap {
    Cap { period: "2026-11-30".to_owned(), unit: "usd", limit: Sum(limit), need: Sum(need) }
}

fn spent(usd: u128) -> SpentIn {
    SpentIn { period: "2026-11-30".to_owned(), units: vec![("usd", Sum(usd)), ("calls", Sum(1))], keep: 60_000 }
}

async fn look(counters: &Counters) -> Stand {
    let look = Look {
        windows: vec![Span::minute("tokens")],
        budgets: vec![("2026-11-30".to_owned(), "usd")],
        totals: vec!["2026-11-30".to_owned()],
    };
    counters.ask("a", Ask { look: Some(look), ..Ask::default() }).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_at_once_take_exactly_what_there_is() {
    let Some(redis) = Redis::start() else { return };
    let both = two(&redis).await;
    // More than a double can hold exactly, in parts of which each odd one counts.
    const DOLLAR: u128 = 1_000_000_000_000_000_000;
    let budget = 33 * (DOLLAR / 7) + 5;
    let rows = [
        (Ask { windows: vec![room(50, 1, 1)], ..Ask::default() }, 50),
        (Ask { windows: vec![room(100, 3, 3)], ..Ask::default() }, 33),
        (Ask { budgets: vec![cap(budget, DOLLAR / 7)], ..Ask::default() }, 33),
    ];
    for (row, (ask, expected)) in rows.into_iter().enumerate() {
        let (scope, mut all, taken) = (format!("row {row}"), JoinSet::new(), Arc::new(AtomicU64::new(0)));
        for number in 0..200 {
            let (counters, scope, taken, mut ask) =
                (both[number % 2].clone(), scope.clone(), taken.clone(), ask.clone());
            if let Some(cap) = ask.budgets.first() {
                ask.hold = Some(Hold { id: counters.new_id(), needs: vec![("usd", cap.need)] });
            }
            all.spawn(async move {
                if counters.ask(&scope, ask).await.unwrap().is_ok() {
                    taken.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        all.join_all().await;
        assert_eq!(taken.load(Ordering::Relaxed), expected, "row {row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn never_more_than_so_many_are_at_once() {
    let Some(redis) = Redis::start() else { return };
    let both = two(&redis).await;
    let (inside, most) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let mut all = JoinSet::new();
    for number in 0..200 {
        let (counters, inside, most) = (both[number % 2].clone(), inside.clone(), most.clone());
        all.spawn(async move {
            let enter = Enter { id: counters.new_id(), most: Some(3) };
            let id = enter.id.clone();
            let entered = counters.ask("a", Ask { enter: Some(enter), ..Ask::default() }).await.unwrap();
            if entered.is_err() {
                assert_eq!(entered, Err(Lacking::Places));
                return 0;
            }
            most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            inside.fetch_sub(1, Ordering::SeqCst);
            counters.ask("a", Ask { leave: vec![id], ..Ask::default() }).await.unwrap().unwrap();
            1
        });
    }
    let entered: u32 = all.join_all().await.into_iter().sum();
    assert!(entered >= 3 && most.load(Ordering::SeqCst) <= 3, "{entered}, {most:?}");
    let enter = Enter { id: "x".to_owned(), most: Some(1) };
    assert!(both[0].ask("a", Ask { enter: Some(enter), ..Ask::default() }).await.unwrap().is_ok(), "all have left");
}

#[tokio::test]
async fn what_is_held_is_given_back_and_what_is_spent_stays() {
    let Some(redis) = Redis::start() else { return };
    let counters = counters(&redis).await;
    let hold = |id: &str| Ask {
        windows: vec![room(100, 10, 80)],
        budgets: vec![cap(1_000, 600)],
        hold: Some(Hold { id: id.to_owned(), needs: vec![("usd", Sum(600))] }),
        ..Ask::default()
    };
    counters.ask("a", hold("one")).await.unwrap().unwrap();
    let stand = look(&counters).await;
    assert_eq!((stand.windows[0].0, stand.budgets[0]), (80, Sum(600)));
    assert_eq!(counters.ask("a", hold("two")).await.unwrap(), Err(Lacking::Budget { at: 0 }));
    assert_eq!(look(&counters).await.windows[0].0, 80, "what is refused takes nothing");
    // It has used less than it held.
    let used = UsedIn { span: Span::minute("tokens"), amount: 12 };
    counters.tell("a", Ask { spent: vec![spent(5)], used: vec![used], ..Ask::default() }, || {});
    counters.tell("a", Ask { release: vec!["one".to_owned()], ..Ask::default() }, || {});
    let stand = look(&counters).await;
    assert_eq!((stand.windows[0].0, stand.budgets[0]), (12, Sum(5)));
    let totals = stand.totals[0].clone().unwrap();
    assert!(
        totals.contains(&("usd".to_owned(), Sum(5))) && totals.contains(&("calls".to_owned(), Sum(1))),
        "{totals:?}"
    );
    // Released twice it gives nothing twice.
    counters.ask("a", Ask { release: vec!["one".to_owned()], ..Ask::default() }).await.unwrap().unwrap();
    assert_eq!(look(&counters).await.budgets[0], Sum(5));
    // What others know of a period that is known here changes nothing.
    counters.ask("a", Ask { seeds: vec![spent(900)], ..Ask::default() }).await.unwrap().unwrap();
    counters.ask("b", Ask { seeds: vec![spent(900)], ..Ask::default() }).await.unwrap().unwrap();
    assert_eq!(look(&counters).await.budgets[0], Sum(5));
    let refused = counters.ask("b", Ask { budgets: vec![cap(900, 0)], ..Ask::default() }).await.unwrap();
    assert_eq!(refused, Err(Lacking::Budget { at: 0 }), "nothing is left, and nothing would fit");
}

#[tokio::test]
async fn a_window_says_when_there_is_room_and_what_never_fits() {
    let Some(redis) = Redis::start() else { return };
    let counters = counters(&redis).await;
    let ask = |room| Ask { windows: vec![room], ..Ask::default() };
    counters.ask("a", ask(room(10, 8, 8))).await.unwrap().unwrap();
    let refused = counters.ask("a", ask(room(10, 3, 3))).await.unwrap();
    let Err(Lacking::Room { at: 0, ends_in }) = refused else { unreachable!("{refused:?}") };
    assert!((59_000..=61_000).contains(&ends_in), "{ends_in}");
    assert_eq!(counters.ask("a", ask(room(10, 11, 11))).await.unwrap(), Err(Lacking::Never { at: 0 }));
    // It takes what there is of what it may use.
    counters.ask("a", ask(room(10, 1, 50))).await.unwrap().unwrap();
    assert_eq!(look(&counters).await.windows[0].0, 10);
}

#[tokio::test]
async fn what_a_killed_server_has_taken_ends_by_itself() {
    let Some(redis) = Redis::start() else { return };
    let counters = counters(&redis).await;
    let ask = |id: &str| Ask {
        enter: Some(Enter { id: id.to_owned(), most: Some(1) }),
        windows: vec![room(100, 60, 60)],
        hold: Some(Hold { id: id.to_owned(), needs: vec![("usd", Sum(7))] }),
        ..Ask::default()
    };
    counters.ask("a", ask("killed")).await.unwrap().unwrap();
    assert_eq!(counters.ask("a", ask("other")).await.unwrap(), Err(Lacking::Places));
    // Its time has passed, and nothing renewed it.
    let mut redis = counters.inner.manager.clone();
    for key in ["mediary:{a}:running", "mediary:{a}:held"] {
        let () = redis::cmd("ZADD").arg(key).arg(1).arg("killed").query_async(&mut redis).await.unwrap();
    }
    counters.ask("a", ask("other")).await.unwrap().unwrap();
    let stand = look(&counters).await;
    assert_eq!((stand.running, stand.windows[0].0, stand.budgets[0]), (1, 60, Sum(7)));
    // Renewed, it goes on; what has ended is not brought back.
    let renew = Ask { renew: vec!["other".to_owned(), "killed".to_owned()], ..Ask::default() };
    counters.ask("a", renew).await.unwrap().unwrap();
    assert_eq!(look(&counters).await.running, 1);
}

#[tokio::test]
async fn counters_that_are_away_are_told_at_once_and_come_back() {
    let Some(redis) = Redis::start() else { return };
    let counters = counters(&redis).await;
    counters.ask("a", Ask::default()).await.unwrap().unwrap();
    drop(redis);
    let away = counters.ask("a", Ask::default()).await.unwrap_err();
    assert!(away.to_string().contains("cannot be reached") && counters.are_away(), "{away}");
    // Asked again at once, it does not wait.
    let asked = std::time::Instant::now();
    for _ in 0..100 {
        counters.ask("a", Ask::default()).await.unwrap_err();
    }
    assert!(asked.elapsed() < PATIENCE * 4, "{:?}", asked.elapsed());
    let (lost, is_lost) = tokio::sync::oneshot::channel();
    counters.tell("a", Ask::default(), move || lost.send(()).unwrap());
    is_lost.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stays_is_not_given_back_and_a_day_ends_when_it_ends() {
    let Some(redis) = Redis::start() else { return };
    let [one, other] = two(&redis).await;
    let far = 4_000_000_000_000;
    let day = |began: u64, ends: u64| Span {
        name: "requests".into(),
        span: 86_400_000,
        each: 86_400_000,
        stands: Some(Stands { began, ends }),
    };
    let asked = |span: Span, stays: bool, id: String| Ask {
        windows: vec![Room { span, limit: Some(2), least: 1, most: 1, stays }],
        hold: Some(Hold { id, needs: Vec::new() }),
        ..Ask::default()
    };
    let ids = [one.new_id(), other.new_id()];
    for (counters, id) in [&one, &other].into_iter().zip(&ids) {
        counters.ask("q", asked(day(1_000, far), true, id.clone())).await.unwrap().unwrap();
    }
    other.ask("q", Ask { release: ids.to_vec(), ..Ask::default() }).await.unwrap().unwrap();
    let full = other.ask("q", asked(day(1_000, far), true, other.new_id())).await.unwrap();
    assert!(matches!(full, Err(Lacking::Room { at: 0, ends_in }) if ends_in > 1_000_000_000), "{full:?}");
    // Of the day after nothing is used yet.
    one.ask("q", asked(day(2_000, far), false, one.new_id())).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_remembers_or_posts_all_know_until_its_time_is_over() {
    let Some(redis) = Redis::start() else { return };
    let [one, other] = two(&redis).await;
    assert_eq!(other.recall("talk").await.unwrap(), None);
    one.remember("talk", "a/m", 60_000);
    wait_until_told(&other, "talk", Some("a/m")).await;
    let posts = |names: &[(&str, u64)]| names.iter().map(|(name, ms)| ((*name).to_owned(), *ms)).collect::<Vec<_>>();
    let first = one.exchange(posts(&[("key a", 60_000), ("key b", 60_000)]), Vec::new()).await.unwrap();
    let told = other.exchange(posts(&[("key a", 30_000)]), vec!["key b".to_owned()]).await.unwrap();
    assert_eq!((first.mark.len(), &first.mark), (32, &told.mark), "all are of one mark");
    let [(name, left)] = &told.posted[..] else { unreachable!("{told:?}") };
    assert!(name == "key a" && (50_000..=60_000).contains(left), "the longer one counts: {told:?}");
    one.exchange(posts(&[("short", 1)]), Vec::new()).await.unwrap();
    let mut all = other.exchange(Vec::new(), Vec::new()).await.unwrap().posted;
    while all.iter().any(|(name, _)| name == "short") {
        all = other.exchange(Vec::new(), Vec::new()).await.unwrap().posted;
    }
    assert_eq!(all.len(), 1);
}

async fn wait_until_told(counters: &Counters, name: &str, expected: Option<&str>) {
    // What is told is not waited for; but it is heard before what is asked on the same connection afterwards.
    while counters.recall(name).await.unwrap().as_deref() != expected {
        tokio::task::yield_now().await;
    }
}

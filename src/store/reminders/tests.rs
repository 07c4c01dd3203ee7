//! Reminders in a database: their owner's alone, in pages, told of once by one of two servers, found by one token.

use std::sync::Arc;

use super::*;
use crate::database::Home;

fn reminder(id: &str, owner: &[u8], due_at: i64) -> ReminderRow {
    ReminderRow {
        id: id.to_owned(),
        owner: owner.to_vec(),
        title: format!("Title {id}"),
        description: String::new(),
        category: if due_at % 2 == 0 { "even" } else { "odd" }.to_owned(),
        priority: "normal".to_owned(),
        starts: "2026-01-01T00:00:00".to_owned(),
        timezone: "UTC".to_owned(),
        repeats: String::new(),
        due_at,
        notify_at: Some(due_at),
        notified_at: None,
        is_late: false,
        completed_at: None,
        webhook_url: Some("http://a.example/hook".to_owned()),
        event: None,
        created_at: 1,
        updated_at: 1,
    }
}

#[tokio::test]
async fn reminders_are_their_owners_alone_and_listed_in_pages() {
    for home in Home::each() {
        let reminders = Reminders::of(Arc::new(home.open().await));
        for number in 0..6 {
            reminders.add(reminder(&format!("r{number}"), b"me", 100 + number / 2)).await.unwrap();
        }
        let done = ReminderRow { completed_at: Some(5), notify_at: None, ..reminder("r9", b"me", 90) };
        reminders.add(done.clone()).await.unwrap();
        reminders.add(reminder("other", b"other", 100)).await.unwrap();
        assert_eq!(reminders.get("r9", b"me").await.unwrap(), Some(done));
        assert_eq!(reminders.get("other", b"me").await.unwrap(), None);
        assert_eq!(reminders.count(b"me").await.unwrap(), 7);
        let listed = async |filter: ReminderFilter| {
            let (rows, has_more) = reminders.list(b"me", &filter).await.unwrap();
            (rows.into_iter().map(|row| row.id).collect::<Vec<_>>().join(" "), has_more)
        };
        let open = |limit| ReminderFilter { is_completed: Some(false), limit, ..ReminderFilter::default() };
        assert_eq!(listed(open(3)).await, ("r0 r1 r2".to_owned(), true));
        let after = Some((101, "r2".to_owned()));
        assert_eq!(listed(ReminderFilter { after, ..open(9) }).await, ("r3 r4 r5".to_owned(), false));
        assert_eq!(listed(ReminderFilter { until: Some(100), ..open(9) }).await.0, "r0 r1");
        assert_eq!(listed(ReminderFilter { since: Some(102), ..open(9) }).await.0, "r4 r5");
        let odd = Some("odd".to_owned());
        assert_eq!(
            listed(ReminderFilter { category: odd, until: Some(101), since: Some(99), ..open(9) }).await.0,
            "r2 r3"
        );
        assert_eq!(listed(ReminderFilter { is_completed: Some(true), ..open(9) }).await.0, "r9");

        let before = reminders.get("r0", b"me").await.unwrap().unwrap();
        let changed = ReminderRow { title: "Other".to_owned(), notify_at: None, updated_at: 2, ..before.clone() };
        assert!(reminders.replace(&before, changed.clone()).await.unwrap());
        assert!(!reminders.replace(&before, changed.clone()).await.unwrap(), "it was changed since");
        assert_eq!(reminders.get("r0", b"me").await.unwrap(), Some(changed));
        assert!(!reminders.remove("r0", b"other").await.unwrap());
        assert!(reminders.remove("r0", b"me").await.unwrap());
    }
}

#[tokio::test]
async fn each_time_is_told_once_by_one_of_two() {
    for home in Home::each() {
        let database = Arc::new(home.open().await);
        let beside = Reminders::of(Arc::new(home.place.open_beside().await.unwrap()));
        let reminders = Reminders::of(database);
        assert_eq!(reminders.next_at(0).await.unwrap(), None);
        reminders.add(reminder("r", b"me", 100)).await.unwrap();
        reminders.add(ReminderRow { webhook_url: None, ..reminder("quiet", b"me", 110) }).await.unwrap();
        assert_eq!(reminders.next_at(0).await.unwrap(), Some(100));
        assert_eq!(reminders.next_at(100).await.unwrap(), Some(110));
        assert_eq!(reminders.due(99, 9).await.unwrap(), []);
        let before = reminders.due(100, 9).await.unwrap().remove(0);
        let after = ReminderRow { due_at: 100, notify_at: Some(200), notified_at: Some(103), ..before.clone() };
        let notice = |id: &str| Notice { id: id.to_owned(), due_at: 100, body: "{}".to_owned() };
        let (one, two) = (notice("one"), notice("two"));
        let both = tokio::join!(reminders.tell(&before, &after, &one), beside.tell(&before, &after, &two));
        assert_eq!([both.0.unwrap(), both.1.unwrap()].into_iter().filter(|told| *told).count(), 1);
        assert_eq!(reminders.get("r", b"me").await.unwrap(), Some(after.clone()));
        let due = reminders.due_notices(103, 9, 4).await.unwrap();
        assert_eq!((due.len(), due[0].url.as_str(), due[0].next_at), (1, "http://a.example/hook", 103));
        // The same time again, as after an edit, is not told again.
        let again = ReminderRow { notify_at: Some(100), updated_at: 2, ..after.clone() };
        assert!(reminders.replace(&after, again.clone()).await.unwrap());
        reminders.tell(&again, &after, &notice("three")).await.unwrap();
        assert_eq!(reminders.due_notices(103, 9, 4).await.unwrap().len(), 1);

        assert!(reminders.takes_notice(&due[0], 300).await.unwrap());
        assert!(!beside.takes_notice(&due[0], 300).await.unwrap());
        reminders.notice_again(&due[0].id, 150).await.unwrap();
        assert_eq!(reminders.next_at(0).await.unwrap(), Some(110));
        assert_eq!(reminders.due_notices(150, 9, 4).await.unwrap()[0].attempts, 1);
        reminders.notice_is_done(&due[0].id).await.unwrap();
        assert_eq!(reminders.due_notices(900, 9, 4).await.unwrap(), []);

        let quiet = reminders.due(110, 9).await.unwrap().remove(0);
        let after = ReminderRow { notify_at: None, notified_at: Some(111), ..quiet.clone() };
        let notice = Notice { id: "four".to_owned(), due_at: 110, body: String::new() };
        assert!(reminders.tell(&quiet, &after, &notice).await.unwrap());
        assert_eq!(reminders.due_notices(900, 9, 4).await.unwrap(), [], "there is no address");
        reminders.forget_notices(105).await.unwrap();
        assert!(reminders.remove("r", b"me").await.unwrap() && reminders.remove("quiet", b"me").await.unwrap());
        assert_eq!(reminders.next_at(0).await.unwrap(), None);
    }
}

#[tokio::test]
async fn notices_of_one_owner_leave_room_for_others() {
    for home in Home::each() {
        let reminders = Reminders::of(Arc::new(home.open().await));
        for (number, owner) in (0..).zip([b"many", b"many", b"many", b"many", b"few."]) {
            let row = reminder(&format!("r{number}"), owner, 100 + number);
            reminders.add(row.clone()).await.unwrap();
            let after = ReminderRow { notify_at: None, notified_at: Some(100 + number), ..row.clone() };
            let notice = Notice { id: format!("n{number}"), due_at: row.due_at, body: "{}".to_owned() };
            assert!(reminders.tell(&row, &after, &notice).await.unwrap());
        }
        let due = reminders.due_notices(200, 3, 2).await.unwrap();
        assert_eq!(due.iter().map(|notice| notice.id.as_str()).collect::<Vec<_>>(), ["n0", "n1", "n4"]);
        assert_eq!((due[0].owner.as_slice(), due[2].owner.as_slice()), (&b"many"[..], &b"few."[..]));
        reminders.remove_all(b"many").await.unwrap();
        assert_eq!(
            reminders.due_notices(200, 3, 2).await.unwrap().len(),
            1,
            "with a reminder goes what was told of it"
        );
        assert_eq!((reminders.count(b"many").await.unwrap(), reminders.count(b"few.").await.unwrap()), (0, 1));
    }
}

#[tokio::test]
async fn a_feed_is_found_by_its_last_token_alone() {
    for home in Home::each() {
        let reminders = Reminders::of(Arc::new(home.open().await));
        assert_eq!(reminders.feed_of("a").await.unwrap(), None);
        reminders.set_feed(b"me", "a", 1).await.unwrap();
        reminders.set_feed(b"other", "c", 1).await.unwrap();
        assert_eq!(reminders.feed_of("a").await.unwrap(), Some(b"me".to_vec()));
        reminders.set_feed(b"me", "b", 2).await.unwrap();
        assert_eq!(
            (reminders.feed_of("a").await.unwrap(), reminders.feed_since(b"me").await.unwrap()),
            (None, Some(2))
        );
        assert!(reminders.end_feed(b"me").await.unwrap());
        assert!(!reminders.end_feed(b"me").await.unwrap());
        assert_eq!(reminders.feed_of("b").await.unwrap(), None);
        assert_eq!(reminders.feed_of("c").await.unwrap(), Some(b"other".to_vec()));
    }
}

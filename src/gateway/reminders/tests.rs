//! When reminders are due: as tables, by clocks that are changed, with a time that is handed in.

use jiff::tz::TimeZone;
use mediary_store::ReminderRow;

use super::clock::{Moment, NoTime};
use super::feed::calendar;
use super::rule::Rule;
use super::turn::{Turn, completed, turn};

fn at(text: &str) -> i64 {
    Moment::read(text, None).unwrap().seconds()
}

/// The first times of a rule, by the clocks of a zone and with their offset.
fn times(rule: &str, first: &str, zone: &str, most: usize) -> Vec<String> {
    let (rule, zone) = (Rule::read(rule).unwrap(), TimeZone::get(zone).unwrap());
    let first = Moment::read(first, zone.iana_name()).unwrap().clocks();
    rule.times(first, &zone).take(most).map(|at| Moment::of(at, &zone).written()).collect()
}

fn row(starts: &str, zone: &str, repeats: &str, due: &str) -> ReminderRow {
    ReminderRow {
        id: "rem_1".to_owned(),
        owner: Vec::new(),
        title: "Water".to_owned(),
        description: String::new(),
        category: String::new(),
        priority: "normal".to_owned(),
        starts: starts.to_owned(),
        timezone: zone.to_owned(),
        repeats: repeats.to_owned(),
        due_at: at(due),
        notify_at: Some(at(due)),
        notified_at: None,
        is_late: false,
        completed_at: None,
        webhook_url: None,
        event: None,
        created_at: 0,
        updated_at: 0,
    }
}

#[test]
fn times_are_read_by_the_clocks_that_are_meant() {
    let madrid = Some("Europe/Madrid");
    let rows = [
        ("2026-12-01T10:00:00Z", None, Ok("2026-12-01T10:00:00+00:00")),
        ("2026-12-01T10:00:00+05:30", None, Ok("2026-12-01T10:00:00+05:30")),
        ("2026-12-01 10:00:00-08", None, Ok("2026-12-01T10:00:00-08:00")),
        ("2026-12-01T10:00:00Z", madrid, Ok("2026-12-01T11:00:00+01:00")),
        ("2026-07-01T10:00:00", madrid, Ok("2026-07-01T10:00:00+02:00")),
        ("2026-07-01T10:00", madrid, Ok("2026-07-01T10:00:00+02:00")),
        // Clocks are put forward from two to three.
        ("2026-03-29T02:30:00", madrid, Ok("2026-03-29T03:30:00+02:00")),
        // They are put back from three to two: the first half past two is meant.
        ("2026-10-25T02:30:00", madrid, Ok("2026-10-25T02:30:00+02:00")),
        ("2026-12-01T10:00:00", None, Err(NoTime::Clocks)),
        ("tomorrow", madrid, Err(NoTime::Text)),
        ("2026-02-30T10:00:00", madrid, Err(NoTime::Text)),
        ("2026-12-01T10:00:00", Some("Europe/Nowhere"), Err(NoTime::Zone)),
    ];
    for (text, zone, expected) in rows {
        let read = Moment::read(text, zone).map(|moment| moment.written());
        assert_eq!(read.as_deref(), expected.as_ref().map(|text| *text), "{text} {zone:?}");
    }
}

#[test]
fn rules_go_by_the_clocks_of_their_zone() {
    let rows: [(&str, &str, &str, &[&str]); 10] = [
        (
            "FREQ=DAILY",
            "2026-03-28T02:30:00",
            "Europe/Madrid",
            &["2026-03-28T02:30:00+01:00", "2026-03-29T03:30:00+02:00", "2026-03-30T02:30:00+02:00"],
        ),
        (
            "FREQ=DAILY;INTERVAL=2;COUNT=3",
            "2026-10-24T09:00:00",
            "Europe/Madrid",
            &["2026-10-24T09:00:00+02:00", "2026-10-26T09:00:00+01:00", "2026-10-28T09:00:00+01:00"],
        ),
        (
            "FREQ=WEEKLY;UNTIL=20261214",
            "2026-12-01T08:00:00",
            "UTC",
            &["2026-12-01T08:00:00+00:00", "2026-12-08T08:00:00+00:00"],
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,MO",
            "2026-12-01T08:00:00",
            "UTC",
            &["2026-12-02T08:00:00+00:00", "2026-12-14T08:00:00+00:00", "2026-12-16T08:00:00+00:00"],
        ),
        (
            "FREQ=MONTHLY",
            "2027-01-31T08:00:00",
            "UTC",
            &["2027-01-31T08:00:00+00:00", "2027-03-31T08:00:00+00:00", "2027-05-31T08:00:00+00:00"],
        ),
        (
            "FREQ=MONTHLY;INTERVAL=12;COUNT=2",
            "2026-12-05T08:00:00",
            "UTC",
            &["2026-12-05T08:00:00+00:00", "2027-12-05T08:00:00+00:00"],
        ),
        (
            "FREQ=YEARLY",
            "2028-02-29T08:00:00",
            "UTC",
            &["2028-02-29T08:00:00+00:00", "2032-02-29T08:00:00+00:00", "2036-02-29T08:00:00+00:00"],
        ),
        ("FREQ=DAILY;UNTIL=20261202T075959Z", "2026-12-01T08:00:00", "UTC", &["2026-12-01T08:00:00+00:00"]),
        (
            "FREQ=DAILY;UNTIL=20261202T080000Z",
            "2026-12-01T08:00:00",
            "UTC",
            &["2026-12-01T08:00:00+00:00", "2026-12-02T08:00:00+00:00"],
        ),
        ("rrule:freq=yearly;count=1", "2026-12-01T08:00:00", "UTC", &["2026-12-01T08:00:00+00:00"]),
    ];
    for (rule, first, zone, expected) in rows {
        assert_eq!(times(rule, first, zone, 3), expected, "{rule}");
    }
    // The 31st comes seven times a year.
    let year = times("FREQ=MONTHLY;UNTIL=20271231", "2027-01-31T08:00:00", "UTC", 99);
    assert_eq!(year.len(), 7);
    // None goes on for ever.
    assert!(times("FREQ=YEARLY", "2026-01-01T00:00:00", "UTC", usize::MAX).len() < 9_999);
}

#[test]
fn rules_are_written_as_they_are_followed_and_others_refused() {
    for rule in [
        "FREQ=DAILY",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=5",
        "FREQ=MONTHLY;UNTIL=20261231",
        "FREQ=YEARLY;UNTIL=20261231T120000Z",
    ] {
        assert_eq!(Rule::read(rule).unwrap().to_string(), rule);
    }
    for rule in [
        "",
        "DAILY",
        "FREQ=HOURLY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=3;UNTIL=20261231",
        "FREQ=DAILY;BYDAY=MO",
        "FREQ=MONTHLY;BYMONTHDAY=1",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=DAILY;UNTIL=20261331",
        "FREQ=DAILY;UNTIL=2026-12-31",
        "FREQ=DAILY;UNTIL=ääää",
        "FREQ=DAILY;FREQ=DAILY",
    ] {
        assert!(Rule::read(rule).is_err(), "{rule}");
    }
}

#[test]
fn what_began_long_ago_is_reckoned_as_from_its_first_time() {
    for (rule, first) in [
        ("FREQ=DAILY", "1950-03-28T02:30:00"),
        ("FREQ=DAILY;INTERVAL=3;UNTIL=20261201", "1950-03-28T02:30:00"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO", "1950-03-29T08:00:00"),
        ("FREQ=MONTHLY;INTERVAL=5", "1950-01-31T08:00:00"),
        ("FREQ=YEARLY", "1888-02-29T08:00:00"),
        ("FREQ=DAILY;COUNT=9000", "2010-01-01T08:00:00"),
    ] {
        let (rule, zone) = (Rule::read(rule).unwrap(), TimeZone::get("Europe/Madrid").unwrap());
        let first = Moment::read(first, zone.iana_name()).unwrap().clocks();
        for now in ["1900-01-01T00:00:00Z", "1904-03-01T00:00:00Z", "2026-11-30T23:00:00Z", "2110-02-28T00:00:00Z"] {
            let now = at(now);
            let last = rule.times(first, &zone).take_while(|at| *at <= now).last();
            let next = rule.times(first, &zone).find(|at| *at > now);
            assert_eq!(rule.around(first, &zone, now), (last, next), "{rule} {now}");
        }
    }
    let first = Moment::read("-009999-01-03T00:00:00Z", None).unwrap().clocks();
    assert_eq!(Rule::read("FREQ=DAILY;INTERVAL=1000").unwrap().times(first, &TimeZone::UTC).count(), 7_305);
}

#[test]
fn what_was_missed_is_told_once_and_marked() {
    let daily = || row("2026-12-01T09:00:00", "Europe/Madrid", "FREQ=DAILY", "2026-12-01T08:00:00Z");
    let once = || row("2026-12-01T09:00:00", "Europe/Madrid", "", "2026-12-01T08:00:00Z");
    let snoozed = || ReminderRow { notify_at: Some(at("2026-12-01T10:30:00Z")), ..daily() };
    let rows = [
        (once(), "2026-12-01T07:59:59Z", None),
        (once(), "2026-12-01T08:00:00Z", Some(("2026-12-01T08:00:00Z", "2026-12-01T08:00:00Z", None, false))),
        (once(), "2026-12-03T08:00:00Z", Some(("2026-12-01T08:00:00Z", "2026-12-01T08:00:00Z", None, true))),
        (
            daily(),
            "2026-12-01T08:00:10Z",
            Some(("2026-12-01T08:00:00Z", "2026-12-01T08:00:00Z", Some("2026-12-02T08:00:00Z"), false)),
        ),
        // Three days without a server.
        (
            daily(),
            "2026-12-04T12:00:00Z",
            Some(("2026-12-04T08:00:00Z", "2026-12-04T08:00:00Z", Some("2026-12-05T08:00:00Z"), true)),
        ),
        (
            snoozed(),
            "2026-12-01T10:30:00Z",
            Some(("2026-12-01T10:30:00Z", "2026-12-01T08:00:00Z", Some("2026-12-02T08:00:00Z"), false)),
        ),
        (ReminderRow { notify_at: None, ..once() }, "2026-12-09T00:00:00Z", None),
    ];
    for (row, now, expected) in rows {
        let expected = expected.map(|(told_for, due_at, next, is_late): (&str, &str, Option<&str>, bool)| Turn {
            told_for: at(told_for),
            due_at: at(due_at),
            next: next.map(at),
            is_late,
        });
        assert_eq!(turn(&row, at(now)), expected, "{now}");
    }
}

#[test]
fn a_reminder_that_comes_again_is_about_its_next_time_once_it_is_completed() {
    let daily = row("2026-12-01T09:00:00", "UTC", "FREQ=DAILY;COUNT=3", "2026-12-01T09:00:00Z");
    // Ahead of its time, and long behind it.
    let early = completed(&daily, at("2026-12-01T07:00:00Z"));
    assert_eq!(
        (early.due_at, early.notify_at, early.completed_at),
        (at("2026-12-02T09:00:00Z"), Some(at("2026-12-02T09:00:00Z")), None)
    );
    let late = completed(&daily, at("2026-12-02T10:00:00Z"));
    assert_eq!(late.due_at, at("2026-12-03T09:00:00Z"));
    let last = completed(&late, at("2026-12-03T10:00:00Z"));
    assert_eq!((last.notify_at, last.completed_at), (None, Some(at("2026-12-03T10:00:00Z"))));
}

#[test]
fn a_calendar_is_folded_escaped_and_the_same_each_time() {
    let now = at("2026-11-30T00:00:00Z");
    let mut first = row("2026-12-01T09:00:00", "UTC", "FREQ=DAILY;COUNT=3", "2026-12-02T09:00:00Z");
    first.title = "Ümlaute; and, \"commas\" \\ ".repeat(5);
    first.description = "one\r\ntwo\nEND:VCALENDAR".to_owned();
    first.priority = "urgent".to_owned();
    let text = calendar(std::slice::from_ref(&first), now);
    assert_eq!(text, calendar(std::slice::from_ref(&first), now));
    assert!(text.lines().count() > 20 && text.ends_with("END:VCALENDAR\r\n"), "{text}");
    assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])), "{text}");
    let whole = text.replace("\r\n ", "");
    assert_eq!(whole.matches("\r\nBEGIN:VEVENT").count(), 2, "the time that is over is left out: {whole}");
    assert!(whole.contains("\r\nDESCRIPTION:one\\ntwo\\nEND:VCALENDAR\r\n"), "{whole}");
    assert!(whole.contains("SUMMARY:Ümlaute\\; and\\, \"commas\" \\\\ Ümlaute"), "{whole}");
    assert!(whole.contains(&format!("\r\nUID:rem_1-{}@mediary\r\n", at("2026-12-02T09:00:00Z"))), "{whole}");
    assert!(whole.contains("\r\nDTSTART:20261202T090000Z\r\n") && whole.contains("\r\nPRIORITY:1\r\n"), "{whole}");
    assert_eq!(whole.matches("BEGIN:VALARM").count(), whole.matches("TRIGGER:PT0S").count());
    let long = row("2026-12-01T09:00:00", "UTC", "FREQ=DAILY", "2026-12-01T09:00:00Z");
    assert_eq!(calendar(&[long], now).matches("BEGIN:VEVENT").count(), 60);
}

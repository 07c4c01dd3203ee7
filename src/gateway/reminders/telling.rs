//! Reminders are told of when they are due: each time once, whatever number of servers share the database.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use mediary_store::{DueNotice, Notice, ReminderRow, StoreFailed};
use serde_json::json;
use tokio::task::{Id, JoinSet};
use uuid::Uuid;

use super::Reminders;
use super::clock::{Moment, zone_of};
use super::turn::turn;
use crate::gateway::jobs::{PUT_OFF, signed};
use crate::gateway::unix_seconds;

/// What waits in the database is looked at this often, whatever is told.
const LOOK: Duration = Duration::from_secs(30);
/// So many are told of at once.
const AT_ONCE: u32 = 16;
/// So many notices are sent at once …
const MOST_SENDING: usize = 64;
/// … and so many of one owner, whose address may be slow.
const MOST_OF_OWNER: u32 = 4;
/// A notice that a server is sending is left to it for so long.
const TAKEN_SECONDS: i64 = 120;
/// How long it is remembered of which times was told.
const REMEMBERED_SECONDS: i64 = 30 * 24 * 3_600;

/// Notices that are being sent: their ids and owners.
#[derive(Debug, Default)]
struct Sending {
    at_work: JoinSet<Result<(), StoreFailed>>,
    known: HashMap<Id, (String, Vec<u8>)>,
}

impl Sending {
    /// Whether there is room for a notice that is not under way.
    fn takes(&self, notice: &DueNotice) -> bool {
        let of_owner = self.known.values().filter(|(_, owner)| *owner == notice.owner).count();
        let is_under_way = self.known.values().any(|(id, _)| *id == notice.id);
        !is_under_way && self.known.len() < MOST_SENDING && of_owner < MOST_OF_OWNER as usize
    }

    /// Waits for one that comes to its end. Gives whether it is noted what became of it.
    async fn ended(&mut self) -> bool {
        let Some(ended) = self.at_work.join_next_with_id().await else { return std::future::pending().await };
        let (id, is_noted) = match ended {
            Ok((id, Ok(()))) => (id, true),
            Ok((id, Err(error))) => {
                tracing::warn!(error.detail = %error, "it cannot be noted what became of a webhook");
                (id, false)
            }
            Err(broken) => (broken.id(), false),
        };
        self.known.remove(&id);
        is_noted
    }
}

impl Reminders {
    pub(super) async fn tell_all(self: Arc<Self>) {
        let (mut swept_at, mut sending) = (0, Sending::default());
        loop {
            let now = unix_seconds();
            if let Err(error) = self.round(now, &mut sending).await {
                tracing::warn!(error.detail = %error, "reminders cannot be looked up");
                // What cannot be noted as told must not be told again and again.
                tokio::time::sleep(LOOK).await;
            }
            if now - swept_at > 3_600 {
                swept_at = now;
                // What is not forgotten now is forgotten later.
                let _later = self.kept.forget_notices(now - REMEMBERED_SECONDS).await;
            }
            // What was due before is under way, or waits for what is.
            let next = self.kept.next_at(now).await.ok().flatten();
            let wait = next.map(|at| Duration::from_secs(u64::try_from(at - unix_seconds()).unwrap_or(0)));
            tokio::select! {
                () = tokio::time::sleep(wait.map_or(LOOK, |wait| wait.min(LOOK))) => {}
                () = self.news.notified() => {}
                is_noted = sending.ended() => if !is_noted {
                    tokio::time::sleep(LOOK).await;
                }
            }
        }
    }

    /// Tells of everything whose time has come, and sends what there is room for.
    async fn round(self: &Arc<Self>, now: i64, sending: &mut Sending) -> Result<(), StoreFailed> {
        loop {
            let due = self.kept.due(now, AT_ONCE).await?;
            if due.is_empty() {
                break;
            }
            for row in due {
                self.tell(&row, now).await?;
            }
        }
        // Those under way are among them.
        let most = u32::try_from(MOST_SENDING + sending.known.len()).unwrap_or(u32::MAX);
        for notice in self.kept.due_notices(now, most, 2 * MOST_OF_OWNER).await? {
            if sending.takes(&notice) {
                let (reminders, known) = (self.clone(), (notice.id.clone(), notice.owner.clone()));
                let task = sending.at_work.spawn(async move { reminders.send(&notice).await });
                sending.known.insert(task.id(), known);
            }
        }
        Ok(())
    }

    async fn tell(&self, row: &ReminderRow, now: i64) -> Result<(), StoreFailed> {
        let Some(turn) = turn(row, now) else { return Ok(()) };
        let after = ReminderRow {
            due_at: turn.due_at,
            notify_at: turn.next,
            notified_at: Some(now),
            is_late: turn.is_late,
            ..row.clone()
        };
        let body = told(&after, turn.told_for, now);
        let notice = Notice { id: format!("msg_{}", Uuid::now_v7().simple()), due_at: turn.told_for, body };
        if self.kept.tell(row, &after, &notice).await? {
            tracing::info!(reminder.id = row.id, reminder.late = turn.is_late, "a reminder is due");
        }
        Ok(())
    }

    async fn send(&self, notice: &DueNotice) -> Result<(), StoreFailed> {
        if !self.is_alone && !self.kept.takes_notice(notice, unix_seconds() + TAKEN_SECONDS).await? {
            return Ok(());
        }
        let DueNotice { id, url, body, attempts, .. } = notice;
        let secret = self.hooks.webhook_secret.as_ref();
        let Err(failure) = signed(&self.fetcher, secret, (id, url, body)).await else {
            return self.kept.notice_is_done(id).await;
        };
        let put_off = usize::try_from(*attempts).ok().and_then(|attempts| PUT_OFF.get(attempts));
        tracing::info!(
            webhook.id = id,
            webhook.attempts = attempts + 1,
            failure.kind = failure.kind.name(),
            "a webhook was not heard"
        );
        match put_off {
            Some(times) => {
                let seconds = self.hooks.webhook_retry.saturating_mul(*times).as_secs();
                self.kept.notice_again(id, unix_seconds() + i64::try_from(seconds).unwrap_or(0)).await
            }
            None => {
                tracing::warn!(webhook.id = id, "a webhook is given up");
                self.kept.notice_is_done(id).await
            }
        }
    }
}

/// What is told of a reminder.
fn told(row: &ReminderRow, told_for: i64, now: i64) -> String {
    let zone = zone_of(&row.timezone).unwrap_or(jiff::tz::TimeZone::UTC);
    let data = json!({
        "id": row.id, "object": "reminder", "title": row.title, "description": row.description, "category": row.category,
        "priority": row.priority, "due": Moment::of(told_for, &zone).written(), "due_at": told_for, "late": row.is_late,
        "repeats": !row.repeats.is_empty(),
    });
    json!({ "object": "event", "type": "reminder.due", "created_at": now, "data": data }).to_string()
}

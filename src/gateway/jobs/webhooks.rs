//! Telling clients how their jobs ended: signed as the Standard Webhooks specification has it, again and again until it is
//! heard, through the guarded errand client.
//!
//! What is sent names the job and nothing of what is in it; the client looks at it with its own key.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use mediary_core::task::PartPath;
use mediary_core::{Failure, FailureKind};
use mediary_remote::Fetcher;
use mediary_store::DueWebhook;
use serde_json::json;
use sha2::Sha256;

use super::record::now;
use super::{NoJob, VideoJobs};
use crate::config::Secret;

/// How long a message is put off after each time that it was not heard, in multiples of the first: five seconds, five
/// minutes, half an hour, and so on for two days and a half, unless configured otherwise.
pub(in crate::gateway) const PUT_OFF: [u32; 9] = [1, 60, 360, 1_440, 3_600, 7_200, 10_080, 14_400, 17_280];
/// So many messages are sent at once.
const AT_ONCE: u32 = 16;
/// A message that a server is sending is left to it for so long.
const TAKEN_SECONDS: i64 = 120;
/// What waits in the database is looked at this often, whatever is told.
const LOOK: Duration = Duration::from_secs(60);
/// How a secret is written whose bytes are given in base64.
const ENCODED: &str = "whsec_";

/// What messages are signed with.
#[derive(Clone)]
pub struct WebhookSecret(Vec<u8>);

impl WebhookSecret {
    /// Reads a secret: `whsec_` and base64, or any other text as it stands.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let encoded = text.strip_prefix(ENCODED).and_then(|encoded| STANDARD.decode(encoded).ok());
        Self(encoded.unwrap_or_else(|| text.as_bytes().to_vec()))
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("WebhookSecret")
    }
}

/// The signature of a message, as it stands in the header `webhook-signature`.
#[must_use]
pub fn signature(secret: &WebhookSecret, id: &str, timestamp: i64, body: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&secret.0) else { return String::new() };
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// Sends a message to an address, signed.
pub(in crate::gateway) async fn signed(
    fetcher: &Fetcher,
    secret: Option<&Secret>,
    (id, url, body): (&str, &str, &str),
) -> Result<(), Failure> {
    let Some(secret) = secret else {
        return Err(Failure::new(FailureKind::NotInstalled, "[jobs] webhook_secret is not set any more"));
    };
    let (timestamp, secret) = (now(), WebhookSecret::read(secret.expose()));
    let headers = [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", timestamp.to_string()),
        ("webhook-signature", signature(&secret, id, timestamp, body)),
    ];
    fetcher.post(url, &headers, body.to_owned()).await
}

/// What is told of a job's end.
pub(super) fn told(id: &str, at: i64, error: Option<&(String, String)>) -> String {
    let (status, error) = match error {
        None => ("completed", None),
        Some((code, message)) => ("failed", Some(json!({ "code": code, "message": message }))),
    };
    let data = json!({ "id": id, "object": "video", "status": status, "error": error });
    json!({ "object": "event", "type": format!("video.{status}"), "created_at": at, "data": data }).to_string()
}

impl VideoJobs {
    /// Whether a client can be told at this address.
    pub(super) fn check_webhook(&self, url: &str) -> Result<(), NoJob> {
        let place = PartPath::Field("webhook_url");
        if self.settings.webhook_secret.is_none() {
            let detail = "this server signs no webhooks, and unsigned ones are not sent; set [jobs] webhook_secret, or leave \
                          `webhook_url` out and ask for the job";
            return Err(Failure::malformed(detail).at(place).into());
        }
        self.gateway().fetcher().check(url).map_err(|failure| failure.at(place).into())
    }

    pub(super) async fn tell_all(self: Arc<Self>) {
        loop {
            if let Err(failure) = self.tell_due().await {
                tracing::warn!(error.detail = %failure, "webhooks cannot be looked up");
                // What cannot be noted as sent must not be sent again and again.
                tokio::time::sleep(LOOK).await;
            }
            let next = self.kept.next_webhook_at().await.ok().flatten();
            let wait = next.map(|at| Duration::from_secs(u64::try_from(at - now()).unwrap_or(0)));
            tokio::select! {
                () = tokio::time::sleep(wait.map_or(LOOK, |wait| wait.min(LOOK))) => {}
                () = self.news.notified() => {}
            }
        }
    }

    async fn tell_due(&self) -> Result<(), Failure> {
        let not_kept = super::submit::not_kept;
        loop {
            let due = self.kept.due_webhooks(now(), AT_ONCE).await.map_err(not_kept)?;
            if due.is_empty() {
                return Ok(());
            }
            let telling = due.iter().map(|webhook| self.tell(webhook));
            for done in futures_util::future::join_all(telling).await {
                done.map_err(not_kept)?;
            }
        }
    }

    async fn tell(&self, webhook: &DueWebhook) -> Result<(), mediary_store::StoreFailed> {
        if !self.is_alone && !self.kept.takes_webhook(webhook, now() + TAKEN_SECONDS).await? {
            return Ok(());
        }
        let DueWebhook { id, url, body, attempts, .. } = webhook;
        let secret = self.settings.webhook_secret.as_ref();
        let sent = signed(self.gateway().fetcher(), secret, (id, url, body)).await;
        let Err(failure) = sent else { return self.kept.webhook_is_done(id).await };
        let put_off = usize::try_from(*attempts).ok().and_then(|attempts| PUT_OFF.get(attempts));
        tracing::info!(
            webhook.id = id,
            webhook.attempts = attempts + 1,
            failure.kind = failure.kind.name(),
            "a webhook was not heard"
        );
        match put_off {
            Some(times) => {
                let seconds = self.settings.webhook_retry.saturating_mul(*times).as_secs();
                self.kept.webhook_again(id, now() + i64::try_from(seconds).unwrap_or(0)).await
            }
            None => {
                tracing::warn!(webhook.id = id, "a webhook is given up");
                self.kept.webhook_is_done(id).await
            }
        }
    }
}

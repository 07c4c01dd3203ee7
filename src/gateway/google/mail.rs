//! Mails: found, read by the document reader, and sent in two steps: what is to be sent is shown with a confirmation that is good
//! once, for ten minutes, for this key and for exactly this mail.

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use mediary_core::{Blob, Claim, ContentHash, Failure, FailureKind, classify};
use mediary_remote::{GoogleFeature, Letter, Mail, MailIds, MailQuery};
use mediary_store::Ticket;

use super::{Google, NoGoogle, unguessable};
use crate::gateway::documents::{ReadOptions, Reader, Reading};
use crate::gateway::unix_seconds;

/// What confirmations are among tickets.
const SEND: &str = "send";
/// How long one is good, in seconds.
const CONFIRM_SECONDS: i64 = 600;
/// So many are open at once with one key.
const MOST_OPEN: i64 = 50;
/// So many mails of a list are looked at side by side.
const AT_ONCE: usize = 4;

/// A mail that was read.
#[derive(Debug)]
pub struct MailText {
    /// What is told of it.
    pub mail: Mail,
    /// What it says.
    pub reading: Reading,
}

/// A mail that is to be sent.
#[derive(Debug, Clone)]
pub struct Sending {
    /// The mail.
    pub letter: Letter,
    /// The conversation that it goes into.
    pub thread: Option<String>,
}

/// A mail that was shown, and is sent with its confirmation.
#[derive(Debug, Clone)]
pub struct Unsent {
    /// What confirms it.
    pub confirmation: String,
    /// Until when, in seconds since 1970.
    pub expires_at: i64,
}

impl Google {
    /// Looks for mails; gives the heads of each, and where the next page begins.
    ///
    /// # Errors
    /// When no account is connected for it, or Google fails.
    pub async fn mails(&self, owner: &[u8], query: &MailQuery) -> Result<(Vec<Mail>, Option<String>), NoGoogle> {
        let answer = self.ask(owner, GoogleFeature::Gmail, self.settings.places.mails(query)?).await?;
        let MailIds { ids, next } = MailIds::read(&answer)?;
        let heads = ids.iter().map(|id| self.head(owner, id));
        let mails: Vec<_> = stream::iter(heads.collect::<Vec<_>>()).buffered(AT_ONCE).try_collect().await?;
        Ok((mails.into_iter().flatten().collect(), next))
    }

    /// What is told of a mail; `None`: it has gone since it was found.
    async fn head(&self, owner: &[u8], id: &str) -> Result<Option<Mail>, NoGoogle> {
        match self.mail(owner, id, false).await {
            Err(NoGoogle::Failed(failure)) if failure.kind == FailureKind::Unknown => Ok(None),
            told => told.map(Some),
        }
    }

    async fn mail(&self, owner: &[u8], id: &str, raw: bool) -> Result<Mail, NoGoogle> {
        let answer = self.ask(owner, GoogleFeature::Gmail, self.settings.places.mail(id, raw)?).await?;
        Ok(Mail::read(&answer)?)
    }

    /// A mail, read as a file of a mail is read.
    ///
    /// # Errors
    /// When no account is connected for it, there is no such mail, it cannot be read, or Google fails.
    pub async fn mail_text(
        &self,
        owner: &[u8],
        id: &str,
        reader: &Reader,
        options: &ReadOptions,
    ) -> Result<MailText, NoGoogle> {
        let mut mail = self.mail(owner, id, true).await?;
        let raw = mail.raw.take().unwrap_or_default();
        let claim = Claim { mime: Some("message/rfc822"), file_name: Some("mail.eml") };
        let media = classify(Blob::in_memory(raw), claim);
        let media = media.map_err(|refusal| Failure::unsupported(refusal.to_string()))?;
        let reading = Box::pin(reader.read(media, options, &|_, _| ())).await?;
        Ok(MailText { mail, reading })
    }

    /// Takes a mail in that is to be sent, and gives what confirms it.
    ///
    /// # Errors
    /// When it is none, no account is connected for it, or too many wait to be confirmed.
    pub async fn confirm_mail(&self, owner: &[u8], sending: &Sending) -> Result<Unsent, NoGoogle> {
        let holds = sending.hash()?;
        // What could not be sent is not shown as if it could.
        self.token(owner, GoogleFeature::GmailSend, None).await?;
        let (now, confirmation) = (unix_seconds(), unguessable()?);
        let expires_at = now + CONFIRM_SECONDS;
        let ticket = Ticket { owner: owner.to_vec(), holds };
        match self.tickets.issue((SEND, &confirmation), &ticket, (now, expires_at), MOST_OPEN).await? {
            true => Ok(Unsent { confirmation, expires_at }),
            false => Err(NoGoogle::TooMany),
        }
    }

    /// Sends a mail that was confirmed. Gives its id and its conversation.
    ///
    /// # Errors
    /// When the confirmation is not one of this mail, no account is connected for it, or Google fails; what was confirmed is
    /// then confirmed anew.
    pub async fn send_mail(&self, owner: &[u8], sending: &Sending, confirmation: &str) -> Result<Mail, NoGoogle> {
        let hash = sending.hash()?;
        let ticket = self.tickets.take((SEND, confirmation), unix_seconds()).await?;
        if ticket.is_none_or(|ticket| ticket.owner != owner || ticket.holds != hash) {
            return Err(NoGoogle::Unconfirmed);
        }
        let request = self.settings.places.send_mail(&sending.letter.written()?, sending.thread.as_deref())?;
        let answer = self.ask(owner, GoogleFeature::GmailSend, request).await?;
        Ok(Mail::read(&answer)?)
    }
}

impl Sending {
    /// By what exactly this mail is known.
    fn hash(&self) -> Result<String, Failure> {
        let mut written = self.letter.written()?;
        written.extend_from_slice(b"\0");
        written.extend_from_slice(self.thread.as_deref().unwrap_or_default().as_bytes());
        Ok(ContentHash::of(&written).to_string())
    }
}

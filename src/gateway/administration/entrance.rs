//! How administrators come in: by the printed code once, by the password from then on.

use std::net::IpAddr;
use std::sync::PoisonError;
use std::time::Instant;

use subtle::ConstantTimeEq;

use super::super::blocking;
use super::{Administration, NotAdmitted, PASSWORD, Session, no_chance, password, unix_seconds};

impl Administration {
    /// Sets the first password with the code that was printed, and opens a session.
    ///
    /// # Errors
    /// When the code is wrong, a password is set, or it cannot be one.
    pub async fn set_up(&self, from: Option<IpAddr>, code: &str, password: &str) -> Result<Session, NotAdmitted> {
        self.may_try(from)?;
        if self.has_password().await? {
            return Err(NotAdmitted::IsSet);
        }
        let is_right = {
            let printed = self.code.lock().unwrap_or_else(PoisonError::into_inner);
            printed.as_deref().is_some_and(|printed| bool::from(printed.as_bytes().ct_eq(code.as_bytes())))
        };
        if !is_right {
            return Err(self.failed(from));
        }
        let digest = self.digest(password).await?;
        let mut known = self.known.lock().await;
        if !self.settings.set_once(PASSWORD, &digest, unix_seconds()).await? {
            return Err(NotAdmitted::IsSet);
        }
        *known = Some(digest);
        *self.code.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.sessions.open(Instant::now()).ok_or_else(no_chance)
    }

    /// Sets another password, whatever it was before; every session ends.
    ///
    /// # Errors
    /// When it cannot be one, or the store cannot be written.
    pub async fn set_password(&self, password: &str) -> Result<(), NotAdmitted> {
        let digest = self.digest(password).await?;
        let mut known = self.known.lock().await;
        self.settings.set(PASSWORD, &digest, unix_seconds()).await?;
        *known = Some(digest);
        self.sessions.end_all();
        Ok(())
    }

    /// Sets another password, by the one that is set, and opens a session; every other one ends.
    ///
    /// # Errors
    /// When that is wrong, or the new one cannot be one.
    pub async fn change_password(
        &self,
        from: Option<IpAddr>,
        current: &str,
        password: &str,
    ) -> Result<Session, NotAdmitted> {
        self.log_in(from, current).await?;
        self.set_password(password).await?;
        self.sessions.open(Instant::now()).ok_or_else(no_chance)
    }

    /// Opens a session with the password.
    ///
    /// # Errors
    /// When it is wrong, or too many were.
    pub async fn log_in(&self, from: Option<IpAddr>, password: &str) -> Result<Session, NotAdmitted> {
        self.may_try(from)?;
        let Some(kept) = self.settings.find(PASSWORD).await? else { return Err(self.failed(from)) };
        // Taken before the digest: many at once wait, and are counted as they come.
        let _turn = self.digests.acquire().await.map_err(|_| NotAdmitted::Wrong)?;
        self.may_try(from)?;
        let password = password.to_owned();
        let is_right = blocking::run(move || Ok(password::is_right(&password, &kept))).await?;
        if !is_right {
            return Err(self.failed(from));
        }
        self.lockout.lock().unwrap_or_else(PoisonError::into_inner).passed(from);
        self.sessions.open(Instant::now()).ok_or_else(no_chance)
    }

    async fn digest(&self, password: &str) -> Result<String, NotAdmitted> {
        let password = password::checked(password).map_err(NotAdmitted::Bad)?.to_owned();
        let _turn = self.digests.acquire().await.map_err(|_| NotAdmitted::Wrong)?;
        let digest = blocking::run(move || Ok(password::digest(&password))).await?;
        digest.ok_or_else(no_chance)
    }

    fn may_try(&self, from: Option<IpAddr>) -> Result<(), NotAdmitted> {
        let lockout = self.lockout.lock().unwrap_or_else(PoisonError::into_inner);
        lockout.left(from, Instant::now()).map_or(Ok(()), |left| Err(NotAdmitted::Locked(left)))
    }

    fn failed(&self, from: Option<IpAddr>) -> NotAdmitted {
        self.lockout.lock().unwrap_or_else(PoisonError::into_inner).failed(from, Instant::now());
        tracing::warn!("a wrong password or code was sent for the administration");
        NotAdmitted::Wrong
    }
}

//! Events of calendars: listed, made, changed and removed.

use mediary_remote::{CalendarEvent, EventPage, EventQuery, GoogleFeature, NewEvent};

use super::{Google, NoGoogle};

impl Google {
    /// Lists events.
    ///
    /// # Errors
    /// When no account is connected for it, there is no such calendar, or Google fails.
    pub async fn events(&self, owner: &[u8], query: &EventQuery) -> Result<EventPage, NoGoogle> {
        let request = self.settings.places.events(query)?;
        let answer = self.ask(owner, GoogleFeature::Calendar, request).await?;
        Ok(EventPage::read(&answer)?)
    }

    /// Makes an event.
    ///
    /// # Errors
    /// When no account is connected for it, there is no such calendar, or Google fails.
    pub async fn new_event(&self, owner: &[u8], event: &NewEvent) -> Result<CalendarEvent, NoGoogle> {
        let request = self.settings.places.new_event(event)?;
        let answer = self.ask(owner, GoogleFeature::CalendarCreate, request).await?;
        Ok(CalendarEvent::read(&answer)?)
    }

    /// Has an event of the account's own calendar be another; `anew`: though it was removed.
    ///
    /// # Errors
    /// When no account is connected for it, there is no such event, or Google fails.
    pub async fn change_event(
        &self,
        owner: &[u8],
        id: &str,
        event: &NewEvent,
        anew: bool,
    ) -> Result<CalendarEvent, NoGoogle> {
        let request = self.settings.places.change_event(id, event, anew)?;
        let answer = self.ask(owner, GoogleFeature::CalendarCreate, request).await?;
        Ok(CalendarEvent::read(&answer)?)
    }

    /// Removes an event of the account's own calendar.
    ///
    /// # Errors
    /// When no account is connected for it, there is no such event, or Google fails.
    pub async fn remove_event(&self, owner: &[u8], id: &str) -> Result<(), NoGoogle> {
        let request = self.settings.places.remove_event(id)?;
        self.ask(owner, GoogleFeature::CalendarCreate, request).await.map(drop)
    }
}

//! Which language a recording is in: what is declared, or what its segments tell.
//!
//! Short segments are told apart badly and neighbours among languages are mistaken for each other, so a recording stays
//! in its language until a segment that is long enough is surely in another.

/// A change of language is believed from here on.
pub(super) const SURE: f32 = 0.8;
/// Of a segment that is so long at least.
pub(super) const LONG_ENOUGH_SECONDS: f64 = 2.0;

/// The languages of one recording.
#[derive(Debug, Default)]
pub(super) struct Languages {
    declared: Option<String>,
    current: Option<String>,
    /// How many seconds are in each.
    spoken: Vec<(String, f64)>,
}

impl Languages {
    pub(super) fn new(declared: Option<&str>) -> Self {
        Self { declared: declared.map(str::to_owned), ..Self::default() }
    }

    /// The language that was declared, so that it need not be told.
    pub(super) fn declared(&self) -> Option<&str> {
        self.declared.as_deref()
    }

    /// The language of the next segment, which is most likely in `guess`.
    pub(super) fn of(&mut self, guess: &str, sureness: f32, seconds: f64) -> String {
        let changes = sureness >= SURE && seconds >= LONG_ENOUGH_SECONDS;
        let current = match (&self.declared, self.current.take()) {
            (Some(declared), _) => declared.clone(),
            (None, Some(current)) if !changes => current,
            (None, Some(_) | None) => guess.to_owned(),
        };
        match self.spoken.iter_mut().find(|(language, _)| *language == current) {
            Some((_, sum)) => *sum += seconds,
            None => self.spoken.push((current.clone(), seconds)),
        }
        self.current = Some(current.clone());
        current
    }

    /// The one that is declared, or spoken the longest; `None`: nothing was said.
    pub(super) fn main(&self) -> Option<&str> {
        let longest = self.spoken.iter().max_by(|a, b| a.1.total_cmp(&b.1)).map(|(language, _)| language.as_str());
        self.declared().or(longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_changes_its_language_only_when_that_is_sure() {
        let mut languages = Languages::new(None);
        assert_eq!(languages.main(), None);
        assert_eq!(languages.of("es", 0.4, 9.0), "es");
        assert_eq!(languages.of("pt", 0.7, 9.0), "es");
        assert_eq!(languages.of("pt", 0.9, 0.8), "es");
        assert_eq!(languages.of("en", 0.95, 12.0), "en");
        assert_eq!(languages.of("en", 0.3, 1.0), "en");
        assert_eq!(languages.main(), Some("es"));
        let mut languages = Languages::new(Some("fr"));
        assert_eq!((languages.of("en", 1.0, 20.0).as_str(), languages.main()), ("fr", Some("fr")));
    }
}

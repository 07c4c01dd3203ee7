//! What a provider's list leaves open of its models, asked of each by itself: a few at a time, for a moment only, and once
//! for as long as a model stays what it is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use http::Method;
use mediary_core::Failure;
use mediary_core::provider::{ListedModel, Timeouts};
use tokio::time::{Instant, timeout_at};

use super::Remote;
use crate::dialect::Question;

/// So many are asked side by side, …
const AT_ONCE: usize = 8;
/// … and so many for one list; the others keep what the list says.
const MOST_ASKED: usize = 256;
/// So long a list waits for them. Those that are late are asked again with a later one.
const PATIENCE: Duration = Duration::from_secs(1);
/// Of each model.
const TIMEOUTS: Timeouts = Timeouts { first_byte: PATIENCE, stall: PATIENCE };
/// Licences and templates stand in it as well.
const MOST_BYTES: usize = 4 << 20;
/// A provider that was late is not asked about single models for so long.
const RESTS: Duration = Duration::from_secs(30);

/// What was learned.
#[derive(Debug, Clone, Default)]
pub(super) struct Details(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    /// Models by their names, and what each was then.
    models: HashMap<String, (String, ListedModel)>,
    rests_until: Option<Instant>,
}

impl Details {
    /// What of these questions is still open.
    fn open(&self, questions: Vec<Question>) -> Vec<Question> {
        let mut known = self.lock();
        let is_asked =
            |name: &str, version: &str| questions.iter().any(|one| one.model == name && one.version == version);
        known.models.retain(|name, (version, _)| is_asked(name, version));
        if known.rests_until.is_some_and(|until| until > Instant::now()) {
            return Vec::new();
        }
        questions.into_iter().filter(|one| !known.models.contains_key(&one.model)).take(MOST_ASKED).collect()
    }

    fn learn(&self, version: String, model: ListedModel) {
        self.lock().models.insert(model.name.clone(), (version, model));
    }

    fn was_late(&self) {
        self.lock().rests_until = Some(Instant::now() + RESTS);
    }

    fn of(&self, name: &str) -> Option<ListedModel> {
        self.lock().models.get(name).map(|(_, model)| model.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Remote {
    /// The models of a list, with what it leaves open of them.
    ///
    /// # Errors
    /// Garbled when it is no list. A model that nothing is told of stays as the list has it.
    pub async fn detailed(&self, list: &[u8], key: Option<&str>) -> Result<Vec<ListedModel>, Failure> {
        let mut models = self.dialect.models(list)?;
        let until = Instant::now() + PATIENCE;
        let asked =
            self.details.open(self.dialect.questions(list)).into_iter().map(|question| self.asked(question, key));
        let mut answers = stream::iter(asked).buffer_unordered(AT_ONCE);
        loop {
            let (question, answer) = match timeout_at(until, answers.next()).await {
                Ok(Some(answered)) => answered,
                Ok(None) => break,
                Err(_) => {
                    self.details.was_late();
                    break;
                }
            };
            let model = models.iter().find(|model| model.name == question.model);
            if let (Some(model), Ok(answer)) = (model, answer) {
                let mut model = model.clone();
                // A refusal tells nothing, and would tell no more another time.
                if let Some(told) = &answer {
                    self.dialect.told(told, &mut model);
                }
                self.details.learn(question.version, model);
            }
        }
        for model in &mut models {
            if let Some(known) = self.details.of(&model.name) {
                *model = known;
            }
        }
        Ok(models)
    }

    async fn asked(&self, question: Question, key: Option<&str>) -> (Question, Result<Option<Vec<u8>>, Failure>) {
        let passage = self.pass(Method::POST, question.path, question.body.clone(), key, TIMEOUTS).await;
        let answer = match passage {
            Ok(answer) if answer.status() == 200 => answer.whole(MOST_BYTES).await.map(Some),
            Ok(_) => Ok(None),
            Err(failure) => Err(failure),
        };
        (question, answer)
    }
}

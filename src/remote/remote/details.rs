//! What a provider's list leaves open of its models, asked of each by itself: a few at a time, for a moment only, and once
//! for as long as a model stays what it is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
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
/// So long a list waits for them. Those that are late are asked again with the next one.
const PATIENCE: Duration = Duration::from_millis(700);
/// Of each model.
const TIMEOUTS: Timeouts = Timeouts { first_byte: PATIENCE, stall: PATIENCE };
/// Licences and templates stand in it as well.
const MOST_BYTES: usize = 4 << 20;

/// What was learned: models by their names, and what each was then.
#[derive(Debug, Clone, Default)]
pub(super) struct Details(Arc<Mutex<HashMap<String, (String, ListedModel)>>>);

impl Details {
    /// What of these questions is still open.
    fn open(&self, questions: Vec<Question>) -> Vec<Question> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|name, (version, _)| questions.iter().any(|one| one.model == *name && one.version == *version));
        questions.into_iter().filter(|one| !known.contains_key(&one.model)).take(MOST_ASKED).collect()
    }

    fn learn(&self, version: String, model: ListedModel) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(model.name.clone(), (version, model));
    }

    fn of(&self, name: &str) -> Option<ListedModel> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(name).map(|(_, model)| model.clone())
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
        let asked = self.details.open(self.dialect.questions(list)).into_iter().map(|question| self.asked(question, key));
        let mut answers = stream::iter(asked).buffer_unordered(AT_ONCE);
        while let Ok(Some((question, answer))) = timeout_at(until, answers.next()).await {
            let model = models.iter().find(|model| model.name == question.model);
            if let (Some(model), Ok(answer)) = (model, answer) {
                let mut model = model.clone();
                // A refusal tells nothing, and would tell no more another time.
                answer.inspect(|told| self.dialect.told(told, &mut model));
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

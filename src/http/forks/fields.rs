//! What a request asks of a fork, beside what its members are asked.

use std::time::Duration;

use bytes::Bytes;
use mediary_core::capability::{Rate, Usd};
use mediary_core::task::{Part, Role, Task};
use serde_json::{Map, Value, json};

use super::super::error::ApiError;
use crate::config::MOST_MEMBERS;
use crate::gateway::{Criterion, ForkWish};

/// How many members there are where it is not said.
const USUAL_MEMBERS: usize = 3;

/// A request, taken apart.
pub(super) struct ForkFields {
    /// What the members are asked, as a chat.
    pub(super) chat: Bytes,
    pub(super) wish: ForkWish,
}

/// A request for a comparison.
pub(super) struct Comparison;

impl ForkFields {
    /// Reads a fork. `judge`: who judges where it is not said.
    pub(super) fn read(body: &[u8], judge: &str) -> Result<Self, ApiError> {
        let mut fields = object(body)?;
        let keeps_all = match fields.remove("return_all") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(keeps_all)) => keeps_all,
            Some(_) => return Err(wrong("return_all", "true or false")),
        };
        let usual: &[Criterion] =
            if keeps_all { &[Criterion::Latency, Criterion::Cost, Criterion::Length] } else { &[Criterion::Quality] };
        let wish = ForkWish { keeps_all, ..wish(&mut fields, usual, judge)? };
        Ok(Self { chat: chat(fields, &wish), wish })
    }
}

impl Comparison {
    /// Reads a comparison as a fork of which all answers are wanted.
    pub(super) fn read(body: &[u8], judge: &str) -> Result<ForkFields, ApiError> {
        let mut fields = object(body)?;
        let usual = [Criterion::Quality, Criterion::Latency, Criterion::Cost];
        let wish = ForkWish { keeps_all: true, ..wish(&mut fields, &usual, judge)? };
        let mut text = |name: &'static str| match fields.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text)),
            Some(_) => Err(wrong(name, "a text")),
        };
        let (task, system) = (text("task")?, text("system_prompt")?);
        let task =
            task.ok_or_else(|| ApiError::malformed("send a `task`: the text that the models are given").about("task"))?;
        let mut asked = Map::new();
        for name in ["model", "max_tokens", "temperature"] {
            asked.extend(fields.remove_entry(name));
        }
        if let Some(name) = fields.keys().next() {
            let shown: String = name.chars().take(60).collect();
            let message = format!(
                "there is no field `{shown}` here; known are task, system_prompt, models, model, max_parallel, criteria, judge, \
                 budget, max_tokens and temperature"
            );
            return Err(ApiError::malformed(message).about(&shown));
        }
        let system = system.map(|text| json!({ "role": "system", "content": text }));
        let messages: Vec<Value> = system.into_iter().chain([json!({ "role": "user", "content": task })]).collect();
        asked.insert("messages".to_owned(), messages.into());
        Ok(ForkFields { chat: chat(asked, &wish), wish })
    }
}

/// The task of a comparison, for its report.
pub(super) fn task_of(task: &Task) -> String {
    let Task::Chat(chat) = task else { return String::new() };
    let last = chat.messages.iter().rfind(|message| message.role == Role::User);
    // What comes behind it was not said by the client.
    match last.and_then(|message| message.parts.first()) {
        Some(Part::Text(task)) => task.clone(),
        _ => String::new(),
    }
}

fn object(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(ApiError::malformed("the body must be a JSON object")),
        Err(error) => {
            Err(ApiError::malformed(format!("the body is not JSON: line {}, column {}", error.line(), error.column())))
        }
    }
}

/// The chat that the members are asked, which needs a model's name where only members are named.
fn chat(mut fields: Map<String, Value>, wish: &ForkWish) -> Bytes {
    if let Some(first) = wish.models.first() {
        fields.insert("model".to_owned(), first.as_str().into());
    }
    Value::Object(fields).to_string().into()
}

fn wish(fields: &mut Map<String, Value>, usual: &[Criterion], judge: &str) -> Result<ForkWish, ApiError> {
    let (usd, time) = budget(fields.remove("budget"))?;
    Ok(ForkWish {
        models: models(fields.remove("models"))?,
        most: most(fields.remove("max_parallel"))?,
        criteria: match fields.remove("criteria") {
            None | Some(Value::Null) => usual.iter().map(|criterion| (*criterion, 1.0)).collect(),
            Some(value) => criteria(&value)?,
        },
        judge: match fields.remove("judge") {
            None | Some(Value::Null) => judge.to_owned(),
            Some(Value::String(name)) if !name.trim().is_empty() => name,
            Some(_) => return Err(wrong("judge", "the name of a model")),
        },
        usd,
        time,
        keeps_all: false,
    })
}

fn models(value: Option<Value>) -> Result<Vec<String>, ApiError> {
    let no = || wrong("models", &format!("a list of 1 to {MOST_MEMBERS} names of models"));
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(names)) if (1..=MOST_MEMBERS).contains(&names.len()) => {
            let name = |name: Value| name.as_str().filter(|name| !name.trim().is_empty()).map(str::to_owned);
            names.into_iter().map(name).collect::<Option<_>>().ok_or_else(no)
        }
        Some(_) => Err(no()),
    }
}

fn most(value: Option<Value>) -> Result<usize, ApiError> {
    match value {
        None | Some(Value::Null) => Ok(USUAL_MEMBERS),
        Some(value) => {
            let most = value.as_u64().and_then(|most| usize::try_from(most).ok());
            let most = most.filter(|most| (1..=MOST_MEMBERS).contains(most));
            most.ok_or_else(|| wrong("max_parallel", &format!("a whole number from 1 to {MOST_MEMBERS}")))
        }
    }
}

/// Criteria by their names, each with its weight.
fn criteria(value: &Value) -> Result<Vec<(Criterion, f64)>, ApiError> {
    let known = Criterion::ALL.map(Criterion::name).join(", ");
    let no = || wrong("criteria", &format!("names, or an object of names and weights above 0, of these: {known}"));
    let named = |name: &str| Criterion::named(name).ok_or_else(no);
    let mut all: Vec<(Criterion, f64)> = match value {
        Value::String(name) => vec![(named(name)?, 1.0)],
        Value::Array(names) => {
            let names = names.iter().map(|name| Ok((named(name.as_str().ok_or_else(no)?)?, 1.0)));
            names.collect::<Result<_, ApiError>>()?
        }
        Value::Object(weights) => {
            let weigh = |(name, weight): (&String, &Value)| {
                let weight = weight.as_f64().filter(|weight| *weight > 0.0 && weight.is_finite());
                Ok((named(name)?, weight.ok_or_else(no)?))
            };
            weights.iter().map(weigh).collect::<Result<_, ApiError>>()?
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => return Err(no()),
    };
    all.sort_by_key(|(criterion, _)| *criterion);
    all.dedup_by_key(|(criterion, _)| *criterion);
    if all.is_empty() { Err(no()) } else { Ok(all) }
}

fn budget(value: Option<Value>) -> Result<(Option<Usd>, Option<Duration>), ApiError> {
    let fields = match value {
        None | Some(Value::Null) => return Ok((None, None)),
        Some(Value::Object(fields)) => fields,
        Some(_) => return Err(wrong("budget", "an object with `usd` and `seconds`")),
    };
    if fields.keys().any(|name| name != "usd" && name != "seconds") {
        return Err(wrong("budget", "an object with `usd` and `seconds`, and nothing else"));
    }
    let usd = match fields.get("usd") {
        None | Some(Value::Null) => None,
        Some(usd) => {
            let usd = usd.as_f64().and_then(Rate::written).map(|rate| rate.times(1, 1));
            Some(usd.ok_or_else(|| wrong("budget.usd", "dollars, 0 or more"))?)
        }
    };
    let time = match fields.get("seconds") {
        None | Some(Value::Null) => None,
        Some(seconds) => {
            let seconds = seconds.as_f64().filter(|seconds| (0.001..=86_400.0).contains(seconds));
            Some(Duration::from_secs_f64(seconds.ok_or_else(|| wrong("budget.seconds", "seconds, up to a day"))?))
        }
    };
    Ok((usd, time))
}

fn wrong(name: &str, wanted: &str) -> ApiError {
    ApiError::malformed(format!("`{name}` must be {wanted}")).about(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &Value) -> Result<ForkFields, ApiError> {
        ForkFields::read(fields.to_string().as_bytes(), "auto")
    }

    #[test]
    fn what_is_asked_of_the_fork_is_not_asked_of_its_members() {
        let asked = json!({
            "models": ["a/m", "b/m"], "messages": [], "return_all": true, "criteria": { "calidad": 2, "cost": 1 },
            "judge": "c/m", "budget": { "usd": 0.01, "seconds": 2.5 }, "max_tokens": 9, "max_parallel": 2,
        });
        let ForkFields { chat, wish } = read(&asked).ok().unwrap();
        let chat: Value = serde_json::from_slice(&chat).unwrap();
        assert_eq!(chat, json!({ "model": "a/m", "messages": [], "max_tokens": 9 }));
        assert_eq!(wish.criteria, [(Criterion::Cost, 1.0), (Criterion::Quality, 2.0)]);
        assert_eq!((wish.judge.as_str(), wish.keeps_all, wish.most), ("c/m", true, 2));
        assert_eq!(
            (wish.usd.map(|usd| usd.to_string()), wish.time),
            (Some("0.01".into()), Some(Duration::from_millis(2_500)))
        );
    }

    #[test]
    fn what_is_misspelt_is_refused_by_name() {
        let rows = [
            (json!({ "models": [] }), "models"),
            (json!({ "models": vec!["m"; 9] }), "models"),
            (json!({ "models": "m" }), "models"),
            (json!({ "max_parallel": 0 }), "max_parallel"),
            (json!({ "criteria": ["beauty"] }), "criteria"),
            (json!({ "criteria": { "cost": 0 } }), "criteria"),
            (json!({ "criteria": [] }), "criteria"),
            (json!({ "judge": 1 }), "judge"),
            (json!({ "budget": 1 }), "budget"),
            (json!({ "budget": { "eur": 1 } }), "budget"),
            (json!({ "budget": { "usd": -1 } }), "budget.usd"),
            (json!({ "budget": { "seconds": 0 } }), "budget.seconds"),
            (json!({ "return_all": "yes" }), "return_all"),
        ];
        for (fields, param) in rows {
            assert_eq!(read(&fields).err().and_then(|error| error.param).as_deref(), Some(param), "{fields}");
        }
        let unknown = Comparison::read(br#"{"task": "x", "criterai": []}"#, "auto").err().unwrap();
        assert_eq!(unknown.param.as_deref(), Some("criterai"));
        assert_eq!(Comparison::read(b"{}", "auto").err().unwrap().param.as_deref(), Some("task"));
    }
}

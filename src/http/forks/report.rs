//! What came of a fork, written down: the best answer with what is known of all, all of them, or a table.

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::super::tasks::{describe, new_head, price, refused, tell_of_project, tell_of_web};
use crate::gateway::projects::ProjectNote;
use crate::gateway::web::WebNote;
use crate::gateway::{Account, Charge, Criterion, Fork, ForkWish, Judged, Member, Unanswered, WholeAnswer, total};
use crate::protocol::{AnswerHead, Encode};

/// A fork, and what was wanted of it.
pub(super) struct Report<'a> {
    pub(super) fork: &'a Fork,
    pub(super) wish: &'a ForkWish,
    /// Writes the answers.
    pub(super) answer: &'a dyn Encode,
    /// What all of it was charged for.
    pub(super) total: Vec<Charge>,
}

impl Report<'_> {
    /// The best answer, with what is known of all.
    pub(super) fn best(&self) -> Value {
        let mut body = self.fork.best().map_or(Value::Null, |best| self.written(best));
        let mut ranked = self.ranked(false).into_iter();
        let winner = ranked.next().unwrap_or_default();
        let others: Vec<Value> = ranked.collect();
        let mut metadata = json!({
            "winner": winner, "others": others, "parallel_count": self.fork.members.len(),
        });
        merge(&mut metadata, self.summary());
        if let Some(fields) = body.as_object_mut() {
            fields.insert("fork_metadata".to_owned(), metadata);
        }
        body
    }

    /// All answers.
    pub(super) fn all(&self) -> Value {
        let AnswerHead { id, created, .. } = new_head();
        let mut body = json!({
            "object": "fork_results", "id": format!("fork-{id}"), "created": created, "results": self.ranked(true),
        });
        merge(&mut body, self.summary());
        body
    }

    /// A comparison, with a table.
    pub(super) fn comparison(&self, task: &str) -> Value {
        let AnswerHead { id, created, .. } = new_head();
        let ranked = self.ranked(true);
        let successful = self.fork.members.iter().filter(|member| member.outcome.is_ok()).count();
        let (columns, rows) = self.table();
        let mut body = json!({
            "object": "diligence_comparison", "id": format!("compare-{id}"), "created": created, "task": task,
            "total_attempted": self.fork.members.len(), "successful": successful,
            "failed": self.fork.members.len() - successful,
            "rankings": ranked, "table": { "columns": columns, "rows": rows }, "markdown": markdown(&columns, &rows),
        });
        let winner = body["rankings"].get(0).cloned().unwrap_or_default();
        body["winner"] = winner;
        merge(&mut body, self.summary());
        body
    }

    /// What holds for all members.
    fn summary(&self) -> Value {
        let criteria = self.wish.criteria.iter().map(|(criterion, weight)| {
            let how = if criterion.is_judged() { "judged" } else { "measured" };
            json!({ "name": criterion.name(), "weight": weight, "how": how })
        });
        let judge = match &self.fork.judged {
            Judged::NotNeeded => Value::Null,
            Judged::By { target, usd, reason } => {
                json!({ "model": target.to_string(), "cost_usd": usd, "reason": reason })
            }
            Judged::Failed(why) => json!({ "model": self.wish.judge, "error": why }),
        };
        let tie = self.fork.tie.iter().map(|index| name(&self.fork.members[*index]));
        json!({
            "criteria": criteria.collect::<Vec<_>>(), "judge": judge, "tie": tie.collect::<Vec<_>>(),
            "cost_usd": total(&self.total),
            "budget": {
                "usd": self.wish.usd, "seconds": self.wish.time.map(|time| time.as_secs_f64()),
            },
        })
    }

    /// The members, the best first.
    fn ranked(&self, with_answers: bool) -> Vec<Value> {
        let ranking = (1..).zip(&self.fork.ranking);
        ranking.map(|(rank, index)| self.member(rank, *index, with_answers)).collect()
    }

    fn member(&self, rank: usize, index: usize, with_answer: bool) -> Value {
        let member = &self.fork.members[index];
        let scores: serde_json::Map<String, Value> = self.fork.scores[index]
            .iter()
            .map(|(criterion, score)| (criterion.name().to_owned(), json!(rounded(*score))))
            .collect();
        let mut body = json!({
            "rank": rank, "asked": member.asked,
            "model": member.target.as_ref().map(ToString::to_string),
            "provider": member.target.as_ref().map(|target| target.provider.as_str()),
            "latency_ms": u64::try_from(member.took.as_millis()).unwrap_or(u64::MAX),
            "cost_usd": member.usd, "max_tokens": member.max_tokens,
        });
        let more = match &member.outcome {
            Ok(whole) => {
                let choice = whole.reply.choices.first();
                let text = choice.map(|choice| choice.text.as_str()).unwrap_or_default();
                let usage = whole.reply.usage.unwrap_or_default();
                let mut more = json!({
                    "status": "answered", "scores": scores, "score": self.fork.totals[index].map(rounded),
                    "length_chars": text.chars().count(),
                    "finish_reason": choice.and_then(|choice| choice.finish).map(|finish| finish.name()),
                    "usage": { "prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens },
                });
                if with_answer {
                    more["text"] = text.into();
                    more["answer"] = self.written(whole);
                }
                more
            }
            Err(unanswered) => not_answered(unanswered),
        };
        merge(&mut body, more);
        body
    }

    fn written(&self, whole: &WholeAnswer) -> Value {
        let (model, wire_format) = (whole.route.target.to_string(), whole.route.wire_format);
        let head = AnswerHead { model, wire_format, ..new_head() };
        serde_json::from_slice(&self.answer.whole(head, &whole.reply)).unwrap_or_default()
    }

    /// The table: a row for each member, the best first.
    fn table(&self) -> (Vec<String>, Vec<Vec<Value>>) {
        let criteria: Vec<Criterion> = self.wish.criteria.iter().map(|(criterion, _)| *criterion).collect();
        let columns = ["model", "status", "latency_ms", "cost_usd", "length_chars"].map(str::to_owned).into_iter();
        let scored = criteria.iter().map(|criterion| format!("{} (0–10)", criterion.name()));
        let columns = columns.chain(scored).chain(["score".to_owned()]).collect();
        let row = |row: &Value| {
            let mut cells: Vec<Value> =
                ["model", "status", "latency_ms", "cost_usd", "length_chars"].map(|name| row[name].clone()).into();
            if cells[0].is_null() {
                cells[0] = row["asked"].clone();
            }
            cells.extend(criteria.iter().map(|criterion| row["scores"][criterion.name()].clone()));
            cells.push(row["score"].clone());
            cells
        };
        (columns, self.ranked(false).iter().map(row).collect())
    }
}

/// Why there is no answer.
fn not_answered(unanswered: &Unanswered) -> Value {
    match unanswered {
        Unanswered::Failed(error) => {
            let error = refused(error.clone());
            json!({
                "status": "failed",
                "error": { "status": error.status.as_u16(), "code": error.code, "message": error.message, "tried": error.tried },
            })
        }
        Unanswered::OverBudget(at_most) => {
            let message = match at_most {
                Some(usd) => format!("not asked: it might cost {usd} dollars, more than the budget leaves for it"),
                None => "not asked: its price is not known, and the budget is in dollars".to_owned(),
            };
            json!({ "status": "over_budget", "error": { "code": "over_budget", "message": message } })
        }
        Unanswered::OutOfTime => json!({
            "status": "out_of_time",
            "error": { "code": "out_of_time", "message": "it was not done when its time was over, and was given up" },
        }),
        Unanswered::NotNeeded => json!({ "status": "not_needed" }),
    }
}

fn name(member: &Member) -> String {
    member.target.as_ref().map_or_else(|| member.asked.clone(), ToString::to_string)
}

fn rounded(score: f64) -> f64 {
    (score * 100.0).round() / 100.0
}

fn merge(body: &mut Value, more: Value) {
    if let (Value::Object(body), Value::Object(more)) = (body, more) {
        body.extend(more);
    }
}

/// A table as Markdown.
fn markdown(columns: &[String], rows: &[Vec<Value>]) -> String {
    let cell = |cell: &Value| match cell {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.replace('|', "\\|").replace('\n', " "),
        other => other.to_string(),
    };
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut table = line(columns.to_vec()) + &line(vec!["---".to_owned(); columns.len()]);
    rows.iter().for_each(|row| table.push_str(&line(row.iter().map(cell).collect())));
    table
}

/// What is said of a fork in headers: of its best answer, with the cost of all.
pub(super) fn headers(
    fork: &Fork,
    account: &Account,
    dropped: &[String],
    (web, project): (Option<&WebNote>, Option<&ProjectNote>),
) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(best) = fork.best() {
        let mut route = best.route.clone();
        route.account = account.clone();
        dropped.iter().for_each(|name| route.drops(name));
        describe(&route, &mut headers);
    }
    price(account, &mut headers);
    tell_of_web(web, &mut headers);
    tell_of_project(project, &mut headers);
    headers
}

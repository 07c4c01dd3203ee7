//! What is written of findings and quarantines: the last word counts.

use super::{KeptFinding, KeptQuarantine};
use crate::database::Statement;

/// What was found of an ability.
pub(super) fn found(finding: KeptFinding) -> Statement {
    let KeptFinding { provider, model, ability, holds, why, found_at } = finding;
    let sql = "INSERT INTO findings (provider, model, ability, holds, why, found_at) VALUES (?, ?, ?, ?, ?, ?) \
               ON CONFLICT (provider, model, ability) DO UPDATE SET \
               holds = excluded.holds, why = excluded.why, found_at = excluded.found_at";
    let statement = Statement::new(sql).with(provider).with(model).with(ability);
    statement.with(i64::from(holds)).with(why).with(found_at)
}

/// That a model is kept out of plans.
pub(super) fn kept_out(quarantine: KeptQuarantine) -> Statement {
    let KeptQuarantine { provider, model, why, confirm, began_at, ends_at } = quarantine;
    let sql = "INSERT INTO quarantines (provider, model, why, confirm, began_at, ends_at) VALUES (?, ?, ?, ?, ?, ?) \
               ON CONFLICT (provider, model) DO UPDATE SET \
               why = excluded.why, confirm = excluded.confirm, began_at = excluded.began_at, ends_at = excluded.ends_at";
    let statement = Statement::new(sql).with(provider).with(model).with(why).with(i64::from(confirm));
    statement.with(began_at).with(ends_at)
}

/// That it is not any more.
pub(super) fn released_now(provider: String, model: String) -> Statement {
    Statement::new("DELETE FROM quarantines WHERE provider = ? AND model = ?").with(provider).with(model)
}

//! `POST /v1/registry/refresh`: looks at the providers' lists of models now, and says what changed.

use axum::Json;
use axum::extract::State;
use mediary_core::capability::TaskKind;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::state::AppState;
use crate::gateway::{Listing, Reclassified};

/// What a look at the lists changed.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Refreshed {
    /// Always `list`.
    object: &'static str,
    data: Vec<RefreshedList>,
}

/// What became of asking a provider for its list.
#[derive(Debug, Serialize, ToSchema)]
struct RefreshedList {
    #[schema(example = "groq")]
    provider: String,
    /// `listed`, or `failed`: then the last good list stands.
    status: &'static str,
    /// Why there is no new list.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// How many models the last good list has.
    models: usize,
    /// How old that list is; null: there is none.
    age_seconds: Option<u64>,
    /// Models that are new. Beside a catalog they answer only when they are named.
    added: Vec<String>,
    /// Models that are gone.
    removed: Vec<String>,
    /// Models that do other work than before.
    reclassified: Vec<OtherWork>,
    /// Models that a catalog or the configuration names and the list does not. They stay.
    unlisted: Vec<String>,
}

/// A model that does other work than before.
#[derive(Debug, Serialize, ToSchema)]
struct OtherWork {
    model: String,
    from: Vec<&'static str>,
    to: Vec<&'static str>,
}

/// Looks at the providers' lists of models and says what changed.
///
/// Asks every provider that is on and has a list, with its own key, and spends nothing. A provider that does not answer
/// keeps the models it is known to have.
#[utoipa::path(post, path = "/v1/registry/refresh", tag = "models", responses((status = 200, body = Refreshed)))]
pub(in crate::http) async fn refresh(State(state): State<AppState>) -> Json<Refreshed> {
    let listings = state.gateway.router.refresh_lists().await;
    Json(Refreshed { object: "list", data: listings.into_iter().map(list).collect() })
}

fn list(listing: Listing) -> RefreshedList {
    let Listing { provider, failure, models, age, added, removed, reclassified, unlisted } = listing;
    let names = |tasks: &[TaskKind]| tasks.iter().map(|task| task.name()).collect();
    let other = |Reclassified { model, from, to }| OtherWork { from: names(&from), to: names(&to), model };
    RefreshedList {
        provider,
        status: if failure.is_some() { "failed" } else { "listed" },
        why: failure,
        models,
        age_seconds: age.map(|age| age.as_secs()),
        added,
        removed,
        reclassified: reclassified.into_iter().map(other).collect(),
        unlisted,
    }
}

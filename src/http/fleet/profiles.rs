//! `GET /v1/routing/profiles`: the tiers, and which targets serve each of them in which order.

use axum::Json;
use axum::extract::State;
use mediary_core::capability::Tier;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::state::AppState;

/// The tiers.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Profiles {
    /// Always `list`.
    object: &'static str,
    data: Vec<Profile>,
}

/// A tier: a model's name that stands for whatever serves a purpose best.
#[derive(Debug, Serialize, ToSchema)]
struct Profile {
    /// What to ask for.
    #[schema(example = "vision")]
    id: &'static str,
    /// Its Spanish name.
    alias: Option<&'static str>,
    /// What it is for.
    purpose: &'static str,
    /// The targets that serve it, best rank first. Priority, media and health come before the rank when a request is planned.
    targets: Vec<String>,
}

/// The tiers and the targets that serve them.
#[utoipa::path(get, path = "/v1/routing/profiles", tag = "models", responses((status = 200, body = Profiles)))]
pub(in crate::http) async fn profiles(State(state): State<AppState>) -> Json<Profiles> {
    let matrix = state.gateway.router.known();
    let rows = matrix.rows();
    let profile = |tier: Tier| {
        let mut ranked: Vec<_> =
            rows.iter().filter_map(|row| Some((row.rank(tier)?, row.priority, row.target.to_string()))).collect();
        ranked.sort();
        let targets = ranked.into_iter().map(|(_, _, target)| target).collect();
        Profile { id: tier.name(), alias: tier.spanish(), purpose: tier.purpose(), targets }
    };
    Json(Profiles { object: "list", data: Tier::ALL.map(profile).into() })
}

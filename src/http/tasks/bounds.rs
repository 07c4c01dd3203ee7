//! The headers that bound a request: tier, strictness, privacy, cost, providers, what it wants of the cache,
//! and which thread it goes on with.

use axum::http::HeaderMap;
use mediary_core::ProviderId;
use mediary_core::capability::Tier;
use mediary_core::plan::{CostPolicy, Privacy};

use super::super::error::ApiError;
use super::super::guard::{admitted, on_behalf};
use super::super::logged::note;
use super::super::threads::thread_id;
use super::super::visit::spends;
use crate::gateway::web::WebWish;
use crate::gateway::{Account, Bounds, CacheWish};

/// What a request's headers ask for.
///
/// # Errors
/// When a header has a value it cannot have: a bound that was misspelt must not be no bound at all.
pub(in crate::http) fn bounds(headers: &HeaderMap) -> Result<Bounds, ApiError> {
    let admitted = admitted();
    let is_local = admitted.as_ref().is_some_and(|admitted| admitted.client().rules.local_only);
    let announced = on_behalf().map(|behalf| behalf.announced.clone());
    let account = Account::of(admitted).announcing(announced);
    let mut bounds = Bounds { account: note(account), ..Bounds::default() };
    spends(&bounds.account);
    if let Some((name, value)) = first(headers, &["x-mediary-tier", "x-willaku-tier"])? {
        let tier = Tier::named(value).ok_or_else(|| wrong(name, &Tier::ALL.map(Tier::name).join(", ")))?;
        bounds.tier = Some(tier);
    }
    if let Some((name, value)) = first(headers, &["x-mediary-strict"])? {
        bounds.strict = yes_or_no(name, value)?;
    }
    if let Some((name, value)) = first(headers, &["x-mediary-continue"])? {
        bounds.continues = Some(yes_or_no(name, value)?);
    }
    if let Some((name, value)) = first(headers, &["x-mediary-privacy"])? {
        bounds.privacy = match value {
            "local" => Privacy::Local,
            "any" => Privacy::Any,
            _ => return Err(wrong(name, "any or local")),
        };
    }
    if is_local {
        bounds.privacy = Privacy::Local;
    }
    if let Some((name, value)) = first(headers, &["x-mediary-cost"])? {
        bounds.cost = match value {
            "free" => CostPolicy::Free,
            "free_first" => CostPolicy::FreeFirst,
            "any" => CostPolicy::Any,
            _ => return Err(wrong(name, "any, free_first or free")),
        };
    }
    if let Some((name, value)) = first(headers, &["x-mediary-allow-paid"])? {
        bounds.allows_paid = yes_or_no(name, value)?;
    }
    if let Some((name, value)) = first(headers, &["x-mediary-cache"])? {
        bounds.cache = match value {
            "use" => CacheWish::Use,
            "refresh" => CacheWish::Refresh,
            "off" => CacheWish::Off,
            _ => return Err(wrong(name, "use, refresh or off")),
        };
    }
    if let Some((name, value)) = first(headers, &["x-mediary-web-search", "x-willaku-web-search"])? {
        bounds.web = match value {
            "vendor" => WebWish::Vendors,
            "true" | "1" => WebWish::Given,
            "false" | "0" => WebWish::None,
            _ => return Err(wrong(name, "true, false or vendor")),
        };
    }
    if let Some((name, value)) = first(headers, &["x-mediary-thread"])? {
        bounds.thread = Some(thread_id(value, name)?);
    }
    if let Some((_, value)) = first(headers, &["x-mediary-provider"])? {
        let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
        bounds.providers = names.map(ProviderId::new).collect();
    }
    Ok(bounds)
}

/// The first of these headers that was sent.
fn first<'a>(headers: &'a HeaderMap, names: &[&'static str]) -> Result<Option<(&'static str, &'a str)>, ApiError> {
    for &name in names {
        if let Some(value) = headers.get(name) {
            let value = value.to_str().map_err(|_| wrong(name, "plain text"))?;
            return Ok(Some((name, value.trim())));
        }
    }
    Ok(None)
}

fn yes_or_no(name: &str, value: &str) -> Result<bool, ApiError> {
    match value {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(wrong(name, "true or false")),
    }
}

fn wrong(name: &str, wanted: &str) -> ApiError {
    ApiError::malformed(format!("the header {name} must be {wanted}")).about(name)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(name: &'static str, value: &str) -> Result<Bounds, ApiError> {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        bounds(&headers)
    }

    #[test]
    fn each_header_bounds_one_thing() {
        let none = Bounds::default;
        let rows = [
            ("x-mediary-tier", "vista", Bounds { tier: Some(Tier::Vision), ..none() }),
            ("x-willaku-tier", "contexto-largo", Bounds { tier: Some(Tier::LongContext), ..none() }),
            ("x-mediary-strict", "true", Bounds { strict: true, ..none() }),
            ("x-mediary-strict", "false", none()),
            ("x-mediary-continue", "true", Bounds { continues: Some(true), ..none() }),
            ("x-mediary-privacy", "local", Bounds { privacy: Privacy::Local, ..none() }),
            ("x-mediary-cost", "free_first", Bounds { cost: CostPolicy::FreeFirst, ..none() }),
            ("x-mediary-allow-paid", "true", Bounds { allows_paid: true, ..none() }),
            ("x-mediary-cache", "refresh", Bounds { cache: CacheWish::Refresh, ..none() }),
            ("x-mediary-web-search", "true", Bounds { web: WebWish::Given, ..none() }),
            ("x-willaku-web-search", "vendor", Bounds { web: WebWish::Vendors, ..none() }),
            ("x-mediary-thread", "a:1", Bounds { thread: Some("a:1".to_owned()), ..none() }),
            ("x-mediary-cost", "free", Bounds { cost: CostPolicy::Free, ..none() }),
            (
                "x-mediary-provider",
                "groq, gemini,",
                Bounds { providers: vec![ProviderId::new("groq"), ProviderId::new("gemini")], ..none() },
            ),
            ("x-unrelated", "x", none()),
        ];
        for (name, value, expected) in rows {
            assert_eq!(of(name, value).unwrap(), expected, "{name}: {value}");
        }
    }

    #[test]
    fn a_misspelt_bound_is_refused_by_name() {
        for (name, value) in [
            ("x-mediary-tier", "fastest"),
            ("x-mediary-strict", "yes"),
            ("x-mediary-privacy", "locale"),
            ("x-mediary-cost", "0"),
            ("x-mediary-cache", "no-cache"),
            ("x-mediary-allow-paid", "yes"),
            ("x-mediary-web-search", "on"),
            ("x-mediary-thread", "../etc"),
            ("x-mediary-thread", ""),
        ] {
            assert_eq!(of(name, value).unwrap_err().param.as_deref(), Some(name));
        }
    }
}

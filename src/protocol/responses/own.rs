//! What a request says to targets of this very format in its own words, beside what all are told in theirs.

use mediary_core::task::Extras;
use serde_json::Value;

use super::tools::Offered;
use super::wire::Request;
use crate::protocol::Open;

/// The fields as they go out. What is kept here goes to no target: `store`, `metadata`, `background`, ids of responses.
pub(super) fn fields(request: &Request<'_>, offered: &Offered) -> Extras {
    let whole = |named: [(&str, Option<Value>); 2], further: &Extras| {
        let named = named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Value::Object(named.chain(further.iter().map(|(name, value)| (name.clone(), value.value().clone()))).collect())
    };
    let reasoning = request.reasoning.as_ref().map(|Open { known: wish, others }| {
        let text = |text: &Option<String>| text.as_deref().map(Value::from);
        whole([("effort", text(&wish.effort)), ("summary", text(&wish.summary))], others)
    });
    let text = request.text.as_ref().map(|Open { known: wish, others }| {
        let verbosity = wish.verbosity.as_deref().map(Value::from);
        whole([("format", wish.format.clone()), ("verbosity", verbosity)], others)
    });
    let said = [
        ("instructions", request.instructions.clone()),
        ("include", request.include.clone().map(Value::from)),
        ("truncation", request.truncation.as_deref().map(Value::from)),
        ("tool_choice", request.tool_choice.clone()),
        ("reasoning", reasoning),
        ("text", text),
        ("tools", (!offered.optional.is_empty()).then(|| offered.optional.clone().into())),
    ];
    let said = said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.filter(|it| !it.is_null())?)));
    said.collect()
}

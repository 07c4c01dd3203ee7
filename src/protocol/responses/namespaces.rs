//! Functions of a namespace: clients group their own so, targets know one list of names. A name goes out with its
//! namespace before it, and both come back apart.

use serde_json::Value;

/// What stands between the two.
const BETWEEN: &str = "__ns__";

/// A name as targets are told it.
pub(super) fn qualified(namespace: Option<&str>, name: &str) -> String {
    match namespace.filter(|namespace| !namespace.is_empty()) {
        Some(namespace) => format!("{namespace}{BETWEEN}{name}"),
        None => name.to_owned(),
    }
}

/// The namespace, if there is one, and the name in it.
pub(super) fn apart(name: &str) -> (Option<&str>, &str) {
    name.split_once(BETWEEN).map_or((None, name), |(namespace, name)| (Some(namespace), name))
}

/// The tools of a namespace, each under its whole name.
pub(super) fn tools(namespace: &Value) -> impl Iterator<Item = Value> {
    let its = namespace["name"].as_str();
    let tools = namespace["tools"].as_array().into_iter().flatten();
    tools.map(move |tool| {
        let mut tool = tool.clone();
        if let Some(name) = tool["name"].as_str().map(|name| qualified(its, name)) {
            tool["name"] = name.into();
        }
        tool
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_come_back_as_they_were() {
        for (namespace, name) in [(Some("agents"), "close"), (None, "close"), (None, "a__b")] {
            assert_eq!(apart(&qualified(namespace, name)), (namespace, name));
        }
        assert_eq!(qualified(Some(""), "close"), "close");
        let namespace = json!({ "type": "namespace", "name": "n", "tools": [{ "type": "function", "name": "f" }, { "type": "odd" }] });
        let names: Vec<Value> = tools(&namespace).map(|tool| tool["name"].clone()).collect();
        assert_eq!(names, [json!("n__ns__f"), Value::Null]);
    }
}

//! Calls of functions whose format need not give them an id: they are given one, and their results the same. Results follow
//! in the order of the calls.

/// The calls of one conversation, oldest first.
#[derive(Debug, Default)]
pub(crate) struct OpenCalls {
    made: usize,
    /// Name and id of those that no result has answered yet.
    open: Vec<(String, String)>,
}

impl OpenCalls {
    /// The id of a call.
    pub(crate) fn made(&mut self, given: Option<String>, name: &str) -> String {
        let made = self.made;
        self.made += 1;
        let id = given.filter(|id| !id.is_empty()).unwrap_or_else(|| format!("call_{made}"));
        self.open.push((name.to_owned(), id.clone()));
        id
    }

    /// The id of the call that a result answers.
    pub(crate) fn answered(&mut self, given: Option<String>, name: Option<&str>) -> Option<String> {
        let given = given.filter(|id| !id.is_empty());
        let is_it = |(its, id): &(String, String)| match &given {
            Some(given) => given == id,
            None => name.is_none_or(|name| its == name),
        };
        let found = self.open.iter().position(is_it).map(|at| self.open.remove(at).1);
        found.or(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_find_their_calls() {
        let mut calls = OpenCalls::default();
        let ids = [(Some("a"), "f"), (None, "f"), (Some(""), "g"), (None, "f")];
        let ids = ids.map(|(id, name)| calls.made(id.map(str::to_owned), name));
        assert_eq!(ids, ["a", "call_1", "call_2", "call_3"]);
        let rows = [
            (None, Some("g"), Some("call_2")),
            (Some("a"), Some("f"), Some("a")),
            (None, Some("f"), Some("call_1")),
            (Some(""), None, Some("call_3")),
            (None, Some("f"), None),
            (Some("x"), None, Some("x")),
        ];
        for (id, name, expected) in rows {
            assert_eq!(calls.answered(id.map(str::to_owned), name).as_deref(), expected);
        }
    }
}

//! Which targets are out of the question: life, tiers, wishes, policy and hard parameters.

use super::{RECIPES, alone, planned};

#[test]
fn a_row_is_kept_or_passed_over_for_its_first_reason() {
    // Row, request, policy, reason; none: it is kept.
    let table = [
        ("a/b", "", "", ""),
        ("a/b embedding", "", "", "no targets"),
        ("a/b preview", "", "", ""),
        ("a/b preview standard:1", "", "tier=standard", ""),
        ("a/b deprecated", "", "", "is deprecated and answers only when it is named"),
        ("a/b deprecated fast:1", "", "tier=fast", "is deprecated and answers only when it is named"),
        ("a/b deprecated", "", "want=a/b", ""),
        ("a/b retired", "", "", "is retired"),
        ("a/b retired", "", "want=a/b", "is retired"),
        ("a/b", "", "want=a/c", "a/c is not known here: its provider is off or has no such model"),
        ("a/b", "", "tier=fast off=fast:a/b", "is switched off for this tier and answers only when it is named"),
        ("a/b", "brief", "tier=auto off=fast:a/b", "is switched off for this tier and answers only when it is named"),
        ("a/b", "", "tier=code off=fast:a/b", ""),
        ("a/b", "", "want=a/b off=fast:a/b", ""),
        ("a/b retired", "", "tier=fast off=fast:a/b", "is retired"),
        // Providers.
        ("a/b", "", "from=a", ""),
        ("a/b", "", "from=c,a", ""),
        ("a/b", "", "from=c", "is not with the provider asked for"),
        ("a/b", "", "want=a/b from=c", "is not with the provider asked for"),
        // Privacy.
        ("a/b", "", "local", "is not on this machine"),
        ("a/b local", "", "local", ""),
        ("a/b", "", "local from=c", "is not with the provider asked for"),
        // Cost.
        ("a/b free", "", "free", ""),
        ("a/b", "", "free", "is not known to be free"),
        ("a/b paid=0/0", "", "free", "is not known to be free"),
        ("a/b free", "", "unconfirmed", ""),
        ("a/b", "", "unconfirmed", "is not known to be free; send the header X-Mediary-Allow-Paid: true to allow it"),
        ("a/b", "", "freefirst", ""),
        ("a/b paid=1/2", "", "", ""),
        ("a/b", "", "free local", "is not on this machine"),
        // Hard parameters.
        ("a/b", "tools", "", "cannot honour tools"),
        ("a/b tools", "tools", "", ""),
        ("a/b", "tools choice", "", "cannot honour tools"),
        ("a/b tools", "tools choice", "", "cannot honour tool_choice"),
        ("a/b tools choice", "tools choice", "", ""),
        ("a/b", "form=json", "", "cannot honour response_format"),
        ("a/b object", "form=json", "", ""),
        ("a/b schema", "form=json", "", ""),
        ("a/b object", "form=schema", "", "cannot honour response_format"),
        ("a/b schema", "form=schema", "", ""),
        ("a/b", "n", "", "cannot honour n"),
        ("a/b n", "n", "", ""),
        ("a/b", "logprobs", "", "cannot honour logprobs"),
        ("a/b logprobs", "logprobs", "", ""),
        ("a/b", "sound", "", "cannot honour audio"),
        ("a/b sound", "sound", "", ""),
        ("a/b", "n logprobs sound", "", "cannot honour n"),
        ("a/b n", "n logprobs sound", "", "cannot honour logprobs"),
        ("a/b n logprobs", "n logprobs sound", "", "cannot honour audio"),
        ("a/b", "tools", "free", "is not known to be free"),
        ("a/b", "tools", "want=a/b", "cannot honour tools"),
        // What probes have found.
        ("a/b kept", "", "", "is in quarantine, since it is gone"),
        ("a/b kept=60", "", "", "is in quarantine, since it is gone; that ends in 60 s"),
        ("a/b kept=60", "", "want=a/b", ""),
        ("a/b tools refuted=tools", "", "", ""),
        ("a/b tools refuted=tools", "tools", "", "is said to have the ability tools, and failed when that was tried"),
        (
            "a/b tools refuted=tools",
            "tools",
            "want=a/b",
            "is said to have the ability tools, and failed when that was tried",
        ),
        ("a/b schema refuted=schema", "form=json", "", ""),
        (
            "a/b schema refuted=schema",
            "form=schema",
            "",
            "is said to have the ability schema, and failed when that was tried",
        ),
        ("a/b refuted=text", "", "", "is said to have the ability text, and failed when that was tried"),
        ("a/b refuted=text", "", "want=a/b", ""),
        ("a/b refuted=embedding,speech", "", "", ""),
        // What is no reason.
        ("a/b whole", "", "", ""),
        ("a/b only=user", "soft=seed,store", "", ""),
        ("a/b out=10", "out=5000", "", ""),
        // Context: the request and its reply, what is not limited at 1,024.
        ("a/b ctx=2024", "tokens=1000", "", ""),
        ("a/b ctx=2023", "tokens=1000", "", "has 2023 tokens of context, the request needs about 2024"),
        ("a/b ctx=1500", "tokens=1000 out=500", "", ""),
        ("a/b ctx=1499", "tokens=1000 out=500", "", "has 1499 tokens of context, the request needs about 1500"),
        ("a/b ctx=1100 out=100", "tokens=1000 out=500", "", ""),
        ("a/b ctx=1100 out=100", "tokens=1000", "", ""),
        ("a/b ctx=1099 out=100", "tokens=1000", "", "has 1099 tokens of context, the request needs about 1100"),
        ("a/b", "tokens=4000000000 out=4000000000", "", ""),
        (
            "a/b ctx=9",
            "tokens=4000000000 out=4000000000",
            "",
            "has 9 tokens of context, the request needs about 4294967295",
        ),
        // Media count by their treatment: 600 a page as it is, 500 and a fence as text.
        ("a/b ctx=6100 pdf", "pdf[pages=10] out=100", "", ""),
        ("a/b ctx=6099 pdf", "pdf[pages=10] out=100", "", "has 6099 tokens of context, the request needs about 6100"),
        ("a/b ctx=5130", "pdf[pages=10] out=100", "", ""),
        ("a/b ctx=5129", "pdf[pages=10] out=100", "", "has 5129 tokens of context, the request needs about 5130"),
        ("a/b ctx=3300 wav", "wav[s=100] out=100", "", ""),
        ("a/b ctx=3299 wav", "wav[s=100] out=100", "", "has 3299 tokens of context, the request needs about 3300"),
        ("a/b ctx=530", "wav[s=100] out=100", "", ""),
        ("a/b ctx=26100 mp4", "mp4[s=100] out=100", "", ""),
        ("a/b ctx=26099 mp4", "mp4[s=100] out=100", "", "has 26099 tokens of context, the request needs about 26100"),
        ("a/b ctx=16500 jpeg", "mp4[s=100] out=100", "", ""),
        ("a/b ctx=2500 jpeg[count=2]", "mp4[s=100] out=100", "", ""),
        (
            "a/b ctx=2499 jpeg[count=2]",
            "mp4[s=100] out=100",
            "",
            "has 2499 tokens of context, the request needs about 2500",
        ),
        // Cools down; whatever else is in the way is told first.
        ("a/b cools=30", "", "", "cools down for 30 s more"),
        ("a/b cools=0", "", "", ""),
        ("a/b broke=30", "", "", ""),
        ("a/b cools=30", "tools", "", "cannot honour tools"),
        ("a/b cools=30 ctx=5", "", "", "has 5 tokens of context, the request needs about 1024"),
        ("a/b broke=30 retired", "", "", "is retired"),
    ];
    for (row, request, policy, reason) in table {
        let planned = planned(&[row], RECIPES, request, policy);
        let expected = match reason {
            "" | "no targets" => String::new(),
            reason if reason.starts_with("a/c") => reason.to_owned(),
            reason => format!("a/b {reason}"),
        };
        assert_eq!(planned.reasons(), expected, "{row} for {request} {policy}");
        assert_eq!(planned.0.is_ok(), reason.is_empty(), "{row} for {request} {policy}");
    }
}

#[test]
fn a_target_in_quarantine_is_asked_when_it_alone_is_named() {
    let rows = ["a/b kept", "c/d"];
    assert_eq!(planned(&rows, RECIPES, "", "want=a/b,c/d").words(), "c/d");
    assert_eq!(planned(&rows, RECIPES, "", "want=a/b").words(), "a/b");
}

#[test]
fn a_tier_orders_and_does_not_bind() {
    let rows = [
        "a/quick fast:1 free",
        "a/wise reasoning:1 standard:2",
        "c/sees vision:1 png",
        "d/plain local",
        "e/vec embedding",
    ];
    // Which target comes first, if that is settled; how many follow.
    let table = [
        ("tier=fast", "", "a/quick", 3),
        ("tier=reasoning", "", "a/wise", 3),
        ("tier=razonamiento", "", "a/wise", 3),
        ("tier=standard", "", "a/wise", 3),
        ("tier=vision", "", "c/sees", 3),
        ("tier=vista", "", "c/sees", 3),
        // No target serves it.
        ("tier=agentic", "", "", 3),
        ("tier=codigo", "", "", 3),
        ("tier=contexto-largo", "", "", 3),
        // No target serves it that the policy allows.
        ("tier=fast from=c,d", "", "", 1),
        ("tier=fast local", "", "d/plain", 0),
        ("tier=reasoning free", "", "a/quick", 0),
        ("tier=reasoning from=a", "", "a/wise", 1),
        // Auto looks at the request.
        ("tier=auto", "", "a/wise", 3),
        ("tier=auto", "brief", "a/quick", 3),
        ("tier=auto", "reasoning", "a/wise", 3),
        ("tier=auto", "png", "c/sees", 3),
        ("tier=auto", "brief png", "c/sees", 3),
        ("tier=auto", "code", "", 3),
        ("tier=auto", "csv", "a/wise", 3),
        // Any target that does the task.
        ("", "", "", 3),
        // A pin looks at no tier.
        ("want=d/plain", "", "d/plain", 0),
        ("want=d/plain,a/quick", "", "d/plain", 1),
        ("want=d/plain,d/plain,x/y", "", "d/plain", 0),
    ];
    for (policy, request, first, follow) in table {
        let found = planned(&rows, RECIPES, request, policy).targets();
        let found: Vec<_> = found.split(' ').collect();
        assert_eq!(found.len(), follow + 1, "{policy} for {request}: {found:?}");
        assert!(first.is_empty() || found[0] == first, "{policy} for {request}: {found:?}");
    }
}

#[test]
fn where_all_members_of_a_tier_cannot_be_called_others_are() {
    let table: [(&[&str], &str, &str, &str); 6] = [
        (&["a/quick fast:1 cools=9", "b/plain"], "brief", "tier=auto", "b/plain"),
        (&["a/quick fast:1 cools=9", "b/plain"], "brief", "tier=fast", "b/plain"),
        (&["a/quick fast:1 cools=9", "b/plain cools=5"], "brief", "tier=auto", "cooling 5"),
        (&["a/quick fast:1 broke=9", "b/plain"], "brief", "tier=fast", "b/plain, a/quick"),
        (&["a/quick agentic:1", "b/plain tools"], "tools", "tier=agentic", "b/plain"),
        (&["a/quick agentic:1", "b/plain"], "tools", "tier=agentic", "none"),
    ];
    for (rows, request, policy, expected) in table {
        assert_eq!(planned(rows, RECIPES, request, policy).words(), expected, "{rows:?} {request} {policy}");
    }
}

#[test]
fn the_plan_names_the_tier_that_counted_and_why() {
    let table = [
        ("tier=fast", "", Some(("fast", "it was asked for"))),
        ("tier=auto", "", Some(("standard", "nothing special about it"))),
        ("tier=auto", "mp3", Some(("multimodal", "it holds media other than pictures"))),
        ("", "", None),
        ("want=a/b", "", None),
    ];
    for (policy, request, expected) in table {
        let tier = planned(&["a/b"], RECIPES, request, policy).0.unwrap().tier;
        assert_eq!(tier.map(|(tier, why)| (tier.name(), why)), expected, "{policy} {request}");
    }
}

#[test]
fn others_than_the_named_targets_are_not_mentioned() {
    let rows = ["a/b", "c/d tools", "e/f"];
    assert_eq!(planned(&rows, RECIPES, "", "want=c/d").reasons(), "");
    assert_eq!(planned(&rows, RECIPES, "tools", "want=c/d,a/b").reasons(), "a/b cannot honour tools");
    assert_eq!(planned(&rows, RECIPES, "tools", "").reasons(), "a/b cannot honour tools; e/f cannot honour tools");
}

#[test]
fn soft_parameters_are_named_when_they_are_dropped() {
    let table = [
        ("a/b", "", vec![]),
        ("a/b", "soft=seed,user", vec![]),
        ("a/b not=seed", "soft=user,seed", vec!["seed"]),
        ("a/b not=seed", "soft=user", vec![]),
        ("a/b only=seed", "soft=user,seed,store", vec!["store", "user"]),
        ("a/b only=", "soft=user,seed,store", vec!["seed", "store", "user"]),
        ("a/b only=", "soft=user,user", vec!["user"]),
    ];
    for (row, request, expected) in table {
        let plan = planned(&[row], RECIPES, request, "").0.unwrap();
        assert_eq!(plan.candidates[0].dropped, expected, "{row} {request}");
    }
}

#[test]
fn a_request_costs_its_tokens_and_those_of_the_longest_reply() {
    let table = [
        ("a/b", "tokens=1000", None),
        ("a/b free", "tokens=1000", Some("0")),
        ("a/b paid=1/10", "tokens=1000", Some("0.011")),
        ("a/b paid=1/10", "tokens=1000 out=100", Some("0.002")),
        ("a/b paid=1/10 out=50", "tokens=1000 out=100", Some("0.0015")),
        ("a/b paid=1/10 out=50", "tokens=1000", Some("0.0015")),
        ("a/b paid=1/0 pdf", "pdf[pages=10]", Some("0.006")),
        ("a/b paid=1/0", "pdf[pages=10]", Some("0.00503")),
        ("a/b paid=1/0 png", "pdf[pages=10]", Some("0.01")),
        ("a/b paid=1/0 wav", "wav[s=1000]", Some("0.032")),
    ];
    for (row, request, expected) in table {
        let cost = planned(&[row], RECIPES, request, "").0.unwrap().candidates[0].cost_usd;
        assert_eq!(cost.map(|usd| usd.to_string()).as_deref(), expected, "{row} for {request}");
    }
}

#[test]
fn rows_of_other_tasks_never_chat() {
    assert_eq!(alone("a/b ocr", RECIPES, "", "want=a/b"), "no targets");
    assert_eq!(planned(&["a/b ocr", "c/d"], RECIPES, "", "want=a/b").reasons(), "a/b does not chat");
    assert_eq!(planned(&["a/b ocr", "c/d"], RECIPES, "", "").words(), "c/d");
}

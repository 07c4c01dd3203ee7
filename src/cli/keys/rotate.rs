//! `mediary keys rotate-master`: what is said when all keys were sealed anew.

use mediary_store::Rotated;
use serde_json::json;

/// What came of it. `by_variable`: the master key stands in the environment, and is changed there.
pub(super) fn told(rotated: Rotated, by_variable: bool, json: bool) -> String {
    let Rotated { keys, master, unopened } = rotated;
    if json {
        return format!("{:#}\n", json!({ "keys": keys, "master": master, "unopened": unopened }));
    }
    let mut text = format!("{keys} keys are sealed with the master key {master}\n");
    for id in unopened {
        text.push_str(&format!("{id} could not be opened, and stays as it was\n"));
    }
    if by_variable {
        text.push_str("make the value of MEDIARY_MASTER_KEY_NEXT that of MEDIARY_MASTER_KEY now\n");
    }
    text
}

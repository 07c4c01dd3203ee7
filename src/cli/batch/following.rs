//! A batch is followed to its end, and how it stands is said in a sentence.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use serde_json::Value;

use super::server::Server;

/// How often it is asked how the batch stands, at first and in the long run.
const SOON: Duration = Duration::from_millis(250);
const LATER: Duration = Duration::from_secs(5);
/// So often it may not answer before that is believed.
const PATIENCE: u32 = 24;

/// A batch once it has ended; how far it is stands on standard error meanwhile.
pub(super) async fn followed(server: &Server, id: &str) -> Result<Value, String> {
    let (shows, mut wait) = (io::stderr().is_terminal(), SOON);
    let mut missed = 0;
    loop {
        let batch = match server.batch(id).await {
            Ok(batch) => batch,
            // A server that starts anew goes on with it.
            Err(_) if missed < PATIENCE => {
                missed += 1;
                tokio::time::sleep(LATER).await;
                continue;
            }
            Err(error) => return Err(format!("{error} (the batch {id} goes on; GET /v1/batches/{id} tells)")),
        };
        missed = 0;
        let is_over = matches!(batch["status"].as_str(), Some("completed" | "failed" | "expired" | "cancelled"));
        if shows {
            // If standard error is closed, the work goes on.
            let _ = write!(io::stderr(), "\r\x1b[K{}", if is_over { String::new() } else { said(&batch) });
        }
        if is_over {
            return Ok(batch);
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LATER);
    }
}

/// How a batch stands, in a sentence, with what is wrong with its lines.
pub(super) fn said(batch: &Value) -> String {
    let text = |name: &str| batch[name].as_str().unwrap_or_default();
    let count = |name: &str| batch["request_counts"][name].as_i64().unwrap_or(0);
    let (total, completed, failed) = (count("total"), count("completed"), count("failed"));
    let mut said = format!(
        "{} is {}: {completed} of {total} answered, {failed} failed",
        text("id"),
        text("status").replace('_', " ")
    );
    for fault in batch["errors"]["data"].as_array().into_iter().flatten() {
        let line = fault["line"].as_i64().map_or(String::new(), |line| format!("line {line}: "));
        said.push_str(&format!("\n{line}{}", fault["message"].as_str().unwrap_or_default()));
    }
    said
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_wrong_is_said_line_by_line() {
        let fault = json!({ "line": 3, "message": "`method` is POST" });
        let batch = json!({
            "id": "b", "status": "in_progress", "request_counts": { "total": 5, "completed": 2, "failed": 1 },
            "errors": { "data": [fault] },
        });
        assert_eq!(said(&batch), "b is in progress: 2 of 5 answered, 1 failed\nline 3: `method` is POST");
    }
}

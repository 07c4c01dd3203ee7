//! Golden tests of the format as clients speak it: requests as they are understood, answers and streams as they are
//! written, byte for byte.

mod answers;
mod chunks;
mod requests;

use super::super::AnswerHead;

/// A head whose values stand in no provider's answer.
fn head() -> AnswerHead {
    AnswerHead {
        id: "chatcmpl-ours".into(),
        created: 1_700_000_000,
        model: "provider/model".into(),
        ..AnswerHead::default()
    }
}

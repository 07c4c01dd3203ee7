//! Which dialect has a form for which task: both halves of one know the same ones.

use std::fmt::Write;

use mediary_core::task::ReplyFrame;
use mediary_core::{Failure, FailureKind};

use super::{ALL, every_task};
use crate::Frame;
use crate::golden::{able, encode_task};

#[test]
fn every_task_has_a_form_or_says_that_it_has_none() {
    let mut told = String::new();
    for dialect in ALL {
        for task in every_task() {
            let written = encode_task(dialect, &able("p/m"), &task);
            let path = written.as_ref().map_or("none", |call| call.path.as_str());
            writeln!(told, "{} {}: {path}", dialect.name(), task.kind().name()).unwrap();
            let Err(refused) = written else { continue };
            assert_eq!(refused.kind, FailureKind::Broken, "the matrix promised too much");
            let frame = Frame { event: None, data: b"{}" };
            let read = dialect.reader(&task, false).read(&frame, &mut ReplyFrame::default());
            // Whether pages are read is a matter of the target in OpenAI's dialect, so there a reader is found.
            let is_known = |failure: Failure| failure == refused || failure.kind == FailureKind::Garbled;
            assert!(is_known(read.unwrap_err()), "nor is an answer read to what cannot be sent");
        }
    }
    insta::assert_snapshot!(told);
}

//! Transcriptions as xAI has them: a form without a model, answered with words and their times.

use mediary_core::Failure;
use mediary_core::capability::TaskKind;
use mediary_core::task::Transcribe;

use super::NAME;
use crate::dialect::CallOf;
use crate::form::Form;
use crate::{HttpCall, unwritable};

/// Writes a request.
pub(super) fn encode(call: &CallOf<'_, Transcribe>) -> Result<HttpCall, Failure> {
    let Transcribe { recording, language, into_english, prompt, temperature, times, .. } = call.task;
    if *into_english {
        return Err(unwritable::task(NAME, TaskKind::Translation));
    }
    if prompt.is_some() {
        call.leave_out("prompt");
    }
    if temperature.is_some() {
        call.leave_out("temperature");
    }
    let mut form = Form::new();
    if let Some(language) = language {
        form.field("language", language)?;
    }
    if times.speakers {
        form.field("diarize", "true")?;
    }
    Ok(form.close("/stt", recording)?.without(call))
}

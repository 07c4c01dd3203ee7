//! Transcriptions as Mistral has them: OpenAI's form without the wish for a format, which is not known here.

use mediary_core::Failure;
use mediary_core::task::Transcribe;

use crate::HttpCall;
use crate::dialect::CallOf;
use crate::form::Form;

/// Writes a request.
pub(super) fn encode(call: &CallOf<'_, Transcribe>) -> Result<HttpCall, Failure> {
    let Transcribe { recording, language, .. } = call.task;
    let mut form = Form::open(recording);
    form.field("model", call.model())?;
    if let Some(language) = language {
        form.field("language", language)?;
    }
    form.close("/audio/transcriptions", recording)
}

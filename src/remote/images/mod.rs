//! Pictures to make, in the forms that providers have for that: many write requests of their own, and one reader reads all
//! answers.
//!
//! | form | requests | whose |
//! |---|---|---|
//! | `openai` | `/images/generations` as JSON, `/images/edits` and `/images/variations` as forms | OpenAI, Pollinations, Z.ai, local servers |
//! | `openrouter`, `together`, `siliconflow`, `nvidia`, `xai`, `minimax`, `dashscope` | JSON of their own | those |
//! | `huggingface`, `cloudflare`, `automatic1111` | JSON or a form, by the model's name | those, and servers of Stable Diffusion |
//!
//! Which form it is comes from the provider's dialect or, where that is OpenAI's, from its quirks. ComfyUI, whose work is a
//! job, and Google's image models, which are asked as in a chat, have theirs with their dialects. Sources: the providers' API references and client libraries.

mod answer;
mod by_name;
mod json;
mod openai;
#[cfg(test)]
mod tests;

use mediary_core::Failure;
use mediary_core::provider::Call;
use mediary_core::task::{ImageJob, ImageSize};
use serde::Deserialize;

pub(crate) use answer::{finished, reader};
pub(crate) use json::{resolution, without, written};

use crate::dialect::CallOf;
use crate::{HttpCall, Quirks};

/// A call for pictures.
pub(crate) type ImageCall<'a> = CallOf<'a, ImageJob>;

/// The form of requests for pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageForm {
    /// OpenAI's.
    #[default]
    OpenAi,
    /// OpenRouter's `/images`.
    OpenRouter,
    /// Together's: OpenAI's with sides instead of a size.
    Together,
    /// SiliconFlow's: OpenAI's with other names.
    SiliconFlow,
    /// NVIDIA's `genai`.
    Nvidia,
    /// xAI's: OpenAI's with ratios, and edits as JSON.
    Xai,
    /// MiniMax's.
    MiniMax,
    /// DashScope's: a message that is answered with pictures.
    DashScope,
    /// Hugging Face's inference service.
    HuggingFace,
    /// Cloudflare's Workers AI.
    Cloudflare,
    /// The API of the web interface of AUTOMATIC1111, which others speak as well.
    Automatic1111,
}

/// Writes a request.
///
/// # Errors
/// When a picture cannot be read, or the work has no form there.
pub(crate) fn encode(form: ImageForm, job: &ImageJob, call: &Call<'_>, quirks: &Quirks) -> Result<HttpCall, Failure> {
    let call = CallOf::new(job, call, quirks);
    if form != ImageForm::OpenAi {
        job.attachments.iter().for_each(|attachment| call.leave_out(attachment.field.clone()));
    }
    let written = match form {
        ImageForm::OpenAi => openai::encode(&call)?,
        ImageForm::OpenRouter => json::openrouter(&call)?,
        ImageForm::Together => json::together(&call)?,
        ImageForm::SiliconFlow => json::siliconflow(&call)?,
        ImageForm::Xai => json::xai(&call)?,
        ImageForm::MiniMax => json::minimax(&call)?,
        ImageForm::DashScope => json::dashscope(&call)?,
        ImageForm::Nvidia => by_name::nvidia(&call)?,
        ImageForm::HuggingFace => by_name::huggingface(&call)?,
        ImageForm::Cloudflare => by_name::cloudflare(&call)?,
        ImageForm::Automatic1111 => by_name::automatic1111(&call)?,
    };
    Ok(written.without(&call))
}

/// What is asked for in words where there are none: a variation for a target that edits.
pub(crate) const VARIATION_PROMPT: &str = "Make a variation of this picture: keep its subject, its style and its colours, and \
                                           change the details of the composition.";

/// The words of a job.
pub(crate) fn prompt<'a>(call: &ImageCall<'a>) -> &'a str {
    if call.task.prompt.is_empty() { VARIATION_PROMPT } else { &call.task.prompt }
}

/// The size to ask for, where the target can be asked for one.
fn size(call: &ImageCall<'_>) -> Option<ImageSize> {
    call.task.size.filter(|_| call.abilities.takes_soft("size"))
}

/// A value that was asked for, if it is sent.
fn sent<'a, T>(call: &ImageCall<'a>, name: &str, value: &'a Option<T>) -> Option<&'a T> {
    value.as_ref().filter(|_| call.sends(name))
}

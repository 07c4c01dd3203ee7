//! Embeddings as Mistral has them: OpenAI's shape, but for the name of the dimensions, and no field it does not know.

use mediary_core::Failure;
use mediary_core::task::EmbedInput;

use crate::body::{self, Object};
use crate::dialect::EmbedCall;
use crate::openai::extras;
use crate::{HttpCall, unwritable};

/// The only one of the soft parameters that is known here.
const PASSED_ON: &str = "metadata";

/// Writes a request.
pub(super) fn encode(call: &EmbedCall<'_>) -> Result<HttpCall, Failure> {
    let embed = call.task;
    let mut out = body::buffer_for_texts(embed);
    let mut request = Object::open(&mut out);
    request.field("model", call.model());
    request.some("output_dimension", embed.dimensions);
    extras(&mut request, &embed.extras, &[], |name| name == PASSED_ON && call.sends(name));
    body::array(request.key("input"), &embed.inputs, |out, input| match input {
        EmbedInput::Text(text) => {
            body::value(out, text);
            Ok(())
        }
        EmbedInput::Tokens(_) => Err(unwritable::tokens(&call.abilities.target)),
    })?;
    request.close();
    Ok(HttpCall::json("/embeddings", out))
}

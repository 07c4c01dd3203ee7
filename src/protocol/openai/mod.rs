//! OpenAI's chat completions, as clients speak them.
//!
//! Pure translation: requests become chats, replies become bodies or chunks. Which models there are, what is done to
//! media and who answers is the gateway's affair.

mod decode;
mod encode;
mod stream;
#[cfg(test)]
mod tests;
mod wire;

pub use decode::ChatForm;
pub use encode::{AnswerHead, completion};
pub use stream::ChunkWriter;

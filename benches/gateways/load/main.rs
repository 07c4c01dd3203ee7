//! The load on a gateway, and what it felt like: one JSON object on standard output.
//!
//! `load chat|stream|copy --NAME VALUE …`; `arguments` has the names. A closed loop: each connection sends its next
//! request when it has the whole answer to the last. One thread, so that as much of the machine as possible is left for
//! what is measured. Anything but a 200 ends it with a sentence and status 1, since an error is answered faster.

mod arguments;
mod chat;
mod client;
mod copy;
mod measured;
mod stream;

use std::process::ExitCode;

use arguments::Arguments;

fn main() -> ExitCode {
    match run() {
        Ok(found) => {
            println!("{found}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("load: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<serde_json::Value, String> {
    let mut words = std::env::args().skip(1);
    let what = words.next().unwrap_or_default();
    let arguments = Arguments::parse(words)?;
    if what == "copy" {
        return copy::twice(arguments.bytes, arguments.requests).map_err(|error| error.to_string());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    match what.as_str() {
        "chat" => runtime.block_on(chat::measure(&arguments)),
        "stream" => runtime.block_on(stream::measure(&arguments)),
        other => Err(format!("`{other}` is not one of chat, stream, copy")),
    }
}

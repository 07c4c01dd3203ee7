//! A chat as a call of Messages: everything but the turns, which are [`super::turns`]'s.
//!
//! The length of the reply must be stated, so one is chosen where the client left it open. An effort gives way to what
//! is demanded: a function that must be called, a reply too short to think in.

use mediary_core::Failure;
use mediary_core::capability::Structured;
use mediary_core::task::{Effort, Extras, OwnFields, Part, ReplyFormat, ToolChoice as Choice};
use serde_json::Value;

use super::generation::{Generation, LEAST_BUDGET_TOKENS, budget_tokens};
use super::schemas;
use super::turns::{Conversation, thoughts_are_missing};
use super::wire::{AnyTool, AsAsked, Block, Format, Metadata, OutputConfig, Request, Thinking, Tool, ToolChoice};
use crate::dialect::{ChatCall, HttpCall};
use crate::{body, unwritable, uploads};

/// The version of the API that this is.
const VERSION: &str = "2023-06-01";
/// Features that are asked for by their names in a header.
const BETA: &str = "anthropic-beta";
/// The line of its own that a client of this vendor puts before everything that the system says.
const BILLING: &str = "x-anthropic-billing-header";
/// What the name of the feature begins with that makes replies longer.
const LONGER: &str = "output-";
/// The longest reply where the client did not say, thoughts not counted.
const REPLY_TOKENS: u32 = 8192;
/// Where others go on to 2.
const MOST_TEMPERATURE: f64 = 1.0;
/// What the system says where any JSON object is asked for.
const ANY_OBJECT: &str =
    "Reply with a single JSON object and nothing else: no words before or after it, and no Markdown fence around it.";

/// A chat to be answered.
pub(super) fn encode(call: &ChatCall<'_>) -> Result<HttpCall, Failure> {
    let request = request(call)?;
    sent(call, "/messages", &request)
}

/// A chat to be counted. What is only about the answer is refused there.
pub(super) fn encode_count(call: &ChatCall<'_>) -> Result<HttpCall, Failure> {
    let asked = request(call)?;
    let request = Request {
        max_tokens: None,
        temperature: None,
        top_p: None,
        top_k: None,
        stop_sequences: Vec::new(),
        metadata: None,
        stream: false,
        own: Extras::new(),
        ..asked
    };
    sent(call, "/messages/count_tokens", &request)
}

fn sent(call: &ChatCall<'_>, path: &'static str, request: &Request<'_>) -> Result<HttpCall, Failure> {
    let mut out = body::buffer(call.task);
    body::write(&mut out, request)?;
    let mut headers = vec![("anthropic-version", VERSION.to_owned())];
    let own = call.task.own.as_ref().filter(|own| own.wire_format == super::NAME);
    let asked = own.and_then(|own| own.fields.get(BETA)).and_then(Value::as_str);
    let names_files = || call.task.messages.iter().flat_map(|message| &message.parts).any(is_at_vendor);
    let files = Some(uploads::FILES).filter(|files| !asked.is_some_and(|asked| asked.contains(files)) && names_files());
    let features: Vec<&str> = asked.into_iter().chain(files).collect();
    if !features.is_empty() {
        headers.push((BETA, features.join(",")));
    }
    Ok(HttpCall { headers, ..HttpCall::json(path, out).without(call) })
}

/// Whether a part is named by its vendor's id.
fn is_at_vendor(part: &Part) -> bool {
    matches!(part, Part::Media(part) if part.url.as_deref().and_then(uploads::id_at_provider).is_some())
}

fn request<'a>(call: &ChatCall<'a>) -> Result<Request<'a>, Failure> {
    let chat = call.task;
    let sampling = &chat.sampling;
    if sampling.n > 1 {
        return Err(unwritable::parameter(super::NAME, "n"));
    }
    if sampling.logprobs.is_some() {
        return Err(unwritable::parameter(super::NAME, "logprobs"));
    }
    let format = match &chat.format {
        // No schema here says "any object", so for that the model is told in words.
        ReplyFormat::Text | ReplyFormat::Json => None,
        ReplyFormat::Schema { schema, .. } => Some(Format::JsonSchema { schema: schemas::of_reply(call, schema) }),
    };
    let generation = Generation::of(call.model());
    let max_tokens = max_tokens(call);
    let own = chat.own.as_ref().filter(|own| own.wire_format == super::NAME);
    let is_cut = sampling.max_tokens.is_some_and(|said| said > max_tokens);
    let fits =
        |asked: &Value| !is_cut || asked["budget_tokens"].as_u64().is_none_or(|tokens| tokens < u64::from(max_tokens));
    let asked = own.and_then(|own| own.fields.get("thinking"));
    let asked = asked.filter(|asked| generation.thinks_as(asked) && fits(asked));
    let thinking = match asked {
        Some(asked) => Some(AsAsked::Theirs(asked)),
        None => thinking(call, generation, max_tokens).map(AsAsked::Ours),
    };
    let thinks = match &thinking {
        None | Some(AsAsked::Ours(Thinking::Disabled)) => false,
        Some(AsAsked::Ours(Thinking::Enabled { .. } | Thinking::Adaptive { .. })) => true,
        Some(AsAsked::Theirs(asked)) => asked["type"] != "disabled",
    };
    let is_told = matches!(thinking, Some(AsAsked::Ours(Thinking::Adaptive { .. })));
    let effort = chat.effort.filter(|_| is_told).map(|effort| generation.effort(effort));
    if chat.effort.is_some_and(|effort| effort != Effort::None) && call.abilities.reasoning && thinking.is_none() {
        call.leave_out("reasoning_effort");
    }
    let is_drawn_freely = generation.takes_sampling() && !thinks;
    let temperature = call.fitting("temperature", sampling.temperature, is_drawn_freely);
    if temperature.is_some_and(|temperature| temperature > MOST_TEMPERATURE) {
        call.leave_out("temperature");
    }
    let temperature = temperature.map(|temperature| temperature.min(MOST_TEMPERATURE));
    let takes_top_p = is_drawn_freely && (temperature.is_none() || generation.takes_both());
    let top_p = call.fitting("top_p", sampling.top_p, takes_top_p);
    let top_k = call.fitting("top_k", sampling.top_k, is_drawn_freely);
    call.systems_go_first();
    call.only_signed_thoughts_go(super::NAME);
    call.names_stay_behind();
    let Conversation { mut system, turns } = Conversation::of(chat)?;
    if let Some(line) = own.and_then(|own| own.fields.get(BILLING)).and_then(Value::as_str) {
        system.insert(0, Block::text(line));
    }
    // Said in the vendor's own older word already.
    let is_said = own.is_some_and(|own| own.fields.contains_key("output_format"));
    let format = format.filter(|_| !is_said);
    let ours = (effort.is_some() || format.is_some()).then_some(OutputConfig { effort, format });
    let output_config = match own.and_then(|own| own.fields.get("output_config")) {
        Some(theirs) => Some(AsAsked::Theirs(theirs)),
        None => ours.map(AsAsked::Ours),
    };
    if chat.format == ReplyFormat::Json {
        system.push(Block::text(ANY_OBJECT));
    }
    Ok(Request {
        model: call.model(),
        max_tokens: Some(max_tokens),
        system,
        messages: turns,
        tools: tools(call),
        tool_choice: tool_choice(call),
        thinking,
        output_config,
        temperature,
        top_p,
        top_k,
        stop_sequences: stop_sequences(call),
        metadata: user(call).map(|user_id| Metadata { user_id }),
        cache_control: chat.extras.get("cache_control").filter(|_| call.sends("cache_control")),
        stream: chat.stream,
        own: own.map(further_fields).unwrap_or_default(),
    })
}

/// Fields of this format that nothing else of a request says. A user that is named there goes before another.
fn further_fields(own: &OwnFields) -> Extras {
    let said_elsewhere = |name: &str| matches!(name, "thinking" | "output_config" | BETA | BILLING);
    own.fields
        .iter()
        .filter(|(name, _)| !said_elsewhere(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Texts that end the reply. One of nothing but white space is refused there.
fn stop_sequences<'a>(call: &ChatCall<'a>) -> Vec<&'a str> {
    let all = &call.task.sampling.stop;
    let said: Vec<&str> = all.iter().map(String::as_str).filter(|stop| !stop.trim().is_empty()).collect();
    if said.len() < all.len() {
        call.leave_out("stop");
    }
    said
}

/// Whether the client asks for longer replies than the model usually gives, by the feature's name.
fn is_longer(call: &ChatCall<'_>) -> bool {
    let own = call.task.own.as_ref().filter(|own| own.wire_format == super::NAME);
    let features = own.and_then(|own| own.fields.get(BETA)).and_then(Value::as_str);
    features.is_some_and(|features| features.split(',').any(|feature| feature.trim().starts_with(LONGER)))
}

fn max_tokens(call: &ChatCall<'_>) -> u32 {
    let most = call.abilities.output_tokens.unwrap_or(u32::MAX);
    let asked = call.task.sampling.max_tokens;
    let effort = call.task.effort.filter(|_| call.abilities.reasoning);
    let thoughts = effort.map_or(0, |effort| call.task.granted.map_or(budget_tokens(effort), |its| its.tokens));
    match asked {
        Some(asked) if asked > most && !is_longer(call) => {
            call.leave_out("max_tokens");
            most
        }
        Some(asked) => asked,
        // Where it is not known how long a reply may be, no room is claimed for thoughts.
        None if most == u32::MAX => REPLY_TOKENS,
        None => REPLY_TOKENS.saturating_add(thoughts).min(most),
    }
}

fn thinking(call: &ChatCall<'_>, generation: Generation, max_tokens: u32) -> Option<Thinking> {
    let effort = call.task.effort.filter(|_| call.abilities.reasoning)?;
    let must_call = matches!(call.task.tool_choice, Choice::Required | Choice::Named(_));
    if effort == Effort::None {
        return Some(Thinking::Disabled);
    }
    if must_call && !call.task.tools.is_empty() {
        return None;
    }
    if generation.is_adaptive() {
        call.grants_by_effort();
        return Some(Thinking::Adaptive { display: "summarized" });
    }
    let most = max_tokens.saturating_sub(1);
    if most < LEAST_BUDGET_TOKENS || thoughts_are_missing(call.task) {
        return None;
    }
    let granted = call.granted(LEAST_BUDGET_TOKENS, most);
    Some(Thinking::Enabled { budget_tokens: granted.unwrap_or_else(|| budget_tokens(effort).min(most)) })
}

fn tools<'a>(call: &ChatCall<'a>) -> Vec<AnyTool<'a>> {
    let binds = call.abilities.structured == Structured::Schema;
    let written = |tool: &'a mediary_core::task::Tool| {
        let piece = tool.original.as_ref()?.pieces_for(super::NAME)?.first()?;
        serde_json::from_slice(piece).ok().map(AnyTool::Written)
    };
    let ours = |tool: &'a mediary_core::task::Tool| {
        let (input_schema, description) = schemas::of_tool(call, tool, binds);
        AnyTool::Function(Tool {
            name: &tool.name,
            description,
            input_schema,
            strict: tool.strict.filter(|strict| *strict && binds),
            cache_control: tool.cache_control.as_ref(),
        })
    };
    let functions = call.task.tools.iter().map(|tool| written(tool).unwrap_or_else(|| ours(tool)));
    functions.chain(call.task.hosted_tools.iter().map(|tool| AnyTool::Hosted(&tool.definition))).collect()
}

fn tool_choice<'a>(call: &ChatCall<'a>) -> Option<ToolChoice<'a>> {
    let chat = call.task;
    if chat.tools.is_empty() && chat.hosted_tools.is_empty() {
        return None;
    }
    let is_wanted = chat.parallel_tool_calls == Some(false) && call.sends("parallel_tool_calls");
    let one_at_a_time = is_wanted.then_some(true);
    let (kind, name, disable_parallel_tool_use) = match &chat.tool_choice {
        Choice::Auto if one_at_a_time.is_none() => return None,
        Choice::Auto => ("auto", None, one_at_a_time),
        Choice::None => ("none", None, None),
        Choice::Required => ("any", None, one_at_a_time),
        Choice::Named(name) => ("tool", Some(name.as_str()), one_at_a_time),
    };
    Some(ToolChoice { kind, name, disable_parallel_tool_use })
}

/// The end user as an opaque id; an address is refused there.
fn user<'a>(call: &ChatCall<'a>) -> Option<&'a str> {
    let user = call.task.extras.get("user")?.as_str();
    call.fitting("user", user, user.is_some_and(|user| !user.is_empty() && !user.contains('@')))
}

//! A request that was understood, carried out: whole or as a stream, as it was asked for. Called by every handler of a task,
//! however its requests are read.

use axum::http::HeaderMap;
use axum::response::Response;

use super::super::error::ApiError;
use super::super::google;
use super::super::guard::{client_of, owner_of};
use super::super::kept_files;
use super::super::request_id::RequestId;
use super::super::state::AppState;
use super::super::web::unsearched;
use super::headers::{tell_of_project, tell_of_web};
use super::project::{begin_with, begin_with_project};
use super::provider_name::ProviderNames;
pub(in crate::http) use super::remembered::{named as named_thread, refuse as refuse_thread};
use super::{refused, relay, remembered, whole};
use mediary_core::Hold;
use mediary_core::task::Task;

use crate::config::Server;
use crate::gateway::threads::Remembering;
use crate::gateway::web::{WebNote, WebWish};
use crate::gateway::{Answered, Bounds, TaskRequest};
use crate::protocol::{Decoded, Protocol, Spelling};

/// A request that was understood, with what its headers ask for.
pub(in crate::http) struct Asked {
    pub(in crate::http) decoded: Decoded,
    pub(in crate::http) bounds: Bounds,
    /// What the client is known by.
    pub(in crate::http) client: Vec<u8>,
    /// Whose files and projects may be named.
    pub(in crate::http) owner: Vec<u8>,
    /// The permit for what was decoded.
    pub(in crate::http) held: Hold,
}

/// Who asks.
pub(in crate::http) struct Asker {
    /// What the client is known by.
    pub(in crate::http) client: Vec<u8>,
    /// Whose files and projects may be named.
    pub(in crate::http) owner: Vec<u8>,
    /// The permit for what is asked for.
    pub(in crate::http) held: Hold,
}

impl Asker {
    /// Who sends these headers.
    pub(in crate::http) fn of(headers: &HeaderMap, server: &Server) -> Self {
        Self { client: client_of(headers), owner: owner_of(headers, server), held: Hold::default() }
    }

    /// The same, with the permit for what was decoded.
    pub(in crate::http) fn holding(self, held: Hold) -> Self {
        Self { held, ..self }
    }
}

impl Asked {
    /// A request with the files that it only names by their ids.
    ///
    /// # Errors
    /// When one is not there, or no medium.
    pub(in crate::http) async fn of(
        protocol: &dyn Protocol,
        state: &AppState,
        mut decoded: Decoded,
        bounds: Bounds,
        asker: Asker,
    ) -> Result<Self, ApiError> {
        let Asker { client, owner, held } = asker;
        if let Err(failure) = kept_files::brought(state, &owner, &mut decoded.task).await {
            return Err(ApiError::from(failure).spelled(&Spelling::of(protocol.names(), &decoded.task)));
        }
        // Boxed: most chats name none of these.
        if let Err(failure) = Box::pin(google::brought(state, &owner, &mut decoded.task)).await {
            return Err(ApiError::from(failure).spelled(&Spelling::of(protocol.names(), &decoded.task)));
        }
        Ok(Self { decoded, bounds, client, owner, held })
    }
}

/// Has the gateway do what was asked for, and writes down its answer.
///
/// # Errors
/// When no target can be asked, or none answered, as long as nothing was sent.
pub(in crate::http) async fn carry_out(
    protocol: &'static dyn Protocol,
    state: &AppState,
    request_id: RequestId,
    asked: Asked,
) -> Result<Response, ApiError> {
    let Asked { decoded: Decoded { mut task, model, answer, dropped }, mut bounds, client, owner, held } = asked;
    remembered::named(&mut task, &mut bounds.thread)?;
    let (wants_stream, names) = (task.streams(), ProviderNames::of(state, &task));
    let spelling = Spelling::of(protocol.names(), &task);
    let mut request = TaskRequest { task, model, bounds, client, held };
    // Boxed, since most requests name none.
    let remembering = match request.bounds.thread {
        Some(_) => Box::pin(remembered::begun(state, &mut request)).await.map_err(|error| error.spelled(&spelling))?,
        None => None,
    };
    let of_thread = remembering.as_deref().and_then(Remembering::project);
    let of_project = begin_with_project(state, &mut request.task, &request.bounds, &owner, of_thread).await?;
    begin_as_told(&mut request.task, &request.bounds)?;
    let web = with_web(state, &mut request).await?;
    // Last, so that no search engine is asked with what stands there.
    let project = of_project.give(&mut request.task);
    if wants_stream {
        let head = whole::new_head();
        let wish = relay::Wish { head, answer, dropped, names, spelling, request_id, web, project, remembering };
        return relay::answer(protocol, state, request, wish).await;
    }
    // Boxed, since a future of this size would be copied from layer to layer.
    match Box::pin(state.gateway.answer(request)).await.map_err(|error| refused(error).spelled(&spelling))? {
        Answered::Whole(mut whole) => {
            dropped.iter().for_each(|name| whole.route.drops(name));
            let name = names.name(&whole.route.target);
            let mut thread = HeaderMap::new();
            if let Some(remembering) = remembering {
                remembered::tell(Some(&remembering), &mut thread);
                remembering.answered(&whole.reply, &whole.route);
            }
            let mut response = whole::in_one_piece(protocol, &*answer, *whole, name.as_deref(), &spelling);
            response.headers_mut().extend(thread);
            tell_of_web(web.as_ref(), response.headers_mut());
            tell_of_project(project.as_ref(), response.headers_mut());
            Ok(response)
        }
        Answered::Stream(_) => Err(ApiError::broken("a stream where a whole answer was asked for")),
    }
}

/// Gives a chat what the web says, where its headers ask for that. Gives what it was given.
///
/// # Errors
/// When nothing may leave this machine, or no engine is set up.
pub(in crate::http) async fn with_web(
    state: &AppState,
    request: &mut TaskRequest,
) -> Result<Option<WebNote>, ApiError> {
    match request.bounds.web {
        WebWish::None => Ok(None),
        // Boxed, since most requests want nothing of it.
        WebWish::Given | WebWish::Vendors => {
            Box::pin(state.gateway.give_web(request, &state.config.search)).await.map_err(unsearched)
        }
    }
}

/// How many tokens a request has, and how they were counted.
pub(super) async fn count(
    protocol: &dyn Protocol,
    state: &AppState,
    asked: Asked,
) -> Result<(u64, &'static str), ApiError> {
    let Asked { decoded: Decoded { mut task, model, .. }, mut bounds, client, owner, held } = asked;
    remembered::named(&mut task, &mut bounds.thread)?;
    begin_with_project(state, &mut task, &bounds, &owner, None).await?.give(&mut task);
    let spelling = Spelling::of(protocol.names(), &task);
    let counted = state.gateway.count(TaskRequest { task, model, bounds, client, held }).await;
    let counted = counted.map_err(|error| refused(error).spelled(&spelling))?;
    Ok((counted.tokens, if counted.is_estimate { "estimated" } else { "exact" }))
}

/// Has a chat begin with what its client's key says, before whatever the client says itself.
///
/// # Errors
/// When there is no place for that: what only goes on with a text has no instructions.
pub(in crate::http) fn begin_as_told(task: &mut Task, bounds: &Bounds) -> Result<(), ApiError> {
    let prompt = bounds.account.admitted().and_then(|admitted| admitted.client().rules.system_prompt.as_deref());
    match (task, prompt) {
        (Task::Chat(chat), Some(_)) if chat.completion.is_some() => {
            let message = "This key's chats begin with a text of its own, which completions have no place for; use \
                           /v1/chat/completions.";
            Err(ApiError::forbidden("not_allowed", message))
        }
        (Task::Chat(chat), Some(prompt)) => {
            begin_with(chat, prompt);
            Ok(())
        }
        _ => Ok(()),
    }
}

//! The server of the protocol: what it offers, and what it does when it is asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ErrorData, Implementation, ListResourceTemplatesResult,
    ListResourcesResult, ListToolsResult, PaginatedRequestParams, ReadResourceRequestParams, ReadResourceResponse,
    ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};

use super::desk::{Desk, carried};
use super::door::{Call, Door};
use super::progress::Progress;
use super::running::{Caller, Running};
use super::{files, threads, tools};

/// What a client is told of all tools together.
const INSTRUCTIONS: &str = "Tools to read, hear, see, speak and draw through this gateway. Name what they work on by `url`, by the \
     `file_id` of a file kept here, or by `data` in base64. What they make is kept as a file for a day: hand its file_id on \
     rather than its bytes.";

/// How long a route that was not there is believed to be missing: the operator may set it up meanwhile.
const LOOKED: Duration = Duration::from_mins(1);

/// Whether a route was there, and when that was looked at.
#[derive(Debug, Clone, Copy)]
struct Looked {
    is_there: bool,
    at: Instant,
}

/// The server of the protocol. Clones are the same.
#[derive(Debug, Clone)]
pub struct Server {
    door: Arc<dyn Door>,
    running: Arc<Running>,
    /// What each request carries that came without headers of its own.
    carried: HeaderMap,
    /// Which of the routes that not every server has are there, as far as it was looked.
    there: Arc<Mutex<BTreeMap<&'static str, Looked>>>,
    is_here: bool,
}

impl Server {
    /// One for clients elsewhere; `running`: where a call is found that a client takes back in another request.
    pub fn new(door: Arc<dyn Door>, running: Arc<Running>) -> Self {
        Self { door, running, carried: HeaderMap::new(), there: Arc::default(), is_here: false }
    }

    /// One for the client that started this process: files of this machine are named by their paths.
    pub fn here(door: Arc<dyn Door>) -> Self {
        Self { door, running: Arc::default(), carried: HeaderMap::new(), there: Arc::default(), is_here: true }
    }

    /// The same for one client, whose messages come on a way of their own behind a request with these headers.
    #[must_use]
    pub fn for_one(self, headers: &HeaderMap) -> Self {
        Self { carried: carried(headers), ..self }
    }

    fn desk(&self, context: &RequestContext<RoleServer>) -> Desk<'_> {
        let parts = context.extensions.get::<Parts>();
        let carried = parts.map_or_else(|| self.carried.clone(), |parts| carried(&parts.headers));
        Desk { door: &*self.door, carried, progress: Progress::of(context), is_here: self.is_here }
    }

    /// Whether the route that a tool wants is there.
    async fn has(&self, offer: &tools::Offer, desk: &Desk<'_>) -> bool {
        let Some(route) = offer.wants else { return true };
        let known = || self.there.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known().get(route).copied();
        if let Some(looked) = before.filter(|looked| looked.is_there || looked.at.elapsed() < LOOKED) {
            return looked.is_there;
        }
        let (method, path) = match route.strip_prefix("POST ") {
            Some(path) => (Method::POST, path.to_owned()),
            None => (Method::GET, route.to_owned()),
        };
        let body = (method == Method::POST).then(|| ("application/json".to_owned(), b"{}".to_vec()));
        let call = Call { method, path, headers: desk.carried.clone(), body };
        // It is posted to; what is there says so.
        let Ok(answer) = self.door.ask(call).await else { return false };
        // 501: the operator has not set it up.
        let is_there = !matches!(answer.status, 404 | 501);
        known().insert(route, Looked { is_there, at: Instant::now() });
        is_there
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().enable_resources().build();
        let mut name = Implementation::new("mediary", env!("CARGO_PKG_VERSION"));
        name.title = Some("Mediary".to_owned());
        let mut info = ServerConfig::new(capabilities);
        info.server_info = name;
        info.instructions = Some(INSTRUCTIONS.to_owned());
        info
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let desk = self.desk(&context);
        let mut all = Vec::new();
        for tool in tools::offered(self.is_here) {
            if let Some(offer) = tools::named(&tool.name)
                && self.has(offer, &desk).await
            {
                all.push(tool.clone());
            }
        }
        Ok(ListToolsResult::with_all_items(all))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools::offered(self.is_here).iter().find(|tool| tool.name == name).cloned()
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let desk = self.desk(&context);
        let offer = match tools::named(&request.name) {
            Some(offer) if self.has(offer, &desk).await => offer,
            _ => {
                let message =
                    format!("There is no tool `{}` here; tools/list names those that there are.", request.name);
                return Err(ErrorData::invalid_params(message, None));
            }
        };
        let caller = context.extensions.get::<Parts>().and_then(|parts| parts.extensions.get::<Caller>());
        let entered = caller.map(|caller| self.running.enter(caller.clone(), context.id.to_string()));
        let taken_back = async {
            match &entered {
                Some(entered) => entered.taken_back().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            // What is dropped here ends its request, and the calls to targets with it.
            () = context.ct.cancelled() => Err(ErrorData::internal_error("The call was taken back.", None)),
            () = taken_back => Err(ErrorData::internal_error("The call was taken back.", None)),
            given = (offer.run)(&desk, request.arguments.unwrap_or_default()) => {
                let result = given.map_or_else(CallToolResult::from, CallToolResult::from);
                Ok(CallToolResponse::from(result))
            }
            () = desk.progress.keep_telling() => Err(ErrorData::internal_error("The call ended before its tool.", None)),
        }
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let cursor = request.and_then(|request| request.cursor);
        let desk = self.desk(&context);
        if cursor.as_deref().is_some_and(threads::is_cursor) {
            return threads::listed(&desk, cursor.as_deref()).await;
        }
        let mut page = files::listed(&desk, cursor.as_deref()).await?;
        if page.next_cursor.is_none() {
            // Behind the last of the files come the threads.
            let more = threads::listed(&desk, None).await?;
            page.resources.extend(more.resources);
            page.next_cursor = more.next_cursor;
        }
        Ok(page)
    }

    async fn list_resource_templates(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(vec![files::template(), threads::template()]))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let desk = self.desk(&context);
        let read = match threads::content(&desk, &request.uri).await {
            Some(read) => read,
            None => files::content(&desk, &request.uri).await,
        };
        read.map(ReadResourceResponse::from)
    }
}

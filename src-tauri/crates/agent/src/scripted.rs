//! The one stand-in for a model's mind in tests: it answers from a list, in order, and keeps every request it was given.

use crate::{Model, ModelError, Reply, Replying, Request};
use assent_protocol::ProposedCall;
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

/// A model that follows a script; past its end it says that it is done.
#[derive(Default)]
pub struct ScriptedModel {
    replies: Mutex<VecDeque<Result<Reply, ModelError>>>,
    requests: Mutex<Vec<Request>>,
}

impl ScriptedModel {
    /// A model that gives these replies in order.
    pub fn new(replies: Vec<Result<Reply, ModelError>>) -> Self {
        ScriptedModel { replies: Mutex::new(replies.into()), requests: Mutex::default() }
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A reply that makes these calls: `(id, tool, arguments)`.
pub fn calls(list: &[(&str, &str, &str)]) -> Result<Reply, ModelError> {
    let calls = list
        .iter()
        .map(|(call, tool, args)| ProposedCall {
            call: (*call).to_owned(),
            tool: (*tool).to_owned(),
            args: (*args).to_owned(),
            says: None,
        })
        .collect();
    Ok(Reply { calls, ..Reply::default() })
}

impl Model for ScriptedModel {
    fn name(&self) -> String {
        "scripted".to_owned()
    }

    fn reply<'a>(&'a self, request: &'a Request, _heard: &'a (dyn Fn(&str) + Send + Sync)) -> Replying<'a> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
        let next = self.replies.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        Box::pin(async move { next.unwrap_or_else(|| Ok(Reply { text: "Done.".to_owned(), ..Reply::default() })) })
    }
}

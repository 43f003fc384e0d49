//! A first look at an account that is added, before any of its tools is used.

use crate::{mail::line::apart, mail::mailbox::Trouble, words::say};
use assent_protocol::visible::visible;
use std::time::Duration;

/// Whether a calendar's server (CalDAV) answers and takes this name and password.
///
/// # Errors
/// What is wrong, in a sentence.
pub fn calendar_answers(url: &str, user: &str, password: &str) -> Result<(), String> {
    let wrong = |error: &dyn std::fmt::Display| {
        Trouble::Refused(say("mail.calendar.wrong", &[("url", &visible(url)), ("error", &visible(&error.to_string()))]))
    };
    let looked = apart(async || {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(20))
            .build()
            .map_err(|error| wrong(&error))?;
        let method = reqwest::Method::from_bytes(b"PROPFIND").map_err(|error| wrong(&error))?;
        let asked = client.request(method, url).basic_auth(user, Some(password)).header("depth", "0").send().await;
        let answer = asked.map_err(|error| wrong(&error))?;
        match answer.status().as_u16() {
            207 => Ok(()),
            401 | 403 => Err(Trouble::Refused(say("mail.trouble.login", &[("host", url), ("text", "401")]))),
            other => Err(wrong(&other)),
        }
    });
    looked.map_err(|error| error.to_string())
}

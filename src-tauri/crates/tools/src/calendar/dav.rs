//! A calendar on a server (CalDAV, RFC 4791): one event a resource, each with an etag, so that what was changed in between
//! is never overwritten. The server is reached by the rules for servers at an address: TLS or this computer, no redirect,
//! nothing of the local network; and the password goes to its own origin only.

use super::{
    ics::Calendar,
    multistatus::{Found, resources},
};
use crate::{
    mail::{line::apart, mailbox::Trouble},
    mcp::http::{Outside, address},
    words::say,
};
use assent_protocol::visible::visible;
use jiff::Zoned;
use quick_xml::escape::escape;
use reqwest::{Client, Method, StatusCode, Url, header, redirect};
use std::{sync::Arc, time::Duration};

const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes of one answer.
const MOST: usize = 10_000_000;
/// Calendars that are named where the address is that of none.
const MOST_NAMED: usize = 10;

/// A calendar that the user added.
#[derive(Clone)]
pub struct Server {
    /// What the user calls it.
    pub name: String,
    /// The collection of its events.
    pub url: String,
    /// What it knows the user by.
    pub user: String,
    /// The user's password there, never shown.
    pub password: String,
}

/// What must be so for a change to be made.
pub enum If<'a> {
    /// It is this version.
    Is(&'a str),
    /// Nothing is there.
    Nothing,
}

/// What came of a change.
#[derive(Debug, PartialEq, Eq)]
pub enum Changed {
    /// It was made; the new version, where the server says so.
    Done(Option<String>),
    /// It was not made: what is there is another version.
    Conflict,
}

impl Server {
    /// Whether there is a calendar at the address, for this name and password.
    ///
    /// # Errors
    /// What is wrong, in a sentence; for a folder of calendars it names them.
    pub fn check(&self) -> Result<(), Trouble> {
        if self.folder("0")?.iter().any(|found| found.calendar) {
            return Ok(());
        }
        let inside = self.folder("1")?;
        let named = inside.iter().filter(|found| found.calendar).take(MOST_NAMED);
        let named: Vec<String> = named.map(|found| visible(&format!("{} ({})", found.href, found.name))).collect();
        let values = [("url", visible(&self.url)), ("calendars", named.join(", "))];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        Err(Trouble::Refused(say(if named.is_empty() { "calendar.dav.none" } else { "calendar.dav.inside" }, &values)))
    }

    /// Events that may happen in a range.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn between(&self, from: &Zoned, to: &Zoned) -> Result<Vec<Found>, Trouble> {
        let moment = |at: &Zoned| at.timestamp().strftime("%Y%m%dT%H%M%SZ").to_string();
        self.events(&format!("<C:time-range start=\"{}\" end=\"{}\"/>", moment(from), moment(to)))
    }

    /// The event of that id.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn event(&self, id: &str) -> Result<Option<Found>, Trouble> {
        let text = escape(id);
        let filter = format!(
            "<C:prop-filter name=\"UID\"><C:text-match collation=\"i;octet\">{text}</C:text-match></C:prop-filter>"
        );
        let is_it = |found: &Found| {
            let calendar = Calendar::read(&found.text);
            calendar.is_some_and(|it| it.events.iter().any(|event| event.text("UID").as_deref() == Some(id)))
        };
        // A server may match parts of a text.
        Ok(self.events(&filter)?.into_iter().find(is_it))
    }

    /// What is at an address now.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn get(&self, href: &str) -> Result<Option<Found>, Trouble> {
        let answer = self.ask(Method::GET, href, &[], None, false)?;
        match answer.status {
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
            status if status.is_success() => {
                let (href, etag) = (href.to_owned(), answer.etag.unwrap_or_default());
                Ok(Some(Found { href, etag, text: answer.text, ..Found::default() }))
            }
            status => Err(self.refused(status)),
        }
    }

    /// Puts `text` at an address.
    ///
    /// # Errors
    /// [`Trouble::Lost`] where nobody knows whether it was done.
    pub fn put(&self, href: &str, text: &str, condition: &If<'_>) -> Result<Changed, Trouble> {
        let when = match condition {
            If::Is(etag) => (header::IF_MATCH, (*etag).to_owned()),
            If::Nothing => (header::IF_NONE_MATCH, "*".to_owned()),
        };
        let headers = [when, (header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned())];
        let answer = self.ask(Method::PUT, href, &headers, Some(text.to_owned()), true)?;
        self.changed(answer)
    }

    /// Takes away what is at an address, if it is that version.
    ///
    /// # Errors
    /// As [`Server::put`].
    pub fn delete(&self, href: &str, etag: &str) -> Result<Changed, Trouble> {
        let answer = self.ask(Method::DELETE, href, &[(header::IF_MATCH, etag.to_owned())], None, true)?;
        if answer.status == StatusCode::NOT_FOUND { Ok(Changed::Conflict) } else { self.changed(answer) }
    }

    /// The address of a new event.
    pub fn href(&self, id: &str) -> String {
        let name: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        format!("{}/{name}.ics", self.url.trim_end_matches('/'))
    }

    fn changed(&self, answer: Answer) -> Result<Changed, Trouble> {
        match answer.status {
            StatusCode::PRECONDITION_FAILED | StatusCode::CONFLICT => Ok(Changed::Conflict),
            status if status.is_success() => Ok(Changed::Done(answer.etag)),
            status => Err(self.refused(status)),
        }
    }

    fn folder(&self, depth: &str) -> Result<Vec<Found>, Trouble> {
        let body = "<?xml version=\"1.0\" encoding=\"utf-8\"?><D:propfind xmlns:D=\"DAV:\"><D:prop><D:resourcetype/>\
                    <D:displayname/></D:prop></D:propfind>";
        self.look(b"PROPFIND", depth, body.to_owned())
    }

    fn events(&self, filter: &str) -> Result<Vec<Found>, Trouble> {
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><C:calendar-query xmlns:D=\"DAV:\" \
             xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter>\
             <C:comp-filter name=\"VCALENDAR\"><C:comp-filter name=\"VEVENT\">{filter}</C:comp-filter></C:comp-filter>\
             </C:filter></C:calendar-query>"
        );
        let found = self.look(b"REPORT", "1", body)?;
        Ok(found.into_iter().filter(|one| !one.text.is_empty()).collect())
    }

    fn look(&self, method: &[u8], depth: &str, body: String) -> Result<Vec<Found>, Trouble> {
        let method = Method::from_bytes(method).map_err(|error| self.lost(&error.to_string(), false))?;
        let headers = [
            (header::CONTENT_TYPE, "application/xml; charset=utf-8".to_owned()),
            (header::HeaderName::from_static("depth"), depth.to_owned()),
        ];
        let answer = self.ask(method, &self.url, &headers, Some(body), false)?;
        if answer.status != StatusCode::MULTI_STATUS {
            return Err(self.refused(answer.status));
        }
        let base = self.origin(&self.url)?;
        // Only what lies on the same server is this calendar's.
        let own = |mut found: Found| {
            let url = base.join(&found.href).ok().filter(|url| url.origin() == base.origin())?;
            found.href = url.to_string();
            Some(found)
        };
        Ok(resources(&answer.text).into_iter().filter_map(own).collect())
    }

    // An address that may be asked, with this calendar's password.
    fn origin(&self, url: &str) -> Result<Url, Trouble> {
        let own = address(&self.url).map_err(Trouble::Refused)?;
        let url = address(url).map_err(Trouble::Refused)?;
        if url.origin() == own.origin() { Ok(url) } else { Err(self.lost(url.as_str(), false)) }
    }

    // `changes`: a cut line leaves open whether it was done.
    fn ask(
        &self,
        method: Method,
        url: &str,
        headers: &[(header::HeaderName, String)],
        body: Option<String>,
        changes: bool,
    ) -> Result<Answer, Trouble> {
        let url = self.origin(url)?;
        let lost = |error: reqwest::Error| {
            let unsent = error.is_connect() || error.is_builder();
            self.lost(&told(&error), changes && !unsent)
        };
        apart(async || {
            let client = Client::builder()
                .no_proxy()
                .redirect(redirect::Policy::none())
                .dns_resolver(Arc::new(Outside))
                .timeout(PATIENCE)
                .build()
                .map_err(lost)?;
            let mut request = client.request(method, url).basic_auth(&self.user, Some(&self.password));
            for (name, value) in headers {
                request = request.header(name, value);
            }
            if let Some(body) = body {
                request = request.body(body);
            }
            let mut response = request.send().await.map_err(lost)?;
            let status = response.status();
            let etag = response.headers().get(header::ETAG).and_then(|value| value.to_str().ok()).map(str::to_owned);
            let mut bytes = Vec::new();
            // What a change answers is not read: it is done by then.
            while !changes && let Some(chunk) = response.chunk().await.map_err(lost)? {
                bytes.extend_from_slice(&chunk);
                if bytes.len() > MOST {
                    return Err(Trouble::Refused(say("calendar.dav.big", &[("calendar", &self.name)])));
                }
            }
            Ok(Answer { status, etag, text: String::from_utf8_lossy(&bytes).into_owned() })
        })
    }

    fn refused(&self, status: StatusCode) -> Trouble {
        let key = match status {
            StatusCode::UNAUTHORIZED => "calendar.dav.login",
            StatusCode::FORBIDDEN => "calendar.dav.forbidden",
            _ => "calendar.dav.refused",
        };
        Trouble::Refused(say(key, &[("calendar", &self.name), ("status", status.as_str())]))
    }

    fn lost(&self, because: &str, open: bool) -> Trouble {
        let values = [("calendar", self.name.as_str()), ("because", &visible(because.trim_end_matches('.')))];
        match open {
            true => Trouble::Lost(say("calendar.dav.lost", &values)),
            false => Trouble::Refused(say("calendar.dav.unreachable", &values)),
        }
    }
}

struct Answer {
    status: StatusCode,
    etag: Option<String>,
    text: String,
}

// The innermost cause says what happened; the outer ones repeat the address.
fn told(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

//! A calendar on a server (CalDAV, RFC 4791): one event a resource, each with an etag, so that what was changed in between
//! is never overwritten. The server is reached by the rules for servers at an address: TLS or this computer, no redirect
//! elsewhere, nothing of the local network; and the password goes to its own origin only.

use super::{
    ics::{Calendar, decoded},
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
/// Events that are fetched one by one, and redirects that are followed.
const MOST_FETCHED: usize = 100;
const MOST_REDIRECTS: usize = 3;

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
        let mut at = self.url.clone();
        let mut inside = Vec::new();
        // From a server's front door to the user, and from there to the calendars (RFC 6764).
        for _ in 0..3 {
            let own = self.folder(&at, "0")?;
            if own.iter().any(|found| found.calendar) && at == self.url {
                return Ok(());
            }
            inside = self.folder(&at, "1")?;
            let next = own.into_iter().map(|found| found.next).find(|next| !next.is_empty());
            match next.filter(|next| *next != at && !inside.iter().any(|found| found.calendar)) {
                Some(next) => at = next,
                None => break,
            }
        }
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
        let answer = self.ask(&Method::GET, href, &[], None, false)?;
        match answer.status {
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
            status if status.is_success() => {
                let (href, etag) = (href.to_owned(), answer.etag.unwrap_or_default());
                Ok(Some(Found { href, etag, text: answer.text, ..Found::default() }))
            }
            _ => Err(self.refused(&answer)),
        }
    }

    /// Puts a new event at an address, if nothing is there.
    ///
    /// # Errors
    /// [`Trouble::Lost`] where nobody knows whether it was done.
    pub fn put_new(&self, href: &str, text: &str) -> Result<Changed, Trouble> {
        self.change(Method::PUT, href, Some(text), &[(header::IF_NONE_MATCH, "*".to_owned())])
    }

    /// Puts `text` in place of `found`, if that still is there.
    ///
    /// # Errors
    /// As [`Server::put_new`].
    pub fn put_over(&self, found: &Found, text: &str) -> Result<Changed, Trouble> {
        self.change_over(Method::PUT, found, Some(text))
    }

    /// Takes `found` away, if it still is there.
    ///
    /// # Errors
    /// As [`Server::put_new`].
    pub fn delete(&self, found: &Found) -> Result<Changed, Trouble> {
        self.change_over(Method::DELETE, found, None)
    }

    fn change_over(&self, method: Method, found: &Found, text: Option<&str>) -> Result<Changed, Trouble> {
        let tags = found.strong();
        if !tags.is_empty() {
            let done = self.change(method.clone(), &found.href, text, &[(header::IF_MATCH, tags)])?;
            if done != Changed::Conflict {
                return Ok(done);
            }
        }
        // Some servers do not know the tag again that they gave, or give none: then what is there is held against what
        // was looked at, just before the change.
        match self.get(&found.href)? {
            Some(now)
                if now.holds(&found.text) && (found.etag.is_empty() || now.etag.is_empty() || now.is(&found.etag)) =>
            {
                self.change(method, &found.href, text, &[])
            }
            _ => Ok(Changed::Conflict),
        }
    }

    fn change(
        &self,
        method: Method,
        href: &str,
        text: Option<&str>,
        when: &[(header::HeaderName, String)],
    ) -> Result<Changed, Trouble> {
        let mut headers = when.to_vec();
        headers.extend(text.map(|_| (header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned())));
        let gone = method == Method::DELETE;
        let answer = self.ask(&method, href, &headers, text, true)?;
        match answer.status {
            StatusCode::PRECONDITION_FAILED | StatusCode::CONFLICT => Ok(Changed::Conflict),
            StatusCode::NOT_FOUND | StatusCode::GONE if gone => Ok(Changed::Conflict),
            status if status.is_success() => Ok(Changed::Done(answer.etag.filter(|etag| !etag.is_empty()))),
            _ => Err(self.refused(&answer)),
        }
    }

    /// The address of a new event. A server's front door is no place for it, but where it leads to.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn href(&self, id: &str) -> Result<String, Trouble> {
        let mut folder = self.url.clone();
        if folder.contains("/.well-known/") {
            folder = self.answered(b"PROPFIND", &folder, "0", &folder_asked())?.0.to_string();
        }
        let name: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        Ok(format!("{}/{name}.ics", folder.trim_end_matches('/')))
    }

    fn folder(&self, url: &str, depth: &str) -> Result<Vec<Found>, Trouble> {
        Ok(self.answered(b"PROPFIND", url, depth, &folder_asked())?.1)
    }

    fn events(&self, filter: &str) -> Result<Vec<Found>, Trouble> {
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><C:calendar-query xmlns:D=\"DAV:\" \
             xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter>\
             <C:comp-filter name=\"VCALENDAR\"><C:comp-filter name=\"VEVENT\">{filter}</C:comp-filter></C:comp-filter>\
             </C:filter></C:calendar-query>"
        );
        let (folder, found) = self.answered(b"REPORT", &self.url, "1", &body)?;
        let mut events = Vec::new();
        let mut asked = 0;
        for one in found {
            if !one.text.is_empty() {
                events.push(one);
            } else if asked < MOST_FETCHED && !one.href.ends_with('/') && one.href != folder.as_str() && !one.calendar {
                // Some servers name the events only.
                asked += 1;
                events.extend(self.get(&one.href)?);
            }
        }
        Ok(events)
    }

    // Where an answer really came from, and its resources with whole addresses.
    fn answered(&self, method: &[u8], url: &str, depth: &str, body: &str) -> Result<(Url, Vec<Found>), Trouble> {
        let method = Method::from_bytes(method).map_err(|error| self.lost(&error.to_string(), false))?;
        let headers = [
            (header::CONTENT_TYPE, "application/xml; charset=utf-8".to_owned()),
            (header::HeaderName::from_static("depth"), depth.to_owned()),
        ];
        let answer = self.ask(&method, url, &headers, Some(body), false)?;
        if answer.status != StatusCode::MULTI_STATUS {
            return Err(self.refused(&answer));
        }
        let mut base = answer.url.clone();
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        // Only what lies on the same server is this calendar's. Behind another server it may name itself by another
        // scheme or port: the path is what counts.
        let whole = |href: &str| {
            let mut url = base.join(href).ok().filter(|url| url.host_str() == base.host_str())?;
            if url.origin() != base.origin() {
                let mut own = base.clone();
                own.set_path(url.path());
                own.set_query(url.query());
                url = own;
            }
            Some(url.to_string())
        };
        let own = |mut found: Found| {
            found.href = whole(&found.href)?;
            if !found.next.is_empty() {
                found.next = whole(&found.next).unwrap_or_default();
            }
            Some(found)
        };
        let found = resources(&answer.text).into_iter().filter_map(own).collect();
        Ok((answer.url, found))
    }

    // An address that may be asked, with this calendar's password.
    fn origin(&self, url: &str) -> Result<Url, Trouble> {
        let own = address(&self.url).map_err(Trouble::Refused)?;
        let url = address(url).map_err(Trouble::Refused)?;
        if url.origin() == own.origin() { Ok(url) } else { Err(self.lost(url.as_str(), false)) }
    }

    // `changes`: a cut line leaves open whether it was done. A redirect is followed on this server only, and a server that
    // wants a digest of the password (RFC 7616) gets it.
    fn ask(
        &self,
        method: &Method,
        url: &str,
        headers: &[(header::HeaderName, String)],
        body: Option<&str>,
        changes: bool,
    ) -> Result<Answer, Trouble> {
        let mut url = self.origin(url)?;
        let (mut redirects, mut digest) = (0, None);
        loop {
            let answer = self.ask_once(method, &url, headers, body, changes, digest.as_deref())?;
            if answer.status == StatusCode::UNAUTHORIZED && digest.is_none() {
                digest = answer.wanted.iter().find_map(|wanted| self.digest(wanted, method, &url));
                if digest.is_some() {
                    continue;
                }
            }
            let to = answer.location.as_deref().filter(|_| answer.status.is_redirection());
            match to.and_then(|to| url.join(to).ok()) {
                Some(to) if to.origin() == url.origin() && redirects < MOST_REDIRECTS => {
                    redirects += 1;
                    // A digest is for one address.
                    (url, digest) = (to, None);
                }
                Some(to) if to.origin() != url.origin() => {
                    let values = [("calendar", self.name.as_str()), ("url", &visible(to.as_str()))];
                    return Err(Trouble::Refused(say("calendar.dav.elsewhere", &values)));
                }
                _ => return Ok(answer),
            }
        }
    }

    fn digest(&self, wanted: &str, method: &Method, url: &Url) -> Option<String> {
        let at = wanted.to_ascii_lowercase().find("digest ")?;
        let mut wanted = digest_auth::parse(&wanted[at..]).ok()?;
        let uri = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let method = digest_auth::HttpMethod::from(method.as_str());
        let with = digest_auth::AuthContext::new_with_method(&*self.user, &*self.password, uri, None::<&[u8]>, method);
        Some(wanted.respond(&with).ok()?.to_header_string())
    }

    fn ask_once(
        &self,
        method: &Method,
        url: &Url,
        headers: &[(header::HeaderName, String)],
        body: Option<&str>,
        changes: bool,
        digest: Option<&str>,
    ) -> Result<Answer, Trouble> {
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
            let mut request = client.request(method.clone(), url.clone());
            request = match digest {
                Some(digest) => request.header(header::AUTHORIZATION, digest),
                None => request.basic_auth(&self.user, Some(&self.password)),
            };
            for (name, value) in headers {
                request = request.header(name, value);
            }
            if let Some(body) = body {
                request = request.body(body.to_owned());
            }
            let mut response = request.send().await.map_err(lost)?;
            let status = response.status();
            let text = |name: header::HeaderName| {
                response
                    .headers()
                    .get_all(name)
                    .iter()
                    .filter_map(|value| value.to_str().ok().map(str::to_owned))
                    .collect::<Vec<_>>()
            };
            let (etag, location, wanted) = (text(header::ETAG), text(header::LOCATION), text(header::WWW_AUTHENTICATE));
            let (etag, location) = (etag.into_iter().next(), location.into_iter().next());
            let mut bytes = Vec::new();
            // What a change answers is not read: it is done by then.
            while !changes && let Some(chunk) = response.chunk().await.map_err(lost)? {
                bytes.extend_from_slice(&chunk);
                if bytes.len() > MOST {
                    return Err(Trouble::Refused(say("calendar.dav.big", &[("calendar", &self.name)])));
                }
            }
            let text = decoded(&bytes).0.into_owned();
            Ok(Answer { url: url.clone(), status, etag, location, wanted, text })
        })
    }

    fn refused(&self, answer: &Answer) -> Trouble {
        // "Digest realm=…, Basic realm=…": the names of ways to sign in.
        let spoken =
            |way: &String| way.to_ascii_lowercase().contains("basic") || way.to_ascii_lowercase().contains("digest");
        let ways: Vec<&str> = answer.wanted.iter().filter_map(|way| way.split_whitespace().next()).collect();
        let key = match answer.status {
            StatusCode::UNAUTHORIZED if !ways.is_empty() && !answer.wanted.iter().any(spoken) => "calendar.dav.way",
            StatusCode::UNAUTHORIZED => "calendar.dav.login",
            StatusCode::FORBIDDEN => "calendar.dav.forbidden",
            _ => "calendar.dav.refused",
        };
        let ways = visible(&ways.join(", "));
        let values = [("calendar", self.name.as_str()), ("status", answer.status.as_str()), ("ways", &ways)];
        Trouble::Refused(say(key, &values))
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
    // Where it came from, behind all redirects.
    url: Url,
    status: StatusCode,
    etag: Option<String>,
    location: Option<String>,
    // The ways to sign in that the server wants.
    wanted: Vec<String>,
    text: String,
}

fn folder_asked() -> String {
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><D:propfind xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\">\
     <D:prop><D:resourcetype/><D:displayname/><D:current-user-principal/><C:calendar-home-set/></D:prop></D:propfind>"
        .to_owned()
}

// The innermost cause says what happened; the outer ones repeat the address.
fn told(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

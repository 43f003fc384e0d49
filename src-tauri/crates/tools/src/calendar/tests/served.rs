//! Calendar servers as people met them: tags that are weak, bare or given by a server in between, digests, front doors,
//! answers of every form. The stand-in keeps one event.

use super::super::{
    account::Calendars,
    dav::{Changed, Server},
};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

const EVENT: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:ev1\r\nDTSTART:20261203T130000Z\r\nSUMMARY:Dentist\r\n\
END:VEVENT\r\nEND:VCALENDAR\r\n";

/// How the stand-in behaves.
#[derive(Clone)]
struct Way {
    // The tag that it shows, of which `#` is the version, and the one that it takes.
    shows: &'static str,
    takes: &'static str,
    // What it wants to be told.
    wants: &'static str,
    // What is answered from where to where.
    moved: (&'static str, &'static str),
    // One answer about the event; `TAG` and `TEXT` stand for what they say.
    event: &'static str,
}

const WHOLE: &str = "<d:response><d:href>/cal/ev1.ics</d:href><d:propstat><d:prop><d:getetag>TAG</d:getetag>\
<c:calendar-data>TEXT</c:calendar-data></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>";

const PLAIN: Way = Way { shows: "\"#\"", takes: "\"#\"", wants: "Basic", moved: ("", ""), event: WHOLE };

struct Kept {
    text: Option<String>,
    version: u32,
    log: Vec<String>,
}

struct StandIn {
    kept: Arc<Mutex<Kept>>,
    server: Server,
}

fn stand_in(way: Way, path: &str) -> StandIn {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}{path}", listener.local_addr().unwrap());
    let kept = Arc::new(Mutex::new(Kept { text: Some(EVENT.into()), version: 1, log: Vec::new() }));
    let known = Arc::clone(&kept);
    // It ends with the test.
    thread::spawn(move || {
        listener.incoming().flatten().for_each(|stream| {
            let _ = answer(stream, &way, &known);
        })
    });
    StandIn { kept, server: Server { name: "home".into(), url, user: "anna".into(), password: "secret".into() } }
}

fn answer(mut stream: TcpStream, way: &Way, kept: &Mutex<Kept>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_owned());
    }
    let field = |name: &str| {
        head.iter()
            .find_map(|line| line.split_once(": ").filter(|(known, _)| known.eq_ignore_ascii_case(name)))
            .map(|(_, v)| v.to_owned())
    };
    let mut body = vec![0; field("content-length").and_then(|n| n.parse().ok()).unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let mut request = head.first()?.split(' ');
    let (method, path) = (request.next()?.to_owned(), request.next()?.to_owned());
    let mut kept = kept.lock().unwrap();
    let sign = field("authorization").unwrap_or_default();
    kept.log.push(format!("{method} {path} {}", sign.split(' ').next().unwrap_or_default()));
    let mut say = |status: &str, fields: &str, body: &str| {
        let length = body.len();
        write!(stream, "HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {length}\r\n{fields}\r\n{body}")
            .ok()
    };
    let wanted = way.wants.split(' ').next().unwrap_or_default();
    let sound =
        sign.starts_with("Basic") || (sign.contains("username=\"anna\"") && sign.contains(&format!("uri=\"{path}\"")));
    if !sign.starts_with(wanted) || !sound {
        return say("401", &format!("www-authenticate: {}\r\n", way.wants), "");
    }
    if !way.moved.0.is_empty() && path.starts_with(way.moved.0) {
        return say("301", &format!("location: {}\r\n", way.moved.1), "");
    }
    let tag = |pattern: &str, version: u32| pattern.replace('#', &version.to_string());
    let shown = match way.shows {
        "" => String::new(),
        shows => format!("etag: {}\r\n", tag(shows, kept.version)),
    };
    let multi = |inner: &str| {
        format!("<d:multistatus xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\">{inner}</d:multistatus>")
    };
    match method.as_str() {
        "PROPFIND" if path.starts_with("/cal") => say(
            "207",
            "",
            &multi(
                "<d:response><d:href>/cal/</d:href><d:propstat><d:prop><d:resourcetype><d:collection/><c:calendar/></d:resourcetype></d:prop></d:propstat></d:response>",
            ),
        ),
        "PROPFIND" => say(
            "207",
            "",
            &multi(
                "<d:response><d:href>/</d:href><d:propstat><d:prop><d:current-user-principal><d:href>/cal/</d:href></d:current-user-principal></d:prop></d:propstat></d:response>",
            ),
        ),
        "REPORT" => {
            let event = kept.text.as_ref().map_or_else(String::new, |text| {
                let shown = tag(way.shows, kept.version).replace('"', "&quot;");
                let text = if way.event.contains("CDATA") { text.clone() } else { text.replace('\r', "&#13;") };
                way.event.replace("TAG", &shown).replace("TEXT", &text)
            });
            say("207", "", &multi(&event))
        }
        "GET" => match &kept.text {
            Some(text) => say("200", &shown, text),
            None => say("404", "", ""),
        },
        _ => {
            let takes = tag(way.takes, kept.version);
            let fits = |tags: String| tags.split(", ").any(|tag| !takes.is_empty() && tag == takes);
            if field("if-match").is_some_and(|tags| !fits(tags))
                || (field("if-none-match").is_some() && path.contains("ev1"))
            {
                return say("412", "", "");
            }
            kept.text = (method == "PUT").then(|| String::from_utf8_lossy(&body).into_owned());
            kept.version += 1;
            say("204", "", "")
        }
    }
}

impl StandIn {
    fn event(&self) -> super::super::multistatus::Found {
        self.server.event("ev1").unwrap().expect("the event")
    }
}

#[test]
fn a_change_reaches_a_server_whatever_its_tags_are_and_never_overwrites() {
    for (shows, takes) in [
        ("\"#\"", "\"#\""),
        // Weak by a server in between, weak by itself, and one that knows none of its own.
        ("W/\"#\"", "\"#\""),
        ("W/\"#\"", "W/\"#\""),
        ("W/\"#\"", ""),
        ("\"#-gzip\"", "\"#\""),
        ("\"#-gzip\"", "\"#-gzip\""),
        ("W/\"#;gzip\"", "\"#\""),
        ("\"#--gzip\"", "\"#\""),
        ("#", "\"#\""),
        ("#", "#"),
        ("", ""),
    ] {
        let served = stand_in(Way { shows, takes, ..PLAIN }, "/cal/");
        let found = served.event();
        let new = found.text.replace("Dentist", "Doctor");
        assert!(matches!(served.server.put_over(&found, &new), Ok(Changed::Done(_))), "{shows} {takes}");
        assert!(served.kept.lock().unwrap().text.as_ref().unwrap().contains("Doctor"));
        // What was looked at is not what is there.
        assert!(matches!(served.server.put_over(&found, "x"), Ok(Changed::Conflict)), "{shows} {takes}");
        assert!(matches!(served.server.delete(&found), Ok(Changed::Conflict)), "{shows} {takes}");
        let found = served.event();
        assert!(matches!(served.server.delete(&found), Ok(Changed::Done(_))), "{shows} {takes}");
        assert!(served.kept.lock().unwrap().text.is_none());
    }
}

#[test]
fn a_server_that_wants_a_digest_gets_one_and_any_other_way_is_named() {
    for wants in [
        "Digest realm=\"BaikalDAV\", qop=\"auth\", nonce=\"abc\", opaque=\"def\"",
        "Digest realm=\"x\", nonce=\"abc\"",
        "Digest realm=\"x\", qop=\"auth,auth-int\", algorithm=SHA-256, nonce=\"abc\"",
        "Digest realm=\"x\", qop=\"auth\", algorithm=MD5-sess, nonce=\"abc\"",
    ] {
        let served = stand_in(Way { wants, ..PLAIN }, "/cal/");
        served.server.check().unwrap_or_else(|error| panic!("{wants}: {error}"));
        let found = served.event();
        assert!(matches!(served.server.put_over(&found, "y"), Ok(Changed::Done(_))), "{wants}");
    }
    let bearer = stand_in(Way { wants: "Bearer realm=\"x\"", ..PLAIN }, "/cal/").server.check().unwrap_err();
    assert!(bearer.to_string().contains("another way to sign in (Bearer)"), "{bearer}");
    // A digest that is refused is not sent again and again.
    let served = stand_in(Way { wants: "Digest realm=\"x\", nonce=\"abc\"", ..PLAIN }, "/cal/");
    let wrong = Server { user: "otto".into(), ..served.server.clone() };
    assert!(wrong.check().unwrap_err().to_string().contains("name and password"));
    assert_eq!(served.kept.lock().unwrap().log.len(), 2);
}

#[test]
fn a_front_door_leads_to_the_calendar_on_the_same_server_only() {
    let at = "/.well-known/caldav";
    for to in ["/cal/", "../cal/"] {
        let served = stand_in(Way { moved: (at, to), ..PLAIN }, at);
        served.server.check().unwrap_or_else(|error| panic!("{to}: {error}"));
        let href = served.server.href("new").unwrap();
        assert!(href.ends_with("/cal/new.ics"), "{href}");
        assert_eq!(served.event().href, href.replace("new", "ev1"));
    }
    let away = stand_in(Way { moved: (at, "http://127.0.0.1:9/cal/"), ..PLAIN }, at).server.check().unwrap_err();
    assert!(away.to_string().contains("has moved to http://127.0.0.1:9/cal/"), "{away}");
    let round = stand_in(Way { moved: ("/", "/again/"), ..PLAIN }, "/cal/").server.check().unwrap_err();
    assert!(round.to_string().contains("status 301"), "{round}");
    // A front door that is no redirect names the calendars behind it.
    let named = stand_in(PLAIN, "/").server.check().unwrap_err();
    assert!(named.to_string().contains("/cal/"), "{named}");
}

#[test]
fn events_are_found_in_answers_of_every_form() {
    let rows = [
        WHOLE,
        // A relative address, one that is encoded, one with the scheme that the server has behind another.
        "<d:response><d:href>ev1.ics</d:href><d:propstat><d:prop><d:getetag>TAG</d:getetag><c:calendar-data>TEXT</c:calendar-data></d:prop></d:propstat></d:response>",
        "<d:response><d:href>/cal/%65v1.ics</d:href><d:propstat><d:prop><c:calendar-data><![CDATA[TEXT]]></c:calendar-data></d:prop></d:propstat></d:response>",
        "<d:response><d:href>https://127.0.0.1/cal/ev1.ics</d:href><d:propstat><d:prop><c:calendar-data>TEXT</c:calendar-data></d:prop></d:propstat></d:response>",
        // Named only; with a part that is not there; beside one that is gone.
        "<d:response><d:href>/cal/ev1.ics</d:href><d:propstat><d:prop><d:getetag>TAG</d:getetag></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>",
        "<d:response><d:href>/cal/ev1.ics</d:href><d:propstat><d:prop><c:calendar-data/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>",
        "<d:response><d:href>/cal/old.ics</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response><d:response><d:href>/cal/ev1.ics</d:href><d:propstat><d:prop><c:calendar-data>TEXT</c:calendar-data></d:prop></d:propstat></d:response>",
    ];
    for event in rows {
        for path in ["/cal/", "/cal"] {
            let served = stand_in(Way { event, ..PLAIN }, path);
            let found = served.event();
            assert!(
                found.text.contains("Dentist") && found.href.ends_with("v1.ics") && found.href.contains("/cal/"),
                "{event}"
            );
            assert!(
                found.href.starts_with(served.server.url.trim_end_matches("/cal/").trim_end_matches("/cal")),
                "{}",
                found.href
            );
        }
    }
}

#[test]
fn an_account_that_never_worked_is_said_and_no_file_stands_in_for_it() {
    let failed = Arc::new(vec![("home".to_owned(), "It does not take this name and password.".to_owned())]);
    let calendars = Calendars { failed, ..Calendars::default() };
    for account in [None, Some("home")] {
        let why = calendars.meant(account, None).map(|_| ()).unwrap_err().to_string();
        assert!(why.contains("home does not work: It does not take"), "{why}");
    }
    assert!(calendars.meant(None, Some("work.ics")).unwrap().is_none());
    assert!(Calendars::default().meant(None, None).unwrap().is_none());
    let served = stand_in(PLAIN, "/cal/");
    let one = Calendars { servers: Arc::new(vec![Server { name: "work".into(), ..served.server }]), ..calendars };
    assert_eq!(one.meant(None, None).unwrap().map(|server| server.name.as_str()), Some("work"));
}

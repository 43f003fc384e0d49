//! A mailbox on a real server (dovecot), and everything that a server can do wrong, a sentence each.
#![expect(clippy::expect_used, reason = "a test that cannot go on says why and ends")]

use assent_protocol::{MailHost, Security};
use assent_tests::mail_servers::{MailServers, PASSWORD, free_port};
use assent_tools::mail::{
    imap::Imap,
    letter,
    mailbox::{At, Flag, Mailbox, Query, Trouble, Use},
    smtp::Smtp,
};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

type Flood = fn(&mut TcpStream);

fn at(port: u16, security: Security) -> MailHost {
    MailHost { host: "127.0.0.1".into(), port, security }
}

fn imap(port: u16) -> Imap {
    Imap { host: at(port, Security::Plain), user: "anna@example.org".into(), password: PASSWORD.into() }
}

fn letter_of(n: usize) -> Vec<u8> {
    format!(
        "From: Bob <bob@example.com>\r\nTo: anna@example.org\r\nSubject: Number {n} zażółć\r\nMessage-ID: <{n}@example.com>\r\n\
         Date: Mon, 23 Nov 2026 10:00:00 +0100\r\n\r\nHello Anna, number {n}.\r\n"
    )
    .into_bytes()
}

fn one(mailbox: &Imap, folder: &str) -> At {
    let query = Query { folder: Some(folder.into()), ..Query::default() };
    let (found, _) = mailbox.search(&query).expect("a search");
    assert_eq!(found.len(), 1, "{folder}: {found:?}");
    found[0].at.clone()
}

#[test]
fn letters_are_found_read_moved_and_marked_and_a_move_back_leaves_every_byte_as_it_was() {
    let servers = MailServers::start();
    let mailbox = imap(servers.imap);
    assert_eq!(mailbox.folders().expect("folders"), ["Archive", "Drafts", "INBOX", "Sent"]);
    assert_eq!(mailbox.folder_for(Use::Sent).expect("a folder"), "Sent");
    servers.deliver("INBOX", &letter_of(1));
    let before = servers.letters("INBOX");
    let place = one(&mailbox, "INBOX");
    let words =
        |text: &str| mailbox.search(&Query { words: Some(text.into()), ..Query::default() }).expect("a search").1;
    assert_eq!((words("zażółć"), words("number 1"), words("nothing")), (1, 1, 0));

    let raw = mailbox.read(&place).expect("the letter");
    assert_eq!((raw.bytes.as_slice(), raw.seen), (letter_of(1).as_slice(), false));
    assert!(!mailbox.read(&place).expect("the letter").seen, "reading marks nothing");

    mailbox.mark(&place, Flag::Flagged, true).expect("a mark");
    assert!(mailbox.read(&place).expect("the letter").flagged);
    mailbox.mark(&place, Flag::Flagged, false).expect("no mark");

    let moved = mailbox.move_to(&place, "Archive").expect("moved");
    assert_eq!((one(&mailbox, "Archive"), servers.letters("INBOX").len()), (moved.clone(), 0));
    assert!(matches!(mailbox.read(&place), Err(Trouble::Refused(_))), "it is not where it was");
    let back = mailbox.move_to(&moved, "INBOX").expect("moved back");
    let raw = mailbox.read(&back).expect("the letter");
    assert_eq!((servers.letters("INBOX"), raw.seen, raw.flagged), (before, false, false));

    let missing = mailbox.move_to(&back, "Nowhere").expect_err("no such folder").to_string();
    assert!(missing.contains("Nowhere"), "{missing}");
}

#[test]
fn a_draft_is_put_down_found_by_its_id_and_taken_away() {
    let servers = MailServers::start();
    let mailbox = imap(servers.imap);
    let place = mailbox.append("Drafts", &letter_of(7), true).expect("put down");
    assert_eq!(mailbox.find("Drafts", "7@example.com").expect("a search"), Some(place.clone()));
    assert_eq!(mailbox.find("Drafts", "8@example.com").expect("a search"), None);
    mailbox.remove(&place).expect("taken away");
    assert!(servers.letters("Drafts").is_empty());
    assert!(!mailbox.wrote_to("bob@example.com").expect("a search"));
    let sent = String::from_utf8(letter_of(9)).expect("text").replace("To: anna@example.org", "To: bob@example.com");
    servers.deliver("Sent", sent.as_bytes());
    assert!(mailbox.wrote_to("bob@example.com").expect("a search"));
}

#[test]
fn a_letter_of_fifty_megabytes_is_read_as_far_as_it_is_useful() {
    let servers = MailServers::start();
    let mut long = letter_of(1);
    long.extend(b"line after line of text\r\n".repeat(2_100_000));
    servers.deliver("INBOX", &long);
    let mailbox = imap(servers.imap);
    let raw = mailbox.read(&one(&mailbox, "INBOX")).expect("the letter");
    assert_eq!((raw.bytes.len(), raw.size), (2 * 1024 * 1024, long.len() as u64));
    let (shown, text) = letter::letter(&raw.bytes, raw.size);
    assert!(text.len() < 250_000 && text.contains(&long.len().to_string()), "{}", text.len());
    assert_eq!(shown["from"][0]["address"], "bob@example.com");
}

#[test]
fn a_wrong_password_a_server_that_is_gone_and_one_without_encryption_are_a_sentence_each() {
    let servers = MailServers::start();
    let mut wrong = imap(servers.imap);
    wrong.password = "another".into();
    let sentence = |result: Result<Vec<String>, Trouble>| match result {
        Err(Trouble::Refused(text)) => text,
        other => panic!("{other:?}"),
    };
    assert!(sentence(wrong.folders()).contains("does not take this name and password"));
    assert!(sentence(imap(free_port()).folders()).contains("cannot be reached"));
    for security in [Security::Tls, Security::Starttls] {
        let encrypted = Imap { host: at(servers.imap, security), ..imap(servers.imap) };
        let began = Instant::now();
        encrypted.folders().expect_err("there is no encryption here");
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
        let smtp = Smtp { host: at(servers.smtp, security), user: "a".into(), password: "b".into() };
        assert!(matches!(smtp.check(), Err(Trouble::Refused(_))));
    }
    let elsewhere = MailHost { host: "192.0.2.1".into(), port: 25, security: Security::Plain };
    let smtp = Smtp { host: elsewhere, user: String::new(), password: String::new() };
    assert!(smtp.check().expect_err("it is not here").to_string().contains("unencrypted"));
}

#[test]
fn a_flood_an_endless_literal_and_a_line_that_is_cut_end_in_a_sentence() {
    let floods: [(&str, Flood); 4] = [
        ("flood", |line| while line.write_all(&[b'*'; 65536]).is_ok() {}),
        ("literal", |line| {
            let _ = line.write_all(b"* OK hello {99999999999}\r\n");
            while line.write_all(&[b'x'; 65536]).is_ok() {}
        }),
        ("lines", |line| {
            let _ = line.write_all(b"* OK hello\r\n");
            while line.write_all(&b"* 1 FETCH (UID 1 FLAGS ())\r\n".repeat(2000)).is_ok() {}
        }),
        ("cut", |line| {
            let _ = line.write_all(b"* OK hello\r\n");
            let _ = line.read(&mut [0; 10]);
        }),
    ];
    for (name, flood) in floods {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its number").port();
        let server = std::thread::spawn(move || {
            if let Ok((mut line, _)) = listener.accept() {
                flood(&mut line);
            }
        });
        let began = Instant::now();
        let error = imap(port).folders().expect_err(name).to_string();
        assert!(error.len() < 600 && began.elapsed() < Duration::from_secs(30), "{name}: {error}");
        server.join().expect("its end");
    }
}

#[test]
fn what_the_server_does_not_take_failed_and_what_it_may_have_taken_is_not_known() {
    let servers = MailServers::start();
    let smtp = Smtp { host: at(servers.smtp, Security::Plain), user: "anna".into(), password: PASSWORD.into() };
    let send = |to: &str| smtp.send("anna@example.org", &[to.to_owned()], &letter_of(1));
    send("bob@example.com").expect("sent");
    assert!(matches!(send("nobody@example.com"), Err(Trouble::Refused(text)) if text.contains("no such user")));
    assert!(matches!(send("cut@example.com"), Err(Trouble::Lost(_))));
    assert!(matches!(send("a@b.c\r\nRCPT TO:<x@y.z>"), Err(Trouble::Refused(_))));
    assert_eq!(servers.sent().len(), 2);
}

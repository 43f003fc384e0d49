//! Letters as people get them, that other programs read wrongly.

use super::*;

fn read(bytes: &[u8]) -> (Value, String) {
    letter(bytes, bytes.len() as u64)
}

// A letter with this header and this body.
fn text(head: &str, body: &str) -> String {
    read(format!("From: bob@example.com\r\n{head}\r\n\r\n{body}").as_bytes()).1
}

fn subject(line: &[u8]) -> String {
    let (shown, _) = read(&[b"From: bob@example.com\r\nSubject: ", line, b"\r\n\r\nhi"].concat());
    shown["subject"].as_str().unwrap().to_owned()
}

// A letter of several parts, each with its own header.
fn parts(kind: &str, parts: &[&str]) -> String {
    let parts: String = parts.iter().map(|part| format!("--b\r\n{part}\r\n")).collect();
    format!(
        "From: bob@example.com\r\nMIME-Version: 1.0\r\nContent-Type: multipart/{kind}; boundary=b\r\n\r\n{parts}--b--\r\n"
    )
}

#[test]
fn encoded_words_that_were_cut_inside_of_a_letter_are_joined() {
    for (line, right) in [
        ("=?UTF-8?Q?pasi=C5=BEad=C4?=\r\n =?UTF-8?Q?=97jim=C5=B3?=", "pasižadėjimų"),
        ("=?UTF-8?B?xb?=\r\n =?utf-8?B?w=?= tail", "ż tail"),
        ("=?utf-8?B?xbw=?= =?utf-8?B?w7M=?=", "żó"),
        ("=?utf-8*pl?Q?=C5?= =?UTF-8?B?vA==?=", "ż"),
        ("=?iso-8859-2?Q?=BF?= =?utf-8?Q?=C3=B3?=", "żó"),
        ("=?gb2312?B?1tA=?= =?gb2312?B?ufo?=", "中国"),
        ("=?iso-2022-jp?B?GyRCJCIbKEI=?=", "あ"),
        ("=?no-such?Q?a=FC?=", "aü"),
        ("Re: =?utf-8?Q?a b?= and =?x?", "Re: a b and =?x?"),
        ("=?utf-8?Q??= x", "x"),
    ] {
        assert_eq!(subject(line.as_bytes()).trim(), right, "{line}");
    }
}

#[test]
fn headers_in_raw_bytes_are_read_in_the_likeliest_encoding() {
    assert_eq!(subject(b"Gr\xfc\xdfe raw latin1"), "Grüße raw latin1");
    assert_eq!(subject("Zażółć".as_bytes()), "Zażółć");
    assert_eq!(subject(b"plain"), "plain");
    let head = b"Subject: \xcf\xf0\xe8\xe2\xe5\xf2\r\nFrom: \xc0\xed\xed\xe0 <a@example.org>\r\n\
        Content-Type: text/plain; charset=windows-1251\r\n\r\n\xcf\xf0\xe8\xe2\xe5\xf2";
    let (shown, text) = read(head);
    assert_eq!((shown["subject"].as_str(), text.as_str()), (Some("Привет"), "Привет"));
    assert_eq!(shown["from"][0], json!({"address": "a@example.org", "name": "Анна"}));
}

#[test]
fn names_of_files_and_people_are_read_in_every_spelling() {
    for (name, right) in [
        ("filename=\"=?utf-8?Q?z=C5=82oty.pdf?=\"", "złoty.pdf"),
        ("filename*=utf-8''z%C5%82oty.pdf", "złoty.pdf"),
        ("filename*0*=iso-8859-2''z%B3;\r\n filename*1*=oty.pdf", "złoty.pdf"),
        ("filename*0=\"zlo\"; filename*1=\"ty.pdf\"", "zloty.pdf"),
        ("filename=\"złoty.pdf\"", "złoty.pdf"),
        ("filename=zloty.pdf", "zloty.pdf"),
    ] {
        let part = format!("Content-Type: application/pdf\r\nContent-Disposition: attachment; {name}\r\n\r\nx");
        let (shown, _) = read(parts("mixed", &["\r\nhi", &part]).as_bytes());
        assert_eq!(shown["attachments"][0]["name"], right, "{name}");
    }
    for from in ["=?utf-8?B?xbBiYQ==?= <a@example.org>", "\"=?utf-8?B?xbBiYQ==?=\" <a@example.org>"] {
        let (shown, _) = read(format!("From: {from}\r\n\r\nhi").as_bytes());
        assert_eq!(shown["from"], json!([{"address": "a@example.org", "name": "Űba"}]), "{from}");
    }
}

#[test]
fn lines_end_without_anything_to_see() {
    for end in ["\r\n", "\n"] {
        let bytes = format!("From: bob@example.com{end}Subject: s{end}{end}Dear Anna,{end}{end} - one{end} - two{end}");
        assert_eq!(read(bytes.as_bytes()).1, "Dear Anna,\n\n - one\n - two");
    }
    assert_eq!(text("Subject: old", "one\rtwo"), "one\ntwo");
}

#[test]
fn bare_line_feeds_are_lines_as_well() {
    let bytes = b"From: bob@example.com\nSubject: bare\nMessage-ID: <m@x>\n\nline one\nline two\n";
    let (shown, text) = read(bytes);
    assert_eq!((shown["subject"].as_str(), text.as_str()), (Some("bare"), "line one\nline two"));
}

#[test]
fn korean_by_its_old_name_is_read() {
    let (shown, text) = read(
        b"From: bob@example.com\r\nSubject: =?ks_c_5601-1987?B?vsiz58fPvLy/5A==?=\r\n\
        Content-Type: text/plain; charset=\"ks_c_5601-1987\"\r\nContent-Transfer-Encoding: base64\r\n\r\nvsiz58fPvLy/5A==",
    );
    assert_eq!((shown["subject"].as_str(), text.as_str()), (Some("안녕하세요"), "안녕하세요"));
}

#[test]
fn a_text_that_does_not_say_its_encoding_is_guessed() {
    for (words, encoding) in [
        ("Встречаемся во вторник в три часа", encoding_rs::KOI8_R),
        ("会議は火曜日の午後三時からです", encoding_rs::ISO_2022_JP),
        ("Schöne Grüße aus Köln", encoding_rs::WINDOWS_1252),
    ] {
        for head in
            ["Subject: s", "Content-Type: text/plain; charset=us-ascii", "Content-Type: text/plain; charset=x-unknown"]
        {
            let bytes = [format!("{head}\r\n\r\n").as_bytes(), &encoding.encode(words).0].concat();
            assert_eq!(read(&bytes).1, words, "{head} {}", encoding.name());
        }
    }
}

#[test]
fn soft_line_breaks_are_joined() {
    let body = "This is a long para \r\ngraph that was  \r\nbroken.\r\n> quoted  \r\n> text";
    let head = "Content-Type: text/plain; format=flowed; delsp=yes";
    assert_eq!(text(head, body), "This is a long paragraph that was broken.\n> quoted text");
    assert_eq!(text("Content-Type: text/plain; Format=\"Flowed\"", "one \r\ntwo\r\n-- \r\nBob"), "one two\n-- \nBob");
    assert_eq!(text("Content-Type: text/plain", "one \r\ntwo"), "one \ntwo");
}

#[test]
fn of_several_ways_to_say_it_the_one_that_says_it_is_read() {
    let plain = |words: &str| format!("Content-Type: text/plain\r\n\r\n{words}");
    let html = "Content-Type: text/html\r\n\r\n<p>The price is <b>40</b> euros.</p>";
    let long = format!("Content-Type: text/html\r\n\r\n<p>The price is 40 euros. {}</p>", "More words. ".repeat(30));
    let price = |letter: &str| assert!(read(letter.as_bytes()).1.contains("40"), "{letter}");
    price(&parts("alternative", &[&plain(""), html]));
    price(&parts("alternative", &[&plain("\u{a0}\r\n \r\n"), html]));
    price(&parts("alternative", &[&plain("Your program shows no pages."), &long]));
    price(&parts("alternative", &[html, &plain("")]));
    price(&parts("alternative", &[&plain("The price is 40."), html]));
    // A page within its pictures, and a page between files, as some phones write them.
    price(&parts(
        "alternative",
        &[&plain(""), &format!("Content-Type: multipart/related; boundary=c\r\n\r\n--c\r\n{html}\r\n--c--")],
    ));
    price(&parts(
        "alternative",
        &[
            &plain(""),
            &format!(
                "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n{html}\r\n--c\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nx\r\n--c--"
            ),
        ],
    ));
    let both = read(parts("alternative", &[&plain("In words: forty."), html]).as_bytes()).1;
    assert_eq!(both, "In words: forty.");
    let both = read(parts("mixed", &[&plain("First."), html, &plain("Last.")]).as_bytes()).1;
    assert!(both.starts_with("First.") && both.contains("40") && both.ends_with("Last."), "{both}");
}

#[test]
fn a_letter_inside_of_a_letter_is_read() {
    let inner = "From: carl@example.net\r\nSubject: =?utf-8?Q?Orig=C3=AD?=\r\n =?utf-8?Q?nal?=\r\n\r\nThe meeting is on Tuesday.";
    let packed = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, inner);
    for part in [
        format!("Content-Type: message/rfc822\r\n\r\n{inner}"),
        format!("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{packed}"),
        format!("Content-Type: multipart/digest; boundary=c\r\n\r\n--c\r\n\r\n{inner}\r\n--c--"),
    ] {
        let (shown, text) = read(parts("mixed", &["Content-Type: text/plain\r\n\r\nsee below", &part]).as_bytes());
        for words in ["see below", "carl@example.net", "Orig\u{ed}nal", "Tuesday"] {
            assert!(text.contains(words), "{words}: {text} {part}");
        }
        assert_eq!(shown["attachments"][0]["name"], "Orig\u{ed}nal", "{part}");
    }
}

#[test]
fn an_invitation_is_told() {
    let calendar = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Budget talk\r\n\
        DTSTART;TZID=Europe/Warsaw:20261127T150000\r\nDTEND;TZID=Europe/Warsaw:20261127T160000\r\nLOCATION:Room 4\r\n\
        ORGANIZER;CN=Anna:mailto:anna@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR";
    let part = format!("Content-Type: text/calendar; method=REQUEST\r\n\r\n{calendar}");
    let file = format!("Content-Type: application/ics; name=invite.ics\r\n\r\n{calendar}");
    let (shown, text) = read(parts("mixed", &["Content-Type: text/plain\r\n\r\nPlease come", &part, &file]).as_bytes());
    assert_eq!(
        text,
        "Please come\n\nInvitation: Budget talk\nWhen: Friday 27 November 2026, 15:00–16:00 (Europe/Warsaw)\n\
        Where: Room 4\nWho: Anna <anna@example.org>"
    );
    assert_eq!(shown["attachments"].as_array().map(Vec::len), Some(2));
    let (_, alone) = read(format!("From: a@b.c\r\nContent-Type: text/calendar\r\n\r\n{calendar}").as_bytes());
    assert!(alone.starts_with("Invitation: Budget talk"), "{alone}");
}

#[test]
fn a_table_can_be_read_and_what_cannot_is_said() {
    let rows = "<table><tr><th>Item</th><th>Price</th></tr><tr><td>Tea</td><td>4</td></tr></table>";
    let table = text("Content-Type: text/html", rows);
    let line = table.lines().find(|line| line.contains("Tea")).unwrap_or_default();
    assert!(line.contains('4') && !table.contains("ItemPrice"), "{table}");
    let winmail =
        "Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\neJ8=";
    let (_, said) = read(parts("mixed", &["\r\nhi", winmail]).as_bytes());
    assert!(said.contains("winmail.dat") && said.starts_with("hi"), "{said}");
    let (_, said) = read(parts("encrypted", &["Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1"]).as_bytes());
    assert!(said.contains("encrypted"), "{said}");
    let packed = text("Subject: s", "Look:\r\nbegin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\nbye");
    assert_eq!(packed, "Look:\nbye");
}

#[test]
fn broken_packing_is_read_as_far_as_it_goes() {
    let listed = "aGVsbG8gd29ybGQ=\r\n\r\n_______\r\nTo leave the list write to us\r\n";
    let read = text("Content-Transfer-Encoding: base64", listed);
    assert!(read.contains("hello world") && read.contains("To leave the list"), "{read}");
    assert_eq!(text("Content-Transfer-Encoding: base64", "aGVs*bG8"), "hello");
    assert_eq!(
        text(
            "Content-Transfer-Encoding: quoted-printable\r\nContent-Type: text/plain; charset=utf-8",
            "a=b z=C5=82=\r\noty=zz"
        ),
        "a=b złoty=zz"
    );
}

#[test]
fn missing_headers_and_odd_dates_are_read_round() {
    for (line, right) in [
        ("Date: Wed, 25 Nov 2026 10:00:00 +0100", json!("2026-11-25T10:00:00+01:00")),
        ("Date: 25 Nov 26 10:00 GMT", json!("2026-11-25T10:00:00Z")),
        ("Date: Wed, 25 Nov 2026 10:00:00 +0100 (CET)", json!("2026-11-25T10:00:00+01:00")),
        ("Date: whenever\r\nReceived: from a by b; Wed, 25 Nov 2026 10:00:00 +0000", json!("2026-11-25T10:00:00Z")),
        ("Received: from a by b; Wed, 25 Nov 2026 10:00:00 +0000", json!("2026-11-25T10:00:00Z")),
        ("X-Nothing: 1", Value::Null),
    ] {
        let (shown, _) = read(format!("{line}\r\n\r\nhi").as_bytes());
        assert_eq!(shown["date"], right, "{line}");
    }
    let (shown, text) = read(b"Sender: a@example.org\r\n\r\nhi");
    assert_eq!((shown["from"][0]["address"].as_str(), text.as_str()), (Some("a@example.org"), "hi"));
}

#[test]
fn an_answer_names_the_whole_thread() {
    let of = |head: &str| thread(format!("{head}\r\n\r\nhi").as_bytes());
    assert_eq!(of("Message-ID: <c@x>\r\nReferences: <a@x> <b@x>"), ["a@x", "b@x", "c@x"]);
    assert_eq!(of("Message-ID: <c@x>\r\nReferences: <a@x>\r\n\t<b@x>"), ["a@x", "b@x", "c@x"]);
    assert_eq!(of("Message-ID: <c@x>\r\nIn-Reply-To: <b@x>"), ["b@x", "c@x"]);
    assert_eq!(of("Message-ID: <c@x>\r\nIn-Reply-To: <a@x> <b@x>"), ["c@x"]);
    assert_eq!(of("Message-ID: <c@x>"), ["c@x"]);
    assert_eq!(of("Subject: none"), [] as [&str; 0]);
    let many: String = (0..100).map(|n| format!(" <{n}@x>")).collect();
    let long = of(&format!("Message-ID: <c@x>\r\nReferences:{many}"));
    assert_eq!((long.len(), long[0].as_str(), long.last().unwrap().as_str()), (MOST_REFERENCES, "0@x", "c@x"));
}

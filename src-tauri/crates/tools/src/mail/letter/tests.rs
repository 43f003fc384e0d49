//! Letters, whole and broken.

use super::*;

#[test]
fn a_letter_is_read_with_its_addresses_text_and_attachments() {
    let letter_text = "From: =?utf-8?q?Anna_=C5=81?= <anna@example.org>\r\nTo: me@example.org\r\nSubject: Hi\r\n\
        Message-ID: <1@x>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/html\r\n\r\n<p>Hello <b>you</b></p><script>x()</script>\r\n\
        --b\r\nContent-Disposition: attachment; filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\nPDF\r\n--b--\r\n";
    let (shown, text) = letter(letter_text.as_bytes(), 1);
    assert_eq!(shown["from"], json!([{"address": "anna@example.org", "name": "Anna Ł"}]));
    assert_eq!(shown["attachments"][0]["name"], "a.pdf");
    assert!(text.contains("Hello you") && !text.contains('<'), "{text}");
    assert_eq!(message_id(letter_text.as_bytes()).as_deref(), Some("1@x"));
}

#[test]
fn broken_and_enormous_letters_are_read_as_far_as_they_go() {
    let many = (0..10_000).map(|n| format!("a{n}@example.org")).collect::<Vec<_>>().join(", ");
    let (shown, _) = letter(format!("To: {many}\r\n\r\nHello").as_bytes(), 1);
    assert_eq!((shown["to"].as_array().map(Vec::len), &shown["to_count"]), (Some(50), &json!(10_000)));
    let nested = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n".repeat(5_000);
    for bytes in [&b""[..], b"\xff\xfe\x00", b"Content-Type: multipart/mixed; boundary=\r\n\r\n--", nested.as_bytes()] {
        let (_, text) = letter(bytes, bytes.len() as u64);
        assert!(text.len() <= MOST_TEXT * 4);
    }
    let (_, text) = letter(b"Subject: x\r\n\r\nbeginning", 50_000_000);
    assert!(text.starts_with("beginning") && text.contains("50000000"), "{text}");
    let (_, text) = letter(b"Subject: x\r\n\r\n\x1b[2J\xe2\x80\xae", 1);
    assert!(text.contains("\\u{1b}") && text.contains("\\u{202e}"), "{text}");
}

mod met;

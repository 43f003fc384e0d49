//! Text in every encoding, said, unsaid and said wrongly; through letters, feeds and pages.

use super::*;

#[test]
fn the_bytes_have_the_last_word_about_their_encoding() {
    let latin = b"za\xbf\xf3\xb3\xe6";
    assert_eq!(text(latin, Some("iso-8859-2")), "zażółć");
    assert_eq!(text(b"<meta charset=iso-8859-2>za\xbf", None), "<meta charset=iso-8859-2>zaż");
    // Headers that lie.
    assert_eq!(text("zażółć".as_bytes(), Some("iso-8859-1")), "zażółć");
    assert_eq!(text("zażółć".as_bytes(), Some("us-ascii")), "zażółć");
    assert_eq!(text(b"plain words \xff", Some("utf-16le")), "plain words ÿ");
    assert_eq!(text(b"plain words \xff", Some("no-such-thing")), "plain words ÿ");
    assert_eq!(text(b"za\xc5\xbc\xc3\xb3\xc5\x82\xc4\x87 \xff", Some("utf-8")), "zażółć \u{fffd}");
    assert_eq!(text(b"\xff\xfea\0b\0", Some("utf-8")), "ab");
    assert_eq!(text(b"", Some("")), "");
}

#[test]
fn other_spellings_and_old_encodings_are_known() {
    let korean = b"\xbe\xc8\xb3\xe7";
    for label in ["euc-kr", "ks_c_5601-1987", "KS_C_5601-1987", "cp949", "ms949", "x-windows-949", "\"korean\""] {
        let label = if label == "x-windows-949" { "windows-949" } else { label };
        assert_eq!(plain(korean, Some(label)), "안녕", "{label}");
    }
    for (label, bytes, right) in [
        ("cp932", &b"\x83n"[..], "ハ"),
        ("shift jis", b"\x83n", "ハ"),
        ("gb2312", b"\x81\x30\x84\x36", "\u{a5}"),
        ("ms936", b"\xc4\xe3", "你"),
        ("cp950", b"\xa7A", "你"),
        ("cp874", b"\xa1", "ก"),
        ("win-1251", b"\xcf\xf0\xe8", "При"),
        ("cp65001", "ż".as_bytes(), "ż"),
        ("iso_8859-2:1987", b"\xbf", "ż"),
        ("latin_1", b"\xfc", "ü"),
        ("utf-7", b"+ZYeB9FH6-", "文致出"),
        ("cp850", b"\x9b", "ø"),
        ("hz-gb-2312", b"~{<:Ky2;~} a~~", "己所不 a~"),
        ("iso-2022-kr", b"\x1b$)C\x0e>H3g\x0f a", "안녕 a"),
    ] {
        assert_eq!(plain(bytes, Some(label)), right, "{label}");
    }
}

#[test]
fn what_says_nothing_is_guessed() {
    for (words, encoding) in [
        ("Добрый день, мы встречаемся во вторник", encoding_rs::WINDOWS_1251),
        ("Добрый день, мы встречаемся во вторник", KOI8_R),
        ("会議は火曜日の午後三時からです", SHIFT_JIS),
        ("会議は火曜日の午後三時からです", EUC_JP),
        ("会議は火曜日の午後三時からです", ISO_2022_JP),
        ("会议在星期二下午三点开始", GBK),
        ("會議在星期二下午三點開始", BIG5),
        ("회의는 화요일 오후 세 시에 시작합니다", EUC_KR),
        ("Grüße aus Köln, schöne Straße", WINDOWS_1252),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy", encoding_rs::WINDOWS_1250),
        ("Καλημέρα, η συνάντηση είναι την Τρίτη", encoding_rs::WINDOWS_1253),
        ("שלום, הפגישה ביום שלישי", encoding_rs::WINDOWS_1255),
    ] {
        assert_eq!(plain(&encoding.encode(words).0, None), words, "{}", encoding.name());
    }
    let wide: Vec<u8> = "Two bytes a letter".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(plain(&wide, None), "Two bytes a letter");
}

/// Every encoding of the encoding standard that carries text, and words that it can write.
const ALL: &[(&str, &str)] = &[
    ("utf-8", "Zażółć gęślą jaźń 文"),
    ("ibm866", "Привет"),
    ("iso-8859-2", "zażółć gęślą"),
    ("iso-8859-3", "ĉeĥa ĵaŭdo"),
    ("iso-8859-4", "šņēķā"),
    ("iso-8859-5", "Привет"),
    ("iso-8859-6", "مرحبا"),
    ("iso-8859-7", "Γειά σου"),
    ("iso-8859-8", "שלום"),
    ("iso-8859-8-i", "שלום"),
    ("iso-8859-10", "ķđšŧ"),
    ("iso-8859-13", "ąžuolas ėję"),
    ("iso-8859-14", "ŵyḃ ŷ"),
    ("iso-8859-15", "œuvre à 5 €"),
    ("iso-8859-16", "șață ăî"),
    ("koi8-r", "Привет"),
    ("koi8-u", "Привіт їжак"),
    ("macintosh", "Café – ünï"),
    ("windows-874", "สวัสดี"),
    ("windows-1250", "příliš žluťoučký"),
    ("windows-1251", "Привет"),
    ("windows-1252", "Grüße – 5 €"),
    ("windows-1253", "Γειά σου"),
    ("windows-1254", "ığdır şişe"),
    ("windows-1255", "שלום"),
    ("windows-1256", "مرحبا"),
    ("windows-1257", "ąžuolas ėję"),
    ("windows-1258", "Xin chào Đà"),
    ("x-mac-cyrillic", "Привет"),
    ("gbk", "你好世界"),
    ("gb18030", "你好世界 ḿ"),
    ("big5", "你好世界"),
    ("euc-jp", "こんにちは世界"),
    ("iso-2022-jp", "こんにちは世界"),
    ("shift_jis", "こんにちは世界"),
    ("euc-kr", "안녕하세요"),
    ("utf-16be", "Zażółć 文"),
    ("utf-16le", "Zażółć 文"),
];

fn bytes(label: &str, words: &str) -> Vec<u8> {
    match label {
        "utf-16le" => words.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "utf-16be" => words.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        label => {
            let (bytes, _, lost) = Encoding::for_label(label.as_bytes()).unwrap().encode(words);
            assert!(!lost, "{label} cannot write {words}");
            bytes.into_owned()
        }
    }
}

#[test]
fn every_encoding_of_the_standard_goes_through_a_letter() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    assert_eq!(ALL.len(), 38);
    for (label, words) in ALL {
        let packed = STANDARD.encode(bytes(label, words));
        let letter = format!(
            "From: =?{label}?B?{packed}?= <a@example.org>\r\nSubject: =?{label}?B?{packed}?=\r\n\
            Content-Type: text/plain; charset=\"{label}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{packed}"
        );
        let (shown, text) = crate::mail::letter::letter(letter.as_bytes(), 1);
        let read = (shown["subject"].as_str(), shown["from"][0]["name"].as_str(), text.as_str());
        assert_eq!(read, (Some(*words), Some(*words), *words), "{label}");
        // As it stands, in eight bits.
        if !label.starts_with("utf-16") {
            let head = format!("Subject: s\r\nContent-Type: text/plain; charset={label}\r\n\r\n");
            let raw = [head.as_bytes(), &bytes(label, words)].concat();
            assert_eq!(crate::mail::letter::letter(&raw, 1).1, *words, "{label}, raw");
        }
    }
}

#[test]
fn every_encoding_of_the_standard_goes_through_a_feed_and_a_page() {
    let hosts = assent_agent::Hosts { typed: vec!["x.test".into()], ..assent_agent::Hosts::default() };
    let address = crate::web::address::Address::read("http://x.test/", &hosts).unwrap();
    for (label, words) in ALL {
        let rss = |head: &str| {
            format!(
                "{head}<rss version=\"2.0\"><channel><title>T</title><item><title>{words}</title></item></channel></rss>"
            )
        };
        let page =
            |head: &str| format!("<html><head>{head}<title>{words}</title></head><body><p>{words}</p></body></html>");
        let feed = |bytes: &[u8], said: Option<&str>| {
            crate::web::feed::read(&text(bytes, said), &address).unwrap().entries[0].title.clone()
        };
        let read = |bytes: &[u8], said: Option<&str>| crate::web::text::readable(&text(bytes, said), &address.url);
        assert_eq!(feed(&bytes(label, &rss("<?xml version=\"1.0\"?>")), Some(label)), *words, "{label}, feed, header");
        assert_eq!(read(&bytes(label, &page("")), Some(label)), *words, "{label}, page, header");
        let declared = rss(&format!("<?xml version=\"1.0\" encoding=\"{label}\"?>"));
        assert_eq!(feed(&bytes(label, &declared), None), *words, "{label}, feed, declared");
        let declared = page(&format!("<meta charset=\"{label}\">"));
        assert_eq!(read(&bytes(label, &declared), None), *words, "{label}, page, declared");
    }
}

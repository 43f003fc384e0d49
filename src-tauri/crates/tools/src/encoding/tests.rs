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
    assert_eq!(
        text("zażółć g\u{119}\u{15b}l\u{105} ".repeat(9).as_bytes().split_last().unwrap().1, Some("utf-8")).len() > 90,
        true
    );
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

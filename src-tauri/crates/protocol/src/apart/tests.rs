//! Names of files that are not ready, open, or part of something.

use super::*;

#[test]
fn what_is_still_being_written_or_only_kept_while_something_is_open_is_known_by_its_name() {
    for name in [
        "Xk3.mp4.part",
        "film.mkv.!qB",
        "film2.mkv.aria2",
        "a.iso.filepart",
        "b.zip.opdownload",
        "c.crdownload",
        "d.download",
        "e.tmp",
        "~$Budget.xlsx",
        ".~lock.a.odt#",
        "notes.txt~",
        ".notes.txt.swp",
        "#notes.txt#",
        ".#notes.txt",
        "Unconfirmed 12345.crdownload",
        "._photo.jpg",
        "x.mkv.part-Frag12",
        "x.mkv.part-Frag12.part",
        ".syncthing.a.txt.tmp",
        "~syncthing~a.txt.tmp",
        "db.sqlite-wal",
        "data.laccdb",
        "a.FDMDOWNLOAD",
        "movie.bc!",
        "movie.xltd",
        ".com.google.Chrome.x1",
        "a.zip.dtapart",
    ] {
        assert!(is_left_alone(name), "{name}");
    }
    for name in ["Thumbs.db", "desktop.ini", ".DS_Store", "ehthumbs.db"] {
        assert!(is_of_the_system(name) && is_left_alone(name), "{name}");
    }
    for name in [
        "good.pdf",
        "party.mp4",
        "my part.txt",
        "a.part1.rar",
        "download",
        "download.pdf",
        "part",
        "tmp",
        "~",
        "C#.txt",
        "#1.txt",
        "temp.csv",
        "yarn.lock",
        "Cargo.lock",
        "lock.png",
        "upload.pdf",
        "a.st.txt",
    ] {
        assert!(!is_left_alone(name), "{name}");
    }
}

#[test]
fn a_file_that_a_download_will_become_waits() {
    let beside = Beside::of([
        "movie.mp4",
        "Xy3kQ9.mp4.part",
        "archive.zip",
        "archive.zip.part",
        "iso.iso",
        "iso.iso.aria2",
        "old.txt",
        "old.txt~",
    ]);
    for (name, bytes) in [("movie.mp4", 0), ("archive.zip", 0), ("archive.zip", 5), ("ISO.iso", 9_000)] {
        assert!(beside.awaits(name, bytes), "{name}");
    }
    assert!(!beside.awaits("old.txt", 5) && !beside.awaits("other.mp4", 5));
    assert!(Beside::of(["empty.txt", "Unconfirmed 1.crdownload"]).awaits("empty.txt", 0));
    assert!(!Beside::of(["empty.txt", "x.mkv.part"]).awaits("empty.txt", 0));
    assert!(!Beside::of(["empty.txt", "x.txt~"]).awaits("empty.txt", 0));
}

#[test]
fn a_file_that_is_open_is_known_by_what_lies_beside_it() {
    let beside = Beside::of([
        "~$Budget.xlsx",
        ".~lock.Plan.odt#",
        "~$ng report.docx",
        ".notes.txt.swp",
        "a.db",
        "a.db-wal",
        "house.dwl",
        "house.dwg",
    ]);
    for name in ["Budget.xlsx", "Plan.odt", "Long report.docx", "notes.txt", "a.db", "house.dwg"] {
        assert!(beside.is_open(name), "{name}");
    }
    for name in ["Other.xlsx", "Plan.pdf", "My Budget.xlsx", "b.db", "~$Budget.xlsx"] {
        assert!(!beside.is_open(name), "{name}");
    }
}

#[test]
fn what_belongs_together_is_found() {
    let beside = Beside::of([
        "Article.html",
        "Page.htm",
        "Seite.html",
        "IMG_1.HEIC",
        "IMG_2.jpg",
        "film.mkv",
        "x.iso",
        "a.flac",
        "Photo.jpg",
        "clip.mov",
    ]);
    for (name, main) in [
        ("Article_files", "article.html"),
        ("Page.files", "page.htm"),
        ("Seite-Dateien", "seite.html"),
        ("IMG_1.AAE", "img_1.heic"),
        ("IMG_1.MOV", "img_1.heic"),
        ("IMG_2.xmp", "img_2.jpg"),
        ("IMG_2.jpg.xmp", "img_2.jpg"),
        ("film.srt", "film.mkv"),
        ("film.en.srt", "film.mkv"),
        ("x.iso.sha256", "x.iso"),
        ("a.cue", "a.flac"),
        ("Photo.jpg.supplemental-metadata.json", "photo.jpg"),
    ] {
        assert_eq!(beside.main_of(name).as_deref(), Some(main), "{name}");
    }
    for name in ["Other_files", "Article.html", "lonely.srt", "film.mkv", "clip.mov", "my_files", "data.json"] {
        assert_eq!(beside.main_of(name), None, "{name}");
    }
}

#[test]
fn what_programs_fill_is_no_folder_of_the_users() {
    for name in [
        "node_modules",
        ".git",
        "venv",
        ".venv",
        "__pycache__",
        "steamapps",
        "Photos Library.photoslibrary",
        "Calc.app",
        "site-packages",
    ] {
        assert!(is_of_a_program(name), "{name}");
    }
    for name in ["Pictures", "app", "Trip backup", "git", "my venv", "Documents"] {
        assert!(!is_of_a_program(name), "{name}");
    }
    assert!(marks_a_program(".git") && marks_a_program("pyvenv.cfg") && !marks_a_program("package.txt"));
}

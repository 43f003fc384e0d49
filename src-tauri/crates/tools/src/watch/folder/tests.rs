//! A folder that is watched while files come, change and go.

use super::*;
use std::sync::mpsc;

const LONG: Duration = Duration::from_secs(20);

fn names(look: &Look) -> Vec<String> {
    let name = |file: &File| file.path.file_name().unwrap().to_string_lossy().into_owned();
    look.files.iter().map(name).collect()
}

// Waits on what the system tells until these files were seen.
fn seen(watched: &Folder, woken: &mpsc::Receiver<()>, wanted: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    while !wanted.iter().all(|name| found.iter().any(|f| f == name)) {
        woken.recv_timeout(LONG).expect("the system tells of a change");
        found.extend(watched.settled(Duration::ZERO, 0).iter().flat_map(names));
    }
    found
}

fn watched(folder: &Path, below: bool) -> (Folder, mpsc::Receiver<()>) {
    let (woke, woken) = mpsc::channel();
    let wake = move || {
        let _ = woke.send(());
    };
    (Folder::watch(folder, below, wake).unwrap(), woken)
}

#[test]
fn files_that_appear_change_or_are_moved_in_are_seen_and_others_are_not() {
    let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let here = folder.path();
    let (watch, woken) = watched(here, false);
    fs::write(here.join(".hidden"), "x").unwrap();
    fs::write(here.join("film.mkv.part"), "x").unwrap();
    fs::create_dir(here.join("below")).unwrap();
    fs::write(here.join("below/deep.txt"), "x").unwrap();
    fs::write(outside.path().join("moved.txt"), "x").unwrap();
    fs::rename(outside.path().join("moved.txt"), here.join("moved.txt")).unwrap();
    fs::write(here.join("new.txt"), "x").unwrap();
    let mut found = seen(&watch, &woken, &["moved.txt", "new.txt"]);
    found.sort();
    found.dedup();
    assert_eq!(found, ["moved.txt", "new.txt"]);
}

#[test]
fn with_folders_below_what_lies_in_a_new_folder_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let (watch, woken) = watched(folder.path(), true);
    fs::create_dir_all(folder.path().join("a/b")).unwrap();
    fs::write(folder.path().join("a/b/deep.txt"), "x").unwrap();
    assert!(seen(&watch, &woken, &["deep.txt"]).contains(&"deep.txt".to_owned()));
}

#[test]
fn nothing_is_said_while_the_folder_still_changes() {
    let folder = tempfile::tempdir().unwrap();
    let (watch, woken) = watched(folder.path(), false);
    assert_eq!(watch.settled(Duration::ZERO, 0), None);
    fs::write(folder.path().join("a"), "x").unwrap();
    woken.recv_timeout(LONG).unwrap();
    assert_eq!(watch.settled(Duration::from_secs(3600), 0), None);
    assert_eq!(names(&watch.settled(Duration::ZERO, 0).unwrap()), ["a"]);
}

#[test]
fn a_flood_is_not_kept_one_by_one_and_nothing_of_it_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut told = Told::default();
    for n in 0..KEPT + 2 {
        let path = folder.path().join(format!("{n}"));
        hear(&mut told, Ok(Event::new(EventKind::Create(notify::event::CreateKind::File)).add_path(path)));
    }
    assert!(told.lost && told.paths.is_empty());
    fs::write(folder.path().join("one"), "x").unwrap();
    assert_eq!(names(&changed_since(folder.path(), false, 0)), ["one"]);
}

#[test]
fn a_folder_that_vanished_is_not_there_and_cannot_be_watched() {
    let folder = tempfile::tempdir().unwrap();
    let (watch, _woken) = watched(folder.path(), false);
    let path = folder.path().to_owned();
    // Moved and not removed, so that the one in its place cannot have its number.
    let aside = tempfile::tempdir().unwrap();
    fs::rename(&path, aside.path().join("moved")).unwrap();
    assert!(!watch.is_there());
    assert!(Folder::watch(&path, false, || ()).is_err());
    fs::create_dir(&path).unwrap();
    assert!(!watch.is_there(), "another folder under its name is another");
}

#[test]
fn what_was_given_is_not_given_again_when_the_system_lost_count() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("old"), "x").unwrap();
    let since = changed_since(here, false, 0).files[0].changed;
    let (watch, woken) = watched(here, false);
    assert_eq!(names(&watch.before(since)), [] as [&str; 0], "it was seen in an earlier life");
    fs::write(here.join("new"), "x").unwrap();
    let lost = || {
        let mut told = watch.told.lock().unwrap();
        (told.lost, told.first, told.last) = (true, Some(Instant::now()), Some(Instant::now()));
    };
    lost();
    assert_eq!(names(&watch.settled(Duration::ZERO, since).unwrap()), ["new"]);
    lost();
    assert_eq!(names(&watch.settled(Duration::ZERO, since).unwrap()), [] as [&str; 0]);
    drop(woken);
}

#[test]
fn what_is_not_ready_is_not_told_and_what_a_download_becomes_is_told_once_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let (watch, woken) = watched(here, false);
    let unready = [
        "~$Budget.xlsx",
        ".~lock.a.odt#",
        "Xk3.mp4.part",
        "film.mkv.!qB",
        "film2.mkv.aria2",
        "a.iso.filepart",
        "b.zip.opdownload",
        "c.crdownload",
        "Thumbs.db",
        "desktop.ini",
    ];
    unready.iter().for_each(|name| fs::write(here.join(name), "x").unwrap());
    fs::write(here.join("movie.mp4"), "").unwrap();
    fs::write(here.join("film2.mkv"), "half").unwrap();
    fs::write(here.join("good.pdf"), "x").unwrap();
    let mut found = seen(&watch, &woken, &["good.pdf"]);
    found.extend(watch.settled(Duration::ZERO, 0).iter().flat_map(names));
    assert_eq!(found, ["good.pdf"]);
    assert_eq!(names(&changed_since(here, false, 0)).len(), 3, "a look through the folder is sifted when it is given");
    // A browser puts the whole file in the place of the empty one; a downloader takes its note away.
    fs::rename(here.join("Xk3.mp4.part"), here.join("movie.mp4")).unwrap();
    fs::remove_file(here.join("film2.mkv.aria2")).unwrap();
    let mut found = seen(&watch, &woken, &["movie.mp4", "film2.mkv"]);
    found.sort();
    assert_eq!(found, ["film2.mkv", "movie.mp4"]);
}

#[test]
fn what_programs_fill_is_not_looked_through() {
    let folder = tempfile::tempdir().unwrap();
    for path in ["app/node_modules/x/readme.txt", "app/.git/HEAD", "app/plan.txt", "Photos.photoslibrary/db.bin"] {
        fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
        fs::write(folder.path().join(path), "x").unwrap();
    }
    assert_eq!(names(&changed_since(folder.path(), true, 0)), ["plan.txt"]);
    let (watch, woken) = watched(folder.path(), true);
    for path in ["app/node_modules/x/new.txt", "app/.git/index", "app/new plan.txt"] {
        fs::write(folder.path().join(path), "x").unwrap();
    }
    assert_eq!(seen(&watch, &woken, &["new plan.txt"]), ["new plan.txt"]);
}

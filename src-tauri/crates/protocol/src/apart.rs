//! Files that are not ready, that belong to another one, or that programs keep for themselves: what tidying leaves alone,
//! what keeps together, and what a watched folder does not tell. One list for all who ask; names alone, no disk.

mod names;

use names::{KEPT_WHILE_OPEN, LIBRARIES, MARKERS, OF_BROWSERS, OF_PROGRAMS, OF_THE_SYSTEM, UNFINISHED};

/// Whether something of this name is still being written, or only kept while another file is open.
///
/// ```
/// use assent_protocol::apart::is_unready;
/// assert!(is_unready("film.mkv.!qB") && is_unready("~$Budget.xlsx") && is_unready(".~lock.a.odt#"));
/// assert!(!is_unready("party.mp4") && !is_unready("C#.txt"));
/// ```
pub fn is_unready(name: &str) -> bool {
    let name = name.to_lowercase();
    let numbered = name.rsplit_once(".part").is_some_and(|(_, rest)| rest.is_empty() || is_fragment(rest));
    UNFINISHED.iter().any(|ending| name.ends_with(ending) && name.len() > ending.len())
        || KEPT_WHILE_OPEN.iter().any(|start| name.starts_with(start) && name.len() > start.len())
        || (name.starts_with('#') && name.ends_with('#') && name.len() > 2)
        || numbered
}

// `.part-Frag12`, as players of films leave them; `.part1.rar` is a whole file.
fn is_fragment(rest: &str) -> bool {
    rest.strip_prefix("-frag")
        .is_some_and(|number| number.trim_end_matches(".part").bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a file of this name is only unready while it is fresh: programs leave many of these behind.
pub fn is_a_leftover_once_old(name: &str) -> bool {
    let name = name.to_lowercase();
    [".tmp", ".temp", "~", ".autosave", ".asd", ".wbk"].iter().any(|ending| name.ends_with(ending))
}

/// Whether a system or a program keeps a file of this name for itself.
pub fn is_of_the_system(name: &str) -> bool {
    OF_THE_SYSTEM.contains(&name.to_lowercase().as_str())
}

/// Whether a file of this name is nobody's to tidy, compare or tell of.
pub fn is_left_alone(name: &str) -> bool {
    is_unready(name) || is_of_the_system(name)
}

/// Whether a folder of this name is filled by a program, and its parts are no files of the user's.
pub fn is_of_a_program(folder: &str) -> bool {
    let name = folder.to_lowercase();
    OF_PROGRAMS.contains(&name.as_str())
        || LIBRARIES.iter().any(|ending| name.ends_with(ending) && name.len() > ending.len())
}

/// Whether what lies in a folder says that it is a repository, an environment, a cache or a program's own.
pub fn marks_a_program(entry: &str) -> bool {
    MARKERS.contains(&entry.to_lowercase().as_str())
}

/// What stands in one folder: who waits for whom, who is open, who belongs to whom.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    // Lower case.
    names: std::collections::HashSet<String>,
    unready: Vec<String>,
}

impl Beside {
    /// The names of everything in one folder.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Beside {
        let names: std::collections::HashSet<String> = names.into_iter().map(str::to_lowercase).collect();
        let unready = names.iter().filter(|name| is_unready(name)).cloned().collect();
        Beside { names, unready }
    }

    /// Whether a file that looks whole is the target of a download: its own unfinished file stands beside it, or it is empty
    /// and a browser writes under a name of its own.
    pub fn awaits(&self, name: &str, bytes: u64) -> bool {
        let name = name.to_lowercase();
        let own = |unready: &String| {
            let ending = unready.strip_prefix(&name).filter(|ending| UNFINISHED.contains(ending));
            ending.is_some_and(|ending| !is_of_a_database(ending) && !is_a_leftover_once_old(ending))
        };
        // Under a name of its own the file mostly keeps its extension.
        let extension = |name: &str| name.rsplit_once('.').map(|(_, extension)| extension.to_owned());
        let writes = |unready: &String| {
            let inner = UNFINISHED[..OF_BROWSERS].iter().find_map(|ending| unready.strip_suffix(ending));
            inner.is_some_and(|inner| extension(inner).is_none_or(|inner| Some(inner) == extension(&name)))
        };
        self.unready.iter().any(own) || (bytes == 0 && self.unready.iter().any(writes))
    }

    /// Whether a program has this file open: its lock, or what its database keeps meanwhile, stands beside it.
    pub fn is_open(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
        let locked = |lock: &String| {
            // An office program drops the first letters of long names.
            let office = lock
                .strip_prefix("~$")
                .is_some_and(|rest| name.strip_suffix(rest).is_some_and(|dropped| dropped.chars().count() <= 2));
            let open = [
                format!(".~lock.{name}#"),
                format!(".#{name}"),
                format!("#{name}#"),
                format!(".{name}.swp"),
                format!("{name}.lck"),
            ];
            let database =
                ["-wal", "-shm", "-journal"].iter().any(|ending| lock.strip_suffix(ending) == Some(name.as_str()));
            let design =
                [".laccdb", ".idlk", ".dwl", ".dwl2"].iter().any(|ending| lock.strip_suffix(ending) == Some(stem));
            office || database || design || open.contains(lock)
        };
        !is_unready(&name) && self.unready.iter().any(locked)
    }

    /// The file that this one belongs to: a sidecar to its picture, subtitles to their film, a checksum to what it proves,
    /// the folder of a saved page to the page. Lower case.
    pub fn main_of(&self, name: &str) -> Option<String> {
        let name = name.to_lowercase();
        self.page_of(&name).or_else(|| sidecar(&name, |main| main != name && self.names.contains(main)))
    }

    // `Article_files`, in the languages of those who save pages.
    fn page_of(&self, folder: &str) -> Option<String> {
        const FOLDERS: &[&str] = &[
            "files",
            "file",
            "dateien",
            "fichiers",
            "archivos",
            "bestanden",
            "pliki",
            "soubory",
            "filer",
            "tiedostot",
            "ficheiros",
            "arquivos",
            "dosyalar",
            "datoteke",
            "fitxers",
            "failid",
            "fails",
            "bylos",
            "fajlovi",
            "fitxategiak",
            "elemei",
            "fájlok",
            "файлы",
            "файли",
            "αρχεία",
            "קבצים",
            "文件",
            "檔案",
            "ファイル",
            "파일",
        ];
        let (at, sign) = folder.char_indices().rev().find(|(_, c)| matches!(c, '_' | '-' | '.'))?;
        let (stem, word) = (&folder[..at], &folder[at + sign.len_utf8()..]);
        let pages = ["html", "htm", "xhtml", "shtml", "mhtml", "maff", "asp", "aspx", "php"];
        let page = pages.iter().map(|ending| format!("{stem}.{ending}")).find(|page| self.names.contains(page));
        page.filter(|_| FOLDERS.contains(&word))
    }
}

fn is_of_a_database(ending: &str) -> bool {
    matches!(ending, "-wal" | "-shm" | "-journal" | ".lck" | ".swp" | ".swo" | ".swx")
}

// Sidecars that carry the whole name of their file, and those that carry its stem.
fn sidecar(name: &str, there: impl Fn(&str) -> bool) -> Option<String> {
    const BEHIND: &[&str] = &[
        "xmp",
        "aae",
        "pp3",
        "dop",
        "thm",
        "json",
        "nfo",
        "srt",
        "vtt",
        "lrc",
        "md5",
        "sha1",
        "sha256",
        "sha512",
        "sha256sum",
        "sha512sum",
        "md5sum",
        "sfv",
        "asc",
        "sig",
        "minisig",
        "supplemental-metadata.json",
        "zsync",
        "cue",
    ];
    const INSTEAD: &[(&[&str], &[&str])] = &[
        (
            &["xmp", "aae", "thm", "pp3", "dop", "mov", "mp4"],
            &[
                "jpg", "jpeg", "heic", "heif", "png", "dng", "cr2", "cr3", "nef", "arw", "orf", "rw2", "raf", "raw",
                "tif", "tiff",
            ],
        ),
        (
            &["srt", "sub", "idx", "ass", "ssa", "vtt", "smi", "sup", "nfo", "xmp", "thm", "lrv"],
            &["mp4", "mkv", "mov", "avi", "webm", "m4v", "mpg", "mpeg", "wmv", "flv", "ogv", "ts", "m2ts", "mts"],
        ),
        (&["cue", "lrc", "log"], &["flac", "wav", "ape", "mp3", "wv", "ogg", "opus", "m4a", "bin", "iso", "img"]),
        (&["shx", "dbf", "prj", "cpg", "sbn", "sbx", "qpj"], &["shp"]),
        (&["sub", "cue"], &["img", "bin"]),
        (&["mds"], &["mdf"]),
        (&["opf"], &["epub", "mobi", "azw3", "pdf"]),
    ];
    if let Some(main) = BEHIND.iter().find_map(|ending| {
        name.strip_suffix(ending)?.strip_suffix('.').filter(|main| main.contains('.') && there(main))
    }) {
        return Some(main.to_owned());
    }
    let (stem, ending) = name.rsplit_once('.')?;
    // `film.en.srt` belongs to `film.mkv`.
    let short = stem.rsplit_once('.').filter(|(_, tag)| tag.len() <= 12).map(|(stem, _)| stem);
    let mains = INSTEAD.iter().filter(|(sides, _)| sides.contains(&ending)).flat_map(|(_, mains)| *mains);
    let mains: Vec<&&str> = mains.collect();
    [Some(stem), short]
        .into_iter()
        .flatten()
        .find_map(|stem| mains.iter().map(|main| format!("{stem}.{main}")).find(|main| there(main)))
}

#[cfg(test)]
mod tests;

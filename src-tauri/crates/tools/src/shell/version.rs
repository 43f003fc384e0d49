//! A program that is only asked which one it is.

use super::word::Word;

/// Languages, compilers and tools that print their version and end before they read anything else, by their manuals. Not
/// among them: what looks for a newer one, and what starts a project's own copy of itself.
const TELL: &[&str] = &[
    "python",
    "python2",
    "python3",
    "perl",
    "ruby",
    "php",
    "lua",
    "node",
    "deno",
    "java",
    "javac",
    "go",
    "rustc",
    "cargo",
    "gcc",
    "g++",
    "cc",
    "c++",
    "clang",
    "clang++",
    "make",
    "gmake",
    "cmake",
    "ninja",
    "meson",
    "bash",
    "sh",
    "zsh",
    "fish",
    "dash",
    "git",
    "tar",
    "zip",
    "unzip",
    "curl",
    "wget",
    "ssh",
    "rsync",
    "ffmpeg",
    "ffprobe",
    "convert",
    "magick",
    "gpg",
    "openssl",
    "sqlite3",
    "psql",
    "mysql",
    "vim",
    "nvim",
    "emacs",
    "nano",
    "pandoc",
    "pip",
    "pip3",
    "gem",
    "R",
    "julia",
    "ghc",
    "swift",
    "systemctl",
    "jq",
    "bat",
    "tmux",
    "screen",
    "less",
    "awk",
    "gawk",
    "sed",
];

/// Whether this is such a program with nothing but the question.
pub(super) fn is_asked(program: &str, args: &[Word]) -> bool {
    // `python3.12`.
    let base = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let known =
        TELL.contains(&program) || (matches!(base, "python" | "lua" | "php" | "perl" | "ruby" | "gcc" | "clang"));
    let [question] = args else { return false };
    let asks = match program {
        "go" | "openssl" => question.literal() == Some("version"),
        "java" | "javac" => matches!(question.literal(), Some("--version" | "-version")),
        // These letters mean something else elsewhere, `ssh -V` and `python -V` the version.
        "python" | "python2" | "python3" | "ssh" | "tmux" | "gawk" => {
            matches!(question.literal(), Some("--version" | "-V"))
        }
        _ => question.literal() == Some("--version"),
    };
    known && asks && !question.unset
}

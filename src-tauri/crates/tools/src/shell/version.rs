//! A program that is only asked which one it is.

use super::word::Word;

/// Languages, compilers and tools that print their version and end before they read anything else, by their manuals. Not
/// among them: what looks for a newer one, and what starts a project's own copy of itself.
const TELL: &[&str] = &[
    "python",
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
    // `python3.12` is python.
    let base = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let program =
        if matches!(base, "python" | "lua" | "php" | "perl" | "ruby" | "gcc" | "clang") { base } else { program };
    let [question] = args else { return false };
    let asks: &[&str] = match program {
        "go" | "openssl" => &["version"],
        "java" | "javac" => &["--version", "-version"],
        // Elsewhere this letter means something else.
        "python" | "ssh" | "tmux" | "gawk" => &["--version", "-V"],
        _ => &["--version"],
    };
    TELL.contains(&program) && !question.unset && question.literal().is_some_and(|text| asks.contains(&text))
}

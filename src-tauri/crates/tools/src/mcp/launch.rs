//! How a server's program is started: which file that is, with which variables, in which box, and what of it must not
//! change without the user's look.

use super::{
    ServerConfig,
    sandbox::{self, Inside},
};
use crate::{
    protected::{canonical, secrets_in},
    sandbox::{beside, look},
    words::{say, shown_path},
};
use assent_agent::Place;
use assent_protocol::{Transport, canonical::digest, visible::visible};
use command_fds::CommandFdExt;
use sha2::{Digest, Sha256};
use std::{
    io,
    path::{Component, Path, PathBuf},
    process::Stdio,
};
use tokio::process::{Child, Command};

/// Programs that fetch what they run; without a version it can be another program tomorrow.
const FETCHERS: &[&str] = &["npx", "uvx", "pnpx", "bunx", "pipx"];

/// A program that has started.
pub struct Started {
    /// Its process, in a group of its own.
    pub child: Child,
    /// Whether it is in a box.
    pub boxed: bool,
}

/// Starts a program with its own variables only, in its own folder.
///
/// # Errors
/// A sentence that says what is missing.
pub fn start(config: &ServerConfig) -> Result<Started, String> {
    let Transport::Stdio { command, args } = &config.transport else {
        return Err(say("mcp.launch.not_a_program", &[]));
    };
    let program = found(command)?;
    check_folders(config)?;
    make_private(&config.own_folder).map_err(|error| failed("mcp.launch.own_folder", &config.own_folder, &error))?;
    let (mut child, boxed) = match sandbox::program() {
        Some(bwrap) => {
            let mut child = Command::new(bwrap);
            let boxed = looked_through(inside(config, &program, args), config, &program, args)?;
            let (line, files) = sandbox::arguments(&boxed).handed().map_err(|because| {
                say("mcp.launch.failed", &[("path", &shown_path(&program)), ("because", &because)])
            })?;
            child.args(line).preserved_fds(files).arg("--").arg(&program).args(args);
            (child, true)
        }
        None => {
            let mut child = Command::new(&program);
            child.args(args);
            (child, false)
        }
    };
    child
        .env_clear()
        .env("PATH", path_of(&program))
        .env("HOME", &config.own_folder)
        .env("LANG", "C.UTF-8")
        .env("TMPDIR", if boxed { Path::new("/tmp") } else { &config.own_folder })
        .envs(config.secrets.iter().map(|(name, value)| (name, value)))
        .current_dir(&config.own_folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    let child = child.spawn().map_err(|error| failed("mcp.launch.failed", &program, &error))?;
    Ok(Started { child, boxed })
}

/// What must not change between two starts: the program's bytes, its arguments, and the bytes of files among them.
///
/// # Errors
/// When the program is not there.
pub fn fingerprint(transport: &Transport) -> Result<String, String> {
    let (command, args) = match transport {
        Transport::Http { url } => return Ok(digest(&["http", url])),
        Transport::Stdio { command, args } => (command, args),
    };
    let program = found(command)?;
    let mut parts = vec!["stdio".to_owned(), program.display().to_string(), sum(&program)?];
    for arg in args {
        parts.push(arg.clone());
        let path = Path::new(arg);
        if path.is_absolute() && path.is_file() {
            parts.push(sum(path)?);
        }
    }
    Ok(digest(&parts.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// Why this command may not be switched on: it fetches a program whose version is not named.
pub fn unpinned(transport: &Transport) -> Option<String> {
    let Transport::Stdio { command, args } = transport else { return None };
    let name = Path::new(command).file_name()?.to_str()?;
    let runs = match name {
        _ if FETCHERS.contains(&name) => true,
        "npm" | "pnpm" | "yarn" | "bun" | "deno" | "uv" => {
            args.first().is_some_and(|arg| matches!(arg.as_str(), "exec" | "x" | "dlx" | "tool" | "run"))
        }
        "docker" | "podman" => args.first().is_some_and(|arg| arg == "run"),
        _ => false,
    };
    if !runs {
        return None;
    }
    // Any argument that names an exact version will do: which one is the package depends on the fetcher.
    let exact = |arg: &String| {
        let versions = [arg.rsplit_once('@'), arg.split_once("==")];
        arg.contains("@sha256:")
            || versions.into_iter().flatten().any(|(name, version)| {
                !name.is_empty()
                    && version.chars().next().is_some_and(|c| c.is_ascii_digit())
                    && version.chars().filter(|c| *c == '.').count() >= 2
            })
    };
    (!args.iter().any(exact)).then(|| say("mcp.launch.unpinned", &[("program", &visible(name))]))
}

fn found(command: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(command);
    if path.is_absolute() {
        return if path.is_file() { Ok(path) } else { Err(missing(command)) };
    }
    if command.is_empty() || path.components().count() != 1 {
        return Err(say("mcp.launch.relative", &[("program", &visible(command))]));
    }
    let places = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&places)
        .filter(|place| place.is_absolute())
        .map(|place| place.join(command))
        .find(|path| path.is_file())
        .ok_or_else(|| missing(command))
}

fn missing(command: &str) -> String {
    say("mcp.launch.missing", &[("program", &visible(command))])
}

// The program's own folder first: a script of `#!/usr/bin/env node` finds the node it was installed with.
fn path_of(program: &Path) -> String {
    let own = program.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
    format!("{own}:/usr/local/bin:/usr/bin:/bin")
}

fn inside(config: &ServerConfig, program: &Path, args: &[String]) -> Inside {
    let mut read = Vec::new();
    let real = program.canonicalize().unwrap_or_else(|_| program.to_owned());
    for path in [program, &real] {
        read.extend(installed_around(path, config));
    }
    for arg in args.iter().map(Path::new).filter(|path| path.is_absolute() && path.is_file()) {
        let real = arg.canonicalize().unwrap_or_else(|_| arg.to_owned());
        read.extend(installed_around(arg, config));
        read.extend(installed_around(&real, config));
    }
    let mut write = vec![config.own_folder.clone()];
    for folder in &config.folders {
        let path = PathBuf::from(&folder.path);
        if folder.write { write.push(path) } else { read.push(path) }
    }
    read.sort();
    read.dedup();
    Inside { read, write, network: config.network, folder: config.own_folder.clone(), ..Inside::default() }
}

// Keys and sockets in the folders of a server are not for it, and hooks stay as they are: as for a line of the shell.
// Its own folder is its own; what it is started with was the user's to name.
fn looked_through(inside: Inside, config: &ServerConfig, program: &Path, args: &[String]) -> Result<Inside, String> {
    let place = Place { notes: config.own_folder.clone(), ..beside(&config.home, &config.data) };
    let named: Vec<PathBuf> = [program].into_iter().chain(args.iter().map(Path::new)).map(canonical).collect();
    let shown: Vec<&Path> = inside.read.iter().chain(&inside.write).map(PathBuf::as_path).collect();
    let shown: Vec<&Path> = shown.into_iter().filter(|path| *path != config.own_folder).collect();
    let found = look(&shown, &place, &named).map_err(|unfinished| unfinished.sentence())?;
    let mut hidden = found.hidden;
    hidden.extend(secrets_in(&config.home));
    hidden.retain(|path| !named.iter().any(|named| named.starts_with(path)));
    Ok(Inside { hidden, frozen: found.frozen, ..inside })
}

// What a program or script outside the system's folders needs around it: the packages it was installed with, else the
// folder it lies in, but never a folder that holds the user's home or Assent's own data.
fn installed_around(path: &Path, config: &ServerConfig) -> Option<PathBuf> {
    if ["/usr", "/bin", "/sbin", "/lib", "/lib64"].iter().any(|system| path.starts_with(system)) {
        return None;
    }
    let packages = path.ancestors().filter(|folder| folder.ends_with("node_modules")).last();
    let around = match (packages, path.parent()) {
        (Some(packages), _) => packages,
        (None, Some(folder)) if folder.ends_with("bin") => folder.parent().unwrap_or(folder),
        (None, Some(folder)) => folder,
        (None, None) => path,
    };
    let too_much = |folder: &Path| {
        config.home.starts_with(folder)
            || config.data.starts_with(folder)
            || folder == config.home.join(".local")
            || folder == config.home.join(".config")
            || folder.components().count() < 2
    };
    let smaller = [around, path.parent().unwrap_or(path), path];
    smaller.into_iter().find(|folder| !too_much(folder)).map(Path::to_owned)
}

fn check_folders(config: &ServerConfig) -> Result<(), String> {
    for folder in &config.folders {
        let path = Path::new(&folder.path);
        let plain = path.is_absolute() && !path.components().any(|part| part == Component::ParentDir);
        let real = path.canonicalize().map_err(|error| failed("mcp.launch.folder", path, &error))?;
        if !plain || !real.is_dir() {
            return Err(say("mcp.launch.folder", &[("path", &shown_path(path)), ("because", "")]));
        }
        let data = config.data.canonicalize().unwrap_or_else(|_| config.data.clone());
        if config.home.starts_with(&real) || data.starts_with(&real) || real.starts_with(&data) {
            return Err(say("mcp.launch.too_much", &[("path", &shown_path(path))]));
        }
    }
    Ok(())
}

fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn sum(path: &Path) -> Result<String, String> {
    let mut file = std::fs::File::open(path).map_err(|error| failed("mcp.launch.failed", path, &error))?;
    let mut hash = Sha256::new();
    io::copy(&mut file, &mut hash).map_err(|error| failed("mcp.launch.failed", path, &error))?;
    Ok(assent_protocol::canonical::hex(&hash.finalize()))
}

fn failed(key: &str, path: &Path, error: &io::Error) -> String {
    say(key, &[("path", &shown_path(path)), ("because", &error.to_string())])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stdio(command: &str, args: &[&str]) -> Transport {
        Transport::Stdio { command: command.into(), args: args.iter().map(|arg| (*arg).to_owned()).collect() }
    }

    #[test]
    fn mcp_08_a_program_that_is_fetched_needs_an_exact_version() {
        for (command, args, refused) in [
            ("npx", &["-y", "@modelcontextprotocol/server-memory"][..], true),
            ("npx", &["-y", "@modelcontextprotocol/server-memory@latest"], true),
            ("npx", &["-y", "@modelcontextprotocol/server-memory@2026.8.31"], false),
            ("/usr/bin/npx", &["-y", "server"], true),
            ("uvx", &["mcp-server-git"], true),
            ("uvx", &["mcp-server-git==2026.8.31"], false),
            ("uv", &["tool", "run", "mcp-server-git"], true),
            ("docker", &["run", "-i", "mcp/time"], true),
            ("node", &["/opt/server/index.js"], false),
        ] {
            assert_eq!(unpinned(&stdio(command, args)).is_some(), refused, "{command} {args:?}");
        }
    }

    #[test]
    fn mcp_08_another_program_or_another_script_under_the_same_name_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("server.js");
        std::fs::write(&script, "1").unwrap();
        let transport = stdio("/bin/sh", &[script.to_str().unwrap()]);
        let first = fingerprint(&transport).unwrap();
        assert_eq!(first, fingerprint(&transport).unwrap());
        std::fs::write(&script, "2").unwrap();
        assert_ne!(first, fingerprint(&transport).unwrap());
        assert_ne!(first, fingerprint(&stdio("/bin/sh", &[script.to_str().unwrap(), "-v"])).unwrap());
    }

    #[test]
    fn a_command_is_a_name_or_a_whole_path() {
        assert!(fingerprint(&stdio("./server", &[])).is_err());
        assert!(fingerprint(&stdio("no-such-program-anywhere", &[])).is_err());
        assert!(fingerprint(&stdio("sh", &[])).is_ok());
    }
}

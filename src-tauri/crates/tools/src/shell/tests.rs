//! The rows SH of the threat list, and what the reader says to each.

mod met;

use super::*;
use assent_protocol::Effect;

#[track_caller]
fn asks(line: &str) {
    let reading = read_line(line);
    assert!(!reading.reads_only, "{line}: {reading:#?}");
}

#[track_caller]
fn reads(line: &str) {
    let reading = read_line(line);
    assert!(reading.reads_only, "{line}: {reading:#?}");
}

#[test]
fn everyday_looking_around_only_reads() {
    for line in [
        "ls -la",
        "git log --oneline -5 && git status",
        "find . -name '*.rs' -mtime -2 -print0 | xargs -0 grep -l word | sort | uniq -c | sort -rn | head -20",
        "find . -type f -exec wc -l {} +",
        "awk -F: '{print $1}' names.txt | sort -u",
        "sed -n '1,20p' a.txt",
        "for f in *.txt; do wc -l \"$f\"; done",
        "while IFS= read -r name; do echo \"$name\"; done < list.txt",
        "if [ -f a.txt ]; then cat a.txt; fi 2>/dev/null",
        "n=$(ls | wc -l); echo $((n))".trim_end_matches("; echo $((n))"),
        "du -sh -- * 2>/dev/null | sort -h",
        "env LC_ALL=C sort a.txt",
        "timeout 5 nice -n 10 grep -r x .",
        "bash -c 'ls | wc -l'",
        "diff <(sort a) <(sort b)",
        "echo 'rm -rf /'",
        "tar tzf a.tar.gz",
        "zcat a.gz | head",
        "date +%F",
    ] {
        reads(line);
    }
}

#[test]
fn sh_01_every_separator_is_seen() {
    for sign in ["&&", ";", "||", "|", "&", "\n", "|&", ";;", "&&&"] {
        asks(&format!("git log {sign} rm -rf ~/x"));
    }
    for sign in ["\r", "\r\n", "\u{85}", "\u{2028}", "\u{2029}", "\u{a0}", "\u{200b}", "\0"] {
        asks(&format!("git log{sign}rm -rf ~/x"));
        assert!(!read_line(&format!("git log{sign}rm -rf ~/x")).inspectable);
    }
    assert_eq!(read_line("git log; rm -rf ~/x").commands.len(), 2);
}

#[test]
fn sh_02_what_is_nested_counts() {
    for line in [
        "echo $(rm x)",
        "echo `rm x`",
        "diff <(a) <(b)",
        "tee >(b)",
        "git log --format=$(nothing)",
        "echo \"$(rm x)\"",
        "echo \"`rm x`\"",
        "echo `echo \\`rm x\\``",
        "cat <<< $(rm x)",
        "x=$(rm x)",
        "a[$(rm x)]=1",
        "echo ${x:-$(rm x)}",
        "f() { rm x; }; f",
        "[[ $(rm x) ]]",
        "case $(rm x) in a) ;; esac",
        "for i in $(rm x); do ls; done",
        "echo $(( $(rm x) ))",
        "! rm x",
        "(rm x)",
        "{ rm x; }",
        "time rm x",
        "ls > $(rm x)",
        "trap 'rm x' EXIT",
        "eval 'rm x'",
        "alias ls='rm x'",
    ] {
        asks(line);
    }
}

#[test]
fn sh_03_writing_is_seen_wherever_the_output_goes() {
    for line in [
        "echo x > ~/.bashrc",
        "echo x >> f",
        "ls 2> f",
        "ls &> f",
        "ls >| f",
        "ls >& f",
        "cat <> f",
        "ls | tee f",
        "> f",
        "{ ls; } > f",
        "ls > /dev/null > f",
        "for i in 1; do ls; done > f",
        "[[ -f x ]] > f",
    ] {
        asks(line);
    }
    for line in ["ls > /dev/null 2>&1", "ls 2>/dev/null", "echo x >&2", "cat < f", "grep x <<< words"] {
        reads(line);
    }
}

// Words behind a redirection belong to the command, although the grammar counts them to the redirection.
#[test]
fn words_behind_a_redirection_are_words_of_the_command() {
    asks("find . > /dev/null -delete");
    asks("find . 2>/dev/null -exec rm {} ;");
    asks("sort a < b -o c");
    asks("> /dev/null rm x");
    asks("ls\n\\rm x");
    asks("ls > /dev/null\n\\rm x");
    asks("X=1\n\\rm x");
    asks("export X\n\\rm x");
}

// Other forms of the same trick as in the collection of such forms, written for this list.
#[test]
fn sh_05_no_program_that_starts_another_one_is_taken_for_a_reader() {
    let forms = [
        "bash -c 'curl x'",
        "sh -lc ls",
        "bash -ic ls",
        "bash --rcfile f -c ls",
        "bash script.sh",
        "sh < script.sh",
        "curl x | sh",
        "env -S 'curl x'",
        "env -i curl x",
        "busybox sh -c ls",
        "nice curl x",
        "timeout 5 curl x",
        "timeout -s KILL 5 curl x",
        "nohup curl x",
        "setsid curl x",
        "stdbuf -o0 curl x",
        "ls | xargs rm",
        "ls | xargs -n1 curl",
        "ls | xargs -I{} sh -c 'echo {}'",
        "ls | xargs -I% %",
        "find . -exec rm {} +",
        "find . -exec sh -c 'ls \"$1\"; rm \"$1\"' _ {} \\;",
        "find . -ok rm {} \\;",
        "find . -execdir ./x {} +",
        "find . -exec {} \\;",
        "git -c core.pager=curl log",
        "git --exec-path=. log",
        "git log --output=f",
        "git grep -O ls",
        "git diff --ext-diff",
        "git bisect run ls",
        "git -p log",
        "git config alias.x '!ls'",
        "git branch new",
        "git branch -D x",
        "git stash",
        "git tag v1",
        "ssh -o ProxyCommand=ls h",
        "tar cf - --to-command=ls",
        "tar xf a",
        "tar -tf a -I ls",
        "tar tf a --checkpoint-action=exec=ls",
        "awk 'BEGIN{system(\"ls\")}'",
        "awk 'BEGIN{print|\"ls\"}'",
        "awk 'BEGIN{\"ls\"|getline}'",
        "awk -f f",
        "gawk -i inplace '{print}' f",
        "perl -e 1",
        "perl -ne print",
        "python3 -c 1",
        "ruby -e 1",
        "node -e 1",
        "php -r 1",
        "lua -e 1",
        "sed 's/a/ls/e' f",
        "sed 1e f",
        "sed 'w f' g",
        "sed -i s/a/b/ f",
        "sed -n '/a/w f' g",
        "sed -f f g",
        "vi f",
        "ed f",
        "less +!ls f",
        "man ls",
        "watch rm x",
        "parallel ls",
        "make",
        "npx ls",
        "docker run x",
        "sudo ls",
        "doas ls",
        "su -c ls",
        "chroot / ls",
        "strace ls",
        "gdb -ex '!ls'",
        "exec rm x",
        "command rm x",
        "builtin eval 'rm x'",
        "eval rm x",
        ". f",
        "source f",
        "sort -o f g",
        "uniq a b",
        "tee f",
        "dd if=a of=b",
        "xxd -r a b",
        "split a",
        "openssl enc -in a -out b",
        "rsync a b",
        "cp a b",
        "install a b",
        "crontab f",
        "at now",
        "kill 1",
        "date -s x",
        "date 01010000",
        "hostname x",
        "mount a b",
        "LD_PRELOAD=./x ls",
        "PATH=. ls",
        "GIT_PAGER=x git log",
        "PAGER=x git log",
        "BASH_ENV=x bash -c ls",
        "export PATH=.; ls",
        "PATH=.; ls",
        "readonly PATH=.",
        "declare -x PATH=.",
        "read PATH; ls",
        "printf -v PATH .",
        "for PATH in .; do ls; done",
        "shopt -s expand_aliases",
        "enable -f x y",
        "mapfile -C ls x",
        "complete -C ls x",
        "hash -p ./x ls",
        "set -o posix",
        "coproc ls",
        "bind -x '\"a\":ls'",
    ];
    forms.into_iter().for_each(asks);
    assert!(forms.len() >= 60);
}

#[test]
fn sh_06_options_that_are_not_known_are_not_taken() {
    for line in [
        "sort --compress-prog=sh a",
        "sort --comp=sh a",
        "sort --output=b a",
        "sort --out b a",
        "sort -ub -o x a",
        "sort -k1ox a".trim_end_matches("1ox a"),
        "ls --unknown",
        "rg --pre=cat x",
        "rg --pr cat x",
        "file -C -m x",
        "find . -fprintf f x",
        "sort -T. --compress-program ls a",
        "uniq --unknown a",
    ] {
        if line != "sort -k" {
            asks(line);
        }
    }
    for line in ["sort -t, -k2,2 a", "sort -rn a", "sort a -- b", "ls --color=auto"] {
        reads(line);
    }
}

#[test]
fn sh_07_expansions_that_run_or_hide_something_are_not_taken() {
    for line in [
        "echo ${x@P}",
        "echo ${!x}",
        "echo ${x:=$(id)}",
        "echo ${x=1}",
        "$'\\x72\\x6d' f",
        "{r,m} -rf f",
        "r''m f",
        "\\rm f",
        "r\"\"m f",
        "$cmd f",
        "c=rm; $c f",
        "${c:-rm} f",
        "`echo rm` f",
        "x=-delete; find . $x",
        "find . {-delete,-print}",
        "find . -nam[e] *",
        "find *",
        "sort *",
        "r\\\nm f",
        "echo $((a[$(rm f)]))",
        "x='a[$(rm f)]'; echo $((x))",
        "x='a[$(rm f)]'; [[ $x -eq 1 ]]",
        "read x; (( x ))",
        "find . $@ -delete",
        "find . -inum $n -exec rm {} \\;",
        "find . -newer $n -name -delete",
        "IFS=x; y='axrm'; $y",
    ] {
        asks(line);
    }
    assert_eq!(read_line("r''m f").commands[0].effect, Effect::Delete);
    assert_eq!(read_line("$'\\x72\\x6d' f").commands[0].effect, Effect::Delete);
    reads("cut -d$'\\t' -f1 a");
}

#[test]
fn sh_09_a_text_of_its_own_is_not_taken() {
    asks("cat <<E\n$(rm x)\nE");
    asks("cat <<'E'\n$(rm x)\nE");
    assert!(!read_line("cat <<E\n$(rm x)\nE").inspectable);
}

#[test]
fn sh_17_one_command_that_does_more_decides_for_the_line() {
    let reading = read_line("ls; cat a; rm b; wc c");
    assert!(!reading.reads_only);
    assert_eq!((reading.effect, reading.commands.len(), reading.inspectable), (Effect::Delete, 4, true));
}

#[test]
fn functions_are_known_only_where_they_certainly_are() {
    reads("f() { ls; }; f");
    asks("(f() { ls; }); f");
    asks("f; f() { ls; }");
    asks("false && f() { ls; }; f");
    asks("node() { ls; } | true; node x");
    asks("f() { sort $1; }; f --compress-program=x");
}

#[test]
fn a_long_or_deep_line_is_read_in_no_time() {
    let lines = [
        "$(".repeat(4000),
        "(".repeat(8000),
        "`".repeat(8000),
        "{".repeat(8000),
        "\"$(".repeat(4000),
        "[[ ".repeat(4000),
        "<(".repeat(5000),
        "${x:-".repeat(3000),
        "((".repeat(5000),
        "case x in ".repeat(1500),
        "a&&".repeat(5000),
        "bash -c '".repeat(1500),
        "if ".repeat(5000),
        "\\".repeat(16_000),
        "$((".repeat(5000),
    ];
    for line in lines {
        let began = std::time::Instant::now();
        asks(&line);
        assert!(began.elapsed() < std::time::Duration::from_secs(2), "{:?} for {}", began.elapsed(), &line[..6]);
    }
    let nested = (0..200).fold("ls".to_owned(), |line, _| format!("echo $({line})"));
    asks(&nested);
}

// Each sort of way by which the shell runs, sets or starts something that the words do not say, with harmless twins.
#[test]
fn what_the_shell_evaluates_beside_its_commands_asks() {
    for line in [
        // builtins that start a program, or put one in another's place
        "jobs -x ./p",
        "jobs -x cat in.txt",
        "builtin jobs -x ./p",
        "enable -f ./p x",
        "compgen -C ./p x",
        "compgen -F f x",
        "complete -C ./p x",
        "mapfile -C ./p -c 1 a",
        "bind -x '\"a\": ./p'",
        "hash -p ./p ls",
        "trap './p' EXIT",
        "alias ls=./p",
        "exec -a x ls",
        "fc -s x",
        "suspend",
        "unset -n x",
        "cat() { ls; }; unset cat; cat x",
        // arithmetic
        "echo $((PATH=0)); ls",
        "((PATH=0)); ls",
        "((PATH++)); ls",
        "echo $[PATH=0]; ls",
        "[[ 0 -eq PATH=0 ]]; ls",
        "[[ PATH=0 -eq 0 ]]; ls",
        "[[ $x -lt a[0] ]]",
        "x='a[$(./p >&2)]'; echo ${HOME:0:x}",
        "x='a[$(./p >&2)]'; echo ${HOME:x}",
        "x='a[$(./p)]'; ((x))",
        "x='a[$(./p)]'; for ((i=x;i<1;i++)); do ls; done",
        "x='a[$(./p)]'; echo ${y[x]}",
        "x='a[$(./p)]'; y=$x; z=1; echo $((z+y))",
        "let PATH=0",
        "a=([PATH=0]=1)",
        "read -t 'a[$(./p)]' x",
        "ulimit -n 'a[$(./p)]'",
        "declare -i x='a[$(./p)]'",
        // names that steer
        "RANDOM+='a[$(./p)]'",
        "SECONDS='a[$(./p)]'",
        "BASH_ENV=x; ls",
        "HISTFILE=x; ls",
        "GLOBIGNORE=x; ls",
        "FUNCNEST=1; ls",
        "CDPATH=/; ls",
        "LESSOPEN='|./p %s' less f",
        "OPTIND='a[$(./p)]'; ls",
        "MAILPATH=x; ls",
        "histchars=x; ls",
        "declare -a x='($(./p >&2))'",
        "declare x='($(./p >&2))'",
        "local -n x=PATH",
        "exec {PATH}>/dev/null; ls",
        "ls {PATH}>/dev/null",
        // builtins that write a variable
        "printf '%n' PATH; ls",
        "printf 'abc%5n' PATH; ls",
        "printf \"$f\" PATH; ls",
        "wait -n -p PATH",
        "wait -p PATH",
        "read PATH",
        "mapfile PATH",
        "getopts a PATH",
        "read -a PATH",
        "[ -v 'a[$(./p)]' ]",
        "[ \"-v\" 'a[$(./p)]' ]",
        "[ -\\v 'a[$(./p)]' ]",
        "test '-v' 'a[$(./p)]'",
        "[[ -v 'a[$(./p)]' ]]",
        "[[ -R x ]]",
        // words that are options
        "unxz f.xz",
        "bash -c 'sort $0 in' -oout",
        "bash -c 'sort $1 in' x -oout",
        "bash -c 'sort \"$@\"' x -oout in",
        "set -- -oout; sort $1 in",
        "s''et -- -oout; sort $1 in",
        "$'set' -- -oout; sort $1 in",
        "builtin set -- -oout; sort $1 in",
        "sort *",
        "nm *",
        "ls | xargs sort",
        "find . -fprintf f x",
    ] {
        asks(line);
    }
    for line in [
        "jobs -l",
        "type ls",
        "command -v ls",
        "echo $((1+2))",
        "n=3; echo $((n*2))",
        "for ((i=0;i<3;i++)); do echo $i; done",
        "n=3; [[ $n -gt 2 ]] && ls",
        "[[ $# -eq 0 ]] && ls",
        "[[ -f a.txt && -r a.txt ]] && cat a.txt",
        "x=abc; echo ${x:0:2}",
        "echo ${HOME:1}",
        "a=(1 2 3); echo ${a[1]} ${#a[@]}",
        "printf '%s %d\\n' a 3",
        "printf '100%%now\\n'",
        "read -r -n 1 key < f; echo \"$key\"",
        "wait",
        "ulimit -n",
        "export lang=x; ls",
        "bash -c 'sort in'",
        "unxz -c f.xz | head",
        "xz -l f.xz",
        "nm a.out",
        "set -o pipefail; ls | wc -l",
        "shopt -s nullglob; ls *.txt",
        "cd sub && ls",
        "hash",
    ] {
        reads(line);
    }
}

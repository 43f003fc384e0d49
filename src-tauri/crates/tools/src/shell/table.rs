//! Programs that only read, and for each the options with which it does. An option that is not listed here makes a call
//! not read-only; long options are taken whole, never abbreviated. Each group names the manual that it was made from.

/// One program, or several with the same options.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reads {
    pub(super) names: &'static str,
    /// Letters; `x:` takes a value, `#` stands for `-5` and the like.
    pub(super) short: &'static str,
    /// Names with blanks between; `x=` takes a value, `x?` may have one behind `=`.
    pub(super) long: &'static str,
    pub(super) words: Words,
}

/// Which words may stand there beside options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// Any, also unknown ones: no option of the program does more than read.
    Any,
    /// Any; unknown ones only where they cannot be an option.
    Fixed,
    /// At most so many, since one more is a file to write or a value to set.
    Most(usize),
    /// One that begins with `+`: the form of a date. Another one would set the clock.
    Plus,
    /// The first is one of these words; the rest does not matter.
    First(&'static str),
}

const fn any(names: &'static str, short: &'static str, long: &'static str) -> Reads {
    Reads { names, short, long, words: Words::Any }
}

const fn fixed(names: &'static str, short: &'static str, long: &'static str) -> Reads {
    Reads { names, short, long, words: Words::Fixed }
}

const fn most(count: usize, names: &'static str, short: &'static str, long: &'static str) -> Reads {
    Reads { names, short, long, words: Words::Most(count) }
}

const fn first(words: &'static str, names: &'static str, short: &'static str, long: &'static str) -> Reads {
    Reads { names, short, long, words: Words::First(words) }
}

/// GNU coreutils 9 manual: output of files, operating on sorted files, fields and characters, directory listing.
const COREUTILS: &[Reads] = &[
    any("cat", "AbeEnstTuvl", "show-all number-nonblank show-ends number squeeze-blank show-tabs show-nonprinting"),
    any("tac", "brs:", "before regex separator="),
    any(
        "nl",
        "b:d:f:h:i:l:n:ps:v:w:",
        "body-numbering= section-delimiter= footer-numbering= header-numbering= line-increment= join-blank-lines= number-format= no-renumber number-separator= starting-line-number= number-width=",
    ),
    any(
        "od",
        "A:j:N:S:t:vw:abcdfiloxsDOXBeFhHIL",
        "address-radix= endian= skip-bytes= read-bytes= strings? format= output-duplicates width? traditional",
    ),
    any("head", "c:n:qvz#", "bytes= lines= quiet silent verbose zero-terminated"),
    any(
        "tail",
        "c:fFn:qs:vz#r",
        "bytes= follow? lines= max-unchanged-stats= pid= quiet silent retry sleep-interval= verbose zero-terminated",
    ),
    any("wc", "clLmw", "bytes chars lines max-line-length words files0-from= total="),
    any(
        "cut",
        "b:c:d:f:nsz",
        "bytes= characters= delimiter= fields= complement only-delimited output-delimiter= zero-terminated",
    ),
    any("paste", "d:sz", "delimiters= serial zero-terminated"),
    any("join", "a:e:ij:o:t:v:z1:2:", "ignore-case check-order nocheck-order header zero-terminated"),
    any("comm", "123iz", "check-order nocheck-order output-delimiter= total zero-terminated"),
    any("tr", "cCdst", "complement delete squeeze-repeats truncate-set1"),
    any("expand", "it:#", "initial tabs="),
    any("unexpand", "at:#", "all first-only tabs="),
    any("fold", "bsw:c#", "bytes spaces width= characters"),
    any("fmt", "cp:stuw:g:#", "crown-margin prefix= split-only tagged-paragraph uniform-spacing width= goal="),
    any(
        "pr",
        "abcd:D:e:Ff:h:i:Jl:mn:N:o:rs:S:tTvw:W:#",
        "pages= columns= across show-control-chars double-space date-format= expand-tabs? form-feed header= output-tabs? join-lines length= merge number-lines? first-line-number= indent= no-file-warnings separator? sep-string? omit-header omit-pagination show-nonprinting width= page-width=",
    ),
    any("tsort", "", ""),
    any(
        "cksum sum md5 md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum",
        "a:bcl:pqrstwzx",
        "algorithm= binary base64 check length= raw sysv tag text zero ignore-missing quiet status strict warn debug",
    ),
    fixed(
        "base64 base32 basenc",
        "dDiw:",
        "decode ignore-garbage wrap= base64 base64url base32 base32hex base16 base2msbf base2lsbf z85",
    ),
    any(
        "numfmt",
        "d:z",
        "debug delimiter= field= format= from= from-unit= grouping header? invalid= padding= round= suffix= to= to-unit= zero-terminated",
    ),
    fixed(
        "sort",
        "bcCdfghik:mMnrRst:suVz",
        "ignore-leading-blanks dictionary-order ignore-case general-numeric-sort ignore-nonprinting month-sort human-numeric-sort numeric-sort random-sort reverse sort= version-sort check? debug files0-from= key= merge stable field-separator= unique zero-terminated parallel= batch-size= buffer-size= random-source=",
    ),
    most(
        1,
        "uniq",
        "cdDf:is:uw:z#",
        "count repeated all-repeated? skip-fields= group? ignore-case skip-chars= unique check-chars= zero-terminated",
    ),
    fixed("shuf", "ei:n:rz", "echo input-range= head-count= random-source= repeat zero-terminated"),
    any(
        "ls dir vdir",
        "aAbBcCdDfFgGhHiI:klLmnNopqQrRsStT:uUvw:xXZ1eO@",
        "all almost-all author escape block-size= ignore-backups color? colour? directory dired classify? file-type format= full-time group-directories-first no-group human-readable si dereference-command-line dereference-command-line-symlink-to-dir hide= hyperlink? indicator-style= inode ignore= kibibytes dereference numeric-uid-gid literal hide-control-chars show-control-chars quote-name quoting-style= reverse recursive size sort= time= time-style= tabsize= width= context zero",
    ),
    any("stat", "Lfc:tnFlsx", "dereference file-system cached= format= printf= terse"),
    any(
        "du",
        "0abBcd:DhHklLmPsSt:xX:",
        "null all apparent-size block-size= bytes total dereference-args max-depth= files0-from= human-readable inodes dereference no-dereference separate-dirs si summarize threshold= time? time-style= exclude-from= exclude= one-file-system",
    ),
    any(
        "df",
        "aB:hHiklmPt:Tvx:",
        "all block-size= direct human-readable si inodes local no-sync output? portability total type= print-type exclude-type=",
    ),
    any("basename", "as:z", "multiple suffix= zero"),
    any("dirname", "z", "zero"),
    any(
        "readlink",
        "efmnqsvz",
        "canonicalize canonicalize-existing canonicalize-missing no-newline quiet silent verbose zero",
    ),
    any(
        "realpath",
        "eLmPqsz",
        "canonicalize-existing canonicalize-missing logical physical quiet relative-to= relative-base= strip no-symlinks zero",
    ),
    any("pwd", "LP", "logical physical"),
    any("seq", "f:s:wt:#", "format= separator= equal-width"),
    any("yes expr factor arch nproc tty logname users true false sleep whoami hostid", "a", "all ignore= exponents"),
    any("id groups", "aGgnruzZ", "context group groups name real user zero"),
    any(
        "uname",
        "asnrvmpio",
        "all kernel-name nodename kernel-release kernel-version machine processor hardware-platform operating-system",
    ),
    any(
        "who",
        "abdHlmpqrstTuw",
        "all boot dead heading login lookup process count runlevel short time mesg message writable users",
    ),
    any("uptime", "prs", "pretty raw since container"),
    any("printenv", "0", "null"),
    any("dircolors", "bcp", "bourne-shell csh c-shell print-database"),
    Reads {
        names: "date",
        short: "d:f:I:r:uR",
        long: "date= iso-8601? utc universal rfc-3339= rfc-email debug reference= file=",
        words: Words::Plus,
    },
    any("pathchk", "pP", "portability"),
];

/// GNU grep 3, ripgrep 14, fd 10, GNU diffutils 3, and jq 1.7 manuals. Left out: ripgrep's --pre and --hostname-bin, and
/// fd's -x, -X and -l, which run programs.
const SEARCH: &[Reads] = &[
    any(
        "grep egrep fgrep",
        "A:abB:C:cD:d:Ee:Ff:GHhIiLlm:noPqRrsTUuVvwxyzZO#",
        "extended-regexp fixed-strings basic-regexp perl-regexp regexp= file= ignore-case no-ignore-case invert-match word-regexp line-regexp count color? colour? files-without-match files-with-matches max-count= only-matching quiet silent no-messages byte-offset with-filename no-filename label= line-number initial-tab unix-byte-offsets null after-context= before-context= context= text binary-files= devices= directories= exclude= exclude-from= exclude-dir= include= recursive dereference-recursive line-buffered null-data binary group-separator= no-group-separator",
    ),
    // Scripts that hand their words on.
    fixed(
        "zgrep zegrep zfgrep bzgrep xzgrep",
        "A:abB:C:cEe:FHhIiLlm:noqsUuVvwxz#",
        "extended-regexp fixed-strings regexp= ignore-case invert-match word-regexp line-regexp count files-without-match files-with-matches max-count= only-matching quiet no-messages line-number with-filename no-filename after-context= before-context= context= text",
    ),
    fixed(
        "rg",
        "A:aB:bC:cd:e:Ff:g:HhiIj:LlM:m:NnoPpqr:SsT:t:UuVvwxz0.",
        "after-context= auto-hybrid-regex before-context= binary no-binary block-buffered byte-offset case-sensitive color= colors= column no-column context= context-separator= count count-matches crlf debug dfa-size-limit= encoding= engine= field-context-separator= field-match-separator= file= files files-with-matches files-without-match fixed-strings follow glob= glob-case-insensitive heading no-heading hidden no-hidden hyperlink-format= iglob= ignore-case ignore-file= include-zero invert-match json line-buffered line-number no-line-number line-regexp max-columns= max-columns-preview max-count= max-depth= max-filesize= mmap no-mmap multiline multiline-dotall no-config no-ignore no-ignore-dot no-ignore-exclude no-ignore-files no-ignore-global no-ignore-messages no-ignore-parent no-ignore-vcs no-messages no-require-git no-unicode null null-data one-file-system only-matching passthru path-separator= pcre2 pretty quiet regex-size-limit= regexp= replace= search-zip no-search-zip smart-case sort= sortr= stats stop-on-nonmatch text threads= trace trim type= type-add= type-list type-not= unrestricted vimgrep with-filename no-filename word-regexp",
    ),
    fixed(
        "diff",
        "abBcC:dD:eE:fF:hHiI:L:nNpPqrsS:tTuU:vwW:x:X:yZ#",
        "normal brief report-identical-files context? unified? ed rcs side-by-side width= left-column suppress-common-lines show-c-function show-function-line= label= expand-tabs initial-tab tabsize= suppress-blank-empty recursive no-dereference new-file unidirectional-new-file ignore-file-name-case no-ignore-file-name-case exclude= exclude-from= starting-file= from-file= to-file= ignore-case ignore-tab-expansion ignore-trailing-space ignore-space-change ignore-all-space ignore-blank-lines ignore-matching-lines= text strip-trailing-cr ifdef= line-format= minimal horizon-lines= speed-large-files color? palette=",
    ),
    fixed(
        "fd fdfind",
        "HIusipa0Ld:t:e:S:E:o:c:j:qg1Fhv",
        "hidden no-ignore no-ignore-vcs no-ignore-parent no-require-git unrestricted case-sensitive ignore-case glob regex fixed-strings absolute-path follow full-path print0 max-depth= min-depth= exact-depth= exclude= prune type= extension= size= changed-within= changed-before= owner= color= threads= max-results= quiet show-errors strip-cwd-prefix? path-separator= search-path= base-directory= one-file-system max-buffer-time= and= format=",
    ),
    any("cmp", "bi:ln:s", "print-bytes ignore-initial= verbose bytes= quiet silent"),
    any(
        "jq",
        "acCeefhijnMRrsSL:#",
        "compact-output null-input raw-input slurp raw-output raw-output0 join-output ascii-output sort-keys color-output monochrome-output tab indent= unbuffered stream stream-errors seq exit-status binary arg= argjson= slurpfile= rawfile= args jsonargs from-file=",
    ),
    any("look", "abdft:", "alternative alphanum ignore-case terminate="),
    any(
        "strings",
        "adfn:t:e:oT:w#",
        "all bytes= radix= encoding= print-file-name include-all-whitespace data output-separator= target=",
    ),
];

/// util-linux 2.38 and bsdextrautils manuals, file(1) 5.44 (left out: -C, which compiles), less(1) 590 (left out: -o and
/// -O, which write a log, -k and -T, which name files that steer it, and `+`, which gives it commands).
const LOOKING: &[Reads] = &[
    any("rev", "0", "zero"),
    any(
        "column",
        "c:deE:H:JlL:n:N:O:o:R:r:s:S:tT:W:x",
        "table separator= output-separator= columns= output-width= fillrows table-columns= table-right= table-hide= table-noheadings json tree= tree-id= tree-parent= keep-empty-lines table-truncate= table-wrap= table-order= table-name=",
    ),
    any("colrm", "", ""),
    any(
        "hexdump hd",
        "bcCde:f:n:os:vx",
        "one-byte-octal one-byte-char canonical two-bytes-decimal two-bytes-octal two-bytes-hex format= format-file= length= skip= no-squeezing color?",
    ),
    most(1, "xxd", "abc:Cdeg:ipl:n:o:s:uR:", ""),
    any("ul", "t:T:i", "terminal= indicated"),
    any(
        "cal ncal",
        "13531A:B:bCdeHhJjm:MNnSsty",
        "one three months= span color? julian monday sunday week? year twelve vertical reform= iso columns=",
    ),
    any(
        "lsblk",
        "aAbdDe:fhiI:JlmMnNo:OpPrsStTvw:xzy",
        "all bytes nodeps discard exclude= fs ascii include= json list merge noheadings output= output-all paths pairs raw inverse scsi topology tree? version zoned",
    ),
    any(
        "lscpu lsmem lsns lsipc ipcs lslocks lslogins",
        "abcehJo:prstuyBnm:qgi:GLPSl:fz",
        "all bytes caches extended? parse? json output= output-all online offline sysroot= raw noheadings",
    ),
    any("whereis", "bmsuB:M:S:fl", ""),
    any("getopt", "ao:l:n:qQs:Tu", "alternative options= longoptions= name= quiet quiet-output shell= test unquoted"),
    any(
        "file",
        "bcde:f:F:hiIkLm:nNpP:rsSvzZ0",
        "brief exclude= exclude-quiet= separator= files-from= mime mime-type mime-encoding apple extension keep-going dereference no-dereference magic-file= no-buffer no-pad preserve-date parameter= raw special-files uncompress uncompress-noreport print0 checking-printout no-sandbox",
    ),
    fixed(
        "less more most zless zmore",
        "aAb:BcdeEfFgGhiIj:JKLmMnNp:qQrRsSuUVwWx:XyYz:#",
        "quit-at-eof quit-if-one-screen ignore-case LINE-NUMBERS line-numbers no-init RAW-CONTROL-CHARS raw-control-chars chop-long-lines squeeze-blank-lines long-prompt LONG-PROMPT tabs= pattern= force no-lessopen",
    ),
    fixed(
        "eza exa",
        "1lGRTxaAdDfrs:I:FhLHSgUumtbBXiZ@",
        "oneline grid long recurse tree across all almost-all list-dirs only-dirs only-files level= reverse sort= group-directories-first group-directories-last ignore-glob= git-ignore classify? color? colour? icons? no-icons header links inode blocksize binary bytes group numeric modified accessed created changed time= time-style= total-size no-permissions no-filesize no-user no-time octal-permissions width= hyperlink extended context git",
    ),
    fixed(
        "tree",
        "adfilxL:P:I:pugshDFqNQvtcUrCnAS0XJH:T:",
        "filelimit noreport charset= timefmt= inodes device matchdirs dirsfirst filesfirst sort= si du prune ignore-case gitignore gitfile= infofile= info metafirst hintro= houtro= nolinks sort? fromfile",
    ),
    any("soelim troffcvt", "CI:rt", ""),
    fixed(
        "ptx",
        "AFf:g:i:o:O:S:T:w:W:",
        "width= gap-size= ignore-case ignore-file= only-file= auto-reference references sentence-regexp= word-regexp= flag-truncation= macro-name= right-side-refs break-file=",
    ),
    any("namei", "xmolvn", "mountpoints modes owners long nosymlinks vertical"),
    any(
        "findmnt",
        "AabCcDd:eFf:hiJklM:m:Nno:OpPRrsS:Tt:Uuvw:xy",
        "all ascii canonicalize df json list noheadings output= output-all pairs raw source= target= types= submounts real pseudo tree bytes fstab mtab kernel evaluate",
    ),
    most(0, "mount", "lv", "show-labels verbose"),
    most(0, "hostname", "aAdfiIsyv", "alias all-fqdns domain fqdn long ip-address all-ip-addresses short yp nis"),
    any(
        "last lastb",
        "adf:FiIn:p:Rs:t:wx0123456789T",
        "hostlast dns file= fulltimes ip limit= present= nohostname since= until= fullnames system time-format=",
    ),
    any("zcat gzcat bzcat xzcat lzcat", "", ""),
];

/// procps 4, psmisc 23, iproute2 and net-tools manuals: state of processes, memory and network of this computer.
const STATE: &[Reads] = &[
    any(
        "ps",
        "AaC:dDeEfFg:G:hHIjklLmMNno:O:p:q:rsSt:Tu:U:vVwWxXyYZcC#",
        "all deselect context cols= columns= cumulative forest format= group= Group= headers heading lines= rows= no-headers noheader no-heading pid= ppid= quick-pid= sid= sort= tty= user= User= width= info",
    ),
    any(
        "pgrep pidof pidwait",
        "acd:fg:G:lLno:P:rs:St:u:U:vwxF:Aqzc",
        "delimiter= list-name list-full full inverse newest oldest count group= pgroup= parent= session= terminal= uid= euid= exact runstates= ns= nslist= older= ignore-case",
    ),
    fixed("top", "bcd:eEH:hin:o:Op:sSu:U:w:1l:", ""),
    any(
        "free",
        "bkmghltvs:c:w",
        "bytes kilo mega giga tera human lohi line total wide seconds= count= kibi mebi gibi si",
    ),
    any(
        "vmstat iostat mpstat",
        "adfmnp:DsS:twyxkchjNzPAIuV",
        "active forks slabs one-header stats disk disk-sum unit= timestamp wide",
    ),
    any("w", "fhiosu", "no-header no-current short from old-style ip-addr"),
    any(
        "pstree",
        "aAcCghHlnNpsStTuUZ",
        "arguments ascii compact-not color= highlight-all highlight-pid= long ns-sort= numeric-sort show-parents show-pgids show-pids uid-changes ns-changes unicode hide-threads thread-names",
    ),
    fixed("lsof", "abhlnNOPRtUVvXd:c:p:u:g:i:F:s:+D:", ""),
    fixed(
        "ss netstat",
        "aAbeEfgHhiIlLmMnNopPrRstTuUvVwWxZ046",
        "all extended numeric listening options process processes tcp udp raw unix summary info memory route interfaces groups statistics program programs verbose wide ipv4 ipv6 continuous",
    ),
    most(1, "ifconfig", "as", ""),
    most(0, "arp route", "aevn", "numeric verbose"),
    any("locale", "acmk", "all-locales charmaps category-name keyword-name verbose"),
    any("getconf", "av:", ""),
    first("passwd group services protocols rpc ethers networks", "getent", "is:", "no-idn service="),
    any("lsusb lspci lsmod", "vtknmbDqsdxi:", "verbose tree short"),
    any("acpi lsb_release", "aAfuijbscVritd", "all id description release codename short fahrenheit"),
    first("a addr address l link r route n neigh neighbor rule maddr", "ip", "46jpdshort", ""),
];

/// GNU bc 1.07, binutils 2.40, man-db 2.11, mlocate, dpkg 1.21 and apt 2.6 manuals.
const PACKAGES: &[Reads] = &[
    any("bc", "hilqsvw", "help interactive mathlib quiet standard warn version"),
    fixed(
        "nm size readelf c++filt",
        "aAbBCDegGhHiIlLnNopPrRsStTuvVwWxXdftzj:",
        "all headers file-header program-headers segments section-headers sections symbols dyn-syms relocs dynamic notes demangle? debug-syms dynamic extern-only undefined-only defined-only print-size size-sort numeric-sort no-sort print-file-name format= radix= totals common",
    ),
    fixed(
        "objdump",
        "aCdDfghij:lM:pPrRsStTwxzL:",
        "archive-headers file-headers private-headers section-headers headers all-headers disassemble? disassemble-all full-contents source reloc dynamic-reloc syms dynamic-syms section= demangle? no-show-raw-insn line-numbers",
    ),
    any("which", "as", "all read-alias skip-alias skip-dot skip-tilde show-dot show-tilde tty-only"),
    any("whatis apropos", "adehlLrsvwC:m:", "and exact long regex wildcard sections= systems="),
    any(
        "locate mlocate plocate",
        "AbcdeEhHiLlnpPqrsSw0",
        "all basename count existing ignore-case limit= null nofollow regex regexp statistics wholename quiet",
    ),
    fixed("dpkg-query", "lsLSpWcf:", "list status listfiles search show showformat= print-avail control-list"),
    fixed(
        "dpkg",
        "sLSpIcC",
        "status listfiles search print-avail get-selections print-architecture info contents audit",
    ),
    first(
        "search show showpkg depends rdepends policy stats pkgnames dotty madison showsrc unmet",
        "apt-cache",
        "ainq",
        "names-only full all-versions installed",
    ),
    first(
        "list show search policy depends rdepends",
        "apt",
        "ainq",
        "installed upgradable all-versions names-only full",
    ),
];

/// Every group.
pub(super) const GROUPS: &[&[Reads]] = &[COREUTILS, SEARCH, LOOKING, STATE, PACKAGES];

/// The entry of a program.
pub(super) fn reads(name: &str) -> Option<&'static Reads> {
    GROUPS.iter().copied().flatten().find(|entry| entry.names.split_ascii_whitespace().any(|known| known == name))
}

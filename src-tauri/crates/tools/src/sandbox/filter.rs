//! Which system calls the kernel answers to a program in the box. What could make a new box in the box, reach the kernel
//! by a seldom used door, or speak to something that no namespace keeps apart is refused (SBX-04).

use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    sock_filter,
};
use std::sync::OnceLock;

/// What sockets a program may make.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sockets {
    /// None at all.
    None,
    /// Of the internet and of this computer, in a network of its own that leads nowhere.
    #[default]
    Apart,
    /// Of the internet. None of this computer: the names of some of those lie in no folder and would lead to the desktop.
    Internet,
}

/// Calls that the program can do without: it falls back to older ones.
const NOT_THERE: &[c_long] =
    &[libc::SYS_clone3, libc::SYS_io_uring_setup, libc::SYS_io_uring_enter, libc::SYS_io_uring_register];

/// Calls that no program in the box needs.
const REFUSED: &[c_long] = &[
    // Other namespaces, mounts and roots
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    // Keys of the kernel belong to the user and not to the box
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // Other processes
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    // Programs and watches inside the kernel
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_fanotify_init,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_kexec_file_load,
    // The computer as a whole
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_syslog,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_vhangup,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_uselib,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ustat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_sysfs,
];

/// The last call that was looked at here (mseal, of Linux 6.10). Younger ones are not there; nor are those of the x32
/// kind, whose numbers lie far above.
const LAST_KNOWN: u32 = 462;

/// New namespaces, as flags of clone; those of time are none.
const NAMESPACES: &[libc::c_int] = &[
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWNS,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWCGROUP,
];

/// Puts a letter into a terminal as if it were typed, pastes into it, or gives it another driver.
const TERMINAL: &[u64] = &[0x5412, 0x541C, 0x5423];

/// The filters, each as the bytes that bubblewrap takes. The kernel holds to the strictest answer.
///
/// # Errors
/// When there is none for this kind of processor.
pub fn of(sockets: Sockets) -> Result<&'static [Vec<u8>; 2], String> {
    static KNOWN: [OnceLock<Result<[Vec<u8>; 2], String>>; 3] = [OnceLock::new(), OnceLock::new(), OnceLock::new()];
    KNOWN[sockets as usize]
        .get_or_init(|| made(sockets).map_err(|error| error.to_string()))
        .as_ref()
        .map_err(Clone::clone)
}

fn made(sockets: Sockets) -> Result<[Vec<u8>; 2], seccompiler::Error> {
    let mut refused: Vec<(c_long, Vec<SeccompRule>)> = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    let clone = NAMESPACES.iter().map(|flag| {
        let flag = u64::from(flag.unsigned_abs());
        rule(vec![condition(0, SeccompCmpOp::MaskedEq(flag), flag)?])
    });
    refused.push((libc::SYS_clone, clone.collect::<Result<_, _>>()?));
    let terminal = TERMINAL.iter().map(|order| rule(vec![condition(1, SeccompCmpOp::Eq, *order)?]));
    refused.push((libc::SYS_ioctl, terminal.collect::<Result<_, _>>()?));
    // Only Linux itself, or to ask which it is.
    refused.push((libc::SYS_personality, vec![none_of(0, &[0, 0xffff_ffff])?]));
    let (unix, inet, inet6, netlink) = (libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK);
    refused.push((libc::SYS_socketpair, vec![none_of(0, &[number(unix)])?]));
    let socket = match sockets {
        Sockets::None => Vec::new(),
        Sockets::Apart => vec![none_of(0, &[unix, inet, inet6].map(number))?],
        // The list of network addresses is asked for by netlink; its other uses are not.
        Sockets::Internet => vec![
            none_of(0, &[inet, inet6, netlink].map(number))?,
            rule(vec![
                condition(0, SeccompCmpOp::Eq, number(netlink))?,
                condition(2, SeccompCmpOp::Ne, number(libc::NETLINK_ROUTE))?,
            ])?,
        ],
    };
    refused.push((libc::SYS_socket, socket));
    let not_there = NOT_THERE.iter().map(|call| (*call, Vec::new())).collect();
    let mut later = compiled(not_there, libc::ENOSYS)?;
    // Load the number of the call; if it is too high, it is not there.
    let first = [(0x20, 0, 0, 0), (0x25, 0, 1, LAST_KNOWN), (0x06, 0, 0, 0x0005_0000 | number(libc::ENOSYS) as u32)];
    later.splice(0..0, first.map(|(code, jt, jf, k)| sock_filter { code, jt, jf, k }));
    Ok([bytes(&compiled(refused, libc::EPERM)?), bytes(&later)])
}

fn number(value: libc::c_int) -> u64 {
    u64::from(value.unsigned_abs())
}

fn condition(argument: u8, how: SeccompCmpOp, value: u64) -> Result<SeccompCondition, seccompiler::Error> {
    Ok(SeccompCondition::new(argument, SeccompCmpArgLen::Dword, how, value)?)
}

fn rule(all_of: Vec<SeccompCondition>) -> Result<SeccompRule, seccompiler::Error> {
    Ok(SeccompRule::new(all_of)?)
}

fn none_of(argument: u8, values: &[u64]) -> Result<SeccompRule, seccompiler::Error> {
    let all = values.iter().map(|value| condition(argument, SeccompCmpOp::Ne, *value));
    rule(all.collect::<Result<_, _>>()?)
}

// Programs of other kinds of processor, as 32-bit ones, are ended at their first call.
fn compiled(rules: Vec<(c_long, Vec<SeccompRule>)>, error: libc::c_int) -> Result<BpfProgram, seccompiler::Error> {
    let arch = std::env::consts::ARCH.try_into()?;
    let refuse = SeccompAction::Errno(error.unsigned_abs());
    Ok(SeccompFilter::new(rules.into_iter().collect(), SeccompAction::Allow, refuse, arch)?.try_into()?)
}

fn bytes(program: &BpfProgram) -> Vec<u8> {
    let one = |step: &sock_filter| {
        let [low, high] = step.code.to_ne_bytes();
        let [a, b, c, d] = step.k.to_ne_bytes();
        [low, high, step.jt, step.jf, a, b, c, d]
    };
    program.iter().flat_map(one).collect()
}

//! Walls between processes: limits that a child puts on itself before it touches what strangers sent: memory, processor time, no core
//! dumps, no privileges to be gained, no network, no look into other processes.
//!
//! Called on the child's side, by workers of our own program, which may become another program afterwards. A system that
//! knows one of these limits not still has the limit on time that the server keeps.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

/// Starting up and reading in count too.
const START: Duration = Duration::from_secs(5);

/// What a child may open to speak through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sockets {
    /// None.
    None,
    /// Its own on this machine, to be called through; it can call none.
    Own,
}

/// Limits that never change.
pub(crate) fn for_good(memory_bytes: u64, sockets: Sockets) {
    let to = |bytes| Rlimit { current: Some(bytes), maximum: Some(bytes) };
    let _ = setrlimit(Resource::As, to(memory_bytes));
    let _ = setrlimit(Resource::Core, to(0));
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::set_no_new_privs(true);
    refuse_calls(sockets);
}

/// Calls that no converter needs and that would carry a document out of it, or another process's memory into it: they fail
/// as if forbidden, for this process and whatever it becomes. Needs that no privileges can be gained any more.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
fn refuse_calls(sockets: Sockets) {
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
        TargetArch,
    };

    const REFUSED: [i64; 10] = [
        libc::SYS_socket,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_sendto,
        libc::SYS_sendmsg,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_pidfd_getfd,
        libc::SYS_kill,
    ];
    let mut refused: std::collections::BTreeMap<i64, Vec<SeccompRule>> =
        REFUSED.into_iter().map(|call| (call, Vec::new())).collect();
    if sockets == Sockets::Own {
        // Sockets of any other family are refused; those of this machine may be bound, not connected.
        let family = u64::from(libc::AF_UNIX.unsigned_abs());
        let other = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, family);
        if let Ok(rule) = other.and_then(|other| SeccompRule::new(vec![other])) {
            refused.insert(libc::SYS_socket, vec![rule]);
            refused.remove(&libc::SYS_bind);
        }
    }
    let forbidden = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let filter = TargetArch::try_from(std::env::consts::ARCH)
        .and_then(|arch| SeccompFilter::new(refused, SeccompAction::Allow, forbidden, arch))
        .and_then(BpfProgram::try_from);
    // A kernel without filters keeps the other walls.
    let _ = filter.map(|filter| seccompiler::apply_filter(&filter));
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))))]
fn refuse_calls(_: Sockets) {}

/// So much processor time from now on; it can be set anew for the next piece of work.
pub(crate) fn processor_time(time: Duration) {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    let used = u64::try_from(used.tv_sec).unwrap_or(0);
    let limit = used.saturating_add((time + START).as_secs());
    let maximum = getrlimit(Resource::Cpu).maximum;
    let _ = setrlimit(Resource::Cpu, Rlimit { current: Some(limit), maximum });
}

/// Keeps other processes of the same user, our children among them, from looking into this one's memory and environment.
pub fn keep_to_itself() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Turns this process into another program, within its limits. Returns only if that fails.
#[must_use]
pub fn become_program(memory_bytes: u64, time: Duration, sockets: Sockets, command: &[OsString]) -> io::Error {
    let Some((program, arguments)) = command.split_first() else {
        return io::Error::other("there is no program to become");
    };
    for_good(memory_bytes, sockets);
    processor_time(time);
    Command::new(program).args(arguments).env_clear().exec()
}

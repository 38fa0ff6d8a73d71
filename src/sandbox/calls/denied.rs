//! The system calls that are denied, by what they would be good for.

use libc::{
    SYS_accept, SYS_accept4, SYS_acct, SYS_add_key, SYS_adjtimex, SYS_bind, SYS_bpf, SYS_capset, SYS_chroot,
    SYS_clock_adjtime, SYS_clock_settime, SYS_connect, SYS_delete_module, SYS_execve, SYS_execveat,
    SYS_fchmodat, SYS_fchownat, SYS_finit_module, SYS_fremovexattr, SYS_fsconfig, SYS_fsetxattr, SYS_fsmount,
    SYS_fsopen, SYS_fspick, SYS_init_module, SYS_io_uring_enter, SYS_io_uring_register, SYS_io_uring_setup,
    SYS_kcmp, SYS_kexec_load, SYS_keyctl, SYS_kill, SYS_listen, SYS_lremovexattr, SYS_lsetxattr,
    SYS_migrate_pages, SYS_mount, SYS_mount_setattr, SYS_move_mount, SYS_move_pages, SYS_name_to_handle_at,
    SYS_open_by_handle_at, SYS_open_tree, SYS_perf_event_open, SYS_personality, SYS_pidfd_getfd,
    SYS_pidfd_open, SYS_pidfd_send_signal, SYS_pivot_root, SYS_process_madvise, SYS_process_vm_readv,
    SYS_process_vm_writev, SYS_ptrace, SYS_quotactl, SYS_reboot, SYS_removexattr, SYS_request_key,
    SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_sendmmsg, SYS_sendmsg, SYS_sendto, SYS_setdomainname,
    SYS_setfsgid, SYS_setfsuid, SYS_setgid, SYS_setgroups, SYS_sethostname, SYS_setns, SYS_setregid,
    SYS_setresgid, SYS_setresuid, SYS_setreuid, SYS_settimeofday, SYS_setuid, SYS_setxattr, SYS_socket,
    SYS_socketpair, SYS_swapoff, SYS_swapon, SYS_syslog, SYS_tkill, SYS_umount2, SYS_unshare,
    SYS_userfaultfd, SYS_utimensat, c_long,
};

/// Calls that nothing here makes once its files and interfaces are open.
pub(super) static ALWAYS: &[c_long] = &[
    // Connections. What is written to standard output goes by write(2), be it a socket.
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_sendto,
    SYS_sendmsg,
    SYS_sendmmsg,
    // Programs and other processes.
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_process_madvise,
    SYS_kcmp,
    SYS_pidfd_open,
    SYS_pidfd_getfd,
    SYS_pidfd_send_signal,
    SYS_kill,
    SYS_tkill,
    SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
    SYS_migrate_pages,
    SYS_move_pages,
    // Another user, another root, other namespaces.
    SYS_setuid,
    SYS_setgid,
    SYS_setreuid,
    SYS_setregid,
    SYS_setresuid,
    SYS_setresgid,
    SYS_setfsuid,
    SYS_setfsgid,
    SYS_setgroups,
    SYS_capset,
    SYS_chroot,
    SYS_pivot_root,
    SYS_setns,
    SYS_unshare,
    SYS_personality,
    // Mounts.
    SYS_mount,
    SYS_umount2,
    SYS_move_mount,
    SYS_open_tree,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    SYS_mount_setattr,
    SYS_swapon,
    SYS_swapoff,
    SYS_quotactl,
    // Owners, modes and times of files, and files by another way than their names: Landlock does not look at these.
    SYS_fchmodat,
    SYS_fchownat,
    SYS_setxattr,
    SYS_lsetxattr,
    SYS_fsetxattr,
    SYS_removexattr,
    SYS_lremovexattr,
    SYS_fremovexattr,
    SYS_utimensat,
    SYS_name_to_handle_at,
    SYS_open_by_handle_at,
    // The machine.
    SYS_reboot,
    SYS_kexec_load,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_clock_adjtime,
    SYS_adjtimex,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_syslog,
    SYS_acct,
    // Parts of the kernel that are large and of no use here; io_uring goes around this filter, too.
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chmod,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chown,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_fork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_futimesat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_kexec_file_load,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lchown,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_uselib,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_utime,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_utimes,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vfork,
    // fchmodat2, Linux 6.6 (arch/x86/entry/syscalls/syscall_64.tbl; the number is the same on all processors).
    452,
];

/// Set in the numbers of x32's calls.
#[cfg(target_arch = "x86_64")]
pub(super) const X32: c_long = 0x4000_0000;

/// Calls of the list that have numbers of their own in x32: rt_sigqueueinfo, sendmsg, execve, ptrace, kexec_load, move_pages,
/// rt_tgsigqueueinfo, sendmmsg, process_vm_readv, process_vm_writev, execveat.
#[cfg(target_arch = "x86_64")]
pub(super) static OWN_OF_X32: &[c_long] = &[524, 518, 520, 521, 528, 533, 536, 538, 539, 540, 545];

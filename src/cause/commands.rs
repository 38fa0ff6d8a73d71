//! The commands that confirm a cause, where more than one cause asks for the same.

/// Loss and round trip of each hop. ICMP, not `--tcp`: a hundred connections without a login would earn the
/// client a penalty of sshd (`PerSourcePenalties`) or fill `MaxStartups`.
pub(super) const MTR: &str = "mtr --report --report-cycles 100 {server}";

/// Whether the host answers at all, and how much is lost.
pub(super) const PING: &str = "ping -c 20 {server}";

/// The largest Ethernet packet, not to be fragmented.
pub(super) const PING_FULL_SIZE: &str = "ping -c 5 -M do -s {ping_payload} {server}";

/// The log of sshd around the event. Both unit names: Debian and Ubuntu call it `ssh`, all others `sshd`;
/// several `-u` are alternatives.
pub(super) const JOURNAL: &str = r#"journalctl -u ssh -u sshd --since "{since}" --until "{until}""#;

/// Everything the host logged around the event.
pub(super) const JOURNAL_ALL: &str = r#"journalctl --since "{since}" --until "{until}""#;

/// State of the listener: since when it runs, how it ended before. Both unit names, as for the journal.
pub(super) const SYSTEMCTL: &str = "systemctl status ssh sshd";

/// What the kernel's out-of-memory killer did, with wall-clock times.
pub(super) const DMESG_OOM: &str = "dmesg -T | grep -iE 'out of memory|oom-kill|killed process'";

/// Links, drivers and segmentation faults in the kernel's log, with wall-clock times.
pub(super) const DMESG: &str = "dmesg -T | tail -n 100";

/// Who uses processor and memory now.
pub(super) const TOP: &str = "top -b -n 1 | head -n 20";

/// Memory and swap that are left.
pub(super) const FREE: &str = "free -m";

/// Boots, shutdowns and crashes with full times.
pub(super) const LAST: &str = "last -x -F | head -n 20";

/// The sshd settings in force for this client, includes and `Match` blocks resolved.
pub(super) const SSHD_LIMITS: &str =
    "sshd -T -C addr={client},user=root | grep -iE 'maxstartups|persource|logingrace|maxauth|clientalive'";

/// The algorithms that the server's configuration allows.
pub(super) const SSHD_ALGORITHMS: &str =
    "sshd -T | grep -E '^(kexalgorithms|hostkeyalgorithms|ciphers|macs) '";

/// Whether the configuration and the host keys can be read: prints nothing if they can.
pub(super) const SSHD_TEST: &str = "sshd -t";

/// The TCP wrappers' files, without comments.
pub(super) const HOSTS_FILES: &str = "grep -v '^#' /etc/hosts.allow /etc/hosts.deny";

/// Whether this sshd reads the TCP wrappers' files at all.
pub(super) const LIBWRAP: &str = r#"ldd "$(command -v sshd)" | grep libwrap"#;

/// The packet filter's rules with counters and numbers, old interface.
pub(super) const IPTABLES: &str = "{iptables} -L -n -v --line-numbers";

/// The packet filter's rules, new interface; also what firewalld and Docker wrote.
pub(super) const NFT: &str = "nft list ruleset";

/// What connection tracking knows of connections of this client, and how long each entry still lives.
pub(super) const CONNTRACK: &str =
    "conntrack -L -f {family} -p tcp --src {client} --dst {server} --dport {server_port}";

/// What a firewall on Linux passes and drops between the two, with counters.
pub(super) const FORWARD_RULES: &str = "{iptables} -L FORWARD -n -v --line-numbers";

/// Resets that a Network Load Balancer itself made (AWS, "CloudWatch metrics for your Network Load Balancer").
pub(super) const NLB_RESETS: &str = "aws cloudwatch get-metric-statistics --namespace AWS/NetworkELB --metric-name TCP_ELB_Reset_Count --dimensions Name=LoadBalancer,Value=net/NAME/ID --start-time {since_iso} --end-time {until_iso} --period 60 --statistics Sum";

/// Servers that a Network Load Balancer holds for unhealthy (the same page).
pub(super) const NLB_HEALTH: &str = "aws cloudwatch get-metric-statistics --namespace AWS/NetworkELB --metric-name UnHealthyHostCount --dimensions Name=LoadBalancer,Value=net/NAME/ID Name=TargetGroup,Value=targetgroup/NAME/ID --start-time {since_iso} --end-time {until_iso} --period 60 --statistics Maximum";

/// Connections that a NAT gateway forgot for idleness (AWS, "Monitor NAT gateways with Amazon CloudWatch").
pub(super) const NAT_GATEWAY_IDLE: &str = "aws cloudwatch get-metric-statistics --namespace AWS/NATGateway --metric-name IdleTimeoutCount --dimensions Name=NatGatewayId,Value=nat-ID --start-time {since_iso} --end-time {until_iso} --period 60 --statistics Sum";

/// Whether a virtual machine or its host failed (AWS, "Status checks for Amazon EC2 instances").
pub(super) const EC2_STATUS: &str = "aws cloudwatch get-metric-statistics --namespace AWS/EC2 --metric-name StatusCheckFailed --dimensions Name=InstanceId,Value=i-ID --start-time {since_iso} --end-time {until_iso} --period 60 --statistics Maximum";

/// The client's sockets to the server with timers, retransmissions and round trips.
pub(super) const SS_CLIENT: &str = "ss -tnoi dst {server_bracketed}";

/// The server's sockets to the client with timers, retransmissions and round trips.
pub(super) const SS_SERVER: &str = "ss -tnoi dst {client_bracketed}";

/// Whether something listens, and how full its accept queue is (`Recv-Q` of `Send-Q`).
pub(super) const SS_LISTEN: &str = "ss -ltn sport = :{server_port}";

/// Whether the client's packets arrive, to be watched while somebody tries.
pub(super) const WATCH_SERVER: &str = "tcpdump -ni any host {client} and tcp port {server_port}";

/// The resets that arrive on the server's side, to compare with what this capture saw.
pub(super) const TCPDUMP_SERVER: &str =
    "tcpdump -ni any -w server-side.pcap host {client} and tcp port {server_port}";

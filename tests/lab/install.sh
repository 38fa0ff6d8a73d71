#!/bin/sh
# Installs what the lab needs (Debian, Ubuntu). sshd is only run by the lab, so its service is not left running on the
# host unless it was there before.
set -eu
packages="iproute2 nftables ethtool procps util-linux openssh-client openssh-server tcpdump wireshark-common python3"
# The other programs of `pairs`.
packages="$packages dropbear-bin putty-tools openssl python3-venv"
had_sshd=$(command -v sshd || true)
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# shellcheck disable=SC2086 # a list of words
apt-get install -q -y --no-install-recommends $packages
if [ -z "$had_sshd" ] && command -v systemctl >/dev/null 2>&1; then
    systemctl disable --now ssh.service ssh.socket 2>/dev/null || true
fi
venv=/usr/local/lib/sshrst-lab
if ! "$venv/bin/python" -c "import asyncssh, paramiko" 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install -q -r "$(dirname "$0")/requirements.txt"
fi

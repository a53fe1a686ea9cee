package firewall

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// legacyInfo is struct ipt_getinfo of linux/netfilter_ipv4/ip_tables.h, and ip6t_getinfo. Of each hook it has where its rules
// begin, and where its policy is.
type legacyInfo struct {
	name         [32]byte
	valid        uint32
	begin        [5]uint32
	policy       [5]uint32
	number, size uint32
}

// legacyDiverters are those of iptables-legacy, of whose rules it can't be told where they lead: any rule for what is sent counts.
func legacyDiverters() (found []string, err error) {
	for _, v := range []struct {
		command, tables string
		domain, level   int
	}{
		{"iptables-legacy", "ip_tables_names", unix.AF_INET, unix.SOL_IP},
		{"ip6tables-legacy", "ip6_tables_names", unix.AF_INET6, unix.SOL_IPV6},
	} {
		names, err := os.ReadFile("/proc/thread-self/net/" + v.tables)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if !slices.ContainsFunc(bytes.Fields(names), func(name []byte) bool { return string(name) == "nat" }) {
			continue // to ask for it would make it
		}
		is, err := legacyRules(v.domain, v.level)
		if err != nil {
			return nil, fmt.Errorf("read the table nat of %s: %w", v.command, explain(err))
		}
		if is {
			found = append(found, "chain OUTPUT of the table nat of "+v.command)
		}
	}
	return found, nil
}

// legacyRules reports whether the table nat has rules for what is sent.
func legacyRules(domain, level int) (bool, error) {
	const getInfo, sent = 64, 3 // IPT_SO_GET_INFO and IP6T_SO_GET_INFO; NF_INET_LOCAL_OUT
	fd, err := unix.Socket(domain, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false, err
	}
	defer func() { _ = unix.Close(fd) }()
	info := legacyInfo{}
	copy(info.name[:], "nat")
	size := uint32(unsafe.Sizeof(info))
	_, _, failed := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), uintptr(level), getInfo, uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	if failed != 0 {
		return false, failed
	}
	return info.begin[sent] != info.policy[sent], nil
}

package firewall

import (
	"errors"
	"fmt"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// A flow over UDP is led where its first packet was, for as long as packets come: the questions of a client that
// keeps its port would never leave a port of a dead process. So when the gate has closed, the kernel looks for such flows in a zone
// of their own of connection tracking, where it does not know them: it decides anew where they go, by everybody's
// rules. Only the client's packets are looked for there, so that answers of either kind are known as before.
// The zone's number is the port to which the fault led, as two faults that end must not share one.

// releaseChain stands before connection tracking.
func (b *builder) releaseChain(d Direction) *nftables.Chain {
	chain := &nftables.Chain{
		Name: "release_" + string(d), Table: b.table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookOutput, Priority: nftables.ChainPriorityRaw,
	}
	if d == Ingress {
		chain.Hooknum = nftables.ChainHookPrerouting
	}
	return chain
}

// released is the condition of flows that were led and are not to be any more. It ends with the set serving, by when the
// kernel has forgotten where it led them (nf_conntrack_udp_timeout_stream, two minutes unless set).
func (b *builder) released(d Direction, s Spec) []expr.Any {
	exprs := b.match(d, s)
	if gate, ok := exprs[1].(*expr.Lookup); ok {
		gate.Invert = true
	}
	return append(b.lookup(servingSet, &expr.Meta{Key: expr.MetaKeyNFPROTO, Register: register}), exprs...)
}

// release adds the rules to a table that is there. A kernel without zones (CONFIG_NF_CONNTRACK_ZONES) or nft_ct
// does without: there flows go on being led until they pause or somebody settles them.
func (b *builder) release(spec Spec) error {
	if !spec.translates() || spec.Scope.Protocol != UDP {
		return nil
	}
	for _, d := range spec.Scope.directions() {
		exprs := append(b.released(d, spec), &expr.Immediate{Register: register, Data: binaryutil.NativeEndian.PutUint16(spec.Verdict.Port)})
		err := b.addRelease(b.releaseChain(d).Name, exprs)
		if err != nil && !errors.Is(err, unix.ENOENT) && !errors.Is(err, unix.EOPNOTSUPP) {
			return fmt.Errorf("release flows when the fault ends: %w", err)
		}
	}
	return nil
}

// addRelease sends the rule by itself, since the library cannot write its last expression.
func (b *builder) addRelease(chain string, exprs []expr.Any) error {
	rule, err := b.encode(chain, exprs)
	if err != nil {
		return err
	}
	conn, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.SendMessages([]netlink.Message{
		batch(unix.NFNL_MSG_BATCH_BEGIN),
		{
			Header: netlink.Header{
				Type:  netlink.HeaderType(unix.NFNL_SUBSYS_NFTABLES<<8 | unix.NFT_MSG_NEWRULE),
				Flags: netlink.Request | netlink.Acknowledge | netlink.Create | netlink.Append,
			},
			Data: append([]byte{byte(b.family.table), unix.NFNETLINK_V0, 0, 0}, rule...),
		},
		batch(unix.NFNL_MSG_BATCH_END),
	}); err != nil {
		return err
	}
	_, err = conn.Receive()
	return err
}

// batch begins or ends a transaction of nf_tables.
func batch(kind netlink.HeaderType) netlink.Message {
	return netlink.Message{
		Header: netlink.Header{Type: kind, Flags: netlink.Request},
		Data:   []byte{unix.AF_UNSPEC, unix.NFNETLINK_V0, 0, unix.NFNL_SUBSYS_NFTABLES},
	}
}

func (b *builder) encode(chain string, exprs []expr.Any) ([]byte, error) {
	list := netlink.NewAttributeEncoder()
	for _, e := range exprs {
		encoded, err := expr.Marshal(byte(b.family.table), e)
		if err != nil {
			return nil, err
		}
		list.Bytes(unix.NLA_F_NESTED|unix.NFTA_LIST_ELEM, encoded)
	}
	list.Nested(unix.NFTA_LIST_ELEM, setZone)
	encoded, err := list.Encode()
	if err != nil {
		return nil, err
	}
	rule := netlink.NewAttributeEncoder()
	rule.String(unix.NFTA_RULE_TABLE, b.table.Name)
	rule.String(unix.NFTA_RULE_CHAIN, chain)
	rule.Bytes(unix.NLA_F_NESTED|unix.NFTA_RULE_EXPRESSIONS, encoded)
	return rule.Encode()
}

// setZone is "ct original zone set" of nft(8), which takes the zone out of the register.
func setZone(e *netlink.AttributeEncoder) error {
	const original = 0 // IP_CT_DIR_ORIGINAL
	e.String(unix.NFTA_EXPR_NAME, "ct")
	e.Nested(unix.NFTA_EXPR_DATA, func(e *netlink.AttributeEncoder) error {
		e.Bytes(unix.NFTA_CT_KEY, binaryutil.BigEndian.PutUint32(unix.NFT_CT_ZONE))
		e.Uint8(unix.NFTA_CT_DIRECTION, original)
		e.Bytes(unix.NFTA_CT_SREG, binaryutil.BigEndian.PutUint32(register))
		return nil
	})
	return nil
}

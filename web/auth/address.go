package auth

import (
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// addresses finds out where requests come from.
type addresses []netip.Prefix

// trusting returns addresses that takes the word of the proxies in trusted,
// which holds addresses and networks; what isn't either is left out.
func trusting(trusted []string) addresses {
	var a addresses
	for _, text := range trusted {
		if one, err := netip.ParseAddr(text); err == nil {
			a = append(a, netip.PrefixFrom(one, one.BitLen()))
		} else if network, err := netip.ParsePrefix(text); err == nil {
			a = append(a, network)
		}
	}
	return a
}

// of is the caller's network address. Each proxy adds whom it was asked by to
// the right of X-Forwarded-For, so the first from the right that is no proxy
// of ours is as far as anybody's word can be taken. Of IPv6 only the network
// counts: a single caller has all of its addresses.
func (a addresses) of(c *fiber.Ctx) string {
	addr, ok := netip.AddrFromSlice(c.Context().RemoteIP())
	if !ok {
		return ""
	}
	addr = addr.Unmap()
	hops := strings.Split(c.Get(fiber.HeaderXForwardedFor), ",")
	for i := len(hops) - 1; i >= 0 && a.trusts(addr); i-- {
		before, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = before.Unmap()
	}
	if addr.Is6() {
		if network, err := addr.WithZone("").Prefix(64); err == nil {
			return network.String()
		}
	}
	return addr.String()
}

func (a addresses) trusts(addr netip.Addr) bool {
	for _, network := range a {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}

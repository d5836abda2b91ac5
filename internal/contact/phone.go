package contact

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"
)

// Phone is a number as three readers need it.
type Phone struct {
	Typed  string // as it was typed, without blanks around it
	E164   string // +51987654321; "" when it can't be read as a whole number
	Digits string // of E164, else of Typed
}

// ParsePhone reads a number as somebody in the region would dial it; region is
// an ISO 3166 code, or "" where only numbers with a country code can be read.
// A number counts as whole when its length is right for its country: which
// ranges are in use changes faster than any table of them.
func ParsePhone(s, region string) Phone {
	p := Phone{Typed: strings.TrimSpace(s)}
	p.Digits = digits(p.Typed)
	if p.Digits == "" || len(p.Typed) > maxPhone {
		return p
	}
	if region == "" {
		region = "ZZ"
	}
	n, err := phonenumbers.Parse(p.Typed, region)
	if err != nil || phonenumbers.IsPossibleNumberWithReason(n) != phonenumbers.IS_POSSIBLE {
		return p
	}
	p.E164 = phonenumbers.Format(n, phonenumbers.E164)
	p.Digits = digits(p.E164)
	return p
}

// International says whether s is written the way numbers are kept, a plus and
// 8 to 15 digits (ITU-T E.164) and nothing between them, so that it can be
// looked up as it stands.
func International(s string) bool {
	const shortest, longest = 8, 15
	if len(s) < 1+shortest || len(s) > 1+longest || s[0] != '+' {
		return false
	}
	for _, c := range []byte(s[1:]) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// maxPhone is far more than a number has, in bytes.
const maxPhone = 80

// digits are the decimal digits of s, those of other scripts included.
func digits(s string) string {
	var b strings.Builder
	for _, r := range s {
		if d, ok := digit(r); ok {
			b.WriteByte(d)
		}
	}
	return b.String()
}

func digit(r rune) (byte, bool) {
	for _, zero := range [...]rune{'0', '０', '٠', '۰'} {
		if r >= zero && r <= zero+9 {
			return byte('0' + r - zero), true //nolint:gosec // 0 to 9
		}
	}
	return 0, false
}

// callingCode is the region's country code, such as "51"; "" without a region.
func callingCode(region string) string {
	if code := phonenumbers.GetCountryCodeForRegion(region); code > 0 {
		return strconv.Itoa(code)
	}
	return ""
}

// zoneTab is the time zone database's list of zones (public domain): a zone
// and the country it lies in on each line.
//
//go:embed zones.txt
var zoneTab string

var zones = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(zoneTab) {
		if zone, region, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			m[zone] = region
		}
	}
	return m
})

// currencies are those of one country only, or nearly so.
var currencies = map[string]string{
	"AED": "AE", "ARS": "AR", "AUD": "AU", "BOB": "BO", "BRL": "BR", "CAD": "CA", "CHF": "CH", "CLP": "CL", "CNY": "CN", "COP": "CO",
	"CRC": "CR", "CZK": "CZ", "DKK": "DK", "DOP": "DO", "EGP": "EG", "GBP": "GB", "GTQ": "GT", "HKD": "HK", "HNL": "HN", "HUF": "HU",
	"IDR": "ID", "ILS": "IL", "INR": "IN", "ISK": "IS", "JPY": "JP", "KES": "KE", "KRW": "KR", "MAD": "MA", "MXN": "MX", "MYR": "MY",
	"NGN": "NG", "NIO": "NI", "NOK": "NO", "NZD": "NZ", "PAB": "PA", "PEN": "PE", "PHP": "PH", "PLN": "PL", "PYG": "PY", "RON": "RO",
	"SAR": "SA", "SEK": "SE", "SGD": "SG", "THB": "TH", "TRY": "TR", "TWD": "TW", "UAH": "UA", "USD": "US", "UYU": "UY", "VND": "VN",
	"ZAR": "ZA",
}

// Region guesses the country, as an ISO 3166 code, in which numbers are dialled
// without a country code: from the time zone, else from the currency. It is ""
// where neither says.
func Region(timeZone, currency string) string {
	if region, ok := zones()[timeZone]; ok {
		return region
	}
	return currencies[currency]
}

package bind

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"
)

func TestDecimal(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`50`: "50", `12.34`: "12.34", `"12.34"`: "12.34", `-3`: "-3", `0.10`: "0.10", `1e2`: "100", `1.5E+1`: "15", `12.5e-1`: "1.25",
		`5e-3`: "0.005", `-0.5e1`: "-5", `null`: "", `123456789012345.99`: "123456789012345.99",
	} {
		var d Decimal
		if err := json.Unmarshal([]byte(in), &d); err != nil || string(d) != want {
			t.Errorf("%s: %q, %v; want %q", in, d, err, want)
		}
	}
	for _, in := range []string{`""`, `"x"`, `"1,5"`, `" 1"`, `"+1"`, `".5"`, `"5."`, `true`, `{}`, `[1]`, `"0x10"`, `"1e999999999"`, `1e41`, `"Infinity"`, `"--1"`, `"1_0"`} {
		var d Decimal
		if err := json.Unmarshal([]byte(in), &d); err == nil {
			t.Errorf("%s was taken as %q", in, d)
		}
	}
}

func TestRateAndFactor(t *testing.T) {
	t.Parallel()
	var r Rate
	if err := json.Unmarshal([]byte(`"1.2345"`), &r); err != nil || r != 12345 {
		t.Errorf("%d, %v", r, err)
	}
	if err := json.Unmarshal([]byte(`1.23456`), &r); err == nil {
		t.Error("five decimals were taken")
	}
	var f Factor
	if err := json.Unmarshal([]byte(`1.25`), &f); err != nil || f != 125 {
		t.Errorf("%d, %v", f, err)
	}
	if err := json.Unmarshal([]byte(`99999999999`), &f); err == nil {
		t.Error("more than 32 bits were taken")
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	var at Time
	if err := json.Unmarshal([]byte(`"2026-03-10T07:00:00.5-05:00"`), &at); err != nil || !at.Equal(time.Date(2026, 3, 10, 12, 0, 0, 5e8, time.UTC)) {
		t.Errorf("%v, %v", at, err)
	}
	var day Date
	if err := json.Unmarshal([]byte(`"2026-02-28"`), &day); err != nil || day.Day() != 28 {
		t.Errorf("%v, %v", day, err)
	}
	for _, in := range []string{`"2026-02-30"`, `"2026-3-1"`, `"0000-01-01"`, `5`, `""`, `"10000-01-01T00:00:00Z"`} {
		if json.Unmarshal([]byte(in), &day) == nil || json.Unmarshal([]byte(in), &at) == nil {
			t.Errorf("%s was taken", in)
		}
	}
}

func TestOpt(t *testing.T) {
	t.Parallel()
	var in struct{ A, B, C Opt[int] }
	if err := json.Unmarshal([]byte(`{"A":5,"B":null}`), &in); err != nil {
		t.Fatal(err)
	}
	if p := in.A.Ptr(); !in.A.Set || p == nil || *p != 5 || !in.B.Set || !in.B.Null || in.B.Ptr() != nil || in.C.Set || in.C.Or(7) != 7 {
		t.Errorf("%+v", in)
	}
}

// Whatever is taken is exactly the number that was written.
func FuzzDecimal(f *testing.F) {
	for _, seed := range []string{"50", "12.34", "1e2", "-0.5e-7", "00.1", "1e-40", "9e40", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		plain, ok := plainDecimal(s)
		if !ok {
			return
		}
		want, valid := new(big.Rat).SetString(s)
		got, plainValid := new(big.Rat).SetString(plain)
		if !valid || !plainValid || want.Cmp(got) != 0 || strings.ContainsAny(plain, "eE+") {
			t.Errorf("%q became %q", s, plain)
		}
	})
}

// Whatever the body, explaining what is wrong with it ends and finds something.
func FuzzExplain(f *testing.F) {
	type inner struct {
		Name Opt[string]     `json:"name"`
		Refs []Ref[Customer] `json:"refs"`
	}
	type body struct {
		inner
		Count int64          `json:"count"`
		Price Decimal        `json:"price"`
		At    *Time          `json:"at"`
		Tiers []inner        `json:"tiers"`
		Meta  map[string]any `json:"meta"`
	}
	for _, seed := range []string{`{"name":5}`, `{"tiers":[{"nope":1}]}`, `{"refs":["tier_x"]}`, `{"at":1,"count":1.5}`, `{"x":`, `{"name":"\u0000"}`, `{"meta":[]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var in body
		d := json.NewDecoder(strings.NewReader(string(b)))
		d.DisallowUnknownFields()
		err := d.Decode(&in)
		if err == nil {
			return
		}
		if explain(b, &in, err) == nil {
			t.Errorf("%q: %v isn't explained", b, err)
		}
	})
}

// Times are those of RFC 3339, all of them and no others.
func TestTimesAreRFC3339(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-03-10T12:00:00Z": "2026-03-10T12:00:00Z", "2026-03-10t12:00:00z": "2026-03-10T12:00:00Z", "2026-03-10T12:00:00.25-00:00": "2026-03-10T12:00:00.25Z",
		"2026-03-10T00:30:00+05:30": "2026-03-09T19:00:00Z", "2024-02-29T23:59:59-23:59": "2024-03-01T23:58:59Z",
		"2016-12-31T23:59:60Z": "2017-01-01T00:00:00Z", "2016-12-31T18:59:60.5-05:00": "2017-01-01T00:00:00.5Z",
		"2026-03-10 12:00:00Z": "", "2026-03-10T12:00:00,5Z": "", "2026-03-10T12:00:00+24:00": "", "2026-03-10T12:00:00+05:60": "", "2026-03-10T12:59:60Z": "",
		"2026-03-10T12:00Z": "", "2026-03-10T12:00:00": "", "2026-03-10T24:00:00Z": "", "2026-02-29T12:00:00Z": "", "9999-12-31T23:59:59-00:01": "", "0000-01-01T00:00:00Z": "",
		"9999-12-31T23:59:60Z": "", "": "",
	} {
		got, err := parseTime(in)
		if (err == nil) != (want != "") || err == nil && got.Format(time.RFC3339Nano) != want {
			t.Errorf("%s: %v, %v; want %s", in, got, err, want)
		}
	}
}

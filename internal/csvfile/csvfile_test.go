package csvfile_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"regulars/internal/csvfile"
)

func TestEncodings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ file, encoding, text string }{
		"plain":               {"name\nAda\n", csvfile.UTF8, "name\nAda\n"},
		"accents":             {"name\nPeña\n", csvfile.UTF8, "name\nPeña\n"},
		"a mark at the start": {"\xef\xbb\xbfname\nPeña\n", csvfile.UTF8, "name\nPeña\n"},
		"Excel on Windows":    {"name\nPe\xf1a \x80\n", csvfile.Windows1252, "name\nPeña €\n"},
		"Unicode text":        {"\xff\xfen\x00\xf1\x00", csvfile.UTF16LE, "nñ"},
		"the other way round": {"\xfe\xff\x00n\x00\xf1", csvfile.UTF16BE, "nñ"},
		"cut in a character":  {"name\nPe\xc3", csvfile.Windows1252, "name\nPeÃ"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var scan csvfile.Scan
			for i := range len(test.file) { // in the smallest parts there are
				if _, err := scan.Write([]byte{test.file[i]}); err != nil {
					t.Fatal(err)
				}
			}
			if got := scan.Encoding(); got != test.encoding {
				t.Errorf("taken for %s, want %s", got, test.encoding)
			}
			text := csvfile.Decode(bytes.NewReader([]byte(test.file)), test.encoding)
			for range 2 {
				got, err := io.ReadAll(text)
				if err != nil || string(got) != test.text {
					t.Errorf("read %q, %v; want %q", got, err, test.text)
				}
				if _, err := text.Seek(0, io.SeekStart); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestWhatIsText(t *testing.T) {
	t.Parallel()
	for start, want := range map[string]bool{
		"name;phone\n": true, "": true, "\xff\xfen\x00": true, "\xef\xbb\xbfPK,id\n": true, "P": true,
		"PK\x03\x04\x14": false, "\xd0\xcf\x11\xe0\xa1": false, "%PDF-1.7": false, "{\\rtf1": false,
		"\xef\xbb\xbf\r\n<html>": false, "<?xml version": false,
	} {
		if got := csvfile.IsText([]byte(start)); got != want {
			t.Errorf("%q is text: %v", start, got)
		}
	}
}

func TestSeparator(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"a,b,c\n": ",", "a;b;c\n1,5;2,5;3": ";", "a\tb\n": "\t", "a|b|c": "|", "name": ",", "\"a;b;c\",d\n": ",",
	} {
		if got := csvfile.Separator(file); got != want {
			t.Errorf("%q: %q, want %q", file, got, want)
		}
	}
}

func TestDays(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ order, in, want string }{
		{csvfile.DayFirst, "9/6/2019 16:30", "2019-06-09 16:30"},
		{csvfile.MonthFirst, "9/6/2019 16:30", "2019-09-06 16:30"},
		{csvfile.DayFirst, "09.06.19", "2019-06-09"},
		{csvfile.DayFirst, "2019-06-09T16:30:00Z", "2019-06-09T16:30:00Z"},
		{csvfile.YearFirst, "2019/6/9", "2019-06-09"},
		{csvfile.DayFirst, "yesterday", "yesterday"},
		{csvfile.DayFirst, "1/2", "1/2"},
	} {
		if got := csvfile.Day(test.in, test.order); got != test.want {
			t.Errorf("%s as %s: %s, want %s", test.in, test.order, got, test.want)
		}
	}
	for in, want := range map[string]string{"4:30 PM": "16:30", "12:05 a. m.": "00:05", "12:05 pm": "12:05", "9:05:01": "09:05:01", "13:00 pm": "13:00 pm", "noon": "noon"} {
		if got := csvfile.Clock(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	for _, test := range []struct {
		samples []string
		want    string
		sure    bool
	}{
		{[]string{"1/2/2019", "25/2/2019"}, csvfile.DayFirst, true}, {[]string{"1/2/2019", "2/25/2019 9:00"}, csvfile.MonthFirst, true},
		{[]string{"2019-06-09T16:30"}, csvfile.YearFirst, true}, {[]string{"1/2/2019"}, "", false},
	} {
		if got, sure := csvfile.DateOrder(test.samples); got != test.want || sure != test.sure {
			t.Errorf("%s: %s %v, want %s", strings.Join(test.samples, ", "), got, sure, test.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ decimal, in, want string }{
		{".", "1,234.50", "1234.50"}, {",", "1.234,50", "1234.50"}, {",", "12,5", "12.5"}, {".", "$ 12.50", "12.50"}, {",", "1.234", "1234"},
		{".", "-3", "-3"}, {".", "12,5", "12,5"}, {".", "1,2345", "1,2345"}, {".", "abc", "abc"}, {".", "1.2.3", "1.2.3"},
	} {
		if got := csvfile.Number(test.in, test.decimal); got != test.want {
			t.Errorf("%s with %s: %s, want %s", test.in, test.decimal, got, test.want)
		}
	}
	for want, samples := range map[string][]string{".": {"5", "1,234", "12.50"}, ",": {"1.234", "12,50"}} {
		if got := csvfile.Decimal(samples); got != want {
			t.Errorf("%v: %s, want %s", samples, got, want)
		}
	}
}

// Package csvfile finds out how a file of comma-separated values was written,
// which programs and countries do differently: its encoding, the character
// between its columns, the order of day and month, and the decimal mark. It
// knows nothing of what the columns mean.
package csvfile

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// The encodings that spreadsheets write.
const (
	UTF8        = "utf-8"
	UTF16LE     = "utf-16le"
	UTF16BE     = "utf-16be"
	Windows1252 = "windows-1252"
)

var encodings = map[string]encoding.Encoding{
	UTF8: unicode.UTF8BOM, UTF16LE: unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), UTF16BE: unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
	Windows1252: charmap.Windows1252,
}

// Known reports whether name is one of the encodings.
func Known(name string) bool { return encodings[name] != nil }

// Text is the file as UTF-8 without a mark at its start. It can be read again
// from the start when r can, and be sought nowhere else.
type Text struct {
	file io.Reader
	name string
	text io.Reader
}

// Decode reads the file in the encoding. An unknown one is taken for UTF-8.
func Decode(file io.Reader, name string) *Text {
	t := &Text{file: file, name: name}
	t.start()
	return t
}

func (t *Text) start() {
	e, ok := encodings[t.name]
	if !ok {
		e = encodings[UTF8]
	}
	if t.name == UTF8 || !ok {
		// What isn't UTF-8 is passed on, to be complained about by row.
		t.text = transform.NewReader(t.file, unicode.BOMOverride(encoding.Nop.NewDecoder()))
		return
	}
	t.text = transform.NewReader(t.file, e.NewDecoder())
}

// Read implements io.Reader.
func (t *Text) Read(p []byte) (int, error) { return t.text.Read(p) }

// Seek implements io.Seeker for the start alone.
func (t *Text) Seek(offset int64, whence int) (int64, error) {
	seeker, ok := t.file.(io.Seeker)
	if !ok || offset != 0 || whence != io.SeekStart {
		return 0, fmt.Errorf("a file is read again from its start only")
	}
	if _, err := seeker.Seek(0, io.SeekStart); err != nil {
		return 0, fmt.Errorf("read the file again: %w", err)
	}
	t.start()
	return 0, nil
}

// Scan looks at a whole file, a part at a time, to tell UTF-8 from what older
// programs write.
type Scan struct {
	start []byte
	rest  []byte // the beginning of a character whose end is in the next part
	bad   bool
}

// Write implements io.Writer.
func (s *Scan) Write(p []byte) (int, error) {
	if len(s.start) < 4 {
		s.start = append(s.start, p[:min(len(p), 4)]...)
	}
	if s.bad {
		return len(p), nil
	}
	part := append(s.rest, p...)
	end := len(part)
	for back := 1; back <= utf8.UTFMax && back <= len(part); back++ {
		if utf8.RuneStart(part[len(part)-back]) {
			if !utf8.FullRune(part[len(part)-back:]) {
				end = len(part) - back
			}
			break
		}
	}
	s.bad = !utf8.Valid(part[:end])
	s.rest = append([]byte(nil), part[end:]...)
	return len(p), nil
}

// Encoding is what the file was written in: as its mark says, or else UTF-8
// where it can be that, or else what Windows writes in western languages.
func (s *Scan) Encoding() string {
	switch {
	case bytes.HasPrefix(s.start, []byte("\xff\xfe")):
		return UTF16LE
	case bytes.HasPrefix(s.start, []byte("\xfe\xff")):
		return UTF16BE
	case s.bad || len(s.rest) > 0:
		return Windows1252
	}
	return UTF8
}

// IsText reports whether a file that begins so can be a table of text: it is no
// workbook of a spreadsheet program, no PDF and no page or XML, which some
// programs save as "Excel".
func IsText(start []byte) bool {
	for _, mark := range []string{"PK\x03\x04", "\xd0\xcf\x11\xe0", "%PDF", "{\\rtf"} {
		if bytes.HasPrefix(start, []byte(mark)) {
			return false
		}
	}
	return !bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(start, []byte("\xef\xbb\xbf"))), []byte("<"))
}

// Separator is the character between the columns of the first line: the one of
// comma, semicolon, tab and bar that is there most often outside quotes.
func Separator(start string) string {
	counts := map[rune]int{}
	quoted := false
	for _, r := range start {
		if r == '"' {
			quoted = !quoted
		}
		if r == '\n' && !quoted {
			break
		}
		if !quoted && strings.ContainsRune(",;\t|", r) {
			counts[r]++
		}
	}
	best := ','
	for _, r := range ";\t|" {
		if counts[r] > counts[best] {
			best = r
		}
	}
	return string(best)
}

package service

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"regulars/internal/csvfile"
	"regulars/internal/loyalty"
)

const (
	// MaxImportFile is how large a file may be, in bytes.
	MaxImportFile = 200 << 20
	// ImportPiece is how large the pieces are that a file is sent in, in bytes:
	// small enough for any proxy in between.
	ImportPiece = 1 << 20
	// sampleSize is how much of a file's start is looked at, in bytes.
	sampleSize = 128 << 10
	// unusedFor is how long a file lies here that nobody brings in.
	unusedFor = 7 * 24 * time.Hour
)

// BeginImport is a file on its way.
type BeginImport struct {
	Kind     loyalty.ImportKind
	FileName string
	Size     int64 // bytes; 0 where it isn't known yet
}

// Begin makes room for a file. It needs loyalty.Administer.
func (s *Imports) Begin(ctx context.Context, actor loyalty.Actor, cmd BeginImport) (loyalty.Import, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return loyalty.Import{}, err
	}
	var p loyalty.Problems
	if importFields[cmd.Kind] == nil {
		p.Add("kind", "must be one of: %s", "customers, balances, orders")
	}
	cmd.FileName = path.Base(strings.ReplaceAll(strings.ToValidUTF8(cmd.FileName, ""), "\\", "/"))
	if cmd.FileName == "." || cmd.FileName == "/" {
		cmd.FileName = "import.csv"
	}
	if name := []rune(cmd.FileName); len(name) > 255 {
		cmd.FileName = string(name[:255])
	}
	cmd.FileName = checkText(&p, "file", cmd.FileName, 1, 255)
	checkFileSize(&p, cmd.Size)
	if err := p.Err(); err != nil {
		return loyalty.Import{}, err
	}
	now := s.now()
	m := loyalty.Import{
		OrgID: actor.OrgID, ID: loyalty.NewID(now), Kind: cmd.Kind, State: loyalty.ImportReceiving, FileName: cmd.FileName,
		StaffID: actor.StaffID, CreatedAt: now, ChangedAt: now,
	}
	return m, s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		return tx.AddImport(ctx, m)
	})
}

// ForgetUnused takes out the files that nobody has brought in for a week: they
// are full of names and phone numbers.
func (s *Imports) ForgetUnused(ctx context.Context) error {
	return s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		return tx.DropOldImports(ctx, s.now().Add(-unusedFor))
	})
}

func checkFileSize(p *loyalty.Problems, size int64) {
	if size > MaxImportFile {
		p.Add("file", "must have at most %d MB; split it into parts", MaxImportFile>>20)
	}
}

// AddPiece adds the n-th piece of the file, from 0. All but the last have
// ImportPiece bytes. The same piece once more is no error.
func (s *Imports) AddPiece(ctx context.Context, actor loyalty.Actor, id loyalty.ID, n int, body []byte) error {
	if err := actor.Require(loyalty.Administer); err != nil {
		return err
	}
	var p loyalty.Problems
	if len(body) > ImportPiece || n < 0 {
		p.Add("file", "must come in pieces of at most %d bytes", ImportPiece)
	}
	checkFileSize(&p, int64(n)*ImportPiece+int64(len(body)))
	if err := p.Err(); err != nil {
		return err
	}
	if n == 0 && !csvfile.IsText(body) {
		p.Add("file", "this is no CSV file; open it in your spreadsheet program and save it as CSV")
		if err := s.Discard(ctx, actor, id); err != nil {
			return err
		}
		return p.Err()
	}
	return s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		if _, err := s.lockIn(ctx, tx, actor, id, loyalty.ImportReceiving); err != nil {
			return err
		}
		return tx.AddImportPiece(ctx, actor.OrgID, id, n, body)
	})
}

// lockIn locks an import that must be in one of the states; a Conflict when it
// has gone on meanwhile.
func (s *Imports) lockIn(ctx context.Context, tx loyalty.Tx, actor loyalty.Actor, id loyalty.ID, states ...loyalty.ImportState) (loyalty.Import, error) {
	m, err := tx.LockImport(ctx, actor.OrgID, id)
	if err != nil {
		return m, err
	}
	for _, state := range states {
		if m.State == state {
			return m, nil
		}
	}
	return m, loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "This import has gone on meanwhile. Look at it again.")
}

// Received says that the whole file is there. It works out how the file was
// written, which the owner confirms or corrects.
func (s *Imports) Received(ctx context.Context, actor loyalty.Actor, id loyalty.ID) (loyalty.Import, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return loyalty.Import{}, err
	}
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return loyalty.Import{}, err
	}
	file := &storedFile{ctx: ctx, repo: s.repo, orgID: actor.OrgID, id: id}
	hash, scan, lines := sha256.New(), &csvfile.Scan{}, &lineCount{}
	size, err := io.Copy(io.MultiWriter(hash, scan, lines), file)
	if err != nil {
		return loyalty.Import{}, err
	}
	var p loyalty.Problems
	if size == 0 {
		p.Add("file", "is empty")
	}
	if err := p.Err(); err != nil {
		return loyalty.Import{}, err
	}
	start, err := file.sample(scan.Encoding())
	if err != nil {
		return loyalty.Import{}, err
	}
	var m loyalty.Import
	return m, s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		if m, err = s.lockIn(ctx, tx, actor, id, loyalty.ImportReceiving, loyalty.ImportMapping); err != nil || m.State == loyalty.ImportMapping {
			return err
		}
		m.State, m.FileSize, m.FileHash, m.Total, m.ChangedAt = loyalty.ImportMapping, size, hash.Sum(nil), max(lines.n-1, 0), s.now()
		m.Layout = guessLayout(m.Kind, start, homeDates(cfg))
		m.Layout.Encoding = scan.Encoding()
		return tx.SaveImport(ctx, m)
	})
}

// homeDates is how the restaurant's country writes days.
func homeDates(cfg *loyalty.Config) loyalty.DateOrder {
	switch regionOf(cfg, loyalty.ID{}) {
	case "US":
		return loyalty.MonthFirst
	case "CN", "JP", "KR", "SE", "LT", "HU", "CA":
		return loyalty.YearFirst
	}
	return loyalty.DayFirst
}

// lineCount counts lines, which are about as many as rows.
type lineCount struct {
	n    int
	open bool // a line has begun and not ended
}

// Write implements io.Writer.
func (l *lineCount) Write(p []byte) (int, error) {
	for _, b := range p {
		if !l.open {
			l.n++
		}
		l.open = b != '\n'
	}
	return len(p), nil
}

// storedFile reads a file piece by piece.
type storedFile struct {
	ctx   context.Context //nolint:containedctx // a reader has no other way to be broken off
	repo  loyalty.ImportReader
	orgID loyalty.ID
	id    loyalty.ID
	next  int
	piece []byte
}

// Read implements io.Reader.
func (f *storedFile) Read(p []byte) (int, error) {
	for len(f.piece) == 0 {
		body, ok, err := f.repo.ImportPiece(f.ctx, f.orgID, f.id, f.next)
		if err != nil {
			return 0, err
		}
		if !ok {
			return 0, io.EOF
		}
		f.piece = body
		f.next++
	}
	n := copy(p, f.piece)
	f.piece = f.piece[n:]
	return n, nil
}

// Seek implements io.Seeker for the start alone.
func (f *storedFile) Seek(offset int64, whence int) (int64, error) {
	if offset != 0 || whence != io.SeekStart {
		return 0, fmt.Errorf("a stored file is read again from its start only")
	}
	f.next, f.piece = 0, nil
	return 0, nil
}

// sample is the start of the file as text.
func (f *storedFile) sample(encoding string) (string, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	start, err := io.ReadAll(io.LimitReader(csvfile.Decode(f, encoding), sampleSize))
	return string(start), err
}

// Sample is the import's header and the rows below it, at most most of them,
// read as the layout says.
func (s *Imports) Sample(ctx context.Context, actor loyalty.Actor, m loyalty.Import, most int) ([][]string, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return nil, err
	}
	file := &storedFile{ctx: ctx, repo: s.repo, orgID: actor.OrgID, id: m.ID}
	start, err := file.sample(m.Layout.Encoding)
	if err != nil || start == "" {
		return nil, err
	}
	return sampleRows(start, m.Layout.Separator, most+1), nil
}

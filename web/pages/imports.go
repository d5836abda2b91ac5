package pages

import (
	"bytes"
	"fmt"
	"io"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/i18n"
	"regulars/views/imports"
	"regulars/views/ui"
	"regulars/web/auth"
	"regulars/web/respond"
)

// plainUpload is how large a file may be that comes in one request, in bytes:
// what the server receives, less the form around it.
const plainUpload = 7 << 20

// ImportsPage is GET /import.
func (h *Handlers) ImportsPage(c *fiber.Ctx) error {
	return h.showImports(c, fresh(c).With("kind", string(loyalty.ImportOrders)), fiber.StatusOK)
}

func (h *Handlers) showImports(c *fiber.Ctx, f ui.Form, status int) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	page := pageOf(c)
	all, total, err := h.Imports.List(ctx, actor, page)
	if err != nil {
		return err
	}
	people, err := h.peopleByID(ctx, actor)
	if err != nil {
		return err
	}
	p := imports.ListProps{
		Form: f, Limit: megabytes(ctx, service.MaxImportFile), Plain: megabytes(ctx, plainUpload),
		Paging: paging(ctx, c, page, total, i18n.T(ctx, "Pages of imports")),
	}
	for _, m := range all {
		kind := importKinds[m.Kind]
		p.Rows = append(p.Rows, imports.Row{
			ID: m.ID.String(), File: m.FileName, Kind: i18n.T(ctx, kind.words), Icon: kind.icon, Who: broughtBy(ctx, people, m.StaffID),
			When: i18n.DateTime(ctx, m.CreatedAt), Machine: i18n.Machine(m.CreatedAt), State: importState(ctx, m), Figures: importSummary(ctx, m),
		})
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Import"), Active: "import", Status: status}, imports.List(p))
}

func megabytes(ctx ctx, n int) string { return i18n.T(ctx, "%d MB", n>>20) }

// peopleByID are the names of the staff.
func (h *Handlers) peopleByID(ctx ctx, actor loyalty.Actor) (map[loyalty.ID]string, error) {
	all, err := h.Access.AllStaff(ctx, actor)
	names := make(map[loyalty.ID]string, len(all))
	for _, s := range all {
		names[s.ID] = s.Name
	}
	return names, err
}

func broughtBy(ctx ctx, people map[loyalty.ID]string, id loyalty.ID) string {
	if id.IsZero() {
		return i18n.T(ctx, "The command line")
	}
	return people[id]
}

// ReceiveImport is POST /import: a file that comes whole, from a browser
// without JavaScript.
func (h *Handlers) ReceiveImport(c *fiber.Ctx) error {
	ctx, actor, f := c.UserContext(), auth.Actor(c), posted(c)
	m, err := h.receiveWhole(c, actor, loyalty.ImportKind(f.Value("kind")))
	if err != nil {
		if back, ok := refused(c, f, err); ok {
			return h.showImports(c, back, fiber.StatusUnprocessableEntity)
		}
		return err
	}
	if m, err = h.Imports.Received(ctx, actor, m.ID); err != nil {
		if back, ok := refused(c, f, err); ok {
			return h.showImports(c, back, fiber.StatusUnprocessableEntity)
		}
		return err
	}
	return h.leave(c, done{To: importPath(m.ID)})
}

func (h *Handlers) receiveWhole(c *fiber.Ctx, actor loyalty.Actor, kind loyalty.ImportKind) (loyalty.Import, error) {
	sent, err := c.FormFile("file")
	if err != nil || sent.Size == 0 {
		var p loyalty.Problems
		p.Add("file", "is required, and must not be empty")
		return loyalty.Import{}, p.Err()
	}
	m, err := h.Imports.Begin(c.UserContext(), actor, service.BeginImport{Kind: kind, FileName: sent.Filename, Size: sent.Size})
	if err != nil {
		return m, err
	}
	file, err := sent.Open()
	if err != nil {
		return m, fmt.Errorf("open the file that was sent: %w", err)
	}
	defer file.Close() //nolint:errcheck // it was only read
	for n := 0; ; n++ {
		piece, err := io.ReadAll(io.LimitReader(file, service.ImportPiece))
		if err != nil {
			return m, fmt.Errorf("read the file that was sent: %w", err)
		}
		if len(piece) == 0 {
			return m, nil
		}
		if err := h.Imports.AddPiece(c.UserContext(), actor, m.ID, n, piece); err != nil {
			return m, err
		}
	}
}

func importPath(id loyalty.ID) string { return imports.Path + "/" + id.String() }

// sent answers the script that sends a file.
func sent(c *fiber.Ctx, to string, err error) error {
	if err == nil {
		return c.JSON(fiber.Map{"to": to})
	}
	back, ok := refused(c, fresh(c), err)
	if !ok {
		return err
	}
	text := back.Problem
	for _, e := range back.Errors {
		text = e
	}
	return c.Status(fiber.StatusUnprocessableEntity).JSON(fiber.Map{"error": text})
}

// BeginImport is POST /import/begin: a file is about to come in pieces.
func (h *Handlers) BeginImport(c *fiber.Ctx) error {
	f := posted(c)
	size, _ := strconv.ParseInt(f.Value("size"), 10, 64)
	m, err := h.Imports.Begin(c.UserContext(), auth.Actor(c), service.BeginImport{
		Kind: loyalty.ImportKind(f.Value("kind")), FileName: f.Value("name"), Size: size,
	})
	return sent(c, importPath(m.ID), err)
}

// importID is the import that the address names.
func importID(c *fiber.Ctx) loyalty.ID {
	id, _ := loyalty.ParseID(c.Params("id"))
	return id
}

// ImportPiece is POST /import/:id/pieces/:n.
func (h *Handlers) ImportPiece(c *fiber.Ctx) error {
	n, err := strconv.Atoi(c.Params("n"))
	if err != nil {
		return fiber.ErrNotFound
	}
	id := importID(c)
	return sent(c, importPath(id), h.Imports.AddPiece(c.UserContext(), auth.Actor(c), id, n, c.BodyRaw()))
}

// ImportReceived is POST /import/:id/received: all pieces are there.
func (h *Handlers) ImportReceived(c *fiber.Ctx) error {
	m, err := h.Imports.Received(c.UserContext(), auth.Actor(c), importID(c))
	return sent(c, importPath(m.ID), err)
}

// ImportPage is GET /import/:id: whatever the import is at.
func (h *Handlers) ImportPage(c *fiber.Ctx) error {
	m, err := h.Imports.Get(c.UserContext(), auth.Actor(c), importID(c))
	if err != nil {
		return err
	}
	switch {
	case m.State == loyalty.ImportReceiving:
		return c.Redirect(imports.Path, fiber.StatusSeeOther)
	case m.State == loyalty.ImportMapping:
		return h.showColumns(c, m, columnsForm(c, m), fiber.StatusOK)
	case m.State.Working():
		return h.importPage(c, m, fiber.StatusOK, imports.Progress(importProgress(c, m)))
	case m.State == loyalty.ImportChecked:
		return h.showCheck(c, m, fresh(c), fiber.StatusOK)
	}
	return h.showResult(c, m, fresh(c), fiber.StatusOK)
}

func (h *Handlers) importPage(c *fiber.Ctx, m loyalty.Import, status int, body component) error {
	return h.page(c, shell{Title: m.FileName, Active: "import", Status: status}, body)
}

// ImportProgress is GET /import/:id/progress, which the progress bar asks for.
func (h *Handlers) ImportProgress(c *fiber.Ctx) error {
	m, err := h.Imports.Get(c.UserContext(), auth.Actor(c), importID(c))
	if err != nil {
		return err
	}
	if !m.State.Working() || !respond.IsHTMX(c) {
		return h.leave(c, done{To: importPath(m.ID)})
	}
	return part(c, fiber.StatusOK, imports.Bar(importProgress(c, m)))
}

// BadRows is GET /import/:id/bad-rows.csv: the rows with mistakes as they stand
// in the file, with what is wrong behind them.
func (h *Handlers) BadRows(c *fiber.Ctx) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	m, err := h.Imports.Get(ctx, actor, importID(c))
	if err != nil {
		return err
	}
	var out bytes.Buffer
	out.WriteString("\ufeff") // spreadsheets take it for UTF-8 then
	heads := [2]string{i18n.T(ctx, "Row"), i18n.T(ctx, "What is wrong")}
	err = h.Imports.BadRows(ctx, actor, m.ID, &out, heads, func(x loyalty.ImportComplaint) string {
		if name := columnName(ctx, m.Layout, x.Field); name != "" {
			return name + ": " + i18n.Field(ctx, x.FieldError)
		}
		return i18n.Field(ctx, x.FieldError)
	})
	if err != nil {
		return err
	}
	c.Attachment("bad-rows.csv")
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	return c.Send(out.Bytes())
}

// StartImport is POST /import/:id/start.
func (h *Handlers) StartImport(c *fiber.Ctx) error {
	ctx, f := c.UserContext(), posted(c)
	m, err := h.Imports.Start(ctx, auth.Actor(c), service.StartImport{ID: importID(c), SkipBad: f.On("skipBad")})
	return h.movedOn(c, m, f, err)
}

// movedOn leads to the import's page; there too when it has gone on in another
// window, and with what is wrong where that can be said.
func (h *Handlers) movedOn(c *fiber.Ctx, m loyalty.Import, f ui.Form, err error) error {
	if err == nil {
		return h.leave(c, done{To: importPath(m.ID)})
	}
	if loyalty.KindOf(err) != loyalty.Conflict {
		return err
	}
	current, again := h.Imports.Get(c.UserContext(), auth.Actor(c), importID(c))
	if again != nil {
		return again
	}
	if back, ok := refused(c, f, err); ok && current.State == loyalty.ImportChecked && f.Value("skipBad") == "" && current.Figures.Problems > 0 {
		return h.showCheck(c, current, back, fiber.StatusUnprocessableEntity)
	}
	return h.leave(c, done{To: importPath(current.ID)})
}

// AskUndoImport is GET /import/:id/undo.
func (h *Handlers) AskUndoImport(c *fiber.Ctx) error {
	ctx := c.UserContext()
	m, err := h.Imports.Get(ctx, auth.Actor(c), importID(c))
	if err != nil {
		return err
	}
	p := imports.AskProps{Props: importProps(c, m), Text: importSummary(ctx, m), Form: fresh(c)}
	if target(c) == ui.ModalID {
		return part(c, fiber.StatusOK, imports.Ask(p))
	}
	return h.importPage(c, m, fiber.StatusOK, imports.AskPage(p))
}

// UndoImport is POST /import/:id/undo.
func (h *Handlers) UndoImport(c *fiber.Ctx) error {
	m, err := h.Imports.Undo(c.UserContext(), auth.Actor(c), importID(c))
	return h.movedOn(c, m, posted(c), err)
}

// DiscardImport is POST /import/:id/discard.
func (h *Handlers) DiscardImport(c *fiber.Ctx) error {
	ctx, id := c.UserContext(), importID(c)
	err := h.Imports.Discard(ctx, auth.Actor(c), id)
	if loyalty.KindOf(err) == loyalty.Conflict && err != nil {
		return h.leave(c, done{To: importPath(id)})
	}
	if err != nil {
		return err
	}
	return h.leave(c, done{To: imports.Path, Flash: i18n.T(ctx, "The file is discarded. Nothing was changed.")})
}

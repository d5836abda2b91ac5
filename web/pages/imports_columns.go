package pages

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/i18n"
	"regulars/views/imports"
	"regulars/views/ui"
	"regulars/web/auth"
)

// sampleRows is how many rows of a file are shown.
const sampleRows = 5

// fieldWords are the fields that files have, in words, with what to know.
var fieldWords = map[string][2]string{
	"name":            {i18n.Mark("Name"), ""},
	"last_name":       {i18n.Mark("Last name"), i18n.Mark("Where it has a column of its own.")},
	"phone":           {i18n.Mark("Phone"), i18n.Mark("What guests are found by.")},
	"external_id":     {i18n.Mark("Guest’s number"), i18n.Mark("By which your old system knows the guest.")},
	"email":           {i18n.Mark("E-mail"), ""},
	"birth_date":      {i18n.Mark("Birth date"), ""},
	"points_balance":  {i18n.Mark("Points to spend"), ""},
	"lifetime_points": {i18n.Mark("Lifetime points"), i18n.Mark("They decide the tier.")},
	"points":          {i18n.Mark("Points"), i18n.Mark("To be added to what the guest has.")},
	"order_id":        {i18n.Mark("Order number"), i18n.Mark("Each counts once in a store, however often you import it.")},
	"completed_at":    {i18n.Mark("Day and time"), i18n.Mark("By the store’s clock.")},
	"completed_time":  {i18n.Mark("Time"), i18n.Mark("Where it has a column of its own.")},
	"total":           {i18n.Mark("Total"), ""},
	"customer_id":     {i18n.Mark("Guest’s number"), i18n.Mark("Orders without one are sales that earn nobody points.")},
	"store":           {i18n.Mark("Store"), i18n.Mark("Its name or number. A new one is added.")},
	"items":           {i18n.Mark("Number of items"), ""},
}

// columnName is what a file calls a field, and where it has none, what it is
// called here.
func columnName(ctx ctx, l loyalty.ImportLayout, field string) string {
	if i, ok := l.Columns[field]; ok && i < len(l.Header) {
		return l.Header[i]
	}
	return i18n.T(ctx, fieldWords[field][0])
}

// columnsForm is the form with the layout filled in.
func columnsForm(c *fiber.Ctx, m loyalty.Import) ui.Form {
	l := m.Layout
	f := fresh(c).With("decimal", l.Decimal).With("separator", separatorNames[l.Separator]).With("encoding", l.Encoding)
	for name, i := range l.Columns {
		f = f.With(name, strconv.Itoa(i))
	}
	if !l.StoreID.IsZero() {
		f = f.With("storeId", l.StoreID.String())
	}
	return f
}

// separatorNames are the separators as forms send them: a tab alone would be
// lost as a blank.
var separatorNames = map[string]string{",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

func separatorOf(name string) string {
	for s, n := range separatorNames {
		if n == name {
			return s
		}
	}
	return ""
}

// ColumnsPage is GET /import/:id/columns.
func (h *Handlers) ColumnsPage(c *fiber.Ctx) error {
	m, err := h.Imports.Get(c.UserContext(), auth.Actor(c), importID(c))
	if err != nil {
		return err
	}
	switch m.State {
	case loyalty.ImportMapping, loyalty.ImportChecked, loyalty.ImportFailed:
		return h.showColumns(c, m, columnsForm(c, m), fiber.StatusOK)
	}
	return h.leave(c, done{To: importPath(m.ID)})
}

func (h *Handlers) showColumns(c *fiber.Ctx, m loyalty.Import, f ui.Form, status int) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	sample, err := h.Imports.Sample(ctx, actor, m, service.DaysSampled)
	if err != nil {
		return err
	}
	if len(sample) == 0 {
		sample = [][]string{m.Layout.Header}
	}
	day, dated := service.DayOf(m.Layout, sample[1:])
	order := string(m.Layout.Dates)
	if day.Unsure && m.State == loyalty.ImportMapping {
		order = "" // to be asked
	}
	f = f.With("dates", order)
	sample = sample[:min(len(sample), sampleRows+1)]
	stores, err := h.Access.Stores(ctx, actor)
	if err != nil {
		return err
	}
	p := imports.MapProps{
		Props: importProps(c, m), Form: f, Header: sample[0], Sample: sample[1:], Orders: m.Kind == loyalty.ImportOrders, Stores: storeOptions(stores),
		Encodings: []ui.Option{
			{Value: "utf-8", Label: i18n.T(ctx, "Unicode (UTF-8)")}, {Value: "windows-1252", Label: i18n.T(ctx, "Western, as older Excel writes")},
			{Value: "utf-16le", Label: "UTF-16"}, {Value: "utf-16be", Label: "UTF-16 BE"},
		},
		Separators: []ui.Option{
			{Value: "comma", Label: i18n.T(ctx, "a comma")}, {Value: "semicolon", Label: i18n.T(ctx, "a semicolon")}, {Value: "tab", Label: i18n.T(ctx, "a tab")}, {Value: "bar", Label: i18n.T(ctx, "a bar")},
		},
		Dates:    dateOptions(ctx, day),
		Decimals: []ui.Option{{Value: ".", Label: i18n.T(ctx, "1,234.50, with a point")}, {Value: ",", Label: i18n.T(ctx, "1.234,50, with a comma")}},
	}
	if dated && day.Unsure {
		p.Unsure = i18n.T(ctx, "%s could be two days, and nothing in the file says which. Say below how it writes them.", day.Written)
	}
	if m.Total > 0 {
		p.Rows = i18n.T(ctx, "About %s rows in all.", i18n.Number(ctx, m.Total))
	}
	for i, name := range p.Header {
		label := name
		if len(p.Sample) > 0 && i < len(p.Sample[0]) && p.Sample[0][i] != "" {
			label = i18n.T(ctx, "%s, such as %s", name, shortened(p.Sample[0][i]))
		}
		p.Columns = append(p.Columns, ui.Option{Value: strconv.Itoa(i), Label: label})
	}
	for _, field := range service.ImportFields(m.Kind) {
		words := fieldWords[field.Name]
		out := imports.Field{Name: field.Name, Label: i18n.T(ctx, words[0]), Required: field.Required}
		if words[1] != "" {
			out.Hint = i18n.T(ctx, words[1])
		}
		p.Fields = append(p.Fields, out)
	}
	return h.importPage(c, m, status, imports.Map(p))
}

// dateOptions are the ways to write a day, each with what the file's example is
// then, where it can be read so.
func dateOptions(ctx ctx, d service.WrittenDay) []ui.Option {
	var out []ui.Option
	for _, o := range []struct {
		order      loyalty.DateOrder
		usual, way string
	}{
		{loyalty.YearFirst, i18n.Mark("2019-06-25, the year first"), i18n.Mark("the year first: %s is %s")},
		{loyalty.DayFirst, i18n.Mark("25/06/2019, the day first"), i18n.Mark("the day first: %s is %s")},
		{loyalty.MonthFirst, i18n.Mark("06/25/2019, the month first"), i18n.Mark("the month first: %s is %s")},
	} {
		label := i18n.T(ctx, o.usual)
		if day, ok := d.Means[o.order]; ok && (o.order == loyalty.YearFirst) == (len(d.Means) == 3) {
			label = i18n.T(ctx, o.way, writtenDate(d.Written), calendarDay(ctx, day))
		}
		out = append(out, ui.Option{Value: string(o.order), Label: label})
	}
	return out
}

// writtenDate is the day of what may be a day and a time.
func writtenDate(s string) string {
	date, _, _ := strings.Cut(strings.Replace(s, "T", " ", 1), " ")
	return date
}

// shortened is enough of a value to know it by, beside its name on a phone.
func shortened(s string) string {
	const most = 16
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// SaveColumns is POST /import/:id/layout: to check the file, or to read it
// again in another way.
func (h *Handlers) SaveColumns(c *fiber.Ctx) error {
	ctx, actor, f, id := c.UserContext(), auth.Actor(c), posted(c), importID(c)
	if f.Value("do") == "reread" {
		m, err := h.Imports.Reread(ctx, actor, id, f.Value("encoding"), separatorOf(f.Value("separator")))
		if err != nil {
			return h.movedOn(c, m, f, err)
		}
		return h.leave(c, done{To: importPath(id) + "/columns"})
	}
	l := loyalty.ImportLayout{
		Encoding: f.Value("encoding"), Separator: separatorOf(f.Value("separator")), Dates: loyalty.DateOrder(f.Value("dates")),
		Decimal: f.Value("decimal"), Columns: map[string]int{},
	}
	l.StoreID, _ = loyalty.ParseID(f.Value("storeId"))
	for name := range fieldWords {
		if i, err := strconv.Atoi(f.Value(name)); err == nil {
			l.Columns[name] = i
		}
	}
	if !l.StoreID.IsZero() {
		delete(l.Columns, "store")
	}
	m, err := h.Imports.Check(ctx, actor, service.CheckImport{ID: id, Layout: l})
	if back, ok := refused(c, f, err); ok && err != nil && loyalty.KindOf(err) == loyalty.Invalid {
		current, again := h.Imports.Get(ctx, actor, id)
		if again != nil {
			return again
		}
		return h.showColumns(c, current, back, fiber.StatusUnprocessableEntity)
	}
	return h.movedOn(c, m, f, err)
}

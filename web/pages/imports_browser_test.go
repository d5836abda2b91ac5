package pages_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

// working has imports worked on as they are queued, as a server's jobs do.
// Before stands in front of the work.
func working(t *testing.T, r *lume, before func()) {
	t.Helper()
	var jobs sync.WaitGroup
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(func() { stop(); jobs.Wait() })
	r.Services.Imports.Queue = func(_ context.Context, orgID, id loyalty.ID) error {
		jobs.Go(func() {
			before()
			if err := r.Services.Imports.Work(ctx, orgID, id); err != nil && ctx.Err() == nil {
				t.Errorf("work on an import: %v", err)
			}
		})
		return nil
	}
}

// choose puts a file into the form, as the browser's dialog would.
func choose(t *testing.T, v *webtest.Visit, name, content string) {
	t.Helper()
	v.Until("there is the form", `document.readyState === "complete" && document.querySelector("input[type=file]")`)
	browsertest.Eval[bool](t, v.Browser, fmt.Sprintf(`((field) => {
		const files = new DataTransfer();
		files.items.add(new File([%q], %q, {type: "text/csv"}));
		field.files = files.files;
		return field.dispatchEvent(new Event("change", {bubbles: true}));
	})(document.querySelector("input[type=file]"))`, content, name))
}

// An owner brings past orders in: sends a file, corrects a column, sees which
// rows are bad, imports the others, and undoes it all.
func TestOwnerImportsPastOrders(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	gate := make(chan struct{})
	working(t, r, func() { <-gate })
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("owner@trattoria.test")
	v.Go("/import")
	v.See("Nothing was imported yet")
	look(t, v, "/import", "import-empty")
	choose(t, v, "de antes.csv", "Pedido;Fecha;Lugar;Cliente;Importe\nA1;09/06/2024 16:30;Pier;G1;1.100,50\nA2;29/06/2024 16:30;Pier;G2;20\n"+
		"A3;31/06/2024 16:30;Pier;G2;20\nA4;10/06/2024 16:30;Pier;;doce\n")
	press(t, v, "main form button.btn-primary")
	v.See("Which column is what?")
	path := v.Path()
	if got := v.Text("#f-completed_at option:checked"); got != "Fecha, such as 09/06/2024 16:30" {
		t.Errorf("the day is taken from %q", got)
	}
	look(t, v, path, "import-columns")
	press(t, v, `button[value="check"]`)
	v.See("Needs a column, or say where all the orders were")
	v.Usable("a column that is missing")
	set(t, v, "#f-store", "2")
	press(t, v, `button[value="check"]`)
	v.See("Checking the file")
	look(t, v, path, "import-checking")
	gate <- struct{}{}
	v.See("2 rows have mistakes")
	v.See("Must be a day and a time such as 25/06/2019 16:30")
	v.See("doce")
	look(t, v, path, "import-checked")
	bad := browsertest.Eval[string](t, v.Browser, `fetch(document.querySelector("a[href$='bad-rows.csv']").href).then(a => a.text())`)
	if !strings.Contains(bad, "A4,10/06/2024 16:30,Pier,,doce,5,") {
		t.Errorf("the file of bad rows is\n%s", bad)
	}
	press(t, v, `form[action$="/start"] button`)
	v.See("You can leave this page; the work goes on.")
	gate <- struct{}{}
	v.See("The file is imported")
	v.See("2 orders · 2 new guests · ")
	look(t, v, path, "import-done")
	v.Go("/customers?search=Guest+G1")
	v.See("Guest G1")

	v.Go(path)
	press(t, v, `a[href$="/undo"]`)
	v.Until("asked whether", `document.querySelector("dialog[open] .btn-error")`)
	v.Usable("the question")
	press(t, v, "dialog .btn-error")
	v.See("Being undone")
	gate <- struct{}{}
	v.See("The import is undone")
	v.See("2 guests and 2 orders are removed")
	look(t, v, path, "import-undone")
	v.Go("/customers?search=Guest+G1")
	v.Until("the guest is gone", `document.readyState === "complete" && !document.querySelector("main").innerText.includes("Guest G1")`)
	look(t, v, "/import", "import-list")
	quiet(t, v)
}

// An import that breaks off in the middle says how far it came and that trying
// again counts nothing twice; undoing that breaks off says so, isn't gone on
// with by importing, and comes to its end when it is asked for again.
func TestAnImportThatBreaksOff(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	working(t, r, func() {})
	r.DB.Exec(t, `CREATE FUNCTION boom() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'boom'; END $$`)
	r.DB.Exec(t, `CREATE TRIGGER boom BEFORE INSERT ON orders FOR EACH ROW WHEN (NEW.external_id = 'A1020') EXECUTE FUNCTION boom()`)
	file := "Pedido;Fecha;Lugar;Cliente;Importe\n"
	for i := range 1040 {
		file += fmt.Sprintf("A%d;2024-06-%02d 16:30;Pier;G%d;20\n", i, 1+i/60, i%20)
	}
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("owner@trattoria.test")
	v.Go("/import")
	choose(t, v, "de antes.csv", file)
	press(t, v, "main form button.btn-primary")
	v.See("Which column is what?")
	path := v.Path()
	set(t, v, "#f-store", "2")
	press(t, v, `button[value="check"]`)
	v.Until("checked", `document.querySelector("form[action$='/start'] button")`)
	press(t, v, `form[action$="/start"] button`)
	v.See("1,000 of 1,040 rows are in already")
	look(t, v, path, "import-broke-off")
	r.DB.Exec(t, `DROP TRIGGER boom ON orders`)
	press(t, v, `form[action$="/start"] button`)
	v.See("The file is imported")
	v.See("Finished")
	r.DB.Exec(t, `CREATE TRIGGER boom BEFORE DELETE OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION boom()`)
	undo := func() {
		t.Helper()
		press(t, v, `a[href$="/undo"]`)
		v.Until("asked whether", `document.querySelector("dialog[open] .btn-error")`)
		press(t, v, "dialog .btn-error")
	}
	undo()
	v.See("Undoing broke off")
	v.Until("no way to import it instead", `!document.querySelector("form[action$='/start']")`)
	v.Until("nothing says that it is finished", `!document.querySelector("main").innerText.includes("Finished")`)
	look(t, v, path, "import-undo-broke-off")
	r.DB.Exec(t, `DROP TRIGGER boom ON orders`)
	v.Go(path)
	undo()
	v.See("The import is undone")
	v.See("20 guests and 1,040 orders are removed")
	var left int
	const q = `SELECT (SELECT count(*) FROM orders WHERE external_id LIKE 'A1%') + (SELECT count(*) FROM customers WHERE external_id LIKE 'G%')`
	if err := r.DB.SQL.QueryRowContext(t.Context(), q).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d things are left of it, %v", left, err)
	}
	quiet(t, v)
}

// Without JavaScript the whole file comes with the form, and the page is
// looked at anew by hand.
func TestOwnerImportsWithoutScript(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	gate := make(chan struct{})
	working(t, r, func() { <-gate })
	m, err := r.Services.Imports.Begin(t.Context(), r.Owner.Actor(), service.BeginImport{Kind: loyalty.ImportCustomers, FileName: "guests.csv"})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Services.Imports.AddPiece(t.Context(), r.Owner.Actor(), m.ID, 0, []byte("name,phone,points\nAda,+1 212 555 0101,50\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Services.Imports.Received(t.Context(), r.Owner.Actor(), m.ID); err != nil {
		t.Fatal(err)
	}
	v := r.Visit(t, browsertest.Phone)
	v.WithoutScript()
	v.SignIn("owner@trattoria.test")
	v.Go("/import/" + m.ID.String())
	press(t, v, `button[value="check"]`)
	v.See("Checking the file")
	gate <- struct{}{}
	v.Until("the check is over", `(document.querySelector("a[href$='"+location.pathname+"']")?.click(), document.querySelector("form[action$='/start']"))`)
	press(t, v, `form[action$="/start"] button`)
	v.See("You can leave this page")
	gate <- struct{}{}
	v.Until("the import is over", `(document.querySelector("a[href$='"+location.pathname+"']")?.click(), document.querySelector("a[href$='/undo']"))`)
	v.See("1 new guest · 50 points")
	quiet(t, v)
}

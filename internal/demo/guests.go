package demo

import (
	"context"
	"fmt"
	"math"
	"sort"
	"strings"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// guest is an invented customer.
type guest struct {
	service.ImportedCustomer
	rate float64 // visits a week
	home int     // the store of most visits, 0 or 1
	bill float64 // what a visit costs, in soles, in the middle
}

const howManyGuests = 2000

var (
	spanish = strings.Fields(`María José Juan Ana Luis Carmen Carlos Rosa Jorge Lucía Pedro Elena Miguel Sofía Diego Valeria Andrés Camila
		Fernando Gabriela Ricardo Daniela Alejandro Paula Manuel Isabel Raúl Patricia Óscar Milagros César Ximena Héctor Fiorella Álvaro
		Mariana Iván Rocío Julio Teresa Renzo Claudia Gustavo Verónica Piero Natalia Sergio Beatriz Rodrigo Adriana`)
	english = strings.Fields(`James Emma Oliver Charlotte William Amelia Henry Sophie Thomas Grace George Emily Jack Chloe Samuel Hannah
		Daniel Alice Benjamin Lucy`)
	surnames = strings.Fields(`Flores Quispe Sánchez García Rodríguez Rojas Mamani Ramírez Gonzales Vásquez Torres Chávez Díaz Huamán
		Castillo Mendoza Espinoza Gutiérrez Cruz Ramos Fernández Salazar Peña Núñez Paredes Vargas Córdova Aguilar Ríos Campos Ibáñez
		Zúñiga Cárdenas Delgado Medina Herrera Silva Romero Ortiz León`)
	lastNames = strings.Fields(`Smith Johnson Brown Taylor Wilson Davies Evans Walker Wright Thompson White Hughes Edwards Green Hall Wood
		Harris Clarke Turner Baker`)
	unaccent = strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ñ", "n", "ü", "u", " ", ".")
)

// invite invents the guests. A third were members within the first two weeks;
// the rest joined over time. Most come rarely, some every other day.
func (w *world) invite() {
	maria := guest{ImportedCustomer: service.ImportedCustomer{
		ExternalID: "C0001", Name: "María García", Email: "maria.garcia@example.com", Phone: "+51 987 654 321",
		CreatedAt: w.start.Add(36 * time.Hour),
	}, rate: 1.4, home: 0, bill: 62}
	w.guests = append(w.guests, maria)
	for i := 2; i <= howManyGuests; i++ {
		g := guest{rate: .25 * math.Exp(.9*w.rand.NormFloat64()), bill: 48 * math.Exp(.3*w.rand.NormFloat64())}
		g.rate = min(g.rate, 4)
		if w.rand.Float64() < .4 {
			g.home = 1
		}
		name := w.pick(spanish) + " " + w.pick(surnames)
		if w.rand.Float64() < .15 {
			name = w.pick(english) + " " + w.pick(lastNames)
		} else if w.rand.Float64() < .35 {
			name += " " + w.pick(surnames)
		}
		if name == maria.Name {
			name += " Paredes"
		}
		g.ImportedCustomer = service.ImportedCustomer{
			ExternalID: fmt.Sprintf("C%04d", i), Name: name, CreatedAt: w.joined(),
			// 5,701 and 900,000 have no common divisor, so no number comes twice.
			Phone: fmt.Sprintf("+51 9%02d %03d %03d", 10+i%80, (i*5701/1000)%900+100, (i*5701)%1000),
		}
		if w.rand.Float64() < .7 {
			g.Email = fmt.Sprintf("%s%d@example.com", unaccent.Replace(strings.ToLower(name)), i)
		}
		switch i { // some of whom are known twice
		case 40:
			g.Name, g.Phone, g.Email = "Maria Garcia", "+51 987 654 312", ""
		case 80, 81:
			g.Email = "casa.rojas@example.com"
		}
		w.guests = append(w.guests, g)
	}
	sort.SliceStable(w.guests, func(a, b int) bool { return w.guests[a].CreatedAt.Before(w.guests[b].CreatedAt) })
}

func (w *world) joined() time.Time {
	days := 7.0 * weeks * w.rand.Float64()
	if w.rand.Float64() < 1.0/3 {
		days = 14 * w.rand.Float64()
	}
	day := w.start.AddDate(0, 0, int(days))
	at := day.Add(time.Duration(11*60+w.rand.IntN(10*60)) * time.Minute)
	if latest := w.now.Add(-time.Hour); at.After(latest) {
		return latest
	}
	return at
}

func (w *world) pick(from []string) string { return from[w.rand.IntN(len(from))] }

// enroll signs those up who join between from and to.
func (w *world) enroll(ctx context.Context, from, to time.Time) error {
	var batch []service.ImportedCustomer
	for _, g := range w.guests {
		if !g.CreatedAt.Before(from) && g.CreatedAt.Before(to) {
			batch = append(batch, g.ImportedCustomer)
		}
	}
	return w.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		_, _, err := w.Customers.External(ctx, tx, w.program, batch)
		return err
	})
}

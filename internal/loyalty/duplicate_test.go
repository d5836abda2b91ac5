package loyalty_test

import (
	"testing"

	"regulars/internal/loyalty"
)

func TestAlike(t *testing.T) {
	t.Parallel()
	maria := loyalty.Customer{NameFold: "maria garcia lopez", PhoneDigits: "51987654321", Email: "maria@example.com", BirthDate: "1990-05-15"}
	for _, tc := range []struct {
		name string
		a, b loyalty.Customer
		want loyalty.Likeness
	}{
		{"one number without the country's code", maria, loyalty.Customer{NameFold: "maria", PhoneDigits: "987654321"}, loyalty.SamePhone},
		{"too few digits to say anything", maria, loyalty.Customer{NameFold: "eva diaz", PhoneDigits: "54321"}, ""},
		{"one address in capitals", maria, loyalty.Customer{NameFold: "m g", Email: "Maria@Example.com"}, loyalty.SameEmail},
		{"a family's address", maria, loyalty.Customer{NameFold: "maria garcia lopez", Email: "maria@example.com", BirthDate: "2012-01-09"}, ""},
		{"one birthday and a slip in the name", maria, loyalty.Customer{NameFold: "maria garsia lopez", PhoneDigits: "51900111222", BirthDate: "1990-05-15"}, loyalty.SameBirthDate},
		{"one birthday and a surname left out", maria, loyalty.Customer{NameFold: "garcia maria", PhoneDigits: "51900111222", BirthDate: "1990-05-15"}, loyalty.SameBirthDate},
		{"one birthday and another name", maria, loyalty.Customer{NameFold: "mario rossi", BirthDate: "1990-05-15"}, ""},
		{"two digits swapped", maria, loyalty.Customer{NameFold: "maria garcia", PhoneDigits: "51987653421"}, loyalty.NearPhone},
		{"a digit left out", maria, loyalty.Customer{NameFold: "maria garcia", PhoneDigits: "5198765421"}, loyalty.NearPhone},
		{"two digits wrong", maria, loyalty.Customer{NameFold: "maria garcia lopez", PhoneDigits: "51987654399"}, ""},
		{"a neighbour's number", maria, loyalty.Customer{NameFold: "pedro ruiz", PhoneDigits: "51987654322"}, ""},
		{"the name alone", loyalty.Customer{NameFold: "ann lee", Email: "ann@example.com"}, loyalty.Customer{NameFold: "lee ann", PhoneDigits: "12125550147"}, loyalty.SameName},
		{"the name, and two numbers", loyalty.Customer{NameFold: "ann lee", PhoneDigits: "12125550199"}, loyalty.Customer{NameFold: "ann lee", PhoneDigits: "12125550147"}, ""},
		{"a first name alone", loyalty.Customer{NameFold: "ann"}, loyalty.Customer{NameFold: "ann"}, ""},
		{"two short names a letter apart", loyalty.Customer{NameFold: "eva", BirthDate: "1990-05-15"}, loyalty.Customer{NameFold: "eda", BirthDate: "1990-05-15"}, ""},
		{"somebody forgotten", loyalty.Customer{PhoneDigits: "51987654321"}, maria, ""},
	} {
		for _, pair := range [][2]loyalty.Customer{{tc.a, tc.b}, {tc.b, tc.a}} {
			if got, ok := loyalty.Alike(pair[0], pair[1]); got != tc.want || ok != (tc.want != "") {
				t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
			}
		}
	}
}

func TestPairsHaveOneOrder(t *testing.T) {
	t.Parallel()
	a, b := loyalty.ID{1}, loyalty.ID{2}
	if one, other := loyalty.PairOf(a, b, loyalty.SameName), loyalty.PairOf(b, a, loyalty.SameName); one != other || one.First != a {
		t.Errorf("%v and %v", one, other)
	}
}

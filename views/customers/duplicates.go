package customers

import "regulars/views/ui"

// DuplicatesPath is the page of customers who are likely the same person.
const DuplicatesPath = Path + "/duplicates"

// DuplicatesProps is that page.
type DuplicatesProps struct {
	Tabs   []ui.Tab
	Apart  bool // those whom somebody has told apart
	Pairs  []Pair
	Paging ui.PagingProps
}

// Pair is two customers who are likely the same person.
type Pair struct {
	ID        string // of its heading
	Why       string
	Since     string // when they were told apart; "" unless so
	One       Side
	Other     Side
	Rows      []PairRow
	MergeHref string
	ApartHref string // takes it back where they were told apart
	Form      ui.Form
}

// Likely is a customer who is likely the same person as another, with why.
type Likely struct {
	Row
	Why string
}

// PairRow is one thing that is known of both.
type PairRow struct {
	Label, One, Other string
	Same              bool
}

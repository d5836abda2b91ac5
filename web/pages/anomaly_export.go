package pages

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/views/anomalies"
	"regulars/views/i18n"
	"regulars/web/auth"
)

const exportPage = 100

// ExportAnomalies is GET /anomalies/export.csv: the cases of the queue's
// filters, at most loyalty.CountCap.
func (h *Handlers) ExportAnomalies(c *fiber.Ctx) error {
	f, err := readCaseFilter(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	rows := [][]string{{
		i18n.T(ctx, "Case"), i18n.T(ctx, "Noticed"), i18n.T(ctx, "Kind"), i18n.T(ctx, "Severity"), i18n.T(ctx, "Strength"), i18n.T(ctx, "Finding"),
		i18n.T(ctx, "Points"), i18n.T(ctx, "Store"), i18n.T(ctx, "Customer"), i18n.T(ctx, "Cashier"), i18n.T(ctx, "State"), i18n.T(ctx, "Decided by"), i18n.T(ctx, "Note"),
	}}
	for page := 1; page <= loyalty.CountCap/exportPage; page++ {
		cases, _, err := h.Anomalies.List(ctx, auth.Actor(c), f.domain(), loyalty.Page{Number: page, Size: exportPage})
		if err != nil {
			return err
		}
		for _, r := range cases {
			kind, _ := kindOf(ctx, r.Type)
			status, _ := caseStatus(ctx, r)
			severity := i18n.T(ctx, anomalies.Severity(r.Severity).Name())
			rows = append(rows, []string{
				r.ID.String(), i18n.Machine(r.FlaggedAt), kind, severity, strconv.FormatFloat(r.Score, 'f', 2, 64), inert(sentence(ctx, r.Anomaly)),
				strconv.FormatInt(int64(r.PointsInvolved), 10), inert(r.StoreName), inert(nameOr(ctx, r.CustomerName, r.CustomerErased)), inert(staffOf(ctx, r)), status,
				inert(r.DeciderName), inert(reasoned(ctx, r.Note)),
			})
		}
		if len(cases) < exportPage {
			break
		}
	}
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	c.Attachment("anomalies.csv")
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	return c.Send(out.Bytes())
}

// inert keeps a spreadsheet from taking what people typed for a formula, and
// whoever reads the file line by line from taking a note's line for a row.
func inert(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' }), " ")
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

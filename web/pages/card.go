package pages

import (
	"context"
	"fmt"

	"github.com/gofiber/fiber/v2"
	"github.com/skip2/go-qrcode"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/card"
	"regulars/views/i18n"
	"regulars/views/layout"
	"regulars/views/till"
	"regulars/views/ui"
)

// Card is GET /card/:token: a guest's membership card, for whoever has the
// link. Every link that opens none is answered alike.
func (h *Handlers) Card(c *fiber.Ctx) error {
	ctx := c.UserContext()
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	frame := layout.BareProps{Title: i18n.T(ctx, "Membership card"), Plain: true}
	face, err := h.Cards.Face(ctx, c.Params("token"))
	if loyalty.KindOf(err) == loyalty.NotFound && err != nil {
		frame.Alone = true
		return h.bare(c, fiber.StatusNotFound, frame, card.Unknown())
	}
	if err != nil {
		return err
	}
	props, err := faceProps(ctx, face)
	if err != nil {
		return err
	}
	frame.Title, frame.Wide = face.Restaurant, props.Wide()
	return h.bare(c, fiber.StatusOK, frame, card.Face(props))
}

func faceProps(ctx context.Context, face service.CardFace) (card.FaceProps, error) {
	modules, err := qrModules(face.Code)
	if err != nil {
		return card.FaceProps{}, err
	}
	p := card.FaceProps{Member: ui.MemberCardProps{
		Restaurant: face.Restaurant, Name: face.FirstName, Points: i18n.Number(ctx, face.Balance), Unit: i18n.T(ctx, "points"),
		Since: loyalty.GroupedCode(face.Code), QR: ui.QR(modules, i18n.T(ctx, "QR code of the card %s", loyalty.GroupedCode(face.Code))),
	}}
	if face.Program != nil {
		s := standing(ctx, face.Program, face.Tier.ID, face.Lifetime)
		p.Member.Tier, p.Member.Rank = s.Name, s.Rank
		p.Gives, p.Benefits = i18n.T(ctx, "What %s gives you", s.Name), face.Tier.Benefits
		p.Progress = &ui.TierProgressProps{
			Tier: s.Name, Next: face.Next.Name, Rank: s.Rank, From: int64(face.Tier.MinPoints), To: int64(face.Next.MinPoints),
			Points: int64(face.Lifetime), Text: s.Note,
		}
	}
	switch {
	case face.Frozen:
		p.Notice = i18n.T(ctx, "This account is on hold: for now it neither earns nor spends points. Please ask at the restaurant.")
	case face.Held > 0:
		p.Notice = i18n.N(ctx, "%d point can’t be spent yet: the restaurant is still checking it.", "%d points can’t be spent yet: the restaurant is still checking them.", face.Held)
	}
	for _, o := range face.Offers {
		r := card.Reward{Name: o.Name, Icon: till.Icon(string(o.Type), o.Icon), Cost: i18n.N(ctx, "%d point", "%d points", o.Cost)}
		switch {
		case o.Affordable:
			p.Within = append(p.Within, r)
		case p.Next == nil && o.Why != nil && o.Why.Code == loyalty.CodeInsufficientPoints:
			r.Note = i18n.N(ctx, "%d point to go", "%d points to go", o.Missing)
			r.Have, r.Need = int64(max(0, o.Cost-o.Missing)), int64(o.Cost)
			p.Next = &r
		}
	}
	p.Within, p.More = firstFew(p.Within)
	return p, nil
}

// qrModules is text as a QR code, row by row, true for dark, without the quiet
// zone. A quarter of it may be unreadable.
func qrModules(text string) ([][]bool, error) {
	code, err := qrcode.New(text, qrcode.High)
	if err != nil {
		return nil, fmt.Errorf("draw a QR code: %w", err)
	}
	code.DisableBorder = true
	return code.Bitmap(), nil
}

package main

import (
	"context"
	"encoding/json"
	"os"

	"regulars/internal/service"
)

// staffCommand is regulars staff.
type staffCommand struct {
	ResetPassword staffResetPasswordCommand `cmd:"" help:"Set a new password for somebody whom no owner can help."`
}

// staffResetPasswordCommand is regulars staff reset-password.
type staffResetPasswordCommand struct {
	Org           string `help:"The organization's short name or id; not needed where there is only one."`
	Email         string `required:"" help:"What the person signs in with."`
	PasswordStdin bool   `required:"" help:"Read the new password from standard input."`
}

// Run sets the password and prints whose it is as JSON.
func (c *staffResetPasswordCommand) Run(ctx context.Context, p *program) error {
	password, err := readPassword(os.Stdin)
	if err != nil {
		return err
	}
	return p.withServices(ctx, func(s *service.Services) error {
		actor, err := actorFor(ctx, s, c.Org)
		if err != nil {
			return err
		}
		who, err := s.Access.ResetPassword(ctx, actor, service.ResetPassword{Email: c.Email, Password: password})
		if err != nil {
			return worded(err)
		}
		return json.NewEncoder(p.out).Encode(map[string]any{"organization_id": who.OrgID, "staff_id": who.ID, "role": who.Role})
	})
}

package main

import (
	"context"
	"errors"
)

// openApp runs the full-screen app.
func (a *app) openApp(ctx context.Context) error {
	return errors.New("the full-screen app is not in this build yet")
}

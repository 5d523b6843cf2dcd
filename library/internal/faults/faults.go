// Package faults opens SQLite databases whose errors go through a function of the
// caller's, whoever asks and however: so that what every query may meet, such as a
// damaged file, is put in words in one place. It knows no schema.
//
// The invariant: an error is handed on as the function returns it, once; io.EOF and
// driver.ErrBadConn, which are signals to package sql, are never touched.
package faults

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"

	"modernc.org/sqlite"
)

// Open is sql.Open for SQLite, with errors that wrap has seen. wrap is given no nil.
func Open(dsn string, wrap func(error) error) *sql.DB {
	return sql.OpenDB(&connector{dsn: dsn, told: func(err error) error {
		if err == nil || err == io.EOF || errors.Is(err, driver.ErrBadConn) || err == driver.ErrSkip {
			return err
		}
		return wrap(err)
	}})
}

type connector struct {
	dsn  string
	told func(error) error
}

func (c *connector) Driver() driver.Driver { return &sqlite.Driver{} }

// inner is what a connection of the driver can do.
type inner interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

func (c *connector) Connect(context.Context) (driver.Conn, error) {
	in, err := open(c.dsn)
	if err != nil {
		return nil, c.told(err)
	}
	return conn{in.(inner), c.told}, nil
}

// open asks the driver that package sqlite has registered, which keeps functions and
// hooks that a new one would not have.
func open(dsn string) (driver.Conn, error) {
	db, err := sql.Open("sqlite", "")
	if err != nil {
		return nil, err
	}
	defer db.Close() // it has opened nothing
	return db.Driver().Open(dsn)
}

type conn struct {
	inner
	told func(error) error
}

func (c conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	t, err := c.inner.BeginTx(ctx, o)
	if err != nil {
		return nil, c.told(err)
	}
	return tx{t, c.told}, nil
}

func (c conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.inner.PrepareContext(ctx, query)
	if err != nil {
		return nil, c.told(err)
	}
	return stmt{s.(innerStmt), c.told}, nil
}

func (c conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	r, err := c.inner.ExecContext(ctx, query, args)
	return r, c.told(err)
}

func (c conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	r, err := c.inner.QueryContext(ctx, query, args)
	if err != nil {
		return nil, c.told(err)
	}
	return rows{r, c.told}, nil
}

func (c conn) Ping(ctx context.Context) error { return c.told(c.inner.Ping(ctx)) }

type tx struct {
	driver.Tx
	told func(error) error
}

func (t tx) Commit() error { return t.told(t.Tx.Commit()) }

// innerStmt is what a statement of the driver can do.
type innerStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type stmt struct {
	innerStmt
	told func(error) error
}

func (s stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	r, err := s.innerStmt.ExecContext(ctx, args)
	return r, s.told(err)
}

func (s stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	r, err := s.innerStmt.QueryContext(ctx, args)
	if err != nil {
		return nil, s.told(err)
	}
	return rows{r, s.told}, nil
}

type rows struct {
	driver.Rows
	told func(error) error
}

func (r rows) Next(into []driver.Value) error { return r.told(r.Rows.Next(into)) }

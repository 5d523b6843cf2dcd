// Package widget holds the parts that pages are made of: input line, list, dialog,
// toast, progress, help, bars.
//
// They are values with methods, know no page and carry out nothing: a list knows
// where its cursor is, a dialog says what was answered. Time comes in as an
// argument.
package widget

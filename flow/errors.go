package flow

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// Errors of the protocol and of the stages. Match them with errors.Is.
var (
	// ErrInvalidDemand ends a stream whose subscriber requested less than one
	// element (rule 3.9 of the specification).
	ErrInvalidDemand = errors.New("flow: demand must be at least 1 (rule 3.9)")

	// ErrOverflow ends a stream whose bounded buffer was told to fail when full.
	ErrOverflow = errors.New("flow: buffer full")

	// ErrProtocol ends a stream whose publisher broke a rule, for example by
	// sending more elements than were requested (rule 1.1).
	ErrProtocol = errors.New("flow: protocol violation")

	// ErrAlreadySubscribed answers a second subscription to a publisher that
	// allows only one.
	ErrAlreadySubscribed = errors.New("flow: already subscribed")

	// ErrEmpty is returned by sinks that need an element from a stream that
	// had none.
	ErrEmpty = errors.New("flow: stream was empty")

	// ErrMany ends a stream that had a second element where there must be one.
	ErrMany = errors.New("flow: stream had more than one element")

	// ErrLimitExceeded ends a stream that had more elements than it may.
	ErrLimitExceeded = errors.New("flow: limit exceeded")

	// ErrRateExceeded ends a stream that was faster than it may be.
	ErrRateExceeded = errors.New("flow: rate exceeded")

	// ErrTimeout ends a stream that waited too long.
	ErrTimeout = errors.New("flow: timeout")

	// ErrTooManyGroups ends a stream that has more keys at once than groups
	// are allowed.
	ErrTooManyGroups = errors.New("flow: too many groups")

	// ErrGroupStalled ends a stream of groups in which nothing can move any
	// more: each part of it waits for another one.
	ErrGroupStalled = errors.New("flow: groups stalled")

	// ErrGroupReleased answers a subscription to a group that was let go
	// because nobody had subscribed to it.
	ErrGroupReleased = errors.New("flow: group was released")

	// ErrGoexit is the value of a [PanicError] for a function that called
	// runtime.Goexit, as a failed require in a callback does.
	ErrGoexit = errors.New("flow: runtime.Goexit was called")
)

// StageError says in which stage an error arose.
type StageError struct {
	Stage string // name of the stage, for example "parse" or "trymap#3"
	Err   error
}

// Error returns the stage's name and the error's text.
func (e *StageError) Error() string { return e.Stage + ": " + e.Err.Error() }

// Unwrap returns the error that arose.
func (e *StageError) Unwrap() error { return e.Err }

// PanicError is a panic in a user's function, caught by the stage that called
// it. The process survives; upstream is cancelled.
type PanicError struct {
	Stage string // name of the stage
	Value any    // what was given to panic, or [ErrGoexit]
	Stack []byte // stack of the panic, as debug.Stack prints it
}

// NewPanicError captures the present stack. Call it in the deferred function
// that recovered value.
func NewPanicError(stage string, value any) *PanicError {
	return &PanicError{Stage: stage, Value: value, Stack: debug.Stack()}
}

// Error returns the stage's name and the panic's value, without the stack.
func (e *PanicError) Error() string {
	if e.Value == any(ErrGoexit) {
		return fmt.Sprintf("%s: %v", e.Stage, ErrGoexit)
	}
	return fmt.Sprintf("%s: panic: %v", e.Stage, e.Value)
}

// Unwrap returns the panic's value if that was an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

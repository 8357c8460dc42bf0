//go:build unix

package scheduler

import (
	"os"
	"syscall"
)

var defaultSignals = []os.Signal{os.Interrupt, syscall.SIGTERM}

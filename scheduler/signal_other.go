//go:build !unix

package scheduler

import "os"

var defaultSignals = []os.Signal{os.Interrupt}

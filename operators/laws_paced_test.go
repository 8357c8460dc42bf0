package operators_test

import (
	"time"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// lawsOfPaced are operators that emit when the clock or another stream says so.
var lawsOfPaced = map[string]lawConfig{
	"SampleOn": timedLaws(func(up publisher) publisher {
		return operators.SampleOn(up, sources.Ticker(time.Millisecond), operators.WithLast())
	}, func(up tokenStream) tokenStream { return operators.SampleOn(up, sources.Ticker(time.Millisecond)) }),
}

package operators_test

import (
	"testing"

	"github.com/weirgo/weir/operators"
)

func TestLawsOfValves(t *testing.T) {
	for name, cfg := range map[string]lawConfig{
		"Valved": {
			OperatorConfig: valved,
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				v, n := new(operators.Valve), 0
				// It is closed and opened by elements on their way to it.
				turned := operators.Map(up, func(t lawToken) lawToken {
					if n++; n%7 == 0 {
						v.Close()
						defer v.Open()
					}
					return use(t)
				})
				return operators.Valved(turned, v, 8)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verifyLaws(t, cfg)
		})
	}
}

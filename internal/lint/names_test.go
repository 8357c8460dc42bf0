package lint

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// strange matches what belongs to one machine or network and not to the
// project. It is put together so that this file passes its own rule.
var strange = regexp.MustCompile(`(?:^|[^\w.-])(/(?:work|root)/[\w.-]*)|(proxy\.` + `golang\.org)`)

func TestNames(t *testing.T) { check(t, namesRule) }

func namesRule(files []*file) (out []string) {
	for _, f := range files {
		for i, line := range strings.Split(f.text, "\n") {
			for _, m := range strange.FindAllStringSubmatch(line, -1) {
				out = append(out, fmt.Sprintf("%s:%d: %s: the project knows no machine; use a path in the repository, "+
					"t.TempDir, or the Go command's own settings", f.path, i+1, m[1]+m[2]))
			}
		}
	}
	return out
}

func TestNamesIsSeenToFail(t *testing.T) {
	seenToFail(t, namesRule,
		snippet{"clean", map[string]string{
			"docs/a.md": "see framework/root/x, ./work/y and a/work/b\n",
			"a/a.go":    "package a // https://golang.org\n",
		}, nil},
		snippet{"path", map[string]string{"docs/a.md": "first\nsee `/wo" + "rk/main`\n"},
			[]string{"docs/a.md:2: /wo" + "rk/main: the project knows no machine"}},
		snippet{"home", map[string]string{".ci/run": "cd /ro" + "ot/x\n"}, []string{".ci/run:1:"}},
		snippet{"registry", map[string]string{"Makefile": "GOPROXY=https://proxy." + "golang.org\n"},
			[]string{"golang.org: the project knows no machine"}},
	)
}

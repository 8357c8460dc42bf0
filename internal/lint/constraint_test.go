package lint

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// systems are the names that keep a file out of a build for another system
// when they end its name.
var systems = []string{
	"aix", "android", "darwin", "dragonfly", "freebsd", "illumos", "ios", "js", "linux", "netbsd", "openbsd",
	"plan9", "solaris", "wasip1", "windows",
	"386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le",
	"riscv64", "s390x", "wasm",
}

func TestConstraints(t *testing.T) { check(t, constraintRule) }

func constraintRule(files []*file) (out []string) {
	for _, f := range files {
		if !f.isTest() {
			continue
		}
		words := strings.Split(strings.TrimSuffix(f.path, "_test.go"), "_")
		if last := words[len(words)-1]; len(words) > 1 && slices.Contains(systems, last) {
			out = append(out, fmt.Sprintf("%s is a test of %s only: the Go command takes the end of its name for a "+
				"system and leaves it out on others; give it another", f.path, last))
		}
	}
	return out
}

func TestConstraintsIsSeenToFail(t *testing.T) {
	seenToFail(t, constraintRule,
		snippet{"clean", map[string]string{
			"a/windows_test.go":   "package a",
			"a/on_window_test.go": "package a",
			"a/b_linux.go":        "package a",
		}, nil},
		snippet{"system", map[string]string{"a/laws_windows_test.go": "package a"},
			[]string{"a/laws_windows_test.go is a test of windows only"}},
		snippet{"processor", map[string]string{"a/b_arm_test.go": "package a"}, []string{"is a test of arm only"}},
	)
}

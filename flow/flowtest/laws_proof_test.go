package flowtest

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestVerifyLawsReference(t *testing.T) { VerifyLaws(t, mapperConfig("")) }

// TestLawFlawsAreFound, each by its law and on every scheduler.
func TestLawFlawsAreFound(t *testing.T) {
	for name, flaws := range lawFlaws {
		for _, flaw := range flaws {
			t.Run(name+" "+flaw, func(t *testing.T) {
				t.Parallel()
				l := newLaws(mapperConfig(flaw))
				all := l.all()
				law := all[slices.IndexFunc(all, func(law law) bool { return law.name == name })]
				for _, s := range LawSchedulers() {
					found := l.hold(t, law, s)
					if len(found) == 0 {
						t.Errorf("nothing was found on the scheduler %s", s.Name)
						continue
					}
					for _, word := range []string{"law " + name, "scheduler " + s.Name, "seed 1"} {
						if !strings.Contains(found[0], word) {
							t.Errorf("the message does not say %q: %s", word, found[0])
						}
					}
				}
			})
		}
	}
}

func TestEveryLawHasAFlaw(t *testing.T) {
	var laws []string
	for _, law := range newLaws(mapperConfig("")).all() {
		laws = append(laws, law.name)
	}
	slices.Sort(laws)
	if proved := slices.Sorted(maps.Keys(lawFlaws)); !slices.Equal(laws, proved) {
		t.Errorf("the laws are %v, there are flaws for %v", laws, proved)
	}
}

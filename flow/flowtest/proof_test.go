package flowtest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/weirgo/weir/flow"
)

// The tests of this package prove the kit: each suite finds nothing wrong with
// a correct implementation, and each of its rules finds the implementation
// that breaks it.

// flaw is an implementation that breaks a rule.
type flaw struct {
	name   string
	rule   string // that must be reported
	by     string // check that must report it, where that is another
	groups []group
}

// suites has the flaws of each suite, and all the rules that it can run.
func suites() map[string]struct {
	flaws []flaw
	rules []group
} {
	endless := PublisherConfig[int]{New: onlyOnce, Failed: Never[int], Sharing: Hot}
	unicast := PublisherConfig[int]{New: onlyOnce, Sharing: Unicast}
	type suite = struct {
		flaws []flaw
		rules []group
	}
	return map[string]suite{
		"publisher": {
			slices.Concat(signalFlaws(), subscribeFlaws(), contextFlaws(), subscriptionFlaws()),
			slices.Concat(breakRequest(nil), publisherGroups(endless), publisherGroups(unicast)),
		},
		"operator":   {operatorFlaws(), relayGroups("")[2*len(upstreams):]},
		"subscriber": {subscriberFlaws(), subscriberGroups(batchCollectorConfig(""))},
		"sink":       {sinkFlaws(), sinkGroups(sinkConfig(1, ""))},
	}
}

func TestFlawsAreFound(t *testing.T) {
	for name, s := range suites() {
		t.Run(name, func(t *testing.T) { prove(t, s.flaws) })
	}
}

func TestEveryRuleHasAFlaw(t *testing.T) {
	for name, s := range suites() {
		proved := map[string]bool{}
		for _, f := range s.flaws {
			proved[f.check()] = true
		}
		for _, g := range s.rules {
			for _, r := range g.rules {
				if !proved[r.id] {
					t.Errorf("%s: no flaw breaks rule %s", name, r.name())
				}
			}
		}
	}
}

// prove runs the checks that must find each flaw.
func prove(t *testing.T, flaws []flaw) {
	t.Helper()
	found := make([]chan []string, len(flaws))
	slots := make(chan struct{}, 16) // most of them wait for what does not come
	for i, f := range flaws {
		found[i] = make(chan []string, 1)
		go func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			found[i] <- f.find()
		}()
	}
	for i, f := range flaws {
		t.Run(f.rule+" "+f.name, func(t *testing.T) {
			if got := <-found[i]; !slices.Contains(got, f.rule) {
				t.Errorf("the check of rule %s reported %v, want %s", f.check(), got, f.rule)
			}
		})
	}
}

func (f flaw) check() string {
	if f.by != "" {
		return f.by
	}
	return f.rule
}

// find returns the rules that the check reports. On a busy machine a lull may
// be too short to see a fault, which it never invents; so there are two.
func (f flaw) find() (found []string) {
	found = f.findWithin(2 * defaultQuiet)
	if !slices.Contains(found, f.rule) {
		found = f.findWithin(time.Second)
	}
	return found
}

func (f flaw) findWithin(quiet time.Duration) (found []string) {
	limits := Limits{Timeout: 250 * time.Millisecond, Quiet: quiet, tolerant: true}
	checks := start(limits, only(f.groups, f.check()))
	for _, c := range checks {
		<-c.done
		for _, v := range c.env.found {
			found = append(found, v.rule)
		}
	}
	for _, v := range leftovers(checks, limits.Timeout) {
		found = append(found, v.rule)
	}
	return found
}

// only returns the rules with the number; the leak check has none of its own.
func only(groups []group, id string) (picked []group) {
	for _, g := range groups {
		g.rules = slices.DeleteFunc(slices.Clone(g.rules), func(r rule) bool { return r.id != id })
		picked = append(picked, g)
	}
	return picked
}

func index(i int) int { return i }

// subscriberFuncs is a subscriber with some signals replaced.
type subscriberFuncs struct {
	flow.Subscriber[int]
	subscribe func(sub flow.Subscription)
	next      func(v int)
	fail      func(err error)
	complete  func()
}

func (s *subscriberFuncs) OnSubscribe(sub flow.Subscription) {
	if s.subscribe != nil {
		s.subscribe(sub)
	} else {
		s.Subscriber.OnSubscribe(sub)
	}
}

func (s *subscriberFuncs) OnNext(v int) {
	if s.next != nil {
		s.next(v)
	} else {
		s.Subscriber.OnNext(v)
	}
}

func (s *subscriberFuncs) OnError(err error) {
	if s.fail != nil {
		s.fail(err)
	} else {
		s.Subscriber.OnError(err)
	}
}

func (s *subscriberFuncs) OnComplete() {
	if s.complete != nil {
		s.complete()
	} else {
		s.Subscriber.OnComplete()
	}
}

// subscriptionFuncs is a subscription with some methods replaced.
type subscriptionFuncs struct {
	flow.Subscription
	request func(n int64)
	cancel  func()
}

func (s *subscriptionFuncs) Request(n int64) {
	if s.request != nil {
		s.request(n)
	} else {
		s.Subscription.Request(n)
	}
}

func (s *subscriptionFuncs) Cancel() {
	if s.cancel != nil {
		s.cancel()
	} else {
		s.Subscription.Cancel()
	}
}

// between returns a publisher that has tamper replace the subscribers of src.
func between(src flow.Publisher[int], tamper func(ctx context.Context, down flow.Subscriber[int]) *subscriberFuncs) flow.Publisher[int] {
	return flow.PublisherFunc[int](func(ctx context.Context, s flow.Subscriber[int]) {
		if s == nil {
			panic("nil subscriber")
		}
		w := tamper(ctx, s)
		w.Subscriber = s
		src.Subscribe(ctx, w)
	})
}

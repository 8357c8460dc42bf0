package sources_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"go.uber.org/goleak"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/sources"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // late errors are provoked on purpose
	goleak.VerifyTestMain(m)
}

var errTest = errors.New("test")

func numbers(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// TestProtocol holds every source against the rules of the protocol.
func TestProtocol(t *testing.T) {
	same := func(i int) int { return i }
	tests := map[string]flowtest.PublisherConfig[int]{
		"Of":    {New: func(n int) flow.Publisher[int] { return sources.Of(numbers(n)...) }, Want: same, Max: 1000},
		"Slice": {New: func(n int) flow.Publisher[int] { return sources.Slice(numbers(n)) }, Want: same, Max: 100000},
		"Empty": {New: func(int) flow.Publisher[int] { return sources.Empty[int]() }, Max: -1},
		"Never": {New: func(int) flow.Publisher[int] { return sources.Never[int]() }, Max: -1},
		"Error": {
			New:    func(int) flow.Publisher[int] { return sources.Empty[int]() },
			Failed: func() flow.Publisher[int] { return sources.Error[int](errTest) }, Err: errTest, Max: -1,
		},
		"Seq": {
			New: func(n int) flow.Publisher[int] {
				return sources.Seq(func(yield func(int) bool) {
					for i := range n {
						if !yield(i) {
							return
						}
					}
				})
			},
			Failed: func() flow.Publisher[int] { return sources.Seq(func(func(int) bool) { panic(errTest) }) },
			Err:    errTest, Want: same, Lazy: true,
		},
		"Chan": {
			New: func(n int) flow.Publisher[int] {
				c := make(chan int, n)
				for i := range n {
					c <- i
				}
				close(c)
				return sources.Chan(c)
			},
			Want: same, Max: 100000, Lazy: true, Sharing: flowtest.Hot,
		},
		"Func": {
			New: func(n int) flow.Publisher[int] {
				return sources.Func(func(_ context.Context, emit func(int) bool) error {
					for i := range n {
						if !emit(i) {
							return nil
						}
					}
					return nil
				})
			},
			Failed: func() flow.Publisher[int] {
				return sources.Func(func(context.Context, func(int) bool) error { return errTest })
			},
			Err: errTest, Want: same, Lazy: true,
		},
	}
	for name, cfg := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if cfg.Max < 0 { // a stream that has no elements at all
				t.Run("ends", func(t *testing.T) { verifySilent(t, name, cfg) })
				return
			}
			flowtest.VerifyPublisher(t, cfg)
		})
	}
}

// verifySilent checks the sources without elements, for which most rules are
// about nothing.
func verifySilent(t *testing.T, name string, cfg flowtest.PublisherConfig[int]) {
	switch name {
	case "Empty":
		flowtest.Expect(t, cfg.New(0)).Complete()
	case "Error":
		flowtest.Expect(t, cfg.Failed()).Error(errTest)
	case "Never":
		flowtest.Expect(t, cfg.New(0)).Request(1).NoSignal().Cancel()
		ctx, cancel := context.WithCancelCause(t.Context())
		p := flowtest.Subscribe(t, cfg.New(0), flowtest.WithContext(ctx))
		cancel(errTest)
		p.ExpectError(errTest)
	}
}

func TestProtocolOfRange(t *testing.T) {
	flowtest.VerifyPublisher(t, flowtest.PublisherConfig[int64]{
		New:  func(n int) flow.Publisher[int64] { return sources.Range(0, int64(n)) },
		Want: func(i int) int64 { return int64(i) },
	})
}

func TestProtocolOfLines(t *testing.T) {
	flowtest.VerifyPublisher(t, flowtest.PublisherConfig[string]{
		New: func(n int) flow.Publisher[string] {
			var b strings.Builder
			for i := range n {
				fmt.Fprintln(&b, i)
			}
			return sources.Lines(strings.NewReader(b.String()))
		},
		Failed: func() flow.Publisher[string] { return sources.Lines(failing{}) }, Err: errTest,
		Want: strconv.Itoa, Max: 100000, Lazy: true, Sharing: flowtest.Hot,
	})
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errTest }

func TestProtocolOfFiles(t *testing.T) {
	name := func(i int) string { return fmt.Sprintf("f%05d", i) }
	flowtest.VerifyPublisher(t, flowtest.PublisherConfig[string]{
		New: func(n int) flow.Publisher[string] {
			fsys := fstest.MapFS{"dir": {Mode: os.ModeDir | 0o755}}
			for i := range n {
				fsys[name(i)] = &fstest.MapFile{}
			}
			return sources.Files(fsys, ".")
		},
		Failed: func() flow.Publisher[string] { return sources.Files(fstest.MapFS{}, "missing") }, Err: os.ErrNotExist,
		Want: name, Max: 300, Lazy: true,
	})
}

// Command quickstart counts the identifiers in all Go files below a directory
// and prints the most frequent ones. While it runs it shows its metrics at
// http://127.0.0.1:2112/metrics; at the end it prints what each stage did, and
// which one held the pipeline back.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/weirgo/weir/metrics"
	"github.com/weirgo/weir/scheduler"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

// run is the command. It returns the exit status: 1 if something could not be
// read or done, 2 for wrong usage.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, status, done := parse(args, stderr)
	if done {
		return status
	}
	fail := func(err error) int {
		fmt.Fprintln(stderr, "quickstart:", err)
		return 1
	}
	if err := o.check(); err != nil {
		return fail(err)
	}
	listener, err := net.Listen("tcp", o.addr)
	if err != nil {
		return fail(err)
	}
	failures, err := o.count(ctx, listener, stdout, stderr)
	if err != nil {
		return fail(err)
	}
	if failures > 0 {
		return fail(fmt.Errorf("%d unreadable", failures))
	}
	return 0
}

// options are the flags.
type options struct {
	dir, addr    string
	top, workers int
}

// parse reads the flags. done says that there is nothing to do.
func parse(args []string, stderr io.Writer) (o options, status int, done bool) {
	f := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.dir, "dir", "", "directory of Go files (default: the source of the Go installation)")
	f.IntVar(&o.top, "top", 20, "how many identifiers to print")
	f.StringVar(&o.addr, "addr", "127.0.0.1:2112", "address of the metrics page")
	f.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "how many workers count")
	f.Usage = func() {} // one line says it
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(stderr, "usage: quickstart [-dir directory] [-top n] [-addr host:port] [-workers n]")
		f.PrintDefaults()
		return o, 0, true
	case err != nil:
		return o, 2, true
	}
	var wrong string
	switch {
	case f.NArg() > 0:
		wrong = fmt.Sprintf("unexpected argument %q", f.Arg(0))
	case o.top < 0:
		wrong = fmt.Sprintf("-top %d: must not be negative", o.top)
	case o.workers < 1:
		wrong = fmt.Sprintf("-workers %d: must be at least 1", o.workers)
	default:
		return o, 0, false
	}
	fmt.Fprintln(stderr, "quickstart:", wrong)
	return o, 2, true
}

// check finds the directory.
func (o *options) check() error {
	if o.dir == "" {
		root, err := exec.Command("go", "env", "GOROOT").Output()
		if err != nil {
			return fmt.Errorf("no Go installation found, use -dir: %w", err)
		}
		o.dir = filepath.Join(strings.TrimSpace(string(root)), "src")
	}
	info, err := os.Stat(o.dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s: not a directory", o.dir)
	}
	return nil
}

// count runs the pipeline and prints the result, also after a drain. It
// returns how many files and directories could not be read.
func (o *options) count(ctx context.Context, listener net.Listener, stdout, stderr io.Writer) (failures int, err error) {
	registry := prometheus.NewRegistry()
	m := metrics.New(registry)
	server := &http.Server{Handler: promhttp.HandlerFor(registry, promhttp.HandlerOpts{}), ReadHeaderTimeout: time.Second}
	var background sync.WaitGroup
	background.Go(func() { _ = server.Serve(listener) }) // ends with Close
	fmt.Fprintf(stderr, "counting below %s, metrics at http://%s/metrics\n", o.dir, listener.Addr())

	out := &lines{w: stderr}
	var unreadable atomic.Int64
	var result map[string]int
	g, inner := scheduler.NewGraph(ctx, "quickstart", scheduler.Observe(m))
	stop := scheduler.DrainOnSignal(g, 30*time.Second)
	job{fsys: os.DirFS(o.dir), workers: o.workers, slow: 5 * time.Millisecond, unreadable: func(path string, err error) {
		unreadable.Add(1)
		out.print("unreadable: %s: %v", path, err)
	}}.start(inner, g, &result)

	begin := time.Now()
	background.Go(func() { progress(inner, m, out) }) // ends with the graph
	err = g.Wait()
	stop()
	_ = server.Close()
	background.Wait()
	if err != nil {
		return 0, err
	}
	out.print("%d identifiers, %d different, in %v", total(result), len(result), time.Since(begin).Round(time.Millisecond))
	printTop(stdout, result, o.top)
	stages := m.Snapshot()
	fmt.Fprintln(stderr)
	if err := metrics.WriteTable(stderr, stages); err != nil {
		return 0, err
	}
	fmt.Fprintf(stderr, "\n%s\n", metrics.Bottleneck(stages))
	return int(unreadable.Load()), nil
}

func total(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

// printTop prints the n most frequent identifiers, ties by name.
func printTop(w io.Writer, counts map[string]int, n int) {
	words := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	for _, word := range words[:min(n, len(words))] {
		fmt.Fprintln(w, counts[word], word)
	}
}

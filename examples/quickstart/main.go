// Command quickstart counts the identifiers in all Go files below a directory
// and prints the most frequent ones. While it runs it shows its metrics at
// http://127.0.0.1:2112/metrics; at the end it prints what each stage did, and
// which one held the pipeline back.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"go/build"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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
	return runOn(ctx, os.DirFS, args, stdout, stderr)
}

// runOn is run on file systems that open returns.
func runOn(ctx context.Context, open func(dir string) fs.FS, args []string, stdout, stderr io.Writer) int {
	fail := func(status int, err error) int {
		fmt.Fprintln(stderr, "quickstart:", err)
		return status
	}
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return fail(2, err)
	}
	if err := o.check(); err != nil {
		return fail(1, err)
	}
	if err := o.count(ctx, open(o.dir), stdout, stderr); err != nil {
		return fail(1, err)
	}
	return 0
}

// options are the flags.
type options struct {
	dir, addr    string
	top, workers int
}

// parse reads the flags.
func parse(args []string, stderr io.Writer) (o options, err error) {
	f := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	f.SetOutput(io.Discard) // one line says what is wrong
	f.StringVar(&o.dir, "dir", "", "`directory` of Go files (default the source of the Go installation)")
	f.IntVar(&o.top, "top", 20, "how many identifiers to print")
	f.StringVar(&o.addr, "addr", "127.0.0.1:2112", "`address` of the metrics page")
	f.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "how many workers count")
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(stderr, "usage: quickstart [flags]")
		f.SetOutput(stderr)
		f.PrintDefaults()
		return o, err
	case err != nil:
		return o, err
	case f.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q: the directory is given with -dir", f.Arg(0))
	case o.addr == "":
		return o, errors.New("-addr: must not be empty")
	case o.top < 0:
		return o, fmt.Errorf("-top %d: must not be negative", o.top)
	case o.workers < 1 || o.workers > maxWorkers:
		return o, fmt.Errorf("-workers %d: must be from 1 to %d", o.workers, maxWorkers)
	}
	return o, nil
}

// maxWorkers is more than any machine has use for.
const maxWorkers = 1024

// check finds the directory.
func (o *options) check() error {
	if o.dir == "" {
		o.dir = filepath.Join(goroot(), "src")
		if _, err := os.Stat(o.dir); err != nil {
			return fmt.Errorf("no source of a Go installation found, give a directory with -dir: %w", err)
		}
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

// goroot asks the Go command where Go is, or else what this program was
// compiled with.
func goroot() string {
	if out, err := exec.Command("go", "env", "GOROOT").Output(); err == nil {
		if dir := strings.TrimSpace(string(out)); dir != "" {
			return dir
		}
	}
	return build.Default.GOROOT
}

// count runs the pipeline and prints the result, also after a drain. It is an
// error if some file or directory could not be read.
func (o *options) count(ctx context.Context, fsys fs.FS, stdout, stderr io.Writer) error {
	registry := prometheus.NewRegistry()
	m := metrics.New(registry, metrics.WithMaxStages(16+8*o.workers))
	page, err := serve(o.addr, registry)
	if err != nil {
		return err
	}
	defer page.close()
	out := newScreen(stderr)
	out.print("counting below %s, metrics at http://%s/metrics", o.dir, page.addr)

	var failed atomic.Int64
	var result *counts
	begin := time.Now()
	g, inner := scheduler.NewGraph(ctx, "quickstart", scheduler.Observe(m))
	stop := scheduler.DrainOnSignal(g, 30*time.Second)
	j := &job{fsys: fsys, workers: o.workers, slow: 2 * time.Millisecond, unreadable: func(path string, err error) {
		failed.Add(1)
		if p := (*fs.PathError)(nil); errors.As(err, &p) {
			err = p.Err // without the path
		}
		out.print("unreadable: %s: %v", path, err)
	}}
	j.start(inner, g, &result)
	var background sync.WaitGroup
	background.Go(func() { progress(inner, m, out) }) // ends with the graph's context
	err = g.Wait()
	took := time.Since(begin)
	stop()
	background.Wait()
	if err != nil {
		return err
	}

	out.print("%d identifiers, %d different, in %v\n", result.total(), len(result.n), took.Round(time.Millisecond))
	if err := write(stdout, result.top(o.top)); err != nil {
		return err
	}
	stages := m.Snapshot()
	if err := metrics.WriteTable(stderr, stages); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "\n%s\n", metrics.Bottleneck(stages))
	if n := failed.Load(); n > 0 {
		return fmt.Errorf("%d files or directories could not be read", n)
	}
	return nil
}

// page is the metrics page.
type page struct {
	addr  net.Addr
	close func()
}

// serve puts up the metrics page.
func serve(addr string, registry *prometheus.Registry) (*page, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Second}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener) // ends with Close
	}()
	return &page{listener.Addr(), func() {
		_ = server.Close()
		<-ended
	}}, nil
}

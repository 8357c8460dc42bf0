package sources

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// WithWalkError sets what [Files] does with a file or directory that it cannot
// look at: it calls f with the path and the error, skips what is below, and
// goes on if f returns nil; else the stream ends with f's error.
func WithWalkError(f func(path string, err error) error) Option {
	stage.Require(f != nil, "sources.WithWalkError: nil function")
	return func(c *stage.Config) { c.OnWalkError = f }
}

// Files emits the paths of all regular files at and below root, in lexical
// order, as [fs.WalkDir] visits them.
//
//	Files(fsys, ".")  --"a.go"--"b/c.go"--|
//
// Demand: walks on when a path is requested. The walk has a goroutine of its
// own, since file systems wait on the outside.
//
// Buffer: at most 256 demanded paths, on their way to the island.
//
// Errors: what the walk meets, with the path, as a [flow.StageError], unless
// [WithWalkError] decides otherwise. An unreadable root ends the stream in any
// case.
//
// Ends: completes when the walk is done.
func Files(fsys fs.FS, root string, opts ...Option) flow.Publisher[string] {
	stage.Require(fsys != nil, "sources.Files: nil file system")
	stage.Require(fs.ValidPath(root), "sources.Files: invalid path %q", root)
	return &filesSource{stage.NewBlueprint("files", nil, opts), fsys, root, stage.Configure(opts).OnWalkError}
}

type filesSource struct {
	stage.Blueprint
	fsys    fs.FS
	root    string
	onError func(string, error) error
}

func (p *filesSource) Subscribe(ctx context.Context, down flow.Subscriber[string]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := new(stage.Feed[string])
	s.BeginFeed(ctx, p.Node(), down, nil, func(context.Context) error { return p.walk(s.Put) })
}

func (p *filesSource) walk(emit func(string) bool) error {
	return fs.WalkDir(p.fsys, p.root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && (p.onError == nil || path == p.root):
			return fmt.Errorf("%s: %w", path, err)
		case err != nil:
			if err := p.onError(path, err); err != nil {
				return err
			}
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular():
			return nil
		case !emit(path):
			return fs.SkipAll
		}
		return nil
	})
}

package flow

import "errors"

// ErrSkip is returned by the function of a stage, as fs.SkipDir is by that of
// fs.WalkDir, to leave its element out: the stream goes on with the next one.
// An error that wraps it does the same. The stage counts the element as
// [Skipped], and releases it if it is a [Releaser], since the function has not
// consumed it. Stages whose functions take a context and one element know it.
var ErrSkip = errors.New("flow: the element is left out")

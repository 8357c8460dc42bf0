package catalogue

import (
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/printer"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// function is what the source says about an exported function.
type function struct {
	signature string
	text      []string // paragraphs
	contract  []clause
}

type clause struct{ label, text string }

// labels are the parts of the contract, see internal/lint.
var labels = []string{"Demand", "Buffer", "Errors", "Ends"}

// readAPI reads the exported functions of the packages with streams, except
// options.
func readAPI(t *testing.T) map[string]function {
	all := map[string]function{}
	for _, pkg := range []string{"sources", "operators", "sinks"} {
		names, err := filepath.Glob(filepath.Join("../..", pkg, "*.go"))
		require.NoError(t, err)
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			fset := token.NewFileSet()
			f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
			require.NoError(t, err)
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.IsExported() && !isOption(fn) {
					all[pkg+"."+fn.Name.Name] = describe(t, fset, pkg, fn)
				}
			}
		}
	}
	return all
}

// isOption reports whether fn returns an Option, alone.
func isOption(fn *ast.FuncDecl) bool {
	r := fn.Type.Results
	if r == nil || len(r.List) != 1 {
		return false
	}
	id, ok := r.List[0].Type.(*ast.Ident)
	return ok && strings.HasSuffix(id.Name, "Option")
}

func describe(t *testing.T, fset *token.FileSet, pkg string, fn *ast.FuncDecl) (out function) {
	var sig strings.Builder
	body, docs := fn.Body, fn.Doc
	fn.Body, fn.Doc = nil, nil
	require.NoError(t, printer.Fprint(&sig, fset, fn))
	fn.Body, fn.Doc = body, docs
	out.signature = sig.String()
	var p comment.Parser
	pr := &comment.Printer{
		HeadingLevel: 4,
		DocLinkURL: func(l *comment.DocLink) string {
			at := "https://pkg.go.dev/github.com/weirgo/weir/" + pkg
			if l.ImportPath != "" {
				at = "https://pkg.go.dev/github.com/weirgo/weir/" + strings.TrimPrefix(l.ImportPath, "github.com/weirgo/weir/")
			}
			name := l.Name
			if l.Recv != "" {
				name = l.Recv + "." + name
			}
			return at + "#" + name
		},
	}
	p.LookupPackage = func(name string) (string, bool) {
		return name, slices.Contains([]string{"flow", "sources", "operators", "sinks", "scheduler"}, name)
	}
	p.LookupSym = func(recv, name string) bool { return true }
	for _, block := range p.Parse(docs.Text()).Content {
		text := strings.TrimSpace(string(pr.Markdown(&comment.Doc{Content: []comment.Block{block}})))
		if _, code := block.(*comment.Code); code {
			text = "```\n" + strings.TrimRight(block.(*comment.Code).Text, "\n") + "\n```"
		}
		if label, rest, ok := strings.Cut(text, ": "); ok && slices.Contains(labels, label) {
			out.contract = append(out.contract, clause{label, rest})
			continue
		}
		out.text = append(out.text, text)
	}
	return out
}

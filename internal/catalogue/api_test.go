package catalogue

import (
	"go/ast"
	"go/doc/comment"
	"go/printer"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/internal/exported"
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
	found, err := exported.Functions("../..")
	require.NoError(t, err)
	all := map[string]function{}
	for _, f := range found {
		all[f.Name()] = describe(t, f.Fset, f.Package, f.Decl)
	}
	return all
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

// Package exported finds the exported functions of the packages with streams,
// for the tests that want each of them in a table.
package exported

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// Packages are the packages whose functions make, change and read streams.
func Packages() []string { return []string{"sources", "operators", "sinks"} }

// Function is an exported function that is not an option.
type Function struct {
	Package string
	Decl    *ast.FuncDecl
	Fset    *token.FileSet
}

// Name is the function as users write it, as in operators.Map.
func (f Function) Name() string { return f.Package + "." + f.Decl.Name.Name }

// Functions parses the packages below the root of the repository.
func Functions(root string) ([]Function, error) {
	var all []Function
	for _, pkg := range Packages() {
		names, err := filepath.Glob(filepath.Join(root, pkg, "*.go"))
		if err != nil {
			return nil, err
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("no files of package %s below %s", pkg, root)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			fset := token.NewFileSet()
			f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
			if err != nil {
				return nil, err
			}
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.IsExported() && !isOption(fn) {
					all = append(all, Function{pkg, fn, fset})
				}
			}
		}
	}
	return all, nil
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

package lint

import (
	"fmt"
	"go/ast"
	"go/doc"
	"maps"
	"slices"
	"strings"
	"testing"
)

// labels are the questions that the doc comment of a stage answers, by the
// directory that the stage is in.
var labels = map[string][]string{
	"sources":   {"Demand:", "Buffer:", "Errors:", "Ends:"},
	"operators": {"Demand:", "Buffer:", "Errors:", "Ends:"},
	"sinks":     {"Demand:", "Errors:", "Ends:"},
}

func TestDocs(t *testing.T)     { check(t, docsRule) }
func TestStages(t *testing.T)   { check(t, stagesRule) }
func TestExamples(t *testing.T) { check(t, examplesRule) }

// docsRule: every package has a package comment, every exported identifier of
// the packages that users import has a doc comment.
func docsRule(files []*file) (out []string) {
	documented := map[string]bool{}
	for _, f := range files {
		if !f.isGo() || f.isTest() {
			continue
		}
		documented[f.dir] = documented[f.dir] || f.syntax.Doc != nil
		if !f.isLibrary() || f.in("internal") {
			continue
		}
		for _, decl := range f.syntax.Decls {
			for _, name := range undocumented(decl) {
				out = append(out, f.finding(name, "%s has no doc comment: write a sentence that begins with %q",
					name.Name, name.Name))
			}
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(documented)) {
		if !documented[dir] {
			out = append(out, fmt.Sprintf("package %s has no package comment: say in one sentence what it is for", dir))
		}
	}
	return out
}

// undocumented returns the exported names that decl declares without comment.
func undocumented(decl ast.Decl) (out []*ast.Ident) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver(d))) {
			out = append(out, d.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if d.Doc == nil && s.Doc == nil && s.Name.IsExported() {
					out = append(out, s.Name)
				}
			case *ast.ValueSpec: // the comment of the group will do
				if d.Doc == nil && s.Doc == nil && s.Comment == nil && s.Names[0].IsExported() {
					out = append(out, s.Names[0])
				}
			}
		}
	}
	return out
}

// receiver returns the type name that f is a method of, "" for a function.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	id, _ := bare(f.Recv.List[0].Type).(*ast.Ident)
	if id == nil {
		return ""
	}
	return id.Name
}

// bare strips pointers and type arguments.
func bare(e ast.Expr) ast.Expr {
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return e
		}
	}
}

// stage is a source, operator or sink: a function that takes or returns a
// publisher.
type stage struct {
	*file
	decl *ast.FuncDecl
}

func (s stage) name() string { return s.decl.Name.Name }

// kind is the directory that says what the stage is.
func (s stage) kind() string {
	kind, _, _ := strings.Cut(s.dir, "/")
	return kind
}

func stages(files []*file) (out []stage) {
	publishers := map[string]bool{} // types with a Subscribe method, as dir + "." + name
	for _, f := range files {
		for _, d := range functions(f) {
			if d.Name.Name == "Subscribe" && d.Recv != nil {
				publishers[f.dir+"."+receiver(d)] = true
			}
		}
	}
	for _, f := range files {
		if !f.isLibrary() || !f.in("sources", "operators", "sinks") {
			continue
		}
		for _, d := range functions(f) {
			if d.Recv == nil && d.Name.IsExported() && mentionsPublisher(d.Type, f.dir, publishers) {
				out = append(out, stage{f, d})
			}
		}
	}
	return out
}

func functions(f *file) (out []*ast.FuncDecl) {
	if !f.isGo() {
		return nil
	}
	for _, decl := range f.syntax.Decls {
		if d, ok := decl.(*ast.FuncDecl); ok {
			out = append(out, d)
		}
	}
	return out
}

func mentionsPublisher(sig *ast.FuncType, dir string, publishers map[string]bool) (found bool) {
	ast.Inspect(sig, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.SelectorExpr:
			id, ok := x.X.(*ast.Ident)
			found = found || ok && id.Name == "flow" && x.Sel.Name == "Publisher"
		case *ast.Ident:
			found = found || publishers[dir+"."+x.Name]
		}
		return !found
	})
	return found
}

// stagesRule: the doc comment of a stage answers the questions in labels.
func stagesRule(files []*file) (out []string) {
	for _, s := range stages(files) {
		lines := strings.Split(s.decl.Doc.Text(), "\n")
		var missing []string
		for _, label := range labels[s.kind()] {
			if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, label) }) {
				missing = append(missing, label)
			}
		}
		if len(missing) > 0 {
			out = append(out, s.finding(s.decl.Name, "the doc comment of %s does not say %q: give each a paragraph "+
				"that begins with the label; \"none\" is an answer", s.name(), strings.Join(missing, " ")))
		}
	}
	return out
}

// examplesRule: every stage has an example whose output is checked.
func examplesRule(files []*file) (out []string) {
	tests := map[string][]*ast.File{}
	for _, f := range files {
		if f.isTest() {
			tests[f.dir] = append(tests[f.dir], f.syntax)
		}
	}
	checked := map[string]bool{} // dir + "." + function
	for dir, syntax := range tests {
		for _, e := range doc.Examples(syntax...) {
			name, _, _ := strings.Cut(e.Name, "_")
			checked[dir+"."+name] = checked[dir+"."+name] || e.Output != "" || e.EmptyOutput
		}
	}
	for _, s := range stages(files) {
		if !checked[s.dir+"."+s.name()] {
			out = append(out, s.finding(s.decl.Name, "%s has no example that runs: write func Example%s "+
				"with an // Output: comment in the tests of %s", s.name(), s.name(), s.dir))
		}
	}
	return out
}

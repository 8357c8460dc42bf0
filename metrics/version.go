package metrics

import "runtime/debug"

const module = "github.com/weirgo/weir"

// buildVersion returns the version of Weir in the running program, as the
// linker has written it down.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return versionIn(info)
}

func versionIn(info *debug.BuildInfo) string {
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path != module {
			continue
		}
		if m.Replace != nil {
			m = m.Replace
		}
		if m.Version != "" {
			return valid(m.Version)
		}
	}
	return "unknown"
}

// Package lint holds the rules of this repository as ordinary tests.
//
// Each rule is a function from the parsed sources to findings. One test runs
// it over the repository, another over small sources that break it, so that
// every rule is known to fail. A finding says what to write instead.
//
// The rules are policy: change the code, or record a decision in
// docs/decisions.md and then change the rule.
package lint

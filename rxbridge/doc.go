// Package rxbridge connects streams with those of RxGo, version 2.5.0 of
// github.com/reactivex/rxgo/v2, in both directions: [Publisher] reads an
// Observable, and [Observable] is read as one. It is a module of its own, so
// that nobody else compiles RxGo.
//
// An Observable does not know demand. Where elements come from one, a bounded
// buffer and a strategy stand between the two.
package rxbridge

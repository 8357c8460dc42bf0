// Package sources has the beginnings of streams: functions that return a
// [flow.Publisher].
//
// All are cold unless they say otherwise: each subscription starts anew. They
// emit no more than is demanded, and those that take elements from the outside
// ([Chan], [Lines], [Seq], [Func]) take no more than that either, so that
// nothing is lost when a consumer stops early.
package sources

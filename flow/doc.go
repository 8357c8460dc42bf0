// Package flow is the contract between the parts of a stream: who may say what
// to whom, and when.
//
// # Vocabulary
//
// A [Publisher] is a blueprint. Subscribing to it starts a stream: the
// publisher gives the [Subscriber] a [Subscription], the subscriber requests n
// elements on it, and the publisher delivers at most n with OnNext. That count
// is the demand; it adds up over calls and saturates at [Unbounded]. The
// stream ends with OnError or OnComplete, which need no demand, or in silence
// after Cancel.
//
// The rules are those of the Reactive Streams specification 1.0.4. Three of
// them carry the rest:
//
//   - Signals are serial: no two calls to one subscriber overlap, and each
//     happens before the next.
//   - Nobody is sent more than they requested, so whatever a stage holds is
//     bounded by what it asked for.
//   - Request and Cancel never block, never run user code, and may be called
//     from anywhere, so the stack stays bounded and no lock is held across a
//     signal.
//
// # Context and Cancel
//
// They are different words. The context given to Subscribe belongs to the run;
// when it ends, every live subscription under it ends with
// OnError(context.Cause(ctx)), without demand, overtaking queued elements.
// Cancel is the subscriber leaving; nothing is signalled after it.
//
// # Batches
//
// A subscriber that also implements [BatchSubscriber] receives several elements
// in one call. A publisher never holds an element back to fill a batch.
//
// # Errors
//
// An error that a user's function returns becomes a [StageError] that names
// the stage; a panic in one becomes a [PanicError]. Both work with errors.Is
// and errors.As. Elements that came before an error are delivered before it;
// only the end of the context overtakes.
//
// # Ownership
//
// An element that implements [Releaser] is told when the stream lets go of it
// without handing it on.
package flow

package flow

// Overflow says what a bounded buffer does with an element for which it has no
// room. It matters only where a producer does not listen to demand. The zero
// value is no strategy.
type Overflow uint8

// The overflow strategies.
const (
	// Block lets the producer wait for room. It needs one that can wait.
	Block Overflow = iota + 1
	// DropOldest removes the element that has waited longest.
	DropOldest
	// DropIncoming refuses the element that arrives.
	DropIncoming
	// Latest keeps only the newest element.
	Latest
	// Fail ends the stream with an error that wraps [ErrOverflow], after the
	// elements that were there before.
	Fail
)

var overflowNames = [...]string{"", "block", "drop-oldest", "drop-incoming", "latest", "fail"}

// String returns the strategy in the words that metrics use.
func (o Overflow) String() string {
	if int(o) < len(overflowNames) {
		return overflowNames[o]
	}
	return "unknown"
}

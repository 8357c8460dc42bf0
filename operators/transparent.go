package operators

// These stages signal downstream only while upstream signals, hold nothing but
// what they emit at the end, and wait for nothing else: see stage.Transparent.

func (*filterStage[T]) Transparent()       {}
func (*foldStage[T, R]) Transparent()      {}
func (*mapStage[In, Out]) Transparent()    {}
func (*scanStage[T, R]) Transparent()      {}
func (*skipStage[T]) Transparent()         {}
func (*skipWhileStage[T]) Transparent()    {}
func (*takeStage[T]) Transparent()         {}
func (*takeWhileStage[T]) Transparent()    {}
func (*tryMapStage[In, Out]) Transparent() {}

package catalogue

var unicastEntries = []entry{
	{name: "sources.NewUnicastHub", family: sharing, intent: "emit to one reader, who may come later", peers: [4]string{"UnicastProcessor", "Sinks.many().unicast()", "preMaterialize", "NewUnicastSubject"}},
}

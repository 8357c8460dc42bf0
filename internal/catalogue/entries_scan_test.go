package catalogue

var scanEntries = []entry{
	{name: "sources.Scan", family: create, intent: "cut a reader into tokens or frames", peers: [4]string{"", "", "FileIO + Framing", ""}},
}

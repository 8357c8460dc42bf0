package catalogue

var aggregateEntries = []entry{
	{name: "sinks.Sum", family: collect, intent: "add up the elements", peers: [4]string{"", "", "", "Sum"}},
	{name: "sinks.Average", family: collect, intent: "get the mean of the elements", peers: [4]string{"", "", "", "Average"}},
	{name: "sinks.Min", family: collect, intent: "get the least element", peers: [4]string{"", "", "", "Min"}},
	{name: "sinks.Max", family: collect, intent: "get the greatest element", peers: [4]string{"", "", "", "Max"}},
	{name: "sinks.Map", family: collect, intent: "get the elements by key", peers: [4]string{"toMap", "collectMap", "", "ToMap"}},
}

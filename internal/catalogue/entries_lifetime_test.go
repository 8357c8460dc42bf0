package catalogue

var lifetimeEntries = []entry{
	{name: "operators.AutoConnect", family: sharing, intent: "share a subscription that stays when its readers leave", peers: [4]string{"autoConnect", "autoConnect", "", ""},
		noPicture: "each subscriber gets what the source emits"},
}

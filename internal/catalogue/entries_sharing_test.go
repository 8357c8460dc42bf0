package catalogue

var sharingMore = []entry{
	{name: "operators.Balance", family: sharing, intent: "give each element to the next reader that is free", peers: [4]string{"parallel", "parallel", "balance", ""},
		noPicture: "each output is a part of the source"},
}

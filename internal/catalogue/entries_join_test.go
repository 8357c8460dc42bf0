package catalogue

import "github.com/weirgo/weir/operators"

// letter is the key of an element.
func letter(v string) string { return v[:1] }

var joinEntries = []entry{
	{name: "operators.JoinWithin", family: combine, intent: "join two streams by key, within a time", peers: [4]string{"join", "join", "", ""},
		picture: diagram{title: "JoinWithin(4 ms, 8, letter)", inputs: []string{"-a--b------a-|", "--a---b--b---|"}, run: func(in []text) text {
			return operators.JoinWithin(in[0], in[1], 4*ms, 8, letter, letter, func(a, b string) string { return a + b })
		}}},
}

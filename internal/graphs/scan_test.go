package graphs

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

func scanRows[T any]() []sourceRow[T] {
	return []sourceRow[T]{{"Scan", (*draw[T]).scanned}}
}

// scanned draws numbers as words of a text, which is read a few bytes at a time
// and cut by a user's function.
func (d *draw[T]) scanned() stream[T] {
	want, split := d.numbers(), d.function()
	var words []string
	for _, v := range want {
		words = append(words, strconv.Itoa(v))
	}
	r := &reader{text: strings.NewReader(strings.Join(words, oneOf(d, " ", "\n\n"))), most: oneOf(d, 3, 50, 1<<20), call: d.function()}
	src := sources.Scan(r, func(data []byte, atEOF bool) (int, []byte, error) {
		if err := split(); err != nil {
			return 0, nil, err
		}
		return bufio.ScanWords(data, atEOF)
	}, sources.WithMaxToken(oneOf(d, 20, 1000)))
	texts := operators.Map(src, func(token []byte) string { return string(token) })
	return origin(d.parsed(texts, func(word string) string { return word }), want, fmt.Sprintf("Scan(%d bytes at a time)", r.most))
}

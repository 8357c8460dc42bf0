package sources_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleScan() {
	// Messages with their length in two bytes before each.
	messages := func(data []byte, atEOF bool) (int, []byte, error) {
		if len(data) >= 2 {
			if end := 2 + int(binary.BigEndian.Uint16(data)); len(data) >= end {
				return end, data[2:end], nil
			}
		}
		if atEOF && len(data) > 0 {
			return 0, nil, io.ErrUnexpectedEOF
		}
		return 0, nil, nil // more bytes are needed
	}
	r := strings.NewReader("\x00\x05hello\x00\x05world")
	words := operators.Map(sources.Scan(r, messages), func(m []byte) string { return string(m) })
	all, err := sinks.Slice(context.Background(), words)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [hello world]
}

func ExampleWithMaxToken() {
	r := strings.NewReader("a short one and averyverylongone")
	n, err := sinks.Count(context.Background(), sources.Scan(r, bufio.ScanWords, sources.WithMaxToken(10)))
	fmt.Println(n, errors.Is(err, bufio.ErrTooLong))
	// Output: 4 true
}

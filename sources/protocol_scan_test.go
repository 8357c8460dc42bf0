package sources_test

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/sources"
)

func TestProtocolOfScan(t *testing.T) {
	flowtest.VerifyPublisher(t, flowtest.PublisherConfig[string]{
		New: func(n int) flow.Publisher[string] {
			var b strings.Builder
			for i := range n {
				fmt.Fprint(&b, i, " ")
			}
			return texts(sources.Scan(strings.NewReader(b.String()), bufio.ScanWords))
		},
		Failed: func() flow.Publisher[string] { return texts(sources.Scan(failing{}, bufio.ScanWords)) }, Err: errTest,
		Want: strconv.Itoa, Max: 100000, Lazy: true, Sharing: flowtest.Hot,
	})
}

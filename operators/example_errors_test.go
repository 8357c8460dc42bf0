package operators_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"net"
	"strconv"
	"time"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

var errNoSuchUser = errors.New("no such user")

func ExampleMapError() {
	users := sources.Error[string](fs.ErrNotExist) // what the store says
	domain := operators.MapError(users, func(err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return errNoSuchUser
		}
		return err
	})
	err := sinks.Discard(context.Background(), domain)
	fmt.Println(err, errors.Is(err, errNoSuchUser))
	// Output: no such user true
}

func ExampleDo() {
	orders := sources.Of("tea", "salt", "rice")
	watched := operators.Do(orders, operators.Hooks[string]{
		OnRequest: func(n int64) { fmt.Println("asked for", n) },
		OnNext:    func(order string) { fmt.Println("passes", order) },
		OnCancel:  func() { fmt.Println("left") },
		Finally:   func(err error) { fmt.Println("over:", err) },
	})
	first, err := sinks.First(context.Background(), watched)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("got", first)
	// Output:
	// asked for 1
	// passes tea
	// left
	// over: operators: the subscriber has left
	// got tea
}

func ExampleDoOnNext() {
	var audited []int
	orders := operators.DoOnNext(sources.Of(1, 2, 3), func(id int) { audited = append(audited, id) })
	if err := sinks.Discard(context.Background(), orders); err != nil {
		log.Fatal(err)
	}
	fmt.Println(audited)
	// Output: [1 2 3]
}

func ExampleDoFinally() {
	open := 1
	orders := operators.DoFinally(sources.Of(1, 2, 3), func(error) { open-- })
	if err := sinks.Discard(context.Background(), orders); err != nil {
		log.Fatal(err)
	}
	fmt.Println(open, "streams are open")
	// Output: 0 streams are open
}

func ExampleRetryCall() {
	attempts := 0
	fetch := func(_ context.Context, id int) (string, error) { // fails now and then
		if attempts++; attempts%2 == 1 {
			return "", errors.New("timeout")
		}
		return fmt.Sprintf("user %d", id), nil
	}
	users := operators.MapAsync(sources.Of(1, 2), 1,
		operators.RetryCall(fetch, 3, operators.WithBackoff(time.Millisecond, time.Second)))
	all, err := sinks.Slice(context.Background(), users)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [user 1 user 2]
}

func ExampleDeadLetter() {
	parse := func(_ context.Context, s string) (int, error) { return strconv.Atoi(s) }
	var dead []string
	keep := func(_ context.Context, s string, _ error) error {
		dead = append(dead, s)
		return nil // dealt with; flow.ErrSkip would drop it, another error end the stream
	}
	numbers := operators.TryMap(sources.Of("1", "two", "3"), operators.DeadLetter(parse, keep))
	all, err := sinks.Slice(context.Background(), numbers)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all, dead)
	// Output: [1 3] [two]
}

func ExampleOnErrorComplete() {
	feed := operators.Concat(sources.Of("a", "b"), sources.Error[string](net.ErrClosed)) // the peer hangs up
	all, err := sinks.Slice(context.Background(),
		operators.OnErrorComplete(feed, func(err error) bool { return errors.Is(err, net.ErrClosed) }))
	fmt.Println(all, err)
	// Output: [a b] <nil>
}

func ExampleKillable() {
	var stop operators.KillSwitch // of the whole service
	endless := operators.Killable(sources.Range(0, 1<<62), &stop)
	err := sinks.ForEach(context.Background(), endless, func(_ context.Context, n int64) error {
		if n == 3 {
			fmt.Println("enough")
			stop.Shutdown()
		}
		return nil
	})
	fmt.Println("over:", err)
	// Output:
	// enough
	// over: <nil>
}

func ExampleWithHealthyAfter() {
	events := sources.Of("a", "b") // a connection that is to be kept for ever
	kept := operators.Retry(events, 5, operators.WithBackoff(time.Second, time.Minute),
		operators.WithHealthyAfter(10*time.Minute)) // five failures in a row, not in a year
	all, err := sinks.Slice(context.Background(), kept)
	fmt.Println(all, err)
	// Output: [a b] <nil>
}

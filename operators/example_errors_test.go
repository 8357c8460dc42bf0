package operators_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"

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

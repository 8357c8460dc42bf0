package main

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// stages is how many stages the stream of a word in W12 has.
const stages = 4

// fixed is for what a whole run allocates, and not each word.
const fixed = 0.01

// histogram says how often each letter is in a word.
type histogram [26]uint8

var (
	noted  = note
	listed = list
	scored = score
)

//go:noinline
func note(h histogram, letter byte) histogram {
	h[letter-'a']++
	return h
}

// list returns the letters that h has, with their numbers, in room.
//
//go:noinline
func list(room []int64, h histogram) []int64 {
	for i, n := range h {
		if n > 0 {
			room = append(room, int64(i)<<8|int64(n))
		}
	}
	return room
}

// score adds the worth of a letter, which counts no more than twice.
//
//go:noinline
func score(sum, entry int64) int64 { return sum + (entry>>8%10+1)*min(entry&255, 2) }

// word returns the letters of word v, in room: three to ten.
func word(room []byte, v int64) []byte {
	x := uint64(v%4096)*2654435761 + 12345
	for range 3 + x%8 {
		x = x*6364136223846793005 + 1442695040888963407
		room = append(room, 'a'+byte(x>>40%26))
	}
	return room
}

// dictionary holds the words; the one of v is at v modulo its length.
var dictionary = func() (all [4096][]byte) {
	for v := range all {
		all[v] = word(nil, int64(v))
	}
	return all
}()

// w12 is a stream of four stages for each word.
func w12() Workload {
	return Workload{
		Name:  "W12",
		What:  "range, concatmap(letters, histogram, its entries, score), sum",
		N:     200_000,
		Want:  wordsValue,
		Must:  []Target{{Allocs, stages*3 + fixed}},
		Ahead: 1.0 / 5,
		By: []Contestant{
			{"weir", Ours, timed(func(n int) (int64, error) {
				entries := entriesIn(make([]int64, 0, 26))
				return scoreAll(sources.Range(0, int64(n)), func(v int64) flow.Publisher[int64] { return scoreOf(v, entries) })
			})},
			{"loop", Limit, timed(func(n int) (sum int64, err error) {
				room := make([]int64, 0, 26)
				for v := range int64(n) {
					var h histogram
					for _, letter := range dictionary[v%4096] {
						h = noted(h, letter)
					}
					for _, entry := range listed(room, h) {
						sum = scored(sum, entry)
					}
				}
				return sum, nil
			})},
		},
	}
}

// w12a is their assembly alone. The streams are kept and counted, not run.
func w12a() Workload {
	return Workload{
		Name: "W12a",
		What: "the streams of W12, assembled and not run",
		N:    200_000,
		Want: func(n int) int64 { return int64(n) },
		Must: []Target{{Allocs, stages + fixed}},
		By: []Contestant{{"weir", Ours, timed(func(n int) (assembled int64, err error) {
			entries := entriesIn(make([]int64, 0, 26))
			for v := range int64(n) {
				if scoreOf(v, entries) != nil {
					assembled++
				}
			}
			return assembled, nil
		})}},
	}
}

// entriesIn returns list with room, which serves the words that run one after
// the other.
func entriesIn(room []int64) func(histogram) []int64 {
	return func(h histogram) []int64 { return listed(room, h) }
}

// scoreOf returns the stream of a word.
func scoreOf(v int64, entries func(histogram) []int64) flow.Publisher[int64] {
	letters := sources.Slice(dictionary[v%4096])
	letterCounts := operators.Fold(letters, histogram{}, noted)
	return operators.Fold(operators.FlatMapSlice(letterCounts, entries), 0, scored)
}

func scoreAll(words flow.Publisher[int64], stream func(int64) flow.Publisher[int64]) (int64, error) {
	return sinks.Fold(context.Background(), operators.ConcatMap(words, stream), 0, summed)
}

// wordsValue counts letters, without a histogram.
func wordsValue(n int) (sum int64) {
	for v := range n {
		for i, letter := range dictionary[v%4096] {
			before := 0
			for _, other := range dictionary[v%4096][:i] {
				if other == letter {
					before++
				}
			}
			if before < 2 {
				sum += int64(letter-'a')%10 + 1
			}
		}
	}
	return sum
}

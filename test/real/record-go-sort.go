// Records test/golden/go-sort.golden.json: what Go's sort.Sort makes of lists with many ties.
//
// usage: go run test/real/record-go-sort.go > test/golden/go-sort.golden.json
//
// Each case: a name, the keys, and the original positions in the order after sorting by key.
package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"sort"
)

type list struct{ keys, from []int }

func (l list) Len() int           { return len(l.keys) }
func (l list) Less(i, j int) bool { return l.keys[i] < l.keys[j] }
func (l list) Swap(i, j int) {
	l.keys[i], l.keys[j] = l.keys[j], l.keys[i]
	l.from[i], l.from[j] = l.from[j], l.from[i]
}

type record struct {
	Name   string `json:"name"`
	Keys   []int  `json:"keys"`
	Sorted []int  `json:"sorted"`
}

// adversary answers comparisons so that quicksort always meets bad pivots (McIlroy, "A killer adversary for quicksort").
type adversary struct {
	values           []int
	order            []int
	solid, candidate int
}

func (a *adversary) Len() int      { return len(a.order) }
func (a *adversary) Swap(i, j int) { a.order[i], a.order[j] = a.order[j], a.order[i] }
func (a *adversary) Less(i, j int) bool {
	x, y, gas := a.order[i], a.order[j], len(a.order)
	if a.values[x] == gas && a.values[y] == gas {
		freeze := y
		if x == a.candidate {
			freeze = x
		}
		a.values[freeze] = a.solid
		a.solid++
	}
	if a.values[x] == gas {
		a.candidate = x
	} else if a.values[y] == gas {
		a.candidate = y
	}
	return a.values[x] < a.values[y]
}

func killer(n int) []int {
	a := &adversary{values: make([]int, n), order: make([]int, n)}
	for i := range a.order {
		a.order[i], a.values[i] = i, n
	}
	sort.Sort(a)
	return a.values
}

func main() {
	r := rand.New(rand.NewSource(7))
	var out []record
	add := func(name string, keys []int) {
		l := list{append([]int(nil), keys...), make([]int, len(keys))}
		for i := range l.from {
			l.from[i] = i
		}
		sort.Sort(l)
		out = append(out, record{name, keys, l.from})
	}
	for _, n := range []int{0, 1, 2, 12, 13, 14, 20, 30, 49, 50, 51, 64, 100, 200, 300} {
		for _, spread := range []int{1, 3, n/2 + 1, 10 * (n + 1)} {
			keys := make([]int, n)
			for i := range keys {
				keys[i] = r.Intn(spread)
			}
			add(fmt.Sprintf("random %d of %d", n, spread), keys)
			sorted := append([]int{}, keys...)
			sort.Ints(sorted)
			add(fmt.Sprintf("sorted %d of %d", n, spread), sorted)
			falling := make([]int, n)
			for i := range falling {
				falling[i] = sorted[n-1-i]
			}
			add(fmt.Sprintf("falling %d of %d", n, spread), falling)
			add(fmt.Sprintf("appended %d of %d", n, spread), append(append([]int{}, sorted...), r.Intn(spread)))
		}
	}
	add("killer 100", killer(100))
	add("killer 400", killer(400))
	for i, c := range out {
		line, err := json.Marshal(c)
		if err != nil {
			panic(err)
		}
		fmt.Printf("%c%s\n", ",["[b2i(i == 0)], line)
	}
	fmt.Println("]")
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

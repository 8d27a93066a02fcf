// Decides with porcupine whether recorded histories of pairs of keys are linearizable.
// usage: porcupine FILE
// A line of FILE is {"group": NAME, "calls": [{"client", "kind", "start", "end", ...}]}; "end" -1: no answer came.
// Prints one JSON object: groups, operations, illegal and unknown (names of groups).
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/anishathalye/porcupine"
)

const absent = "\x00absent"

type call struct {
	Client    int     `json:"client"`
	Kind      string  `json:"kind"`
	Key       string  `json:"key"`
	Value     *string `json:"value"`
	Expected  *string `json:"expected"`
	Succeeded *bool   `json:"succeeded"`
	A         *string `json:"a"`
	B         *string `json:"b"`
	Start     int64   `json:"start"`
	End       int64   `json:"end"`
}

type pair struct{ a, b string }

func text(value *string) string {
	if value == nil {
		return absent
	}
	return *value
}

func (p pair) get(key string) string {
	if key == "a" {
		return p.a
	}
	return p.b
}

func (p pair) with(key, value string) pair {
	if key == "a" {
		return pair{value, p.b}
	}
	return pair{p.a, value}
}

func step(state pair, c call) (bool, pair) {
	answered := c.End >= 0
	switch c.Kind {
	case "put":
		return true, state.with(c.Key, text(c.Value))
	case "delete":
		return true, state.with(c.Key, absent)
	case "putBoth":
		return true, pair{text(c.A), text(c.B)}
	case "get":
		return !answered || state.get(c.Key) == text(c.Value), state
	case "getBoth":
		return !answered || state == pair{text(c.A), text(c.B)}, state
	case "cas":
		matches := state.get(c.Key) == text(c.Expected)
		if answered && *c.Succeeded != matches {
			return false, state
		}
		if matches {
			return true, state.with(c.Key, text(c.Value))
		}
		return true, state
	}
	panic("unknown kind " + c.Kind)
}

var model = porcupine.Model{
	Init: func() interface{} { return pair{absent, absent} },
	Step: func(state, input, output interface{}) (bool, interface{}) {
		ok, next := step(state.(pair), input.(call))
		return ok, next
	},
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	file, err := os.Open(os.Args[1])
	must(err)
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<28)
	groups, operations := 0, 0
	illegal, unknown := []string{}, []string{}
	for lines.Scan() {
		var history struct {
			Group string `json:"group"`
			Calls []call `json:"calls"`
		}
		must(json.Unmarshal(lines.Bytes(), &history))
		var ops []porcupine.Operation
		for _, c := range history.Calls {
			end := c.End
			if end < 0 {
				if c.Kind == "get" || c.Kind == "getBoth" {
					continue
				}
				end = math.MaxInt64
			}
			ops = append(ops, porcupine.Operation{ClientId: c.Client, Input: c, Call: c.Start, Return: end})
		}
		groups++
		operations += len(ops)
		switch porcupine.CheckOperationsTimeout(model, ops, time.Minute) {
		case porcupine.Illegal:
			illegal = append(illegal, history.Group)
		case porcupine.Unknown:
			unknown = append(unknown, history.Group)
		}
	}
	must(lines.Err())
	must(json.NewEncoder(os.Stdout).Encode(map[string]interface{}{
		"groups": groups, "operations": operations, "illegal": illegal, "unknown": unknown,
	}))
}

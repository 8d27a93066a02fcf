// Uses the JSON gateway with Go's HTTP client over TLS: puts and reads a key, then watches until one event came.
// usage: gatewayclient URL CA-FILE
// Prints one JSON object: protocol, value, and the watched event's value.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type response struct {
	Kvs []struct {
		Value string `json:"value"`
	} `json:"kvs"`
	Result struct {
		Created bool `json:"created"`
		Events  []struct {
			Kv struct {
				Value string `json:"value"`
			} `json:"kv"`
		} `json:"events"`
	} `json:"result"`
}

func main() {
	base, caFile := os.Args[1], os.Args[2]
	pem, err := os.ReadFile(caFile)
	must(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	client := &http.Client{Transport: &http.Transport{
		ForceAttemptHTTP2: true,
		TLSClientConfig:   &tls.Config{RootCAs: roots, ServerName: "localhost"},
	}}
	post := func(path, body string) *http.Response {
		answer, err := client.Post(base+path, "application/json", strings.NewReader(body))
		must(err)
		if answer.StatusCode != 200 {
			text, _ := io.ReadAll(answer.Body)
			must(fmt.Errorf("%s: %s %s", path, answer.Status, text))
		}
		return answer
	}

	watch := post("/v3/watch", `{"create_request":{"key":"Zm9v"}}`)
	lines := bufio.NewReader(watch.Body)
	next := func() response {
		line, err := lines.ReadBytes('\n')
		must(err)
		var out response
		must(json.Unmarshal(line, &out))
		return out
	}
	if !next().Result.Created {
		must(fmt.Errorf("the watch was not created"))
	}
	post("/v3/kv/put", `{"key":"Zm9v","value":"YmFy"}`).Body.Close()
	event := next()
	watch.Body.Close()

	answer := post("/v3/kv/range", `{"key":"Zm9v"}`)
	var got response
	must(json.NewDecoder(answer.Body).Decode(&got))
	must(json.NewEncoder(os.Stdout).Encode(map[string]string{
		"protocol": answer.Proto,
		"value":    got.Kvs[0].Value,
		"event":    event.Result.Events[0].Kv.Value,
	}))
}

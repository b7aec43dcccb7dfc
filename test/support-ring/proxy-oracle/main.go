// Says which proxy Go's net/http, and with it Vault, uses, for the tests to compare with.
//
// Each line of standard input is {"env": …, "urls": […]}; it is written back with "proxies", for each URL the proxy's
// URL, "" for none, or "error". The recorded answers are renewed by
//
//	go run . < ../fixtures/proxy-rules.jsonl > renewed
//
// net/http reads the environment once, so that each line is answered by a process of its own.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
)

type question struct {
	Env     map[string]string `json:"env"`
	URLs    []string          `json:"urls"`
	Proxies []string          `json:"proxies"`
}

func main() {
	if len(os.Args) > 1 {
		answer()
		return
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var asked question
		check(json.Unmarshal(lines.Bytes(), &asked))
		child := exec.Command(os.Args[0], "answer")
		child.Env = []string{}
		for name, value := range asked.Env {
			child.Env = append(child.Env, name+"="+value)
		}
		child.Stdin = bytes.NewReader(lines.Bytes())
		child.Stderr = os.Stderr
		answered, err := child.Output()
		check(err)
		fmt.Print(string(answered))
	}
	check(lines.Err())
}

func answer() {
	var asked question
	check(json.NewDecoder(os.Stdin).Decode(&asked))
	asked.Proxies = []string{}
	for _, url := range asked.URLs {
		request, err := http.NewRequest("GET", url, nil)
		check(err)
		proxy, err := http.ProxyFromEnvironment(request)
		switch {
		case err != nil:
			asked.Proxies = append(asked.Proxies, "error")
		case proxy == nil:
			asked.Proxies = append(asked.Proxies, "")
		default:
			asked.Proxies = append(asked.Proxies, proxy.String())
		}
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	check(encoder.Encode(asked))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

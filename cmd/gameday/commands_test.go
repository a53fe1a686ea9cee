package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"

	"github.com/creack/pty"
	"github.com/itchyny/gojq"
)

// webserver is what scripts harm. It answers at LISTEN: / with "ok", /json with
// a document, /secret only to who sends the right bearer token.
func webserver() {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("/json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintln(w, `{"state": "up", "queue": {"depth": 3}}`)
	})
	mux.HandleFunc("/secret", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+os.Getenv("TOKEN") {
			w.WriteHeader(http.StatusForbidden)
		}
		fmt.Fprintln(w, r.Header.Get("Authorization"))
	})
	fmt.Fprintln(os.Stderr, http.ListenAndServe(os.Getenv("LISTEN"), mux))
	os.Exit(1)
}

// jq is the script command "exec jq QUERY FILE": it prints what the query gives
// for every document of the file, a line each. A file that is not JSON, from
// its first byte to its last, is an error, and so is a query that is.
func jq() {
	if err := query(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "jq:", err)
		os.Exit(1)
	}
}

func query(text, file string) error {
	parsed, err := gojq.Parse(text)
	if err != nil {
		return err
	}
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	for decoder := json.NewDecoder(in); ; {
		var document any
		if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("%s at offset %d: %w", file, decoder.InputOffset(), err)
		}
		if err := printAll(parsed.Run(document)); err != nil {
			return err
		}
	}
}

func printAll(results gojq.Iter) error {
	for {
		switch result, ok := results.Next(); result := result.(type) {
		case error:
			return result
		case string:
			fmt.Println(result)
		default:
			if !ok {
				return nil
			}
			line, err := gojq.Marshal(result)
			if err != nil {
				return err
			}
			fmt.Println(string(line))
		}
	}
}

// terminal is the script command "exec terminal COMMAND [ARG...]": it runs a
// command on a terminal of its own and prints what appears there.
func terminal() {
	command := exec.Command(os.Args[1], os.Args[2:]...)
	screen, err := pty.StartWithSize(command, &pty.Winsize{Rows: 40, Cols: 100})
	if err != nil {
		fmt.Fprintln(os.Stderr, "terminal:", err)
		os.Exit(1)
	}
	_, _ = io.Copy(os.Stdout, screen) // ends with an error: the other side is gone
	_ = command.Wait()                // its exit code says it
	os.Exit(command.ProcessState.ExitCode())
}

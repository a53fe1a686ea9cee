package supervisor

import "fmt"

// problem is the body of an answer that is not 2xx.
type problem struct {
	Error string `json:"error"`
	Code  string `json:"code,omitempty"`
}

// Codes of problems that a client tells apart.
const (
	codeProtocol     = "protocol"
	codeEnding       = "ending"
	codeAddressInUse = "address_in_use"
	codeReverted     = "reverted"
	codeDeadline     = "deadline"
)

func protocolError(supervisor, client string) error {
	return fmt.Errorf("the supervisor speaks protocol %s and this gameday speaks %s: use the gameday (and the gameday-agent beside it) that started the run", supervisor, client)
}

// causedError keeps a message as it is and adds a cause for errors.Is.
type causedError struct {
	error
	cause error
}

func (c *causedError) Unwrap() []error { return []error{c.error, c.cause} }

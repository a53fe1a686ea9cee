package local

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/gameday-dev/gameday/providers"
)

// handle is the data of an environment's handle: where its supervisor listens.
type handle struct {
	Run         string `json:"run"`
	Environment string `json:"environment"` // address
	Socket      string `json:"socket"`
	Dir         string `json:"dir"` // of logs
}

// longestSocket is a little less than the 108 bytes that the kernel has for the
// path of a socket.
const longestSocket = 100

func newHandle(req providers.EnvironmentPrepareRequest) handle {
	dir := filepath.Join(req.RunDir, "environments", req.Name)
	socket := filepath.Join(dir, "agent", "sock")
	if len(socket) > longestSocket {
		socket = shortSocket(req.Run, req.Address)
	}
	return handle{Run: req.Run, Environment: req.Address, Socket: socket, Dir: dir}
}

// shortSocket is a place for sockets whose own folder is too deep.
func shortSocket(run, address string) string {
	sum := sha256.Sum256([]byte(run + "\x00" + address))
	folder := "gameday-" + strconv.Itoa(os.Getuid()) + "-" + hex.EncodeToString(sum[:8])
	return filepath.Join(os.TempDir(), folder, "sock")
}

func (h handle) encode() (json.RawMessage, error) { return json.Marshal(h) }

func readHandle(from providers.EnvironmentHandle) (handle, error) {
	var h handle
	if from.Type != typeName {
		return h, fmt.Errorf("%s is a handle of type %q, expected %q", from.Address, from.Type, typeName)
	}
	if err := json.Unmarshal(from.Data, &h); err != nil {
		return h, fmt.Errorf("read the handle of %s: %w", from.Address, err)
	}
	if h.Run == "" || h.Environment == "" || h.Socket == "" {
		return h, fmt.Errorf("the handle of %s lacks its run, its address or its socket: %s", from.Address, from.Data)
	}
	return h, nil
}

package local

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
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
	dir := filepath.Join(req.RunDir, "environments", folder(req.Address, req.Name))
	socket := filepath.Join(dir, "agent", "sock")
	if len(socket) > longestSocket {
		socket = shortSocket(req.Run, req.Address)
	}
	return handle{Run: req.Run, Environment: req.Address, Socket: socket, Dir: dir}
}

// folder is the environment's name, where that is unique: in the root module.
// Instances of modules have environments of the same name, so theirs hold the
// whole address, made fit for a path and, as that may blur it, its digest.
func folder(address, name string) string {
	if address == "environment."+name {
		return name
	}
	sum := sha256.Sum256([]byte(address))
	return unfit.ReplaceAllString(address, "_") + "_" + hex.EncodeToString(sum[:4])
}

// unfit is what does not belong into the name of a folder.
var unfit = regexp.MustCompile(`[^A-Za-z0-9.-]+`)

// shortSocket is a place for sockets whose own folder is too deep.
func shortSocket(run, address string) string {
	sum := sha256.Sum256([]byte(run + "\x00" + address))
	own := "gameday-" + strconv.Itoa(os.Getuid()) + "-" + hex.EncodeToString(sum[:8])
	return filepath.Join(os.TempDir(), own, "sock")
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

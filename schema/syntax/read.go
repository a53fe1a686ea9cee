package syntax

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// MaxFileSize is the size in bytes from which on a file is refused: 1 MiB, two
// thousand experiments. The parser takes up to four hundred times the space of
// what it reads.
const MaxFileSize = 1 << 20

// readFile reads a regular file of bounded size. Pipes and devices are refused,
// as opening or reading one could block forever.
func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, cause(err)
	}
	if err := checkInfo(info); err != nil {
		return nil, err
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, cause(err)
	}
	defer file.Close()
	// The file may have grown since Stat, so the bound is enforced here as well.
	content, err := io.ReadAll(io.LimitReader(file, MaxFileSize+1))
	if err != nil {
		return nil, cause(err)
	}
	if len(content) > MaxFileSize {
		return nil, tooLarge(int64(len(content)))
	}
	return content, nil
}

func checkInfo(info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return errors.New("it is a directory, not a file")
	case !info.Mode().IsRegular():
		return errors.New("it is not a regular file")
	case info.Size() > MaxFileSize:
		return tooLarge(info.Size())
	default:
		return nil
	}
}

func tooLarge(size int64) error {
	return fmt.Errorf("it has %.1f MiB, more than the %d MiB that gameday reads", float64(size)/(1<<20), MaxFileSize>>20)
}

// cause removes the operation and the path from an error of package os: the
// message around it names the file already.
func cause(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

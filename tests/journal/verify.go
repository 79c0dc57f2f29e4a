// Reads a published log with the Go team's own packages, golang.org/x/mod's
// sumdb/note and sumdb/tlog, and checks checkpoint, tiles, records, inclusion
// and consistency. Nothing here is shared with the program that wrote it.
//
// usage: verify DIR KEY [OLD_CHECKPOINT...]     prints what it checked
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// At most so many records have their inclusion proved one by one, spread over
// the log; all of them are hashed.
const maxProofs = 2000

func check(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "verify: %s: %v\n", what, err)
		os.Exit(1)
	}
}

// openCheckpoint returns the tree of a C2SP checkpoint. sumdb's own tree note
// has another first line, so its three lines are taken apart here.
func openCheckpoint(path string, verifiers note.Verifiers, origin string) tlog.Tree {
	data, err := os.ReadFile(path)
	check(err, path)
	opened, err := note.Open(data, verifiers)
	check(err, path)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != origin {
		check(errors.New("not a checkpoint of "+origin), path)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err, path)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err, path)
	tree := tlog.Tree{N: size}
	if copy(tree.Hash[:], root) != len(tree.Hash) {
		check(errors.New("short root"), path)
	}
	return tree
}

// tiles serves tlog's tile reader from the folder. C2SP's path leaves out the
// height that sumdb's has.
type tiles struct{ dir string }

func (t tiles) Height() int { return 8 }

func (t tiles) path(tile tlog.Tile) string {
	return filepath.Join(t.dir, strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range wanted {
		data, err := os.ReadFile(t.path(tile))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// records reads the bundle of one level-0 tile.
func (t tiles) records(tile tlog.Tile) [][]byte {
	path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(t.dir, path))
	check(err, path)
	var out [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			check(errors.New("cut off"), path)
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		out = append(out, data[2:end])
		data = data[end:]
	}
	if len(out) != tile.W {
		check(errors.New("other number of records"), path)
	}
	return out
}

func main() {
	dir := os.Args[1]
	keyText, err := os.ReadFile(os.Args[2])
	check(err, os.Args[2])
	verifier, err := note.NewVerifier(string(bytes.TrimSpace(keyText)))
	check(err, "key")
	verifiers := note.VerifierList(verifier)
	served := tiles{dir}
	tree := openCheckpoint(filepath.Join(dir, "checkpoint"), verifiers, verifier.Name())

	// Checks every tile that it reads against the root.
	hashes := tlog.TileHashReader(tree, served)
	step := tree.N/maxProofs + 1
	proofs := 0
	for first := int64(0); first < tree.N; first += 256 {
		width := tree.N - first
		if width > 256 {
			width = 256
		}
		for i, record := range served.records(tlog.Tile{H: 8, L: 0, N: first / 256, W: int(width)}) {
			index := first + int64(i)
			leaf := tlog.RecordHash(record)
			kept, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
			check(err, fmt.Sprint("hash of record ", index))
			if kept[0] != leaf {
				check(errors.New("not the hash in its tile"), fmt.Sprint("record ", index))
			}
			if index%step != 0 && index != tree.N-1 {
				continue
			}
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			check(err, "proof")
			check(tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf), "inclusion")
			proofs++
		}
	}
	for _, path := range os.Args[3:] {
		old := openCheckpoint(path, verifiers, verifier.Name())
		proof, err := tlog.ProveTree(tree.N, old.N, hashes)
		check(err, "proof")
		check(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash), "consistency")
	}
	fmt.Printf("%d records, %d inclusions, %d consistencies hold\n", tree.N, proofs, len(os.Args)-3)
}

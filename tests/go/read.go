// Reads a layer with Go's archive/zip, as AWS's own tools and many deployers do:
//
//	go run read.go LAYER.ZIP    one line each: CRC-32, size, mode, name
//
// Every member is read to its end, which checks its CRC; insecure names are errors.
package main

import (
	"archive/zip"
	"fmt"
	"hash/crc32"
	"io"
	"os"
)

func main() {
	z, err := zip.OpenReader(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			fmt.Fprintln(os.Stderr, f.Name, err)
			os.Exit(1)
		}
		h := crc32.NewIEEE()
		n, err := io.Copy(h, r)
		if err != nil || uint64(n) != f.UncompressedSize64 {
			fmt.Fprintln(os.Stderr, f.Name, n, err)
			os.Exit(1)
		}
		fmt.Printf("%08x %d %v %s\n", h.Sum32(), n, f.Mode(), f.Name)
	}
}

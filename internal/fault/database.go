//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// postmaster is the number of the database's first process.
func (b *bench) postmaster() (int, error) {
	files, err := filepath.Glob(filepath.Join(b.o.dir, "database", "postgres-*", "data", "postmaster.pid"))
	if err != nil || len(files) != 1 {
		return 0, fmt.Errorf("find the database's process: %d files, %w", len(files), err)
	}
	content, err := os.ReadFile(files[0])
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(content), "\n")
	return strconv.Atoi(first)
}

// killDatabase ends it as a power cut would.
func (b *bench) killDatabase() error {
	pid, err := b.postmaster()
	if err != nil {
		return err
	}
	return syscall.Kill(pid, syscall.SIGKILL)
}

// signalDatabase sends the signal to all of the database's processes.
func (b *bench) signalDatabase(sig syscall.Signal) error {
	pid, err := b.postmaster()
	if err != nil {
		return err
	}
	all, err := children(pid)
	if err != nil {
		return err
	}
	for _, p := range append([]int{pid}, all...) {
		if err := syscall.Kill(p, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
	return nil
}

func children(parent int) (all []int, err error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	for _, file := range stats {
		content, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended meanwhile
		}
		// The name may hold anything, so what counts stands behind its bracket.
		rest := string(content[strings.LastIndexByte(string(content), ')')+1:])
		var state string
		var of int
		if _, err := fmt.Sscan(rest, &state, &of); err != nil || of != parent {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil {
			return nil, err
		}
		all = append(all, pid)
	}
	return all, nil
}

// pgBin is the folder of the database's programs.
func (b *bench) pgBin() (string, error) {
	pid, err := b.postmaster()
	if err != nil {
		return "", err
	}
	exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	return filepath.Dir(exe), err
}

// The Go peer of the benchmarks: the same work as Windlass's own programs do, on controller-runtime and client-go.
// Prints one line of JSON for each figure: {"name": ..., "value": ..., "unit": ...}.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"
)

const usage = "usage: queue plain|priority ROUNDS | units COUNT IN-ALL | sync KUBECONFIG OBJECTS WORKERS ROUNDS | controller KUBECONFIG few|many CYCLES"

func main() {
	ctrl.SetLogger(logr.Discard())
	if len(os.Args) < 2 {
		fail(fmt.Errorf(usage))
	}
	switch os.Args[1] {
	case "queue":
		queues(argument(2), number(3))
	case "units":
		units(number(2), number(3))
	case "sync":
		synced(argument(2), number(3), number(4), number(5))
	case "controller":
		controllers(argument(2), argument(3), number(4))
	default:
		fail(fmt.Errorf("unknown command %q; %s", os.Args[1], usage))
	}
}

func argument(at int) string {
	if at >= len(os.Args) {
		fail(fmt.Errorf(usage))
	}
	return os.Args[at]
}

func number(at int) int {
	n, err := strconv.Atoi(argument(at))
	if err != nil {
		fail(err)
	}
	return n
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func must(err error) {
	if err != nil {
		fail(err)
	}
}

func report(name string, value float64, unit string) {
	line, err := json.Marshal(map[string]any{"name": name, "value": value, "unit": unit})
	must(err)
	fmt.Println(string(line))
}

func reportQuantiles(name string, samples []time.Duration) {
	slices.Sort(samples)
	at := func(share float64) float64 {
		return float64(samples[int(share*float64(len(samples)-1)+0.5)].Nanoseconds()) / 1e3
	}
	report(name+".p50", at(0.5), "µs")
	report(name+".p99", at(0.99), "µs")
}

func micros(since time.Time) float64 { return float64(time.Since(since).Nanoseconds()) / 1e3 }

func millis(since time.Time) float64 { return micros(since) / 1e3 }

// kept is what the program holds after collection: live objects and the stacks of its goroutines.
func kept() int64 {
	for range 3 {
		runtime.GC()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc + stats.StackInuse)
}

func cpuSeconds() float64 {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Sec+usage.Stime.Sec) + float64(usage.Utime.Usec+usage.Stime.Usec)/1e6
}

// status reads a number from /proc/self/status.
func status(key string) float64 {
	data, err := os.ReadFile("/proc/self/status")
	must(err)
	for line := range strings.Lines(string(data)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == key+":" {
			n, err := strconv.ParseFloat(fields[1], 64)
			must(err)
			return n
		}
	}
	return 0
}

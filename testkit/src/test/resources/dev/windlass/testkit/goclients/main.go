// Everyday work of Go clients against one API server. Prints a line for each check, "ok NAME" or "FAILED NAME: why", and ends with 1 if one has failed. A
// line "please ACTION" asks whoever has started it to do something with the server, and to answer with "done" or, if that cannot be, with "no".
//
//	usage: goclients KUBECONFIG
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
)

const (
	limit     = 60 * time.Second
	namespace = "default"
)

var answers = bufio.NewScanner(os.Stdin)

// config returns a configuration of the kind that clients like: JSON, or protobuf as the built-in controllers use it.
type config func() *rest.Config

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: goclients KUBECONFIG")
		os.Exit(2)
	}
	ctrl.SetLogger(logr.Discard())
	klog.SetLogger(logr.Discard())
	json := func() *rest.Config {
		c, err := clientcmd.BuildConfigFromFlags("", os.Args[1])
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		c.QPS = -1
		return c
	}
	protobuf := func() *rest.Config {
		c := json()
		c.ContentType = "application/vnd.kubernetes.protobuf"
		c.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
		return c
	}
	failed := false
	check := func(name string, what func(context.Context) error) {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		if err := what(ctx); err != nil {
			failed = true
			fmt.Printf("FAILED %s: %s\n", name, strings.ReplaceAll(err.Error(), "\n", " "))
			return
		}
		fmt.Println("ok", name)
	}
	check("discovery and mapping", func(context.Context) error { return discovers(json) })
	for _, each := range []struct {
		form   string
		config config
	}{{"json", json}, {"protobuf", protobuf}} {
		form, config := each.form, each.config
		check("typed client with "+form, func(ctx context.Context) error { return typed(ctx, config, form) })
		check("apply with "+form, func(ctx context.Context) error { return applies(ctx, config, form) })
		check("pages with "+form, func(ctx context.Context) error { return pages(ctx, config, form) })
		check("informer with "+form, func(ctx context.Context) error { return informs(ctx, config, form) })
		check("metadata with "+form, func(ctx context.Context) error { return metadataOnly(ctx, config, form) })
		check("leader election with "+form, func(ctx context.Context) error { return elects(ctx, config, form) })
	}
	check("dynamic client", func(ctx context.Context) error { return dynamically(ctx, json) })
	check("relist after a version has expired", func(ctx context.Context) error { return relists(ctx, protobuf) })
	check("controller-runtime", func(ctx context.Context) error { return manages(ctx, json) })
	if failed {
		os.Exit(1)
	}
}

// please asks for something that only the server's owner can do.
func please(action string) bool {
	fmt.Println("please", action)
	return answers.Scan() && answers.Text() == "done"
}

// expect turns a condition that does not hold into an error.
func expect(holds bool, format string, args ...any) error {
	if holds {
		return nil
	}
	return fmt.Errorf(format, args...)
}

// first returns the first error.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// eventually asks until the answer is yes.
func eventually(ctx context.Context, what string, holds func() bool) error {
	for !holds() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("did not come: %s", what)
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

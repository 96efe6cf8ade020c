//go:build ignore

// Tells how Go writes the built-in kinds as JSON, which no document of the API does: which fields are pointers, which are left out when they are empty, and
// what their Go types are called in error messages. One line per type, [OpenAPI name, {field: [flags, Go type, embedded, position]}]; the flags are p (pointer),
// o (left out when empty), z (left out when zero), and embedded are the names of the embedded structs that a field comes from, each with a dot after it.
// The position is the place of a field in its struct.
//
// It needs the modules of the testkit's control plane:
//
//	cd testkit/src/main/resources/dev/windlass/testkit/controlplane && go run ABSOLUTE/extract-go-structure.go > go-types.jsonl
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
)

var seen = map[reflect.Type]map[string][4]string{}

func openAPIName(t reflect.Type) string {
	path := strings.Replace(t.PkgPath(), "k8s.io", "io.k8s", 1)
	path = strings.ReplaceAll(strings.Replace(path, "io.k8s/", "io.k8s.", 1), "/", ".")
	return path + "." + t.Name()
}

func fields(t reflect.Type, embedded string, out map[string][4]string) {
	for i := 0; i < t.NumField(); i++ {
		field := t.Field(i)
		parts := strings.Split(field.Tag.Get("json"), ",")
		name := parts[0]
		if name == "-" || field.PkgPath != "" {
			continue
		}
		inline := field.Anonymous && name == ""
		for _, option := range parts[1:] {
			inline = inline || option == "inline"
		}
		inner := field.Type
		if inline {
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			fields(inner, embedded+field.Name+".", out)
			continue
		}
		flags := ""
		if inner.Kind() == reflect.Pointer {
			flags += "p"
			inner = inner.Elem()
		}
		for _, option := range parts[1:] {
			if option == "omitempty" {
				flags += "o"
			}
			if option == "omitzero" {
				flags += "z"
			}
		}
		out[name] = [4]string{flags, inner.String(), embedded, strconv.Itoa(len(out))}
		walk(inner)
	}
}

func walk(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		walk(t.Elem())
	case reflect.Struct:
		if _, known := seen[t]; known || t.PkgPath() == "time" {
			return
		}
		out := map[string][4]string{}
		seen[t] = out
		if _, own := reflect.New(t).Interface().(json.Marshaler); own && !strings.HasSuffix(t.Name(), "JSONSchemaProps") {
			return
		}
		fields(t, "", out)
	}
}

func main() {
	for _, t := range scheme.Scheme.AllKnownTypes() {
		walk(t)
	}
	walk(reflect.TypeOf(apiextensions.CustomResourceDefinition{}))
	walk(reflect.TypeOf(metav1.DeleteOptions{}))
	var lines []string
	for t, out := range seen {
		if len(out) > 0 {
			line, err := json.Marshal([]any{openAPIName(t), out})
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			lines = append(lines, string(line))
		}
	}
	sort.Strings(lines)
	fmt.Println(strings.Join(lines, "\n"))
}

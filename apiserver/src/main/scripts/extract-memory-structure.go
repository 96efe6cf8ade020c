//go:build ignore

// Tells how the structs look that kube-apiserver has in memory for the built-in kinds, which its messages show: their fields have other names than those of the
// API. One line per type of the API, [OpenAPI name, [field]]; a field is "json:Go", with a * before Go for a pointer, or "json:" for a struct of which the fields
// are shown among the others. The fields are in the order in which they are shown. Types that are shown as the API has them are not told.
//
// It needs the modules of the testkit's control plane:
//
//	cd testkit/src/main/resources/dev/windlass/testkit/controlplane && go run ABSOLUTE/extract-memory-structure.go > memory.jsonl
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/controlplane"
)

type field struct {
	name, json string
	t          reflect.Type
}

// Groups that are not among those of the embedded server.
var unserved = map[string]bool{"flowcontrol.apiserver.k8s.io": true, "resource.k8s.io": true, "storagemigration.k8s.io": true, "internal.apiserver.k8s.io": true}

var seen = map[reflect.Type]reflect.Type{}
var lines []string
var failed bool

func openAPIName(t reflect.Type) string {
	path := strings.Replace(t.PkgPath(), "k8s.io", "io.k8s", 1)
	path = strings.ReplaceAll(strings.Replace(path, "io.k8s/", "io.k8s.", 1), "/", ".")
	return path + "." + t.Name()
}

func fields(t reflect.Type) []field {
	var out []field
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		name := strings.Split(tag, ",")[0]
		if name == "-" || f.PkgPath != "" {
			continue
		}
		if f.Name == "TypeMeta" {
			continue
		}
		if inlined := strings.HasSuffix(tag, ",inline"); f.Anonymous && (inlined || name == "") {
			if inlined || f.Name != "ObjectMeta" {
				out = append(out, fields(f.Type)...)
				continue
			}
		}
		out = append(out, field{f.Name, name, f.Type})
	}
	return out
}

func isOwn(t reflect.Type) bool {
	_, own := reflect.New(t).Interface().(json.Marshaler)
	return own
}

func walk(api, internal reflect.Type) {
	for api.Kind() == reflect.Pointer {
		api = api.Elem()
	}
	for internal.Kind() == reflect.Pointer {
		internal = internal.Elem()
	}
	if api == internal || api.Kind() != internal.Kind() {
		return
	}
	switch api.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		walk(api.Elem(), internal.Elem())
	case reflect.Struct:
		if known, ok := seen[api]; ok {
			if known != internal {
				fmt.Fprintln(os.Stderr, api, "is", known, "and", internal)
			}
			return
		}
		seen[api] = internal
		if isOwn(internal) {
			return
		}
		describe(api, internal)
	}
}

func describe(api, internal reflect.Type) {
	byName := map[string]field{}
	for _, f := range fields(api) {
		byName[strings.ToLower(f.name)] = f
	}
	var out []string
	for _, f := range fields(internal) {
		known, ok := byName[strings.ToLower(f.name)]
		if !ok {
			fmt.Fprintln(os.Stderr, "not in the API:", openAPIName(api)+"."+f.name, f.t)
			continue
		}
		delete(byName, strings.ToLower(f.name))
		shown := f.name
		if f.json != "" {
			shown = f.json
		}
		if f.name == "ObjectMeta" {
			shown = ""
		}
		if f.t.Kind() == reflect.Pointer {
			shown = "*" + shown
		}
		out = append(out, known.json+":"+shown)
		walk(known.t, f.t)
	}
	for _, f := range byName {
		fmt.Fprintln(os.Stderr, "not in memory:", openAPIName(api)+"."+f.name)
	}
	line, err := json.Marshal([]any{openAPIName(api), out})
	if err != nil {
		panic(err)
	}
	lines = append(lines, string(line))
}

func main() {
	for gvk, t := range scheme.Scheme.AllKnownTypes() {
		// What is served in two versions is told of the one in which it is stored.
		served := gvk.Version == "v1" && gvk.Group != "autoscaling" && gvk.Group != "events.k8s.io"
		if !served && !(gvk.Group == "autoscaling" && gvk.Version == "v2") || strings.HasSuffix(gvk.Kind, "List") || unserved[gvk.Group] {
			continue
		}
		internal, err := legacyscheme.Scheme.New(schema.GroupVersionKind{Group: gvk.Group, Version: runtime.APIVersionInternal, Kind: gvk.Kind})
		if err == nil {
			walk(t, reflect.TypeOf(internal))
		}
	}
	sort.Strings(lines)
	fmt.Println(strings.Join(lines, "\n"))
}

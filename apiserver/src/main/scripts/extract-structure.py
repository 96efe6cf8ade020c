#!/usr/bin/env python3
"""Takes from a real kube-apiserver what the embedded one has to know of built-in kinds: structure only, no prose.

usage: extract-structure.py --kubeconfig FILE --go FILE [--out DIR]     a running kube-apiserver, asked through kubectl
       extract-structure.py --documents DIR --go FILE [--out DIR]       the folder api/ of a Kubernetes source tree, which holds the same documents
The file of --go is what extract-go-structure.go writes.

Writes two files below the folder of the internal packages, one line per entry so that changes can be read:
  kind/kinds.jsonl     what is served: a line per group, version and resource, in discovery's order
  schema/types.jsonl   the types behind it: a line per type, [name, description]
A type is {"f": {field: ref}, "g": {field: Go}, "r": [required], "u": [unions], "gvk": [[group, version, kind]], "a": true when the whole map is atomic} or {"is": ref}.
Go is "flags", "flags:type" or "flags:type:embedded": p for a pointer, o and z for what is left out when it is empty or zero; embedded are the structs in which
Go has the field inside the type. A field without it is "o", of the type that its ref says, in the type itself.
The fields are in the order in which Go has them.
A ref is the name of a scalar (string, byte, date-time, int32, int64, number, boolean, any, int-or-string, quantity), "@type", or
{"list": ref, "t": list type, "k": [map keys], "ps": patch strategy, "pk": patch merge key, "d": default, "e": [values]}, {"map": ref, …}, {"ref": ref, …}.
Defaults that follow from Go are not told: a struct has an empty one unless it is behind a pointer, a string that is never left out "".
"""
import argparse, json, os, subprocess, sys, urllib.parse

GROUPS = ["", "apps", "events.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "batch", "networking.k8s.io", "rbac.authorization.k8s.io",
          "apiextensions.k8s.io", "coordination.k8s.io", "autoscaling", "policy", "discovery.k8s.io", "storage.k8s.io", "admissionregistration.k8s.io",
          "scheduling.k8s.io", "node.k8s.io"]


class Live:
    def __init__(self, kubeconfig):
        self.command = ["kubectl", "--kubeconfig", kubeconfig, "get", "--raw"]

    def read(self, path):
        return json.loads(subprocess.run(self.command + [path], check=True, capture_output=True).stdout)

    def openapi(self):
        for entry in self.read("/openapi/v3")["paths"].items():
            yield entry[0], (lambda e=entry: self.read(e[1]["serverRelativeURL"]))

    def resources(self, group, version):
        return self.read(("/api/" if not group else "/apis/" + group + "/") + version)["resources"]

    def groups(self):
        yield "", self.read("/api")["versions"]
        for group in self.read("/apis")["groups"]:
            yield group["name"], [v["version"] for v in group["versions"]]


class Documents:
    def __init__(self, folder):
        self.folder = folder

    def read(self, *path):
        with open(os.path.join(self.folder, *path)) as file:
            return json.load(file)

    def openapi(self):
        for name in sorted(os.listdir(os.path.join(self.folder, "openapi-spec", "v3"))):
            path = name.removesuffix("_openapi.json").replace("__", "/")
            yield path, (lambda n=name: self.read("openapi-spec", "v3", n))

    def resources(self, group, version):
        return self.read("discovery", "api__v1.json" if not group else "apis__%s__%s.json" % (group, version))["resources"]

    def groups(self):
        yield "", self.read("discovery", "api.json")["versions"]
        for group in self.read("discovery", "apis.json")["groups"]:
            yield group["name"], [v["version"] for v in group["versions"]]


def scalar(schema):
    kind, form = schema.get("type"), schema.get("format")
    if kind == "string":
        return {"byte": "byte", "date-time": "date-time", "int-or-string": "int-or-string"}.get(form, "string")
    if kind == "integer":
        return form or "int64"
    if kind in ("number", "boolean"):
        return kind
    if form == "int-or-string":
        return "int-or-string"
    return "any"


def ref(schema):
    """A schema as a ref; what it refers to is described elsewhere."""
    if "allOf" in schema and len(schema["allOf"]) == 1:
        inner = ref(schema["allOf"][0])
    elif "$ref" in schema:
        inner = "@" + schema["$ref"].rsplit("/", 1)[1]
    elif schema.get("type") == "array":
        inner = {"list": ref(schema["items"])}
    elif schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        inner = {"map": ref(schema["additionalProperties"])}
    else:
        inner = scalar(schema)
    extras = {}
    for key, short in (("x-kubernetes-list-type", "t"), ("x-kubernetes-list-map-keys", "k"), ("x-kubernetes-patch-strategy", "ps"),
                       ("x-kubernetes-patch-merge-key", "pk"), ("x-kubernetes-map-type", "mt"), ("enum", "e")):
        if key in schema:
            extras[short] = schema[key]
    if schema.get("default") not in (None, {}, ""):
        extras["d"] = schema["default"]
    if not extras:
        return inner
    return dict(inner, **extras) if isinstance(inner, dict) else dict({"ref": inner}, **extras)


def describe(name, schema):
    if name.endswith(".Quantity"):
        return {"is": "quantity"}
    out = {}
    if "properties" in schema:
        out["f"] = {field: ref(s) for field, s in schema["properties"].items()}
        if schema.get("required"):
            out["r"] = schema["required"]
    else:
        out["is"] = ref(schema)
    if schema.get("x-kubernetes-map-type") == "atomic":
        out["a"] = True
    if "x-kubernetes-unions" in schema:
        out["u"] = schema["x-kubernetes-unions"]
    gvks = schema.get("x-kubernetes-group-version-kind", [])
    if len(gvks) == 1:
        out["gvk"] = [gvks[0]["group"], gvks[0]["version"], gvks[0]["kind"]]
    return out


def go_type(r):
    """What a ref is called in Go when nothing else is said."""
    if isinstance(r, str):
        if r.startswith("@"):
            return ".".join(r.rsplit(".", 2)[1:])
        return {"boolean": "bool", "number": "float64", "byte": "[]uint8", "date-time": "v1.Time", "quantity": "resource.Quantity",
                "int-or-string": "intstr.IntOrString"}.get(r, r)
    if "list" in r:
        return "[]" + go_type(r["list"])
    return "map[string]" + go_type(r["map"]) if "map" in r else go_type(r["ref"])


def add_go(described, go, schemas):
    for name, description in described.items():
        extras = {}
        known = go.get(name, {})
        if "f" in description:
            description["f"] = dict(sorted(description["f"].items(), key=lambda f: int(known[f[0]][3]) if f[0] in known else -1))
        for field, r in description.get("f", {}).items():
            flags, kind, embedded, _ = known.get(field, ["o", go_type(r), "", ""])
            if flags and schemas[name]["properties"][field].get("default") == "":
                description["f"][field] = dict(r if isinstance(r, dict) else {"ref": r}, d="")
            said = "" if kind == go_type(r) else kind
            if embedded == "TypeMeta.":
                embedded = ""
            if embedded:
                extras[field] = ":".join((flags, said, embedded))
            elif said:
                extras[field] = flags + ":" + said
            elif flags != "o":
                extras[field] = flags
        if extras:
            description["g"] = extras


def refs_in(node):
    if isinstance(node, str):
        if node.startswith("@"):
            yield node[1:]
    elif isinstance(node, dict):
        for value in node.values():
            yield from refs_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from refs_in(value)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--kubeconfig")
    arguments.add_argument("--documents")
    arguments.add_argument("--go", required=True)
    arguments.add_argument("--out", default=".")
    given = arguments.parse_args()
    if bool(given.kubeconfig) == bool(given.documents):
        arguments.error("give either --kubeconfig or --documents")
    source = Live(given.kubeconfig) if given.kubeconfig else Documents(given.documents)

    kinds, roots, schemas = [], set(), {}
    served = []
    for group, versions in source.groups():
        if group in GROUPS:
            served += [(group, version) for version in versions if group == "" or "alpha" not in version and "beta" not in version]
    for group, version in served:
        resources = source.resources(group, version)
        for resource in resources:
            name = resource["name"]
            if "/" in name:
                continue
            entry = {"group": group, "version": version, "plural": name, "singular": resource["singularName"], "kind": resource["kind"],
                     "namespaced": resource["namespaced"], "verbs": resource["verbs"]}
            for key in ("shortNames", "categories"):
                if resource.get(key):
                    entry[key] = resource[key]
            subs = []
            for sub in resources:
                base, _, tail = sub["name"].partition("/")
                if base == name and tail:
                    subs.append({"name": tail, "kind": sub["kind"], "group": sub.get("group", ""), "version": sub.get("version", ""), "verbs": sub["verbs"]})
            if subs:
                entry["subresources"] = subs
            kinds.append(entry)
            roots.add((group, version, resource["kind"]))
    wanted_paths = {"api", "apis", "version"} | {"api/v1" if not g else "apis/%s/%s" % (g, v) for g, v in served}
    for path, load in source.openapi():
        if path in wanted_paths:
            schemas.update(load()["components"]["schemas"])

    described = {name: describe(name, schema) for name, schema in schemas.items()}
    with open(given.go) as lines:
        add_go(described, dict(json.loads(line) for line in lines), schemas)
    todo = [name for name, d in described.items() if "gvk" in d and tuple(d["gvk"]) in roots]
    todo += [n for n in described if n.endswith((".meta.v1.DeleteOptions", ".meta.v1.Status", ".meta.v1.ListMeta", ".autoscaling.v1.Scale", ".authentication.v1.TokenRequest",
                                               ".core.v1.Binding", ".policy.v1.Eviction", ".meta.v1.APIGroupList", ".meta.v1.APIResourceList",
                                               ".meta.v1.APIVersions", ".pkg.version.Info"))]
    reached = set()
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo += refs_in(described[name])
    for folder in ("kind", "schema"):
        os.makedirs(os.path.join(given.out, folder), exist_ok=True)
    with open(os.path.join(given.out, "kind", "kinds.jsonl"), "w") as out:
        for entry in kinds:
            out.write(json.dumps(entry, separators=(",", ":")) + "\n")
    with open(os.path.join(given.out, "schema", "types.jsonl"), "w") as out:
        for name in sorted(reached):
            out.write(json.dumps([name, described[name]], separators=(",", ":"), sort_keys=False) + "\n")
    print("%d resources, %d types" % (len(kinds), len(reached)), file=sys.stderr)


main()

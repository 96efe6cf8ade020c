#!/usr/bin/env python3
"""Takes from the Go modules of Kubernetes how its objects are written as protobuf: numbers, names and types of fields, no prose.

usage: extract-protobuf.py --api DIR --apimachinery DIR --apiextensions DIR [--out DIR]      the folders of the modules k8s.io/api, …

Writes protobuf/messages.jsonl below the folder of the internal packages: a line per message, [name, API version, [field, …]], in the order of names. The API
version is "" where none is served, and a field is a text of words:
  number   of the field
  name     in JSON, or in the file where JSON has none; "." for a struct that JSON has in line, "=" where the message is nothing but this field
  *        the field is a pointer in Go, so that empty is something else than missing
  list     it may come several times; map: so does this, and each is an entry whose key is a string
  type     string, bytes, bool, int32, int64, double, or the name of a message
Fields are those of the generated.proto files; their names in JSON and what is a pointer stand in the tags of the Go types beside these files.
"""
import argparse, glob, json, os, re, sys

MESSAGE = re.compile(r"^message (\w+) \{\n(.*?)^\}", re.M | re.S)
FIELD = re.compile(r"^  (.*?)(\w+) = (\d+)", re.M)
STRUCT = re.compile(r"^type (\w+) struct \{\n(.*?)^\}", re.M | re.S)
SLICE = re.compile(r"^type (\w+) \[\]\w+", re.M)
TAGGED = re.compile(r"^\s+(?:(\w+)\s+)?([*\[\]\w.]+)\s+`([^`]*)`", re.M)
SCALARS = {"string", "bytes", "bool", "int32", "int64", "double"}
# Served by nobody, or not through requests.
LEFT_OUT = ("admission", "imagepolicy", "apiserverinternal", "apidiscovery", "testapigroup")


def java_like(package):
    """k8s.io.api.core.v1 as io.k8s.api.core.v1: as types are called in the documents of the API."""
    return re.sub(r"^\.?k8s\.io\.", "io.k8s.", package).replace("_", "-")


class Package:
    def __init__(self, folder):
        with open(os.path.join(folder, "generated.proto")) as file:
            self.text = re.sub(r"^\s*//.*\n", "", file.read(), flags=re.M)
        self.proto = re.search(r"^package ([\w.]+);", self.text, re.M).group(1)
        self.version = self.proto.rsplit(".", 1)[1]
        self.tags, self.slices, self.group = {}, set(), None
        for path in sorted(glob.glob(os.path.join(folder, "*.go"))):
            if path.endswith(("_test.go", ".pb.go")):
                continue
            with open(path) as file:
                go = file.read()
            self.slices.update(SLICE.findall(go))
            if os.path.basename(path) == "register.go":
                group = re.search(r'GroupName\s*=\s*"([\w.]*)"', go)
                self.group = group.group(1) if group else None
            for struct, body in STRUCT.findall(go):
                for name, kind, tag in TAGGED.findall(body):
                    numbered = re.search(r'protobuf:"\w+,(\d+),', tag)
                    if numbered:
                        named = re.search(r'json:"([^",]*)', tag)
                        shown = named.group(1) if named and named.group(1) != "-" else None
                        self.tags.setdefault(struct, {})[int(numbered.group(1))] = (shown, kind.startswith("*"))

    def api_version(self):
        if self.group is None or self.group == "meta.k8s.io" or not re.fullmatch(r"v\d+((alpha|beta)\d+)?", self.version):
            return ""
        return self.version if self.group == "" else self.group + "/" + self.version

    def messages(self):
        for name, body in MESSAGE.findall(self.text):
            fields = []
            for declared, field, number in FIELD.findall(body):
                fields.append(self.field(name, declared.strip(), field, int(number)))
            yield java_like(self.proto) + "." + name, fields

    def field(self, message, declared, name, number):
        shape, kind = "", declared
        if declared.startswith("map<string,"):
            shape, kind = "map ", declared[len("map<string,"):].strip(" >")
        else:
            label, kind = declared.split()
            shape = "list " if label == "repeated" else ""
        if kind not in SCALARS:
            kind = java_like(kind) if "." in kind else java_like(self.proto) + "." + kind
        if message in self.slices:
            return "%d = %s%s" % (number, shape, kind)
        shown, pointer = self.tags.get(message, {}).get(number, (None, False))
        return "%d %s %s%s%s" % (number, name if shown is None else shown or ".", "* " if pointer else "", shape, kind)


def main():
    arguments = argparse.ArgumentParser()
    for module in ("api", "apimachinery", "apiextensions"):
        arguments.add_argument("--" + module, required=True)
    arguments.add_argument("--out", default=".")
    given = arguments.parse_args()
    folders = []
    for module in (given.api, given.apimachinery, given.apiextensions):
        for folder, _, files in sorted(os.walk(module)):
            if "generated.proto" in files:
                folders.append(folder)
    lines = {}
    for folder in folders:
        package = Package(folder)
        if not any("." + left + "." in package.proto for left in LEFT_OUT):
            for name, fields in package.messages():
                lines[name] = [name, package.api_version(), fields]
    reached, todo = set(), [name for name in lines if not re.search(r"\.v\d+(alpha|beta)\d+\.", name)]
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo += {field.rsplit(" ", 1)[1] for field in lines[name][2]} - SCALARS
    os.makedirs(os.path.join(given.out, "protobuf"), exist_ok=True)
    with open(os.path.join(given.out, "protobuf", "messages.jsonl"), "w") as out:
        for name in sorted(reached):
            out.write(json.dumps(lines[name], separators=(",", ":")) + "\n")
    print("%d messages" % len(reached), file=sys.stderr)


main()

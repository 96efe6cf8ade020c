#!/usr/bin/env python3
"""Takes from a real kube-apiserver, just started, the roles and bindings that it makes for itself.

usage: extract-rbac-defaults.py --kubeconfig FILE > defaults.jsonl     for the folder of the package rbac
One object a line, without what each of them has: apiVersion, uid, times, managed fields, the label that says that it is a default and the annotation that
says that it is kept up to date.
"""
import argparse, json, subprocess

COMMON = {"labels": "kubernetes.io/bootstrapping", "annotations": "rbac.authorization.kubernetes.io/autoupdate"}
LEFT_OUT = ("uid", "resourceVersion", "creationTimestamp", "managedFields")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--kubeconfig", required=True)
    given = arguments.parse_args()
    for plural in ("clusterroles", "clusterrolebindings", "roles", "rolebindings"):
        answer = subprocess.run(["kubectl", "--kubeconfig", given.kubeconfig, "get", "--raw", "/apis/rbac.authorization.k8s.io/v1/" + plural],
                                check=True, capture_output=True).stdout
        listed = json.loads(answer)
        for item in sorted(listed["items"], key=lambda i: (i["metadata"].get("namespace", ""), i["metadata"]["name"])):
            metadata = item["metadata"]
            if COMMON["labels"] not in metadata.get("labels", {}):
                continue
            for key in LEFT_OUT:
                metadata.pop(key, None)
            for field, key in COMMON.items():
                del metadata[field][key]
                if not metadata[field]:
                    del metadata[field]
            item.pop("apiVersion", None)
            print(json.dumps(dict({"kind": listed["kind"].removesuffix("List")}, **{k: v for k, v in item.items() if k != "kind"}), separators=(",", ":")))


main()

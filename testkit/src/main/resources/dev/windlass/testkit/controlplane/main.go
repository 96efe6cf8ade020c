// Command control-plane is a Kubernetes API server for tests: etcd, kube-apiserver and kubectl in one binary.
//
//	control-plane serve [--user NAME=GROUP,GROUP]... [--port N] [--dir DIR] [--keep]
//	control-plane kubectl ARGUMENTS...
//
// serve prints one line of JSON on standard output when the server is ready, and logs to standard error. It ends,
// and removes its data, when its standard input ends, when its parent process dies, or on SIGINT and SIGTERM. With
// --keep only the signals end it.
//
// Called by one of the names etcd, kube-apiserver and kubectl, by a link, the binary is that program: a directory of
// such links serves tools that look for KUBEBUILDER_ASSETS.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	_ "time/tzdata" // the CronJob API validates time zones, also on a machine that has no zone files

	"go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // kubectl's credential plug-ins
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	name := filepath.Base(os.Args[0])
	switch {
	case name == "kubectl":
		runKubectl()
	case name == "kube-apiserver":
		os.Exit(cli.Run(app.NewAPIServerCommand()))
	case name == "etcd":
		etcdmain.Main(os.Args)
	case len(os.Args) > 1 && os.Args[1] == "kubectl":
		os.Args = append([]string{"kubectl"}, os.Args[2:]...)
		runKubectl()
	case len(os.Args) > 1 && os.Args[1] == "serve":
		if err := serve(os.Args[2:]); err != nil {
			fmt.Fprintf(os.Stderr, "control-plane: %v\n", err)
			os.Exit(1)
		}
	default:
		fmt.Fprintf(os.Stderr, "usage: %s serve [--user NAME=GROUP,GROUP]... [--port N] [--dir DIR] [--keep]\n"+
			"       %s kubectl ARGUMENTS...\n", name, name)
		os.Exit(2)
	}
}

func runKubectl() {
	if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
		kubectlutil.CheckErr(err)
	}
}

// Command testplane is a real Kubernetes API server for tests: k8s.io/apiserver and k8s.io/apiextensions-apiserver over etcd,
// with the built-in kinds an operator and its chart need. It takes kube-apiserver's flags.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/pflag"

	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	genericapiserver "k8s.io/apiserver/pkg/server"
)

func main() {
	o := newOptions()
	flags := pflag.NewFlagSet("testplane", pflag.ExitOnError)
	o.addFlags(flags)
	utilruntime.Must(flags.Parse(os.Args[1:]))
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "testplane:", err)
		os.Exit(1)
	}
}

func run(o *serverOptions) error {
	if err := o.complete(); err != nil {
		return err
	}
	server, err := newServer(o)
	if err != nil {
		return err
	}
	return server.PrepareRun().RunWithContext(genericapiserver.SetupSignalContext())
}

func must[T any](v T, err error) T {
	utilruntime.Must(err)
	return v
}
